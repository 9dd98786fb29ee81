package command

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// byField is a field of a BY clause.
type byField struct {
	name string
	span diag.Span
	// bucket returns the group's value for a value of the field; null leaves
	// it out. It is nil where values are taken as they are.
	bucket func(value.Value) value.Value
	// optional makes rows without the field a group of their own.
	optional bool
}

// takeBy takes the fields behind BY, up to a stop word. None may be a pattern.
// Source: Splunk, stats.
func takeBy(a *spl.Args, stop ...string) []byField {
	var by []byField
	for {
		for a.Take(",") { // stray and doubled commas occur in shipped content
		}
		t := a.Peek()
		if t.Kind != spl.Word && t.Kind != spl.Text && t.Kind != spl.Name || slices.ContainsFunc(stop, t.Is) {
			break
		}
		f := takeByField(a)
		if !slices.ContainsFunc(by, func(b byField) bool { return b.name == f.name }) {
			by = append(by, f)
		}
	}
	if len(by) == 0 {
		a.Fail(a.Peek().Span, diag.MissingArgument, "", "a field was expected")
	}
	return by
}

func takeByField(a *spl.Args) byField {
	t := a.Peek()
	f := byField{name: a.Column(), span: t.Span}
	if isPattern(f.name) {
		a.Fail(t.Span, diag.BadArgument, "name each field", "%q: patterns are not allowed here", f.name)
	}
	return f
}

func byNames(by []byField) []string {
	names := make([]string, len(by))
	for i, f := range by {
		names[i] = f.name
	}
	return names
}

// byString writes a BY clause.
func byString(by []byField) string {
	if len(by) == 0 {
		return ""
	}
	return " by " + argNames(byNames(by))
}

// grouping is how the rows of one run are put into groups.
type grouping struct {
	run   *plan.Run
	place place
	by    []byField
	calls []*agg.Call
	// distinct leaves out repeated values of a multivalue BY field.
	distinct bool
}

// group is the rows that agree in the BY fields.
type group struct {
	*agg.Group
	by      []value.Value // null for an optional field that the rows lack
	rows    int
	lineage *event.Lineage
}

// groups is a [plan.Partial]: some rows put into groups, without what becomes
// of them in the end.
type groups struct {
	grouping
	reader  *agg.Reader
	index   map[string]*group
	missing []int // per BY field, the rows without it
	held    int   // bytes charged to the run
	pending int   // bytes not charged yet

	key     []byte
	values  []value.Value // of the row at hand, per BY field
	chosen  []value.Value // one of each of values
	visited int           // groups of the row at hand
}

func newGroups(g grouping, order agg.Order) *groups {
	return &groups{
		grouping: g, reader: agg.NewReader(g.run, g.calls, order, byNames(g.by)), index: map[string]*group{},
		missing: make([]int, len(g.by)), values: make([]value.Value, len(g.by)), chosen: make([]value.Value, len(g.by)),
	}
}

// Add puts the rows of a batch into their groups.
func (g *groups) Add(b event.Batch) error {
	for _, e := range b {
		if err := g.each(e, g.addTo); err != nil {
			return err
		}
	}
	return g.charge()
}

// charge tells the run how much more is held.
func (g *groups) charge() error {
	n := g.pending
	g.pending = 0
	g.held += n
	return g.run.Hold(n)
}

// release gives back what the groups hold.
func (g *groups) release() error {
	n := g.held
	g.held = 0
	return g.run.Hold(-n)
}

// addTo adds the row at hand to a group.
func (g *groups) addTo(grp *group, e *event.Event) {
	g.pending += g.reader.Add(grp.Group)
	grp.rows++
	g.pending += grp.inherit(e.Lineage())
}

// inherit adds the lineage of a row. It returns the bytes by which the group
// grew, by estimate.
func (grp *group) inherit(l *event.Lineage) (grew int) {
	if l == nil {
		return 0
	}
	const hash, id = 24, 100
	before := grp.lineage.Count()
	if grp.lineage == nil {
		grp.lineage = l.Clone()
	} else {
		grp.lineage.Merge(l)
	}
	after := grp.lineage.Count()
	return hash*(after-before) + id*(min(after, event.MaxLineage)-min(before, event.MaxLineage))
}

