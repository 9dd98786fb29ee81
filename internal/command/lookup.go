package command

import (
	"math"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var lookup = &Spec{
	Name:    "lookup",
	Syntax:  "lookup [local=<bool>] [update=<bool>] <lookup> (<lookup-field> [AS <event-field>])... [(OUTPUT|OUTPUTNEW) (<lookup-field> [AS <event-field>])...]",
	Summary: "Add fields from the rows of a lookup table that match fields of the event.",
	Details: `All fields named before OUTPUT must match. Without OUTPUT every other column of the table is added. OUTPUT replaces what the event has, OUTPUTNEW fills only fields that it lacks, each by itself. Several matching rows give multivalues, in the order of the table; an empty cell gives nothing. A multivalue is looked up value by value and the outputs are collected; with several such fields, every combination is. An event that lacks one of the fields, or matches no row, stays as it is, unless the lookup has min_matches and default_match. In a time-bounded lookup the latest row that is not later than the event counts.
The lookup pugmark_trust, where nobody gave it rows, tells which accounts have CloudTrail records of their own among those that the search reads. It is then asked once all of them are read.
local and update are accepted and have no effect.`,
	Examples: []string{
		"search * | lookup accounts account_id AS aws_account_id OUTPUT owner",
		"search * | lookup hosts ip AS src_ip, region OUTPUTNEW host AS src_host, owner",
	},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		var ignored bool
		a.Bool("local", &ignored)
		a.Bool("update", &ignored)
		op := &lookupOp{place: placeOf(a)}
		op.name, op.table = takeLookup(a, env)
		op.infers = infersRows(op.table)
		op.keys = takeLookupFields(a, op.table, "output", "outputnew")
		if len(op.keys) == 0 {
			a.Fail(a.Peek().Span, diag.MissingArgument, "", "a field of the lookup was expected")
		}
		switch clause := a.Peek(); {
		case a.Keyword("outputnew"):
			op.onlyNew = true
			fallthrough
		case a.Keyword("output"):
			if op.outputs = takeLookupFields(a, op.table); len(op.outputs) == 0 {
				a.Fail(clause.Span, diag.MissingArgument, "", "a field was expected after %s", clause.Text)
			}
		}
		return op, a.End()
	},
}

// lookupField is a column of a table and the field of the event it stands for.
type lookupField struct{ column, field string }

func (f lookupField) String() string {
	if f.column == f.field {
		return argName(f.column)
	}
	return argName(f.column) + " AS " + argName(f.field)
}

func lookupFieldsString(fields []lookupField) string {
	texts := make([]string, len(fields))
	for i, f := range fields {
		texts[i] = f.String()
	}
	return strings.Join(texts, ", ")
}

// takeLookup takes the name of a lookup and finds its table.
func takeLookup(a *spl.Args, env *Env) (name string, table plan.Lookup) {
	t := a.Peek()
	if t.Kind == spl.End || t.Kind == spl.Punct || t.Kind == spl.Bracket {
		a.Fail(t.Span, diag.MissingArgument, "", "the name of a lookup was expected")
		return "", nil
	}
	name = a.Field()
	if env.Lookups == nil {
		failUnknownLookup(a, t.Span, name, nil)
		return name, nil
	}
	table, ok := env.Lookups.Lookup(name)
	if !ok {
		failUnknownLookup(a, t.Span, name, env.Lookups)
	}
	return name, table
}

// infersRows reports whether the rows of a table follow from what a search
// reads.
func infersRows(table plan.Lookup) bool {
	t, ok := table.(plan.InferredLookup)
	return ok && t.Infers()
}

// inferred returns the table with the rows that follow from what the run has
// read, all of which is read by now.
func inferred(run *plan.Run, table plan.Lookup, p place) (plan.Lookup, error) {
	if run.Accounts.TooMany() {
		p.warn(run, diag.LimitReached, "name yours in a file: --trust", "the records are of more than %d accounts; none of them is taken to be ours", plan.MaxAccounts)
	}
	made, err := run.Once(table, func() (any, error) { return table.(plan.InferredLookup).Infer(run.Accounts.Numbers()) })
	if err != nil {
		return nil, err
	}
	return made.(plan.Lookup), nil
}

