package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var rename = &Spec{
	Name:    "rename",
	Syntax:  "rename (<wc-field> AS <wc-field>)...",
	Summary: "Give fields other names.",
	Details: `Pairs apply from left to right. A star in the first name stands for any run of characters and is carried over to the star in the second, so that "rename prefix.* AS *" strips a prefix; a pattern does not mean fields that begin with an underscore.
A field that had the new name is replaced. In a row that lacks the old field, the new one becomes absent too, even if it had a value.`,
	Examples: []string{
		`search * | rename userIdentity.arn AS user`,
		`search * | rename requestParameters.* AS *, src_ip AS "Source address"`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		var op renameOp
		for {
			for a.Take(",") { // stray and doubled commas occur in shipped content
			}
			if len(op.pairs) > 0 && !a.More() {
				return op, a.End()
			}
			start := a.Peek().Span
			pair := renamePair{from: a.Column()}
			a.Expect("as")
			end := a.Peek().Span
			pair.to = a.Column()
			if n, m := strings.Count(pair.from, "*"), strings.Count(pair.to, "*"); n != m {
				a.Fail(start.Join(end), diag.BadArgument, "", "%s AS %s: both names need the same number of stars", pair.from, pair.to)
			}
			if a.Err() != nil {
				return nil, a.Err()
			}
			op.pairs = append(op.pairs, pair)
		}
	},
}

type renameOp struct{ pairs []renamePair }

// renamePair is `from AS to`.
type renamePair struct{ from, to string }

func (op renameOp) String() string {
	pairs := make([]string, len(op.pairs))
	for i, p := range op.pairs {
		pairs[i] = argName(p.from) + " AS " + argName(p.to)
	}
	return "rename " + strings.Join(pairs, ", ")
}

func (op renameOp) Kind() plan.Kind { return plan.Streaming }

func (op renameOp) Needs(wanted event.Set) event.Set {
	for _, p := range slices.Backward(op.pairs) {
		wanted = p.needs(wanted)
	}
	return wanted
}

func (op renameOp) Columns(in []string) []string {
	if in == nil {
		return nil
	}
	columns := slices.Clone(in)
	for _, p := range op.pairs {
		columns = p.columns(columns)
	}
	return columns
}

func (op renameOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		for _, p := range op.pairs {
			p.rename(e)
		}
	}), nil
}

// target returns the new name of a field that the pair means.
func (p renamePair) target(name string) string {
	stars, _ := event.MatchStars(p.from, name)
	return replaceStars(p.to, stars)
}

func (p renamePair) rename(e *event.Event) {
	if !isPattern(p.from) {
		e.Rename(p.from, p.to)
		return
	}
	names := e.Match(p.from)
	targets := make([]string, len(names))
	for i, name := range names {
		targets[i] = p.target(name)
		if slices.Contains(names, targets[i]) && targets[i] != name {
			// A field is to take a name that another one gives up: all step
			// aside first.
			targets[i] = "\x00" + targets[i]
		}
	}
	for i, name := range names {
		e.Rename(name, targets[i])
	}
	for _, target := range targets {
		if final, aside := strings.CutPrefix(target, "\x00"); aside {
			e.Rename(target, final)
		}
	}
}

func (p renamePair) columns(in []string) []string {
	var from, to []string
	for _, c := range in {
		if matchesName(p.from, c) {
			from, to = append(from, c), append(to, p.target(c))
		}
	}
	var out []string
	for _, c := range in {
		if i := slices.Index(from, c); i >= 0 {
			out = appendNew(out, to[i])
		} else if !slices.Contains(to, c) {
			out = appendNew(out, c)
		}
	}
	return out
}

// needs returns the fields that must come in for wanted to go out.
func (p renamePair) needs(wanted event.Set) event.Set {
	switch {
	case !isPattern(p.from):
		if wanted.Has(p.to) {
			return wanted.Without(p.to).With(p.from)
		}
		return wanted
	case wanted.Patterns() || strings.Count(p.from, "*") > 1:
		return wanted.With(p.from)
	}
	for _, name := range wanted.Names() {
		// The field itself goes out where the pattern finds no other for it.
		if stars, ok := event.MatchStars(p.to, name); ok {
			wanted = wanted.With(replaceStars(p.from, stars))
		}
	}
	return wanted
}
