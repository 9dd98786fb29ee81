package detection

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// search checks that a search would run, and returns it if it does.
func (f *checked) search(d *Detection) *plan.Search {
	search, problems, assumed := f.compile(d)
	f.result.Searches++
	parsed, reason := true, ""
	for _, p := range problems {
		inMacro := p.Source != nil && p.Source.Name != f.file.Source.Name
		p = f.placed(p)
		switch {
		case assumed && inMacro: // the text of the macro is not that of the author
		case notHere(p):
			if reason == "" {
				reason = p.Message
			}
		case p.Code == diag.UnknownLookup:
			f.add(ruleLookup, p)
		case !malformed(p):
			f.add(rulePlan, p)
		case !assumed: // else what was assumed may be to blame
			parsed = false
			f.add(ruleSyntax, p)
		}
	}
	if parsed {
		f.result.Parsed++
	}
	if search == nil || assumed {
		if reason != "" {
			f.reasons[reason]++
		}
		return nil
	}
	f.result.Runnable++
	for _, note := range search.Notes {
		f.add(ruleSuspicious, f.placed(note))
	}
	return search
}

// compile compiles a search. A macro that is not known is an issue, and then
// assumed to let everything through, so that it does not hide the rest.
func (f *checked) compile(d *Detection) (search *plan.Search, problems diag.List, assumed bool) {
	env := *f.Env
	macros := &assumingMacros{Macros: env.Macros, assumed: map[macroName]bool{}}
	env.Macros = macros
	for {
		search, problems = d.Compile(&env)
		i := slices.IndexFunc(problems, func(p *diag.Error) bool { return p.Code == diag.UnknownMacro })
		if i < 0 || !macros.assume() {
			return search, problems, assumed
		}
		f.add(ruleMacro, f.placed(problems[i]))
		assumed = true
	}
}

type macroName struct {
	name string
	args int
}

// assumingMacros finds the macros known, and those assumed.
type assumingMacros struct {
	spl.Macros
	assumed map[macroName]bool
	missed  []macroName // asked for and not found, since the last assumption
}

// Macro implements [spl.Macros].
func (m *assumingMacros) Macro(name string, args int) (spl.Macro, bool) {
	if found, ok := m.Macros.Macro(name, args); ok {
		return found, true
	}
	if !m.assumed[macroName{name, args}] {
		m.missed = append(m.missed, macroName{name, args})
		return spl.Macro{}, false
	}
	assumed := spl.Macro{Name: name, Definition: "search *"}
	for i := range args {
		assumed.Args = append(assumed.Args, strconv.Itoa(i))
	}
	return assumed, true
}

// assume adds the macro that was missed first: those after it were tried for a
// hint. It returns false if there is none.
func (m *assumingMacros) assume() bool {
	if len(m.missed) == 0 {
		return false
	}
	m.assumed[m.missed[0]] = true
	m.missed = nil
	return true
}

// placed gives a problem a place in the file: one that stands in a macro's
// definition stands where the search does.
func (f *checked) placed(p *diag.Error) *diag.Error {
	if p.Source != nil && p.Source.Name == f.file.Source.Name {
		return p
	}
	moved := *p
	if p.Source != nil {
		moved.Message += " (in " + p.Source.Name + ")"
	}
	moved.Source, moved.Span, moved.Within = f.file.Source, f.root.Span("search"), nil
	return &moved
}

// malformed reports whether a problem is that a search is no SPL.
func malformed(p *diag.Error) bool {
	switch p.Code {
	case diag.BadSyntax, diag.Incomplete, diag.BadMacro, diag.MacroCycle, diag.LimitReached:
		return true
	}
	return false
}

// notHere reports whether a problem is that pugmark lacks what Splunk has: the
// content is right.
func notHere(p *diag.Error) bool {
	switch p.Code {
	case diag.UnsupportedCommand, diag.UnsupportedFunction, diag.UnsupportedArgument, diag.UnsupportedDataModel:
		return true
	case diag.UnknownLookup:
		return slices.ContainsFunc(otherLookups, func(name string) bool { return strings.Contains(p.Message, `"`+name+`"`) })
	}
	return false
}

