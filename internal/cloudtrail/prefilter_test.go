package cloudtrail_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/plan"
)

func on(field string, values ...string) []plan.Condition {
	return []plan.Condition{{Field: field, Values: values}}
}

func TestPrefilter(t *testing.T) {
	t.Parallel()
	of := func(sourcetype, field string, values ...string) []plan.Condition {
		return append(on("sourcetype", sourcetype), on(field, values...)...)
	}
	wanted := [][]plan.Condition{
		of("aws:cloudtrail", "eventName", "modifyimageattribute", "createuser"),
		of("aws:cloudtrail", "command", "deletetrail"),
		append(on("user", "x"), of("aws:cloudtrail", "eventSource", "kms.amazonaws.com")...),
		of("aws:asl", "api.operation", "putimage"),
		of("_json", "command", "deletetrail"),
		of("aws:cloudtrail", "index", "other"),
	}
	for _, test := range []struct {
		name, sourcetype, record string
		want                     bool
	}{
		{"wanted", cloudtrail.Sourcetype, `{"eventName":"ModifyImageAttribute"}`, true},
		{"not wanted", cloudtrail.Sourcetype, `{"eventName":"DescribeInstances","eventSource":"ec2.amazonaws.com"}`, false},
		{"part of a wanted value", cloudtrail.Sourcetype, `{"eventName":"CreateUsers"}`, false},
		{"by another field that is the same key", cloudtrail.Sourcetype, `{"eventName":"DeleteTrail"}`, true},
		{"by a field that came with the event", cloudtrail.Sourcetype, `{"command":"DeleteTrail"}`, true},
		{"by another key", cloudtrail.Sourcetype, `{"eventName":"Encrypt","eventSource":"KMS.amazonaws.com"}`, true},
		{"absent", cloudtrail.Sourcetype, `{"a":"CreateUser"}`, false},
		{"white space", cloudtrail.Sourcetype, "{\"eventName\" \r\n:\t \"CreateUser\"}", true},
		{"the key in a value", cloudtrail.Sourcetype, `{"m":"eventName","n":"\"eventName\":\"CreateUser\""}`, false},
		{"the key as the end of another", cloudtrail.Sourcetype, `{"myeventName":"CreateUser"}`, false},
		{"nested: in doubt", cloudtrail.Sourcetype, `{"x":{"eventName":"CreateUser"},"eventName":"No"}`, true},
		{"behind a nested one", cloudtrail.Sourcetype, `{"x":{"eventName":"No"},"eventName":"CreateUser"}`, true},
		{"twice", cloudtrail.Sourcetype, `{"eventName":"No","eventName":"CreateUser"}`, true},
		{"escaped key", cloudtrail.Sourcetype, `{"\u0065ventName":"CreateUser"}`, true},
		{"an escape that is no letter", cloudtrail.Sourcetype, `{"eventName":"No","a":"\u003c\u0026"}`, false},
		{"escaped value", cloudtrail.Sourcetype, `{"eventName":"Create\u0055ser"}`, true},
		{"a letter that folds to another", cloudtrail.Sourcetype, `{"eventName":"CreateUſer"}`, true},
		{"not a text: in doubt", cloudtrail.Sourcetype, `{"eventName":null}`, true},
		{"cut off", cloudtrail.Sourcetype, `{"eventName":"CreateUser`, false},
		{"a long value", cloudtrail.Sourcetype, `{"eventName":"` + strings.Repeat("x", 100) + `"}`, false},
		{"native OCSF", cloudtrail.SourcetypeOCSF, `{"api":{"operation":"PutImage"}}`, true},
		{"native OCSF with dots", cloudtrail.SourcetypeOCSF, `{"api.operation":"PutImage"}`, true},
		{"OCSF view", cloudtrail.SourcetypeOCSF, `{"eventName":"PutImage"}`, true},
		{"OCSF, not wanted", cloudtrail.SourcetypeOCSF, `{"api":{"operation":"GetImage"}}`, false},
		{"a field that is not tested", cloudtrail.SourcetypeJSON, `{"command":"x"}`, true},
		{"a sourcetype that nobody asks for", "o365", `{"eventName":"CreateUser"}`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := cloudtrail.NewPrefilter(wanted, test.sourcetype, "main").May([]byte(test.record), false); got != test.want {
				t.Errorf("May(%s) = %v", test.record, got)
			}
		})
	}
	if !cloudtrail.NewPrefilter(nil, "", "").May(nil, false) {
		t.Error("no conditions must want everything")
	}
	if p := cloudtrail.NewPrefilter([][]plan.Condition{on("sourcetype", "x")}, "y", ""); !p.None() || p.May([]byte(one), true) {
		t.Error("a search of another sourcetype wants nothing")
	}
}

