package command

import (
	"math"
	"strconv"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var addinfo = &Spec{
	Name:     "addinfo",
	Syntax:   "addinfo",
	Summary:  "Add when the search runs and over which time.",
	Details:  `info_min_time and info_max_time are the window of the run in epoch seconds, 0.000 and +Infinity for all time; info_search_time is the time of the run and info_sid its ID. Time modifiers in the first search of a pipeline override the window of the run.`,
	Differs:  `info_sid is made of the time of the run and names nothing.`,
	Examples: []string{"search * | addinfo | eval days=(info_search_time-_time)/86400"},
	Parse:    func(a *spl.Args, _ *Env) (plan.Op, error) { return addinfoOp{}, a.End() },
}

type addinfoOp struct{}

var infoFields = []string{"info_min_time", "info_max_time", "info_sid", "info_search_time"}

func (op addinfoOp) String() string                   { return "addinfo" }
func (op addinfoOp) Kind() plan.Kind                  { return plan.Streaming }
func (op addinfoOp) Needs(wanted event.Set) event.Set { return wanted.Without(infoFields...) }
func (op addinfoOp) Columns(in []string) []string     { return addColumns(in, infoFields...) }

func (op addinfoOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	earliest, latest := infoTime(run.Earliest), value.OfText("+Infinity")
	if math.IsInf(run.Earliest, -1) {
		earliest = infoTime(0)
	}
	if !math.IsInf(run.Latest, 1) {
		latest = infoTime(run.Latest)
	}
	now := event.Epoch(run.Now)
	sid := value.OfText(strconv.FormatInt(run.Now.Unix(), 10) + ".1")
	return changeRows(next, func(e *event.Event) {
		e.Set("info_min_time", earliest)
		e.Set("info_max_time", latest)
		e.Set("info_sid", sid)
		e.Set("info_search_time", infoTime(now))
	}), nil
}

// infoTime shows a time with three decimals, as Splunk does here.
func infoTime(epoch float64) value.Value {
	return value.OfNumberText(epoch, strconv.FormatFloat(epoch, 'f', 3, 64))
}
