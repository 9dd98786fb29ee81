package oracle

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// aggregate is one call of a stats function: its name in lower case, the field
// or expression that it is of (count may have neither), and its column.
type aggregate struct {
	name    string
	percent float64
	field   string
	expr    spl.Expr
	as      string
	named   bool // by AS
}

// aggregates reads calls up to a stop word.
func (x *executor) aggregates(a *spl.Args, stop ...string) ([]aggregate, error) {
	var list []aggregate
	for {
		for a.Take(",") { // commas between calls are optional
		}
		t := a.Peek()
		if t.Kind != spl.Word || slices.ContainsFunc(stop, t.Is) {
			break
		}
		g, err := x.aggregate(a)
		if err != nil {
			return nil, err
		}
		if err := a.Err(); err != nil {
			return nil, err
		}
		list = append(list, g)
	}
	if len(list) == 0 && a.Err() == nil {
		return nil, fmt.Errorf("a stats function was expected")
	}
	return list, a.Err()
}

var percentile = regexp.MustCompile(`^(perc|p|exactperc|upperperc)(\d+(?:\.\d+)?)$`)

func (x *executor) aggregate(a *spl.Args) (aggregate, error) {
	word := a.Next().Text
	g := aggregate{name: strings.ToLower(word)}
	g.as = word
	if a.Take("(") {
		inner := ""
		if t := a.Peek(); t.Is("eval") && a.PeekAt(1).Text == "(" {
			a.Next()
			from := a.Next().Span.Start
			g.expr = a.Expr()
			to := a.Peek().Span.End
			a.Expect(")")
			if a.Err() == nil {
				inner = "eval" + a.Raw(spanOf(from, to))
			}
			if err := x.check(g.expr); err != nil {
				return g, err
			}
		} else if t := a.Peek(); t.Kind != spl.Punct {
			g.field = a.Field()
			inner = g.field
		}
		a.Expect(")")
		if g.name == "c" {
			g.as = "count"
		}
		if inner != "" {
			g.as += "(" + inner + ")"
		}
	}
	if a.Keyword("as") {
		g.as, g.named = a.Column(), true
	}
	if m := percentile.FindStringSubmatch(g.name); m != nil {
		g.percent, _ = strconv.ParseFloat(m[2], 64)
		g.name = "perc"
		if m[1] != "perc" && m[1] != "p" {
			return g, unsupported("stats function %s", word)
		}
	}
	switch g.name {
	case "c":
		g.name = "count"
	case "distinct_count":
		g.name = "dc"
	case "mean":
		g.name = "avg"
	}
	if !slices.Contains(aggregateNames(), g.name) {
		return g, unsupported("stats function %s", word)
	}
	if n := strings.Count(g.field, "*"); g.named && n != strings.Count(g.as, "*") {
		return g, fmt.Errorf("%s as %s: different numbers of wildcards", g.field, g.as)
	}
	if g.name != "count" && g.field == "" && g.expr == nil {
		return g, unsupported("%s without a field", word)
	}
	return g, nil
}

func aggregateNames() []string {
	return []string{
		"avg", "count", "dc", "earliest", "earliest_time", "first", "last", "latest", "latest_time", "list", "max", "median",
		"min", "mode", "perc", "range", "rate", "stdev", "stdevp", "sum", "sumsq", "values", "var", "varp",
	}
}

// sample is what an aggregate sees: a value, and the time of its row. The
// values of a multivalue count as if each came in a row of its own.
type sample struct {
	value atom
	time  float64
	timed bool
}

// over computes the aggregate of some rows, in their order.
func (g aggregate) over(x *executor, rows []*row) val {
	if g.name == "count" && g.field == "" && g.expr == nil {
		return integer(len(rows))
	}
	var samples []sample
	var all val
	for _, r := range rows {
		v := r.get(g.field)
		if g.expr != nil {
			v = scope{x: x, row: r}.eval(g.expr)
			if len(v) == 1 && v[0].kind == isTruth && !v.isTrue() {
				v = nil
			}
		}
		if v.isNull() {
			continue
		}
		t, ok := r.get("_time").float()
		for _, one := range v {
			samples = append(samples, sample{one, t, ok})
		}
		all = append(all, v...)
	}
	switch g.name {
	case "count":
		return integer(len(all))
	case "dc":
		return integer(len(distinct(all)))
	case "values":
		return multi(distinct(all))
	}
	if len(all) == 0 {
		return nil
	}
	switch g.name {
	case "list":
		return all[:min(len(all), 100)]
	case "min":
		return extreme([]val{all}, -1)
	case "max":
		return extreme([]val{all}, 1)
	case "first":
		return all[:1]
	case "last":
		return all[len(all)-1:]
	case "mode":
		return mode(all)
	case "earliest", "latest", "earliest_time", "latest_time", "rate":
		return chronological(g.name, samples)
	}
	numbers := numbersIn([]val{all})
	if len(numbers) == 0 {
		return nil
	}
	return number(g.ofNumbers(numbers))
}

func distinct(v val) []string {
	texts := v.texts()
	slices.Sort(texts)
	return slices.Compact(texts)
}

