package diag_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/diag"
)

// at returns a problem at the first occurrence of word in text.
func at(text, word string) *diag.Error {
	start := strings.Index(text, word)
	return &diag.Error{
		Source: &diag.Source{Name: "search", Text: text}, Span: diag.Span{Start: start, End: start + len(word)},
		Code: diag.UnknownCommand, Message: "unknown command",
	}
}

func TestRenderPutsTheCaretUnderTheSpan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  *diag.Error
		want []string
	}{
		{
			"one line", at("search x | haed 3", "haed"),
			[]string{
				"search:1:12: error: unknown command [unknown-command]",
				" 1 | search x | haed 3",
				"   |            ^^^^",
			},
		},
		{
			"tabs are kept, so the caret sits right at any tab width", at("\t|\thaed", "haed"),
			[]string{
				"search:1:4: error: unknown command [unknown-command]",
				" 1 | \t|\thaed",
				"   | \t \t^^^^",
			},
		},
		{
			"wide characters take two columns", at(`user="日本" | haed`, "haed"),
			[]string{
				"search:1:13: error: unknown command [unknown-command]",
				` 1 | user="日本" | haed`,
				"   |               ^^^^",
			},
		},
		{
			"the span itself may be wide", at(`| 日本`, "日本"),
			[]string{
				"search:1:3: error: unknown command [unknown-command]",
				" 1 | | 日本",
				"   |   ^^^^",
			},
		},
		{
			"combining marks take none", at("e\u0301 | haed", "haed"),
			[]string{
				"search:1:6: error: unknown command [unknown-command]",
				" 1 | e\u0301 | haed",
				"   |     ^^^^",
			},
		},
		{
			"a later line", at("search x\n| stats count\n  | haed 3\n| table x", "haed"),
			[]string{
				"search:3:5: error: unknown command [unknown-command]",
				" 3 |   | haed 3",
				"   |     ^^^^",
			},
		},
		{
			"line ends of Windows", at("search x\r\n| haed\r\n", "haed"),
			[]string{
				"search:2:3: error: unknown command [unknown-command]",
				" 2 | | haed",
				"   |   ^^^^",
			},
		},
		{
			"a span over several lines is marked on its first", at("a | b\nc", "b\nc"),
			[]string{
				"search:1:5: error: unknown command [unknown-command]",
				" 1 | a | b",
				"   |     ^",
			},
		},
		{
			"an empty span, as at the end of the text, gets one caret", &diag.Error{
				Source: &diag.Source{Name: "search", Text: "x |"}, Span: diag.Span{Start: 3, End: 3},
				Code: diag.BadSyntax, Message: "a command was expected after |",
			},
			[]string{
				"search:1:4: error: a command was expected after | [bad-syntax]",
				" 1 | x |",
				"   |    ^",
			},
		},
		{
			"a span beyond the text", &diag.Error{
				Source: &diag.Source{Name: "search", Text: "x"}, Span: diag.Span{Start: 7, End: 9}, Code: diag.BadSyntax, Message: "m",
			},
			[]string{"search:1:2: error: m [bad-syntax]", " 1 | x", "   |  ^"},
		},
		{
			"line numbers of the file that the text stands in", &diag.Error{
				Source: &diag.Source{Name: "root.yml", Text: "a\nhaed", FirstLine: 122}, Span: diag.Span{Start: 2, End: 6},
				Code: diag.UnknownCommand, Message: "unknown command", Hint: `did you mean "head"?`,
			},
			[]string{
				"root.yml:123:1: error: unknown command [unknown-command]",
				"123 | haed",
				`    | ^^^^ did you mean "head"?`,
			},
		},
		{
			"the macros that led there, innermost first", &diag.Error{
				Source: &diag.Source{Name: "macro `inner`", Text: "haed"}, Span: diag.Span{Start: 0, End: 4},
				Code: diag.UnknownCommand, Message: "unknown command", Within: []string{"outer(1)", "inner"},
			},
			[]string{
				"macro `inner`:1:1: error: unknown command [unknown-command]",
				" 1 | haed",
				"   | ^^^^",
				"     in macro `inner`",
				"     in macro `outer(1)`",
			},
		},
		{
			"without a source", &diag.Error{Code: diag.LimitReached, Message: "too many rows", Hint: "narrow the search"},
			[]string{"error: too many rows [limit-reached]", "  hint: narrow the search"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(strings.Join(tt.want, "\n"), tt.err.Render()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestRenderShowsPartOfALongLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a ", 500_000)
	got := at(long+"haed"+strings.Repeat(" 日", 500_000), "haed").Render()
	if len(got) > 1000 {
		t.Errorf("the message has %d bytes", len(got))
	}
	lines := strings.Split(got, "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[1], " 1 | …a a") || !strings.HasSuffix(lines[1], "日 …") {
		t.Fatalf("the line is not cut on both sides:\n%s", got)
	}
	caret := utf8.RuneCountInString(lines[2][:strings.IndexByte(lines[2], '^')])
	word := utf8.RuneCountInString(lines[1][:strings.Index(lines[1], "haed")])
	if caret != word {
		t.Errorf("the caret stands in column %d, the word in %d:\n%s", caret, word, got)
	}
}

func TestRenderMakesControlCharactersVisible(t *testing.T) {
	t.Parallel()
	hostile := "\x1b[2J\a\x7f\u009b\u202e\u200b\u2028"
	e := &diag.Error{
		Source: &diag.Source{Name: "a" + hostile + "b", Text: "x" + hostile + " haed"}, Span: diag.Span{Start: 1, End: 2},
		Code: diag.BadSyntax, Message: "a value was expected, not " + hostile, Hint: hostile, Within: []string{hostile},
	}
	for _, got := range []string{e.Render(), e.RenderWarning(), e.Error(), (&diag.Error{Message: hostile, Hint: hostile}).Render()} {
		for _, r := range "\x1b\a\x7f\u009b\u202e\u200b\u2028" {
			if strings.ContainsRune(got, r) {
				t.Errorf("%q holds %q", got, r)
			}
		}
	}
	if got := e.RenderWarning(); !strings.Contains(got, ": warning: ") {
		t.Errorf("not a warning:\n%s", got)
	}
}

func TestErrorIsOneLine(t *testing.T) {
	t.Parallel()
	e := at("a\n| haed", "haed")
	e.Hint = `did you mean "head"?`
	if got, want := e.Error(), `search:2:3: unknown command; did you mean "head"?`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	e.Message = "two\nlines"
	if strings.Contains(e.Error(), "\n") {
		t.Errorf("%q has two lines", e.Error())
	}
	if got := (&diag.Error{Message: "nowhere"}).Error(); got != "nowhere" {
		t.Errorf("got %q", got)
	}
}

// Whatever the text and the span, a message comes out, of bounded size and of
// lines that begin with the gutter.
func TestRenderNeverFails(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "text"))
		if rapid.Bool().Draw(t, "continuation bytes") {
			text += strings.Repeat("\x80", rapid.IntRange(0, 500).Draw(t, "n"))
		}
		e := &diag.Error{
			Source: &diag.Source{Name: "s", Text: text},
			Span:   diag.Span{Start: rapid.IntRange(-1, len(text)+2).Draw(t, "start"), End: rapid.IntRange(-1, len(text)+2).Draw(t, "end")},
		}
		lines := strings.Split(e.Render(), "\n")
		if len(lines) != 3 {
			t.Fatalf("%d lines: %q", len(lines), lines)
		}
		if len(lines[1]) > 2000 {
			t.Fatalf("the excerpt has %d bytes", len(lines[1]))
		}
	})
}

