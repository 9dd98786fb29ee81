package eval

import (
	"strings"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var text = []*Function{
	{
		Name: "len", Args: "text", Category: "Text", kinds: "t", result: numberType,
		Summary:  "The number of characters of the text; null for a multivalue.",
		Examples: []Example{{`len("buttercup")`, "9"}, {`len("é€")`, "2"}},
		call: func(_ *Env, args []value.Value) value.Value {
			return value.OfInt(value.RuneCount(args[0].String()))
		},
	},
	{
		Name: "lower", Args: "text", Category: "Text", kinds: "t", result: textType, each: true,
		Summary:  "The text in lower case; of a multivalue every value.",
		Examples: []Example{{`lower("aB")`, "ab"}, {`lower(split("A,B", ","))`, "a\nb"}},
		call:     onText(strings.ToLower),
	},
	{
		Name: "ltrim", Args: "text[, characters]", Category: "Text", kinds: "t", result: textType,
		Summary:  "The text without any of the characters, blanks and tabs unless given, at its beginning; null for a multivalue.",
		Examples: []Example{{`ltrim(" ZZZZabcZZ ", " Z")`, "abcZZ "}},
		call:     trimmer(strings.TrimLeft),
	},
	{
		Name: "replace", Args: "text, regex, replacement", Category: "Text", kinds: "t", result: textType, each: true,
		Summary:  `The text with every match of the regular expression replaced; \1 to \9 in the replacement are what the groups matched. Of a multivalue every value.`,
		Examples: []Example{{`replace("1/14/2023", "^(\d{1,2})/(\d{1,2})/", "\2/\1/")`, "14/1/2023"}, {`replace("banana", "a", "o")`, "bonono"}},
		bind:     bindReplace,
	},
	{
		Name: "rtrim", Args: "text[, characters]", Category: "Text", kinds: "t", result: textType,
		Summary:  "The text without any of the characters, blanks and tabs unless given, at its end; null for a multivalue.",
		Examples: []Example{{`rtrim(" abcZZ ", " Z")`, " abc"}},
		call:     trimmer(strings.TrimRight),
	},
	{
		Name: "spath", Args: "text, path", Category: "Text", kinds: "t",
		Summary:  "The values at a path in a JSON or XML text, as the spath command finds them; null for a multivalue.",
		Examples: []Example{{`spath("{\"a\":[{\"b\":1},{\"b\":2}]}", "a{}.b")`, "1\n2"}, {`spath("<a><b c=\"x\">1</b></a>", "a.b{@c}")`, "x"}},
		call: func(env *Env, args []value.Value) value.Value {
			v, ok := spath(args[0].String(), args[1].String())
			if !ok {
				return env.tooLarge()
			}
			return v
		},
	},
	{
		Name: "substr", Args: "text, start[, length]", Category: "Text", kinds: "tn", result: textType,
		Summary:  "A part of the text: from the character at start, counted from 1, or from the end if negative; to the end unless a length is given. Null for a multivalue.",
		Examples: []Example{{`substr("string", 1, 3)`, "str"}, {`substr("string", -3)`, "ing"}, {`substr("string", 0, 2)`, "st"}},
		call:     substr,
	},
	{
		Name: "trim", Args: "text[, characters]", Category: "Text", kinds: "t", result: textType,
		Summary:  "The text without any of the characters, blanks and tabs unless given, at both ends; null for a multivalue.",
		Examples: []Example{{`trim(" ZZZZabcZZ ", " Z")`, "abc"}},
		call:     trimmer(strings.Trim),
	},
	{
		Name: "upper", Args: "text", Category: "Text", kinds: "t", result: textType, each: true,
		Summary:  "The text in upper case; of a multivalue every value.",
		Examples: []Example{{`upper("aB")`, "AB"}},
		call:     onText(strings.ToUpper),
	},
	{
		Name: "urldecode", Args: "text", Category: "Text", kinds: "t", result: textType,
		Summary:  "The text with its %XX escapes resolved; malformed ones and plus signs stay. Null for a multivalue.",
		Examples: []Example{{`urldecode("http%3A%2F%2Fexample.com%2F?a+b%zz")`, "http://example.com/?a+b%zz"}},
		call:     onText(urldecode),
	},
}

// onText makes a function of one text.
func onText(f func(string) string) func(*Env, []value.Value) value.Value {
	return func(_ *Env, args []value.Value) value.Value { return value.OfText(f(args[0].String())) }
}

func trimmer(trim func(s, cutset string) string) func(*Env, []value.Value) value.Value {
	return func(_ *Env, args []value.Value) value.Value {
		characters := " \t"
		if len(args) > 1 {
			characters = args[1].String()
		}
		return value.OfText(trim(args[0].String(), characters))
	}
}

func substr(_ *Env, args []value.Value) value.Value {
	s := args[0].String()
	start, ok := args[1].Float()
	if !ok {
		return value.Value{}
	}
	if start < 0 {
		start = max(0, float64(value.RuneCount(s))+float64(int(start)))
	} else {
		start = max(0, start-1)
	}
	s = s[characterOffset(s, start):]
	if len(args) > 2 {
		length, ok := args[2].Float()
		if !ok {
			return value.Value{}
		}
		s = s[:characterOffset(s, length)]
	}
	return value.OfText(s)
}

// characterOffset returns the offset in bytes of the n-th character of s, from
// 0, at most the length of s.
func characterOffset(s string, n float64) int {
	at := 0
	for ; n >= 1 && at < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at
}

func urldecode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if high, low := hexDigit(s[i+1]), hexDigit(s[i+2]); high >= 0 && low >= 0 {
				out = append(out, byte(high<<4|low))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// bindReplace binds replace, whose pattern is compiled once if it is a
// literal.
func bindReplace(b *binder, c *spl.Call) node {
	f := b.find(c.Name)
	pattern := b.pattern(c, 1)
	args := []node{b.argument(f, 0, c.Args[0]), b.argument(f, 2, c.Args[2])}
	call := *f
	call.call = func(env *Env, args []value.Value) value.Value {
		// The pattern was put behind the arguments.
		re := pattern.compiled(env, args[2].String())
		if re == nil {
			return value.Value{}
		}
		hits := re.LimitHits()
		out, ok := re.ReplaceWithin(args[0].String(), args[1].String(), 0, maxText)
		pattern.watch(env, re, hits)
		if !ok {
			return env.tooLarge()
		}
		return value.OfText(out)
	}
	return node{typ: textType, run: call.runner(b.at(c), append(args, pattern.node))}
}
