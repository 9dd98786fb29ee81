package detection

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/risk"
	"github.com/pugmark/pugmark/internal/value"
)

// Finding is what a result row of a detection means for a person. Its JSON is
// an interface: keys and their order do not change.
type Finding struct {
	ID          string       `json:"finding_id"`
	Detection   Ref          `json:"detection"`
	Time        time.Time    `json:"time"`
	FirstTime   time.Time    `json:"first_time"`
	LastTime    time.Time    `json:"last_time"`
	Result      Result       `json:"result"`
	Risk        *FindingRisk `json:"risk"` // nil where the type makes no risk
	Annotations Annotations  `json:"annotations"`
	EventIDs    []string     `json:"event_ids"` // the first event.MaxLineage
	EventCount  int          `json:"event_count"`
	PartOf      string       `json:"part_of,omitempty"` // the finding that tells the story that this is part of
	Parts       []Part       `json:"parts,omitempty"`   // what a story tells

	// Missing are the fields that the message or the risk and threat objects
	// name and the row lacks.
	Missing []string `json:"-"`

	kept   bool     // all objects at risk score 0, by what the row says
	summed []string // the IDs of the findings whose risk a rule added up

	lineage *event.Lineage // of one that has more events than it names
}

// Alert reports whether the finding asks for somebody's attention. One that
// does not is a result to be kept: its detection takes the score from the row,
// and the row says 0.
func (f *Finding) Alert() bool { return !f.kept }

// Lineage knows all events of a finding that has more than it names; it is nil
// for any other.
func (f *Finding) Lineage() *event.Lineage { return f.lineage }

// Ref names a detection.
type Ref struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version int    `json:"version"`
	Type    Type   `json:"type"`
	Status  Status `json:"status"`
}

// FindingRisk is the risk of one result row. A field with several values gives
// an object for each.
type FindingRisk struct {
	Score   int           `json:"score"`
	Message string        `json:"message"`
	Objects []ScoredValue `json:"risk_objects"`
	Threats []TypedValue  `json:"threat_objects"`
}

// ScoredValue is who or what is at risk.
type ScoredValue struct {
	Field string `json:"field"`
	Type  string `json:"type"`
	Value string `json:"value"`
	Score int    `json:"score"`

	message string // its own, or ""
}

