package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// maxChains bounds the templates that are kept compiled. Field names come from
// the data, so there may be any number of them.
const maxChains = 1000

type foreachRun struct {
	plan.Sink
	op     foreachOp
	run    *plan.Run
	chains map[fieldMatch]*foreachChain
	held   event.Batch // the one event at hand
}

// fieldMatch is a field and the pattern or name that means it.
type fieldMatch struct{ pattern, name string }

// foreachChain is a started template; nil ops stand for one that is passed
// over.
type foreachChain struct {
	first plan.Sink
	end   *passed
}

// passed is the end of a template: it notes whether the event came through.
type passed struct{ came bool }

func (p *passed) Push(b event.Batch) (bool, error) {
	p.came = len(b) > 0
	return true, nil
}

func (p *passed) Close() error { return nil }

// Push implements [plan.Sink].
func (r *foreachRun) Push(b event.Batch) (bool, error) {
	kept := b[:0]
	for _, e := range b {
		came, err := r.each(e)
		if err != nil {
			return false, err
		}
		if came {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return true, nil
	}
	return r.Sink.Push(kept)
}

// each runs the template for all fields of e, and returns whether e is left.
func (r *foreachRun) each(e *event.Event) (bool, error) {
	var matches []fieldMatch // before the template changes e
	for _, pattern := range r.op.names {
		for _, name := range expandNames(e, []string{pattern}) {
			if !slices.ContainsFunc(matches, func(m fieldMatch) bool { return m.name == name }) {
				matches = append(matches, fieldMatch{pattern, name})
			}
		}
	}
	for _, m := range matches {
		chain, err := r.chain(m)
		if err != nil {
			return false, err
		}
		if chain.first == nil {
			continue
		}
		if came, err := chain.push(e, &r.held); err != nil || !came {
			return false, err
		}
	}
	return true, nil
}

// push runs the chain for one event and returns whether it came through.
func (c *foreachChain) push(e *event.Event, held *event.Batch) (bool, error) {
	c.end.came = false
	*held = append((*held)[:0], e)
	_, err := c.first.Push(*held)
	return c.end.came, err
}

// chain returns the template for a field, started.
func (r *foreachRun) chain(m fieldMatch) (*foreachChain, error) {
	if chain, ok := r.chains[m]; ok {
		return chain, nil
	}
	if len(r.chains) >= maxChains {
		if err := r.closeChains(); err != nil {
			return nil, err
		}
	}
	chain := &foreachChain{}
	// A field's name is text of the data: it must not become a command.
	commands, ops, err := r.op.template.compile(r.op.template.fill(m.pattern, m.name))
	if err == nil && slices.Equal(commands, r.op.commands) {
		chain.end = &passed{}
		if chain.first, err = start(r.run, ops, chain.end); err != nil {
			return nil, err
		}
	} else {
		reason := "it would be other commands"
		if problems := diag.All(err); len(problems) > 0 {
			reason = problems[0].Message
		}
		r.op.template.place.warn(r.run, diag.SuspiciousExpression, "write '"+r.op.template.marks[markField]+"' in single quotes", "the template was not run for a field: %s", clipText(reason))
	}
	m.name = strings.Clone(m.name)
	r.chains[m] = chain
	return chain, nil
}

// clipText shortens a message that may quote the data.
func clipText(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func (r *foreachRun) closeChains() error {
	for _, chain := range r.chains {
		if chain.first != nil {
			if err := chain.first.Close(); err != nil {
				return err
			}
		}
	}
	clear(r.chains)
	return nil
}

// Close implements [plan.Sink].
func (r *foreachRun) Close() error {
	if err := r.closeChains(); err != nil {
		return err
	}
	return r.Sink.Close()
}
