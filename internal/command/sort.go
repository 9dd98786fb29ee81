package command

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spill"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var sortCommand = &Spec{
	Name:    "sort",
	Syntax:  "sort [<n> | limit=<n>] ([-|+] <sort-field> [,])... [d|desc]",
	Summary: "Put results in the order of fields.",
	Details: `A <sort-field> is a field, or auto(field), num(field), str(field) or ip(field) for how its values compare. auto, the default, takes each pair of values by itself: two numbers by size, two IP addresses by address, anything else as text.
A minus sign before a field sorts by it in descending order; one with a blank behind it that begins the fields, as in sort - a b, is for each field without a sign of its own up to a comma: in sort - a, b it is for a alone. desc at the end turns all orders around.
Rows without the field come last in both directions, and equal rows keep their order. At most 10,000 rows come out, with a warning if there were more; n changes that, and 0 means all. A multivalue sorts by its first value.`,
	Examples: []string{
		"search * | sort -_time, eventName",
		"search * | stats count by src_ip | sort 0 -num(count), ip(src_ip)",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := sortOp{limit: defaultLimit, place: placeOf(a)}
		if !a.Count("limit", &op.limit) {
			a.TakeCount(&op.limit)
		}
		op.keys = takeSortKeys(a)
		if len(op.keys) == 0 {
			a.Fail(a.Peek().Span, diag.MissingArgument, "", "a field to sort by was expected")
		}
		return op, a.End()
	},
}

// defaultLimit stands for the run's own limit of rows.
const defaultLimit = -1

type sortOp struct {
	keys  []sortKey
	limit int // 0 for all, or defaultLimit
	place place
}

// sortKey is a field to sort by.
type sortKey struct {
	field string
	kind  string // auto, num, str or ip
	desc  bool
}

var sortKinds = []string{"auto", "num", "str", "ip"}

// takeSortKeys takes the fields to sort by, up to the end of the arguments. A
// lone minus before them is for all without a sign up to a comma: shipped
// content sorts by "- _time unique_accounts" to keep the rows with most
// accounts, while in "- a, b" it is for a alone.
func takeSortKeys(a *spl.Args) []sortKey {
	var keys []sortKey
	allDesc := a.Peek().Kind == spl.Word && a.Peek().Text == "-"
	if allDesc {
		a.Next()
	}
	for {
		for a.Take(",") { // stray and doubled commas occur in shipped content
			allDesc = allDesc && len(keys) == 0
		}
		if !a.More() {
			return keys
		}
		if len(keys) > 0 && a.PeekAt(1).Kind == spl.End && a.Keyword("d", "desc") {
			for i := range keys {
				keys[i].desc = !keys[i].desc
			}
			return keys
		}
		key := sortKey{kind: "auto", desc: allDesc}
		key.take(a)
		if a.Err() != nil {
			return nil
		}
		keys = append(keys, key)
	}
}

// take reads the field with its sign, glued to it or not, and its type.
func (k *sortKey) take(a *spl.Args) {
	t := a.Peek()
	sign := ""
	if t.Kind == spl.Word && strings.IndexByte("+-", t.Text[0]) >= 0 {
		sign = t.Text[:1]
		k.desc = sign == "-"
	}
	if t.Text == sign && sign != "" {
		a.Next()
		t, sign = a.Peek(), ""
	}
	name := strings.TrimPrefix(t.Text, sign)
	open := a.PeekAt(1)
	call := t.Kind == spl.Word && open.Kind == spl.Punct && open.Text == "("
	k.field = name
	switch {
	case call && slices.Contains(sortKinds, strings.ToLower(name)):
		a.Next()
		a.Expect("(")
		k.kind, k.field = strings.ToLower(name), takeField(a)
		a.Expect(")")
	case call: // a column such as count(x)
		k.field = strings.TrimPrefix(a.Column(), sign)
		if hint := diag.Suggest(name, sortKinds); hint != "" {
			a.Fail(t.Span, diag.BadArgument, hint, "%s: a column, or one of %s around a field, was expected", k.field, strings.Join(sortKinds, ", "))
		}
	default:
		a.Field()
	}
	if isPattern(k.field) {
		a.Fail(t.Span, diag.BadArgument, "name each field", "%s: patterns are not allowed here", k.field)
	}
}

