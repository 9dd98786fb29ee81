package filter

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/timeformat"
)

// timeNode tests _time: earliest inclusive, latest exclusive.
type timeNode struct{ earliest, latest float64 }

func (n timeNode) match(e *event.Event) bool {
	t, ok := e.Get("_time").Float()
	return ok && t >= n.earliest && t < n.latest
}

// timeWindow collects the time modifiers of one conjunction.
type timeWindow struct {
	earliest, latest       float64
	hasEarliest, hasLatest bool
	format                 string
}

func newTimeWindow() *timeWindow {
	return &timeWindow{earliest: math.Inf(-1), latest: math.Inf(1), format: "%m/%d/%Y:%H:%M:%S"}
}

func (w *timeWindow) node(now time.Time) node {
	if w.hasEarliest && !w.hasLatest {
		w.latest = event.Epoch(now)
	}
	return timeNode{w.earliest, w.latest}
}

// ago are the modifiers that count back from now, with their unit. Source:
// Splunk, Time modifiers, list of older modifiers.
var ago = map[string]struct {
	unit string
	end  bool
}{
	"starthoursago": {"h", false}, "startdaysago": {"d", false}, "startminutesago": {"m", false}, "startmonthsago": {"mon", false},
	"endhoursago": {"h", true}, "enddaysago": {"d", true}, "endminutesago": {"m", true}, "endmonthsago": {"mon", true},
	"hoursago": {"h", false}, "daysago": {"d", false}, "minutesago": {"m", false}, "monthsago": {"mon", false},
	"searchtimespanhours": {"h", false}, "searchtimespandays": {"d", false}, "searchtimespanminutes": {"m", false}, "searchtimespanmonths": {"mon", false},
}

// isTimeModifier reports whether a field name of a comparison is a time
// modifier rather than a field.
func isTimeModifier(field string) bool {
	switch field {
	case "earliest", "latest", "_index_earliest", "_index_latest", "starttime", "endtime", "starttimeu", "endtimeu", "timeformat":
		return true
	}
	_, ok := ago[field]
	return ok
}

func (w *timeWindow) add(e *spl.SearchCompare, options Options) error {
	fail := func(message, hint string) error {
		return options.ErrorAt(e.Place, diag.BadTime, e.Field+"="+e.Value.Text+": "+message, hint)
	}
	if e.Op != "=" {
		return fail("only = can follow a time modifier", "")
	}
	text := strings.TrimSpace(e.Value.Text)
	switch e.Field {
	case "timeformat":
		w.format = text
		return nil
	case "_index_earliest", "_index_latest":
		return nil // the time of indexing is the time of reading here: always now
	case "starttimeu", "endtimeu":
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fail("epoch seconds were expected", "")
		}
		w.set(e.Field == "endtimeu", f)
		return nil
	case "starttime", "endtime":
		t, ok := timeformat.Parse(text, w.format, options.Location, options.Now)
		if !ok {
			return fail("a time in the form "+w.format+" was expected", "")
		}
		w.set(e.Field == "endtime", event.Epoch(t))
		return nil
	}
	if a, ok := ago[e.Field]; ok {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return fail("a whole number was expected", "")
		}
		t, err := timeformat.Relative(options.Now, "-"+strconv.Itoa(n)+a.unit)
		if err != nil {
			return fail(err.Error(), "")
		}
		w.set(a.end, event.Epoch(t))
		return nil
	}
	t, err := timeformat.ParseModifier(text, options.Now, options.Location)
	if err != nil {
		return fail(err.Error(), `write epoch seconds, a relative time such as -24h@h, or "mm/dd/yyyy:HH:MM:SS"`)
	}
	w.set(e.Field == "latest", event.Epoch(t))
	return nil
}

func (w *timeWindow) set(latest bool, t float64) {
	if latest {
		w.latest, w.hasLatest = t, true
		return
	}
	w.earliest, w.hasEarliest = t, true
}
