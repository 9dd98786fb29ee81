package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/exposure"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/timeformat"
	"github.com/pugmark/pugmark/internal/trust"
)

// exposedCommand prints the ledger of who can launch or copy what.
type exposedCommand struct {
	Path []string `arg:"" optional:"" help:"Files, directories, globs, or - for standard input."`

	At        string   `placeholder:"TIME" group:"ledger" help:"The moment; the end of the logs by default."`
	Ended     bool     `group:"ledger" help:"Also what had ended by then."`
	Resource  []string `sep:"none" placeholder:"ID" group:"ledger" help:"Only these images and snapshots; * is any text."`
	Recipient []string `sep:"none" placeholder:"ID" group:"ledger" help:"Only these accounts and ARNs; * is any text."`
	Public    bool     `group:"ledger" help:"Only what everyone can use."`
	Untrusted bool     `group:"ledger" help:"Only recipients that are neither ours nor a vendor."`
	inputFlags
	contentFlags
	FailOnFindings bool `group:"output" help:"Exit with 1 if any of it is exposed to strangers."`
	outputFlags
}

func (exposedCommand) result() report.Kind { return report.Rows }

func (exposedCommand) examples() []string {
	return []string{
		"exposed ./logs",
		"exposed --at 2024-08-01T12:00:00Z --ended --untrusted ./logs -o html",
	}
}

func (c *exposedCommand) Run(a *app) (exitCode, error) {
	w, err := c.window(a.now(), c.location())
	if err != nil {
		return exitUsage, err
	}
	at, err := c.moment(w.now, c.location())
	if err != nil {
		return exitUsage, err
	}
	library, err := c.load()
	if err != nil {
		return exitUsage, err
	}
	from, err := c.openLogs(a, "exposed", c.Path)
	if err != nil {
		return exitUsage, err
	}
	var ledger *exposure.Ledger
	search, err := command.LedgerSearch(library.env(), func(l *exposure.Ledger) { ledger = l })
	if err != nil {
		return exitUsage, err
	}
	out, err := c.open(a, c.result())
	if err != nil {
		return exitUsage, err
	}
	s := a.newSession(library, &c.inputFlags, &c.outputFlags, w, from)
	s.config.Accounts = &plan.Accounts{}
	s.pass(func() error {
		result, err := engine.Run(a.ctx, search, s.config)
		if result != nil && result.Err != nil {
			return result.Err
		}
		return err
	})
	if ledger == nil {
		out.discard()
		return exitUsage, errors.Join(s.err, a.ctx.Err())
	}
	view := &ledgerView{exposedCommand: c, session: s, ledger: ledger, at: at}
	if math.IsNaN(at) {
		view.at = ledger.Last
	}
	return view.print(out)
}

// moment reads --at, NaN if it is not given.
func (c *exposedCommand) moment(now time.Time, location *time.Location) (float64, error) {
	if c.At == "" {
		return math.NaN(), nil
	}
	t, err := timeformat.ParseModifier(c.At, now, location)
	if err != nil {
		return 0, usageError{
			message: fmt.Sprintf("--at: %v", err),
			hint:    "times are written -24h@h, 2024-08-01, 2024-08-01T12:00:00Z or as epoch seconds",
		}
	}
	return event.Epoch(t), nil
}

// ledgerView is the ledger as it is asked for.
type ledgerView struct {
	*exposedCommand
	session *session
	ledger  *exposure.Ledger
	at      float64
	// first tells when each recipient was first given anything.
	first map[exposure.Recipient]float64
}

// sameOccasion is how many seconds after the first share with a stranger others
// still belong to it: who shares twenty images within an hour has not made a
// friend. The macro pugmark_seen_before says the same to detections.
const sameOccasion = 24 * 60 * 60

// judged is an entry with what its recipient is to the owner.
type judged struct {
	exposure.Entry
	trust.Judgement
}

// print writes the entries and closes the session.
func (v *ledgerView) print(out *destination) (exitCode, error) {
	s := v.session
	entries := v.entries()
	columns := v.columns(out.format, entries)
	rows, err := report.NewRowWriter(out, out.format, columns, out.options)
	if err != nil {
		return exitUsage, err
	}
	for i := range entries {
		if _, err := rows.Push(event.Batch{v.row(&entries[i], out.format, columns)}); err != nil {
			return s.exitCode(), err
		}
	}
	if err := s.deliver(out, rows.Close()); err != nil {
		return s.exitCode(), err
	}
	if !s.output.Quiet {
		v.tellLimits()
	}
	code := s.exitCode()
	if code == exitOK && v.FailOnFindings && slices.ContainsFunc(entries, judged.open) {
		code = exitFindings
	}
	return code, s.close(nil, v.summary(entries))
}

// open reports whether the entry is an exposure to somebody who is not ours.
func (e judged) open() bool { return e.State == exposure.Exposed && !e.Verdict.Trusted() }

// entries returns the entries that are asked for, judged.
func (v *ledgerView) entries() []judged {
	v.first = map[exposure.Recipient]float64{}
	for _, x := range v.ledger.Exposures {
		if t, ok := v.first[x.Recipient]; !ok || x.Since < t {
			v.first[x.Recipient] = x.Since
		}
	}
	var entries []judged
	for _, e := range v.ledger.Entries(exposure.Which{At: v.at, Ended: v.Ended, Attempts: v.Verbose}) {
		if !matchesAny(v.Resource, e.Resource.ID) || !matchesAny(v.Recipient, e.Recipient.ID) || v.Public && e.Recipient.Type != exposure.Public {
			continue
		}
		j := judged{e, v.judge(e.Exposure)}
		if !v.Untrusted || !j.Verdict.Trusted() {
			entries = append(entries, j)
		}
	}
	return entries
}

// judge says what the recipient is to the owner at the moment.
func (v *ledgerView) judge(x *exposure.Exposure) trust.Judgement {
	if x.Recipient.ID == "" {
		return trust.Judgement{}
	}
	owner := trust.Owner{Account: x.Resource.Account, Inferred: v.session.config.Accounts.Has}
	j := v.session.library.trust.Judge(x.Recipient.ID, owner, event.FromEpoch(v.at, v.location()))
	if j.Verdict == trust.Stranger {
		j.Verdict = trust.StrangerNeverSeen
		if first, ok := v.first[x.Recipient]; ok && x.Since-first >= sameOccasion {
			j.Verdict = trust.StrangerSeenBefore
		}
	}
	return j
}

// matchesAny reports whether a text matches one of the patterns, if there are
// any. Case does not count, as in a search.
func matchesAny(patterns []string, text string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool {
		return event.MatchName(strings.ToLower(p), strings.ToLower(text))
	})
}
