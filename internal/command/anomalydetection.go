package command

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var anomalydetection = &Spec{
	Name:    "anomalydetection",
	Syntax:  "anomalydetection [method=histogram] [action=filter|annotate|summary] [pthresh=<num>] [cutoff=<bool>] [<field-list>]",
	Summary: "Find rows whose combination of values is improbable.",
	Details: `The probability of a row is the product of the frequencies of its values in the listed fields, all fields but internal ones if none are listed. The frequency of a number is that of its bin in a histogram. A row is anomalous if the natural logarithm of its probability lies below the first quartile by more than 1.5 times the distance of the quartiles, or below that of pthresh. With cutoff, the default, at most one row in twenty is taken, the most improbable ones. Fields added: log_event_prob, max_freq, and on anomalous rows probable_cause and probable_cause_freq. action=filter, the default, keeps the anomalous rows; annotate keeps all; summary gives one row about the thresholds.`,
	Differs: "Splunk documents neither how many bins a histogram has nor how cutoff moves the threshold, so which rows are found can differ at the margin. Methods zscore and iqr are not run; for iqr use outlier.",
	Examples: []string{
		`search eventName=GetObject | stats count by user_arn, src_ip | anomalydetection count action=annotate | where isnotnull(probable_cause)`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &anomalyOp{action: "filter", threshold: math.NaN(), cutoff: true}
		if t, ok := a.TextToken("method"); ok && !strings.EqualFold(t.Text, "histogram") {
			hint := ""
			if strings.EqualFold(t.Text, "iqr") {
				hint = "use outlier"
			}
			a.Fail(t.Span, diag.UnsupportedArgument, hint, "method=%s is not run, only histogram", t.Text)
		}
		a.Choice("action", &op.action, "filter", "annotate", "summary")
		if t, ok := a.TextToken("pthresh"); ok {
			p, err := strconv.ParseFloat(t.Text, 64)
			if err != nil || p <= 0 || p > 1 {
				a.Fail(t.Span, diag.BadArgument, "", "pthresh=%s: a probability above 0 and up to 1 was expected", t.Text)
			}
			op.threshold = p
		}
		a.Bool("cutoff", &op.cutoff)
		op.fields = a.Fields()
		return op, a.End()
	},
}

type anomalyOp struct {
	action    string
	threshold float64 // a probability; NaN to compute it
	cutoff    bool
	fields    []string
}

func (op *anomalyOp) String() string {
	s := "anomalydetection action=" + op.action
	if !math.IsNaN(op.threshold) {
		s += " pthresh=" + value.FormatNumber(op.threshold)
	}
	s += fmt.Sprintf(" cutoff=%t", op.cutoff)
	if len(op.fields) > 0 {
		s += " " + spl.ArgStrings(op.fields, " ")
	}
	return s
}

func (op *anomalyOp) Kind() plan.Kind { return plan.Dataset }

func (op *anomalyOp) Needs(wanted event.Set) event.Set {
	if len(op.fields) == 0 || slices.ContainsFunc(op.fields, isPattern) {
		return event.AllFields
	}
	return wanted.With(op.fields...)
}

var (
	anomalyColumns = []string{"log_event_prob", "probable_cause", "probable_cause_freq", "max_freq"}
	summaryColumns = []string{"count", "num_anomalies", "thresh", "max_logprob", "min_logprob", "1st_quartile", "3rd_quartile"}
)

func (op *anomalyOp) Columns(in []string) []string {
	if op.action == "summary" {
		return summaryColumns
	}
	return addColumns(in, anomalyColumns...)
}

func (op *anomalyOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) {
		if len(rows) == 0 {
			return nil, nil
		}
		scores := op.score(rows)
		threshold := op.limit(scores)
		if op.action == "summary" {
			return []*event.Event{summarize(scores, threshold)}, nil
		}
		var kept []*event.Event
		for i, row := range rows {
			anomalous := scores[i].logProb < threshold
			if !anomalous && op.action == "filter" {
				continue
			}
			row.Set("log_event_prob", value.OfNumber(scores[i].logProb))
			if anomalous {
				row.Set("probable_cause", value.OfText(scores[i].cause))
				row.Set("probable_cause_freq", value.OfNumber(scores[i].causeFreq))
			}
			row.Set("max_freq", value.OfNumber(scores[i].maxFreq))
			kept = append(kept, row)
		}
		return kept, nil
	}), nil
}

