package oracle

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// convert changes the form of values: times to text and back, units and
// thousands separators away.
func convert(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	form := "%m/%d/%Y %H:%M:%S"
	a.Text("timeformat", &form)
	for a.More() {
		if a.Take(",") {
			continue
		}
		name := strings.ToLower(a.Next().Text)
		a.Expect("(")
		pattern := a.Field()
		a.Expect(")")
		as := pattern
		if a.Keyword("as") {
			as = a.Column()
		}
		if err := a.Err(); err != nil {
			return nil, err
		}
		change, ok := conversions(x, form)[name]
		if !ok {
			return nil, unsupported("convert %s", name)
		}
		for _, r := range in {
			names := []string{pattern}
			if strings.Contains(pattern, "*") {
				names = r.match(pattern)
			}
			for _, n := range names {
				if r.get(n).isNull() {
					continue
				}
				found, _ := stars(pattern, n)
				var out val
				for _, one := range r.get(n) {
					out = append(out, change(one)...)
				}
				r.set(fillStars(as, found), out)
			}
		}
	}
	return in, a.End()
}

var (
	leadingNumber = regexp.MustCompile(`^\s*([+-]?\d+(?:\.\d+)?)`)
	memorySize    = regexp.MustCompile(`^(\d+(?:\.\d+)?)([kKmMgG]?)$`)
	clockTime     = regexp.MustCompile(`^(?:(\d+)\+)?(\d+):(\d+):(\d+)$`)
	minuteTime    = regexp.MustCompile(`^(?:(\d+):)?(\d+(?:\.\d+)?)$`)
)

// conversions change one value. What they cannot read they leave alone, but
// for num, which removes it.
func conversions(x *executor, form string) map[string]func(a atom) val {
	same := func(a atom) val { return val{a} }
	return map[string]func(a atom) val{
		"none": same,
		"ctime": func(a atom) val {
			f, ok := a.float()
			if !ok {
				return same(a)
			}
			return text(strftime(fromEpoch(f, x.options.Location), form))
		},
		"mktime": func(a atom) val {
			t, ok := strptime(a.text, form, x.options.Location, x.options.Now)
			if !ok {
				return same(a)
			}
			return number(epoch(t))
		},
		"rmcomma": func(a atom) val { return text(strings.ReplaceAll(a.text, ",", "")) },
		"rmunit": func(a atom) val {
			if m := leadingNumber.FindStringSubmatch(a.text); m != nil {
				return text(m[1])
			}
			return same(a)
		},
		"memk": func(a atom) val {
			m := memorySize.FindStringSubmatch(a.text)
			if m == nil {
				return same(a)
			}
			f, _ := strconv.ParseFloat(m[1], 64)
			return number(f * map[string]float64{"": 1, "k": 1, "m": 1024, "g": 1024 * 1024}[strings.ToLower(m[2])])
		},
		"dur2sec": func(a atom) val {
			m := clockTime.FindStringSubmatch(a.text)
			if m == nil {
				return same(a)
			}
			return number(((parse(m[1])*24+parse(m[2]))*60+parse(m[3]))*60 + parse(m[4]))
		},
		"mstime": func(a atom) val {
			m := minuteTime.FindStringSubmatch(a.text)
			if m == nil {
				return same(a)
			}
			return number(parse(m[1])*60 + parse(m[2]))
		},
		"num": func(a atom) val {
			if f, ok := a.float(); ok {
				return number(f)
			}
			return nil
		},
		"auto": func(a atom) val {
			if f, ok := a.float(); ok {
				return number(f)
			}
			return same(a)
		},
	}
}

// parse reads digits, nothing as 0.
func parse(s string) float64 {
	f, _ := strconv.ParseFloat(s, 64)
	return f
}
