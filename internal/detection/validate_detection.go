package detection

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// risks checks that what is said of risk fits the type. Source: contentctl.
func (f *checked) risks(d *Detection) {
	switch d.Generation {
	case G2:
		for _, o := range f.root.Map("tags").Maps("observable") {
			f.oneOf(o, "type", observableTypes...)
			f.oneOf(o, "role", "Attacker", "Victim")
			if n := len(o.Items("role")); n > 1 {
				f.fail(ruleRisk, o.Span("role"), "", "an observable has one role, not %d", n)
			}
		}
	case G3:
		rba := f.root.Map("rba")
		if rba != nil && !d.Type.MakesRisk() {
			f.fail(ruleRisk, f.root.Span("rba"), "", "a %s makes no risk, but has rba", d.Type)
		}
		f.nonEmpty(rba, "in rba ", "risk_objects")
		f.scores(rba.Maps("risk_objects"))
		f.threatTypes(rba)
	case G4:
		f.findings(d)
	}
}

func (f *checked) scores(objects []*escu.Map) {
	for _, o := range objects {
		if score, ok := o.Int("score"); ok && score == 0 {
			f.fail(ruleRisk, o.Span("score"), "", "score: a number from 1 to 100 was expected, not 0")
		}
	}
}

func (f *checked) threatTypes(m *escu.Map) {
	for _, threat := range m.Maps("threat_objects") {
		f.oneOf(threat, "type", threatTypes...)
	}
}

// findings checks the risk of the fourth generation.
func (f *checked) findings(d *Detection) {
	refuse := func(key string, types ...Type) {
		if f.root.Has(key) && slices.Contains(types, d.Type) {
			f.fail(ruleRisk, f.root.Span(key), "", "%s does not go with the type %s", key, d.Type)
		}
	}
	refuse("finding", Anomaly, Hunting)
	refuse("intermediate_findings", Correlation, Hunting)
	refuse("threat_objects", Hunting)
	if finding := f.root.Map("finding"); finding != nil {
		f.requireIn(finding, "in finding ", "title", "entity")
	}
	if intermediate := f.root.Map("intermediate_findings"); intermediate != nil {
		f.requireIn(intermediate, "in intermediate_findings ", "entities")
		for _, entity := range intermediate.Maps("entities") {
			f.requireIn(entity, "in an entity ", "field", "type", "score", "message")
		}
	}
	f.threatTypes(f.root)
	for _, message := range messages(G4, f.root) {
		if !message.IsZero() && len(Tokens(message.Text)) == 0 {
			at, _ := message.Locate(diag.Span{Start: 0, End: len(message.Text)})
			f.fail(ruleRisk, at, "name the user or the machine, as in $user$", "the text names no field of the result")
		}
	}
}

// originalSearch stands in a drilldown for the search of the detection.
const originalSearch = "%original_detection_search%"

// drilldowns checks the searches that lead on from a finding.
func (f *checked) drilldowns(d *Detection) {
	maps := f.root.Maps("drilldown_searches")
	original := false
	for _, m := range maps {
		original = original || strings.Contains(m.Text("search"), originalSearch)
		f.requireIn(m, "in a drilldown ", "name", "search")
		if name := m.Text("name"); name != "" && len(name) < 5 {
			f.fail(ruleDrilldown, m.Span("name"), "", "a name of at least 5 characters was expected, not %q", name)
		}
		for _, key := range []string{"earliest_offset", "latest_offset"} {
			if d.Generation >= G3 && !slices.ContainsFunc(m.Keys(), func(k escu.Key) bool { return k.Name == key }) {
				f.fail(ruleDrilldown, m.Span(key), "", "in a drilldown the key %s is missing", key)
			}
			f.relativeTime(ruleDrilldown, m, key)
		}
	}
	if d.Status != Production || d.Type == Hunting || d.Generation != G3 || len(maps) == 0 {
		return
	}
	at := f.root.Span("drilldown_searches")
	if len(maps) < 2 {
		f.fail(ruleDrilldown, at, "", "two drilldowns or more were expected, not %d", len(maps))
	}
	if !original {
		f.fail(ruleDrilldown, at, "", "no drilldown has %s, which shows the results of the detection", originalSearch)
	}
}

