package report

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pugmark/pugmark/internal/bundle"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/source/file"
)

// What an attacker wrote into a log is text on the page of a bundle, nothing is
// loaded from anywhere, and the record itself can still be had byte for byte.
func TestBundlePageTakesNothingFromLogs(t *testing.T) {
	t.Parallel()
	record := `{"eventVersion":"1.08","eventSource":"ec2.amazonaws.com","eventName":"</pre><script src=https://x.example>` + "\u202e\x7f\xff" + `","eventID":"e1"}`
	path := filepath.Join(t.TempDir(), "</table><img src=x>.jsonl")
	if filepath.Separator != '/' {
		path = filepath.Join(t.TempDir(), "logs.jsonl")
	} else if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(record+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	evidence, err := bundle.Collect(context.Background(), file.New([]string{path}, file.Options{}), []bundle.Wanted{{ID: "f1", Events: []string{"e1"}, Count: 1}}, bundle.Options{
		Earliest: math.Inf(-1), Latest: math.Inf(1), Open: func(name string) (io.ReadCloser, error) { return os.Open(name) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = evidence.Close() }()
	b := &bundle.Bundle{
		Evidence: evidence, Unread: []string{"<script>1</script>"},
		Content: []bundle.Member{{Name: "content/searches/<x>.spl", Text: []byte("</pre><script>2</script>\n")}},
		Manifest: bundle.Manifest{
			Asked: []string{"f1"}, Events: evidence.Totals, Notes: []string{"<b>note</b>"}, Reproduce: "pugmark bundle '<i>'",
			Integrity: bundle.Integrity{Word: "unchecked", Sentence: "<u>no</u>"},
		},
	}
	var page bytes.Buffer
	if err := WriteBundle(&page, "html", &Scan{Findings: []*detection.Finding{finding("<script>3</script>", 80, "<img src=x>")}}, b, Options{}); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	if found := regexp.MustCompile(`(?i)<(script|img|link|iframe|b|i|u)[ >]|href="[^#]|[\x{202e}\x7f]`).FindAllString(text, -1); found != nil {
		t.Errorf("the page has %q", found)
	}
	for _, want := range []string{
		`{&#34;eventVersion&#34;:&#34;1.08&#34;`, `\u202e\x7f\xff`, strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(record)), "+", "&#43;"),
		`evidence of <a href="#finding-1">f1</a>`, "&lt;b&gt;note",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
