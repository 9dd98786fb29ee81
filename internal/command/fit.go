package command

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/density"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var fit = &Spec{
	Name:    "fit",
	Syntax:  `fit DensityFunction <field> [by "<field>[,<field>]..."] [into <model>] [dist=auto|norm|expon] [threshold=<num>] [lower_threshold=<num>] [upper_threshold=<num>] [show_density=<bool>]`,
	Summary: "Learn how the values of a field are distributed, in each group, and mark those that are improbable.",
	Details: "Adds IsOutlier(field), 1.0 or 0.0, and BoundaryRanges, the ranges low:high:probability where outliers lie; show_density=true adds ProbabilityDensity(field). threshold is the probability of both ends together, 0.01 unless told otherwise. With into, the model is kept for apply and summary. Rows without a number in the field, or without a group, are passed on unmarked.",
	Differs: "Of the Machine Learning Toolkit's algorithms only DensityFunction is run, with the distributions norm and expon; the toolkit may choose another one for auto.",
	Examples: []string{
		`search sourcetype=aws:cloudtrail | bin _time span=1h | stats count as calls by _time, user_arn | fit DensityFunction calls by "user_arn" into api_calls threshold=0.005`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &fitOp{command: a.Command(), distribution: density.Auto}
		op.thresholds.read(a)
		a.Choice("dist", &op.distribution, density.Auto, density.Normal, density.Exponential)
		a.Bool("show_density", &op.showDensity)
		if t := a.Next(); !t.Is("DensityFunction") {
			a.Fail(t.Span, diag.UnsupportedArgument, "", "the algorithm %q is not run, only DensityFunction", t.Text)
		}
		op.field = a.Field()
		if a.Keyword("by") {
			for _, list := range a.Fields("into", "from", "as") {
				op.by = append(op.by, strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })...)
			}
		}
		if a.Keyword("into") {
			op.model = a.Field()
		}
		return op, a.End()
	},
}

// thresholds are the probabilities of the two ends of a distribution.
type thresholds struct {
	lower, upper float64
	set          bool
}

func (t *thresholds) read(a *spl.Args) {
	number := func(name string, to *float64) bool {
		token, ok := a.TextToken(name)
		if !ok {
			return false
		}
		f, err := strconv.ParseFloat(token.Text, 64)
		if err != nil || f <= 0 || f >= 1 {
			a.Fail(token.Span, diag.BadArgument, "", "%s=%s: a number between 0 and 1 was expected", name, token.Text)
		}
		*to, t.set = f, true
		return true
	}
	t.lower, t.upper = 0.005, 0.005
	var both float64
	if number("threshold", &both) {
		t.lower, t.upper = both/2, both/2
	}
	low, high := 0.0, 0.0
	if hasLow, hasHigh := number("lower_threshold", &low), number("upper_threshold", &high); hasLow || hasHigh {
		t.lower, t.upper = low, high
	}
}

func (t thresholds) String() string {
	if !t.set {
		return ""
	}
	if t.lower == t.upper {
		return " threshold=" + value.FormatNumber(2*t.lower)
	}
	s := ""
	if t.lower > 0 {
		s += " lower_threshold=" + value.FormatNumber(t.lower)
	}
	if t.upper > 0 {
		s += " upper_threshold=" + value.FormatNumber(t.upper)
	}
	return s
}

type fitOp struct {
	command      *spl.Command
	field        string
	by           []string
	model        string
	distribution string
	thresholds   thresholds
	showDensity  bool
}

func (op *fitOp) String() string {
	s := "fit DensityFunction " + spl.ArgString(op.field)
	if len(op.by) > 0 {
		s += " by " + spl.Quote(strings.Join(op.by, ","))
	}
	if op.model != "" {
		s += " into " + spl.ArgString(op.model)
	}
	return s + fmt.Sprintf(" dist=%s%s show_density=%t", op.distribution, op.thresholds, op.showDensity)
}

