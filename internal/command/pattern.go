package command

import (
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/regex"
	"github.com/pugmark/pugmark/internal/spl"
)

// compilePattern compiles a regular expression of the arguments.
func compilePattern(a *spl.Args, span diag.Span, pattern string) *regex.Regexp {
	if a.Err() != nil {
		return nil
	}
	re, err := regex.Compile(pattern)
	if err != nil {
		a.Fail(span, diag.BadRegex, "", "%v", err)
		return nil
	}
	if re.Backtracks() {
		a.Note(span, diag.SlowRegex, regex.SlowNote)
	}
	return re
}

// takePattern takes a regular expression, the last of the arguments: a quoted
// text, or anything up to the end.
func takePattern(a *spl.Args) (pattern string, span diag.Span) {
	first := a.Peek()
	if first.Kind == spl.End {
		a.Fail(first.Span, diag.MissingArgument, "", "a regular expression in double quotes was expected")
		return "", first.Span
	}
	if first.Kind == spl.Text && a.PeekAt(1).Kind == spl.End {
		return a.Next().Text, first.Span
	}
	span = first.Span
	for t := a.Next(); t.Kind != spl.End; t = a.Next() {
		span = span.Join(t.Span)
	}
	return a.Raw(span), span
}

// watchPattern returns a sink before next that warns at the end if matches of
// the pattern took too long and were given up.
func watchPattern(re *regex.Regexp, p place, run *plan.Run, next plan.Sink) plan.Sink {
	return &patternWatch{Sink: next, re: re, before: re.LimitHits(), place: p, run: run}
}

type patternWatch struct {
	plan.Sink
	re     *regex.Regexp
	before int64
	place  place
	run    *plan.Run
}

// Close implements [plan.Sink].
func (w *patternWatch) Close() error {
	if w.re.LimitHits() > w.before {
		w.place.warn(w.run, diag.LimitReached, "", "the regular expression took too long on some values, which count as not matching")
	}
	return w.Sink.Close()
}
