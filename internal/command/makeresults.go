package command

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var makeresults = &Spec{
	Name:       "makeresults",
	Syntax:     "makeresults [count=<n>] [annotate=<bool>] [format=(csv|json) data=<string>]",
	Summary:    "Make results out of nothing, or out of CSV or JSON written in the search.",
	Generating: true,
	Details:    `Without data each result has just _time, the time of the run in whole seconds; annotate adds splunk_server. CSV begins with a line of field names; an empty cell is an absent field. JSON is an array of objects, whose fields are named as those of events are; each result also has _time, and the object's text as _raw.`,
	Differs:    `splunk_server is always "pugmark", and the arguments splunk_server and splunk_server_group have no effect.`,
	Examples: []string{
		"| makeresults",
		"| makeresults count=3 | eval n=random()",
		`| makeresults format=csv data="user,src_ip
alice,198.51.100.7
bob,203.0.113.9"`,
		`| makeresults format=json data="[{\"user\":\"alice\"},{\"user\":\"bob\"}]"`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := makeresultsOp{count: 1}
		var ignored string
		a.Text("splunk_server", &ignored)
		a.Text("splunk_server_group", &ignored)
		a.Count("count", &op.count)
		a.Bool("annotate", &op.annotate)
		a.Choice("format", &op.format, "csv", "json")
		data, hasData := a.TextToken("data")
		op.data = data.Text
		switch {
		case hasData && op.format == "":
			a.Fail(data.Span, diag.MissingArgument, "", "data= needs format=csv or format=json")
		case !hasData && op.format != "":
			a.Fail(a.Span(), diag.MissingArgument, "", "format= needs data=")
		case hasData:
			if _, err := op.table(); err != nil {
				a.Fail(data.Span, diag.BadArgument, "", "%v", err)
			}
		}
		return op, a.End()
	},
}

type makeresultsOp struct {
	count    int
	annotate bool
	format   string // "", csv or json
	data     string
}

func (op makeresultsOp) String() string {
	if op.format != "" {
		return fmt.Sprintf("makeresults count=%d%s format=%s data=%s", op.count, flag("annotate", op.annotate), op.format, spl.Quote(op.data))
	}
	return "makeresults count=" + strconv.Itoa(op.count) + flag("annotate", op.annotate)
}

func (op makeresultsOp) Kind() plan.Kind           { return plan.Generating }
func (op makeresultsOp) Needs(event.Set) event.Set { return event.Set{} }

func (op makeresultsOp) Columns([]string) []string {
	if op.format == "csv" {
		if header, err := readHeader(csvReader(op.data)); err == nil {
			return appendNew(nil, header...)
		}
	}
	return nil
}

func (op makeresultsOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &makeresultsRun{op: op, run: run, next: next}, nil
}

type makeresultsRun struct {
	op   makeresultsOp
	run  *plan.Run
	next plan.Sink
}

// Push implements [plan.Sink]. A search that begins with the command reads no
// rows.
func (r *makeresultsRun) Push(event.Batch) (bool, error) { return false, nil }

// Close implements [plan.Sink].
func (r *makeresultsRun) Close() error {
	if err := r.push(); err != nil {
		return err
	}
	return r.next.Close()
}

func (r *makeresultsRun) push() error {
	if r.op.format != "" {
		rows, err := r.op.table()
		if err != nil {
			return err
		}
		for _, row := range rows {
			if r.op.format == "json" && row.Get("_time").IsNull() {
				row.Set("_time", r.now())
			}
		}
		return pushRows(r.run, r.next, rows)
	}
	for made := 0; made < r.op.count; {
		if err := r.run.Context.Err(); err != nil {
			return err
		}
		batch := make(event.Batch, min(batchRows, r.op.count-made))
		for i := range batch {
			batch[i] = r.row(made + i)
		}
		made += len(batch)
		if more, err := r.next.Push(batch); err != nil || !more {
			return err
		}
	}
	return nil
}

func (r *makeresultsRun) row(i int) *event.Event {
	row := event.New(event.Field{Name: "_time", Value: r.now()})
	if r.op.annotate {
		row.Set("splunk_server", value.OfText("pugmark"))
	}
	row.SetOrder(orderOfRow(i))
	return row
}

func (r *makeresultsRun) now() value.Value { return value.OfNumber(float64(r.run.Now.Unix())) }

// table reads the data.
func (op makeresultsOp) table() ([]*event.Event, error) {
	if op.format == "csv" {
		return readCSV(op.data)
	}
	return readJSONRows(op.data)
}

func csvReader(data string) *csv.Reader {
	reader := csv.NewReader(strings.NewReader(data))
	reader.FieldsPerRecord = -1
	reader.TrimLeadingSpace = true
	return reader
}

func readHeader(reader *csv.Reader) ([]string, error) {
	header, err := reader.Read()
	if err != nil {
		return nil, errors.New("a line of field names was expected in data=")
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	return header, nil
}

func readCSV(data string) ([]*event.Event, error) {
	reader := csvReader(data)
	header, err := readHeader(reader)
	if err != nil {
		return nil, err
	}
	var rows []*event.Event
	for {
		cells, err := reader.Read()
		switch {
		case errors.Is(err, io.EOF):
			return rows, nil
		case err != nil:
			return nil, fmt.Errorf("data= is no CSV: %w", err)
		case len(cells) > len(header):
			return nil, fmt.Errorf("data= has a row of %d cells under %d field names", len(cells), len(header))
		}
		row := event.New()
		for i, cell := range cells {
			if cell = strings.TrimSpace(cell); cell != "" && header[i] != "" {
				row.Set(header[i], value.OfText(cell))
			}
		}
		rows = append(rows, row)
	}
}

func readJSONRows(data string) ([]*event.Event, error) {
	var objects []json.RawMessage
	if err := json.Unmarshal([]byte(data), &objects); err != nil {
		return nil, fmt.Errorf("data= is no JSON array: %w", err)
	}
	rows := make([]*event.Event, len(objects))
	for i, text := range objects {
		if !bytes.HasPrefix(text, []byte("{")) {
			return nil, fmt.Errorf("element %d of data= is no JSON object", i)
		}
		found, problem := event.FlattenJSON(text)
		if problem != "" {
			return nil, fmt.Errorf("element %d of data= has %s", i, problem)
		}
		rows[i] = event.New(event.Field{Name: "_raw", Value: value.OfText(string(text))})
		for _, f := range found {
			rows[i].Set(f.Name, f.Value)
		}
	}
	return rows, nil
}