// otherLookups are lookups of Splunk's apps, which content uses and does not
// hold. Source: contentctl.
var otherLookups = []string{
	"admon_groups_def", "alexa_lookup_by_str", "asn_lookup_by_cidr", "asset_lookup_by_str", "cim_cloud_domain_lookup",
	"cim_corporate_email_domain_lookup", "cim_corporate_web_domain_lookup", "identity_lookup_expanded",
	"interesting_ports_lookup", "mitre_attack_lookup", "ut_shannon_lookup",
}

var comments = regexp.MustCompile("(?s)```.*?```")

// filter checks that the search ends with the filter macro of its file.
func (f *checked) filter(d *Detection) {
	own := d.stem() + "_filter"
	text := strings.TrimSpace(comments.ReplaceAllString(d.Search.Text, " "))
	call := "`" + own + "`"
	switch {
	case !strings.Contains(text, call):
		hint := "end the search with | " + call
		if d.FilterMacro != "" {
			hint = "it calls `" + d.FilterMacro + "`"
		}
		f.fail(ruleFilter, f.root.Span("search"), hint, "the search does not call its filter macro %s", call)
	case !strings.HasSuffix(text, call):
		i := strings.LastIndex(d.Search.Text, call)
		at, _ := d.Search.Locate(diag.Span{Start: i, End: i + len(call)})
		f.fail(ruleFilterLast, at, "", "the filter macro %s does not end the search", call)
	}
}

// produces checks that the rows have the fields that the risk is made of.
func (f *checked) produces(d *Detection, columns []string) {
	missing := func(field string) bool { return field != "" && !slices.Contains(columns, field) }
	for _, m := range riskFields(d.Generation, f.root) {
		if field := m.at.Text(m.key); missing(field) {
			f.fail(ruleRiskField, m.at.Span(m.key), diag.Suggest(field, columns), "the search does not produce the field %s", field)
		}
	}
	for _, message := range messages(d.Generation, f.root) {
		for _, token := range Tokens(message.Text) {
			if missing(token) {
				i := strings.Index(message.Text, "$"+token+"$")
				at, _ := message.Locate(diag.Span{Start: i, End: i + len(token) + 2})
				f.fail(ruleToken, at, diag.Suggest(token, columns), "the search does not produce the field %s that the message names", token)
			}
		}
	}
}

// place is a key of a mapping.
type place struct {
	at  *escu.Map
	key string
}

// riskFields returns the places that name fields of risk and threat objects.
func riskFields(generation Generation, root *escu.Map) []place {
	var places []place
	add := func(key string, in ...*escu.Map) {
		for _, m := range in {
			places = append(places, place{m, key})
		}
	}
	switch generation {
	case G1, G2:
		add("name", root.Map("tags").Maps("observable")...)
	case G3:
		rba := root.Map("rba")
		add("field", rba.Maps("risk_objects")...)
		add("score_field", rba.Maps("risk_objects")...)
		add("field", rba.Maps("threat_objects")...)
	case G4:
		if entity := root.Map("finding").Map("entity"); entity != nil {
			add("field", entity)
			add("score_field", entity)
		}
		add("field", root.Map("intermediate_findings").Maps("entities")...)
		add("score_field", root.Map("intermediate_findings").Maps("entities")...)
		add("field", root.Maps("threat_objects")...)
	}
	return places
}

// messages returns the texts with tokens.
func messages(generation Generation, root *escu.Map) []escu.Scalar {
	switch generation {
	case G1, G2:
		return []escu.Scalar{root.Map("tags").Scalar("message")}
	case G3:
		return []escu.Scalar{root.Map("rba").Scalar("message")}
	}
	all := []escu.Scalar{root.Map("finding").Scalar("title")}
	for _, entity := range root.Map("intermediate_findings").Maps("entities") {
		all = append(all, entity.Scalar("message"))
	}
	return all
}
