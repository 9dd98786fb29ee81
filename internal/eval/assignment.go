package eval

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// Assignment is `target=expression`, as the eval command has them.
type Assignment struct {
	// Target is the name of the field. A field's name in braces in it stands
	// for that field's value.
	Target string
	X      *Expr
	Span   diag.Span

	parts []targetPart // of a target with braces
}

// targetPart is a piece of a target: a text, or a field whose value it is.
type targetPart struct {
	text  string
	field bool
}

// ParseAssignments reads assignments separated by commas, to the end of the
// arguments.
func ParseAssignments(a *spl.Args) ([]Assignment, error) {
	var list []Assignment
	for {
		start := a.Peek().Span
		x := Assignment{Target: a.Field()}
		a.Expect("=")
		if t := a.Peek(); t.Kind == spl.End {
			a.Fail(t.Span, diag.MissingArgument, "", "an expression was expected after %s=", x.Target)
		}
		tree := a.Expr()
		if a.Err() != nil {
			return nil, a.Err()
		}
		x.Span = start.Join(tree.Span())
		var err error
		if x.X, err = Bind(tree, a.Command()); err != nil {
			a.FailWith(err)
			return nil, a.Err()
		}
		if is, known := x.X.Boolean(); is && known {
			a.Fail(tree.Span(), diag.BadType, `write if(…, "true", "false") or tostring(…)`, "a condition cannot be stored in the field %s", x.Target)
		}
		x.parts = targetParts(x.Target)
		list = append(list, x)
		if a.Take(",") {
			continue
		}
		if t := a.Peek(); t.Kind != spl.End {
			a.Fail(t.Span, diag.BadSyntax, afterExpression(t, a.PeekAt(1)), "an operator or a comma was expected, not %q", t.Text)
		}
		return list, a.Err()
	}
}

// afterExpression says what was likely meant by a token that does not go on
// with an expression.
func afterExpression(t, next spl.Token) string {
	switch {
	case next.Kind == spl.Punct && next.Text == "=":
		return "separate assignments by commas"
	case strings.ContainsAny(t.Text, "{}@:"):
		return "write a field name with such characters in single quotes"
	}
	return ""
}

// targetParts splits a target at its braces; it returns nil for one without.
// Empty braces are those of an array's name.
func targetParts(target string) []targetPart {
	var parts []targetPart
	templated := false
	for rest := target; rest != ""; {
		open := strings.IndexByte(rest, '{')
		size := closingBrace(rest[open+1:])
		switch {
		case open < 0 || size < 0:
			parts = append(parts, targetPart{text: rest})
			rest = ""
			continue
		case size == 0:
			parts = append(parts, targetPart{text: rest[:open+2]})
		default:
			parts = append(parts, targetPart{text: rest[:open]}, targetPart{rest[open+1 : open+1+size], true})
			templated = true
		}
		rest = rest[open+2+size:]
	}
	if !templated {
		return nil
	}
	return parts
}

// closingBrace returns the offset of the brace that closes one before s, or -1.
// A field in braces may have those of an array in its name.
func closingBrace(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// Templated reports whether the name of the field depends on the row.
func (x Assignment) Templated() bool { return x.parts != nil }

// Fields returns the fields that the assignment reads.
func (x Assignment) Fields() event.Set {
	fields := x.X.Fields()
	for _, p := range x.parts {
		if p.field {
			fields = fields.With(p.text)
		}
	}
	return fields
}

// Apply assigns the expression's value for a row to the row's field; null
// removes the field. Nothing is assigned if a field in the target's braces is
// absent; of one with several values the first counts.
func (x Assignment) Apply(env *Env, row *event.Event) {
	target := x.Target
	if x.parts != nil {
		if target = x.target(row); target == "" {
			return
		}
	}
	v := x.X.Eval(env, row)
	if v.Kind() == value.Bool { // known only now, as for coalesce
		v = value.OfText(v.String())
	}
	row.Set(target, v)
}

// target is the name of the field for a row, "" if it has none.
func (x Assignment) target(row *event.Event) string {
	var name strings.Builder // a name of its own: names outlast the row's text
	for _, p := range x.parts {
		if !p.field {
			name.WriteString(p.text)
			continue
		}
		v := row.Get(p.text)
		if v.IsNull() || name.Len() > event.MaxNames {
			return ""
		}
		name.WriteString(v.At(0).String())
	}
	return name.String()
}

// String prints the assignment so that it parses to an equal one.
func (x Assignment) String() string { return targetString(x.Target) + "=" + x.X.String() }

// targetString writes a target bare if it is read back as one word.
func targetString(target string) string {
	if strings.ContainsFunc(target, func(r rune) bool { return r != '_' && r != '.' && r != '-' && r != '{' && r != '}' && !isWordRune(r) }) {
		return spl.Quote(target)
	}
	return spl.ArgString(target)
}

func isWordRune(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// Equal reports whether two assignments are written alike.
func (x Assignment) Equal(y Assignment) bool {
	return x.Target == y.Target && x.X.Equal(y.X) && slices.Equal(x.parts, y.parts)
}
