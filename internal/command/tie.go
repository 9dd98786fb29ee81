package command

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var tie = &Spec{
	Name:    "tie",
	Syntax:  "tie [maxpause=<span>] [output=<field>] <field-list>",
	Summary: "Number the groups of results that are tied to each other by common values, directly or through others.",
	Details: `Two results are tied if a listed field has a value in both, of which a multivalue may have many. Ties carry on: what is tied to the same result is in the same group, however long the chain. The number of its group is put into the field output, tie unless told otherwise; groups are numbered from 1 in the order of their first result. A result without any of the fields has no number.
With maxpause, of the results with a value only those are tied that follow each other within that time; a result without _time is then tied to none. Values compare as text, case counts; an empty text is none, and a value of one field is not that of another. Which results are tied does not depend on their order.
All results are held in memory until the last one is read.`,
	Differs: "Splunk has no such command. Its transaction ends a group at the first result that has another value of a listed field, and does not join two groups that a later result connects.",
	Examples: []string{
		`search * | tie user_arn src_ip | stats values(user_arn) values(src_ip) by tie`,
		`search eventName=*Image* | eval image=mvappend('requestParameters.sourceImageId', 'responseElements.imageId') | tie maxpause=24h output=family image`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := tieOp{output: "tie", maxPause: math.Inf(1)}
		a.Text("output", &op.output)
		readSpan(a, "maxpause", &op.maxPause)
		op.fields = takeFields(a)
		refusePatterns(a, op.fields)
		return op, a.End()
	},
}

type tieOp struct {
	fields   []string
	output   string
	maxPause float64 // seconds
}

func (op tieOp) String() string {
	s := "tie"
	if !math.IsInf(op.maxPause, 1) {
		s += " maxpause=" + strconv.FormatFloat(op.maxPause, 'f', -1, 64) + "s"
	}
	return s + writeOptions(option{"output", op.output, "tie"}) + " " + argNames(op.fields)
}

func (op tieOp) Kind() plan.Kind              { return plan.Dataset }
func (op tieOp) Columns(in []string) []string { return addColumns(in, op.output) }
func (op tieOp) Needs(wanted event.Set) event.Set {
	return wanted.Without(op.output).With(op.fields...).With("_time")
}

func (op tieOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) {
		t := &ties{op: op, holders: map[string][]int{}}
		held := t.read(rows)
		if err := run.Hold(held); err != nil {
			return nil, err
		}
		t.join()
		t.number(rows)
		return rows, run.Hold(-held)
	}), nil
}

// ties is one run of the command: a forest in which the rows of a group are in
// one tree.
type ties struct {
	op      tieOp
	times   []float64
	parents []int            // of each row, itself for a root; -1 for a row without values
	holders map[string][]int // the rows that have a value, by field and value
}

// read learns the values of the rows and returns the bytes that it keeps.
func (t *ties) read(rows []*event.Event) (held int) {
	const perRow, perValue, perHolder = 16, 64, 8
	t.times, t.parents = make([]float64, len(rows)), make([]int, len(rows))
	held = perRow * len(rows)
	for i, row := range rows {
		t.parents[i] = -1
		at, timed := row.Get("_time").Float()
		t.times[i] = at
		if !timed && !math.IsInf(t.op.maxPause, 1) {
			continue
		}
		for n, field := range t.op.fields {
			for _, text := range row.Get(field).Texts() {
				if text == "" {
					continue
				}
				t.parents[i] = i
				key := strconv.Itoa(n) + "\x00" + text
				if _, known := t.holders[key]; !known {
					held += perValue + len(key)
				}
				t.holders[key] = append(t.holders[key], i)
				held += perHolder
			}
		}
	}
	return held
}

// join makes one tree of the rows that follow each other with a value.
func (t *ties) join() {
	for _, list := range t.holders {
		slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(t.times[a], t.times[b]) })
		for i := 1; i < len(list); i++ {
			if math.IsInf(t.op.maxPause, 1) || t.times[list[i]]-t.times[list[i-1]] <= t.op.maxPause {
				t.parents[t.root(list[i])] = t.root(list[i-1])
			}
		}
	}
}

// root returns the root of a row's tree. It halves the way there, so that the
// next one is short.
func (t *ties) root(i int) int {
	for t.parents[i] != i {
		t.parents[i] = t.parents[t.parents[i]]
		i = t.parents[i]
	}
	return i
}

// number gives the groups their numbers, which do not depend on which row came
// to be the root.
func (t *ties) number(rows []*event.Event) {
	numbers := map[int]value.Value{}
	for i, row := range rows {
		if t.parents[i] < 0 {
			row.Set(t.op.output, value.Value{})
			continue
		}
		root := t.root(i)
		if _, known := numbers[root]; !known {
			numbers[root] = value.OfInt(len(numbers) + 1)
		}
		row.Set(t.op.output, numbers[root])
	}
}
