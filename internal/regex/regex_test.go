package regex

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func compileT(t *testing.T, pattern string) *Regexp {
	t.Helper()
	re, err := Compile(pattern)
	if err != nil {
		t.Fatalf("Compile(%q): %v", pattern, err)
	}
	return re
}

// The dialect is PCRE's: what its manual (pcrepattern) says of each construct.
func TestFind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, s string
		want       []string // the match and its groups, "-" for one that took no part; nil for no match
	}{
		{`b+`, "abbc", []string{"bb"}},
		{`(?i)FOO`, "a food", []string{"foo"}},
		{`(?<a>x)(?P<b>y)?`, "x", []string{"x", "x", "-"}},
		{`(?'a'x)`, "x", []string{"x", "x"}},
		{`^(\d{1,2})/(\d+)`, "1/14/2023", []string{"1/14", "1", "14"}},
		// $ matches before a final newline, but only there.
		{`c$`, "abc\n", []string{"c"}},
		{`(.*)$`, "abc\n", []string{"abc", "abc"}},
		{`(?<x>abc$)`, "abc\n", []string{"abc", "abc"}},
		{`(\s+)$`, "a \n", []string{" \n", " \n"}},
		{`b$`, "b\na\n", nil},
		{`c$`, "abc\n\n", nil},
		{`c\Z`, "abc\n", []string{"c"}},
		{`c\z`, "abc\n", nil},
		{`(?m)a$`, "a\nb", []string{"a"}},
		{`(?m:a$)\nb$`, "a\nb\n", []string{"a\nb"}},
		{`(a$)(?=\n)`, "a\n", []string{"a", "a"}},
		{`(?m)a$(?=\n)`, "a\nb", []string{"a"}},
		// White space holds the vertical tab.
		{`\s+`, "x\v\t y", []string{"\v\t "}},
		{`[^\s]+`, "\vx\v", []string{"x"}},
		{`[\S]+`, "\vx\u00e9\v", []string{"x\u00e9"}},
		{`\S+`, "\vxy\v", []string{"xy"}},
		{`\h\H\v\V`, "\tx\ny", []string{"\tx\ny"}},
		{`a\Rb`, "a\r\nb", []string{"a\r\nb"}},
		{`a\Nb`, "a\nb", nil},
		// Escapes.
		{`\x41\x{202E}\e\cA\0\a`, "A\u202e\x1b\x01\x00\a", []string{"A\u202e\x1b\x01\x00\a"}},
		{`\_\-\/\"\:\ \<`, `_-/": <`, []string{`_-/": <`}},
		{`\Qa.b\E.`, "a.bc", []string{"a.bc"}},
		{`[\b\x41-\x43\-\]]+`, "\bBC-]", []string{"\bBC-]"}},
		{`\12\012`, "\n\n", []string{"\n\n"}},
		{`\p{Lu}\pL[\P{L}]`, "Éa1", []string{"Éa1"}},
		// Classes: what is syntax elsewhere is none here.
		{`[]a]+`, "]a", []string{"]a"}},
		{`[^]a]+`, "]xy", []string{"xy"}},
		{`[[:alpha:][-]+`, "a[-", []string{"a[-"}},
		{`[a-c-e]+`, "b-e", []string{"b-e"}},
		{`[\w-.]+`, "a-.", []string{"a-."}},
		{`[.-\d]+`, "1-.", []string{"1-."}},
		{`[a-z-[aeiou]]`, "e]", []string{"e]"}},
		{`[--a]+`, "a-/", []string{"a-/"}},
		// Braces that count nothing are ordinary.
		{`{.+}`, "x{y}", []string{"{y}"}},
		{`%{|^`, "a%{", []string{""}},
		{`a{2}b{1,}c{,2}`, "aabc{,2}", []string{"aabc{,2}"}},
		// Comments and extended patterns.
		{`a(?#no)b`, "ab", []string{"ab"}},
		{"(?x) a b # c\n [ ] (?-x: )d", "ab  d", []string{"ab  d"}},
		{`(?ix:A B)C`, "abC", []string{"abC"}},
		{`(?s)a.b`, "a\nb", []string{"a\nb"}},
		{`(?U)a+`, "aaa", []string{"a"}},
		// What only the backtracking engine can do.
		{`foo(?=bar)`, "foobar", []string{"foo"}},
		{`(?<!x)foo(?!bar)`, "xfoo foobar foot", []string{"foo"}},
		{`(\w)\1`, "hello", []string{"ll", "l"}},
		{`(?<c>\w)\k<c>\g{1}`, "abbb", []string{"bbb", "b"}},
		{`(?<c>\w)(?P=c)`, "abb", []string{"bb", "b"}},
		{`(\w)\g{-1}\g1`, "abbb", []string{"bbb", "b"}},
		{`(?>a+)b`, "aab", []string{"aab"}},
		{`a++b`, "aab", []string{"aab"}},
		{`a++ab`, "aab", nil},
		{`a{2}+b`, "aab", []string{"aab"}},
		{`(a)?(?(1)b|c)`, "ab", []string{"ab", "a"}},
		{`(?(?=a)ab|c)`, "c", []string{"c"}},
		{`a{1500}`, strings.Repeat("a", 1500), []string{strings.Repeat("a", 1500)}},
		{`(?<x>é)(?=\xff)?(.)`, "é\xffz", []string{"é\xff", "é", "\xff"}},
		{`(?=x)[[:alpha:]]\d*\s`, "x\v", []string{"x\v"}},
	} {
		re := compileT(t, c.pattern)
		var got []string
		if at := re.Find(c.s); at != nil {
			for i := 0; i < len(at); i += 2 {
				if at[i] < 0 {
					got = append(got, "-")
				} else {
					got = append(got, c.s[at[i]:at[i+1]])
				}
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q in %q (backtracks %v):\n%s", c.pattern, c.s, re.Backtracks(), diff)
		}
		if re.Match(c.s) != (got != nil) {
			t.Errorf("%q in %q: Match and Find disagree", c.pattern, c.s)
		}
	}
}