// TypedValue is a trace of the attacker.
type TypedValue struct {
	Field string `json:"field"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Annotations place a finding in the frameworks that people count by.
type Annotations struct {
	Stories         []string `json:"analytic_story"`
	Techniques      []string `json:"mitre_attack"`
	Tactics         []string `json:"mitre_tactic"`
	KillChainPhases []string `json:"kill_chain_phases"`
	NIST            []string `json:"nist"`
	CIS20           []string `json:"cis20"`
	CVE             []string `json:"cve"`
}

// Result is the fields of a result row in the order of the columns. In JSON a
// multivalue is an array of strings and everything else a string.
type Result []event.Field

// Get returns the value of a field, null if the row lacks it.
func (r Result) Get(field string) value.Value {
	for _, f := range r {
		if f.Name == field {
			return f.Value
		}
	}
	return value.Value{}
}

// MarshalJSON implements [json.Marshaler].
func (r Result) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // who writes HTML escapes for it
	b.WriteByte('{')
	for i, f := range r {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encoder.Encode(f.Name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		var shown any = f.Value.String()
		if f.Value.IsMulti() {
			shown = f.Value.Texts()
		}
		if err := encoder.Encode(shown); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Findings makes findings of the result rows of one run of a detection.
type Findings struct {
	detection *Detection
	now       time.Time
	seen      map[[sha256.Size]byte]uint64
}

// NewFindings begins the findings of a run at the time now.
func NewFindings(d *Detection, now time.Time) *Findings {
	return &Findings{detection: d, now: now, seen: map[[sha256.Size]byte]uint64{}}
}

// Add makes the finding of the next result row. columns is the order of the
// columns as far as it is known; fields of the row that it lacks come behind.
func (f *Findings) Add(row *event.Event, columns []string) *Finding {
	d := f.detection
	lineage := row.Lineage()
	finding := &Finding{
		Detection:   Ref{ID: d.ID, Name: d.Name, Version: d.Version, Type: d.Type, Status: d.Status},
		Result:      resultOf(row, columns),
		Annotations: d.Annotations(),
		EventIDs:    list(lineage.IDs()),
		EventCount:  lineage.Count(),
	}
	if finding.EventCount > len(finding.EventIDs) {
		finding.lineage = lineage
	}
	finding.ID = f.id(finding)
	finding.FirstTime, finding.LastTime = f.times(lineage, finding.Result)
	finding.Time = finding.LastTime
	if d.Type.MakesRisk() && (len(d.Risk.Objects) > 0 || len(d.Risk.Threats) > 0 || d.Risk.Message != "") {
		finding.Risk = finding.assess(d.Risk)
	}
	return finding
}

// Annotations returns the detection's annotations.
func (d *Detection) Annotations() Annotations {
	ids := make([]string, len(d.Techniques))
	for i, t := range d.Techniques {
		ids[i] = t.ID
	}
	return Annotations{
		Stories: list(d.Stories), Techniques: ids, Tactics: list(d.Tactics), KillChainPhases: list(d.KillChainPhases),
		NIST: list(d.NIST), CIS20: list(d.CIS20), CVE: list(d.CVE),
	}
}

// list makes nil an empty list, which JSON shows as such.
func list(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

func resultOf(row *event.Event, columns []string) Result {
	fields := row.Fields()
	result := make(Result, 0, len(fields))
	for _, column := range columns {
		if i := slices.IndexFunc(fields, func(f event.Field) bool { return f.Name == column }); i >= 0 {
			result = append(result, fields[i])
			fields = slices.Delete(fields, i, i+1)
		}
	}
	result = append(result, fields...)
	for i := range result {
		result[i] = event.Field{Name: strings.Clone(result[i].Name), Value: result[i].Value.Clone()}
	}
	return result
}

// id hashes the detection, the evidence and how many rows with the same
// evidence came before. A row without evidence, such as one of a lookup table,
// is told apart by what it says.
func (f *Findings) id(finding *Finding) string {
	h := sha256.New()
	write(h, "finding", f.detection.key())
	write(h, finding.EventIDs...)
	writeCount(h, uint64(finding.EventCount)) //nolint:gosec // a count is not negative
	if finding.EventCount == 0 {
		for _, field := range finding.Result {
			write(h, field.Name)
			write(h, field.Value.Texts()...)
		}
	}
	evidence := [sha256.Size]byte(h.Sum(nil))
	writeCount(h, f.seen[evidence])
	f.seen[evidence]++
	return hex.EncodeToString(h.Sum(nil))
}

// key is what tells the detection apart: its ID, or its name if it has none.
func (d *Detection) key() string {
	if d.ID != "" {
		return d.ID
	}
	return d.Name
}

// write adds texts to a hash so that different lists give different bytes.
func write(h hash.Hash, texts ...string) {
	writeCount(h, uint64(len(texts)))
	for _, text := range texts {
		writeCount(h, uint64(len(text)))
		_, _ = h.Write([]byte(text)) // a hash takes everything
	}
}

func writeCount(h hash.Hash, n uint64) {
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, n)) // a hash takes everything
}

// times returns when the evidence began and ended: of the events, else the
// row's own time, else the time of the run.
func (f *Findings) times(lineage *event.Lineage, result Result) (first, last time.Time) {
	if a, b, ok := lineage.Times(); ok && inCalendar(a) && inCalendar(b) {
		return event.FromEpoch(a, time.UTC), event.FromEpoch(b, time.UTC)
	}
	if t, ok := result.Get("_time").Float(); ok && inCalendar(t) {
		own := event.FromEpoch(t, time.UTC)
		return own, own
	}
	now := f.now.UTC().Truncate(time.Microsecond)
	return now, now
}

// inCalendar reports whether RFC 3339 can write a time: its year has four
// digits.
func inCalendar(epoch float64) bool {
	const first, last = -62_135_596_800, 253_402_300_799 // years 1 and 9999
	return epoch >= first && epoch <= last
}

// assess fills the risk in from the row, and Missing.
func (f *Finding) assess(r Risk) *FindingRisk {
	message, missing := Fill(r.Message, f.Result.Get)
	lack := func(fields ...string) {
		for _, field := range fields {
			if !slices.Contains(f.Missing, field) {
				f.Missing = append(f.Missing, field)
			}
		}
	}
	lack(missing...)
	filled := &FindingRisk{Score: r.Score, Message: message, Objects: []ScoredValue{}, Threats: []TypedValue{}}
	score := f.scores(r, lack)
	for i, o := range r.Objects {
		own := ""
		if o.Message != "" {
			own, missing = Fill(o.Message, f.Result.Get)
			lack(missing...)
		}
		values := f.values(o.Field)
		if len(values) == 0 {
			lack(o.Field)
		}
		if f.kept || o.ScoreField != "" && score[i] == 0 {
			continue
		}
		for _, v := range values {
			filled.Objects = append(filled.Objects, ScoredValue{Field: o.Field, Type: o.Type, Value: v, Score: score[i], message: own})
		}
	}
	if slices.ContainsFunc(r.Objects, func(o RiskObject) bool { return o.ScoreField != "" }) {
		filled.Score = slices.Max(score)
	}
	if f.kept {
		return filled
	}
	for _, o := range r.Threats {
		values := f.values(o.Field)
		if len(values) == 0 {
			lack(o.Field)
		}
		for _, v := range values {
			filled.Threats = append(filled.Threats, TypedValue{Field: o.Field, Type: o.Type, Value: v})
		}
	}
	return filled
}

// scores returns the scores of the risk objects on the row, whose largest is
// that of the finding where one of them takes it from the row. A row that does
// not tell a score from 0 to 100 has that of the detection: it may be too high,
// and nothing goes unseen.
func (f *Finding) scores(r Risk, lack func(...string)) []int {
	scores, told := make([]int, len(r.Objects)), false
	for i, o := range r.Objects {
		scores[i] = o.Score
		if o.ScoreField == "" {
			continue
		}
		told = true
		if n, ok := f.Result.Get(o.ScoreField).Float(); ok && n >= 0 && n <= 100 {
			scores[i] = int(math.Round(n))
		} else {
			lack(o.ScoreField)
		}
	}
	f.kept = told && slices.Max(scores) == 0
	return scores
}

// values returns the values of a field that are not blank, each once.
func (f *Finding) values(field string) []string {
	var values []string
	for _, v := range f.Result.Get(field).Texts() {
		if strings.TrimSpace(v) != "" && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return values
}

// RiskEvents returns what the finding adds to the risk of each object.
func (f *Finding) RiskEvents() []risk.Event {
	if f.Risk == nil {
		return nil
	}
	var threats []risk.Object
	for _, t := range f.Risk.Threats {
		threats = append(threats, risk.Object{Type: t.Type, Name: t.Value})
	}
	events := make([]risk.Event, len(f.Risk.Objects))
	for i, o := range f.Risk.Objects {
		message := f.Risk.Message
		if o.message != "" {
			message = o.message
		}
		events[i] = risk.Event{
			Time: f.Time, Source: f.Detection.Name, FindingID: f.ID,
			Object: risk.Object{Type: o.Type, Name: o.Value}, Score: float64(o.Score), Message: message,
			Threats: threats, Techniques: f.Annotations.Techniques, Tactics: f.Annotations.Tactics,
		}
	}
	return events
}
