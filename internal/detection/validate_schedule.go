package detection

import (
	"strconv"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/timeformat"
)

// schedules checks the schedules that a file has.
func (f *checked) schedules() {
	if f.root.Has("schedule") && f.root.Has("custom_schedule") {
		f.fail(ruleSchedule, f.root.Span("custom_schedule"), "", "a schedule and a custom_schedule; one was expected")
	}
	if f.kind == escu.Deployments {
		f.scheduling(f.root)
	}
	for _, key := range []string{"custom_schedule", "scheduling"} {
		f.scheduling(f.root.Map(key))
	}
	f.scheduling(f.root.Map("deployment").Map("scheduling"))
}

func (f *checked) scheduling(m *escu.Map) {
	if m == nil {
		return
	}
	if cron := m.Text("cron_schedule"); cron != "" && !validCron(cron) {
		f.fail(ruleSchedule, m.Span("cron_schedule"), "write minute, hour, day, month and day of the week, as in 0 * * * *", "%q is no cron schedule", cron)
	}
	f.relativeTime(ruleSchedule, m, "earliest_time")
	f.relativeTime(ruleSchedule, m, "latest_time")
	if window := m.Text("schedule_window"); window != "" && window != "auto" && window != "default" && strings.Trim(window, "0123456789") != "" {
		f.fail(ruleSchedule, m.Span("schedule_window"), "write auto or a number of minutes", "schedule_window: %q is not known", window)
	}
}

// relativeTime checks that a key's text is a time that Splunk reads, or a
// token that stands for one.
func (f *checked) relativeTime(rule string, m *escu.Map, key string) {
	text := m.Text(key)
	if text == "" || strings.Contains(text, "$") {
		return
	}
	// Any time serves: only the form counts. Shipped content has offsets
	// without a sign.
	_, err := timeformat.ParseModifier(text, time.Unix(0, 0), time.UTC)
	if _, signed := timeformat.ParseModifier("-"+text, time.Unix(0, 0), time.UTC); err != nil && signed != nil {
		f.fail(rule, m.Span(key), "", "%s: %v", key, err)
	}
}

// cronFields are the ranges of the five fields of a cron schedule, with the
// names that values may have.
var cronFields = []struct {
	least, most int
	names       string
}{
	{0, 59, ""},
	{0, 23, ""},
	{1, 31, ""},
	{1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"},
	{0, 7, "sun mon tue wed thu fri sat"},
}

// validCron reports whether a text is a cron schedule: five fields of *, n or
// n-m, each perhaps with /step, separated by commas. Source: Splunk,
// savedsearches.conf.
func validCron(text string) bool {
	fields := strings.Fields(text)
	if len(fields) != len(cronFields) {
		return false
	}
	for i, field := range fields {
		for part := range strings.SplitSeq(field, ",") {
			of, step, stepped := strings.Cut(part, "/")
			if n, err := strconv.Atoi(step); stepped && (err != nil || n < 1) {
				return false
			}
			from, to, ranged := strings.Cut(of, "-")
			switch {
			case of == "*":
			case !cronValue(i, from), ranged && !cronValue(i, to):
				return false
			}
		}
	}
	return true
}

func cronValue(field int, text string) bool {
	of := cronFields[field]
	for name := range strings.FieldsSeq(of.names) {
		if strings.EqualFold(name, text) {
			return true
		}
	}
	n, err := strconv.Atoi(text)
	return err == nil && n >= of.least && n <= of.most && !strings.ContainsAny(text, "+-")
}
