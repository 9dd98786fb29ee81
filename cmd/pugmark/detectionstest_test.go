package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// What is in no copy of the data sets is fetched where that is allowed, once.
func TestTestsFetchTheirData(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path != "/datasets/login.json" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(`{"eventTime":"2024-08-01T10:00:00Z","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com"}` + "\n"))
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	detection := "name: Login\nid: '1'\ntype: Hunting\nstatus: production\nsearch: eventName=ConsoleLogin | stats count by eventName\ntags: {}\ntests:\n" +
		"- name: there\n  attack_data: [{data: '" + server.URL + "/datasets/login.json', source: s, sourcetype: 'aws:cloudtrail'}]\n" +
		"- name: gone\n  attack_data: [{data: '" + server.URL + "/datasets/gone.json', source: s, sourcetype: 'aws:cloudtrail'}]\n"
	if err := os.WriteFile(filepath.Join(dir, "login.yml"), []byte(detection), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int64{2, 3} { // what is not there is asked for again
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), []string{
			"detections", "test", "--no-builtin", "--content", dir, "--download", "--cache-dir", filepath.Join(dir, "cache"), "-o", "ndjson",
		}, nil, &stdout, &stderr, nil)
		if code != 0 {
			t.Errorf("exit code %d: %s", code, &stderr)
		}
		for _, part := range []string{`"test":"there","verdict":"passed"`, `"verdict":"skipped","reason":"no data"`, "404 Not Found"} {
			if !strings.Contains(stdout.String(), part) {
				t.Errorf("no %s in %s", part, &stdout)
			}
		}
		if got := asked.Load(); got != want {
			t.Errorf("the server was asked %d times, not %d", got, want)
		}
	}
}