var throttlePeriod = regexp.MustCompile(`^\d+[smh]$`)

// throttling checks by which fields and for how long results are held back.
func (f *checked) throttling(d *Detection, annotations *escu.Map) {
	m := annotations.Map("throttling")
	if m == nil {
		return
	}
	f.requireIn(m, "in throttling ", "fields", "period")
	for _, item := range m.Items("fields") {
		switch {
		case strings.ContainsAny(item.Text, " \t"):
			f.fail(ruleThrottling, item.Span, "list the fields one by one", "%q is no field", item.Text)
		case !strings.Contains(d.Search.Text, item.Text):
			f.fail(ruleThrottling, item.Span, "", "the search does not have the field %s", item.Text)
		}
	}
	if period := m.Text("period"); period != "" && !throttlePeriod.MatchString(period) {
		f.fail(ruleThrottling, m.Span("period"), "", "period: a number with s, m or h was expected, not %q", period)
	}
}

// tests checks what tests say of themselves and that their data is there.
func (f *checked) tests() {
	names := map[string]bool{}
	for _, m := range f.root.Maps("tests") {
		name := m.Text("name")
		f.requireIn(m, "in a test ", "name")
		if name != "" && names[name] {
			f.fail(ruleTests, m.Span("name"), "", "two tests are named %q", name)
		}
		names[name] = true
		if m.Has("test_type") {
			if kind := m.Text("test_type"); kind != "unit" && kind != "experimental" {
				f.fail(ruleTests, m.Span("test_type"), "choose unit or experimental", "test_type: %q is not known", kind)
			}
		}
		if m.Text("test_type") != "experimental" {
			f.requireIn(m, "in a test ", "attack_data")
			f.nonEmpty(m, "in a test ", "attack_data")
		}
		f.relativeTime(ruleTests, m, "earliest_time")
		f.relativeTime(ruleTests, m, "latest_time")
		for _, data := range m.Maps("attack_data") {
			f.requireIn(data, "in attack_data ", "data", "source", "sourcetype")
			f.testData(data)
		}
	}
}

// testData checks that a path, which stands where no URL does, leads to a file
// of the content.
func (f *checked) testData(m *escu.Map) {
	name := m.Text("data")
	if name == "" || strings.Contains(name, "://") {
		if u, err := url.Parse(name); name != "" && (err != nil || u.Host == "" && u.Scheme != "file") {
			f.fail(ruleTests, m.Span("data"), "", "data: %q is no URL", name)
		}
		return
	}
	inDir := path.Clean(strings.ReplaceAll(name, `\`, "/"))
	if path.IsAbs(inDir) || strings.HasPrefix(inDir, "../") {
		return // a file of the machine, or beside the content
	}
	if f.dir.HasFile(inDir) || f.dir.HasFile(path.Join(path.Dir(f.path), inDir)) {
		return
	}
	f.fail(ruleTests, m.Span("data"), "name a URL, or a path below the directory of the content", "data: there is no file %s", name)
}

// outputs checks that the search names the fields that its data sources
// promise. Source: contentctl 5.
func (f *checked) outputs(d *Detection) {
	if d.Generation != G3 || d.Status != Production || !d.Type.MakesRisk() {
		return
	}
	for _, source := range f.Library.DataSources {
		if !slices.Contains(d.DataSources, source.Name) {
			continue
		}
		var missing []string
		for _, field := range source.OutputFields {
			if !strings.Contains(d.Search.Text, field) {
				missing = append(missing, field)
			}
		}
		if len(missing) > 0 {
			f.fail(ruleOutput, f.root.Span("search"), "", "the search does not name %s, which the data source %s asks for", strings.Join(missing, ", "), source.Name)
		}
	}
}
