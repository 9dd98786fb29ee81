package detection

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// The lints: what makes a detection over CloudTrail miss what it is for, or
// tell it badly, although the search is right.
const (
	lintNullBy    = "null-by-field"
	lintSource    = "no-event-source"
	lintOutcome   = "no-outcome"
	lintMatch     = "unanchored-match"
	lintToken     = "empty-token"
	lintUnnamed   = "unnamed-aggregate"
	lintUnknown   = "unknown-risk-field"
	lintUnused    = "unused-required-field"
	lintUnlisted  = "unlisted-required-field"
	maxNamedInOne = 8 // fields that one message names
)

func lintRules() []Rule {
	return []Rule{
		lintRule(
			lintNullBy, "no BY field is often absent, since stats drops the events that lack one",
			"Put fillnull value=\"unknown\" FIELD before stats, or eval FIELD=coalesce(FIELD, …).",
		),
		lintRule(
			lintSource, "a condition on eventName has one on eventSource with it",
			"Add eventSource=SERVICE.amazonaws.com: services have calls of the same name.",
		),
		lintRule(
			lintOutcome, "the search heeds whether the call succeeded",
			"Add errorCode=success, or put errorCode into the result and the message.",
		),
		lintRule(
			lintMatch, "a fixed value is compared as a whole, not looked for within a text",
			"Anchor the pattern as in match(FIELD, \"^all$\"), or compare with =.",
		),
		lintRule(
			lintToken, "the fields that a message names have a value for every event that the search finds",
			"Give the field a value on the other side of the OR, with coalesce or fillnull, or leave it out of the message.",
		),
		lintRule(
			lintUnnamed, "aggregates in the result have a name that a message can use",
			"Write AS NAME behind the aggregate.",
		),
		lintRule(
			lintUnknown, "risk objects and messages name fields that the events have",
			"Correct the field's name, or make it with eval or stats.",
		),
		lintRule(
			lintUnused, "the search uses what the detection says it requires",
			"Remove the field from required_fields, or use it.",
		),
		lintRule(
			lintUnlisted, "the detection says that it requires what the search uses",
			"Add the field to required_fields.",
		),
	}
}

func lintRule(name, summary, fix string) Rule {
	return Rule{Name: name, Summary: summary, Fix: fix, Warning: true, Lint: true}
}

// linter looks at one detection.
type linter struct {
	*checked
	detection *Detection
	search    *plan.Search
	source    *diag.Source // of the search
	known     *sourceFields
	used      usedFields
	flow      flow
}

// lint looks for what is likely to go wrong. Only of CloudTrail's events is
// enough known to tell.
func (f *checked) lint(d *Detection, annotations *escu.Map, search *plan.Search) {
	known := f.fieldsOf(d)
	if !f.Lint && len(f.Fail) == 0 || known == nil || !known.cloudtrail {
		return
	}
	l := &linter{checked: f, detection: d, search: search, source: d.Search.Source(), known: known, used: f.usedBy(d, search), flow: newFlow()}
	pipeline, err := spl.Parse(l.source, f.Env.Macros)
	if err != nil || l.used.models || len(pipeline.Commands) == 0 {
		return
	}
	for _, c := range pipeline.Commands {
		l.command(c)
	}
	l.outcome(pipeline.Commands[0])
	l.eventSource()
	l.tokens()
	l.risk()
	l.required(annotations)
}

// found records what a lint found at a place of the search.
func (l *linter) found(rule string, c *spl.Command, at diag.Span, hint, message string) {
	if l.wants(rule) {
		l.add(rule, l.placed(l.detection.Search.Relocate(l.source, c.ErrorAt(at, "", message, hint))[0]))
	}
}

// foundAt records what a lint found at a place of the file.
func (l *linter) foundAt(rule string, at diag.Span, hint, format string, args ...any) {
	if l.wants(rule) {
		l.fail(rule, at, hint, format, args...)
	}
}

func (l *linter) wants(rule string) bool { return l.Lint || slices.Contains(l.Fail, rule) }

// outcomeFields tell whether a call succeeded. Those of the add-on are made
// from the error.
var outcomeFields = []string{"errorCode", "errorMessage", "status", "action", "result", "result_id", "reason", "desc", "msg"}

