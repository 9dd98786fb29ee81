package detection

import (
	"path"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// Test says which data a detection finds something in, or nothing.
type Test struct {
	Name         string
	Data         []TestData
	Experimental bool
	// NoResults is set where the data must give no result, and AtLeast to the
	// number of results that it must give where that is more than one.
	NoResults bool
	AtLeast   int
	// Expect is what the test asks for besides, or nil.
	Expect *Expectation
	// PassCondition is SPL that, put behind the search, must give a row; only
	// G1 has it.
	PassCondition string
	// Trust are the trust files, by their paths in the content directory, that
	// the test runs with. They stand under the key pugmark.
	Trust []string
	// Baselines are run first, in their order; only tests of G1 name them.
	Baselines []TestBaseline
	// File is the test's own file, "" where it stands in the detection's.
	File string
}

// TestData is a file of log records and how Splunk would index it.
type TestData struct {
	Data       string // a URL or a path
	Source     string
	Sourcetype string
	Index      string
	Host       string
	// UpdateTimestamp asks for times that end at the time of the test.
	UpdateTimestamp bool
}

// TestBaseline is a baseline that a test runs first.
type TestBaseline struct {
	Name          string
	File          string // its path below the baselines folder
	PassCondition string
}

// Expectation is what a test asks for under the key pugmark, which other tools
// pass over.
type Expectation struct {
	// Rows is the exact number of rows, or -1.
	Rows int
	// Fields are rows that must be among the results: of each, the fields
	// named have these values.
	Fields []ExpectedRow
}

// ExpectedRow is what fields of a row hold, in the order of the file.
type ExpectedRow []ExpectedField

// ExpectedField is what a field holds: nothing, a value or several.
type ExpectedField struct {
	Name   string
	Values []string
}

// Baseline is a search that prepares what detections look up, such as what was
// usual before.
type Baseline struct {
	File       string
	ID         string
	Name       string
	Search     escu.Scalar
	Detections []string // by name, that need it
	Deployment *Deployment
	Notes      diag.List

	path        string // in its directory
	deployments []string
	schedule    string
}

func (d *decoder) tests(root *escu.Map) []Test {
	var tests []Test
	for _, m := range root.Maps("tests") {
		tests = append(tests, d.test(m))
	}
	return tests
}

func (d *decoder) test(m *escu.Map) Test {
	test := Test{Name: m.Text("name"), Experimental: m.Text("test_type") == "experimental", PassCondition: m.Text("pass_condition")}
	if expected, ok := m.Int("expected_results"); ok {
		if expected < 0 {
			d.note(m.Span("expected_results"), "", "expected_results: a number from 0 was expected, not %d", expected)
		}
		test.NoResults = expected == 0
		if expected > 1 {
			test.AtLeast = expected
		}
	}
	for _, data := range m.Maps("attack_data") {
		index := data.Text("index")
		if index == "" {
			index = data.Text("custom_index")
		}
		of := TestData{
			Data: data.Text("data"), Source: data.Text("source"), Sourcetype: data.Text("sourcetype"),
			Index: index, Host: data.Text("host"),
		}
		of.UpdateTimestamp, _ = data.Bool("update_timestamp")
		test.Data = append(test.Data, of)
	}
	for _, b := range m.Maps("baselines") {
		test.Baselines = append(test.Baselines, TestBaseline{Name: b.Text("name"), File: b.Text("file"), PassCondition: b.Text("pass_condition")})
	}
	if own := m.Map("pugmark"); own != nil {
		test.Expect = d.expectation(own, &test)
	}
	return test
}

func (d *decoder) expectation(m *escu.Map, test *Test) *Expectation {
	test.Trust = m.Texts("trust")
	e := &Expectation{Rows: -1}
	if rows, ok := m.Int("rows"); ok {
		if rows < 0 {
			d.note(m.Span("rows"), "", "rows: a number from 0 was expected, not %d", rows)
		}
		e.Rows = max(rows, 0)
	}
	for _, row := range m.Maps("fields") {
		var expected ExpectedRow
		for _, key := range row.Keys() {
			expected = append(expected, ExpectedField{Name: key.Name, Values: row.Texts(key.Name)})
		}
		e.Fields = append(e.Fields, expected)
	}
	if never, _ := m.Bool("must_not_fire"); never {
		if e.Rows > 0 || len(e.Fields) > 0 {
			d.note(m.Span("must_not_fire"), "", "must_not_fire contradicts the rows or fields that the test expects")
		}
		test.NoResults, e.Rows = true, 0
	}
	if e.Rows == 0 {
		test.NoResults = true
	}
	d.unknown(m, " in pugmark of a test")
	return e
}

func decodeBaseline(file *escu.File, filePath string) (*Baseline, error) {
	root, d := file.Root, &decoder{file: file}
	tags := root.Map("tags")
	b := &Baseline{
		File: file.Source.Name, ID: strings.ToLower(root.Text("id")), Name: root.Text("name"), Search: root.Scalar("search"),
		Detections: tags.Texts("detections"), path: filePath, deployments: tags.Texts("deployments"),
	}
	b.Deployment, b.schedule = d.ownDeployment(root)
	switch {
	case b.Name == "":
		return nil, fatal(file, "name", "a baseline has a name")
	case strings.TrimSpace(b.Search.Text) == "":
		return nil, fatal(file, "search", "the baseline has no search")
	}
	b.Notes = d.finish()
	return b, nil
}

// In reports whether the baseline is the file of a path below the baselines
// folder.
func (b *Baseline) In(file string) bool {
	return file != "" && (b.path == path.Join(string(escu.Baselines), file) || path.Base(b.path) == path.Base(file))
}

// testFile is a file of tests, which the first generation keeps apart from
// its detections.
type testFile struct {
	source *diag.Source
	tests  []fileTest
}

type fileTest struct {
	Test
	detection string // its path below the detections folder
	span      diag.Span
}

func decodeTestFile(file *escu.File) (*testFile, error) {
	d := &decoder{file: file}
	tests := d.tests(file.Root)
	t := &testFile{source: file.Source}
	maps := file.Root.Maps("tests")
	if maps == nil && file.Root.Has("file") {
		// Before there could be several, the file was the test.
		maps = []*escu.Map{file.Root}
		tests = []Test{d.test(file.Root)}
	}
	for i, m := range maps {
		tests[i].File = file.Source.Name
		t.tests = append(t.tests, fileTest{Test: tests[i], detection: m.Text("file"), span: m.Span("file")})
	}
	if problems := d.finish(); len(problems) > 0 {
		return t, problems
	}
	return t, nil
}

// attach gives the detections of one directory the tests that its files of
// tests have for them.
func (t *testFile) attach(own []*Detection) diag.List {
	var problems diag.List
	for _, test := range t.tests {
		found := false
		for _, d := range own {
			if d.isFile(test.detection) {
				d.Tests = append(d.Tests, test.Test)
				found = true
			}
		}
		if !found {
			problems = append(problems, &diag.Error{
				Source: t.source, Span: test.span, Code: diag.BadContent,
				Message: "the test is for " + test.detection + ", which is no detection here",
			})
		}
	}
	return problems
}

// isFile reports whether the detection is the file of a path below the
// detections folder. Files moved between folders more often than their tests
// were told.
func (d *Detection) isFile(file string) bool {
	return file != "" && path.Base(strings.ReplaceAll(file, `\`, "/")) == path.Base(d.File)
}
