package command

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
)

// charting is what chart and timechart have in common: the results that they
// compute for each cell, and the field whose values become columns, the series.
type charting struct {
	place    place
	terms    []*agg.Term
	calls    []*agg.Call // of all terms
	column   *split      // nil for no series
	distinct bool

	useNull, useOther bool
	nullStr, otherStr string
	format            string // of a series' name, if there are several results
	selection         selection
}

// usualFormat names the series of one of several results.
const usualFormat = "$AGG$: $VAL$"

func newCharting(a *spl.Args) charting {
	return charting{
		place: placeOf(a), useNull: true, useOther: true, nullStr: "NULL", otherStr: "OTHER",
		format: usualFormat, selection: selection{n: 10},
	}
}

// takeOptions takes the options that may stand anywhere.
func (op *charting) takeOptions(a *spl.Args) {
	a.Bool("usenull", &op.useNull)
	a.Bool("useother", &op.useOther)
	a.Text("nullstr", &op.nullStr)
	a.Text("otherstr", &op.otherStr)
	var sep string
	if a.Text("sep", &sep) {
		op.format = "$AGG$" + sep + "$VAL$"
	}
	a.Text("format", &op.format)
	if !a.Bool("dedup_splitvals", &op.distinct) {
		a.Bool("dedup_splitval", &op.distinct) // as an example of the manual has it
	}
	op.selection.takeLimit(a)
}

// takeTerms takes the results to compute, and between them bin options.
func (op *charting) takeTerms(a *spl.Args, bin *binOp) {
	stop := append([]string{"by", "over"}, binOptions...)
	for {
		takeBinOptions(a, bin)
		if t := a.Peek(); len(op.terms) > 0 && (t.Kind == spl.End || t.Is("by") || t.Is("over")) {
			break
		}
		for _, t := range agg.ParseTerms(a, stop...) {
			if !slices.ContainsFunc(op.terms, t.Equal) {
				op.terms = append(op.terms, t)
			}
		}
		if a.Err() != nil {
			return
		}
	}
	for _, t := range op.terms {
		op.calls = append(op.calls, t.Calls...)
	}
}

// Notes implements [plan.Noter].
func (op *charting) Notes() []*diag.Error {
	var notes []*diag.Error
	for _, t := range op.terms {
		notes = append(notes, t.Notes()...)
	}
	return notes
}

// columnNames returns the names of the results, unless series decide them.
func (op *charting) columnNames() []string {
	var names []string
	if op.column == nil {
		for _, o := range op.outputs(nil) {
			names = append(names, o.name)
		}
	}
	return names
}

func (op *charting) needs() event.Set {
	fields := agg.Needs(op.calls)
	if op.selection.call != nil {
		fields = fields.Union(op.selection.call.Needs())
	}
	if op.column != nil {
		fields = fields.With(op.column.name)
	}
	return fields
}

// string writes the options, those of the rows, and the results.
func (op *charting) string(name, rows string) string {
	var b strings.Builder
	b.WriteString(name + op.selection.limitString() + writeOptions(
		boolOption("usenull", op.useNull, true), boolOption("useother", op.useOther, true),
		option{"nullstr", op.nullStr, "NULL"}, option{"otherstr", op.otherStr, "OTHER"},
		option{"format", op.format, usualFormat}, boolOption("dedup_splitvals", op.distinct, false),
	) + rows)
	for _, t := range op.terms {
		b.WriteString(" " + t.String())
	}
	return b.String()
}

// selection is which series get columns; the others are joined in one.
type selection struct {
	// The score of a series is that of call over its rows; without one, that of
	// cells over the cells of its column; without that either, the sum of the
	// cells, or with several results the number of its rows.
	call  *agg.Call
	cells *agg.Call
	rows  bool // the score is the number of rows

	n         int    // how many, 0 for all
	bottom    bool   // those with the lowest scores
	not       bool   // all but these
	compare   string // < or > threshold instead, or ""
	threshold float64
	where     string // the where clause that said so, or ""
}

// takeLimit takes limit=[top|bottom]n and agg=function(field).
func (s *selection) takeLimit(a *spl.Args) {
	if t, ok := a.TextToken("limit"); ok {
		text := strings.ToLower(t.Text)
		rest, bottom := strings.CutPrefix(text, "bottom")
		rest = strings.TrimPrefix(rest, "top")
		s.bottom = bottom
		if rest == "" && a.TakeCount(&s.n) {
			return // limit=top 5
		}
		n, err := strconv.Atoi(rest)
		if err != nil || n < 0 {
			a.Fail(t.Span, diag.BadArgument, "", "limit=%s: a whole number, top or bottom with one was expected", t.Text)
		}
		s.n = n
	}
	if t, ok := a.TextToken("agg"); ok {
		field := ""
		if a.Take("(") {
			field = takeField(a)
			a.Expect(")")
		}
		s.setScore(a, t.Text, field, t.Span)
	}
}

