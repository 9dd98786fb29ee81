package command

import (
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// rowFormat is how rows become the text of a search expression. Source:
// Splunk, format.
type rowFormat struct {
	rowPrefix, columnPrefix, columnSep, columnEnd, rowSep, rowEnd string
	mvSep, empty                                                  string
	maxResults                                                    int // 0 for all
}

var defaultFormat = rowFormat{
	rowPrefix: "(", columnPrefix: "(", columnSep: "AND", columnEnd: ")", rowSep: "OR", rowEnd: ")",
	mvSep: "OR", empty: "NOT ( )",
}

// formatRows writes rows as a search expression: each row a conjunction, the
// rows joined by OR. Fields whose names begin with an underscore are left out.
// A field named search gives its text as it is, one named query its value as a
// quoted term.
func formatRows(rows []*event.Event, f rowFormat) string {
	var conjunctions []string
	for i, row := range rows {
		if f.maxResults > 0 && i >= f.maxResults {
			break
		}
		var terms []string
		for _, field := range row.Fields() {
			if !strings.HasPrefix(field.Name, "_") && !field.Value.IsNull() {
				terms = append(terms, formatField(field, f))
			}
		}
		if len(terms) > 0 {
			conjunctions = append(conjunctions, f.columnPrefix+" "+strings.Join(terms, " "+f.columnSep+" ")+" "+f.columnEnd)
		}
	}
	if len(conjunctions) == 0 {
		return f.empty
	}
	return f.rowPrefix + " " + strings.Join(conjunctions, " "+f.rowSep+" ") + " " + f.rowEnd
}

func formatField(field event.Field, f rowFormat) string {
	values := make([]string, field.Value.Len())
	for i := range values {
		values[i] = formatValue(field.Name, field.Value.At(i))
	}
	if len(values) == 1 {
		return values[0]
	}
	return "( " + strings.Join(values, " "+f.mvSep+" ") + " )"
}

func formatValue(name string, v value.Value) string {
	switch name {
	case "search":
		return v.String()
	case "query":
		return spl.Quote(v.String())
	}
	return spl.ArgString(name) + "=" + spl.Quote(v.String())
}