// each reads the row e and calls visit with every group that it is in: one
// unless a BY field is a multivalue, none if one is absent.
func (g *groups) each(e *event.Event, visit func(*group, *event.Event)) error {
	multi, ok := g.readBy(e)
	if !ok {
		return nil
	}
	g.reader.Read(e)
	g.visited = 0
	if !multi {
		copy(g.chosen, g.values)
		visit(g.find(), e)
		return nil
	}
	return g.product(0, e, visit)
}

// readBy reads the BY fields of e. It is not ok if the row is in no group.
func (g *groups) readBy(e *event.Event) (multi, ok bool) {
	ok = true
	for i, f := range g.by {
		v := e.Get(f.name)
		if v.IsNull() && !f.optional {
			g.missing[i]++
			ok = false
		}
		if f.bucket != nil && !v.IsNull() {
			if v = mapValues(v, f.bucket); v.IsNull() {
				ok = false
			}
		}
		if v.IsMulti() && g.distinct {
			v = distinctValues(v)
		}
		multi = multi || v.IsMulti()
		g.values[i] = v
	}
	return multi, ok
}

// distinctValues returns v with each text once.
func distinctValues(v value.Value) value.Value {
	seen := make(map[string]bool, v.Len())
	var list []value.Value
	for i := range v.Len() {
		if w := v.At(i); !seen[w.String()] {
			seen[w.String()] = true
			list = append(list, w)
		}
	}
	return value.OfList(list)
}

// maxProduct bounds the groups of one row.
const maxProduct = 1_000_000

// product visits the groups for every combination of the BY fields' values
// from the i-th on. Source: Splunk, stats (dedup_splitvals).
func (g *groups) product(i int, e *event.Event, visit func(*group, *event.Event)) error {
	if i == len(g.values) {
		if g.visited++; g.visited > maxProduct {
			return g.place.command.ErrorAt(g.by[0].span, diag.LimitReached,
				fmt.Sprintf("%s: a row has more than %d combinations of values of the BY fields", g.place.command.Name, maxProduct), "")
		}
		visit(g.find(), e)
		if g.visited%batchRows == 0 {
			return cmp.Or(g.charge(), g.run.Context.Err())
		}
		return nil
	}
	if g.values[i].IsNull() {
		g.chosen[i] = value.Value{}
		return g.product(i+1, e, visit)
	}
	for n := range g.values[i].Len() {
		g.chosen[i] = g.values[i].At(n)
		if err := g.product(i+1, e, visit); err != nil {
			return err
		}
	}
	return nil
}

// keyOf writes values so that different ones are written differently. They are
// told apart by their text; the lengths before it keep ("a", "bc") and ("ab",
// "c") apart. The key is valid until the next call.
func (g *groups) keyOf(values []value.Value) []byte {
	g.key = g.key[:0]
	for _, v := range values {
		if v.IsNull() {
			g.key = append(g.key, 0)
			continue
		}
		text := v.String()
		g.key = binary.AppendUvarint(g.key, uint64(len(text))+1)
		g.key = append(g.key, text...)
	}
	return g.key
}

// find returns the group of the chosen values, a new one if there is none.
func (g *groups) find() *group {
	key := g.keyOf(g.chosen)
	if grp := g.index[string(key)]; grp != nil {
		return grp
	}
	return g.insert(string(key), g.chosen)
}

// groupSize estimates a group without its values and states.
const groupSize = 160

func (g *groups) insert(key string, by []value.Value) *group {
	states, size := g.reader.NewGroup()
	grp := &group{Group: states, by: make([]value.Value, len(by))}
	g.pending += groupSize + size + len(key)
	for i, v := range by {
		grp.by[i] = v.Clone()
		g.pending += v.Size()
	}
	g.index[key] = grp
	return grp
}