func failUnknownLookup(a *spl.Args, span diag.Span, name string, known plan.Lookups) {
	if known == nil {
		a.Fail(span, diag.UnknownLookup, "define it with --lookup name=FILE", "unknown lookup %q", name)
		return
	}
	if explainer, ok := known.(plan.LookupExplainer); ok {
		if err := explainer.LookupProblem(name); err != nil {
			a.Fail(span, diag.UnknownLookup, "", "the lookup %q cannot be used: %v", name, err)
			return
		}
	}
	hint := diag.Suggest(name, known.LookupNames())
	if hint == "" {
		hint = "define it with --lookup " + name + "=FILE or in a lookups directory of --content"
	}
	a.Fail(span, diag.UnknownLookup, hint, "unknown lookup %q", name)
}

// takeLookupFields takes column [AS field], … up to a stop word. Stray commas
// occur in shipped content.
func takeLookupFields(a *spl.Args, table plan.Lookup, stop ...string) []lookupField {
	var fields []lookupField
	for {
		for a.Take(",") {
			continue // stray and doubled commas pass
		}
		t := a.Peek()
		if t.Kind != spl.Word && t.Kind != spl.Text && t.Kind != spl.Name {
			return fields
		}
		if slices.ContainsFunc(stop, t.Is) {
			return fields
		}
		f := lookupField{column: takeField(a)}
		f.field = f.column
		if a.Keyword("as") {
			f.field = takeField(a)
		}
		checkColumn(a, t, f.column, table)
		fields = append(fields, f)
	}
}

// checkColumn refuses a column that the table does not have. A table that
// nothing was written to yet has none, and one that outputlookup writes may
// get others.
func checkColumn(a *spl.Args, t spl.Token, column string, table plan.Lookup) {
	if table == nil || column == "_key" {
		return
	}
	columns := table.Columns()
	if len(columns) == 0 || slices.Contains(columns, column) {
		return
	}
	hint := diag.Suggest(column, columns)
	if hint == "" {
		hint = "it has " + strings.Join(columns[:min(len(columns), 10)], ", ")
	}
	a.Fail(t.Span, diag.BadArgument, hint, "the lookup has no column %q", column)
}

type lookupOp struct {
	place   place
	name    string
	table   plan.Lookup
	infers  bool // the rows follow from what was read
	keys    []lookupField
	outputs []lookupField // nil for all other columns
	onlyNew bool
}

func (op *lookupOp) String() string {
	s := "lookup " + argName(op.name) + " " + lookupFieldsString(op.keys)
	switch {
	case op.onlyNew:
		s += " OUTPUTNEW " + lookupFieldsString(op.outputs)
	case op.outputs != nil:
		s += " OUTPUT " + lookupFieldsString(op.outputs)
	}
	return s
}

func (op *lookupOp) Kind() plan.Kind { return plan.Streaming }

// Infers implements [plan.Inferrer].
func (op *lookupOp) Infers() bool { return op.infers }

// Needs includes the outputs where they are wanted: an event that matches no
// row keeps its own.
func (op *lookupOp) Needs(wanted event.Set) event.Set {
	for _, k := range op.keys {
		wanted = wanted.With(k.field)
	}
	if op.timed() != nil {
		wanted = wanted.With("_time")
	}
	return wanted
}

func (op *lookupOp) timed() plan.TimedLookup { return timed(op.table) }

// timed returns a table whose rows hold from a time on, nil for any other.
func timed(table plan.Lookup) plan.TimedLookup {
	if t, ok := table.(plan.TimedLookup); ok && t.Timed() {
		return t
	}
	return nil
}

func (op *lookupOp) Columns(in []string) []string {
	for _, o := range op.allOutputs() {
		in = addColumn(in, o.field)
	}
	return in
}

func (op *lookupOp) allOutputs() []lookupField {
	if op.outputs != nil {
		return op.outputs
	}
	var outputs []lookupField
	for _, column := range op.table.Columns() {
		if !op.isKey(column) {
			outputs = append(outputs, lookupField{column, column})
		}
	}
	return outputs
}