func (l *linter) outcome(first *spl.Command) {
	if l.used.read.All() {
		return
	}
	heeded := slices.ContainsFunc(l.used.read.Names(), func(name string) bool {
		return slices.Contains(outcomeFields, name) || strings.HasPrefix(name, "responseElements")
	})
	if heeded {
		return
	}
	at, c := first.Span, first
	if named := l.flow.named; named != nil {
		at, c = named.at, named.command
	}
	l.found(lintOutcome, c, at, "add errorCode=success, or values(errorCode) AS errorCode to the result",
		"nothing tells whether the call succeeded: one that was denied is found as if it had")
}

// eventSource looks for a call that is named without its service.
func (l *linter) eventSource() {
	named := l.flow.named
	if named == nil || l.flow.conditions["eventSource"] || l.flow.conditions["dest"] || l.flow.conditions["dvc"] {
		return
	}
	service := "SERVICE.amazonaws.com"
	for _, source := range l.Library.DataSources {
		if slices.Contains(l.detection.DataSources, source.Name) {
			if text := eventSourceOf(source.ExampleLog); text != "" {
				service = text
				break
			}
		}
	}
	l.found(lintSource, named.command, named.at, "add eventSource="+service, "a call is named without its service: others may have one of the same name")
}

// tokens looks for fields of messages that some of the events found lack.
func (l *linter) tokens() {
	for _, message := range messages(l.detection.Generation, l.root) {
		for _, token := range Tokens(message.Text) {
			event, aggregated := l.flow.aggregates[token]
			if !aggregated || !l.flow.optional[event] {
				continue
			}
			i := strings.Index(message.Text, "$"+token+"$")
			at, _ := message.Locate(diag.Span{Start: i, End: i + len(token) + 2})
			l.foundAt(lintToken, at, "give it a value there with coalesce, before stats",
				"%s is empty for events that fulfil another part of the OR than that with %s", token, event)
		}
	}
}

// risk looks for fields of risk and messages that no event has, where rows may
// have any field of an event.
func (l *linter) risk() {
	if plan.Closed(l.search) {
		return
	}
	unknown := func(field string) bool {
		return field != "" && !l.known.has(field) && !slices.Contains(l.used.made, field)
	}
	for _, m := range riskFields(l.detection.Generation, l.root) {
		if field := m.at.Text(m.key); unknown(field) {
			l.foundAt(lintUnknown, m.at.Span(m.key), diag.Suggest(field, l.known.names), "CloudTrail's events have no field %s", field)
		}
	}
	for _, message := range messages(l.detection.Generation, l.root) {
		for _, token := range Tokens(message.Text) {
			if unknown(token) {
				i := strings.Index(message.Text, "$"+token+"$")
				at, _ := message.Locate(diag.Span{Start: i, End: i + len(token) + 2})
				l.foundAt(lintUnknown, at, diag.Suggest(token, l.known.names), "CloudTrail's events have no field %s", token)
			}
		}
	}
}

// required compares the fields that the detection says it requires with those
// that its search reads of events.
func (l *linter) required(annotations *escu.Map) {
	items := annotations.Items("required_fields")
	if len(items) == 0 || l.used.read.All() {
		return
	}
	var listed []string
	for _, item := range items {
		listed = append(listed, item.Text)
		// What reads the whole text of events may find any field in it.
		inside := perCall(item.Text) && l.used.read.Has("_raw")
		if !l.used.has(item.Text) && !inside && !slices.Contains(everyEvent, item.Text) {
			l.foundAt(lintUnused, item.Span, "", "the search does not use %s", item.Text)
		}
	}
	var unlisted []string
	for _, name := range l.used.read.Names() {
		of := l.known.has(name) && !slices.Contains(l.used.made, name) && !strings.Contains(name, "*")
		if of && !slices.Contains(listed, name) && !slices.Contains(everyEvent, name) {
			unlisted = append(unlisted, name)
		}
	}
	if n := len(unlisted); n > 0 {
		rest := ""
		if n > maxNamedInOne {
			unlisted, rest = unlisted[:maxNamedInOne], " and more"
		}
		l.foundAt(lintUnlisted, annotations.Span("required_fields"), "", "the search uses fields that are not listed: %s%s", strings.Join(unlisted, ", "), rest)
	}
}

// Lints returns what the lints find in the files of content directories, in the
// order of files and places.
func Lints(dirs []escu.Dir, library *Library, env *command.Env) []Issue {
	found := Validate(Scope{Dirs: dirs, Library: library, Env: env, Lint: true}).Issues
	lints := map[string]bool{}
	for _, r := range Rules() {
		lints[r.Name] = r.Lint
	}
	return slices.DeleteFunc(found, func(i Issue) bool { return !lints[i.Rule] })
}