func TestListUnwraps(t *testing.T) {
	t.Parallel()
	first, second := at("| haed", "haed"), at("| tial", "tial")
	list := diag.List{first, second}
	err := fmt.Errorf("compile: %w", list.Err())
	var found *diag.Error
	if !errors.As(err, &found) || found != first {
		t.Errorf("errors.As found %v", found)
	}
	if got := diag.All(err); len(got) != 2 || got[1] != second {
		t.Errorf("All found %v", got)
	}
	if got := diag.All(errors.Join(errors.New("other"), second)); len(got) != 1 || got[0] != second {
		t.Errorf("All found %v", got)
	}
	if got := diag.All(errors.New("other")); got != nil {
		t.Errorf("All found %v", got)
	}
	if got, want := list.Error(), first.Error()+"\n"+second.Error(); got != want {
		t.Errorf("got %q", got)
	}
}

func TestListErr(t *testing.T) {
	t.Parallel()
	if err := (diag.List{}).Err(); err != nil {
		t.Errorf("an empty list is the error %v", err)
	}
	one := at("x", "x")
	if err := (diag.List{one}).Err(); !errors.Is(err, one) {
		t.Errorf("a list of one is %v", err)
	}
	many := diag.List{}
	for range 3 * diag.MaxErrors {
		many = append(many, one)
	}
	if got := len(diag.All(many.Err())); got != diag.MaxErrors {
		t.Errorf("%d problems are reported", got)
	}
}
