package scaffold

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/content"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

func env() *command.Env {
	base := knowledge.New(knowledge.Options{})
	_ = base.Load(escu.Dir{FS: content.FS()}) // a test of the content sees to its problems
	return &command.Env{Macros: base.Macros, Lookups: base.Lookups, DataModels: knowledge.NewDataModels()}
}

// answers completes answers with what the caller always gives.
func answers(a Answers) Answers {
	n := 0
	a.Date, a.Env = "2026-11-23", env()
	a.UUID = func() string { n++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
	a.HasDataSource = func(name string) bool { return name == "AWS CloudTrail ModifyImageAttribute" }
	return a
}

// load reads what was made as content.
func load(t *testing.T, files []File) (*detection.Library, diag.List) {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, f := range files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Text}
	}
	dir := escu.Dir{FS: fsys}
	library := detection.Load(dir)
	problems := append(library.Problems, knowledge.New(knowledge.Options{}).Load(dir)...)
	for _, d := range library.Detections {
		problems = append(problems, d.Notes...)
		_, compiling := d.Compile(env())
		problems = append(problems, compiling...)
	}
	for _, s := range library.DataSources {
		problems = append(problems, s.Notes...)
	}
	return library, problems
}

// Every type in every form is content without a fault, with the risk that its
// type has.
func TestWhatIsMadeIsGoodContent(t *testing.T) {
	t.Parallel()
	for _, form := range []Form{"", G2, G4} {
		for _, kind := range []detection.Type{detection.TTP, detection.Anomaly, detection.Hunting, detection.Correlation} {
			a := answers(Answers{Name: "AWS Trail - Stopped", Type: kind, Form: form, EventName: "StopLogging", EventSource: "cloudtrail.amazonaws.com", Techniques: []string{"T1562.008"}, Stories: []string{"Data Exfiltration"}})
			if kind == detection.Correlation {
				a.Search = "| tstats count from datamodel=Change.All_Changes by All_Changes.user"
			}
			files, err := New(a)
			if err != nil {
				t.Errorf("%s %s: %v", form, kind, err)
				continue
			}
			library, problems := load(t, files)
			if len(problems) > 0 || len(library.Detections) != 1 {
				t.Errorf("%s %s: %v\n%s", form, kind, problems, files[0].Text)
				continue
			}
			d := library.Detections[0]
			want := map[Form]detection.Generation{"": detection.G2, G2: detection.G2, G4: detection.G4}[form]
			if d.Generation != want || d.Type != kind || d.Date != "2026-11-23" || d.FilterMacro != "aws_trail___stopped_filter" {
				t.Errorf("%s %s: got generation %d, type %s, date %s, filter %s", form, kind, d.Generation, d.Type, d.Date, d.FilterMacro)
			}
			if kind.MakesRisk() && (len(d.Risk.Objects) != 2 || len(d.Risk.Threats) != 1 || d.Risk.Score != 25) {
				t.Errorf("%s %s: risk is %+v", form, kind, d.Risk)
			}
		}
	}
}

func TestFilesOfADetection(t *testing.T) {
	t.Parallel()
	names := func(a Answers) []string {
		files, err := New(answers(a))
		if err != nil {
			t.Error(err)
		}
		var all []string
		for _, f := range files {
			all = append(all, f.Name)
		}
		return all
	}
	if diff := cmp.Diff([]string{
		"detections/cloud/aws_v1_1_x_y.yml", "macros/aws_v1_1_x_y_filter.yml", "test_data/aws_v1_1_x_y.json", "data_sources/aws_cloudtrail_stoplogging.yml",
	}, names(Answers{Name: "AWS v1.1 X/Y", Type: detection.TTP, EventName: "StopLogging"})); diff != "" {
		t.Error(diff)
	}
	// There is a data source of the event already.
	if got := names(Answers{Name: "X", Type: detection.TTP, EventName: "ModifyImageAttribute"}); len(got) != 3 {
		t.Error(got)
	}
}