func (op *fitOp) Kind() plan.Kind                  { return plan.Dataset }
func (op *fitOp) Keeps() bool                      { return true } // a model, for apply
func (op *fitOp) Needs(wanted event.Set) event.Set { return wanted.With(op.field).With(op.by...) }
func (op *fitOp) Columns(in []string) []string     { return densityColumns(in, op.field, op.showDensity) }

func densityColumns(in []string, field string, showDensity bool) []string {
	in = addColumns(in, "IsOutlier("+field+")", "BoundaryRanges")
	if showDensity {
		in = addColumns(in, "ProbabilityDensity("+field+")")
	}
	return in
}

// densityModel is what fit keeps: a density for each group.
type densityModel struct {
	Field      string                     `json:"field"`
	By         []string                   `json:"by"`
	Lower      float64                    `json:"lower_threshold"`
	Upper      float64                    `json:"upper_threshold"`
	Groups     map[string]density.Density `json:"groups"` // by groupKey
	GroupNames map[string][]string        `json:"group_names"`
}

// groupKey returns the values of the by fields as one text; ok is false if one
// is absent.
func (m *densityModel) groupKey(row *event.Event) (key string, values []string, ok bool) {
	for _, name := range m.By {
		v := row.Get(name)
		if v.IsNull() {
			return "", nil, false
		}
		values = append(values, v.String())
		key += strconv.Quote(v.String())
	}
	return key, values, true
}

func (op *fitOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) {
		m := op.learn(rows)
		if op.model != "" {
			if err := op.save(run, m); err != nil {
				return nil, err
			}
		}
		for _, row := range rows {
			m.mark(row, op.thresholds, op.showDensity)
		}
		return rows, nil
	}), nil
}

func (op *fitOp) learn(rows []*event.Event) *densityModel {
	m := &densityModel{
		Field: op.field, By: op.by, Lower: op.thresholds.lower, Upper: op.thresholds.upper,
		Groups: map[string]density.Density{}, GroupNames: map[string][]string{},
	}
	numbers := map[string][]float64{}
	for _, row := range rows {
		f, ok := row.Get(op.field).Float()
		if key, values, inGroup := m.groupKey(row); ok && inGroup {
			numbers[key] = append(numbers[key], f)
			m.GroupNames[key] = values
		}
	}
	for key, list := range numbers {
		slices.Sort(list)
		m.Groups[key] = density.Fit(list, op.distribution)
	}
	return m
}

func (op *fitOp) save(run *plan.Run, m *densityModel) error {
	if run.Models == nil {
		return op.command.ErrorAt(op.command.NameSpan(), diag.MissingArgument, "fit: there is no place to keep models", "")
	}
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write the model %s: %w", op.model, err)
	}
	return run.Models.SaveModel(modelName(op.model), data)
}

// modelName drops the namespace that app:name puts before a model's name.
func modelName(name string) string {
	_, bare, ok := strings.Cut(name, ":")
	if !ok {
		return name
	}
	return bare
}

// mark adds to a row whether its number is improbable.
func (m *densityModel) mark(row *event.Event, t thresholds, showDensity bool) {
	key, _, inGroup := m.groupKey(row)
	d, known := m.Groups[key]
	f, isNumber := row.Get(m.Field).Float()
	if !inGroup || !known || !isNumber {
		return
	}
	ranges := d.Outliers(t.lower, t.upper)
	outlier := value.OfNumberText(0, "0.0")
	if density.IsOutlier(f, ranges) {
		outlier = value.OfNumberText(1, "1.0")
	}
	texts := make([]string, len(ranges))
	for i, r := range ranges {
		texts[i] = boundText(r.From) + ":" + boundText(r.To) + ":" + value.FormatNumber(r.Area)
	}
	row.Set("IsOutlier("+m.Field+")", outlier)
	row.Set("BoundaryRanges", value.OfTexts(texts))
	if showDensity {
		row.Set("ProbabilityDensity("+m.Field+")", value.OfNumber(d.Probability(f)))
	}
}

// boundText writes a bound as the toolkit does.
func boundText(f float64) string {
	switch s := value.FormatNumber(f); s {
	case "inf":
		return "Infinity"
	case "-inf":
		return "-Infinity"
	default:
		return s
	}
}
