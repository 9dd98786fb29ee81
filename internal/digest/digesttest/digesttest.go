// Package digesttest writes log files and digests as AWS CloudTrail delivers
// them, with keys of its own, for the tests of what reads them.
//
// It knows nothing of how they are verified: it is written after "CloudTrail
// digest file structure" of the AWS CloudTrail User Guide alone. Start reading
// at [Trail.Hour].
package digesttest

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/md5" //nolint:gosec // what AWS calls its keys by
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Key makes a key of the size that AWS signs with.
func Key(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Fingerprint is what digests call a key.
func Fingerprint(key *rsa.PrivateKey) string {
	sum := md5.Sum(x509.MarshalPKCS1PublicKey(&key.PublicKey)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// PublicKeys is what `aws cloudtrail list-public-keys` prints of keys that are
// valid between two times.
func PublicKeys(from, until time.Time, keys ...*rsa.PrivateKey) []byte {
	var list []map[string]any
	for _, key := range keys {
		list = append(list, map[string]any{
			"Value":             base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&key.PublicKey)),
			"ValidityStartTime": float64(from.Unix()), "ValidityEndTime": until.Format(time.RFC3339),
			"Fingerprint": Fingerprint(key),
		})
	}
	text, err := json.MarshalIndent(map[string]any{"PublicKeyList": list}, "", "    ")
	if err != nil {
		panic(err) // texts and numbers can be written
	}
	return text
}

// Trail is a trail of one account and region, whose files are written below
// Dir as `aws s3 sync` would. Name, Region, Account and Home have defaults.
type Trail struct {
	Dir                         string
	Key                         *rsa.PrivateKey
	Name, Region, Account, Home string
	// At is when the next digest begins.
	At time.Time
	// Backfill makes the digests that name what was delivered late.
	Backfill bool

	previous  map[string]any // what the next digest says of this one
	signature string
	newest    string
}

// File is the form in which a digest names a log file.
type File struct {
	Bucket        string  `json:"s3Bucket"`
	Object        string  `json:"s3Object"`
	Hash          string  `json:"hashValue"`
	HashAlgorithm string  `json:"hashAlgorithm"`
	Newest        *string `json:"newestEventTime"`
	Oldest        *string `json:"oldestEventTime"`
}

// Bucket is the bucket of all trails.
const Bucket = "amzn-s3-demo-bucket"

func (tr *Trail) defaults() {
	for _, d := range []struct {
		field *string
		value string
	}{{&tr.Name, "audit"}, {&tr.Region, "us-east-1"}, {&tr.Account, "111122223333"}, {&tr.Home, "us-east-1"}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if tr.At.IsZero() {
		tr.At = time.Date(2024, 8, 1, 10, 0, 0, 0, time.UTC)
	}
}

// LogKey is the key of a log file of the trail that is called by a word.
func (tr *Trail) LogKey(word string) string {
	tr.defaults()
	return fmt.Sprintf("AWSLogs/%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%s_%s.json.gz",
		tr.Account, tr.Region, tr.At.Format("2006/01/02"), tr.Account, tr.Region, tr.At.Format("20060102T1504Z"), word)
}

// Hour writes an hour of the trail: log files by the words in their names, and
// the digest, whose path it returns, and theirs.
func (tr *Trail) Hour(t testing.TB, logs map[string]string) (digest string, files []string) {
	t.Helper()
	tr.defaults()
	list := []File{}
	for _, word := range slices.Sorted(maps.Keys(logs)) {
		key := tr.LogKey(word)
		files = append(files, tr.write(t, key, logs[word]))
		list = append(list, File{Bucket: Bucket, Object: key, Hash: hexSum(logs[word]), HashAlgorithm: "SHA-256"})
	}
	return tr.Digest(t, list), files
}

// Digest writes a digest of an hour that names the files, and returns its path.
func (tr *Trail) Digest(t testing.TB, list []File) string {
	t.Helper()
	tr.defaults()
	end, suffix := tr.At.Add(time.Hour), ""
	if tr.Backfill {
		suffix = "_backfill"
	}
	key := fmt.Sprintf("AWSLogs/%s/CloudTrail-Digest/%s/%s/%s_CloudTrail-Digest_%s_%s_%s_%s%s.json.gz",
		tr.Account, tr.Region, end.Format("2006/01/02"), tr.Account, tr.Region, tr.Name, tr.Home, end.Format("20060102T150405Z"), suffix)
	form := map[string]any{
		"awsAccountId": tr.Account, "digestStartTime": tr.At.Format(time.RFC3339), "digestEndTime": end.Format(time.RFC3339),
		"digestS3Bucket": Bucket, "digestS3Object": key,
		"digestPublicKeyFingerprint": Fingerprint(tr.Key), "digestSignatureAlgorithm": "SHA256withRSA",
		"newestEventTime": nil, "oldestEventTime": nil, "logFiles": list,
		"previousDigestS3Bucket": nil, "previousDigestS3Object": nil, "previousDigestHashValue": nil,
		"previousDigestHashAlgorithm": nil, "previousDigestSignature": nil,
	}
	maps.Copy(form, tr.previous)
	text, err := json.Marshal(form)
	if err != nil {
		t.Fatal(err)
	}
	before := "null"
	if tr.signature != "" {
		before = tr.signature
	}
	sum := sha256.Sum256([]byte(end.Format(time.RFC3339) + "\n" + Bucket + "/" + key + "\n" + hexSum(string(text)) + "\n" + before))
	signed, err := rsa.SignPKCS1v15(nil, tr.Key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	tr.signature = hex.EncodeToString(signed)
	tr.previous = map[string]any{
		"previousDigestS3Bucket": Bucket, "previousDigestS3Object": key, "previousDigestHashValue": hexSum(string(text)),
		"previousDigestHashAlgorithm": "SHA-256", "previousDigestSignature": tr.signature,
	}
	tr.At = end
	tr.newest = tr.write(t, key, string(text))
	return tr.newest
}

// Restart lets the next digest begin a chain, so much later.
func (tr *Trail) Restart(later time.Duration) {
	tr.previous, tr.signature, tr.At = nil, "", tr.At.Add(later)
}

// Head writes beside the newest digest what `aws s3api head-object` prints of
// it, and returns the path.
func (tr *Trail) Head(t testing.TB) string {
	t.Helper()
	head := map[string]any{
		"ContentType": "application/json", "ContentEncoding": "gzip",
		"Metadata": map[string]string{"signature": tr.signature, "signature-algorithm": "SHA256withRSA"},
	}
	text, err := json.Marshal(head)
	if err != nil {
		t.Fatal(err)
	}
	return put(t, tr.newest+".head.json", text)
}

// Signature is that of the newest digest.
func (tr *Trail) Signature() string { return tr.signature }

// write packs a text as the object of a key, and returns the path of the file.
func (tr *Trail) write(t testing.TB, key, text string) string {
	t.Helper()
	return put(t, filepath.Join(tr.Dir, filepath.FromSlash(key)), Pack(t, text))
}

// Pack packs a text with gzip.
func Pack(t testing.TB, text string) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// Rewrite changes what a packed file says.
func Rewrite(t testing.TB, path string, change *strings.Replacer) {
	t.Helper()
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	changed := change.Replace(text.String())
	if changed == text.String() {
		t.Fatalf("nothing in %s was changed", path)
	}
	put(t, path, Pack(t, changed))
}

func put(t testing.TB, path string, text []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func hexSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
