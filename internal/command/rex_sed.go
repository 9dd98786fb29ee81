package command

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/regex"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// parseRexSed reads what follows mode=sed.
func parseRexSed(a *spl.Args, field string) (plan.Op, error) {
	t := a.Peek()
	if t.Kind != spl.Text {
		a.Fail(t.Span, diag.MissingArgument, "", `a sed expression in double quotes was expected, such as "s/a/b/g"`)
		return nil, a.Err()
	}
	a.Next()
	op := rexSedOp{field: field, expression: t.Text, place: placeOf(a)}
	for rest := strings.TrimLeft(t.Text, sedBlanks); ; rest = strings.TrimLeft(rest, sedBlanks) {
		var edit sedEdit
		if rest = edit.read(a, t.Span, rest); a.Err() != nil {
			return nil, a.Err()
		}
		op.edits = append(op.edits, edit)
		if strings.Trim(rest, sedBlanks) == "" {
			return op, a.End()
		}
	}
}

const sedBlanks = " \t\r\n;"

type rexSedOp struct {
	field      string
	expression string
	edits      []sedEdit
	place      place
}

// sedEdit is one s or y command.
type sedEdit struct {
	re          *regex.Regexp // nil for y
	replacement string
	all         bool
	nth         int // the match to replace, counted from 1, unless all
	swap        map[rune]rune
}

// read takes one command off the beginning of s and returns the rest.
func (edit *sedEdit) read(a *spl.Args, span diag.Span, s string) string {
	if len(s) < 2 || s[0] != 's' && s[0] != 'y' || s[1] >= utf8.RuneSelf || s[1] == '\\' {
		a.Fail(span, diag.BadArgument, "", "a sed expression such as s/a/b/g or y/abc/xyz/ was expected")
		return ""
	}
	from, rest, ok := cutSed(s[2:], s[1])
	to, rest, closed := cutSed(rest, s[1])
	if !ok || !closed {
		a.Fail(span, diag.BadArgument, "", "the sed expression needs three %c", s[1])
		return ""
	}
	if s[0] == 'y' {
		x, y := []rune(from), []rune(to)
		if len(x) != len(y) {
			a.Fail(span, diag.BadArgument, "", "y needs as many characters on both sides, not %d and %d", len(x), len(y))
		}
		edit.swap = make(map[rune]rune, len(x))
		for i := range min(len(x), len(y)) {
			if _, twice := edit.swap[x[i]]; !twice {
				edit.swap[x[i]] = y[i]
			}
		}
		return rest
	}
	edit.replacement, edit.nth = to, 1
	flags := len(rest) - len(strings.TrimLeft(rest, "gi0123456789"))
	if n := strings.Trim(rest[:flags], "gi"); n != "" {
		var err error
		if edit.nth, err = strconv.Atoi(n); err != nil || edit.nth < 1 {
			a.Fail(span, diag.BadArgument, "", "the flags %q of the sed expression: g or a number above 0 was expected", rest[:flags])
		}
	}
	edit.all = strings.Contains(rest[:flags], "g")
	if strings.Contains(rest[:flags], "i") {
		from = "(?i)" + from
	}
	edit.re = compilePattern(a, span, from)
	if rest = rest[flags:]; rest != "" && strings.IndexByte(sedBlanks, rest[0]) < 0 {
		a.Fail(span, diag.BadArgument, "", "the flags of the sed expression: g or a number was expected, not %q", rest)
	}
	return rest
}

// cutSed cuts s at the first mark that no backslash stands before. A backslash
// before a mark goes, any other stays.
func cutSed(s string, mark byte) (before, after string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			if s[i] != mark {
				b.WriteByte('\\')
			}
			b.WriteByte(s[i])
		case s[i] == mark:
			return b.String(), s[i+1:], true
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

func (op rexSedOp) String() string {
	return "rex field=" + argName(op.field) + " mode=sed " + spl.Quote(op.expression)
}

func (op rexSedOp) Kind() plan.Kind                  { return plan.Streaming }
func (op rexSedOp) Needs(wanted event.Set) event.Set { return wanted }

func (op rexSedOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	for _, edit := range op.edits {
		if edit.re != nil {
			next = watchPattern(edit.re, op.place, run, next)
		}
	}
	return changeRows(next, func(e *event.Event) {
		v := e.Get(op.field)
		if v.IsNull() {
			return
		}
		e.Set(op.field, mapValues(v, func(v value.Value) value.Value {
			text := v.String()
			for _, edit := range op.edits {
				text = edit.apply(text)
			}
			return value.OfText(text)
		}))
	}), nil
}

func (edit *sedEdit) apply(s string) string {
	switch {
	case edit.re == nil:
		return strings.Map(func(r rune) rune {
			if to, ok := edit.swap[r]; ok {
				return to
			}
			return r
		}, s)
	case edit.all:
		return edit.re.Replace(s, edit.replacement, 0)
	}
	matches := edit.re.FindAll(s, edit.nth)
	if len(matches) < edit.nth {
		return s
	}
	at := matches[edit.nth-1]
	return s[:at[0]] + regex.Expand(edit.replacement, s, at) + s[at[1]:]
}