func TestBacktracksOnlyWhereNeeded(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]bool{
		`(?i)(kali|parrot)`: false, `^a.*?$`: false, `[^\s]+`: false, `a{1000}`: false, `(?x) a +`: false, `a +`: false,
		`(?=a)`: true, `(a)\1`: true, `a*+`: true, `(?>a)`: true, `a{1001}`: true, `(a{100}){100}`: true,
	} {
		if re := compileT(t, pattern); re.Backtracks() != want {
			t.Errorf("%q: Backtracks() = %v, want %v", pattern, re.Backtracks(), want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string][]string{
		`(a)(?<n>b)(?P<m>c)`:      {"", "", "n", "m"},
		`(a)(?<n>b)(?P<m>c)(?=d)`: {"", "", "n", "m"},
		`a$`:                      {""},
	} {
		re := compileT(t, pattern)
		if diff := cmp.Diff(want, re.Names()); diff != "" {
			t.Errorf("%q: %s", pattern, diff)
		}
		if at := re.Find("abcd"); at != nil && len(at) != 2*len(want) {
			t.Errorf("%q: Find gives %d groups, want %d", pattern, len(at)/2, len(want))
		}
	}
}

func TestFindAll(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{`a\d`, `a\d(?=.|$)`, `a\d$|a\d`} {
		re := compileT(t, pattern)
		for n, want := range map[int][][]int{-1: {{0, 2}, {2, 4}, {5, 7}}, 2: {{0, 2}, {2, 4}}, 0: nil} {
			if diff := cmp.Diff(want, re.FindAll("a1a2 a3\n", n)); diff != "" {
				t.Errorf("%q, %d: %s", pattern, n, diff)
			}
		}
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, s, replacement string
		max                     int
		want                    string
	}{
		{"a", "banana", "o", 0, "bonono"},
		{"a", "banana", "o", 2, "bonona"},
		{`^(\d{1,2})/(\d{1,2})/`, "1/14/2023", `\2/\1/`, 0, "14/1/2023"},
		{"x", "axb", `$1 $& \0\0 \\ \n \9 \`, 0, `a$1 $& xx \ \n  \b`},
		{"(x)|(y)", "xy", `<\1\2>`, 0, "<x><y>"},
		{"c$", "abc\n", "X", 0, "abX\n"},
		{`(\w)\1`, "aabb", `\1`, 0, "ab"},
		{"", "ab", "-", 0, "-a-b-"},
		{"z", "ab", "-", 0, "ab"},
	} {
		if got := compileT(t, c.pattern).Replace(c.s, c.replacement, c.max); got != c.want {
			t.Errorf("replace(%q, %q, %q) = %q, want %q", c.s, c.pattern, c.replacement, got, c.want)
		}
	}
	if out, ok := compileT(t, "a").ReplaceWithin(strings.Repeat("a", 100), strings.Repeat("b", 100), 0, 5000); ok {
		t.Errorf("a result of %d bytes passed a limit of 5000", len(out))
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		`(a`:                        "missing closing )",
		`a)`:                        "unexpected )",
		`[a`:                        "missing closing ]",
		`a\`:                        "backslash at the end",
		`*a`:                        "missing argument to repetition",
		`[z-a]`:                     "invalid character class range",
		`(?=[z-a])`:                 "in the regular expression",
		`(?<n>a)(?<n>b)`:            `two groups named "n"`,
		`(?<user-name>a)`:           `bad group name "user-name"`,
		`(?<n`:                      "without its closing >",
		`a{70000}`:                  "the repeat count {70000} is too large",
		`a{99999999999999999999}`:   "too large",
		`\K`:                        `\K is not supported`,
		`\y`:                        `\y is not supported`,
		`(?R)`:                      "recursion is not supported",
		`(?1)`:                      "recursion is not supported",
		`(?|a|b)`:                   "branch reset",
		`(?q)`:                      "bad group (?q",
		`(?i`:                       "missing closing )",
		`(?#x`:                      "missing closing )",
		`\x{110000}`:                `bad \x`,
		`\8`:                        "reference to undefined group",
		`\88`:                       "to no group",
		`\p{Nope}`:                  "invalid character class range",
		"\xff":                      "not UTF-8",
		`(?U)a(?=b)`:                "(?U)",
		strings.Repeat("(", 300):    "nested deeper than 250",
		strings.Repeat("a", 70<<10): "at most 65536",
		`(?:(?:\w\w\w\w\w){200}){5}` + strings.Repeat(`(?:\w{900}){1}`, 200): "too large",
	} {
		_, err := Compile(pattern)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Compile(%.40q): %v, want %q", pattern, err, want)
		} else if len(err.Error()) > 300 {
			t.Errorf("Compile(%.40q): a message of %d bytes", pattern, len(err.Error()))
		}
	}
}

// A pattern that backtracks without end stops at its limit, is counted, and
// after some such matches costs nothing any more on subjects as long.
func TestCatastrophicPatternStops(t *testing.T) {
	t.Parallel()
	re := compileT(t, `^(a+)+$(?!b)`)
	subject := strings.Repeat("a", 2000) + "!"
	for range 200 {
		if re.Match(subject) {
			t.Fatal("matched")
		}
	}
	if re.LimitHits() != 200 {
		t.Errorf("LimitHits() = %d, want 200", re.LimitHits())
	}
	if !re.Match("aaa") {
		t.Error("short subjects are no longer tried")
	}
	if re.FindAll(strings.Repeat("a", maxSubject+1), -1) != nil || re.LimitHits() != 201 {
		t.Error("a subject beyond the limit was tried")
	}
}

func TestCache(t *testing.T) {
	t.Parallel()
	var c Cache
	first, err := c.Compile("a+")
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := c.Compile("a+"); again != first {
		t.Error("the pattern was compiled twice")
	}
	for i := range 3 * cacheSize {
		if _, err := c.Compile(strings.Repeat("b", i+1)); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.entries) != cacheSize || len(c.order) != cacheSize {
		t.Errorf("%d entries, want %d", len(c.entries), cacheSize)
	}
	for _, bad := range []string{"(", strings.Repeat("a", 5000), `\w{999}\w{999}\w{999}\w{999}\w{999}\w{999}`} {
		if _, err := c.Compile(bad); err == nil {
			t.Errorf("%.20q: no error", bad)
		}
	}
}

// Where PCRE and Go's engine agree on the meaning of a pattern, so does the
// result.
func TestAgreesWithGo(t *testing.T) {
	t.Parallel()
	atom := rapid.SampledFrom([]string{"a", "b", ".", "[ab]", "[^a]", "(a|b)", "(?:ab)", `\d`, `\w`, "^", `\b`, "a*", "b+?", "(a?)", "a{2}", `\.`, "|", "(?i:A)"})
	rapid.Check(t, func(t *rapid.T) {
		pattern := strings.Join(rapid.SliceOfN(atom, 1, 6).Draw(t, "pattern"), "")
		s := rapid.StringMatching(`[abAB1. ]{0,12}`).Draw(t, "subject")
		want := regexp.MustCompile(pattern)
		got, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.FindAllStringSubmatchIndex(s, -1), got.FindAll(s, -1)); diff != "" {
			t.Fatal(diff)
		}
		back, err := Compile("(?=)" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(pattern, "|") && back.Match(s) != want.MatchString(s) {
			t.Fatalf("the engines disagree: %q in %q", pattern, s)
		}
	})
}

func FuzzRegex(f *testing.F) {
	for _, c := range [][2]string{
		{`(?i)^(?<a>x+)+$`, "xxx\n"},
		{`(?<!a)b{2,}+(c|\1)[^\s\w-]`, "abbbc"},
		{`(?x) [[:alpha:]\x41-\x{42}] # c`, "AB"},
		{`\Q.*\E\p{Lu}(?(1)a|b)`, "\xff"},
		{`(a{60000}){60000}(?=b)`, "aaaa"},
	} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		var cache Cache
		re, err := cache.Compile(pattern)
		if err != nil {
			return
		}
		for _, subject := range []string{s, s + "\n"} {
			at := re.Find(subject)
			if at != nil && len(at) != 2*len(re.Names()) {
				t.Fatalf("%q: %d offsets for %d groups", pattern, len(at), len(re.Names()))
			}
			for i := 0; i < len(at); i += 2 {
				if at[i] > at[i+1] || at[i] >= 0 && at[i+1] > len(subject) {
					t.Fatalf("%q in %q: bad offsets %v", pattern, subject, at)
				}
			}
			re.ReplaceWithin(subject, `<\1>`, 0, 1<<20)
		}
	})
}
