package event_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// fieldMap gives the values of fields by name.
func fieldMap(fields []event.Field) map[string][]string {
	m := make(map[string][]string, len(fields))
	for _, f := range fields {
		m[f.Name] = f.Value.Texts()
	}
	return m
}

func TestFlattenJSON(t *testing.T) {
	t.Parallel()
	type fields = map[string][]string
	tests := []struct {
		name, text string
		want       fields
	}{
		{"nested objects", `{"a":{"b":{"c":"x"}}}`, fields{"a.b.c": {"x"}}},
		{"an array", `{"a":["x","y"]}`, fields{"a{}": {"x", "y"}}},
		{"objects in an array", `{"a":[{"b":"x"},{"b":"y","c":"z"}]}`, fields{"a{}.b": {"x", "y"}, "a{}.c": {"z"}}},
		{"arrays in objects in an array", `{"a":[{"b":[{"c":1}]},{"b":[{"c":2},{"c":3}]}]}`, fields{"a{}.b{}.c": {"1", "2", "3"}}},
		{"an array of arrays", `{"a":[[1,2],[3]]}`, fields{"a{}{}": {"1", "2", "3"}}},
		{"a top-level array", `[{"a":1},{"a":2}]`, fields{"{}.a": {"1", "2"}}},
		{"a top-level array of values", `[1,"x"]`, fields{"{}": {"1", "x"}}},
		{"a name as value and as array", `{"a":[1,{"a":2}],"b":1}`, fields{"a{}": {"1"}, "a{}.a": {"2"}, "b": {"1"}}},
		{"duplicate keys append", `{"a":1,"b":2,"a":3}`, fields{"a": {"1", "3"}, "b": {"2"}}},
		{"a key with a dot is like nesting", `{"a.b":1,"a":{"b":2}}`, fields{"a.b": {"1", "2"}}},
		{"a key with braces is like an array", `{"a{}":1,"a":[2]}`, fields{"a{}": {"1", "2"}}},
		{"keys with other characters", `{"x-amz-acl":"private","a b":1,"$x":{"@y":2}}`, fields{"x-amz-acl": {"private"}, "a b": {"1"}, "$x.@y": {"2"}}},
		{"null is the text null", `{"a":null,"b":[null,1]}`, fields{"a": {"null"}, "b{}": {"null", "1"}}},
		{"truth values", `{"a":true,"b":false}`, fields{"a": {"true"}, "b": {"false"}}},
		{"numbers as written", `{"a":1.0,"b":1e5,"c":-0,"d":12345678901234567890,"e":1E+2}`, fields{"a": {"1.0"}, "b": {"1e5"}, "c": {"-0"}, "d": {"12345678901234567890"}, "e": {"1E+2"}}},
		{"empty text is a value", `{"a":""}`, fields{"a": {""}}},
		{"an empty object or array is no field", `{"a":{},"b":[],"c":[{}],"d":[[]]}`, fields{}},
		{"escapes", `{"a":"\"\\\/\b\f\n\r\t","\u0061b":"\u00e9"}`, fields{"a": {"\"\\/\b\f\n\r\t"}, "ab": {"é"}}},
		{"surrogates", `{"a":"\ud83d\ude00","b":"\ud83d","c":"\ude00x","d":"\ud83d\u0041"}`, fields{"a": {"😀"}, "b": {"\ufffd"}, "c": {"\ufffdx"}, "d": {"\ufffdA"}}},
		{"escapes that JSON does not have stay", `{"a":"C:\Users\x","b":"\u12"}`, fields{"a": {`C:\Users\x`}, "b": {`\u12`}}},
		{"white space", " {\n\t\"a\" : [ 1 , 2 ] ,\r\n \"b\" : { } } ", fields{"a{}": {"1", "2"}}},
		{"a value by itself has no name", `"x"`, fields{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, problem := event.FlattenJSON([]byte(tt.text))
			if problem != "" {
				t.Errorf("problem: %s", problem)
			}
			if diff := cmp.Diff(tt.want, fieldMap(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestFlattenJSONKeepsTheOrderOfTheDocument(t *testing.T) {
	t.Parallel()
	fields, _ := event.FlattenJSON([]byte(`{"z":1,"a":{"y":2},"m":[3],"z":4}`))
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"z", "a.y", "m{}"}, names); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What came before a fault is kept and the fault told with its place.
func TestFlattenJSONKeepsWhatItRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text, want, problem string
	}{
		{`{"a":1,"b":}`, "a=1", "a value was expected at byte 11 of the record"},
		{`{"a":1,"b"`, "a=1", "a colon was expected at byte 10 of the record"},
		{`{"a":1,`, "a=1", "a key was expected at byte 7 of the record"},
		{`{"a":1,}`, "a=1", "a key was expected at byte 7 of the record"},
		{`{"a":1 "b":2}`, "a=1", "a comma or } was expected at byte 7 of the record"},
		{`{"a":[1,2}`, "a{}=1 a{}=2", "a comma or ] was expected at byte 9 of the record"},
		{`{"a":1,"b":12`, "a=1", "the record ends within a value at byte 13 of the record"},
		{`{"a":1,"b":"x`, "a=1", "a string without its closing quote at byte 12 of the record"},
		{`{"a":1,"b":"x\`, "a=1", "a string without its closing quote at byte 12 of the record"},
		{`{"a":1,"b":"x\"`, "a=1", "a string without its closing quote at byte 12 of the record"},
		{`{"a":1,"b":NaN}`, "a=1", "a value was expected at byte 11 of the record"},
		{`{"a":1,"b":-Infinity}`, "a=1", "a value was expected at byte 11 of the record"},
		{`{"a":1,"b":0x1p4}`, "a=1", "a value was expected at byte 11 of the record"},
		{`{"a":1,2:3}`, "a=1", "a key was expected at byte 7 of the record"},
		{``, "", "the record ends within a value at byte 0 of the record"},
	}
	for _, tt := range tests {
		fields, problem := event.FlattenJSON([]byte(tt.text))
		var got []string
		for _, f := range fields {
			for _, v := range f.Value.Texts() {
				got = append(got, f.Name+"="+v)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.want)
		}
		if problem != tt.problem {
			t.Errorf("%s: problem %q, want %q", tt.text, problem, tt.problem)
		}
	}
}

func TestFlattenJSONStopsAtItsLimits(t *testing.T) {
	t.Parallel()
	many := func(n int, format string) string {
		var b strings.Builder
		b.WriteString(`{"first":1`)
		for i := range n {
			b.WriteByte(',')
			fmt.Fprintf(&b, format, i)
		}
		b.WriteString(`}`)
		return b.String()
	}
	long := strings.Repeat("k", event.MaxNames/4)
	tests := []struct {
		name, text, problem string
		fields              int
	}{
		{"depth", `{"first":1,"a":` + strings.Repeat("[", 1_000_000) + "1", "nesting deeper than 100", 1},
		{"as deep as allowed", `{"first":1,"a":` + strings.Repeat("[", event.MaxDepth-1) + "1" + strings.Repeat("]", event.MaxDepth-1) + "}", "", 2},
		{"fields", many(event.MaxFields+5, `"a%d":1`), "more than 20000 fields", event.MaxFields},
		{"as many fields as allowed", many(event.MaxFields-1, `"a%d":1`), "", event.MaxFields},
		{"names that lead to no field", many(2*event.MaxFields+5, `"a%d":{}`), "more than 20000 fields", 1},
		{"a name of many steps", `{"first":1,"` + strings.Repeat("a.", 1_000_000) + `":1}`, "more than 20000 fields", 1},
		{"bytes of names", many(5, `"`+long+`%d":1`), "field names longer than 8388608 bytes together", 4},
		// Each value looks its name up, which must not cost its length.
		{"a long name of many values", `{"` + long + `":[` + strings.Repeat("[1],", 1_000_000) + `1]}`, "", 2},
		// Each backslash begins a new look for the closing quote, which must not
		// cost the length of the string.
		{"a string of escapes", `{"a":"` + strings.Repeat(`\\`, 2_000_000) + `"}`, "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fields, problem := event.FlattenJSON([]byte(tt.text))
			if len(fields) != tt.fields {
				t.Errorf("%d fields, want %d", len(fields), tt.fields)
			}
			if !strings.HasPrefix(problem, tt.problem) || tt.problem == "" && problem != "" {
				t.Errorf("problem %q, want %q", problem, tt.problem)
			}
		})
	}
}

// anyJSON draws JSON texts whose keys meet often, some of them odd.
func anyJSON() *rapid.Generator[string] {
	keys := rapid.SampledFrom([]string{"a", "b", "c", "a.b", "", ".", "{}", "a{}", "a{}b", "a{}.b", "{", "}", "b c", "a{", "\u00e9"})
	scalar := rapid.OneOf(
		rapid.SampledFrom([]string{"null", "true", "false", "0", "-0", "1.0", "1e5", "12345678901234567890", `"\ud83d\ude00\ud83d\n\/"`}),
		rapid.Map(rapid.String(), quoteJSON),
	)
	var draw func(t *rapid.T, depth int) string
	draw = func(t *rapid.T, depth int) string {
		kind := rapid.IntRange(0, 3).Draw(t, "kind")
		if depth == 0 && kind > 1 {
			kind = 0
		}
		switch kind {
		case 2, 3:
			var parts []string
			for range rapid.IntRange(0, 4).Draw(t, "length") {
				part := draw(t, depth-1)
				if kind == 2 {
					part = quoteJSON(keys.Draw(t, "key")) + ":" + part
				}
				parts = append(parts, part)
			}
			if kind == 2 {
				return "{" + strings.Join(parts, ", ") + "}"
			}
			return "[" + strings.Join(parts, ",") + "]"
		}
		return scalar.Draw(t, "scalar")
	}
	return rapid.Custom(func(t *rapid.T) string {
		open, closing := `{"a":`, "}"
		if rapid.Bool().Draw(t, "array") {
			open, closing = "[", "]"
		}
		return open + draw(t, 5) + closing
	})
}

func quoteJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return string(b)
}

// flattenWithTokens is the flattening as the semantics page has it, over the
// tokens of encoding/json.
func flattenWithTokens(text string) (map[string][]string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	fields := map[string][]string{}
	var read func(name string, depth int) error
	read = func(name string, depth int) error {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case json.Delim:
			for d.More() {
				inner := name + "{}"
				if token == '{' {
					key, err := d.Token()
					if err != nil {
						return err
					}
					inner = key.(string)
					if depth > 0 {
						inner = name + "." + inner
					}
				}
				if err := read(inner, depth+1); err != nil {
					return err
				}
			}
			_, err := d.Token()
			return err
		case nil:
			fields[name] = append(fields[name], "null")
		default:
			fields[name] = append(fields[name], fmt.Sprint(token))
		}
		return nil
	}
	if err := read("", 0); err != nil {
		return nil, err
	}
	return fields, nil
}

func TestFlattenJSONAgreesWithEncodingJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := anyJSON().Draw(t, "json")
		want, err := flattenWithTokens(text)
		if err != nil {
			t.Fatal(err)
		}
		got, problem := event.FlattenJSON([]byte(text))
		if problem != "" {
			t.Fatalf("problem: %s", problem)
		}
		if diff := cmp.Diff(want, fieldMap(got)); diff != "" {
			t.Fatalf("%s\n-want +got:\n%s", text, diff)
		}
	})
}

