package oracle

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

// search keeps the rows that a search expression matches.
func search(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	e := a.Search()
	if err := a.End(); err != nil {
		return nil, err
	}
	e, err := x.resolve(&spl.SearchAnd{Terms: []spl.SearchExpr{e}})
	if err != nil {
		return nil, err
	}
	var out []*row
	for _, r := range in {
		if x.matches(e, r) {
			out = append(out, r)
		}
	}
	return out, nil
}

// resolve replaces subsearches by what they found, and refuses what the
// oracle does not know.
func (x *executor) resolve(e spl.SearchExpr) (spl.SearchExpr, error) {
	all := func(terms []spl.SearchExpr) ([]spl.SearchExpr, error) {
		out := make([]spl.SearchExpr, len(terms))
		for i, t := range terms {
			var err error
			if out[i], err = x.resolve(t); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	switch e := e.(type) {
	case *spl.SearchAnd:
		terms, err := all(e.Terms)
		return &spl.SearchAnd{Terms: untilNow(terms)}, err
	case *spl.SearchOr:
		terms, err := all(e.Terms)
		for i, t := range terms {
			terms[i] = &spl.SearchAnd{Terms: untilNow([]spl.SearchExpr{t})}
		}
		return &spl.SearchOr{Terms: terms}, err
	case *spl.SearchNot:
		inner, err := x.resolve(e.X)
		return &spl.SearchNot{X: inner}, err
	case *spl.SearchSubsearch:
		rows, err := x.subsearch(e.Pipeline)
		if err != nil {
			return nil, err
		}
		return spl.ParseSearch(&diag.Source{Name: "subsearch", Text: e.ResultText(format(rows))})
	case *spl.SearchCompare:
		return e, timeModifier(e)
	}
	return e, nil
}

// untilNow adds latest=now to terms that have an earliest but no latest.
func untilNow(terms []spl.SearchExpr) []spl.SearchExpr {
	bounds := map[string]bool{}
	for _, t := range terms {
		if c, ok := t.(*spl.SearchCompare); ok {
			bounds[c.Field] = true
		}
	}
	if bounds["earliest"] && !bounds["latest"] {
		now := &spl.SearchCompare{Field: "latest", Op: "=", Value: spl.SearchValue{Text: "now"}}
		terms = append(slices.Clone(terms), now)
	}
	return terms
}

// format writes the rows of a subsearch as a search expression: the fields of
// a row are ANDed, the rows ORed. A field named search is taken as search
// text, one named query as bare terms; internal fields are left out.
func format(rows []*row) string {
	var alternatives []string
	for _, r := range rows {
		var terms []string
		for _, name := range r.names {
			var values []string
			for _, v := range r.get(name).texts() {
				switch {
				case strings.HasPrefix(name, "_"):
				case name == "search":
					values = append(values, v)
				case name == "query":
					values = append(values, spl.Quote(v))
				default:
					values = append(values, spl.Quote(name)+"="+spl.Quote(v))
				}
			}
			switch {
			case len(values) > 1:
				terms = append(terms, "( "+strings.Join(values, " OR ")+" )")
			case len(values) == 1:
				terms = append(terms, values[0])
			}
		}
		if len(terms) > 0 {
			alternatives = append(alternatives, "( "+strings.Join(terms, " AND ")+" )")
		}
	}
	if len(alternatives) == 0 {
		return "NOT ()"
	}
	return "( " + strings.Join(alternatives, " OR ") + " )"
}

// matches tests a row. Comparisons with an absent field are false, so that
// NOT of one is true.
func (x *executor) matches(e spl.SearchExpr, r *row) bool {
	switch e := e.(type) {
	case *spl.SearchAnd:
		return !slices.ContainsFunc(e.Terms, func(t spl.SearchExpr) bool { return !x.matches(t, r) })
	case *spl.SearchOr:
		return slices.ContainsFunc(e.Terms, func(t spl.SearchExpr) bool { return x.matches(t, r) })
	case *spl.SearchNot:
		return !x.matches(e.X, r)
	case *spl.SearchCompare:
		if isTimeModifier(e.Field) {
			return x.inTime(e, r)
		}
		return slices.ContainsFunc(r.get(e.Field), func(a atom) bool { return compareText(a, e.Op, e.Value) })
	case *spl.SearchIn:
		return slices.ContainsFunc(r.get(e.Field), func(a atom) bool {
			return slices.ContainsFunc(e.Values, func(v spl.SearchValue) bool { return compareText(a, "=", v) })
		})
	case *spl.SearchTerm:
		return matchTerm(e.Value, r)
	}
	return false
}

// compareText compares a value with a literal. = and != compare as text
// without regard to case, with wildcards and subnets; the others compare two
// numbers by size and anything else by bytes.
func compareText(a atom, op string, v spl.SearchValue) bool {
	switch op {
	case "=":
		return equalsLiteral(a.text, v)
	case "!=":
		return !equalsLiteral(a.text, v)
	}
	literal := atom{text: v.Text}
	_, xok := a.float()
	_, yok := literal.float()
	order := strings.Compare(a.text, v.Text)
	if xok && yok {
		order = compareAtoms(a, literal)
	}
	return ordered(order, op)
}

func ordered(order int, op string) bool {
	switch op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "=":
		return order == 0
	}
	return order != 0
}

func equalsLiteral(s string, v spl.SearchValue) bool {
	if wildcard(v.Text, v.Directive == "CASE").MatchString(s) {
		return true
	}
	subnet, err := netip.ParsePrefix(v.Text)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(s)
	return err == nil && subnet.Contains(address)
}

// wildcard returns the expression for the whole of a value in which a star
// stands for any run of characters.
func wildcard(pattern string, caseCounts bool) *regexp.Regexp {
	flags := "(?is)"
	if caseCounts {
		flags = "(?s)"
	}
	return regexp.MustCompile(flags + "^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + `\z`)
}

// What separates the terms of _raw: a major breaker ends every term, a minor
// one also joins the pieces of a longer term. Source: segmenters.conf.
const (
	majorBreakers = " \t\r\n[]<>(){}|!;,'\"*&?+"
	minorBreakers = `/:=@.-$#%\_`
)

// matchTerm looks for a word or phrase in _raw, without regard to case: on
// each side there must be a breaker or the end, or a star in the pattern.
func matchTerm(v spl.SearchValue, r *row) bool {
	if v.Text == "*" {
		return true
	}
	raw, ok := r.get("_raw").single()
	if !ok {
		return false
	}
	breakers := majorBreakers + minorBreakers
	if v.Directive == "TERM" {
		breakers = majorBreakers
	}
	before, after := "(?:^|["+classOf(breakers)+"])", `(?:\z|[`+classOf(breakers)+"])"
	if strings.HasPrefix(v.Text, "*") {
		before = ""
	}
	if strings.HasSuffix(v.Text, "*") {
		after = ""
	}
	flags := "(?is)"
	if v.Directive == "CASE" {
		flags = "(?s)"
	}
	term := strings.ReplaceAll(regexp.QuoteMeta(v.Text), `\*`, "[^"+classOf(majorBreakers)+"]*")
	return regexp.MustCompile(flags + before + term + after).MatchString(raw)
}

// classOf writes characters as they stand inside [ ] of a regular expression.
func classOf(characters string) string {
	return strings.ReplaceAll(regexp.QuoteMeta(characters), "-", `\-`)
}

// isTimeModifier tells the names that are not fields but bounds of _time.
func isTimeModifier(name string) bool { return name == "earliest" || name == "latest" }

// timeModifier refuses the forms of time bounds that the oracle does not know.
func timeModifier(e *spl.SearchCompare) error {
	switch strings.ToLower(e.Field) {
	case "earliest", "latest":
		if e.Op != "=" {
			return unsupported("%s%s", e.Field, e.Op)
		}
		if _, ok := (atom{text: e.Value.Text}).float(); !ok {
			if _, err := relativeTime(fromEpoch(0, nil), e.Value.Text); err != nil && !strings.HasPrefix(e.Value.Text, "now") {
				return unsupported("%s=%s", e.Field, e.Value.Text)
			}
		}
	case "_index_earliest", "_index_latest", "starttime", "endtime", "starttimeu", "endtimeu", "timeformat", "eventtype", "tag":
		return unsupported("%s=", e.Field)
	}
	if strings.HasSuffix(e.Field, "ago") || strings.HasPrefix(e.Field, "searchtimespan") {
		return unsupported("%s=", e.Field)
	}
	return nil
}

// inTime compares _time with a bound, the earliest inclusive and the latest
// exclusive.
func (x *executor) inTime(e *spl.SearchCompare, r *row) bool {
	t, ok := r.get("_time").float()
	if !ok {
		return false
	}
	bound, ok := atom{text: e.Value.Text}.float()
	if !ok {
		bound = epoch(x.options.Now)
		if !strings.HasPrefix(e.Value.Text, "now") {
			at, _ := relativeTime(x.options.Now.In(x.options.Location), e.Value.Text)
			bound = epoch(at)
		}
	}
	if e.Field == "earliest" {
		return t >= bound
	}
	return t < bound
}
