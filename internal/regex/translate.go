package regex

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// translation is a PCRE pattern in the dialects of the engines, which differ
// from PCRE in $, \s and some escapes.
type translation struct {
	linear       string
	backtracking string
	backtracks   bool     // only the backtracking engine can run it
	names        []string // of the groups by number, "" for none

	// newline is linear with a group of its own for every $; "" if it has no $
	// that may look behind a final newline.
	newline        string
	newlineGroups  []int // for every group of the pattern, its number in newline
	newlineMarkers []int // the groups that stand for $
}

// Bounds of PCRE itself.
const (
	maxNesting = 250
	maxRepeat  = 65_535
	// maxUnrolled is the repeat count that Go's engine takes.
	maxUnrolled = 1000
)

// modes are the inline flags that change how a pattern is read.
type modes struct {
	multiline bool // $ matches before every newline
	extended  bool // blanks and comments do not count
}

type translator struct {
	s   string
	pos int

	linear, back, variant strings.Builder
	out                   translation
	variantGroups         int
	mode                  modes
	outer                 []modes // of the open groups
	dollar, ungreedy      bool
}

// translate rewrites a pattern for the engines.
func translate(pattern string) (*translation, error) {
	if !utf8.ValidString(pattern) {
		return nil, errors.New("a regular expression that is not UTF-8")
	}
	t := &translator{s: pattern}
	t.out.names = []string{""}
	t.out.newlineGroups = []int{0}
	for t.pos < len(t.s) {
		if err := t.item(); err != nil {
			return nil, err
		}
	}
	if len(t.outer) > 0 {
		return nil, errors.New("missing closing ) in the regular expression")
	}
	if t.ungreedy && t.out.backtracks {
		return nil, errors.New("(?U) is not supported together with look-around, back-references, atomic groups or large repeat counts")
	}
	t.out.linear, t.out.backtracking = t.linear.String(), t.back.String()
	if t.dollar {
		t.out.newline = t.variant.String()
	}
	return &t.out, nil
}

// emit writes what is the same in every dialect.
func (t *translator) emit(s string) {
	t.linear.WriteString(s)
	t.back.WriteString(s)
	t.variant.WriteString(s)
}

// unsupported is a problem with a piece of PCRE's syntax that no engine here
// has.
func unsupported(what string) error {
	return fmt.Errorf("%s is not supported in regular expressions here", what)
}

// item rewrites the next piece of the pattern.
func (t *translator) item() error {
	switch c := t.s[t.pos]; c {
	case '\\':
		return t.escape()
	case '[':
		return t.class()
	case '(':
		return t.group()
	case ')':
		if len(t.outer) == 0 {
			return errors.New("unexpected ) in the regular expression")
		}
		t.mode = t.outer[len(t.outer)-1]
		t.outer = t.outer[:len(t.outer)-1]
		t.emit(")")
		t.pos++
	case '$':
		t.pos++
		if t.mode.multiline {
			t.emit("$")
		} else {
			t.emitEnd()
		}
	case '*', '+', '?':
		t.pos++
		t.emit(string(c))
		t.quantifierSuffix()
	case '{':
		return t.repeat()
	case ' ', '\t', '\n', '\v', '\f', '\r', '#':
		t.pos++
		if !t.mode.extended {
			t.emit(string(c))
		} else if c == '#' {
			for t.pos < len(t.s) && t.s[t.pos] != '\n' {
				t.pos++
			}
		}
	default:
		t.emit(t.s[t.pos : t.pos+1])
		t.pos++
	}
	return nil
}

// emitEnd writes PCRE's $: the end, or the place before a final newline.
func (t *translator) emitEnd() {
	t.dollar = true
	t.linear.WriteString(`\z`)
	t.back.WriteString(`(?=\n?\z)`) // its \Z looks at the very end only
	t.variant.WriteString(`(?:(\n?)\z)`)
	t.variantGroups++
	t.out.newlineMarkers = append(t.out.newlineMarkers, t.variantGroups)
}

// quantifierSuffix rewrites what may follow a quantifier: ? makes it lazy, +
// possessive.
func (t *translator) quantifierSuffix() {
	if t.pos == len(t.s) {
		return
	}
	switch t.s[t.pos] {
	case '+':
		t.out.backtracks = true
	case '?':
	default:
		return
	}
	t.emit(t.s[t.pos : t.pos+1])
	t.pos++
}

// repeat rewrites {n}, {n,} or {n,m}; any other brace is an ordinary
// character.
func (t *translator) repeat() error {
	end := strings.IndexByte(t.s[t.pos:], '}')
	if end < 0 || !isRepeat(t.s[t.pos+1:t.pos+end]) {
		t.pos++
		t.emit(`\{`)
		return nil
	}
	counts := t.s[t.pos+1 : t.pos+end]
	for count := range strings.SplitSeq(strings.TrimSuffix(counts, ","), ",") {
		n, err := strconv.Atoi(count)
		if err != nil || n > maxRepeat {
			return fmt.Errorf("the repeat count {%s} is too large: at most %d is possible", clip(counts), maxRepeat)
		}
		if n > maxUnrolled {
			t.out.backtracks = true
		}
	}
	t.emit("{" + counts + "}")
	t.pos += end + 1
	t.quantifierSuffix()
	return nil
}

func isRepeat(s string) bool {
	low, high, _ := strings.Cut(s, ",")
	return low != "" && strings.Trim(low, "0123456789") == "" && strings.Trim(high, "0123456789") == ""
}

