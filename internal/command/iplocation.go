package command

import (
	"net/netip"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var iplocation = &Spec{
	Name:     "iplocation",
	Syntax:   "iplocation [prefix=<text>] [allfields=<bool>] [lang=<code>] <field>",
	Summary:  "Add where an IP address is: City, Country, Region, lat and lon.",
	Details:  "allfields=true adds Continent, MetroCode and Timezone. prefix stands before every added name. What is not known of an address, and everything for one that is private or no address, stays absent. Of a multivalue the first value is used. Needs a database in MaxMind's format, given by --geoip.",
	Differs:  "Names are English whatever lang says. Fields that are not known are absent, where Splunk's documentation speaks of empty values.",
	Examples: []string{`search eventName=ConsoleLogin | iplocation src_ip | stats count by Country, City`},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &iplocationOp{command: a.Command()}
		var lang string
		a.Text("prefix", &op.prefix)
		a.Bool("allfields", &op.all)
		a.Text("lang", &lang)
		op.field = a.Field()
		return op, a.End()
	},
}

type iplocationOp struct {
	command *spl.Command
	prefix  string
	all     bool
	field   string
}

func (op *iplocationOp) String() string {
	s := "iplocation"
	if op.prefix != "" {
		s += " prefix=" + spl.Quote(op.prefix)
	}
	if op.all {
		s += " allfields=true"
	}
	return s + " " + spl.ArgString(op.field)
}

func (op *iplocationOp) Kind() plan.Kind { return plan.Streaming }

// added are the fields that the command adds for a place.
func (op *iplocationOp) added(p plan.Place) []event.Field {
	fields := []event.Field{
		{Name: "City", Value: placeText(p.City)},
		{Name: "Country", Value: placeText(p.Country)},
		{Name: "Region", Value: placeText(p.Region)},
		{Name: "lat", Value: placeText(p.Latitude)},
		{Name: "lon", Value: placeText(p.Longitude)},
	}
	if op.all {
		fields = append(fields,
			event.Field{Name: "Continent", Value: placeText(p.Continent)},
			event.Field{Name: "MetroCode", Value: placeText(p.MetroCode)},
			event.Field{Name: "Timezone", Value: placeText(p.Timezone)})
	}
	for i := range fields {
		fields[i].Name = op.prefix + fields[i].Name
	}
	return fields
}

func placeText(s string) value.Value {
	if s == "" {
		return value.Value{}
	}
	return value.OfText(s)
}

func (op *iplocationOp) names() []string {
	var names []string
	for _, f := range op.added(plan.Place{}) {
		names = append(names, f.Name)
	}
	return names
}

func (op *iplocationOp) Needs(wanted event.Set) event.Set {
	// An address that is not found leaves fields of these names as they were.
	return wanted.With(op.field)
}

func (op *iplocationOp) Columns(in []string) []string { return addColumns(in, op.names()...) }

func (op *iplocationOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &iplocationRun{Sink: next, op: op, places: run.Places}, nil
}

type iplocationRun struct {
	plan.Sink
	op     *iplocationOp
	places plan.Places
}

func (r *iplocationRun) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		if err := r.locate(e); err != nil {
			return false, err
		}
	}
	return r.Sink.Push(b)
}

// locate adds the fields to a row. A database is missed only once there is an
// address that one could know.
func (r *iplocationRun) locate(e *event.Event) error {
	v := e.Get(r.op.field)
	if v.IsNull() {
		return nil
	}
	addr, err := netip.ParseAddr(strings.TrimSpace(v.At(0).String()))
	addr = addr.Unmap()
	if err != nil || addr.IsPrivate() || !addr.IsGlobalUnicast() {
		return nil // no address, or one that is nowhere
	}
	if r.places == nil {
		return r.op.command.ErrorAt(r.op.command.NameSpan(), diag.MissingArgument, "iplocation needs a database of places", "give one in MaxMind's format with --geoip FILE.mmdb")
	}
	place, ok := r.places.Place(addr)
	if !ok {
		return nil
	}
	for _, f := range r.op.added(place) {
		if !f.Value.IsNull() {
			e.Set(f.Name, f.Value)
		}
	}
	return nil
}
