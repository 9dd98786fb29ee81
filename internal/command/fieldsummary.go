package command

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var fieldsummary = &Spec{
	Name:    "fieldsummary",
	Syntax:  "fieldsummary [maxvals=<n>] [<wc-field-list>]",
	Summary: "Make a table of the fields: how often each occurs, with which values.",
	Details: `The columns are field, count (results that have the field), distinct_count, is_exact, max, mean, min, numeric_count, stdev, and values: the maxvals most frequent ones, 100 unless told otherwise and 0 for all, as JSON. Fields that begin with an underscore are left out unless named.`,
	Differs: `distinct_count is always exact, so is_exact is always 1.`,
	Examples: []string{
		"search * | fieldsummary",
		"search * | fieldsummary maxvals=5 eventName user*",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := fieldsummaryOp{maxValues: 100}
		a.Count("maxvals", &op.maxValues)
		if op.names = a.Fields(); len(op.names) == 0 {
			op.names = []string{"*"}
		}
		return op, a.End()
	},
}

type fieldsummaryOp struct {
	maxValues int // 0 for all
	names     []string
}

func (op fieldsummaryOp) String() string {
	return "fieldsummary maxvals=" + strconv.Itoa(op.maxValues) + " " + argNames(op.names)
}

func (op fieldsummaryOp) Kind() plan.Kind { return plan.Transforming }

func (op fieldsummaryOp) Needs(event.Set) event.Set { return event.SetOf(op.names...) }

func (op fieldsummaryOp) Columns([]string) []string {
	return []string{"field", "count", "distinct_count", "is_exact", "max", "mean", "min", "numeric_count", "stdev", "values"}
}

func (op fieldsummaryOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &fieldsummaryRun{op: op, run: run, next: next, fields: map[string]*fieldCounts{}}, nil
}

type fieldsummaryRun struct {
	op     fieldsummaryOp
	run    *plan.Run
	next   plan.Sink
	fields map[string]*fieldCounts
}

// fieldCounts is what is known of one field.
type fieldCounts struct {
	rows, numbers int
	values        map[string]int
	min, max      float64
	mean, squares float64 // Welford's, for a stable variance
	from          event.Event
}

// Push implements [plan.Sink].
func (r *fieldsummaryRun) Push(b event.Batch) (bool, error) {
	held := 0
	for _, e := range b {
		for _, f := range e.Fields() {
			if !slices.ContainsFunc(r.op.names, func(name string) bool { return matchesName(name, f.Name) }) {
				continue
			}
			counts := r.fields[f.Name]
			if counts == nil {
				counts = &fieldCounts{values: map[string]int{}, min: math.Inf(1), max: math.Inf(-1)}
				r.fields[f.Name] = counts
				held += 2*len(f.Name) + 300
			}
			held += counts.add(f.Value)
			counts.from.Inherit(e.Lineage())
		}
	}
	return true, r.run.Hold(held)
}

// add counts a value and returns the bytes newly held.
func (c *fieldCounts) add(v value.Value) (held int) {
	c.rows++
	for i := range v.Len() {
		text := v.At(i).String()
		if n, known := c.values[text]; known {
			c.values[text] = n + 1
		} else {
			c.values[strings.Clone(text)] = 1
			held += len(text) + 64
		}
		f, ok := v.At(i).Float()
		if !ok {
			continue
		}
		c.numbers++
		c.min, c.max = min(c.min, f), max(c.max, f)
		d := f - c.mean
		c.mean += d / float64(c.numbers)
		c.squares += d * (f - c.mean)
	}
	return held
}

// Close implements [plan.Sink].
func (r *fieldsummaryRun) Close() error {
	var rows []*event.Event
	for _, name := range slices.Sorted(maps.Keys(r.fields)) {
		row, err := r.op.row(name, r.fields[name])
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if err := pushRows(r.run, r.next, rows); err != nil {
		return err
	}
	return r.next.Close()
}

func (op fieldsummaryOp) row(name string, c *fieldCounts) (*event.Event, error) {
	values, err := op.values(c)
	if err != nil {
		return nil, err
	}
	row := event.New(
		event.Field{Name: "field", Value: value.OfText(name)},
		event.Field{Name: "count", Value: value.OfInt(c.rows)},
		event.Field{Name: "distinct_count", Value: value.OfInt(len(c.values))},
		event.Field{Name: "is_exact", Value: value.OfInt(1)},
	)
	if c.numbers > 0 {
		row.Set("max", value.OfNumber(c.max))
		row.Set("mean", value.OfNumber(c.mean))
		row.Set("min", value.OfNumber(c.min))
	}
	row.Set("numeric_count", value.OfInt(c.numbers))
	if c.numbers > 0 {
		row.Set("stdev", value.OfNumber(math.Sqrt(c.squares/float64(max(1, c.numbers-1)))))
	}
	row.Set("values", value.OfText(values))
	row.Inherit(c.from.Lineage())
	return row, nil
}

// values writes the values by how often they occur, then by text.
func (op fieldsummaryOp) values(c *fieldCounts) (string, error) {
	texts := slices.SortedFunc(maps.Keys(c.values), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.values[b], c.values[a]), cmp.Compare(a, b))
	})
	if op.maxValues > 0 && len(texts) > op.maxValues {
		texts = texts[:op.maxValues]
	}
	type counted struct {
		Value string `json:"value"`
		Count int    `json:"count"`
	}
	list := make([]counted, len(texts))
	for i, text := range texts {
		list[i] = counted{text, c.values[text]}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(list); err != nil {
		return "", err
	}
	return string(bytes.TrimSpace(b.Bytes())), nil
}
