package conformance_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/conformance"
	"github.com/pugmark/pugmark/internal/oracle"
	"github.com/pugmark/pugmark/internal/spl"
)

// oracleExecutor is the slow second opinion. It answers with rows; messages
// and what is read of a source are the engine's business.
type oracleExecutor struct{}

func (oracleExecutor) Name() string { return "oracle" }

func (oracleExecutor) Run(c *conformance.Case) (*conformance.Result, error) {
	if !c.HasRows {
		return nil, fmt.Errorf("no rows to compare: %w", conformance.ErrSkip)
	}
	events := make([]oracle.Event, len(c.Events))
	for i, e := range c.Events {
		events[i] = oracle.Event(e)
	}
	lookups, err := oracleLookups(c.Lookups)
	if err != nil {
		return nil, err
	}
	rows, err := oracle.Run(c.Search, events, oracle.Options{
		Now: conformance.Now(), Macros: macrosOf(c), Lookups: lookups,
		Defaults: map[string]string{"source": "memory", "sourcetype": "_json", "host": "localhost", "index": "main"},
	})
	if errors.Is(err, oracle.ErrUnsupported) {
		return nil, fmt.Errorf("%w: %w", err, conformance.ErrSkip)
	}
	if err != nil {
		return nil, err
	}
	result := &conformance.Result{}
	for _, r := range rows {
		row := conformance.Row{}
		for _, f := range r {
			row = append(row, conformance.Field(f))
		}
		result.Rows = append(result.Rows, row)
	}
	return result, nil
}

func oracleLookups(list []conformance.Lookup) (map[string]*oracle.Lookup, error) {
	lookups := map[string]*oracle.Lookup{}
	for _, l := range list {
		cells, err := csv.NewReader(strings.NewReader(l.CSV)).ReadAll()
		if err != nil {
			return nil, err
		}
		t := &oracle.Lookup{MatchType: map[string]string{}}
		for i, line := range cells {
			if i == 0 {
				t.Columns = line
				continue
			}
			row := map[string]string{}
			for j, cell := range line {
				row[t.Columns[j]] = cell
			}
			t.Rows = append(t.Rows, row)
		}
		for name, v := range l.Options {
			if err := setOption(t, name, v); err != nil {
				return nil, err
			}
		}
		lookups[l.Name], lookups[l.Name+".csv"] = t, t
	}
	return lookups, nil
}

func setOption(t *oracle.Lookup, name, v string) (err error) {
	switch name {
	case "match_type":
		for _, m := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' }) {
			kind, column, _ := strings.Cut(strings.TrimSuffix(m, ")"), "(")
			t.MatchType[column] = kind
		}
	case "case_sensitive_match":
		t.CaseInsensitive = v == "false"
	case "max_matches":
		t.MaxMatches, err = strconv.Atoi(v)
	case "min_matches":
		t.MinMatches, err = strconv.Atoi(v)
	case "default_match":
		t.DefaultMatch = v
	default:
		err = fmt.Errorf("unknown option %s of a lookup", name)
	}
	return err
}

// macros are those of a case, by name and number of arguments.
type macros map[string]spl.Macro

func macrosOf(c *conformance.Case) macros {
	m := macros{}
	for _, one := range c.Macros {
		m[one.Name+"/"+strconv.Itoa(len(one.Args))] = spl.Macro(one)
	}
	return m
}

func (m macros) Macro(name string, args int) (spl.Macro, bool) {
	macro, ok := m[name+"/"+strconv.Itoa(args)]
	return macro, ok
}

func (m macros) MacroNames() []string {
	var names []string
	for _, one := range m {
		names = append(names, one.Name)
	}
	return names
}