// Reading only the wanted fields gives what flattening gives.
func TestLayoutAgreesWithFlattening(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := anyJSON().Draw(t, "json")
		all, _ := event.FlattenJSON([]byte(text))
		names := []string{"a", "a.b", "a{}", "{}", "a{}.b", "a.{}", "a{}b"}
		for _, f := range all {
			names = append(names, f.Name)
		}
		wanted := slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(rapid.SampledFrom(names), 1, 30).Draw(t, "wanted"))))
		var r event.Record
		r.Reset([]byte(text), &event.Meta{}, event.NewLayout(event.SetOf(wanted...), &event.Schema{}), 0, false, nil)
		want, got := map[string][]string{}, map[string][]string{}
		for _, f := range all {
			if slices.Contains(wanted, f.Name) {
				want[f.Name] = f.Value.Texts()
			}
		}
		for _, name := range wanted {
			if v := r.Get(name); !v.IsNull() {
				got[name] = v.Texts()
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || r.Problem() != "" {
			t.Fatalf("%s, wanted %q, problem %q\n-want +got:\n%s", text, wanted, r.Problem(), diff)
		}
	})
}

// A record cut short yields some of its values and none that it does not have.
func TestFlattenJSONOfATruncatedRecord(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := anyJSON().Draw(t, "json")
		whole, _ := event.FlattenJSON([]byte(text))
		cut := rapid.IntRange(0, len(text)-1).Draw(t, "cut")
		part, problem := event.FlattenJSON([]byte(text[:cut]))
		if problem == "" {
			t.Fatalf("%s was read without a problem", text[:cut])
		}
		values := fieldMap(whole)
		for _, f := range part {
			got, want := f.Value.Texts(), values[f.Name]
			if len(got) > len(want) || !slices.Equal(got, want[:len(got)]) {
				t.Fatalf("%s: %s is %q, in the whole record %q", text[:cut], f.Name, got, want)
			}
		}
	})
}

