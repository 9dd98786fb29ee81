package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// row makes a result row of names and values; "a\nb" is a multivalue.
func row(pairs ...string) *event.Event {
	e := event.New()
	for i := 0; i < len(pairs); i += 2 {
		e.Set(pairs[i], value.OfTexts(strings.Split(pairs[i+1], "\n")))
	}
	return e
}

func written(t *testing.T, format string, columns []string, rows []*event.Event, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := writeAll(&b, format, columns, rows, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func writeAll(w io.Writer, format string, columns []string, rows []*event.Event, o Options) error {
	r, err := NewRowWriter(w, format, columns, o)
	if err != nil {
		return err
	}
	if _, err := r.Push(rows); err != nil {
		return err
	}
	return r.Close()
}

func TestRowsAsNDJSON(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		columns []string
		rows    []*event.Event
		want    string
	}{
		{"fields in column order", []string{"b", "a"}, []*event.Event{row("a", "1", "b", "2")}, `{"b":"2","a":"1"}`},
		{"a multivalue is an array", []string{"a"}, []*event.Event{row("a", "1\n2")}, `{"a":["1","2"]}`},
		{"absent fields are left out", []string{"a", "b"}, []*event.Event{row("b", "2")}, `{"b":"2"}`},
		{"numbers are strings", []string{"n"}, []*event.Event{event.New(event.Field{Name: "n", Value: value.OfNumber(0.5)})}, `{"n":"0.5"}`},
		{"no escapes for HTML", []string{"a"}, []*event.Event{row("a", `<b>&"\`)}, `{"a":"<b>&\"\\"}`},
		{"bytes that are not UTF-8", []string{"a"}, []*event.Event{row("a", "x\xff\xfey")}, `{"a":"x��y"}`},
		{"U+FFFD itself", []string{"a"}, []*event.Event{row("a", "�")}, `{"a":"�"}`},
		{"terminal controls", []string{"a"}, []*event.Event{row("a", "\x1b[2J\u009b2J\x7f\u202e")}, `{"a":"\u001b[2J\u009b2J\u007f\u202e"}`},
		{"other scripts stand for themselves", []string{"a"}, []*event.Event{row("a", "日本 é 🐾")}, `{"a":"日本 é 🐾"}`},
		{"a row without fields", []string{"a"}, []*event.Event{row()}, `{}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want+"\n", written(t, "ndjson", test.columns, test.rows, Options{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRowsAsJSON(t *testing.T) {
	t.Parallel()
	if got := written(t, "json", []string{"a"}, nil, Options{}); got != "[]\n" {
		t.Errorf("no rows: got %q", got)
	}
	want := "[\n{\"a\":\"1\"},\n{\"a\":\"2\"}\n]\n"
	if got := written(t, "json", []string{"a"}, []*event.Event{row("a", "1"), row("a", "2")}, Options{}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRowsAsCSV(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		columns []string
		rows    []*event.Event
		want    string
	}{
		{"header and cells", []string{"a", "b"}, []*event.Event{row("a", "1", "b", "x,y"), row("b", `say "hi"`)}, "a,b\n1,\"x,y\"\n,\"say \"\"hi\"\"\"\n"},
		{"a multivalue is joined by newlines", []string{"a"}, []*event.Event{row("a", "1\n2")}, "a\n\"1\n2\"\n"},
		{"one empty cell is still a line", []string{"a"}, []*event.Event{row("a", "")}, "a\n\"\"\n"},
		{"formulas", []string{"a"}, []*event.Event{row("a", "=cmd()"), row("a", "+1+1"), row("a", "-1+1"), row("a", "@SUM(A1)"), row("a", "\t=1"), row("a", "\r=1"), row("a", "＝1+1")}, "a\n'=cmd()\n'+1+1\n'-1+1\n'@SUM(A1)\n'\t=1\n\"'\r=1\"\n'＝1+1\n"},
		{"numbers are not formulas", []string{"a"}, []*event.Event{row("a", "-1"), row("a", "+1.5e3"), row("a", "-0.25")}, "a\n-1\n+1.5e3\n-0.25\n"},
		{"a field name that is a formula", nil, []*event.Event{row("=a", "1")}, "'=a\n1\n"},
		{"columns known but no rows", []string{"a", "b"}, nil, "a,b\n"},
		{"nothing known", nil, nil, ""},
		{"bytes that are not UTF-8", []string{"a"}, []*event.Event{row("a", "x\xff")}, "a\nx\ufffd\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := written(t, "csv", test.columns, test.rows, Options{})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestColumnsFollowTheirPredecessors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		known []string
		rows  []*event.Event
		want  []string
	}{
		{"known columns first, also without values", []string{"z", "a"}, []*event.Event{row("a", "1", "q", "2")}, []string{"z", "a", "q"}},
		{"a later field behind the one before it", nil, []*event.Event{row("a", "1", "c", "1"), row("a", "1", "b", "1", "c", "1")}, []string{"a", "b", "c"}},
		{"a field that nothing precedes goes last", nil, []*event.Event{row("a", "1"), row("z", "1", "a", "1")}, []string{"a", "z"}},
		{"known columns do not attract others", []string{"k", "l"}, []*event.Event{row("k", "1", "x", "1"), row("k", "1", "y", "1", "x", "1")}, []string{"k", "l", "x", "y"}},
		{"repeated known columns", []string{"a", "a"}, nil, []string{"a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, order(test.known, test.rows)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func order(known []string, rows []*event.Event) []string {
	l := newColumnList(known)
	for _, row := range rows {
		l.add(row)
	}
	return l.names()
}

func TestRowsAsTable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		width   int
		columns []string
		rows    []*event.Event
		want    string
	}{
		{
			"numbers to the right, text to the left", 80,
			[]string{"eventName", "count"},
			[]*event.Event{row("eventName", "ModifyImageAttribute", "count", "7"), row("eventName", "ConsoleLogin", "count", "1024")},
			`
eventName             count
───────────────────────────
ModifyImageAttribute      7
ConsoleLogin           1024
`,
		},
		{
			"values of a multivalue below each other", 80,
			[]string{"user", "accounts_added"},
			[]*event.Event{row("user", "alice", "accounts_added", "111122223333\n444455556666"), row("user", "bob")},
			`
user   accounts_added
─────────────────────
alice    111122223333
         444455556666

bob
`,
		},
		{
			"times in the zone asked for", 80,
			[]string{"_time"},
			[]*event.Event{row("_time", "1722515157"), row("_time", "1722515157.25"), row("_time", "soon")},
			`
_time
───────────────────────
2024-08-01T12:25:57Z
2024-08-01T12:25:57.25Z
soon
`,
		},
		{
			"only the widest columns give way", 60,
			[]string{"eventName", "userAgent", "errorCode"},
			[]*event.Event{row("eventName", "DescribeInstances", "userAgent", "aws-cli/2.15.30 Python/3.11.8 Linux/6.5.0 exe/x86_64 prompt/off", "errorCode", "AccessDenied")},
			`
eventName          userAgent                    errorCode
────────────────────────────────────────────────────────────
DescribeInstances  aws-cli/2.15.30              AccessDenied
                   Python/3.11.8 Linux/6.5.0
                   exe/x86_64 prompt/off
`,
		},
		{
			"wide characters", 40,
			[]string{"name", "n"},
			[]*event.Event{row("name", "日本語", "n", "1"), row("name", "abc", "n", "22")},
			`
name     n
──────────
日本語   1
abc     22
`,
		},
		{
			"control characters are seen, not obeyed", 80,
			[]string{"a", "b"},
			[]*event.Event{row("a", "x\x1b[31m\rz\ty", "b", "\u202egnp.exe\u200b")},
			`
a                b
────────────────────────────────────
x\x1b[31m\rz\ty  \u202egnp.exe\u200b
`,
		},
		{
			"columns that would get too narrow: one block a row", 40,
			[]string{"firstTime", "sourceIPAddress", "userAgent", "user_arn"},
			[]*event.Event{row("firstTime", "2024-08-01T12:25:57", "sourceIPAddress", "198.51.100.7", "userAgent", "aws-cli/2.15.30 Python/3.11.8", "user_arn", "a\nb")},
			`
── 1 ───────────────────────────────────
firstTime        2024-08-01T12:25:57
sourceIPAddress  198.51.100.7
userAgent        aws-cli/2.15.30
                 Python/3.11.8
user_arn         a
                 b
`,
		},
		{
			"long cells are cut after some lines", 20,
			[]string{"a"},
			[]*event.Event{row("a", strings.Repeat("0123456789", 30))},
			`
                   a
────────────────────
01234567890123456789
01234567890123456789
01234567890123456789
01234567890123456789
0123456789012345678…
`,
		},
		{"no rows draw nothing but the header", 80, []string{"a"}, nil, "\na\n─\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := written(t, "table", test.columns, test.rows, Options{Width: test.width})
			if diff := cmp.Diff(test.want, "\n"+got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEventsAsTableShowTimeAndText(t *testing.T) {
	t.Parallel()
	e := row("_time", "1722515157", "_raw", `{"eventName":"ConsoleLogin"}`, "eventName", "ConsoleLogin")
	got := written(t, "table", nil, []*event.Event{e}, Options{Width: 80})
	want := "_time                 _raw\n" +
		strings.Repeat("─", 50) + "\n" +
		"2024-08-01T12:25:57Z  {\"eventName\":\"ConsoleLogin\"}\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever the logs say, each format stays what it is: JSON parses and gives
// the value back, a CSV cell is no formula, and a table neither holds a
// character that a terminal acts on nor is wider than the terminal.
func TestHostileText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
			rapid.StringOf(rapid.SampledFrom([]rune("=+-@\t\r\n\x1b[]\u202e\u200b\u0301日👨‍👩‍👧 a,"))),
		)
		name := "f" + text.Draw(t, "name")
		rows := []*event.Event{event.New(event.Field{Name: name, Value: value.OfText(text.Draw(t, "value"))})}
		original := rows[0].Get(name).String()

		var b bytes.Buffer
		if err := writeAll(&b, "ndjson", nil, rows, Options{}); err != nil {
			t.Fatal(err)
		}
		var object map[string]string
		if err := json.Unmarshal(b.Bytes(), &object); err != nil {
			t.Fatalf("%v in %s", err, b.Bytes())
		}
		if got, want := object[valid(name)], valid(original); got != want {
			t.Fatalf("JSON gave %q back for %q", got, want)
		}

		b.Reset()
		if err := writeAll(&b, "csv", []string{name}, rows, Options{}); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(lines) != 2 {
			t.Fatalf("CSV of %q: %q, %v", original, lines, err)
		}
		if _, isNumber := value.ParseNumber(lines[1][0]); !isNumber && strings.ContainsAny(lines[1][0][:min(1, len(lines[1][0]))], "=+-@\t\r\n") {
			t.Fatalf("a formula: %q", lines[1][0])
		}

		b.Reset()
		width := rapid.IntRange(minWidth, 120).Draw(t, "width")
		if err := writeAll(&b, "table", []string{name}, rows, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if textWidth(line) > width {
				t.Fatalf("%d columns in a terminal of %d: %q", textWidth(line), width, line)
			}
			for _, r := range line {
				if !unicode.IsPrint(r) {
					t.Fatalf("unprintable %U in %q", r, line)
				}
			}
		}
	})
}

// valid is what becomes of bytes that are not UTF-8: each is one U+FFFD.
func valid(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		b.WriteRune(r)
		s = s[size:]
	}
	return b.String()
}

func BenchmarkRows(b *testing.B) {
	var rows []*event.Event
	for range 10_000 {
		rows = append(rows, row("_time", "1722515157", "eventName", "ModifyImageAttribute", "user_arn", "arn:aws:iam::123456789012:user/alice", "count", "12"))
	}
	for _, format := range Names() {
		b.Run(format, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var out bytes.Buffer
				if err := writeAll(&out, format, []string{"_time", "eventName", "user_arn", "count"}, rows, Options{Width: 80}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
