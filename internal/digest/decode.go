package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/pugmark/pugmark/internal/source/file"
)

// digest is a digest file while it is verified.
type digest struct {
	Digest

	sum      [sha256.Size]byte
	previous place // the zero place where it begins a chain
	prevHash string
	// prevSignature is that of the digest before, as it is written.
	prevSignature string
	trail         trail
	entries       []entry // until they are collected
	// signatures are what is known to be its signature, best first.
	signatures []signature
	generated  time.Time // when a backfill digest was written, if known
}

// place is an object in S3.
type place struct{ bucket, key string }

func (p place) String() string { return p.bucket + "/" + p.key }

// entry is a log file that a digest names.
type entry struct {
	bucket, dir, base string
	sum               [sha256.Size]byte
	digest            *digest
	found             bool // there is a file for it
}

func (e *entry) key() string { return e.bucket + "/" + e.dir + e.base }

// maxText bounds a text in a digest: an S3 key has 1024 bytes at most, and a
// signature by the largest key twice as many in hexadecimal.
const maxText = 2 * maxKeyBits / 8

const (
	sha256Name = "SHA-256"
	signedWith = "SHA256withRSA"
)

// decoder reads one digest, one token after the other, so that neither its
// size nor its nesting can cost more than its entries do.
type decoder struct {
	json *json.Decoder
	out  *digest
	max  int // entries
}

// decode reads a digest of at most limit bytes and maxEntries entries.
//
// What is asked of its form is what validate-logs asks, and that nothing is
// said twice: readers of JSON differ in what they then believe.
func decode(src io.Reader, limit int64, maxEntries int) (*digest, error) {
	hash := sha256.New()
	limited := &limitedReader{src: src, left: limit, limit: limit}
	d := decoder{json: json.NewDecoder(io.TeeReader(limited, hash)), out: &digest{}, max: maxEntries}
	err := d.top()
	if err == nil {
		if _, err = d.json.Token(); errors.Is(err, io.EOF) {
			err = nil
		} else if err == nil {
			err = errors.New("something stands behind the digest")
		}
	}
	if limited.failed != nil { // says more than that the JSON is cut off
		err = limited.failed
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	hash.Sum(d.out.sum[:0])
	d.out.SHA256 = hex.EncodeToString(d.out.sum[:])
	return d.out, nil
}

// limitedReader fails where a digest is too large, and remembers why reading
// failed.
type limitedReader struct {
	src         io.Reader
	left, limit int64
	failed      error
}

func (r *limitedReader) Read(b []byte) (int, error) {
	if r.left <= 0 {
		r.failed = fmt.Errorf("a digest of more than %d bytes", r.limit)
		return 0, r.failed
	}
	n, err := r.src.Read(b[:min(int64(len(b)), r.left)])
	r.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		r.failed = err
	}
	return n, err
}

// fields are the texts of an object; those that are null or no text are not
// in it, but known.
type fields map[string]string

// object reads an object, whose members take reads by their names. It returns
// the texts that these have kept, and which names there are.
func (d *decoder) object(what string, take func(name string, f fields) error) (fields, map[string]bool, error) {
	if err := d.open('{', what); err != nil {
		return nil, nil, err
	}
	f, known := fields{}, map[string]bool{}
	for d.json.More() {
		name, err := d.name(known)
		if err != nil {
			return nil, nil, err
		}
		if err := take(name, f); err != nil {
			return nil, nil, err
		}
	}
	_, err := d.json.Token()
	return f, known, err
}

// top reads the digest's object.
func (d *decoder) top() error {
	f, known, err := d.object("JSON object", func(name string, f fields) error {
		if name == "logFiles" {
			return d.logFiles()
		}
		return d.value(name, f)
	})
	if err != nil {
		return err
	}
	for _, name := range []string{"digestStartTime", "digestEndTime", "digestS3Bucket", "digestS3Object", "digestPublicKeyFingerprint", "previousDigestSignature", "logFiles"} {
		if !known[name] {
			return fmt.Errorf("it has no %s", name)
		}
	}
	return d.out.fill(f)
}

func (d *decoder) logFiles() error {
	if err := d.open('[', "list in logFiles"); err != nil {
		return err
	}
	for d.json.More() {
		if len(d.out.entries) >= d.max {
			return errEntries
		}
		if err := d.logFile(); err != nil {
			return fmt.Errorf("logFiles[%d]: %w", len(d.out.entries), err)
		}
	}
	_, err := d.json.Token()
	return err
}

// errEntries ends the verification: which digest is too much would depend on
// the order of reading.
var errEntries = errors.New("too many log files are named")

func (d *decoder) logFile() error {
	f, _, err := d.object("object", d.value)
	if err != nil {
		return err
	}
	key := f["s3Object"]
	switch {
	case key == "" || f["s3Bucket"] == "":
		return errors.New("it has no s3Bucket or no s3Object")
	case f["hashAlgorithm"] != "" && f["hashAlgorithm"] != sha256Name:
		return fmt.Errorf("the hash algorithm %.40q is not known", f["hashAlgorithm"])
	}
	e := entry{digest: d.out, bucket: f["s3Bucket"]}
	if err := sumOf(f["hashValue"], &e.sum); err != nil {
		return fmt.Errorf("hashValue: %w", err)
	}
	cut := strings.LastIndexByte(key, '/') + 1
	// One text for what thousands have in common, and none that keeps another.
	e.dir, e.base = key[:cut], strings.Clone(key[cut:])
	if n := len(d.out.entries); n > 0 {
		last := &d.out.entries[n-1]
		if last.dir == e.dir {
			e.dir = last.dir
		}
		if last.bucket == e.bucket {
			e.bucket = last.bucket
		}
	}
	d.out.entries = append(d.out.entries, e)
	return nil
}

