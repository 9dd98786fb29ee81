// Package scaffold makes the files of a new detection: its YAML, its filter
// macro, an event to test it with, and the data source where there is none yet.
//
// What it makes passes validation and its own test; the rest is for a person to
// fill in. It writes no files and has no clock. Start reading at [New].
package scaffold

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// Form is the generation of content in which a detection is written.
type Form string

// The forms.
const (
	G2 Form = "g2" // risk in tags; read by every tool since 2023
	G4 Form = "g4" // ESCU 6: finding and intermediate_findings
)

// Answers are what is known about the new detection. Those that are empty get
// a value that works, except for the first four.
type Answers struct {
	Name string
	Type detection.Type
	// EventName is the CloudTrail event that the search looks for, unless
	// Search is given. EventSource, such as ec2.amazonaws.com, narrows it.
	EventName, EventSource string
	Search                 string

	Form               Form
	Description        string
	Author             string
	Stories            []string
	Techniques         []string
	DataSource         string
	AssetType          string
	SecurityDomain     string
	Category           string
	Impact, Confidence int
	Message            string
	RiskObjects        []detection.RiskObject // fields and types; the score follows from impact and confidence
	Threats            []detection.ThreatObject

	Date string        // YYYY-MM-DD
	UUID func() string // makes a new one at each call
	// HasDataSource tells whether content has a data source of a name.
	HasDataSource func(name string) bool
	Env           *command.Env // what the search is compiled in
}

// File is a file of the result, its name below the content directory.
type File struct {
	Name string
	Text []byte
}

// MaxName is the longest name of a detection: what Enterprise Security leaves
// of its limit for the names of searches.
const MaxName = 67

var (
	validName      = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9 ._/-]*[A-Za-z0-9])?$`)
	validEvent     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
	validTechnique = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	validField     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.{}-]*$`)
	validWord      = regexp.MustCompile(`^[a-z][a-z_]*$`)
	eventNameIn    = regexp.MustCompile(`\beventName\s*=\s*"?([A-Za-z0-9]+)`)
)

// Stem returns the name of a detection's file without ending. Source: the rule
// of contentctl.
func Stem(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "_", "-", "_", ".", "_", "/", "_").Replace(name))
}

// CheckName tells what is wrong with the name of a new detection.
func CheckName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a detection needs a name")
	case len(name) > MaxName:
		return fmt.Errorf("the name has %d characters; it may have %d", len(name), MaxName)
	case !validName.MatchString(name):
		return fmt.Errorf("the name %q is not made of letters, digits, blanks and - . / _ alone, from a letter or digit to one", name)
	}
	return nil
}

// Problem is an answer that cannot be used.
type Problem struct {
	Answer  string // as the command line calls it
	Message string
}

func (p *Problem) Error() string { return p.Answer + ": " + p.Message }

func problem(answer, format string, args ...any) error {
	return &Problem{answer, fmt.Sprintf(format, args...)}
}

// New makes the files of a detection, the detection's own first. A search that
// is wrong is a [*diag.Error] or [diag.List].
func New(a Answers) ([]File, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	d := &draft{Answers: a, stem: Stem(a.Name)}
	d.defaults()
	if err := d.compile(); err != nil {
		return nil, err
	}
	if err := d.objects(); err != nil {
		return nil, err
	}
	files := []File{
		{"detections/" + d.Category + "/" + d.stem + ".yml", d.yaml()},
		{"macros/" + d.filter() + ".yml", d.macro()},
		{d.sample(), d.event()},
	}
	if d.newSource {
		files = append(files, File{"data_sources/" + Stem(d.DataSource) + ".yml", d.dataSource()})
	}
	return files, nil
}

func (a *Answers) check() error {
	if err := CheckName(a.Name); err != nil {
		return problem("NAME", "%v", err)
	}
	if !slices.Contains([]detection.Type{detection.TTP, detection.Anomaly, detection.Hunting, detection.Correlation}, a.Type) {
		return problem("type", "TTP, Anomaly, Hunting or Correlation was expected, not %q", a.Type)
	}
	switch {
	case a.Search == "" && a.Type == detection.Correlation:
		return problem("search", "a Correlation reads the risk that others made: give its search")
	case a.Search == "" && a.EventName == "":
		return problem("event-name", "name the CloudTrail event to look for, or give a search")
	case a.EventName != "" && !validEvent.MatchString(a.EventName):
		return problem("event-name", "%q is no name of an event, such as StopLogging", a.EventName)
	case a.EventSource != "" && !validEvent.MatchString(a.EventSource):
		return problem("event-source", "%q is no source of events, such as ec2.amazonaws.com", a.EventSource)
	}
	for _, id := range a.Techniques {
		if !validTechnique.MatchString(id) {
			return problem("technique", "T1234 or T1234.001 was expected, not %q", id)
		}
	}
	for _, n := range []int{a.Impact, a.Confidence} {
		if n < 0 || n > 100 {
			return problem("impact", "impact and confidence are numbers from 1 to 100, not %d", n)
		}
	}
	for answer, word := range map[string]string{"category": a.Category, "security-domain": a.SecurityDomain} {
		if word != "" && !validWord.MatchString(word) {
			return problem(answer, "a word in small letters was expected, not %q", word)
		}
	}
	for _, o := range a.RiskObjects {
		if !validField.MatchString(o.Field) || !slices.Contains([]string{"user", "system", "other"}, o.Type) {
			return problem("risk-object", "FIELD:user, FIELD:system or FIELD:other was expected, not %s:%s", o.Field, o.Type)
		}
	}
	for _, t := range a.Threats {
		if !validField.MatchString(t.Field) || !validWord.MatchString(t.Type) {
			return problem("threat-object", "FIELD:TYPE was expected, such as src_ip:ip_address, not %s:%s", t.Field, t.Type)
		}
	}
	return nil
}

