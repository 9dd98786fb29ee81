package eval

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/event"
)

// Source: Splunk, spath.
func TestSpathJSON(t *testing.T) {
	t.Parallel()
	const policy = `{"Version":"1.0", "Statement":[ {"Effect":"Allow","Action":["a","b"]}, {"Effect":"Deny","Action":"c"} ],
		"n":1.0, "e":1e5, "t":true, "z":null, "s":"", "x-y":{"a.b":{"c":7}}, "m":[[1,2],[3]], "q":"\"\u00e9\n", "o":{}, "dup":1, "dup":2, "":{"":9}}`
	for path, want := range map[string]string{
		"Version":              "1.0",
		"Statement{}.Effect":   "Allow\nDeny",
		"Statement{1}.Effect":  "Deny",
		"Statement{2}.Effect":  "",
		"Statement{}":          `{"Effect":"Allow","Action":["a","b"]}` + "\n" + `{"Effect":"Deny","Action":"c"}`,
		"Statement{0}":         `{"Effect":"Allow","Action":["a","b"]}`,
		"Statement":            `[ {"Effect":"Allow","Action":["a","b"]}, {"Effect":"Deny","Action":"c"} ]`,
		"Statement{}.Action":   `["a","b"]` + "\nc",
		"Statement{}.Action{}": "a\nb\nc",
		"Statement.Effect":     "",
		"Version{}":            "1.0",
		"Version{0}":           "1.0",
		"Version{1}":           "",
		"x-y{}.a.b{}.c{}":      "7",
		"x-y.a.b.c":            "7",
		"x-y.a":                "",
		"m{}{}":                "1\n2\n3",
		"m{0}{1}":              "2",
		"m{}":                  "[1,2]\n[3]",
		"n":                    "1.0",
		"e":                    "1e5",
		"t":                    "true",
		"z":                    "null",
		"q":                    "\"é\n",
		"o":                    "{}",
		"dup":                  "1\n2",
		"nope":                 "",
		"Statement{":           "",
		"Statement{x}":         "",
		"":                     "",
	} {
		if got := show(Spath(policy, path)); got != want {
			t.Errorf("Spath(%q) = %q, want %q", path, got, want)
		}
	}
	if v := Spath(policy, "s"); v.IsNull() {
		t.Error("an empty text is null")
	}
	for text, want := range map[string]string{
		`[{"a":1},{"a":2}]`:    "1\n2",
		` {"a":1}`:             "1",
		`x{"a":1}`:             "",
		`{"a":1`:               "1",
		`[{"a":1},{"a":`:       "1", // what is before the fault is read
		`[{"a":tru}]`:          "",
		`[{"b":{"a":3}},4]`:    "",
		`[{"a":{"b":[1,"]"]}}`: `{"b":[1,"]"]}`,
		`[{"a":{"b":[1}]}]`:    "",
		``:                     "",
		strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000): "",
	} {
		if got := show(Spath(text, "{}.a")); got != want {
			t.Errorf("Spath(%.40q, {}.a) = %q, want %q", text, got, want)
		}
	}
	deep := strings.Repeat(`{"a":`, 500) + "1" + strings.Repeat(`}`, 500)
	if got := show(Spath(deep, strings.TrimPrefix(strings.Repeat(".a", 500), "."))); got != "" {
		t.Errorf("500 levels gave %q", got)
	}
}

func TestSpathXML(t *testing.T) {
	t.Parallel()
	const book = `<?xml version="1.0" encoding="latin-1"?><library><book year="1912" ns:lang="en"><title>A &amp; B</title><author><last>X</last></author></book>
		<book year="1920"><title><![CDATA[<C>]]></title><empty/></book><ns:n>1</ns:n></library>`
	for path, want := range map[string]string{
		"library.book.title":             "A & B\n<C>",
		"library.book{2}.title":          "<C>",
		"library.book{3}.title":          "",
		"library.book{0}.title":          "",
		"library.book{}.title":           "A & B\n<C>",
		"library.book{@year}":            "1912\n1920",
		"library.book{1}{@year}":         "1912",
		"library.book{@ns:lang}":         "en",
		"library.book.author":            "<last>X</last>",
		"library.book{1}.author.last{1}": "X",
		"library.ns:n":                   "1",
		"book.title":                     "",
		"library.book.empty":             "",
		"library{@year}.book":            "",
		"library.book{x}":                "",
		"library.book{":                  "",
	} {
		if got := show(Spath(book, path)); got != want {
			t.Errorf("Spath(%q) = %q, want %q", path, got, want)
		}
	}
	for _, text := range []string{"<a>", "<", "<a></b>", "<a><b>x</a>", "</a>", "<!DOCTYPE x [<!ENTITY e 'x'>]><a>&e;</a>", strings.Repeat("<a>", 5000)} {
		_ = Spath(text, "a.b")
		_, _ = SpathAll(text)
	}
}

func TestSpathAll(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"x":{"y":"z"},"n":5,"l":[{"k":1},{"k":2}]}`:   "x.y=z n=5 l{}.k=1,2",
		`<r><a id="1">x</a><a id="2">y<b>z</b></a></r>`: "r.a{@id}=1,2 r.a=x,y r.a.b=z",
		`<r>` + strings.Repeat("<i/>", 3) + `</r>`:      "",
		`no`:                  "",
		`{no`:                 "",
		`{"a":1,"b":`:         "a=1",
		`  <r><v> 1 </v></r>`: "r.v= 1 ",
	} {
		fields, ok := SpathAll(text)
		var parts []string
		for _, f := range fields {
			parts = append(parts, f.Name+"="+strings.Join(f.Value.Texts(), ","))
		}
		if got := strings.Join(parts, " "); got != want || ok != (want != "") {
			t.Errorf("SpathAll(%s) = %q, %v, want %q", text, got, ok, want)
		}
	}
}

// The names that SpathAll gives are paths to the same values.
func TestSpathAllNamesArePaths(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"a":{"b":[{"c":1,"d":[2,3]},{"c":"x"}]},"e":null,"f-g":[[true],[false,"\u0041"]]}`,
		`<r a="1"><b c="2">3</b><b>4</b><d><e>5</e></d></r>`,
	} {
		fields, ok := SpathAll(text)
		if !ok {
			t.Fatal(text)
		}
		for _, f := range fields {
			if diff := cmp.Diff(f.Value.Texts(), Spath(text, f.Name).Texts()); diff != "" {
				t.Errorf("%s: %s", f.Name, diff)
			}
		}
	}
}

func FuzzSpath(f *testing.F) {
	f.Add(`{"a":[{"b":1},{"b":"\u00e9"}]}`, "a{}.b")
	f.Add(`<a x="1"><b>2</b></a>`, "a{@x}")
	f.Add(`[[1,[2]]]`, "{}{1}{}")
	f.Fuzz(func(t *testing.T, text, path string) {
		if v := Spath(text, path); v.Len() > len(text)+1 {
			t.Errorf("%d values in a text of %d bytes", v.Len(), len(text))
		}
		fields, _ := SpathAll(text)
		event.SortFields(fields)
		env := newTestEnv()
		if n, ok := env.parseJSON(text); ok {
			var w jsonWriter
			n.write(&w)
			if again, ok := env.parseJSON(w.String()); !ok || len(again.items) != len(n.items) {
				t.Errorf("%q is written as %q", text, w.String())
			}
		}
	})
}
