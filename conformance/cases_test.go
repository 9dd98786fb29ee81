package conformance_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pugmark/pugmark/conformance"
)

// casesFile is a collection of cases beside the project's checkout, in a form
// of its own. It is not a part of the project.
const casesFile = "../../shared/spl-cases.jsonl"

// How many cases an executor may leave out because it does not know a command
// or function. The numbers may only fall.
const (
	engineMayLack = 0
	oracleMayLack = 2
)

// TestCases runs the collection of cases, each over both executors.
func TestCases(t *testing.T) {
	t.Parallel()
	cases := readCases(t)
	for _, run := range []struct {
		x       conformance.Executor
		mayLack int
	}{{plainest(t), engineMayLack}, {oracleExecutor{}, oracleMayLack}} {
		t.Run(run.x.Name(), func(t *testing.T) {
			t.Parallel()
			var lacking []string
			for _, c := range cases {
				got, err := run.x.Run(c)
				if errors.Is(err, conformance.ErrSkip) {
					lacking = append(lacking, c.Name+": "+err.Error())
					continue
				}
				if diff := c.Diff(got, err); diff != "" {
					t.Errorf("%s: %s\n%s", c.Name, c.Search, diff)
				}
			}
			t.Logf("%d cases, %d not supported\n%s", len(cases), len(lacking), strings.Join(lacking, "\n"))
			if len(lacking) > run.mayLack {
				t.Errorf("%d cases are not supported, at most %d were so far", len(lacking), run.mayLack)
			}
		})
	}
}

func readCases(t *testing.T) []*conformance.Case {
	t.Helper()
	text, err := os.ReadFile(casesFile)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the collection of cases is not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var cases []*conformance.Case
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		c, err := readCase(lines.Bytes())
		if err != nil {
			t.Fatalf("case %d: %v", len(cases)+1, err)
		}
		cases = append(cases, c)
	}
	return cases
}

func readCase(line []byte) (*conformance.Case, error) {
	var in struct {
		Name    string
		Events  []json.RawMessage
		SPL     string
		Expect  []json.RawMessage
		Lookups map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(line, &in); err != nil {
		return nil, err
	}
	c := &conformance.Case{Name: in.Name, Search: in.SPL, HasRows: true}
	for _, e := range in.Events {
		var b bytes.Buffer
		if err := json.Compact(&b, e); err != nil {
			return nil, err
		}
		c.Events = append(c.Events, b.String())
	}
	for _, e := range in.Expect {
		rows, err := conformance.ParseRows(strings.ReplaceAll(string(e), "\n", " "))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", in.Name, err)
		}
		c.Rows = append(c.Rows, rows...)
	}
	for name, settings := range in.Lookups {
		l, err := readLookup(name, settings)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", in.Name, err)
		}
		c.Lookups = append(c.Lookups, l)
	}
	return c, nil
}

// readLookup writes the rows of a lookup as CSV.
func readLookup(name string, settings map[string]json.RawMessage) (conformance.Lookup, error) {
	l := conformance.Lookup{Name: name, Options: map[string]string{}}
	for key, v := range settings {
		if key != "rows" {
			l.Options[key] = strings.Trim(string(v), `"`)
		}
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(settings["rows"], &rows); err != nil {
		return l, err
	}
	var columns []string
	var lines []string
	for _, r := range rows {
		parsed, err := conformance.ParseRows(string(r))
		if err != nil {
			return l, err
		}
		for _, f := range parsed[0] {
			if !slices.Contains(columns, f.Name) {
				columns = append(columns, f.Name)
			}
		}
		var cells []string
		for _, column := range columns {
			cells = append(cells, strings.Join(parsed[0].Get(column), "\n"))
		}
		lines = append(lines, strings.Join(cells, ","))
	}
	l.CSV = strings.Join(columns, ",") + "\n" + strings.Join(lines, "\n") + "\n"
	return l, nil
}