// mode is the most frequent text, of equals the first seen.
func mode(v val) val {
	counts := map[string]int{}
	for _, a := range v {
		counts[a.text]++
	}
	best := v[0]
	for _, a := range v {
		if counts[a.text] > counts[best.text] {
			best = a
		}
	}
	return val{best}
}

// chronological looks at the values by the _time of their rows; of equal times
// the earliest is the first seen and the latest the last.
func chronological(name string, samples []sample) val {
	samples = slices.DeleteFunc(slices.Clone(samples), func(s sample) bool { return !s.timed })
	if len(samples) == 0 {
		return nil
	}
	earliest, latest := samples[0], samples[0]
	for _, s := range samples {
		if s.time < earliest.time {
			earliest = s
		}
		if s.time >= latest.time {
			latest = s
		}
	}
	switch name {
	case "earliest":
		return val{earliest.value}
	case "latest":
		return val{latest.value}
	case "earliest_time":
		return number(earliest.time)
	case "latest_time":
		return number(latest.time)
	}
	first, ok := earliest.value.float()
	last, lastOK := latest.value.float()
	if !ok || !lastOK || latest.time == earliest.time {
		return nil
	}
	return number((last - first) / (latest.time - earliest.time))
}

func (g aggregate) ofNumbers(n []float64) float64 {
	count := float64(len(n))
	variance := func(freedom int) float64 {
		if freedom == 0 {
			return 0
		}
		f, _ := new(big.Rat).Quo(squares(n), big.NewRat(int64(freedom), 1)).Float64()
		return f
	}
	switch g.name {
	case "sum":
		return sum(n)
	case "avg":
		return sum(n) / count
	case "range":
		return slices.Max(n) - slices.Min(n)
	case "sumsq":
		total := 0.0
		for _, f := range n {
			total += f * f
		}
		return total
	case "var":
		return variance(len(n) - 1)
	case "stdev":
		return math.Sqrt(variance(len(n) - 1))
	case "varp":
		return variance(len(n))
	case "stdevp":
		return math.Sqrt(variance(len(n)))
	case "median":
		return interpolated(n, 50)
	}
	return interpolated(n, g.percent)
}

// squares is the sum of the squared differences from the mean, without
// rounding.
func squares(n []float64) *big.Rat {
	total := new(big.Rat)
	for _, f := range n {
		total.Add(total, new(big.Rat).SetFloat64(f))
	}
	mean := total.Quo(total, big.NewRat(int64(len(n)), 1))
	all := new(big.Rat)
	for _, f := range n {
		d := new(big.Rat).SetFloat64(f)
		d.Sub(d, mean)
		all.Add(all, d.Mul(d, d))
	}
	return all
}

// interpolated is a percentile between the two nearest ranks. Source: Splunk,
// Aggregate functions: p95 of 1 to 10 is 9.55.
func interpolated(n []float64, percent float64) float64 {
	sorted := slices.Sorted(slices.Values(n))
	rank := percent * float64(len(sorted)-1) / 100
	low := int(math.Floor(rank))
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (rank-float64(low))*(sorted[high]-sorted[low])
}

// expand replaces aggregates whose field has a star by one for each field that
// it matches.
func expand(list []aggregate, rows []*row, by []string) []aggregate {
	var out []aggregate
	for _, g := range list {
		if !strings.Contains(g.field, "*") {
			out = append(out, g)
			continue
		}
		for _, name := range fieldsOf(rows) {
			found, ok := stars(g.field, name)
			if !ok || !matchField(g.field, name) || slices.Contains(by, name) {
				continue
			}
			one := g
			one.field = name
			if g.named {
				one.as = fillStars(g.as, found)
			} else {
				one.as = strings.Replace(g.as, "("+g.field+")", "("+name+")", 1)
			}
			out = append(out, one)
		}
	}
	return out
}

// group is the rows that share the values of the BY fields.
type group struct {
	key  []atom
	rows []*row
}

// groups sorts rows into groups. A row that lacks a BY field is in none; one
// with several values of a field is in the group of each.
func groups(rows []*row, by []string) []*group {
	index := map[string]*group{}
	var list []*group
	for _, r := range rows {
		for _, key := range combinations(r, by) {
			id := strings.Join(val(key).texts(), "\x00")
			if index[id] == nil {
				index[id] = &group{key: key}
				list = append(list, index[id])
			}
			index[id].rows = append(index[id].rows, r)
		}
	}
	slices.SortStableFunc(list, func(a, b *group) int {
		for i := range a.key {
			if c := compareAtoms(a.key[i], b.key[i]); c != 0 {
				return c
			}
			if c := strings.Compare(a.key[i].text, b.key[i].text); c != 0 {
				return c
			}
		}
		return 0
	})
	return list
}

// combinations returns every choice of one value for each BY field.
func combinations(r *row, by []string) [][]atom {
	keys := [][]atom{nil}
	for _, name := range by {
		var longer [][]atom
		for _, key := range keys {
			for _, a := range r.get(name) {
				longer = append(longer, append(slices.Clone(key), a))
			}
		}
		keys = longer
	}
	return keys
}