// anomalyScore says how probable a row is and which field makes it least so.
type anomalyScore struct {
	logProb, causeFreq, maxFreq float64
	cause                       string
}

func (op *anomalyOp) score(rows []*event.Event) []anomalyScore {
	scores := make([]anomalyScore, len(rows))
	for _, field := range op.names(rows) {
		frequency, top := frequencies(rows, field)
		for i := range rows {
			f := frequency[i]
			if f == 0 {
				continue // the row lacks the field
			}
			s := &scores[i]
			s.logProb += math.Log(f)
			// Relative to the commonest value, so that a field of many rare
			// values does not explain every row.
			if s.cause == "" || f/top < s.causeFreq/s.maxFreq {
				s.cause, s.causeFreq, s.maxFreq = field, f, top
			}
		}
	}
	return scores
}

func (op *anomalyOp) names(rows []*event.Event) []string {
	list := op.fields
	if len(list) == 0 {
		list = []string{"*"}
	}
	var names []string
	for _, row := range rows {
		names = appendNew(names, expandNames(row, list)...)
		if !slices.ContainsFunc(list, isPattern) {
			break
		}
	}
	return names
}

// frequencies returns the frequency of each row's value of a field, 0 where it
// is absent, and that of the commonest value.
func frequencies(rows []*event.Event, field string) (each []float64, top float64) {
	keys := make([]string, len(rows))
	numbers := make([]float64, 0, len(rows))
	present := 0
	for i, row := range rows {
		v := row.Get(field)
		if v.IsNull() {
			continue
		}
		present++
		keys[i] = "=" + v.String()
		if f, ok := v.Float(); ok {
			numbers = append(numbers, f)
		}
	}
	if len(numbers) == present && present > 0 {
		bin := histogram(numbers)
		for i, row := range rows {
			if f, ok := row.Get(field).Float(); ok {
				keys[i] = "#" + strconv.Itoa(bin(f))
			}
		}
	}
	count := map[string]int{}
	for _, k := range keys {
		if k != "" {
			count[k]++
		}
	}
	each = make([]float64, len(rows))
	for i, k := range keys {
		if k != "" {
			each[i] = float64(count[k]) / float64(len(rows))
			top = max(top, each[i])
		}
	}
	return each, top
}

// maxBins bounds the bins of a histogram.
const maxBins = 1000

// histogram returns the function that finds a number's bin. The bins are as
// wide as the rule of Freedman and Diaconis says, or, where the quartiles
// coincide, as many as Sturges' rule says.
func histogram(numbers []float64) func(float64) int {
	sorted := slices.Sorted(slices.Values(numbers))
	low, high := sorted[0], sorted[len(sorted)-1]
	if low == high {
		return func(float64) int { return 0 }
	}
	n := float64(len(sorted))
	width := 2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / math.Cbrt(n)
	if width <= 0 {
		width = (high - low) / (math.Ceil(math.Log2(n)) + 1)
	}
	width = max(width, (high-low)/maxBins)
	return func(f float64) int { return int((f - low) / width) }
}

// quantile interpolates between the two values next to the place.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// limit returns the logarithm below which a row is anomalous.
func (op *anomalyOp) limit(scores []anomalyScore) float64 {
	if !math.IsNaN(op.threshold) {
		return math.Log(op.threshold)
	}
	sorted := logProbs(scores)
	first, third := quantile(sorted, 0.25), quantile(sorted, 0.75)
	limit := first - 1.5*(third-first)
	if op.cutoff {
		limit = min(limit, quantile(sorted, 0.05))
	}
	return limit
}

func logProbs(scores []anomalyScore) []float64 {
	list := make([]float64, len(scores))
	for i, s := range scores {
		list[i] = s.logProb
	}
	slices.Sort(list)
	return list
}

func summarize(scores []anomalyScore, threshold float64) *event.Event {
	sorted := logProbs(scores)
	found, _ := slices.BinarySearch(sorted, threshold)
	row := event.New()
	for i, f := range []float64{
		float64(len(sorted)), float64(found), math.Exp(threshold), sorted[len(sorted)-1], sorted[0],
		quantile(sorted, 0.25), quantile(sorted, 0.75),
	} {
		row.Set(summaryColumns[i], value.OfNumber(f))
	}
	return row
}