// wants is the truth: what a full parse of the record says.
func wants(record []byte, values []string) (wanted, parsed bool) {
	d := json.NewDecoder(strings.NewReader(string(record)))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false, false
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return false, false
		}
		var v any
		if err := d.Decode(&v); err != nil {
			return false, false
		}
		for _, w := range values {
			if s, ok := v.(string); ok && key == "eventName" && strings.EqualFold(s, w) {
				wanted = true
			}
		}
	}
	return wanted, true
}

func checkPrefilter(t interface {
	Fatalf(string, ...any)
}, record []byte,
) {
	values := []string{"createuser", "sk"}
	p := cloudtrail.NewPrefilter([][]plan.Condition{on("eventName", values...)}, cloudtrail.Sourcetype, "main")
	may := p.May(record, !bytes.ContainsRune(record, '\\'))
	wanted, parsed := wants(record, values)
	if parsed && wanted && !may {
		t.Fatalf("a wanted record is refused: %s", record)
	}
	if may && !strings.Contains(string(record), `ventName"`) && !strings.Contains(string(record), `\u`) {
		t.Fatalf("without the key there is no doubt: %s", record)
	}
}

func TestPrefilterNeverRefusesWhatIsWanted(t *testing.T) {
	t.Parallel()
	escape := func(t *rapid.T, s string) string {
		var b strings.Builder
		for _, c := range s {
			switch rapid.IntRange(0, 9).Draw(t, "spelling") {
			case 0:
				fmt.Fprintf(&b, `\u%04x`, c)
			case 1:
				b.WriteString(strings.ToUpper(string(c)))
			default:
				b.WriteRune(c)
			}
		}
		return b.String()
	}
	rapid.Check(t, func(t *rapid.T) {
		space := rapid.SampledFrom([]string{"", " ", "\n\t "})
		var object func(depth int) string
		value := func(depth int) string {
			switch n := rapid.IntRange(0, 7).Draw(t, "value"); {
			case n == 0 && depth < 3:
				return object(depth + 1)
			case n == 1 && depth < 3:
				return "[" + object(depth+1) + "]"
			case n == 2:
				return rapid.SampledFrom([]string{"null", "true", "12", `""`}).Draw(t, "scalar")
			case n == 3:
				return `"\"eventName\":\"` + "x" + `\""`
			}
			return `"` + escape(t, rapid.SampledFrom([]string{"createuser", "sk", "sK", "ſk", "deleteuser", "eventName", "x"}).Draw(t, "text")) + `"`
		}
		object = func(depth int) string {
			var members []string
			for range rapid.IntRange(0, 4).Draw(t, "members") {
				key := rapid.SampledFrom([]string{"eventName", "eventname", "aeventName", "x", "eventSource"}).Draw(t, "key")
				if rapid.IntRange(0, 4).Draw(t, "escaped") == 0 {
					key = fmt.Sprintf(`\u%04x`, key[0]) + key[1:]
				}
				members = append(members, space.Draw(t, "s")+`"`+key+`"`+space.Draw(t, "s")+":"+space.Draw(t, "s")+value(depth))
			}
			return "{" + strings.Join(members, ",") + "}"
		}
		checkPrefilter(t, []byte(object(0)))
	})
}

func FuzzPrefilter(f *testing.F) {
	for _, seed := range []string{one, two, `{"eventName":"CreateUser"}`, `{"a":{"eventName":"x"},"\u0065ventName":"\u0073k"}`, `{"eventName" : "S\u212a","x":"\\"}`, `{"eventName":"Sk`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, record []byte) { checkPrefilter(t, record) })
}

func BenchmarkPrefilter(b *testing.B) {
	records := realRecords(b)
	size := 0
	texts := make([][]byte, len(records))
	for i, r := range records {
		texts[i] = []byte(r)
		size += len(r)
	}
	var anyOf [][]plan.Condition
	for i := range 60 {
		anyOf = append(anyOf, on("eventName", fmt.Sprintf("modifyimageattribute%d", i)))
	}
	p := cloudtrail.NewPrefilter(anyOf, cloudtrail.Sourcetype, "main")
	b.ReportAllocs()
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, text := range texts {
			if p.May(text, true) {
				b.Fatal("wanted")
			}
		}
	}
}