// sumOf reads a SHA-256 in hexadecimal.
func sumOf(text string, sum *[sha256.Size]byte) error {
	if len(text) != hex.EncodedLen(len(sum)) {
		return fmt.Errorf("%d characters, where a SHA-256 in hexadecimal has %d", len(text), hex.EncodedLen(len(sum)))
	}
	_, err := hex.Decode(sum[:], []byte(text))
	return err
}

// open reads the beginning of an object or a list.
func (d *decoder) open(want json.Delim, what string) error {
	token, err := d.json.Token()
	if err == nil && token != want {
		err = errors.New("there is no " + what)
	}
	return err
}

// name reads the name of a field, which is to be new.
func (d *decoder) name(known map[string]bool) (string, error) {
	token, err := d.json.Token()
	if err != nil {
		return "", err
	}
	name, _ := token.(string)
	switch {
	case known[name]:
		return "", fmt.Errorf("it says %.40q twice", name)
	case len(known) >= maxFields:
		return "", fmt.Errorf("it has more than %d fields", maxFields)
	}
	known[name] = true
	return name, nil
}

// maxFields bounds the fields of an object; those of AWS have up to 15.
const maxFields = 200

// value reads the value of a field, and keeps it if it is a text.
func (d *decoder) value(name string, f fields) error {
	for depth := 0; ; {
		token, err := d.json.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if depth > 0 {
				break
			}
			if len(t) > maxText {
				return fmt.Errorf("%.40s has more than %d bytes", name, maxText)
			}
			if strings.ContainsFunc(t, unicode.IsControl) {
				return fmt.Errorf("%.40s has control characters", name)
			}
			f[name] = t
		}
		if depth == 0 {
			return nil
		}
	}
}

// fill takes what is asked for from the fields.
func (d *digest) fill(f fields) error {
	d.Bucket, d.Key, d.PublicKey = f["digestS3Bucket"], f["digestS3Object"], f["digestPublicKeyFingerprint"]
	d.LogFiles = len(d.entries)
	d.previous = place{f["previousDigestS3Bucket"], f["previousDigestS3Object"]}
	d.prevHash, d.prevSignature = f["previousDigestHashValue"], f["previousDigestSignature"]
	if d.previous.bucket == "" || d.previous.key == "" {
		d.previous = place{}
	}
	var err error
	if d.Start, err = time.Parse(time.RFC3339, f["digestStartTime"]); err != nil {
		return fmt.Errorf("digestStartTime %.40q is not a time", f["digestStartTime"])
	}
	if d.End, err = time.Parse(time.RFC3339, f["digestEndTime"]); err != nil {
		return fmt.Errorf("digestEndTime %.40q is not a time", f["digestEndTime"])
	}
	d.Start, d.End = d.Start.UTC(), d.End.UTC()
	// What is signed has the time as it is written: it is to be in UTC.
	switch a := f["digestSignatureAlgorithm"]; {
	case d.Bucket == "" || d.Key == "":
		return errors.New("its digestS3Bucket or digestS3Object is empty")
	case d.End.Format(time.RFC3339) != f["digestEndTime"]:
		return fmt.Errorf("digestEndTime %.40q is not in UTC", f["digestEndTime"])
	case d.End.Before(d.Start):
		return errors.New("it ends before it begins")
	case a != "" && a != signedWith:
		return fmt.Errorf("the signature algorithm %.40q is not known", a)
	case f["previousDigestHashAlgorithm"] != "" && f["previousDigestHashAlgorithm"] != sha256Name:
		return fmt.Errorf("the hash algorithm %.40q is not known", f["previousDigestHashAlgorithm"])
	}
	d.trail = trailOf(d.Key, f["awsAccountId"])
	return nil
}

// signed is the text that AWS signs: the end of the digest, where it is, the
// hash of its unpacked content and the signature of the digest before, or null.
// Source: "Custom implementations of CloudTrail log file integrity validation",
// "Recreate the data signing string"; the null is in validate-logs alone.
func (d *digest) signed() []byte {
	previous := d.prevSignature
	if previous == "" {
		previous = "null"
	}
	return []byte(d.End.Format(time.RFC3339) + "\n" + d.Bucket + "/" + d.Key + "\n" + d.SHA256 + "\n" + previous)
}

// trail is what a chain of digests is of.
type trail struct {
	name, account, region, trail, home string
	backfill                           bool
}

// trailOf reads the key of a digest: .../ACCOUNT_CloudTrail-Digest_REGION_
// TRAIL_HOMEREGION_TIME.json.gz, with _backfill behind the time of those that
// name what was delivered late. Source: "CloudTrail digest file structure",
// "Digest file location". Other keys are of a chain by their directory.
func trailOf(key, account string) trail {
	dir, base := key[:strings.LastIndexByte(key, '/')+1], key[strings.LastIndexByte(key, '/')+1:]
	base = strings.TrimSuffix(strings.TrimSuffix(base, ".gz"), ".json")
	base, backfill := strings.CutSuffix(base, "_backfill")
	name := dir
	t := trail{account: account, backfill: backfill}
	if cut := strings.LastIndexByte(base, '_'); cut > 0 {
		if owner, rest, ok := strings.Cut(base[:cut], file.DigestMark); ok {
			region, rest, _ := strings.Cut(rest, "_")
			if end := strings.LastIndexByte(rest, '_'); end > 0 {
				name = base[:cut]
				t = trail{account: owner, region: region, trail: rest[:end], home: rest[end+1:], backfill: backfill}
			}
		}
	}
	t.name = name
	if backfill {
		t.name += "_backfill"
	}
	return t
}
