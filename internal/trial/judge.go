package trial

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/event"
)

// maxJudged is how many rows are looked at for risk and threat objects: the
// first page of Splunk's API. Source: contentctl.
const maxJudged = 100

// judge says why the rows of a search are not what a test asks for, nothing
// if they are, and what is odd about them.
func judge(d *detection.Detection, t *detection.Test, result *engine.Result) (failures, notes []string) {
	rows := result.Rows
	if t.NoResults {
		if len(rows) == 0 {
			return nil, nil
		}
		return []string{fmt.Sprintf("found %s where nothing was to be found", counted(len(rows), "row"))}, nil
	}
	exact := -1
	if t.Expect != nil {
		exact = t.Expect.Rows
	}
	switch {
	case len(rows) == 0:
		return []string{"nothing was found"}, nil
	case exact >= 0 && len(rows) != exact:
		failures = append(failures, fmt.Sprintf("found %s, not %d", counted(len(rows), "row"), exact))
	case len(rows) < t.AtLeast:
		failures = append(failures, fmt.Sprintf("found %s, fewer than %d", counted(len(rows), "row"), t.AtLeast))
	}
	if t.Expect != nil {
		for _, expected := range t.Expect.Fields {
			if failure := expectRow(expected, rows); failure != "" {
				failures = append(failures, failure)
			}
		}
	}
	if d.Type == detection.Hunting {
		return failures, notes // it has no risk
	}
	risk := judgeRisk(d, result)
	if d.Generation == detection.G1 {
		// Its tests did not look at risk.
		notes = append(notes, risk...)
	} else {
		failures = append(failures, risk...)
	}
	return failures, append(notes, judgeMessages(d, rows)...)
}

// judgeRisk looks at the rows one by one: each must say who is at risk, until
// one says all about the threat too. Without such a row no threat object may be
// missing in all. Source: contentctl.
func judgeRisk(d *detection.Detection, result *engine.Result) []string {
	rows := result.Rows[:min(len(result.Rows), maxJudged)]
	seen := map[string]bool{}
	for i, row := range rows {
		for _, o := range d.Risk.Objects {
			if !says(row, o.Field) {
				return []string{fmt.Sprintf("row %d does not say who is at risk: %s", i+1, lacking(o.Field, row))}
			}
		}
		complete := true
		for _, threat := range d.Risk.Threats {
			if says(row, threat.Field) {
				seen[threat.Field] = true
			} else {
				complete = false
			}
		}
		if complete {
			return nil
		}
	}
	var failures []string
	for _, threat := range d.Risk.Threats {
		if !seen[threat.Field] {
			failures = append(failures, "no row has the threat object: "+lacking(threat.Field, rows[0]))
		}
	}
	return failures
}

// says reports whether a row has a value in a field. The text null stands for
// none: content fills gaps with it.
func says(row *event.Event, field string) bool {
	return slices.ContainsFunc(row.Get(field).Texts(), func(text string) bool {
		return strings.TrimSpace(text) != "" && text != "null"
	})
}

// lacking describes a field that a row lacks, and a near one that it has.
func lacking(field string, row *event.Event) string {
	if v := row.Get(field); !v.IsNull() {
		return fmt.Sprintf("%s is %q", field, v.String())
	}
	var names []string
	for _, f := range row.Fields() {
		names = append(names, f.Name)
	}
	if hint := diag.Suggest(field, names); hint != "" {
		return fmt.Sprintf("it has no field %s; %s", field, hint)
	}
	return fmt.Sprintf("it has no field %s", field)
}

// judgeMessages notes the fields that the messages name and no row has.
func judgeMessages(d *detection.Detection, rows []*event.Event) []string {
	messages := []string{d.Risk.Message}
	for _, o := range d.Risk.Objects {
		messages = append(messages, o.Message)
	}
	var notes, told []string
	for _, message := range messages {
		for _, token := range detection.Tokens(message) {
			if slices.Contains(told, token) || slices.ContainsFunc(rows, func(row *event.Event) bool { return says(row, token) }) {
				continue
			}
			told = append(told, token)
			notes = append(notes, fmt.Sprintf("the message names $%s$, which no row has", token))
		}
	}
	return notes
}

// expectRow says that no row is as expected, "" if one is, with what the row
// has that comes nearest.
func expectRow(expected detection.ExpectedRow, rows []*event.Event) string {
	var nearest []string
	for _, row := range rows {
		var differs []string
		for _, f := range expected {
			if got := row.Get(f.Name).Texts(); !slices.Equal(got, f.Values) {
				differs = append(differs, f.Name+"="+shown(got))
			}
		}
		if len(differs) == 0 {
			return ""
		}
		if nearest == nil || len(differs) < len(nearest) {
			nearest = differs
		}
	}
	var wanted []string
	for _, f := range expected {
		wanted = append(wanted, f.Name+"="+shown(f.Values))
	}
	return fmt.Sprintf("no row has %s; the nearest has %s", strings.Join(wanted, ", "), strings.Join(nearest, ", "))
}

func shown(values []string) string {
	switch len(values) {
	case 0:
		return "(none)"
	case 1:
		return fmt.Sprintf("%q", values[0])
	}
	return fmt.Sprintf("%q", values)
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
