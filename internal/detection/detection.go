// Package detection reads detections in the YAML of Splunk Security Content,
// of every generation since 2022, and turns the rows of their searches into
// findings.
//
// It knows what a detection says about risk and annotations; it runs nothing
// and keeps nothing. Start reading at [Load], then [Findings].
package detection

import (
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/risk"
)

// Generation is a form that Splunk Security Content has had.
type Generation int

// The generations, named by what marks them.
const (
	G1 Generation = iota + 1 // 2022 to mid 2023: risk in tags, status told by the folder
	G2                       // to the end of 2024: status, tests and drilldowns in the file, risk in tags
	G3                       // to April 2026: rba
	G4                       // ESCU 6: finding and intermediate_findings, no tags
)

// Type is what a detection is for.
type Type string

// The types. A TTP and an Anomaly make risk events, a Correlation reads them,
// and Hunting gives a person something to look through.
const (
	TTP         Type = "TTP"
	Anomaly     Type = "Anomaly"
	Hunting     Type = "Hunting"
	Correlation Type = "Correlation"
)

// MakesRisk reports whether findings of the type count as risk.
func (t Type) MakesRisk() bool { return t == TTP || t == Anomaly }

// Status is how far a detection has come.
type Status string

// The statuses.
const (
	Production   Status = "production"
	Experimental Status = "experimental"
	Deprecated   Status = "deprecated"
)

// Detection is a search with what its results mean.
type Detection struct {
	File       string // as messages name it
	Generation Generation
	ID         string
	Name       string
	Version    int
	Type       Type
	Status     Status
	Author     string
	Created    string // YYYY-MM-DD, only told by G4
	Date       string // of the last change, YYYY-MM-DD
	Category   string // the folder: cloud, endpoint, …

	Description         string
	HowToImplement      string
	KnownFalsePositives string
	References          []string

	Search      escu.Scalar
	Rule        *risk.Rule // over risk, in place of a search; nil if there is one
	FilterMacro string     // the macro <detection>_filter that the search calls, or ""
	DataSources []string

	Stories         []string
	Techniques      []Technique
	Tactics         []string
	KillChainPhases []string
	NIST            []string
	CIS20           []string
	CVE             []string
	SecurityDomain  string
	AssetType       string
	RequiredFields  []string
	Products        []string // that the detection is written for

	Impact, Confidence int // 0 where the generation has none
	Risk               Risk
	Throttle           *Throttle
	Deployment         *Deployment // nil if the content has none for it
	DeploymentNames    []string    // that its tags name; only old ones do
	ScheduleName       string      // that it names, in G4
	Drilldowns         []Drilldown
	Tests              []Test
	Baselines          []string // that the detection says it needs, by name
	Datasets           []string // URLs of test data besides that of Tests, which G1 has
	ManualTest         string   // why the tests are run by hand, or ""

	// Notes are what is odd about the file without stopping the detection:
	// unknown keys, values out of range.
	Notes diag.List
}

// Risk says how a result row counts against those it names.
type Risk struct {
	Score   int
	Message string // with $field$ where a value of the row goes
	Objects []RiskObject
	Threats []ThreatObject
}

// RiskObject names a field that holds who or what is at risk.
type RiskObject struct {
	Field   string
	Type    string // user, system or other
	Score   int
	Message string // its own message, which only G4 has
	// ScoreField is the field of a row that tells its score, "" if Score counts
	// for all rows. A row on which all objects score 0 is a result that a person
	// wants to see, and no alert. The key score_field is pugmark's own.
	ScoreField string
}

// ThreatObject names a field that holds a trace of the attacker.
type ThreatObject struct {
	Field string
	Type  string
}

// Throttle says when results are dropped because alike ones came before.
type Throttle struct {
	Fields []string
	Period string
}

// Drilldown is a search that leads on from a finding.
type Drilldown struct {
	Name     string
	Search   string
	Earliest string
	Latest   string
}

// Story is an analytic story, which groups detections.
type Story struct {
	File        string
	ID          string
	Name        string
	Version     int
	Author      string
	Date        string
	Status      Status
	Description string
	Narrative   string
	References  []string
	Categories  []string
	UseCase     string
	Notes       diag.List
}

// DataSource is a kind of log record that detections read.
type DataSource struct {
	File        string
	ID          string
	Name        string
	Description string
	Source      string
	Sourcetype  string
	Fields      []string
	// OutputFields are those that searches over it put out.
	OutputFields []string
	ExampleLog   string
	Notes        diag.List
}

// stem returns the file's name without folders and ending.
func (d *Detection) stem() string {
	base := d.File[strings.LastIndexByte(d.File, '/')+1:]
	stem, _, _ := strings.Cut(base, ".")
	return stem
}
