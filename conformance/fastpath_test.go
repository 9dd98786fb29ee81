package conformance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/conformance"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source/file"
)

// hostile draws records that are CloudTrail's and try to look like others to
// whoever does not read them: escapes in keys, keys that stand twice or inside
// texts, nested fields of the same name, other case, odd white space.
type hostile struct{ *rapid.T }

func (h hostile) one(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(h.T, label)
}

func (h hostile) record() string {
	members := []string{`"eventVersion":"1.08"`}
	for range rapid.IntRange(1, 5).Draw(h.T, "members") {
		members = append(members, h.member(0))
	}
	if h.one("complete", "yes", "yes", "yes", "no") == "yes" {
		members = append(members, `"eventSource":"ec2.amazonaws.com"`, `"userIdentity":{"type":"Root"}`)
	}
	return "{" + strings.Join(members, h.space()+","+h.space()) + "}"
}

func (h hostile) space() string { return h.one("space", "", "", "", " ", "\t", "\r") }

func (h hostile) member(depth int) string {
	key := h.one("key", "eventName", "eventName", `event\u004eame`, "EventName", "xeventName", "a.eventName", "eventSource", "errorCode", "userAgent")
	return `"` + key + `"` + h.space() + ":" + h.space() + h.value(depth)
}

func (h hostile) value(depth int) string {
	switch kind := h.one("kind", "name", "name", "name", "text", "object", "array", "scalar"); {
	case kind == "object" && depth < 2:
		return "{" + h.member(depth+1) + "}"
	case kind == "array" && depth < 2:
		return "[" + h.value(depth+1) + "," + h.value(depth+1) + "]"
	case kind == "scalar":
		return h.one("scalar", "null", "true", "12", `""`)
	case kind == "text":
		return h.one("text", `"\"eventName\":\"CreateUser\""`, `"{\"eventName\":\"StopLogging\"}"`, `"\\"`, `"]}"`, `"eventName"`, `"ec2.amazonaws.com"`, `"`+strings.Repeat("x", 200)+`"`)
	}
	return `"` + h.one("name", "CreateUser", "CREATEUSER", "createuser", "Create\\u0055ser", "StopLogging", "CreateUsers", "KMS", "\u212aMS", "k\u017f", "Create User") + `"`
}

func (h hostile) search() string {
	condition := func() string {
		return h.one("condition",
			"eventName=CreateUser", "eventName=createuser", `eventName="StopLogging"`, "eventName IN (CreateUser, KMS)", "eventName=Create*", "eventName!=CreateUser",
			"NOT eventName=CreateUser", `eventSource="ec2.amazonaws.com"`, "eventName=ks", "errorCode=CreateUser", "CreateUser", "eventName=*", `eventName="Create User"`,
			"xeventName=KMS", "a.eventName=CreateUser", "command=CreateUser", "sourcetype=aws:cloudtrail", "sourcetype=x", "user_type=Root", "(eventName=KMS OR eventName=StopLogging)",
			"signature=KMS", "status=success")
	}
	search := condition()
	for range rapid.IntRange(0, 2).Draw(h.T, "more") {
		search += h.one("and", " ", " OR ") + condition()
	}
	return search + " | table _raw eventName eventSource errorCode sourcetype"
}

// files writes the records in the forms in which CloudTrail comes.
func (h hostile) write(dir string) []string {
	var paths []string
	for i := range rapid.IntRange(1, 3).Draw(h.T, "files") {
		var records []string
		for range rapid.IntRange(1, 8).Draw(h.T, "records") {
			records = append(records, h.record())
		}
		var text string
		switch h.one("form", "records", "lines", "array", "spread") {
		case "records":
			text = `{"Records":[` + strings.Join(records, ",") + `]}`
		case "lines":
			text = strings.Join(records, "\n") + "\n"
		case "array":
			text = "[" + strings.Join(records, ",\n") + "]"
		case "spread":
			text = "{\n\"Records\": [\n" + strings.Join(records, "\n,\n") + "\n]\n}"
		}
		path := filepath.Join(dir, fmt.Sprintf("%d.json", i))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			h.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// What is skipped without being parsed never changes an answer: over hostile
// records, searches that share a pass and hand their filters to the source
// answer as each does alone, reading every event whole.
func TestTheFastPathAnswersAsThePlainOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		h := hostile{t}
		paths := h.write(dir)
		var searches []*plan.Search
		for range rapid.IntRange(1, 4).Draw(t, "searches") {
			search, err := engine.Compile(&diag.Source{Name: "search", Text: h.search()}, &command.Env{})
			if err != nil {
				t.Fatal(err)
			}
			searches = append(searches, search)
		}
		run := func(searches []*plan.Search, config engine.Config) []*engine.Result {
			config.Source, config.Now = file.New(paths, file.Options{}), conformance.Now()
			results, err := engine.RunAll(t.Context(), searches, config)
			if err != nil {
				t.Fatal(err)
			}
			return results
		}
		fast := run(searches, engine.Config{Jobs: rapid.IntRange(1, 3).Draw(t, "jobs")})
		for i, search := range searches {
			plain := run([]*plan.Search{search}, engine.Config{Jobs: 1, NoPushdown: true})
			if diff := diffRows(visible(rowsOf(plain[0].Rows)), visible(rowsOf(fast[i].Rows))); diff != "" {
				t.Fatalf("%s (-plain +fast):\n%s", search.Source.Text, diff)
			}
		}
	})
}
