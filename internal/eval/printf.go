package eval

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/value"
)

// maxWidth bounds the width and precision of a conversion.
const maxWidth = 4096

// verb is one conversion of a printf format.
type verb struct {
	minus, plus, blank, sharp, zero, commas bool

	width, precision int // precision -1 if not given
	letter           byte
}

// printf is printf(format, value…).
func printf(env *Env, args []value.Value) value.Value {
	format, rest := args[0].String(), args[1:]
	var out builder
	for format != "" {
		i := strings.IndexByte(format, '%')
		if i < 0 {
			i = len(format)
		}
		if out.full(i) {
			return env.tooLarge()
		}
		out.WriteString(format[:i])
		if format = format[i:]; format == "" {
			break
		}
		v, n, ok := readVerb(format, &rest)
		if !ok {
			return value.Value{}
		}
		format = format[n:]
		text, ok := v.convert(&rest)
		if !ok {
			return value.Value{}
		}
		if out.full(len(text) + v.width) {
			return env.tooLarge()
		}
		out.WriteString(v.padded(text))
	}
	return value.OfText(out.String())
}

// readVerb reads the conversion at the beginning of format, which begins with
// a percent sign. A star takes its number from the arguments.
func readVerb(format string, args *[]value.Value) (v verb, n int, ok bool) {
	v.precision = -1
	n = 1
	for n < len(format) && v.flag(format[n]) {
		n++
	}
	number := func() (int, bool) {
		if n < len(format) && format[n] == '*' {
			n++
			f, ok := takeNumber(args)
			return int(max(-maxWidth, min(maxWidth, f))), ok
		}
		start := n
		for n < len(format) && format[n] >= '0' && format[n] <= '9' {
			n++
		}
		i, err := strconv.Atoi("0" + format[start:n])
		return i, err == nil && i <= maxWidth
	}
	if v.width, ok = number(); !ok {
		return v, n, false
	}
	if v.width < 0 {
		v.minus, v.width = true, -v.width
	}
	if n < len(format) && format[n] == '.' {
		n++
		if v.precision, ok = number(); !ok {
			return v, n, false
		}
	}
	for n < len(format) && strings.IndexByte("hlLqjzt", format[n]) >= 0 {
		n++ // lengths of C's types mean nothing here
	}
	if n == len(format) {
		return v, n, false
	}
	v.letter = format[n]
	return v, n + 1, true
}

// flag sets a flag, if c is one.
func (v *verb) flag(c byte) bool {
	switch c {
	case '-':
		v.minus = true
	case '+':
		v.plus = true
	case ' ':
		v.blank = true
	case '#':
		v.sharp = true
	case '0':
		v.zero = true
	case '\'':
		v.commas = true
	default:
		return false
	}
	return true
}

func take(args *[]value.Value) (value.Value, bool) {
	if len(*args) == 0 {
		return value.Value{}, false
	}
	v := (*args)[0]
	*args = (*args)[1:]
	return v, true
}

func takeNumber(args *[]value.Value) (float64, bool) {
	v, ok := take(args)
	if !ok {
		return 0, false
	}
	return v.Float()
}

// convert formats the next argument, without padding it.
func (v *verb) convert(args *[]value.Value) (string, bool) {
	switch v.letter {
	case '%':
		return "%", true
	case 's':
		arg, ok := take(args)
		s := arg.String()
		if v.precision >= 0 {
			s = s[:characterOffset(s, float64(v.precision))]
		}
		v.zero = false
		return s, ok
	case 'c':
		arg, ok := take(args)
		v.zero = false
		if f, number := arg.Float(); number && arg.Kind() == value.Number {
			return string(rune(f)), ok
		}
		s := arg.String()
		return s[:characterOffset(s, 1)], ok
	}
	f, ok := takeNumber(args)
	if !ok {
		return "", false
	}
	switch v.letter {
	case 'd', 'i':
		return v.signed(v.integer(f, 10), f < 0), true
	case 'u':
		return v.integer(math.Abs(f), 10), true
	case 'o':
		return v.prefixed("0", v.integer(f, 8)), true
	case 'x':
		return v.prefixed("0x", v.integer(f, 16)), true
	case 'X':
		return v.prefixed("0X", strings.ToUpper(v.integer(f, 16))), true
	case 'e', 'E', 'f', 'F', 'g', 'G', 'a', 'A':
		return v.signed(v.float(math.Abs(f)), math.Signbit(f)), true
	}
	return "", false
}

// integer writes the size of f in a base, with at least as many digits as the
// precision says.
func (v *verb) integer(f float64, base int) string {
	n := uint64(min(math.Abs(math.Trunc(f)), 1<<63))
	s := strconv.FormatUint(n, base)
	if v.precision >= 0 {
		v.zero = false
		s = strings.Repeat("0", max(0, v.precision-len(s))) + s
	}
	if v.commas && base == 10 {
		s = withCommas(s)
	}
	return s
}

func (v *verb) float(f float64) string {
	precision := v.precision
	if precision < 0 {
		precision = 6
	}
	var s string
	switch v.letter {
	case 'e', 'E':
		s = strconv.FormatFloat(f, 'e', precision, 64)
	case 'f', 'F':
		s = strconv.FormatFloat(f, 'f', precision, 64)
		if v.commas {
			s = withCommas(s)
		}
	case 'g', 'G':
		s = general(f, max(1, precision), v.sharp)
	default:
		s = strconv.FormatFloat(f, 'x', v.precision, 64)
	}
	if v.letter < 'a' {
		s = strings.ToUpper(s)
	}
	return s
}

// general is C's %g: precision significant digits without trailing zeros, with
// an exponent only where that is shorter.
func general(f float64, precision int, keepZeros bool) string {
	scientific := strconv.FormatFloat(f, 'e', precision-1, 64)
	mantissa, exponent, _ := strings.Cut(scientific, "e")
	e, err := strconv.Atoi(exponent)
	if err != nil || e < -4 || e >= precision {
		if !keepZeros && strings.Contains(mantissa, ".") {
			mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		}
		if err != nil {
			return scientific
		}
		return mantissa + "e" + exponent
	}
	s := strconv.FormatFloat(f, 'f', precision-1-e, 64)
	if !keepZeros && strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// signed puts the sign before a number.
func (v *verb) signed(s string, negative bool) string {
	switch {
	case negative:
		return "-" + s
	case v.plus:
		return "+" + s
	case v.blank:
		return " " + s
	}
	return s
}

func (v *verb) prefixed(prefix, s string) string {
	if v.sharp && s != "0" {
		return prefix + s
	}
	return s
}

// padded brings a text to the width, with zeros behind the sign or with
// blanks.
func (v *verb) padded(s string) string {
	missing := v.width - utf8.RuneCountInString(s)
	switch {
	case missing <= 0:
		return s
	case v.minus:
		return s + strings.Repeat(" ", missing)
	case v.zero && v.letter != '%':
		sign := len(s) - len(strings.TrimLeft(s, "+- "))
		if strings.HasPrefix(s[sign:], "0x") || strings.HasPrefix(s[sign:], "0X") {
			sign += 2
		}
		return s[:sign] + strings.Repeat("0", missing) + s[sign:]
	}
	return strings.Repeat(" ", missing) + s
}