// draft is the detection as it comes to be.
type draft struct {
	Answers
	stem      string
	required  []string // fields that the search reads
	columns   []string // that it gives out, nil if that is not known
	score     int
	newSource bool
}

func (d *draft) filter() string { return d.stem + "_filter" }

func (d *draft) sample() string { return "test_data/" + d.stem + ".json" }

func (d *draft) defaults() {
	set := func(s *string, value string) {
		if *s = strings.TrimSpace(*s); *s == "" {
			*s = value
		}
	}
	d.ownSearch()
	subject := d.Name
	if d.EventName != "" {
		subject = "calls of " + d.EventName
	}
	set(&d.Description, "Finds "+subject+".")
	set(&d.Author, "Unknown")
	set(&d.AssetType, "AWS Account")
	set(&d.SecurityDomain, "threat")
	set(&d.Category, "cloud")
	set((*string)(&d.Form), string(G2))
	if d.Impact == 0 {
		d.Impact = 50
	}
	if d.Confidence == 0 {
		d.Confidence = 50
	}
	d.score = int(math.RoundToEven(float64(d.Impact*d.Confidence) / 100))
	if d.DataSource == "" && d.EventName != "" {
		d.DataSource = "AWS CloudTrail " + d.EventName
		d.newSource = !d.HasDataSource(d.DataSource)
	}
}

// ownSearch writes the search, or ends the given one with the filter macro.
func (d *draft) ownSearch() {
	call := "`" + d.filter() + "`"
	if d.Search = strings.TrimSpace(strings.ReplaceAll(d.Search, "\r\n", "\n")); d.Search != "" {
		if !strings.Contains(d.Search, call) {
			d.Search += "\n| " + call
		}
		if m := eventNameIn.FindStringSubmatch(d.Search); d.EventName == "" && m != nil {
			d.EventName = m[1]
		}
		return
	}
	first := "`cloudtrail`"
	if d.EventSource != "" {
		first += " eventSource=" + d.EventSource
	}
	d.Search = strings.Join([]string{
		first + " eventName=" + d.EventName,
		"| stats count min(_time) as firstTime max(_time) as lastTime values(errorCode) as errorCode by user_arn aws_account_id region src_ip userAgent eventName",
		"| `security_content_ctime(firstTime)`",
		"| `security_content_ctime(lastTime)`",
		"| " + call,
	}, "\n")
}

func (d *draft) compile() error {
	search, err := engine.Compile(&diag.Source{Name: "search", Text: d.Search}, d.Env)
	if err != nil {
		return err
	}
	d.required = []string{"_time"}
	if fields := plan.Plan(search, event.AllFields).Fields; !fields.All() {
		d.required = fields.With("_time").Names()
	}
	d.columns = plan.Columns(search)
	return nil
}

// objects chooses what is at risk, and checks that the search tells it.
func (d *draft) objects() error {
	if !d.Type.MakesRisk() {
		d.RiskObjects, d.Threats = nil, nil
		return nil
	}
	given := func(field string) bool {
		if d.columns != nil {
			return slices.Contains(d.columns, field)
		}
		return strings.Contains(d.Search, field)
	}
	if len(d.RiskObjects) == 0 {
		for _, o := range []detection.RiskObject{{Field: "user_arn", Type: "user"}, {Field: "user", Type: "user"}, {Field: "aws_account_id", Type: "other"}, {Field: "dest", Type: "system"}} {
			if given(o.Field) {
				d.RiskObjects = append(d.RiskObjects, o)
			}
		}
		if len(d.RiskObjects) == 0 {
			return problem("risk-object", "say which field of the results is at risk, such as user:user")
		}
	}
	if len(d.Threats) == 0 {
		for _, t := range []detection.ThreatObject{{Field: "src_ip", Type: "ip_address"}, {Field: "src", Type: "ip_address"}} {
			if given(t.Field) {
				d.Threats = append(d.Threats, t)
			}
		}
	}
	wanted := detection.Tokens(d.Message)
	for _, o := range d.RiskObjects {
		wanted = append(wanted, o.Field)
	}
	for _, t := range d.Threats {
		wanted = append(wanted, t.Field)
	}
	for _, field := range wanted {
		if d.columns != nil && !slices.Contains(d.columns, field) {
			return problem("risk-object", "the search gives out no field %s; it has %s", field, strings.Join(d.columns, ", "))
		}
	}
	if d.Message == "" {
		d.Message = d.message(given)
	}
	if len(detection.Tokens(d.Message)) == 0 {
		return problem("message", "a message names a field of the results, as $%s$", d.RiskObjects[0].Field)
	}
	return nil
}

func (d *draft) message(given func(string) bool) string {
	who := "$" + d.RiskObjects[0].Field + "$"
	if d.EventName == "" {
		return d.Name + " by " + who + "."
	}
	message := who + " called " + d.EventName
	if len(d.Threats) > 0 {
		message += " from $" + d.Threats[0].Field + "$"
	}
	if given("aws_account_id") && d.RiskObjects[0].Field != "aws_account_id" {
		message += " in account $aws_account_id$"
	}
	return message + "."
}
