package command

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var extract = &Spec{
	Name:    "extract",
	Aliases: []string{"kv"},
	Syntax:  `extract [pairdelim="<chars>" kvdelim="<chars>"] [auto=<bool>] [limit=<n>] [maxchars=<n>] [mv_add=<bool>] [clean_keys=<bool>] [keep_empty_vals=<bool>]`,
	Summary: "Extract fields from pairs such as key=value in _raw.",
	Details: `pairdelim are the characters that separate pairs, kvdelim those between a key and its value; \n and \t may be written. Without them, or with auto=true, key=value pairs are found wherever they stand. A value may stand in double quotes. A field that is there already keeps its value, and of several values of a key the first counts, unless mv_add is true, which adds them all. clean_keys, on unless turned off, replaces what is neither letter nor digit in a key by an underscore and drops those at its beginning. At most limit pairs, 50 by default, in the first maxchars bytes, 10,240 by default, are read; 0 is no limit.`,
	Differs: `Named extractions of transforms.conf do not exist here, and reload and segment have no effect.`,
	Examples: []string{
		"search * | extract",
		`search * | extract pairdelim="|;" kvdelim="=:" auto=f`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := extractOp{limit: 50, maxChars: 10_240, cleanKeys: true}
		var ignored bool
		a.Bool("reload", &ignored)
		a.Bool("segment", &ignored)
		a.Text("pairdelim", &op.pairDelim)
		hasDelims := a.Text("kvdelim", &op.kvDelim)
		if hasDelims != (op.pairDelim != "") || hasDelims && op.kvDelim == "" {
			a.Fail(a.Span(), diag.MissingArgument, "", "pairdelim and kvdelim are given together")
		}
		op.auto = !hasDelims
		a.Bool("auto", &op.auto)
		a.Count("limit", &op.limit)
		a.Count("maxchars", &op.maxChars)
		a.Bool("mv_add", &op.mvAdd)
		a.Bool("clean_keys", &op.cleanKeys)
		a.Bool("keep_empty_vals", &op.keepEmpty)
		for a.Take(",") { // an example of Splunk's separates options by commas
		}
		if t := a.Peek(); t.Kind == spl.Word && a.PeekAt(1).Kind != spl.Punct {
			a.Fail(t.Span, diag.UnsupportedArgument, "use rex with its regular expression", "%s: named extractions of transforms.conf do not exist here", t.Text)
		}
		return op, a.End()
	},
}

type extractOp struct {
	pairDelim, kvDelim string
	auto               bool
	limit, maxChars    int
	mvAdd              bool
	cleanKeys          bool
	keepEmpty          bool
}

// Opens tells that the text names the fields.
func (op extractOp) Opens() bool { return true }

func (op extractOp) String() string {
	s := "extract"
	if op.kvDelim != "" {
		s += " pairdelim=" + spl.Quote(op.pairDelim) + " kvdelim=" + spl.Quote(op.kvDelim)
	}
	s += " auto=" + strconv.FormatBool(op.auto) + " limit=" + strconv.Itoa(op.limit) + " maxchars=" + strconv.Itoa(op.maxChars)
	s += flag("mv_add", op.mvAdd) + flag("keep_empty_vals", op.keepEmpty)
	if !op.cleanKeys {
		s += " clean_keys=false"
	}
	return s
}

func (op extractOp) Kind() plan.Kind                  { return plan.Streaming }
func (op extractOp) Needs(wanted event.Set) event.Set { return wanted.With("_raw") }

func (op extractOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	escapes := strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r")
	pairDelim, kvDelim := escapes.Replace(op.pairDelim), escapes.Replace(op.kvDelim)
	return changeRows(next, func(e *event.Event) {
		text := e.Get("_raw").String()
		if op.maxChars > 0 && len(text) > op.maxChars {
			text = text[:op.maxChars]
		}
		x := extraction{op: op, event: e}
		if kvDelim != "" {
			x.delimited(text, pairDelim, kvDelim)
		}
		if op.auto {
			x.automatic(text)
		}
	}), nil
}

// extraction is the pairs of one event.
type extraction struct {
	op    extractOp
	event *event.Event
	fresh []string // fields that the command made
	pairs int
}

// full reports whether the limit of pairs is reached.
func (x *extraction) full() bool { return x.op.limit > 0 && x.pairs >= x.op.limit }

func (x *extraction) add(key, text string) {
	if x.op.cleanKeys {
		key = cleanKey(key)
	}
	if key == "" || text == "" && !x.op.keepEmpty {
		return
	}
	x.pairs++
	v := x.event.Get(key)
	switch {
	case v.IsNull():
		x.fresh = append(x.fresh, key)
		x.event.Set(key, value.OfText(text))
	case x.op.mvAdd && slices.Contains(x.fresh, key):
		x.event.Set(key, value.OfList([]value.Value{v, value.OfText(text)}))
	}
}

func cleanKey(key string) string {
	key = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, key)
	return strings.TrimLeft(key, "_")
}

// delimited reads pairs between any of the pair delimiters.
func (x *extraction) delimited(text, pairDelim, kvDelim string) {
	for text != "" && !x.full() {
		end := endOfPair(text, pairDelim)
		pair := text[:end]
		text = text[min(len(text), end+1):]
		i := strings.IndexAny(pair, kvDelim)
		if i < 0 {
			continue
		}
		x.add(strings.TrimSpace(pair[:i]), unquote(strings.TrimSpace(strings.TrimLeft(pair[i:], kvDelim))))
	}
}

// endOfPair returns where the first delimiter outside quotes is.
func endOfPair(text, delims string) int {
	quoted := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(delims, text[i]) >= 0:
			return i
		}
	}
	return len(text)
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// automatic finds key=value pairs: a key is a run of word characters, dots,
// dashes and colons, a value one in quotes or up to a separator.
func (x *extraction) automatic(text string) {
	from := 0
	for !x.full() {
		i := strings.IndexByte(text[from:], '=')
		if i < 0 {
			return
		}
		equals := from + i
		start := equals
		for start > from && isKeyByte(text[start-1]) {
			start--
		}
		key := text[start:equals]
		rest := text[equals+1:]
		from = equals + 1
		if strings.HasPrefix(rest, `"`) {
			end := strings.IndexByte(rest[1:], '"')
			if end < 0 {
				return
			}
			x.add(key, rest[1:1+end])
			from += end + 2
			continue
		}
		end := strings.IndexAny(rest, " ,;&|\t\r\n\"'")
		if end < 0 {
			end = len(rest)
		}
		x.add(key, rest[:end])
		from += end
	}
}

func isKeyByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("_.-:", c) >= 0
}
