package command

import (
	"math"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/timeformat"
	"github.com/pugmark/pugmark/internal/value"
)

// converter is the functions of convert in one run. Each returns false for
// what it cannot convert. Source: Splunk, convert.
type converter struct {
	run        *plan.Run
	timeFormat string
}

// convert applies a function to one value. What cannot be converted stays,
// except that num gives null.
func (x converter) convert(function string, v value.Value) value.Value {
	text := v.String()
	var f float64
	var ok bool
	switch function {
	case "ctime":
		if f, ok := v.Float(); ok && math.Abs(f) <= maxEpoch {
			return value.OfText(timeformat.Format(event.FromEpoch(f, x.run.Location), x.timeFormat))
		}
		return v
	case "rmcomma":
		return value.OfText(strings.ReplaceAll(text, ",", ""))
	case "rmunit":
		return value.OfText(leadingNumber(text))
	case "num":
		if v, ok := x.number(v); ok {
			return v
		}
		return value.Value{}
	case "mktime":
		f, ok = x.mktime(text)
	case "dur2sec":
		f, ok = dur2sec(text)
	case "mstime":
		f, ok = mstime(text)
	case "memk":
		f, ok = memk(text)
	}
	if ok {
		return value.OfNumber(f)
	}
	return v
}

// convertible reports whether num could convert every value.
func (x converter) convertible(v value.Value) bool {
	for i := range v.Len() {
		if _, ok := x.number(v.At(i)); !ok {
			return false
		}
	}
	return true
}

// number makes a number of a value in the first way that fits.
func (x converter) number(v value.Value) (value.Value, bool) {
	if _, ok := v.Float(); ok {
		return v, true
	}
	text := v.String()
	if plain := strings.ReplaceAll(text, ",", ""); plain != text {
		if _, ok := value.ParseNumber(plain); ok {
			return value.OfText(plain), true
		}
	}
	for _, read := range []func(string) (float64, bool){dur2sec, mstime, memk, x.mktime} {
		if f, ok := read(text); ok {
			return value.OfNumber(f), true
		}
	}
	return value.Value{}, false
}

func (x converter) mktime(s string) (float64, bool) {
	t, ok := timeformat.Parse(strings.TrimSpace(s), x.timeFormat, x.run.Location, x.run.Now)
	if !ok {
		return 0, false
	}
	return event.Epoch(t), true
}

// dur2sec reads [D+]HH:MM:SS, with decimals of seconds allowed.
func dur2sec(s string) (float64, bool) {
	days := 0.0
	if before, after, ok := strings.Cut(s, "+"); ok {
		n, err := strconv.ParseUint(before, 10, 32)
		if err != nil {
			return 0, false
		}
		days, s = float64(n), after
	}
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return 0, false
	}
	f, ok := sexagesimal(parts)
	return days*24*60*60 + f, ok
}

// mstime reads [MM:]SS.SSS.
func mstime(s string) (float64, bool) {
	parts := strings.Split(s, ":")
	if len(parts) > 2 {
		return 0, false
	}
	return sexagesimal(parts)
}

// sexagesimal reads whole numbers, the last of which may have decimals, each
// 60 times the next.
func sexagesimal(parts []string) (float64, bool) {
	total := 0.0
	for i, part := range parts {
		f, ok := value.ParseNumber(part)
		if !ok || strings.Trim(part, "0123456789.") != "" || i < len(parts)-1 && f != math.Trunc(f) {
			return 0, false
		}
		total = total*60 + f
	}
	return total, true
}

// memk reads a size in kilobytes, or with the letter m or g in others.
func memk(s string) (float64, bool) {
	factor := 1.0
	if s != "" {
		switch s[len(s)-1] | 0x20 {
		case 'k':
			s = s[:len(s)-1]
		case 'm':
			factor, s = 1<<10, s[:len(s)-1]
		case 'g':
			factor, s = 1<<20, s[:len(s)-1]
		}
	}
	f, ok := value.ParseNumber(strings.TrimSpace(s))
	return f * factor, ok && f >= 0
}

// leadingNumber returns the number that s begins with, or s if there is none.
func leadingNumber(s string) string {
	end := 0
	for i := 1; i <= len(s) && i < 40; i++ {
		if _, ok := value.ParseNumber(s[:i]); ok {
			end = i
		}
	}
	if end == 0 {
		return s
	}
	return strings.TrimSuffix(s[:end], ".")
}
