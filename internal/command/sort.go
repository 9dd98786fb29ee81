package command

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var sortCommand = &Spec{
	Name:    "sort",
	Syntax:  "sort [<n> | limit=<n>] ([-|+] <sort-field> [,])... [d|desc]",
	Summary: "Put results in the order of fields.",
	Details: `A <sort-field> is a field, or auto(field), num(field), str(field) or ip(field) for how its values compare. auto, the default, takes each pair of values by itself: two numbers by size, two IP addresses by address, anything else as text.
A minus sign sorts descending. Written together with a field it is for that field; with a blank behind it, for all further fields without a sign of their own. desc at the end turns all orders around.
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

// takeSortKeys takes the fields to sort by, up to the end of the arguments.
func takeSortKeys(a *spl.Args) []sortKey {
	var keys []sortKey
	var later bool // descending, for fields without a sign
	for {
		for a.Take(",") { //nolint:revive // stray and doubled commas occur in shipped content
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
		key := sortKey{kind: "auto", desc: later}
		t := a.Peek()
		if t.Kind == spl.Word && t.Text != "" && (t.Text[0] == '-' || t.Text[0] == '+') {
			key.desc = t.Text[0] == '-'
			t.Text = t.Text[1:]
			if t.Text == "" {
				a.Next()
				if a.Peek().Span.Start > t.Span.End {
					later = key.desc
				}
				t = a.Peek()
			}
		}
		key.take(a, t)
		if a.Err() != nil {
			return nil
		}
		keys = append(keys, key)
	}
}

// take reads the field, whose first token, without its sign, is t.
func (k *sortKey) take(a *spl.Args, t spl.Token) {
	k.field = t.Text
	a.Field()
	if t.Kind == spl.Word && a.Peek().Kind == spl.Punct && a.Take("(") {
		k.kind = strings.ToLower(t.Text)
		if !slices.Contains(sortKinds, k.kind) {
			a.Fail(t.Span, diag.BadArgument, diag.Suggest(k.kind, sortKinds), "%s( ): one of %s was expected", t.Text, strings.Join(sortKinds, ", "))
		}
		k.field = takeField(a)
		a.Expect(")")
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
	return &sortRun{sorter: sorter{keys: op.keys, limit: limit}, op: op, run: run, next: next}, nil
}

type sortRun struct {
	sorter
	op   sortOp
	run  *plan.Run
	next plan.Sink
	cut  bool
}

// Push implements [plan.Sink].
func (r *sortRun) Push(b event.Batch) (bool, error) {
	size := 0
	for _, e := range b {
		size += r.add(e.Clone())
		if r.limit > 0 && len(r.rows) >= 2*r.limit+sortSlack {
			size -= r.truncate()
		}
	}
	return true, r.run.Hold(size)
}

// Close implements [plan.Sink].
func (r *sortRun) Close() error {
	if r.truncate() > 0 {
		r.cut = true
	}
	if r.seen > r.limit && r.limit > 0 && r.op.limit == defaultLimit {
		r.op.place.warn(r.run, diag.LimitReached, `write "sort 0" to keep all`, "only the first %d of %d rows were kept", r.limit, r.seen)
	}
	if err := pushRows(r.run, r.next, r.sorted()); err != nil {
		return err
	}
	return r.next.Close()
}

// sortSlack is how many rows beyond twice its limit a sorter gathers before it
// drops the last ones.
const sortSlack = 10_000

// sorter keeps rows with the values that they sort by.
type sorter struct {
	keys  []sortKey
	limit int // 0 for all
	rows  []sortRow
	seen  int
}

type sortRow struct {
	row    *event.Event
	values []value.Value
	size   int
}

// add keeps a row, which is the sorter's, and returns its size.
func (s *sorter) add(row *event.Event) int {
	r := sortRow{row: row, values: make([]value.Value, len(s.keys)), size: row.Size()}
	for i, k := range s.keys {
		r.values[i] = row.Get(k.field)
		r.size += 56
	}
	s.rows = append(s.rows, r)
	s.seen++
	return r.size
}

// truncate sorts, drops the rows beyond the limit and returns their size.
func (s *sorter) truncate() int {
	slices.SortStableFunc(s.rows, func(a, b sortRow) int {
		for i, k := range s.keys {
			if c := k.compare(a.values[i], b.values[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	if s.limit == 0 || len(s.rows) <= s.limit {
		return 0
	}
	dropped := 0
	for _, r := range s.rows[s.limit:] {
		dropped += r.size
	}
	clear(s.rows[s.limit:])
	s.rows = s.rows[:s.limit]
	return dropped
}

// sorted returns the rows as they stand.
func (s *sorter) sorted() []*event.Event {
	rows := make([]*event.Event, len(s.rows))
	for i, r := range s.rows {
		rows[i] = r.row
	}
	return rows
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