func TestASearchOfOnesOwn(t *testing.T) {
	t.Parallel()
	files, err := New(answers(Answers{Name: "Root", Type: detection.TTP, Search: "`cloudtrail` eventName=ConsoleLogin\n| stats count by user src dest"}))
	if err != nil {
		t.Fatal(err)
	}
	library, problems := load(t, files)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	d := library.Detections[0]
	if want := "`cloudtrail` eventName=ConsoleLogin\n| stats count by user src dest\n| `root_filter`"; d.Search.Text != want {
		t.Errorf("got %q", d.Search.Text)
	}
	if diff := cmp.Diff([]detection.RiskObject{{Field: "user", Type: "user", Score: 25}, {Field: "dest", Type: "system", Score: 25}}, d.Risk.Objects); diff != "" {
		t.Error(diff)
	}
	if want := []string{"_time", "dest", "eventName", "sourcetype", "src", "user"}; !slices.Equal(d.RequiredFields, want) {
		t.Errorf("got %q", d.RequiredFields)
	}
	if !strings.Contains(string(files[2].Text), `"eventName":"ConsoleLogin"`) {
		t.Errorf("the sample is %s", files[2].Text)
	}
}

func TestAnswersThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		answers Answers
		want    string
	}{
		{Answers{}, "NAME: a detection needs a name"},
		{Answers{Name: "A\nb: c"}, "NAME: the name \"A\\nb: c\" is not made of letters, digits, blanks and - . / _ alone, from a letter or digit to one"},
		{Answers{Name: "../x"}, "from a letter or digit"},
		{Answers{Name: strings.Repeat("x", 68)}, "NAME: the name has 68 characters; it may have 67"},
		{Answers{Name: "X", Type: "Alert"}, "type: TTP, Anomaly, Hunting or Correlation was expected"},
		{Answers{Name: "X", Type: detection.TTP}, "event-name: name the CloudTrail event"},
		{Answers{Name: "X", Type: detection.Correlation, EventName: "x"}, "search: a Correlation reads the risk"},
		{Answers{Name: "X", Type: detection.TTP, EventName: "a b"}, "event-name:"},
		{Answers{Name: "X", Type: detection.TTP, EventName: "x", Techniques: []string{"1537"}}, "technique:"},
		{Answers{Name: "X", Type: detection.TTP, EventName: "x", Category: "../.."}, "category:"},
		{Answers{Name: "X", Type: detection.TTP, EventName: "x", Impact: 101}, "impact:"},
		{Answers{Name: "X", Type: detection.TTP, EventName: "x", Message: "no token"}, "message: a message names a field"},
		{Answers{Name: "X", Type: detection.TTP, EventName: "x", Message: "$nobody$"}, "the search gives out no field nobody; it has user_arn"},
		{Answers{Name: "X", Type: detection.TTP, Search: "eventName=x | stats count by y"}, "risk-object: say which field"},
		{Answers{Name: "X", Type: detection.TTP, EventName: "x", RiskObjects: []detection.RiskObject{{Field: "user", Type: "person"}}}, "risk-object:"},
		{Answers{Name: "X", Type: detection.TTP, Search: "eventName=x | stast count"}, `unknown command "stast"`},
	} {
		_, err := New(answers(tt.answers))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: got %v, want %s", tt.answers, err, tt.want)
		}
	}
}

// Texts are read back as they were given.
func TestTextsAreQuoted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"no", "null", "1", "- x", "a: b", "#", "'", `"\`, "{}", "~", "1e3", "x\ny", "2024-01-01", "%x", "@", "a #b", "? x", "|", "  x ", "\x7f", "\u0085", "\u2028", "\x1b[31m"})).Draw(rt, "text")
		w := &yamlWriter{}
		w.set("search", text)
		w.list("list", []string{text})
		file, err := escu.Parse("x.yml", []byte(w.String()))
		if err != nil {
			rt.Fatalf("%v\n%s", err, w.String())
		}
		want := strings.ToValidUTF8(text, "\uFFFD")
		if got := file.Root.Scalar("search").Text; got != want {
			rt.Fatalf("got %q, want %q from %s", got, want, w.String())
		}
	})
}
