package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pugmark/pugmark/internal/digest/digesttest"
)

// findingID is the script command "idof VARIABLE PATTERN": it sets the
// variable to the finding_id of the first line of standard output that matches,
// VARIABLE_SHORT to its beginning, and writes the line to VARIABLE.ndjson.
func findingID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: idof variable pattern")
	}
	pattern := regexp.MustCompile(args[1])
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		if pattern.MatchString(line) {
			var f struct {
				ID string `json:"finding_id"`
			}
			ts.Check(json.Unmarshal([]byte(line), &f))
			ts.Setenv(args[0], f.ID)
			ts.Setenv(args[0]+"_SHORT", f.ID[:8])
			ts.Check(os.WriteFile(ts.MkAbs(args[0]+".ndjson"), []byte(line), 0o666))
			return
		}
	}
	ts.Fatalf("no line matches %s", args[1])
}

// unzip is the script command "unzip ARCHIVE DIR": it unpacks a bundle, and
// checks SHA256SUMS as sha256sum -c does and that nothing is missing there.
func unzip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: unzip archive dir")
	}
	text := ts.ReadFile(args[0])
	members, sums, err := unpack([]byte(text))
	ts.Check(err)
	if sums != members["SHA256SUMS"] {
		ts.Fatalf("SHA256SUMS says\n%s, and the files are\n%s", members["SHA256SUMS"], sums)
	}
	for name, text := range members {
		path := filepath.Join(ts.MkAbs(args[1]), filepath.FromSlash(name))
		ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
		ts.Check(os.WriteFile(path, []byte(text), 0o666))
	}
}

// unpack reads a zip, and makes what sha256sum would print of its members, but
// for SHA256SUMS.
func unpack(text []byte) (members map[string]string, sums string, err error) {
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, "", err
	}
	members = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, "", err
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return nil, "", err
		}
		members[f.Name] = string(content)
		if f.Name != "SHA256SUMS" {
			sums += fmt.Sprintf("%x  %s\n", sha256.Sum256(content), f.Name)
		}
	}
	return members, sums, nil
}

// sharedImage is a CloudTrail file with one call that a built-in detection finds.
const sharedImage = `{"Records":[{"eventVersion":"1.09","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/mallory","accountId":"111122223333","userName":"mallory"},` +
	`"eventTime":"2024-08-01T10:25:57Z","eventSource":"ec2.amazonaws.com","eventName":"ModifyImageAttribute","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2",` +
	`"requestParameters":{"imageId":"ami-1","launchPermission":{"add":{"items":[{"userId":"444455556666"}]}},"attributeType":"launchPermission"},"responseElements":{"_return":true},` +
	`"eventID":"5d1f9a3e-7c2b-4e86-9b0d-2f6c8a4e1d37","eventType":"AwsApiCall","recipientAccountId":"111122223333"}]}`

// Digests among the logs are checked, and the bundle says what came of it.
func TestBundleChecksDigests(t *testing.T) {
	t.Parallel()
	key := digesttest.Key(t)
	trail := &digesttest.Trail{Dir: t.TempDir(), Key: key, At: time.Date(2024, 8, 1, 10, 0, 0, 0, time.UTC)}
	_, logs := trail.Hour(t, map[string]string{"aaaa": sharedImage, "gone": `{"Records":[{}]}`})
	trail.Head(t)
	keys := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(keys, digesttest.PublicKeys(trail.At.AddDate(0, -1, 0), trail.At.AddDate(0, 1, 0), key), 0o666); err != nil {
		t.Fatal(err)
	}
	pugmark := func(code int, args ...string) (stdout, stderr string) {
		t.Helper()
		var out, told bytes.Buffer
		if got := run(t.Context(), args, nil, &out, &told, nil); got != code {
			t.Fatalf("%q: exit code %d, want %d\n%s", args, got, code, told.String())
		}
		return out.String(), told.String()
	}
	scanned, _ := pugmark(0, "scan", "-q", "-o", "ndjson", "--detection", "AWS AMI Shared With Untrusted Account", trail.Dir)
	var finding struct {
		ID string `json:"finding_id"`
	}
	if err := json.Unmarshal([]byte(scanned), &finding); err != nil {
		t.Fatal(err, scanned)
	}
	bundled := func() (integrity, page, told string) {
		t.Helper()
		text, told := pugmark(0, "bundle", finding.ID, trail.Dir, "--public-key", keys)
		members, _, err := unpack([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return members["integrity.json"], members["report.html"], told
	}

	if integrity, page, told := bundled(); !strings.Contains(integrity, `"verdict": "verified"`) || !strings.Contains(page, "Integrity of the logs: verified") {
		t.Errorf("%s\n%s", integrity, told)
	}
	// A log file that is gone is listed.
	if err := os.Remove(logs[1]); err != nil {
		t.Fatal(err)
	}
	if integrity, page, _ := bundled(); !strings.Contains(integrity, `"status": "missing"`) || !strings.Contains(page, "<td>missing</td>") {
		t.Errorf("%s", integrity)
	}
	// Evidence that was changed is told loudly.
	digesttest.Rewrite(t, logs[0], strings.NewReplacer("198.51.100.7", "203.0.113.99"))
	integrity, page, told := bundled()
	if !strings.Contains(integrity, `"status": "hash differs"`) || !strings.Contains(page, "Integrity of the logs: altered") || !strings.Contains(told, "warning: the logs are not as AWS delivered them") {
		t.Errorf("%s\n%s", integrity, told)
	}
}
