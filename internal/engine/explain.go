package engine

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// Explanation says how a search would run: for people, and as JSON.
type Explanation struct {
	// Filter is the search expressions that select events, macros replaced.
	Filter []string `json:"filter"`
	// Pushed are the conditions that the source may skip events by.
	Pushed []string `json:"pushed"`
	// Earliest and Latest bound the time, empty where there is no bound.
	Earliest string `json:"earliest,omitempty"`
	Latest   string `json:"latest,omitempty"`
	// Fields are those read from each event, "*" for all.
	Fields []string `json:"fields"`
	// PerWorker are the commands that run in every worker, and Reduce the one
	// that begins there and is merged.
	PerWorker []string `json:"per_worker"`
	Reduce    string   `json:"reduce,omitempty"`
	// Ordered tells that rows are put in order of time before the rest, and
	// First how many of them are kept, 0 for all.
	Ordered bool `json:"ordered"`
	First   int  `json:"first,omitempty"`
	// Infers tells that the numbers of our own accounts are taken from every
	// record that is read, wanted or not, before the commands after the merge run.
	Infers bool `json:"infers_accounts,omitempty"`
	// AfterMerge are the commands that run once, over the merged rows.
	AfterMerge []string `json:"after_merge"`
	// Slow are the reasons why the search costs more than reading its input.
	Slow []string `json:"slow"`
}

// Explain returns how a search would run. Subsearches in its first expression
// are run, as they would be.
func Explain(ctx context.Context, search *plan.Search, config Config) (*Explanation, error) {
	config = config.withDefaults()
	run := newRun(ctx, config)
	physical := plan.Plan(search, event.AllFields)
	x := &execution{search: search, physical: physical, run: run}
	e := &Explanation{Ordered: physical.Reads() && physical.Reducer == nil, First: physical.First, Infers: physical.Infers && physical.Reads()}
	for _, f := range physical.Filters {
		compiled, err := f.Filter(run)
		if err != nil {
			return nil, err
		}
		x.filters = append(x.filters, compiled)
		e.Filter = append(e.Filter, f.String())
	}
	for _, c := range x.required() {
		e.Pushed = append(e.Pushed, c.Field+" is one of "+strings.Join(c.Values, ", "))
	}
	earliest, latest := x.timeRange()
	e.Earliest, e.Latest = timeText(earliest, config.Location), timeText(latest, config.Location)
	if physical.Reads() {
		e.Fields = fieldNames(x.fields())
	}
	e.PerWorker = opTexts(physical.Parallel)
	if physical.Reducer != nil {
		e.Reduce = physical.Reducer.String()
	}
	e.AfterMerge = opTexts(physical.Rest)
	e.Slow = slowness(e, physical)
	return e, nil
}

// Required returns conditions that every event that the search reads fulfils,
// and whether it reads events other than through subsearches. Subsearches in its
// first expression are run, as they would be.
func Required(ctx context.Context, search *plan.Search, config Config) (conditions []plan.Condition, reads bool, err error) {
	run := newRun(ctx, config.withDefaults())
	physical := plan.Plan(search, event.AllFields)
	for _, f := range physical.Filters {
		compiled, err := f.Filter(run)
		if err != nil {
			return nil, true, err
		}
		conditions = append(conditions, compiled.Required()...)
	}
	return conditions, physical.Reads(), nil
}

func timeText(epoch float64, location *time.Location) string {
	if math.IsInf(epoch, 0) {
		return ""
	}
	return event.FromEpoch(epoch, location).Format(time.RFC3339)
}

func fieldNames(s event.Set) []string {
	if s.All() {
		return []string{"*"}
	}
	return s.Names()
}

func opTexts(ops []plan.Op) []string {
	texts := make([]string, len(ops))
	for i, op := range ops {
		texts[i] = op.String()
	}
	return texts
}

// slowness names what keeps a search from running as fast as its input is
// unpacked.
func slowness(e *Explanation, p *plan.Physical) []string {
	var reasons []string
	if p.Reads() && len(e.Pushed) == 0 {
		reasons = append(reasons, "no condition of the form field=value lets the source skip events: every event is tested")
	}
	if len(e.Fields) == 1 && e.Fields[0] == "*" {
		reasons = append(reasons, "every field of each event that passes the filter is read, since a command asks for all: name the fields with table or fields")
	}
	if e.Ordered && e.First == 0 && len(e.Filter) > 0 {
		reasons = append(reasons, "all rows that pass are kept and put in order of time")
	}
	for _, op := range p.Rest {
		if k := op.Kind(); k == plan.Dataset {
			reasons = append(reasons, "needs all rows before one comes out: "+op.String())
		}
	}
	return reasons
}

// String prints the explanation for a person.
func (e *Explanation) String() string {
	var b strings.Builder
	line := func(label string, texts ...string) {
		if len(texts) == 0 {
			return
		}
		for i, t := range texts {
			if i > 0 {
				label = ""
			}
			fmt.Fprintf(&b, "%-14s %s\n", label, t)
		}
	}
	line("filter", e.Filter...)
	if len(e.Filter) > 0 && len(e.Pushed) == 0 {
		line("source skips", "nothing")
	}
	for i, p := range e.Pushed {
		label := ""
		if i == 0 {
			label = "source skips"
		}
		line(label, "what does not fulfil: "+p)
	}
	switch {
	case e.Earliest != "" || e.Latest != "":
		line("time", "from "+orAny(e.Earliest)+" to before "+orAny(e.Latest))
	case len(e.Filter) > 0:
		line("time", "all")
	}
	line("fields read", strings.Join(e.Fields, ", "))
	line("per worker", e.PerWorker...)
	if e.Reduce != "" {
		line("reduced", e.Reduce+"  (in every worker, then merged)")
	}
	if e.Ordered {
		if e.First > 0 {
			line("merge", fmt.Sprintf("the first %d rows in order of time", e.First))
		} else {
			line("merge", "all rows in order of time, on disk if they are many")
		}
	}
	if e.Infers {
		line("own accounts", "inferred from all records that are read, before what comes after the merge")
	}
	line("after merge", e.AfterMerge...)
	line("slow because", e.Slow...)
	return b.String()
}

func orAny(s string) string {
	if s == "" {
		return "any time"
	}
	return s
}
