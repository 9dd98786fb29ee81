package file

import "strings"

// Names that tell CloudTrail's digest files, and what people save beside them,
// from logs.
const (
	// DigestMark is in the name of every digest.
	DigestMark = "_CloudTrail-Digest_"
	// SignatureSuffix ends the name of a digest's signature in hexadecimal
	// digits, HeadSuffix that of what `aws s3api head-object` says of it.
	SignatureSuffix = ".sig"
	HeadSuffix      = ".head.json"
)

// SidecarOf returns the name of the digest that a file stands beside, which is
// no log then.
func SidecarOf(base string) (digest string, ok bool) {
	for _, suffix := range []string{SignatureSuffix, HeadSuffix} {
		if digest, ok = strings.CutSuffix(base, suffix); ok && strings.Contains(digest, DigestMark) {
			return digest, true
		}
	}
	return "", false
}
