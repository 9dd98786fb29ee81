package eval

import (
	"math"
	"strconv"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/timeformat"
	"github.com/pugmark/pugmark/internal/value"
)

var datetime = []*Function{
	{
		Name: "now", Args: "", Category: "Date and Time", result: numberType,
		Summary:  "The time at which the search was started or was due, in whole epoch seconds; the same for every row.",
		Examples: []Example{{`now() > 0`, "True"}},
		call: func(env *Env, _ []value.Value) value.Value {
			return value.OfNumber(float64(env.Now.Unix()))
		},
	},
	{
		Name: "relative_time", Args: "time, modifier", Category: "Date and Time", kinds: "nt", result: numberType,
		Summary:  "A time moved by a relative time modifier such as -1d@d; null if the time is no number.",
		Examples: []Example{{`relative_time(1700000000, "-1h@h")`, "1699995600"}, {`relative_time(1700000000, "@w1")`, "1699833600"}},
		bind:     bindRelativeTime,
	},
	{
		Name: "strftime", Args: "time, format", Category: "Date and Time", kinds: "nt", result: textType,
		Summary:  "A time, in epoch seconds, written as the format says, in the zone of the run; null if it is no number.",
		Examples: []Example{{`strftime(1521467703.049, "%Y-%m-%dT%H:%M:%S.%Q")`, "2018-03-19T13:55:03.049"}},
		call: func(env *Env, args []value.Value) value.Value {
			f, ok := args[0].Float()
			if !ok || !inCalendar(f) {
				return value.Value{}
			}
			format := args[1].String()
			if len(format) > maxFormat {
				return env.tooLarge()
			}
			return value.OfText(timeformat.Format(event.FromEpoch(f, env.Location), format))
		},
	},
	{
		Name: "strptime", Args: "text, format", Category: "Date and Time", kinds: "t", result: numberType,
		Summary:  "The epoch time that a text says, read as the format says, with six decimals. What the format does not name is today and midnight.",
		Nulls:    "Null also if the text does not fit the format.",
		Examples: []Example{{`strptime("2023-11-14 22:13:20", "%Y-%m-%d %H:%M:%S")`, "1700000000.000000"}, {`strptime("soon", "%Y-%m-%d")`, ""}},
		call: func(env *Env, args []value.Value) value.Value {
			t, ok := timeformat.Parse(args[0].String(), args[1].String(), env.Location, env.Now)
			if !ok {
				return value.Value{}
			}
			f := event.Epoch(t)
			return value.OfNumberText(f, strconv.FormatFloat(f, 'f', 6, 64))
		},
	},
	{
		Name: "time", Args: "", Category: "Date and Time", result: numberType,
		Summary:  "The time of the run in epoch seconds, with microseconds.",
		Examples: []Example{{`time() >= now()`, "True"}},
		Differs:  "Splunk reads the clock for every row; here a search gives the same answer whenever it is run with the same --now.",
		call:     func(env *Env, _ []value.Value) value.Value { return value.OfNumber(event.Epoch(env.Now)) },
	},
}

// maxFormat bounds the bytes of a format that comes from the data.
const maxFormat = 64 << 10

// inCalendar reports whether an epoch time is in a year of at most four
// digits.
func inCalendar(f float64) bool { return math.Abs(f) < 253_402_300_800 }

func bindRelativeTime(b *binder, c *spl.Call) node {
	f := *b.find(c.Name)
	args := []node{b.argument(&f, 0, c.Args[0]), b.argument(&f, 1, c.Args[1])}
	if literal := args[1].constant; literal.Kind() == value.Text {
		if _, err := timeformat.Relative(time.Unix(0, 0), literal.String()); err != nil {
			b.fail(c.Args[1].Span(), diag.BadTime, "", "relative_time: %v", err)
		}
	}
	f.call = func(env *Env, args []value.Value) value.Value {
		at, ok := args[0].Float()
		if !ok || !inCalendar(at) {
			return value.Value{}
		}
		t, err := timeformat.Relative(event.FromEpoch(at, env.Location), args[1].String())
		if err != nil {
			return env.warn(diag.BadTime, "values that are no time modifier made the result null")
		}
		return value.OfNumber(event.Epoch(t))
	}
	return node{typ: numberType, run: f.runner(b.at(c), args)}
}