// anyCell stands for the cells of a series as the argument of a score.
const anyCell = "cell"

func (s *selection) setScore(a *spl.Args, function, field string, span diag.Span) {
	if field == "" && (strings.EqualFold(function, "count") || strings.EqualFold(function, "c")) {
		s.rows = true
		return
	}
	c := agg.NewCall(a, function, cmp.Or(field, anyCell), span)
	switch {
	case c == nil:
	case c.Wild():
		a.Fail(span, diag.BadArgument, "name one field", "%q: patterns are not allowed here", field)
	case field != "":
		s.call = c
	default:
		s.cells = c
	}
}

func (s *selection) limitString() string {
	text := ""
	if s.where == "" && (s.n != 10 || s.bottom) {
		text = " limit=top"
		if s.bottom {
			text = " limit=bottom"
		}
		text += strconv.Itoa(s.n)
	}
	if s.where == "" {
		switch {
		case s.call != nil:
			text += " agg=" + s.call.String()
		case s.cells != nil:
			text += " agg=" + strings.TrimSuffix(s.cells.String(), "("+anyCell+")")
		case s.rows:
			text += " agg=count"
		}
	}
	return text
}

// takeWhere takes the where clause of a split, if there is one: a score, and
// in or notin with top or bottom n, or < or > with a number. Source: Splunk,
// chart (where clause).
func (s *selection) takeWhere(a *spl.Args) {
	if !a.Peek().Is("where") {
		return
	}
	start := a.Next().Span
	var text strings.Builder
	for a.More() {
		t := a.Next()
		start = start.Join(t.Span)
		text.WriteString(" " + a.Raw(t.Span))
	}
	*s = selection{where: strings.TrimSpace(text.String())}
	// The tokens do not part count>10, and a name may touch its parenthesis.
	words := strings.Fields(strings.NewReplacer("<", " < ", ">", " > ", "(", " ( ", ")", " ) ").Replace(s.where))
	next := func() string {
		if len(words) == 0 {
			return ""
		}
		w := words[0]
		words = words[1:]
		return w
	}
	function, field := next(), ""
	if len(words) > 2 && words[0] == "(" && words[2] == ")" {
		field = words[1]
		words = words[3:]
	}
	ok := function != ""
	switch op := strings.ToLower(next()); op {
	case "<", ">":
		s.compare = op
		s.threshold, ok = parsed(next())
	case "in", "notin":
		s.not = op == "notin"
		ok = ok && s.takeRank(strings.ToLower(strings.Join(words, "")))
		words = nil
	default:
		ok = false
	}
	if !ok || len(words) > 0 {
		a.Fail(start, diag.BadSyntax, "", "a clause such as where sum in top5 or where count > 10 was expected")
		return
	}
	s.setScore(a, function, field, start)
}

func parsed(text string) (float64, bool) {
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil && !math.IsNaN(f)
}

func (s *selection) takeRank(text string) bool {
	rest, bottom := strings.CutPrefix(text, "bottom")
	if !bottom {
		var top bool
		if rest, top = strings.CutPrefix(text, "top"); !top {
			return false
		}
	}
	n, err := strconv.Atoi(rest)
	s.n, s.bottom = n, bottom
	return err == nil && n > 0
}

// choose returns the names of the series that get columns. Of equal scores the
// first by bytes comes first. Source: Splunk, timechart (limit).
func (s *selection) choose(all []*series) map[string]bool {
	chosen := map[string]bool{}
	if s.compare != "" {
		for _, one := range all {
			if s.compare == "<" && one.score < s.threshold || s.compare == ">" && one.score > s.threshold {
				chosen[one.name] = true
			}
		}
		return chosen
	}
	ranked := slices.Clone(all)
	slices.SortFunc(ranked, func(x, y *series) int {
		order := cmp.Compare(y.score, x.score)
		if s.bottom {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(x.name, y.name))
	})
	n := min(s.n, len(ranked))
	if s.n == 0 {
		n = len(ranked)
	}
	for i, one := range ranked {
		if (i < n) != s.not {
			chosen[one.name] = true
		}
	}
	return chosen
}
