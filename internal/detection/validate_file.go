package detection

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// checked is a file that is being checked.
type checked struct {
	*validator
	file *escu.File
	root *escu.Map
	dir  escu.Dir
	path string
	kind escu.Kind
	// missing are the keys at the top that are needed and not there.
	missing []string
}

func (f *checked) fail(rule string, span diag.Span, hint, format string, args ...any) {
	f.add(rule, &diag.Error{Source: f.file.Source, Span: span, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// warn is fail for what is only a warning whatever was asked for.
func (f *checked) warn(rule string, span diag.Span, hint, format string, args ...any) {
	f.record(rule, true, &diag.Error{Source: f.file.Source, Span: span, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// require checks that keys at the top have a value.
func (f *checked) require(keys ...string) { f.missing = append(f.missing, absent(f.root, keys)...) }

// requireIn is require for keys of a mapping, if it is there.
func (f *checked) requireIn(m *escu.Map, where string, keys ...string) {
	if m != nil {
		f.tellMissing(m, where, absent(m, keys))
	}
}

func absent(m *escu.Map, keys []string) []string {
	return slices.DeleteFunc(slices.Clone(keys), m.Has)
}

func (f *checked) tellMissing(m *escu.Map, where string, keys []string) {
	switch len(keys) {
	case 0:
	case 1:
		f.fail(ruleKey, m.Span(keys[0]), "", "%sthe key %s is missing", where, keys[0])
	default:
		f.fail(ruleKey, m.Span(keys[0]), "", "%sthe keys %s are missing", where, strings.Join(keys, ", "))
	}
}

// requireOne checks that one of two keys, which generations name differently,
// has a value.
func (f *checked) requireOne(older, newer string) {
	if !f.root.Has(newer) {
		f.require(older)
	}
}

// identity checks what tells a file from others: the name, after which the
// file is named, and the id.
func (f *checked) identity() {
	if name := f.root.Text("name"); name != "" {
		// Splunk keeps macros, lookups and searches apart.
		f.unique(ruleName, "name", string(f.kind)+" "+name, f.names)
		if want := fileNameOf(name); !f.namedAfter(want) {
			f.fail(ruleFileName, f.root.Span("name"), "", "by its name the file would be %s, not %s", want, path.Base(f.path))
		}
	}
	if id := strings.ToLower(f.root.Text("id")); id != "" {
		f.unique(ruleID, "id", id, f.ids)
	}
}

// namedAfter reports whether the file has the name that goes with what it
// holds. Deployments are numbered, and older macros and lookups are named as
// searches spell them.
func (f *checked) namedAfter(want string) bool {
	switch base := path.Base(f.path); f.kind {
	case escu.Deployments:
		return true
	case escu.Macros, escu.Lookups:
		return strings.EqualFold(base, want)
	default:
		return base == want
	}
}

func (f *checked) unique(rule, key, value string, seen map[string]*diag.Error) {
	if first, twice := seen[value]; twice {
		line, _ := first.Source.Position(first.Span.Start)
		f.fail(rule, f.root.Span(key), "", "the %s is that of %s:%d too", key, first.Source.Name, line)
		return
	}
	seen[value] = &diag.Error{Source: f.file.Source, Span: f.root.Span(key)}
}

// fileNameOf is the name of the file that holds what has a name. Source:
// contentctl.
func fileNameOf(name string) string {
	return strings.NewReplacer(" ", "_", "-", "_", ".", "_", "/", "_").Replace(strings.ToLower(name)) + ".yml"
}

func (f *checked) story() {
	f.require("name", "id", "version", "author", "description", "narrative")
	f.requireOne("date", "modification_date")
	if tags := f.root.Map("tags"); tags != nil {
		f.requireIn(tags, "in tags ", "category", "product", "usecase")
		f.nonEmpty(tags, "in tags ", "category", "product")
		f.oneOf(tags, "usecase", useCases...)
	}
	s, err := decodeStory(f.file)
	if err != nil {
		f.notes(diag.All(err))
		return
	}
	f.notes(s.Notes)
}

func (f *checked) dataSource() {
	f.require("name", "id", "version", "author", "description", "source", "sourcetype")
	f.requireOne("date", "modification_date")
	s, err := decodeDataSource(f.file)
	if err != nil {
		f.notes(diag.All(err))
		return
	}
	f.notes(s.Notes)
}

// notes records what reading a file found, except for the want of a key where
// that has been told.
func (f *checked) notes(problems diag.List) {
	for _, p := range problems {
		if len(f.missing) == 0 || p.Span != f.root.Span(f.missing[0]) {
			f.add(ruleSchema, p)
		}
	}
}

// macro checks a definition, of which only the macros that it calls can be
// known: it may be any part of a search.
func (f *checked) macro() {
	f.require("name", "definition", "description")
	definition := f.root.Scalar("definition")
	if definition.IsZero() {
		return
	}
	source := definition.Source()
	_, err := spl.Parse(source, f.Env.Macros)
	for _, p := range definition.Relocate(source, err) {
		switch p.Code {
		case diag.UnknownMacro:
			f.add(ruleMacro, p)
		case diag.BadMacro, diag.MacroCycle, diag.LimitReached:
			f.add(ruleSyntax, p)
		}
	}
}

func (f *checked) baseline() {
	f.require("name", "id", "version", "author", "description", "search", "how_to_implement")
	if f.root.Has("type") { // the oldest say neither
		f.require("known_false_positives")
	}
	f.requireOne("date", "modification_date")
	f.reference(ruleDetection, "detection", f.root.Map("tags"), "detections")
	f.schedules()
	if search := f.root.Scalar("search"); strings.TrimSpace(search.Text) != "" {
		f.search(&Detection{File: f.file.Source.Name, Search: search})
	}
	b, err := decodeBaseline(f.file, f.path)
	if err != nil {
		f.notes(diag.All(err))
		return
	}
	f.notes(b.Notes)
}

// detection checks a detection of any generation.
func (f *checked) detection() {
	generation := generationOf(f.root)
	f.require("name", "version", "author", "description", "type", "search", "how_to_implement", "known_false_positives") // decode asks for the id
	annotations := f.root.Map("tags")
	if annotations == nil && generation != G4 {
		f.require("tags")
	}
	switch generation {
	case G1, G2:
		f.require("date")
		if generation == G2 {
			f.require("status")
		}
		f.requireIn(annotations, "in tags ", "analytic_story", "asset_type", "confidence", "impact", "risk_score", "message",
			"observable", "product", "required_fields", "security_domain")
	case G3:
		f.require("date", "status")
		f.requireIn(annotations, "in tags ", "analytic_story", "asset_type", "product", "security_domain")
	case G4:
		annotations = f.root
		f.require("creation_date", "modification_date", "status", "data_source", "product", "analytic_story", "mitre_attack_id",
			"asset_type", "category", "security_domain")
	}
	f.reference(ruleStory, "analytic story", annotations, "analytic_story")
	f.reference(ruleSource, "data source", f.root, "data_source")
	f.reference(ruleBaseline, "baseline", f.root, "baselines")
	d, err := decode(f.file, f.path)
	if err != nil {
		f.notes(diag.All(err))
		return
	}
	f.requireRisk(d)
	f.requireTests(d)
	f.notes(d.Notes)
	f.vocabulary(generation, annotations)
	f.attackIDs(generation, annotations)
	f.risks(d)
	f.drilldowns(d)
	f.throttling(d, annotations)
	f.tests()
	f.schedules()
	f.outputs(d)
	f.filter(d)
	search := f.search(d)
	f.requiredFields(d, annotations, search)
	if search == nil {
		return
	}
	if plan.Closed(search) {
		f.produces(d, plan.Columns(search))
	}
	f.lint(d, annotations, search)
}

// requireRisk checks that what makes risk events says how. Source: contentctl.
func (f *checked) requireRisk(d *Detection) {
	switch {
	case d.Generation == G3 && d.Type.MakesRisk():
		f.require("rba")
		if rba := f.root.Map("rba"); rba != nil {
			f.requireIn(rba, "in rba ", "message", "risk_objects")
		}
	case d.Generation == G4 && (d.Type == TTP || d.Type == Correlation):
		f.require("finding")
	case d.Generation == G4 && d.Type == Anomaly:
		f.require("intermediate_findings")
	}
}

// requireTests checks that what is in production is tested and leads on.
// Source: contentctl.
func (f *checked) requireTests(d *Detection) {
	if d.Status != Production || d.Generation == G1 {
		return
	}
	if d.Type != Correlation && d.ManualTest == "" {
		f.require("tests")
	}
	if d.Type != Hunting && d.Generation == G3 {
		f.require("drilldown_searches")
	}
}
