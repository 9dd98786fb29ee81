package digest

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/source/file"
)

// signature is what is said to be the signature of a digest.
type signature struct {
	text string // in hexadecimal
	from string // the file that it is in
	by   *digest
}

// maxSignatures bounds how many signatures are tried: there is one, and more
// only where digests were copied or made up.
const maxSignatures = 8

// sidecar is a file beside a digest that has its signature: S3 keeps it in the
// metadata of the object, which a copy on disk has lost. Source: "CloudTrail
// digest file structure", "Signature of the digest file".
type sidecar struct {
	file      string
	signature string
	generated time.Time // of a backfill digest
	fault     string    // why there is no signature
}

const maxSidecar = 64 << 10

// readSidecar reads the signature in a file.
func readSidecar(name string, text []byte) sidecar {
	s := sidecar{file: name}
	switch {
	case len(text) > maxSidecar:
		s.fault = fmt.Sprintf("%s is larger than %d bytes", name, maxSidecar)
		return s
	case strings.HasSuffix(name, file.SignatureSuffix):
		s.signature = string(bytes.TrimSpace(text))
	default:
		var head struct{ Metadata map[string]string }
		if err := json.Unmarshal(text, &head); err != nil {
			s.fault = fmt.Sprintf("%s is not what aws s3api head-object prints: %v", name, err)
			return s
		}
		s.signature = head.Metadata["signature"]
		// validate-logs looks for the key of a backfill digest by this time.
		if t, err := time.Parse(time.RFC3339, head.Metadata["backfill-generation-timestamp"]); err == nil {
			s.generated = t.UTC()
		}
		if a := head.Metadata["signature-algorithm"]; a != "" && a != signedWith {
			s.fault = fmt.Sprintf("%s names the algorithm %.40q, which is not known", name, a)
		}
	}
	if _, err := hex.DecodeString(s.signature); s.fault == "" && (err != nil || s.signature == "" || len(s.signature) > maxText) {
		s.fault = name + " holds no signature in hexadecimal"
	}
	return s
}

// keyring is the keys given.
type keyring struct {
	named    map[string][]Key // by what AWS calls them
	computed []Key            // those of which AWS does not say
	given    int
}

func newKeyring(keys []Key) *keyring {
	r := &keyring{named: map[string][]Key{}, given: len(keys)}
	for _, k := range keys {
		if k.computed {
			r.computed = append(r.computed, k)
		} else {
			r.named[k.Fingerprint] = append(r.named[k.Fingerprint], k)
		}
	}
	return r
}

// keySlack is how far outside a key's time a digest may end: validate-logs asks
// AWS for the keys of an hour before and after.
const keySlack = time.Hour

// covers reports whether AWS signed with the key when the digest was written.
// A backfill digest may be written at any time after its end.
func (k *Key) covers(d *digest) bool {
	written, known := d.End, true
	if d.trail.backfill {
		written, known = d.generated, !d.generated.IsZero()
	}
	switch {
	case !k.Until.IsZero() && d.End.After(k.Until.Add(keySlack)):
		return false
	case !known:
		return true
	}
	return (k.From.IsZero() || !written.Before(k.From.Add(-keySlack))) && (k.Until.IsZero() || !written.After(k.Until.Add(keySlack)))
}

func (k *Key) signed(sum []byte, s signature) bool {
	raw, err := hex.DecodeString(s.text)
	return err == nil && rsa.VerifyPKCS1v15(k.Public, crypto.SHA256, sum, raw) == nil
}

// judge sets the status of a digest by its signature.
func (r *keyring) judge(d *digest) {
	if len(d.signatures) == 0 {
		d.set(DigestUnsigned, cmp.Or(d.Reason, "its signature is not there: the next digest has it, and that of the newest is in the metadata of its S3 object"), d.headHint())
		return
	}
	keys, named := r.named[d.PublicKey], true
	if len(keys) == 0 {
		keys, named = r.computed, false
	}
	sum := sha256.Sum256(d.signed())
	for i := range keys {
		for _, s := range d.signatures {
			if !keys[i].signed(sum[:], s) {
				named = named || keys[i].Fingerprint == d.PublicKey
				continue
			}
			d.Signature = s.from
			if keys[i].covers(d) {
				d.set(DigestValid, "", "")
				return
			}
			d.set(DigestKeyless, fmt.Sprintf("the key that verifies its signature was valid from %s to %s, and it ends at %s", stamp(keys[i].From), stamp(keys[i].Until), stamp(d.End)), d.keyHint())
		}
	}
	switch {
	case d.Status == DigestKeyless:
	case r.given == 0:
		d.set(DigestKeyless, "no public key was given", d.keyHint())
	case !named:
		d.set(DigestKeyless, fmt.Sprintf("its key %.64q is not among those given", d.PublicKey), d.keyHint())
	default:
		d.refute()
	}
}

// refute says that no signature is of the digest. A signature out of a digest
// that is not valid itself says nothing.
func (d *digest) refute() {
	for _, s := range d.signatures {
		if s.by == nil || s.by.Status != DigestInvalid {
			d.Signature = s.from
			d.set(DigestInvalid, "the signature in "+s.from+" is not of it: one of both was changed", "")
			return
		}
	}
	d.set(DigestUnsigned, "its signature is only in "+d.signatures[0].from+", which is not valid itself", d.headHint())
}

func (d *digest) set(status Status, reason, hint string) {
	d.Status, d.Reason, d.Hint = status, reason, hint
}

// headHint is the command that fetches the signature of a digest.
func (d *digest) headHint() string {
	return fmt.Sprintf("aws s3api head-object --bucket %s --key %s > %s", quoted(d.Bucket), quoted(d.Key), quoted(path.Base(d.Key)+file.HeadSuffix))
}

// keyHint is the command that fetches the key of a digest.
func (d *digest) keyHint() string {
	region := ""
	if d.trail.region != "" {
		region = " --region " + quoted(d.trail.region)
	}
	return fmt.Sprintf("aws cloudtrail list-public-keys%s --start-time %s --end-time %s --output json", region, stamp(d.Start), stamp(d.End.Add(keySlack)))
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format(time.RFC3339)
}

// quoted gives a text from a digest as one word of a shell command, whatever
// is in it.
func quoted(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
