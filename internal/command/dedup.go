package command

import (
	"strconv"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var dedup = &Spec{
	Name:    "dedup",
	Syntax:  "dedup [<n>] <field-list> [keepevents=<bool>] [keepempty=<bool>] [consecutive=<bool>] [sortby ([-|+] <sort-field>)...]",
	Summary: "Keep the first n results, 1 unless told otherwise, of each combination of field values.",
	Details: `First is in the order of the results: of events the newest. Values compare as text, case counts; of multivalues the whole lists.
A result that lacks one of the fields is dropped, or kept with keepempty=true. keepevents=true keeps every result but removes the fields from those that would be dropped. consecutive=true drops only results that directly follow one with the same values. sortby sorts first.`,
	Examples: []string{
		"search * | dedup user",
		"search * | dedup 3 user, src_ip keepempty=true",
		"search * | dedup user sortby -_time",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := dedupOp{n: 1}
		a.Bool("keepevents", &op.keepEvents)
		a.Bool("keepempty", &op.keepEmpty)
		a.Bool("consecutive", &op.consecutive)
		count := a.Peek()
		if a.TakeCount(&op.n) && op.n == 0 {
			a.Fail(count.Span, diag.BadArgument, "", "a whole number, 1 or more, was expected")
		}
		op.fields = takeFields(a, "sortby")
		refusePatterns(a, op.fields)
		if a.Keyword("sortby") {
			if op.sortBy = takeSortKeys(a); len(op.sortBy) == 0 {
				a.Fail(a.Peek().Span, diag.MissingArgument, "", "a field was expected after sortby")
			}
		}
		return op, a.End()
	},
}

type dedupOp struct {
	n                                  int
	fields                             []string
	keepEvents, keepEmpty, consecutive bool
	sortBy                             []sortKey
}

func (op dedupOp) String() string {
	s := "dedup " + strconv.Itoa(op.n) + " " + argNames(op.fields)
	s += flag("keepevents", op.keepEvents) + flag("keepempty", op.keepEmpty) + flag("consecutive", op.consecutive)
	if len(op.sortBy) > 0 {
		s += " sortby " + sortKeysString(op.sortBy)
	}
	return s
}

// flag writes an option that is false unless given.
func flag(name string, set bool) string {
	if !set {
		return ""
	}
	return " " + name + "=true"
}

func (op dedupOp) Kind() plan.Kind {
	if len(op.sortBy) > 0 {
		return plan.Dataset
	}
	return plan.Centralized
}

func (op dedupOp) Needs(wanted event.Set) event.Set {
	return wanted.With(op.fields...).With(sortFields(op.sortBy)...)
}

func (op dedupOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	r := &dedupRun{Sink: next, op: op, run: run, seen: map[string]int{}}
	if len(op.sortBy) > 0 {
		return &sortRun{op: sortOp{keys: op.sortBy}, run: run, next: r, sorter: newSorter(run, op.sortBy, 0)}, nil
	}
	return r, nil
}

type dedupRun struct {
	plan.Sink
	op   dedupOp
	run  *plan.Run
	seen map[string]int
	key  []byte
	last string // with consecutive, the combination of the row before
}

// Push implements [plan.Sink].
func (r *dedupRun) Push(b event.Batch) (bool, error) {
	kept, held := b[:0], 0
	for _, e := range b {
		n, size := r.count(e)
		held += size
		if n <= r.op.n {
			kept = append(kept, e)
		} else if r.op.keepEvents {
			for _, name := range r.op.fields {
				e.Set(name, value.Value{})
			}
			kept = append(kept, e)
		}
	}
	if err := r.run.Hold(held); err != nil || len(kept) == 0 {
		return true, err
	}
	return r.Sink.Push(kept)
}

// count returns how often the combination has come, with e, and the bytes newly
// held for it. A row to be dropped for want of a field counts as one too many,
// one to be kept as none.
func (r *dedupRun) count(e *event.Event) (n, held int) {
	r.key = r.key[:0]
	for _, name := range r.op.fields {
		v := e.Get(name)
		if v.IsNull() {
			if r.op.keepEmpty || r.op.keepEvents {
				return 0, 0
			}
			return r.op.n + 1, 0
		}
		r.key = appendKey(r.key, v)
	}
	if r.op.consecutive && r.last != string(r.key) {
		clear(r.seen)
		r.last = string(r.key)
	}
	n, seen := r.seen[string(r.key)]
	if !seen && !r.op.consecutive {
		held = len(r.key) + 64
	}
	r.seen[string(r.key)] = n + 1
	return n + 1, held
}

// appendKey appends a text that is equal for equal values only, in which
// numbers and texts are alike.
func appendKey(key []byte, v value.Value) []byte {
	key = strconv.AppendInt(key, int64(v.Len()), 10)
	for i := range v.Len() {
		s := v.At(i).String()
		key = append(key, ':')
		key = strconv.AppendInt(key, int64(len(s)), 10)
		key = append(key, ':')
		key = append(key, s...)
	}
	return append(key, ';')
}

// keyOf is the combination of values of fields.
func keyOf(e *event.Event, names []string) string {
	var key []byte
	for _, name := range names {
		key = appendKey(key, e.Get(name))
	}
	return string(key)
}
