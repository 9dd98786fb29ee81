package eval

import (
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var conversion = []*Function{
	{
		Name: "ipmask", Args: "mask, ip", Category: "Conversion", kinds: "t", result: textType,
		Summary:  "The bits of an IPv4 address that the mask has; null if either is no such address.",
		Examples: []Example{{`ipmask("255.255.255.0", "10.20.30.120")`, "10.20.30.0"}},
		call: func(_ *Env, args []value.Value) value.Value {
			mask, err := netip.ParseAddr(args[0].String())
			ip, err2 := netip.ParseAddr(args[1].String())
			if err != nil || err2 != nil || !mask.Is4() || !ip.Is4() {
				return value.Value{}
			}
			m, a := mask.As4(), ip.As4()
			for i := range a {
				a[i] &= m[i]
			}
			return value.OfText(netip.AddrFrom4(a).String())
		},
	},
	{
		Name: "printf", Args: "format[, value, ...]", Category: "Conversion", kinds: "t", result: textType,
		Summary:  "A text with values in it, formatted as in C: %d %i %u %o %x %X %e %E %f %F %g %G %a %A %c %s %%, with the flags - + blank # 0 and ' (commas between thousands), width and precision.",
		Nulls:    "Null if an argument is, or is no number where one is needed.",
		Examples: []Example{{`printf("%s has %d of %.2f", "a", 3, 2.5)`, "a has 3 of 2.50"}, {`printf("%05d|%-4s|%'d|%x", 42, "ab", 1234567, 255)`, "00042|ab  |1,234,567|ff"}},
		call:     printf,
	},
	{
		Name: "toarray", Args: "value", Category: "Conversion", kinds: "a", result: textType, json: true, multis: true,
		Summary:  "The values as the text of a JSON array; a text that is one stays.",
		Examples: []Example{{`toarray(split("a,b", ","))`, `["a","b"]`}, {`toarray("[1]")`, "[1]"}},
		call: func(env *Env, args []value.Value) value.Value {
			if isJSON(args[0], '[') {
				return args[0]
			}
			return env.jsonArray(args, inferKinds)
		},
	},
	{
		Name: "tobool", Args: "value", Category: "Conversion", kinds: "b", result: boolType,
		Summary:  "The condition that a text or number says: true, t, yes, y and 1, or false, f, no, n and 0, in any case; null for others.",
		Examples: []Example{{`tobool("TRUE")`, "True"}, {`tobool(0)`, "False"}, {`tobool("maybe")`, ""}},
		call: func(_ *Env, args []value.Value) value.Value {
			b, ok := spl.ParseBool(args[0].String())
			if !ok {
				return value.Value{}
			}
			return value.OfBool(b)
		},
	},
	{
		Name: "todouble", Args: "value", Category: "Conversion", kinds: "a", result: numberType,
		Summary:  "The value as a number; null if it is none.",
		Examples: []Example{{`todouble("1.50")`, "1.5"}, {`todouble("x")`, ""}},
		call: func(_ *Env, args []value.Value) value.Value {
			f, ok := args[0].Float()
			if !ok {
				return value.Value{}
			}
			return value.OfNumber(f)
		},
	},
	{
		Name: "toint", Args: "value[, base]", Category: "Conversion", kinds: "tn", result: numberType,
		Summary:  "The value as a whole number, its fraction dropped; null if it is no number.",
		Examples: []Example{{`toint("1.9")`, "1"}, {`toint("ff", 16)`, "255"}},
		call: func(env *Env, args []value.Value) value.Value {
			f, ok := tonumber(env, args).Float()
			if !ok {
				return value.Value{}
			}
			return value.OfNumber(math.Trunc(f))
		},
	},
	{
		Name: "tojson", Args: "[internal_fields]", Category: "Conversion", result: textType, json: true,
		Summary:  "All fields of the row as a JSON object; those that begin with an underscore only if the argument is true.",
		Examples: []Example{{`tojson()`, "{}"}},
		Differs:  "The fields are in the order of the columns.",
		bind: func(b *binder, c *spl.Call) node {
			b.fields = event.AllFields
			internal := constantNode(value.Value{}, nullType)
			if len(c.Args) > 0 {
				internal = b.condition(c.Args[0], c.Name)
			}
			at := b.at(c)
			return node{typ: textType, run: func(env *Env, row *event.Event) value.Value {
				all := internal.run(env, row).True()
				env.at = at
				return env.jsonOfRow(row, all)
			}}
		},
	},
	{
		Name: "tomv", Args: "value", Category: "Conversion", kinds: "a", multis: true,
		Summary:  "The elements of a JSON array as a multivalue; any other value stays.",
		Examples: []Example{{`tomv("[1,\"a\"]")`, "1\na"}, {`tomv("x")`, "x"}},
		call: func(env *Env, args []value.Value) value.Value {
			if isJSON(args[0], '[') {
				return env.jsonElements(args[0].String(), false)
			}
			return args[0]
		},
	},
	{
		Name: "tonumber", Args: "text[, base]", Category: "Conversion", kinds: "tn", result: numberType,
		Summary:  "The number that a text says in the base, 10 unless given, from 2 to 36; null if it says none.",
		Examples: []Example{{`tonumber("0A4", 16)`, "164"}, {`tonumber("1e3")`, "1000"}, {`tonumber("abc")`, ""}},
		call:     tonumber,
	},
	{
		Name: "toobject", Args: "value", Category: "Conversion", kinds: "t", result: textType, json: true,
		Summary:  "The text of a JSON object as it is; null for any other value.",
		Examples: []Example{{`toobject("{\"a\":1}")`, `{"a":1}`}, {`toobject("a")`, ""}},
		call: func(_ *Env, args []value.Value) value.Value {
			if isJSON(args[0], '{') {
				return args[0]
			}
			return value.Value{}
		},
	},
	{
		Name: "tostring", Args: "value[, format]", Category: "Conversion", kinds: "a", result: textType, each: true,
		Summary:  `The value as text: a condition as True or False, a number in one of the formats "hex", "commas" (with two decimals if it has any), "duration" (seconds as [D+]HH:MM:SS) and "binary".`,
		Nulls:    "Null.",
		Examples: []Example{{`tostring(1 = 1)`, "True"}, {`tostring(15, "hex")`, "0xF"}, {`tostring(12345.6789, "commas")`, "12,345.68"}, {`tostring(615, "duration")`, "00:10:15"}, {`tostring(9, "binary")`, "1001"}},
		bind:     bindToString,
	},
}

func tonumber(_ *Env, args []value.Value) value.Value {
	if len(args) == 1 {
		f, ok := args[0].Float()
		if !ok {
			return value.Value{}
		}
		return value.OfNumber(f)
	}
	base, ok := args[1].Float()
	if !ok || base < 2 || base > 36 || base != math.Trunc(base) {
		return value.Value{}
	}
	s := strings.TrimSpace(args[0].String())
	if base == 10 {
		f, ok := value.ParseNumber(s)
		if !ok {
			return value.Value{}
		}
		return value.OfNumber(f)
	}
	if base == 16 {
		s = strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X")
	}
	n, err := strconv.ParseInt(s, int(base), 64)
	if err != nil || strings.Contains(s, "_") {
		return value.Value{}
	}
	return value.OfNumber(float64(n))
}

var stringFormats = []string{"binary", "commas", "duration", "hex"}

func bindToString(b *binder, c *spl.Call) node {
	f := *b.find(c.Name)
	args := make([]node, len(c.Args))
	for i, x := range c.Args {
		args[i] = b.expr(x)
	}
	if len(args) > 1 {
		format := args[1].constant
		if _, ok := formatNumber(0, format.String()); format.Kind() == value.Text && !ok {
			b.fail(c.Args[1].Span(), diag.BadArgument, diag.Suggest(format.String(), stringFormats), "tostring: unknown format %q; it knows %s", format.String(), strings.Join(stringFormats, ", "))
		}
	}
	f.call = func(_ *Env, args []value.Value) value.Value {
		if len(args) == 1 {
			return value.OfText(args[0].String())
		}
		number, ok := args[0].Float()
		if !ok {
			return value.OfText(args[0].String())
		}
		if s, ok := formatNumber(number, args[1].String()); ok {
			return value.OfText(s)
		}
		return value.Value{}
	}
	return node{typ: textType, run: f.runner(b.at(c), args)}
}

// formatNumber writes a number in one of tostring's formats.
func formatNumber(f float64, format string) (string, bool) {
	whole := int64(max(-1<<62, min(1<<62, f)))
	switch format {
	case "hex":
		if f < 0 {
			return "-0x" + strings.ToUpper(strconv.FormatInt(-whole, 16)), true
		}
		return "0x" + strings.ToUpper(strconv.FormatInt(whole, 16)), true
	case "binary":
		return strconv.FormatInt(whole, 2), true
	case "commas":
		if f != math.Trunc(f) {
			return withCommas(strconv.FormatFloat(roundPlaces(f, 2), 'f', 2, 64)), true
		}
		return withCommas(strconv.FormatFloat(f, 'f', 0, 64)), true
	case "duration":
		return duration(f), true
	}
	return "", false
}

// withCommas puts commas between the thousands of a decimal number.
func withCommas(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		sign, s = s[:1], s[1:]
	}
	digits := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		digits = len(s)
	}
	var b strings.Builder
	b.WriteString(sign)
	for i := range digits {
		if i > 0 && (digits-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(s[i])
	}
	b.WriteString(s[digits:])
	return b.String()
}

// duration writes seconds as [D+]HH:MM:SS, with six decimals if there is a
// fraction.
func duration(f float64) string {
	if math.IsNaN(f) || math.Abs(f) > 1e15 {
		return value.FormatNumber(f)
	}
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	micros := int64(math.Round(f * 1e6))
	seconds, fraction := micros/1_000_000, micros%1_000_000
	days := seconds / 86_400
	out := make([]byte, 0, 24)
	out = append(out, sign...)
	if days > 0 {
		out = append(strconv.AppendInt(out, days, 10), '+')
	}
	for i, n := range []int64{seconds / 3600 % 24, seconds / 60 % 60, seconds % 60} {
		if i > 0 {
			out = append(out, ':')
		}
		out = append(out, byte('0'+n/10), byte('0'+n%10))
	}
	if fraction > 0 {
		digits := strconv.FormatInt(1_000_000+fraction, 10)
		out = append(append(out, '.'), digits[1:]...)
	}
	return string(out)
}
