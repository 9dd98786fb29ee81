package command

import (
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/exposure"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/timeformat"
)

var exposed = &Spec{
	Name:    "exposed",
	Syntax:  "exposed [at=<time-modifier>] [ended=<bool>] [attempts=<bool>]",
	Summary: "Make the ledger of who could launch or copy which image or snapshot at a time, out of CloudTrail events.",
	Details: `A row is a recipient that could use a resource at the time at, which is that of the last event unless told otherwise; ended=true adds what had ended by then, attempts=true the calls that failed and so exposed nothing. The column state tells them apart: exposed, ended, attempted.
Followed are ModifyImageAttribute, ResetImageAttribute, CancelImageLaunchPermission, DisableImage and DeregisterImage; ModifySnapshotAttribute, ResetSnapshotAttribute and DeleteSnapshot; ModifyDBSnapshotAttribute, ModifyDBClusterSnapshotAttribute, DeleteDBSnapshot and DeleteDBClusterSnapshot; what creates images and snapshots; and block public access, which under block-all-sharing hides public snapshots and leaves all else as it is. Calls that failed change nothing, an event that was delivered twice counts once, and the order in which events come has no influence.
since and until are epoch seconds, and duration is how long the exposure had lasted. start tells how well since is known: known; at_least, where the resource may have been shared before the logs begin; unknown, where the logs have only the end, and since is absent. Of calls of the same second those that withdraw count before those that grant, and contested is true where that mattered. public_block, its since and its by are what block public access was set to, for what is public.
At the beginning of a search the command reads all events of the run; behind others it reads theirs.`,
	Generating: true,
	Differs:    "Splunk has no such command.",
	Examples: []string{
		`| exposed`,
		`| exposed at="2024-08-01T12:00:00Z" ended=true | search recipient_type=public`,
		`search eventName IN (ModifyImageAttribute, ResetImageAttribute, DeregisterImage) | exposed | stats values(recipient) by resource`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := exposedOp{place: placeOf(a)}
		if t, ok := a.TextToken("at"); ok {
			op.at = t.Text
			if _, err := timeformat.ParseModifier(op.at, time.Unix(0, 0), time.UTC); err != nil {
				a.Fail(t.Span, diag.BadArgument, "write -1d@d, 2024-08-01T12:00:00Z or epoch seconds", "at: %v", err)
			}
		}
		a.Bool("ended", &op.ended)
		a.Bool("attempts", &op.attempts)
		return op, a.End()
	},
}

type exposedOp struct {
	at              string // "" for the last event
	ended, attempts bool
	place           place
}

func (op exposedOp) String() string {
	return "exposed" + writeOptions(option{"at", op.at, ""}, boolOption("ended", op.ended, false), boolOption("attempts", op.attempts, false))
}

func (op exposedOp) Kind() plan.Kind           { return plan.Transforming }
func (op exposedOp) Needs(event.Set) event.Set { return exposure.Fields() }
func (op exposedOp) UsesOrder() bool           { return false }

func (op exposedOp) Columns([]string) []string {
	return exposure.Columns()
}

func (op exposedOp) NewPartial(run *plan.Run) (plan.Partial, error) {
	return exposure.NewGathering(run, op.finish), nil
}

func (op exposedOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return reduce(exposure.NewGathering(run, op.finish), next), nil
}

// finish pushes the entries of the ledger at the moment asked for.
func (op exposedOp) finish(run *plan.Run, l *exposure.Ledger, next plan.Sink) error {
	which := exposure.Which{At: l.Last, Ended: op.ended, Attempts: op.attempts}
	if op.at != "" {
		at, err := timeformat.ParseModifier(op.at, run.Now, run.Location)
		if err != nil {
			return err
		}
		which.At = event.Epoch(at)
	}
	if n := len(l.Blind); n > 0 {
		op.place.warn(run, diag.UnclearEvents, "", "%d calls that succeeded do not say what they changed: their parameters were left out, or have an unknown form", n)
	}
	entries := l.Entries(which)
	return makeRows(run, next, len(entries), len(exposure.Columns()), func(i int) *event.Event { return entries[i].Row() })
}

// LedgerSearch returns the search of all events whose ledger is given to take:
// for who asks more of it than rows say.
func LedgerSearch(env *Env, take func(*exposure.Ledger)) (*plan.Search, error) {
	pipeline, err := spl.ParseText("exposed", "| exposed")
	if err != nil {
		return nil, err
	}
	search, err := Compile(pipeline, env)
	if err != nil {
		return nil, err
	}
	search.Ops[len(search.Ops)-1] = ledgerOp{take: take}
	return search, nil
}

// ledgerOp is exposed without rows.
type ledgerOp struct {
	exposedOp
	take func(*exposure.Ledger)
}

func (op ledgerOp) NewPartial(run *plan.Run) (plan.Partial, error) {
	return exposure.NewGathering(run, func(_ *plan.Run, l *exposure.Ledger, _ plan.Sink) error {
		op.take(l)
		return nil
	}), nil
}