func (op *lookupOp) isKey(column string) bool {
	return slices.ContainsFunc(op.keys, func(k lookupField) bool { return k.column == column })
}

func (op *lookupOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	r := &lookupRun{Sink: next, op: op, run: run, outputs: op.allOutputs()}
	if !op.infers {
		r.use(op.table)
	}
	for _, k := range op.keys {
		r.columns = append(r.columns, k.column)
	}
	for _, o := range r.outputs {
		r.wanted = append(r.wanted, o.column)
	}
	r.values = make([]value.Value, len(r.columns))
	r.texts = make([]string, len(r.columns))
	return r, nil
}

type lookupRun struct {
	plan.Sink
	op      *lookupOp
	run     *plan.Run
	table   plan.Lookup // nil until all is read from which it follows
	timed   plan.TimedLookup
	outputs []lookupField
	columns []string // of the keys
	wanted  []string // columns of the outputs
	values  []value.Value
	texts   []string
}

func (r *lookupRun) use(table plan.Lookup) { r.table, r.timed = table, timed(table) }

func (r *lookupRun) Push(b event.Batch) (bool, error) {
	if r.table == nil {
		table, err := inferred(r.run, r.op.table, r.op.place)
		if err != nil {
			return false, err
		}
		r.use(table)
	}
	for _, e := range b {
		r.look(e)
	}
	return r.Sink.Push(b)
}

func (r *lookupRun) look(e *event.Event) {
	multi := false
	for i, k := range r.op.keys {
		if r.values[i] = e.Get(k.field); r.values[i].IsNull() {
			return // no match, and no default either
		}
		multi = multi || r.values[i].IsMulti()
	}
	if r.op.onlyNew && !r.lacksOutput(e) {
		return
	}
	at := math.NaN()
	if r.timed != nil {
		if t, ok := e.Get("_time").Float(); ok {
			at = t
		}
	}
	if !multi {
		for i, v := range r.values {
			r.texts[i] = v.String()
		}
		if found, ok := r.match(at); ok {
			r.set(e, found)
		}
		return
	}
	r.lookEach(e, at)
}

func (r *lookupRun) lacksOutput(e *event.Event) bool {
	return slices.ContainsFunc(r.outputs, func(o lookupField) bool { return e.Get(o.field).IsNull() })
}

func (r *lookupRun) match(at float64) (found [][]string, ok bool) {
	if r.timed != nil {
		return r.timed.MatchAt(at, r.columns, r.texts, r.wanted)
	}
	return r.table.Match(r.columns, r.texts, r.wanted)
}

// maxCombinations bounds the look-ups for one event with multivalues.
const maxCombinations = 10_000

// lookEach looks every combination of the keys' values up and collects the
// outputs.
func (r *lookupRun) lookEach(e *event.Event, at float64) {
	combinations := 1
	for _, v := range r.values {
		combinations = min(combinations*v.Len(), maxCombinations+1)
	}
	if combinations > maxCombinations {
		combinations = maxCombinations
		r.op.place.warn(r.run, diag.LimitReached, "", "an event has more than %d combinations of keys; the rest were not looked up", maxCombinations)
	}
	all, matched := make([][]string, len(r.outputs)), false
	for n := range combinations {
		// The last key counts fastest.
		for i := len(r.values) - 1; i >= 0; i-- {
			size := r.values[i].Len()
			r.texts[i] = r.values[i].At(n % size).String()
			n /= size
		}
		found, ok := r.match(at)
		if !ok {
			continue
		}
		matched = true
		for i := range all {
			all[i] = append(all[i], found[i]...)
		}
	}
	if matched {
		r.set(e, all)
	}
}

func (r *lookupRun) set(e *event.Event, found [][]string) {
	for i, o := range r.outputs {
		if r.op.onlyNew && !e.Get(o.field).IsNull() {
			continue
		}
		e.Set(o.field, value.OfTexts(found[i]))
	}
}