func (k sortKey) String() string {
	s := argName(k.field)
	if k.kind != "auto" {
		s = k.kind + "(" + s + ")"
	}
	if k.desc {
		return "-" + s
	}
	return "+" + s
}

func (op sortOp) String() string {
	s := "sort "
	if op.limit != defaultLimit {
		s += strconv.Itoa(op.limit) + " "
	}
	return s + sortKeysString(op.keys)
}

func sortKeysString(keys []sortKey) string {
	texts := make([]string, len(keys))
	for i, k := range keys {
		texts[i] = k.String()
	}
	return strings.Join(texts, ", ")
}

func (op sortOp) Kind() plan.Kind { return plan.Dataset }

func (op sortOp) Needs(wanted event.Set) event.Set { return wanted.With(sortFields(op.keys)...) }

func sortFields(keys []sortKey) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.field
	}
	return names
}

func (op sortOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	limit := op.limit
	if limit == defaultLimit {
		limit = run.Limits.SortRows
	}
	return &sortRun{op: op, run: run, next: next, limit: limit, sorter: newSorter(run, op.keys, limit)}, nil
}

// newSorter returns what keeps rows in the order of the keys, on disk once they
// take a good part of the run's memory.
func newSorter(run *plan.Run, keys []sortKey, limit int) *spill.Sorter {
	return spill.NewSorter(func(a, b *event.Event) int {
		for _, k := range keys {
			if c := k.compare(a.Get(k.field), b.Get(k.field)); c != 0 {
				return c
			}
		}
		return 0
	}, run.Limits.SortMemory(), limit)
}

// addSorted adds a row to a sorter of the keys. The keys become fields of the
// row's own, so that comparing it does not read its record again and again.
func addSorted(sorter *spill.Sorter, keys []sortKey, e *event.Event) error {
	for _, k := range keys {
		if v := e.Get(k.field); !v.IsNull() {
			e.Set(k.field, v)
		}
	}
	return sorter.Add(e)
}

type sortRun struct {
	op     sortOp
	run    *plan.Run
	next   plan.Sink
	limit  int // 0 for all
	sorter *spill.Sorter
	seen   int
	pushed int
}

// Push implements [plan.Sink].
func (r *sortRun) Push(b event.Batch) (bool, error) {
	r.seen += len(b)
	for _, e := range b {
		if err := addSorted(r.sorter, r.op.keys, e); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Close implements [plan.Sink].
func (r *sortRun) Close() error {
	if r.seen > r.limit && r.limit > 0 && r.op.limit == defaultLimit {
		r.op.place.warn(r.run, diag.LimitReached, `write "sort 0" to keep all`, "only the first %d of %d rows were kept", r.limit, r.seen)
	}
	if err := spill.Merge([]*spill.Sorter{r.sorter}, r.push); err != nil {
		return err
	}
	return r.next.Close()
}

func (r *sortRun) push(b event.Batch) (bool, error) {
	if err := r.run.Context.Err(); err != nil {
		return false, err
	}
	for _, e := range b {
		e.SetOrder(orderOfRow(r.pushed))
		r.pushed++
	}
	return r.next.Push(b)
}

// compare orders two values by the key. An absent one comes last in both
// directions. Source: Splunk, sort.
func (k sortKey) compare(a, b value.Value) int {
	if a.IsNull() || b.IsNull() {
		return value.Compare(a, b)
	}
	c := 0
	switch k.kind {
	case "num":
		c = value.Compare(a, b)
	case "str":
		c = cmp.Compare(a.At(0).String(), b.At(0).String())
	case "ip":
		c = compareIP(a.At(0).String(), b.At(0).String())
	default:
		c = value.CompareAuto(a, b)
	}
	if k.desc {
		return -c
	}
	return c
}

// compareIP orders addresses before other texts.
func compareIP(a, b string) int {
	if c, ok := value.CompareIP(a, b); ok {
		return c
	}
	_, aIs := value.CompareIP(a, a)
	_, bIs := value.CompareIP(b, b)
	switch {
	case aIs:
		return -1
	case bIs:
		return 1
	}
	return cmp.Compare(a, b)
}