// group rewrites an opening parenthesis and what tells its kind.
func (t *translator) group() error {
	if len(t.outer) >= maxNesting {
		return fmt.Errorf("a regular expression nested deeper than %d", maxNesting)
	}
	rest := t.s[t.pos:]
	open := func(taken int, emitted string) error {
		t.outer = append(t.outer, t.mode)
		t.pos += taken
		t.emit(emitted)
		return nil
	}
	if !strings.HasPrefix(rest, "(?") {
		t.capture("")
		return open(1, "(")
	}
	for _, kind := range []string{"(?=", "(?!", "(?<=", "(?<!", "(?>"} {
		if strings.HasPrefix(rest, kind) {
			t.out.backtracks = true
			return open(len(kind), kind)
		}
	}
	switch {
	case strings.HasPrefix(rest, "(?:"):
		return open(3, "(?:")
	case strings.HasPrefix(rest, "(?#"):
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			return errors.New("missing closing ) of a comment in the regular expression")
		}
		t.pos += end + 1
		return nil
	case strings.HasPrefix(rest, "(?P<"), strings.HasPrefix(rest, "(?<"), strings.HasPrefix(rest, "(?'"):
		name, taken, err := groupName(rest)
		if err != nil {
			return err
		}
		if slices.Contains(t.out.names, name) {
			return fmt.Errorf("two groups named %q in the regular expression", clip(name))
		}
		t.capture(name)
		return open(taken, "(?P<"+name+">")
	case strings.HasPrefix(rest, "(?P="):
		end := strings.IndexByte(rest, ')')
		if end < 0 || !isName(rest[4:end]) {
			return errors.New("bad name of a back-reference in the regular expression")
		}
		t.reference(`\k<` + rest[4:end] + ">")
		t.pos += end + 1
		return nil
	case strings.HasPrefix(rest, "(?("):
		return t.conditional(rest, open)
	case strings.HasPrefix(rest, "(?|"):
		return unsupported("a branch reset (?|")
	}
	return t.flags(rest, open)
}

// capture counts a capturing group.
func (t *translator) capture(name string) {
	t.out.names = append(t.out.names, name)
	t.variantGroups++
	t.out.newlineGroups = append(t.out.newlineGroups, t.variantGroups)
}

// groupName reads (?P<name>, (?<name> or (?'name'.
func groupName(s string) (name string, taken int, err error) {
	start := strings.IndexAny(s, "<'") + 1
	closing := byte('>')
	if s[start-1] == '\'' {
		closing = '\''
	}
	end := strings.IndexByte(s[start:], closing)
	if end < 0 {
		return "", 0, fmt.Errorf("a group name without its closing %c in the regular expression", closing)
	}
	name = s[start : start+end]
	if !isName(name) {
		return "", 0, fmt.Errorf("bad group name %q in the regular expression: letters, digits and _ were expected", clip(name))
	}
	return name, start + end + 1, nil
}

func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '_' && !isLetter(c) && (i == 0 || !isDigit(c)) {
			return false
		}
	}
	return s != ""
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// conditional rewrites (?(condition)yes|no).
func (t *translator) conditional(rest string, open func(int, string) error) error {
	t.out.backtracks = true
	if strings.HasPrefix(rest, "(?(?") { // a look-around, which is a group of its own
		return open(2, "(?")
	}
	end := strings.IndexByte(rest, ')')
	if end < 0 {
		return errors.New("missing closing ) of a condition in the regular expression")
	}
	condition := strings.Trim(rest[3:end], "<>'")
	if !isName(condition) && strings.Trim(condition, "0123456789") != "" || condition == "R" || condition == "" {
		return unsupported("the condition (" + clip(rest[3:end]) + ")")
	}
	return open(end+1, "(?("+condition+")")
}

// flags rewrites (?i) and (?i:. White space under x is dropped here, so that
// the engines need not know the flag.
func (t *translator) flags(rest string, open func(int, string) error) error {
	i, on := 2, true
	mode := t.mode
	kept := ""
	for ; i < len(rest) && rest[i] != ')' && rest[i] != ':'; i++ {
		switch c := rest[i]; c {
		case '-':
			if !on {
				return errors.New("bad flags of a group in the regular expression")
			}
			on = false
			kept += "-"
		case 'm':
			mode.multiline = on
			kept += "m"
		case 'x':
			mode.extended = on
		case 'i', 's':
			kept += string(c)
		case 'U':
			t.ungreedy = true
			kept += "U"
		case 'R', '&', '+', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'P':
			return unsupported("recursion")
		default:
			return fmt.Errorf("bad group (?%s in the regular expression", clip(rest[2:i+1]))
		}
	}
	if i == len(rest) {
		return errors.New("missing closing ) in the regular expression")
	}
	kept = strings.TrimSuffix(kept, "-")
	if rest[i] == ':' {
		err := open(i+1, "(?"+kept+":")
		t.mode = mode
		return err
	}
	if kept != "" {
		t.emit("(?" + kept + ")")
	}
	t.mode = mode
	t.pos += i + 1
	return nil
}

// reference writes a back-reference.
func (t *translator) reference(s string) {
	t.out.backtracks = true
	t.emit("(?:" + s + ")")
}

// literal writes a character that has no meaning of its own any more.
func (t *translator) literal(r rune) { t.emit(regexp.QuoteMeta(string(r))) }
