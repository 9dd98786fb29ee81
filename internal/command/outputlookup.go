package command

import (
	"fmt"
	"math"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var outputlookup = &Spec{
	Name:    "outputlookup",
	Syntax:  "outputlookup [append=<bool>] [create_empty=<bool>] [override_if_empty=<bool>] [key_field=<field>] [max=<int>] [createinapp=<bool>] [create_context=<string>] [output_format=<string>] <lookup>",
	Summary: "Write the rows to a lookup table, and pass them on.",
	Details: `The rows replace those of the table. With append=true they are added, to a CSV table with only the columns that it has; in a KV store, and wherever key_field is given, a row replaces the one that has the same key. A table that does not exist comes into being if its name ends in .csv. Without rows, a table that exists is emptied unless override_if_empty=false, and a new one is made unless create_empty=false. Fields whose names begin with an underscore are not written; a multivalue is written to CSV with its values on lines of their own.
What is written stays for the run. It is kept for the next one if there is a state directory, or if the table was given as --lookup name=FILE,writable=true. A search that is stopped early writes nothing. createinapp, create_context and output_format have no effect.`,
	Examples: []string{
		"search * | stats min(_time) AS firstTime by user | outputlookup seen_users.csv",
		"search * | stats count by user | outputlookup append=true key_field=user max=1000 seen_users.csv",
	},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		op := &outputlookupOp{place: placeOf(a), createEmpty: true, overrideIfEmpty: true, max: math.MaxInt}
		var ignored bool
		var ignoredText string
		a.Bool("append", &op.add)
		a.Bool("create_empty", &op.createEmpty)
		a.Bool("override_if_empty", &op.overrideIfEmpty)
		a.Bool("createinapp", &ignored)
		a.Text("create_context", &ignoredText)
		a.Text("output_format", &ignoredText)
		a.Text("key_field", &op.keyField)
		a.Count("max", &op.max)
		op.takeTable(a, env)
		return op, a.End()
	},
}

type outputlookupOp struct {
	place           place
	name            string
	table           plan.Lookup        // nil for one that comes into being
	creator         plan.LookupCreator // makes it
	add             bool
	createEmpty     bool
	overrideIfEmpty bool
	keyField        string
	max             int
}

// takeTable takes the name of a table, which need not exist if it is one of a
// CSV file.
func (op *outputlookupOp) takeTable(a *spl.Args, env *Env) {
	if t := a.Peek(); strings.HasSuffix(t.Text, ".csv") && t.Kind != spl.Bracket && t.Kind != spl.Punct {
		if creator, ok := env.Lookups.(plan.LookupCreator); ok {
			if table, known := creator.Lookup(t.Text); known {
				op.table = table
			} else {
				op.creator = creator
			}
			op.name = a.Field()
			return
		}
	}
	op.name, op.table = takeLookup(a, env)
}

func (op *outputlookupOp) String() string {
	s := "outputlookup" + flag("append", op.add)
	if !op.createEmpty {
		s += " create_empty=false"
	}
	if !op.overrideIfEmpty {
		s += " override_if_empty=false"
	}
	if op.keyField != "" {
		s += " key_field=" + argName(op.keyField)
	}
	if op.max < math.MaxInt {
		s += fmt.Sprintf(" max=%d", op.max)
	}
	return s + " " + argName(op.name)
}

func (op *outputlookupOp) Kind() plan.Kind { return plan.Centralized }

// Keeps is true: other searches may look the rows up.
func (op *outputlookupOp) Keeps() bool { return true }

// Needs is every field, since all of them are written.
func (op *outputlookupOp) Needs(event.Set) event.Set { return event.AllFields }

func (op *outputlookupOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &outputlookupRun{Sink: next, op: op, run: run, more: true}, nil
}

// outputlookupRun passes rows on and keeps copies to write when they have
// ended.
type outputlookupRun struct {
	plan.Sink
	op   *outputlookupOp
	run  *plan.Run
	rows []*event.Event
	held int
	more bool // the next command wants more; the table wants all
}

func (r *outputlookupRun) Push(b event.Batch) (bool, error) {
	size := 0
	for _, e := range b {
		if len(r.rows) == r.op.max {
			break
		}
		row := e.Clone()
		size += row.Size()
		r.rows = append(r.rows, row)
	}
	r.held += size
	if err := r.run.Hold(size); err != nil {
		return false, err
	}
	if r.more {
		var err error
		if r.more, err = r.Sink.Push(b); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (r *outputlookupRun) Close() error {
	if r.run.Context.Err() != nil {
		r.op.place.warn(r.run, diag.LimitReached, "", "the search was stopped, so %s was not written", r.op.name)
		return r.Sink.Close()
	}
	if err := r.store(); err != nil {
		return err
	}
	r.rows = nil
	if err := r.run.Hold(-r.held); err != nil {
		return err
	}
	return r.Sink.Close()
}

func (r *outputlookupRun) store() error {
	table := r.op.table
	if table == nil {
		if known, ok := r.op.creator.Lookup(r.op.name); ok { // made by another search meanwhile
			table = known
		}
	}
	if len(r.rows) == 0 && (r.op.add || table != nil && !r.op.overrideIfEmpty || table == nil && !r.op.createEmpty) {
		return nil
	}
	if table == nil {
		var err error
		if table, err = r.op.creator.CreateLookup(r.op.name); err != nil {
			return err
		}
	}
	return table.Store(r.rows, r.op.add, r.op.keyField)
}
