package command

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// foreachItemOp runs an eval command for each value of a field.
type foreachItemOp struct {
	mode     string
	field    string
	template foreachTemplate
	ops      []plan.Op
}

// The fields in which a result carries the value and its number while the
// template runs.
const (
	itemField = "_foreach_item"
	iterField = "_foreach_iter"
)

func (op *foreachItemOp) compile(a *spl.Args, span diag.Span) {
	text, ok := op.template.bindItems()
	if !ok {
		a.Fail(span, diag.UnsupportedArgument, "", "in the template: %s and %s stand for values and cannot be part of a field's name", op.template.marks[markItem], op.template.marks[markIter])
		return
	}
	commands, ops, err := op.template.compile(text)
	failTemplate(a, span, ops, err)
	if !slices.Equal(commands, []string{"eval"}) {
		a.Fail(span, diag.BadArgument, "", "mode=%s takes a template of one eval command", op.mode)
	}
	op.ops = ops
}

// bindItems returns the template with its placeholders replaced by the fields
// that carry them. In a text in double quotes they are joined to it. It
// returns false for a placeholder in a field's name.
func (t foreachTemplate) bindItems() (string, bool) {
	var b strings.Builder
	for rest := t.text; rest != ""; {
		if field, n := t.item(rest); n > 0 {
			b.WriteString(field)
			rest = rest[n:]
			continue
		}
		n := 1
		switch rest[0] {
		case '"':
			n = t.bindText(&b, rest)
		case '\'':
			n = nameLength(rest)
			name := rest[:n]
			if strings.Contains(name, t.marks[markItem]) || strings.Contains(name, t.marks[markIter]) {
				return "", false
			}
			b.WriteString(name)
		default:
			b.WriteByte(rest[0])
		}
		rest = rest[n:]
	}
	return b.String(), true
}

// item returns the field for the placeholder that s begins with and the
// placeholder's length, 0 if it begins with none.
func (t foreachTemplate) item(s string) (field string, length int) {
	switch item, iter := t.marks[markItem], t.marks[markIter]; {
	case strings.HasPrefix(s, item):
		return "'" + itemField + "'", len(item)
	case strings.HasPrefix(s, iter):
		return "'" + iterField + "'", len(iter)
	}
	return "", 0
}

// nameLength is the length of the name in single quotes that s begins with.
func nameLength(s string) int {
	if end := strings.IndexByte(s[1:], '\''); end >= 0 {
		return end + 2
	}
	return len(s)
}

// bindText writes the text in double quotes that s begins with and returns its
// length there.
func (t foreachTemplate) bindText(b *strings.Builder, s string) int {
	text, joined := `"`, false
	i := 1
	for i < len(s) && s[i] != '"' {
		n := 1
		if field, length := t.item(s[i:]); length > 0 {
			text += `" . ` + field + ` . "`
			i, joined = i+length, true
			continue
		}
		if s[i] == '\\' && i+1 < len(s) {
			n = 2
		}
		text += s[i : i+n]
		i += n
	}
	text += `"`
	if joined {
		text = "(" + text + ")"
	}
	b.WriteString(text)
	return min(len(s), i+1)
}

func (op foreachItemOp) String() string {
	return "foreach mode=" + op.mode + op.template.options() + " " + argName(op.field) + " [" + op.template.text + "]"
}

func (op foreachItemOp) Kind() plan.Kind { return plan.Streaming }

// Needs adds what the template reads until nothing is new: each turn reads
// what the one before has made.
func (op foreachItemOp) Needs(wanted event.Set) event.Set {
	wanted = wanted.With(op.field)
	for {
		more := wanted.Union(opsNeeds(op.ops, wanted)).Without(itemField, iterField)
		if more.All() || slices.Equal(more.Names(), wanted.Names()) {
			return more
		}
		wanted = more
	}
}

func (op foreachItemOp) Columns(in []string) []string { return opsColumns(op.ops, in) }

func (op foreachItemOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	end := &passed{}
	first, err := start(run, op.ops, end)
	return &foreachItemRun{Sink: next, op: op, chain: foreachChain{first, end}}, err
}

type foreachItemRun struct {
	plan.Sink
	op    foreachItemOp
	chain foreachChain
	held  event.Batch
}

// Push implements [plan.Sink].
func (r *foreachItemRun) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		items := r.op.items(e.Get(r.op.field))
		for i, item := range items {
			e.Set(itemField, item)
			e.Set(iterField, value.OfInt(i))
			if _, err := r.chain.push(e, &r.held); err != nil {
				return false, err
			}
		}
		if len(items) > 0 {
			e.Set(itemField, value.Value{})
			e.Set(iterField, value.Value{})
		}
	}
	return r.Sink.Push(b)
}

// Close implements [plan.Sink].
func (r *foreachItemRun) Close() error {
	if err := r.chain.first.Close(); err != nil {
		return err
	}
	return r.Sink.Close()
}

// items returns the values to run the template for.
func (op foreachItemOp) items(v value.Value) []value.Value {
	if op.mode != "multivalue" && !v.IsMulti() {
		if items, ok := arrayItems(v.String()); ok || op.mode == "json_array" {
			return items
		}
	}
	items := make([]value.Value, v.Len())
	for i := range items {
		items[i] = v.At(i)
	}
	return items
}

// arrayItems returns the elements of a JSON array, numbers as numbers.
func arrayItems(text string) ([]value.Value, bool) {
	var elements []json.RawMessage
	if !strings.HasPrefix(strings.TrimSpace(text), "[") || json.Unmarshal([]byte(text), &elements) != nil {
		return nil, false
	}
	items := make([]value.Value, len(elements))
	for i, raw := range elements {
		items[i] = value.OfText(textOfJSON(raw))
		if f, ok := items[i].Float(); ok && !bytes.HasPrefix(raw, []byte(`"`)) {
			items[i] = value.OfNumberText(f, items[i].String())
		}
	}
	return items, true
}