// merge adds the groups of other, which are not used again.
func (g *groups) merge(other *groups) {
	g.held += other.held
	for i, n := range other.missing {
		g.missing[i] += n
	}
	for key, grp := range other.index {
		if own := g.index[key]; own != nil {
			own.merge(grp)
		} else {
			g.index[key] = grp
		}
	}
}

func (grp *group) merge(other *group) {
	grp.Merge(other.Group)
	grp.rows += other.rows
	grp.inherit(other.lineage)
}

// sorted returns the groups in the order of their BY values, the first field
// first: numbers by size before text by bytes, rows without a field last.
// Source: Splunk, stats.
func (g *groups) sorted() []*group {
	list := make([]*group, 0, len(g.index))
	for _, grp := range g.index {
		list = append(list, grp)
	}
	slices.SortFunc(list, func(a, b *group) int { return compareValues(a.by, b.by) })
	return list
}

func compareValues(a, b []value.Value) int {
	for i := range a {
		if c := compareSplit(a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

// compareSplit orders values that groups are told apart by: as value.Compare,
// and numbers that are equal but not written alike by their text.
func compareSplit(a, b value.Value) int {
	return cmp.Or(value.Compare(a, b), cmp.Compare(a.String(), b.String()))
}

// warnMissing reports the rows that are in no group, which is the commonest
// reason for a search that finds nothing.
func (g *groups) warnMissing() {
	for i, n := range g.missing {
		if n > 0 {
			f := g.by[i]
			g.run.Warnings.AddTimes(g.place.command.ErrorAt(f.span, diag.NullByField,
				fmt.Sprintf("%s: rows without %q are in no group", g.place.command.Name, f.name), "fillnull before it would keep them"), n)
		}
	}
}

// warnCut reports the groups for which a result leaves out values.
func (g *groups) warnCut(list []*group, columns []agg.Column) {
	for _, c := range columns {
		n := 0
		for _, grp := range list {
			if grp.Cut(c) {
				n++
			}
		}
		if n > 0 {
			call := g.calls[c.Call]
			g.run.Warnings.AddTimes(g.place.command.ErrorAt(call.Span, diag.LimitReached,
				fmt.Sprintf("%s: %s left out values past its limit", g.place.command.Name, c.Name), "values keeps all distinct ones"), n)
		}
	}
}

// results returns the columns of the calls over the groups, but for those that
// have the name of a BY field.
func (g *groups) results(list []*group) []agg.Column {
	states := make([]*agg.Group, len(list))
	for i, grp := range list {
		states[i] = grp.Group
	}
	return slices.DeleteFunc(agg.Columns(g.calls, states...), func(c agg.Column) bool {
		return slices.ContainsFunc(g.by, func(f byField) bool { return f.name == c.Name })
	})
}

// makeRows pushes n rows of about as many fields as width, made batch by batch
// so that they are never all held.
func makeRows(run *plan.Run, next plan.Sink, n, width int, row func(i int) *event.Event) error {
	size := max(1, batchRows*64/max(64, width))
	for from := 0; from < n; from += size {
		if err := run.Context.Err(); err != nil {
			return err
		}
		batch := make(event.Batch, 0, min(size, n-from))
		for i := from; i < min(from+size, n); i++ {
			e := row(i)
			e.SetOrder(orderOfRow(i))
			batch = append(batch, e)
		}
		more, err := next.Push(batch)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// reduce returns a sink that fills one partial state with rows that come in
// order and pushes its result to next.
func reduce(p plan.Partial, next plan.Sink) plan.Sink { return &reduceRun{p, next} }

type reduceRun struct {
	partial plan.Partial
	next    plan.Sink
}

func (r *reduceRun) Push(b event.Batch) (bool, error) { return true, r.partial.Add(b) }

func (r *reduceRun) Close() error {
	if err := r.partial.Emit(r.next); err != nil {
		return err
	}
	return r.next.Close()
}