func FuzzFlatten(f *testing.F) {
	for _, seed := range []string{
		`{"a":{"b":[1,{"c":null}]},"a.b":"\ud83d\ude00"}`, `[[],{},"x"]`, `{"a":"\`, `{"":{"":[{"":0}]}}`, `{"{}":[1],"a{}b":2}`,
		"\x00", `{"a":1e999,"b":-}`, strings.Repeat(`[`, 200), `{"a":"` + "\xff" + `"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		original := bytes.Clone(text)
		fields, problem := event.FlattenJSON(text)
		seen := map[string]value.Value{}
		var names []string
		for _, field := range fields {
			if _, ok := seen[field.Name]; ok || field.Value.IsNull() {
				t.Fatalf("%q is there twice or null", field.Name)
			}
			seen[field.Name] = field.Value
			if !strings.Contains(field.Name, "*") {
				names = append(names, field.Name)
			}
		}
		var r event.Record
		r.Reset(text, &event.Meta{}, event.NewLayout(event.SetOf(names...), &event.Schema{}), 0, false, nil)
		looksLikeJSON := bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) || bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("["))
		builtin := event.SetOf("_raw", "_time", "source", "sourcetype", "host", "index", "linecount", "date_*")
		for _, name := range names {
			if got := r.Get(name); problem == "" && looksLikeJSON && !builtin.Has(name) && !got.Equal(seen[name]) {
				t.Fatalf("%q is %q in the layout and %q flattened", name, got, seen[name])
			}
		}
		if json.Valid(text) && problem != "" && !strings.Contains(problem, " than ") && len(bytes.TrimSpace(text)) > 0 && looksLikeJSON {
			t.Fatalf("valid JSON has the problem %q", problem)
		}
		if !bytes.Equal(original, text) {
			t.Fatal("the text was changed")
		}
	})
}
