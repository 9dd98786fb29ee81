package detection

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/risk"
	"github.com/pugmark/pugmark/internal/value"
)

// scored is a detection that gives the user of a row a score.
func scored(name string, score int, tactic string) *Detection {
	return &Detection{
		ID: "id of " + name, Name: name, Type: TTP, Stories: []string{"Story of " + name}, SecurityDomain: "threat",
		Techniques: []Technique{{ID: "T" + tactic, Name: tactic, Tactics: []string{tactic}}}, Tactics: []string{tactic},
		Risk: Risk{
			Score: score, Message: "$user$ did it", Objects: []RiskObject{{Field: "user", Type: "user", Score: score}},
			Threats: []ThreatObject{{Field: "src", Type: "ip_address"}},
		},
	}
}

// hit adds a finding of d about a user at an hour.
func hit(r *RiskEvents, d *Detection, user string, hour float64) *Finding {
	at := value.OfNumber(1_700_000_000 + hour*3600)
	row := event.New(
		event.Field{Name: "_time", Value: at}, event.Field{Name: "user", Value: value.OfText(user)},
		event.Field{Name: "src", Value: value.OfTexts([]string{"192.0.2.1", "192.0.2.2"})}, event.Field{Name: "source", Value: value.OfText("trail.json")},
	)
	f := NewFindings(d, time.Unix(0, 0)).Add(row, nil)
	r.Add(d, f, row)
	return f
}

// found runs a search over risk and returns its rows as name=value.
func found(t *testing.T, r *RiskEvents, spl string) string {
	t.Helper()
	search, err := engine.Compile(&diag.Source{Text: spl}, &command.Env{DataModels: knowledge.NewDataModels()})
	if err != nil {
		t.Fatal(err)
	}
	result, err := engine.Run(t.Context(), search, engine.Config{Source: r, Jobs: 3, Track: true})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, row := range result.Rows {
		var cells []string
		for _, f := range row.Fields() {
			cells = append(cells, f.Name+"="+strings.Join(f.Value.Texts(), ","))
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return strings.Join(lines, "\n")
}

// Correlations are searches over the fields of the Risk data model.
func TestRiskEventsAreSearched(t *testing.T) {
	t.Parallel()
	r := NewRiskEvents()
	hit(r, scored("AWS share", 60, "Exfiltration"), "alice", 0)
	hit(r, scored("AWS read", 50, "Lateral Movement"), "alice", 1)
	hit(r, scored("Okta login", 90, "Exfiltration"), "bob", 2)
	for _, test := range []struct{ spl, want string }{
		{
			`| tstats sum(All_Risk.calculated_risk_score) as risk_score, dc(source) as sources, values(All_Risk.annotations.mitre_attack.mitre_tactic_id) as ids from datamodel=Risk.All_Risk where source=*AWS* All_Risk.annotations.mitre_attack.mitre_tactic IN ("exfiltration","lateral-movement") by All_Risk.risk_object, All_Risk.risk_object_type`,
			"All_Risk.risk_object=alice All_Risk.risk_object_type=user risk_score=110 sources=2 ids=TA0008,TA0010",
		},
		{
			`| from datamodel:Risk.All_Risk | search risk_object=bob | eval pair=mvzip(threat_object, threat_object_type) | table _time source risk_message analyticstories annotations.mitre_attack pair user severity`,
			"_time=1700007200 source=Okta login risk_message=bob did it analyticstories=Story of Okta login annotations.mitre_attack=TExfiltration pair=192.0.2.1,ip_address,192.0.2.2,ip_address user=bob severity=critical",
		},
		{"index=risk | head 1 | table source", "source=Okta login"},
		{"index=risk [search index=risk risk_score>80 | fields risk_object] | stats count", "count=1"},
		{"index=main", ""},
	} {
		if diff := cmp.Diff(test.want, found(t, r, test.spl)); diff != "" {
			t.Errorf("%s: %s", test.spl, diff)
		}
	}
}

// The evidence of what is found in risk is that of the findings behind it.
func TestRulesFindObjects(t *testing.T) {
	t.Parallel()
	r := NewRiskEvents()
	hit(r, scored("A", 60, "Exfiltration"), "alice", 0)
	hit(r, scored("B", 50, "Collection"), "alice", 3)
	hit(r, scored("B", 50, "Collection"), "alice", 90)
	hit(r, scored("A", 100, "Exfiltration"), "bob", 4)

	var got []string
	rules := WithRiskRules(nil)
	for _, d := range rules {
		for _, f := range r.Exceed(d, time.Unix(0, 0)) {
			got = append(got, fmt.Sprintln(f.Detection.Name, f.FirstTime.Unix(), f.LastTime.Unix(), f.Risk, f.Annotations.Tactics, f.Annotations.Stories))
			for _, field := range f.Result {
				got = append(got, field.Name+"="+strings.Join(field.Value.Texts(), ","))
			}
		}
	}
	want := []string{
		"Risk Threshold Exceeded For Object Over 24 Hour Period 1700000000 1700010800 <nil> [Collection Exfiltration] [Story of A Story of B]\n",
		"risk_object=alice", "risk_object_type=user", "risk_score=110", "risk_event_count=2", "source=A,B", "source_count=2",
		"annotations.mitre_attack.mitre_tactic=collection,exfiltration", "annotations.mitre_attack.mitre_tactic_id=TA0009,TA0010",
		"annotations.mitre_attack.mitre_tactic_id_count=2", "annotations.mitre_attack.mitre_technique_id=TCollection,TExfiltration",
		"annotations.mitre_attack.mitre_technique_id_count=2", "threat_object=192.0.2.1,192.0.2.2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Content of the same name takes the place of a rule.
func TestContentReplacesARule(t *testing.T) {
	t.Parallel()
	own := &Detection{Name: risk.Rules()[0].Name}
	all := WithRiskRules([]*Detection{{Name: "Zebra"}, own})
	if len(all) != 3 || all[0].Rule == nil || all[1] != own || all[2].Name != "Zebra" {
		t.Errorf("got %v", all)
	}
}
