package oracle

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/pugmark/pugmark/internal/spl"
)

// timeFunctions read, show and shift times in epoch seconds.
func timeFunctions() map[string]function {
	return map[string]function{
		"now": {0, 0, numberForm, func(s scope, _ []spl.Expr) val { return number(epoch(s.x.options.Now)) }},
		"relative_time": {2, 2, numberForm, func(s scope, args []spl.Expr) val {
			t, ok := s.eval(args[0]).float()
			modifier, modifierOK := s.eval(args[1]).single()
			if !ok || !modifierOK {
				return nil
			}
			at, err := relativeTime(fromEpoch(t, s.x.options.Location), modifier)
			if err != nil {
				return nil
			}
			return number(epoch(at))
		}},
		"strftime": {2, 2, textForm, func(s scope, args []spl.Expr) val {
			t, ok := s.eval(args[0]).float()
			form, formOK := s.eval(args[1]).single()
			if !ok || !formOK {
				return nil
			}
			return text(strftime(fromEpoch(t, s.x.options.Location), form))
		}},
		"strptime": {2, 2, numberForm, func(s scope, args []spl.Expr) val {
			written, ok := s.eval(args[0]).single()
			form, formOK := s.eval(args[1]).single()
			if !ok || !formOK {
				return nil
			}
			t, ok := strptime(written, form, s.x.options.Location, s.x.options.Now)
			if !ok {
				return nil
			}
			seconds := epoch(t)
			return val{{kind: isNumber, num: seconds, text: strconv.FormatFloat(seconds, 'f', 6, 64)}}
		}},
	}
}

// epoch returns a time in seconds, exact to the microsecond.
func epoch(t time.Time) float64 {
	return float64(t.Unix()) + float64(t.Nanosecond()/1000)/1e6
}

// fromEpoch is the other way round.
func fromEpoch(f float64, location *time.Location) time.Time {
	if location == nil {
		location = time.UTC
	}
	whole := math.Floor(f)
	return time.Unix(int64(whole), int64(math.Round((f-whole)*1e6))*1000).In(location)
}

// strftime shows a time.
func strftime(t time.Time, form string) string {
	var out []byte
	for i := 0; i < len(form); i++ {
		if form[i] != '%' || i+1 == len(form) {
			out = append(out, form[i])
			continue
		}
		i++
		digits := 0
		if d := form[i]; d >= '1' && d <= '9' && i+1 < len(form) && (form[i+1] == 'N' || form[i+1] == 'Q') {
			digits = int(d - '0')
			i++
		}
		colon := form[i] == ':' && i+1 < len(form) && form[i+1] == 'z'
		if colon {
			i++
		}
		out = append(out, directive(t, form[i], digits, colon)...)
	}
	return string(out)
}

func directive(t time.Time, letter byte, digits int, colon bool) string {
	switch letter {
	case 'Y':
		return strconv.Itoa(t.Year())
	case 'y':
		return fmt.Sprintf("%02d", t.Year()%100)
	case 'm':
		return fmt.Sprintf("%02d", t.Month())
	case 'd':
		return fmt.Sprintf("%02d", t.Day())
	case 'e':
		return fmt.Sprintf("%2d", t.Day())
	case 'H':
		return fmt.Sprintf("%02d", t.Hour())
	case 'I':
		return fmt.Sprintf("%02d", (t.Hour()+11)%12+1)
	case 'M':
		return fmt.Sprintf("%02d", t.Minute())
	case 'S':
		return fmt.Sprintf("%02d", t.Second())
	case 'p':
		return t.Format("PM")
	case 'a':
		return t.Format("Mon")
	case 'A':
		return t.Format("Monday")
	case 'b':
		return t.Format("Jan")
	case 'B':
		return t.Format("January")
	case 'j':
		return fmt.Sprintf("%03d", t.YearDay())
	case 'w':
		return strconv.Itoa(int(t.Weekday()))
	case 'u':
		return strconv.Itoa((int(t.Weekday())+6)%7 + 1)
	case 'V':
		_, week := t.ISOWeek()
		return fmt.Sprintf("%02d", week)
	case 'U':
		return fmt.Sprintf("%02d", (t.YearDay()+6-int(t.Weekday()))/7)
	case 'Z':
		return t.Format("MST")
	case 'z':
		if colon {
			return t.Format("-07:00")
		}
		return t.Format("-0700")
	case 's':
		return strconv.FormatInt(t.Unix(), 10)
	case 'T', 'X':
		return t.Format("15:04:05")
	case 'F':
		return t.Format("2006-01-02")
	case 'D', 'x':
		return t.Format("01/02/06")
	case 'c':
		return t.Format("Mon Jan _2 15:04:05 2006")
	case 'N', 'Q':
		if digits == 0 {
			digits = map[byte]int{'N': 9, 'Q': 3}[letter]
		}
		return fmt.Sprintf("%09d", t.Nanosecond())[:digits]
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case '%':
		return "%"
	}
	return "%" + string(letter)
}
