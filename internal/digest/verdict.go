package digest

import (
	"time"

	"github.com/pugmark/pugmark/internal/source"
)

// Word is a verdict in one word.
type Word string

// The words of a verdict, from the best to the worst.
const (
	// Verified: every digest has a signature that a key of AWS verifies, no
	// digest is missing between them, and every log file that matters is as
	// one of them says.
	Verified Word = "verified"
	// Partial: nothing contradicts, and part of it was verified by signature.
	Partial Word = "partial"
	// Hashes: nothing contradicts, but no signature was checked. Whoever can
	// write a log file can write such a digest.
	Hashes Word = "hashes"
	// Unchecked: there is nothing to check by.
	Unchecked Word = "unchecked"
	// Altered: something is not what was delivered.
	Altered Word = "altered"
)

// Verdict is what came of a verification.
type Verdict struct {
	Word     Word   `json:"verdict"`
	Sentence string `json:"sentence"`
	Counts   Counts `json:"counts"`
	// Keys are the fingerprints of the keys given.
	Keys []string `json:"keys"`
	// Chains are in the order of their names.
	Chains []Chain `json:"chains"`
	// Unreadable are digests of which no chain is known.
	Unreadable []Digest `json:"unreadable,omitempty"`
	// Logs are the log files that matter, by name, and then those missing.
	Logs []Log `json:"logs"`
	// Problems are what else could not be read, and limits that were met.
	Problems []source.Problem `json:"problems,omitempty"`
}

// Counts are numbers of digests and log files by status, the unlisted too.
type Counts struct {
	Digests  int            `json:"digests"`
	Statuses map[Status]int `json:"digest_statuses"`
	// LogFiles are how many matter or are missing.
	LogFiles int               `json:"log_files"`
	Logs     map[LogStatus]int `json:"log_statuses"`
	Gaps     int               `json:"gaps"`
	// Unasked are files that are no digests and were not asked for: nothing of
	// them was checked.
	Unasked int `json:"unasked,omitempty"`
	// Unlisted are log files counted but not listed.
	Unlisted int `json:"unlisted,omitempty"`
}

// Chain is the digests of one trail for one account and region. Digests that
// name what was delivered late ("backfill") form chains of their own.
type Chain struct {
	Name     string `json:"name"`
	Account  string `json:"account"`
	Region   string `json:"region,omitempty"`
	Trail    string `json:"trail,omitempty"`
	Home     string `json:"home_region,omitempty"`
	Backfill bool   `json:"backfill,omitempty"`
	// Before is the key of the digest before the first, which is not there;
	// empty if the first begins a chain.
	Before  string   `json:"before,omitempty"`
	Digests []Digest `json:"digests"`
	Gaps    []Gap    `json:"gaps,omitempty"`
}

// Status says what was found of a digest.
type Status string

// What was found of a digest.
const (
	// DigestValid: a key of AWS verifies its signature.
	DigestValid Status = "valid"
	// DigestInvalid: its signature is not of it, or not of the key.
	DigestInvalid Status = "invalid signature"
	// DigestUnsigned: its signature is not there; the signature of a digest is
	// in the next one, and that of the newest in the metadata of its S3 object.
	DigestUnsigned Status = "no signature"
	// DigestKeyless: the key that it names is not there, or was not valid then.
	DigestKeyless Status = "no key"
	// DigestBroken: its hash, or that of the digest before it, is not the one
	// recorded, and no signature says which of both was changed.
	DigestBroken Status = "broken link"
	// DigestUnreadable: it is no digest that AWS could have written.
	DigestUnreadable Status = "unreadable"
)

// Link says what was found of the hash that a digest records of the one before.
type Link string

// What was found of the link to the digest before.
const (
	LinkStart   Link = "start"   // it begins a chain, and names none
	LinkHolds   Link = "holds"   // the digest before has the hash recorded
	LinkBroken  Link = "broken"  // it has another
	LinkMissing Link = "missing" // it is not there
)

// Digest is one digest file.
type Digest struct {
	File   string    `json:"file"`
	Bucket string    `json:"bucket,omitempty"`
	Key    string    `json:"key,omitempty"`
	Start  time.Time `json:"start,omitzero"`
	End    time.Time `json:"end,omitzero"`
	Status Status    `json:"status"`
	Link   Link      `json:"link,omitempty"`
	// Reason says why the status is not valid, Hint what may help.
	Reason string `json:"reason,omitempty"`
	Hint   string `json:"hint,omitempty"`
	// Signature says where the signature is from: a file.
	Signature string `json:"signature_from,omitempty"`
	// PublicKey is the fingerprint of the key that the digest names.
	PublicKey string `json:"public_key,omitempty"`
	SHA256    string `json:"sha256,omitempty"`
	// LogFiles is how many log files it names.
	LogFiles int `json:"log_files"`
}

// Gap is a time within a chain that no digest covers.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Restart says that the later digest begins a chain: AWS wrote none for
	// that time. If it is false, digests are missing.
	Restart bool `json:"restart,omitempty"`
	// Missing is the key of the last digest missing.
	Missing string `json:"missing,omitempty"`
}

// LogStatus says what was found of a log file.
type LogStatus string

// What was found of a log file.
const (
	// LogVerified: it has the hash that a digest with a verified signature records.
	LogVerified LogStatus = "verified"
	// LogHashed: it has the hash recorded, in a digest whose signature was not
	// checked.
	LogHashed LogStatus = "hash matches"
	// LogDiffers: it has another hash than recorded.
	LogDiffers LogStatus = "hash differs"
	// LogDistrusted: only digests that are not valid name it.
	LogDistrusted LogStatus = "digest not valid"
	// LogUncovered: no digest present names it.
	LogUncovered LogStatus = "not covered"
	// LogMissing: a digest names it, and it is not on disk.
	LogMissing LogStatus = "missing"
	// LogUnreadable: it could not be read to its end.
	LogUnreadable LogStatus = "unreadable"
)

// Log is one log file.
type Log struct {
	// File is its name on disk, empty if it is missing.
	File string `json:"file,omitempty"`
	// Key is that of the object a digest names, with its bucket.
	Key    string    `json:"key,omitempty"`
	Status LogStatus `json:"status"`
	Reason string    `json:"reason,omitempty"`
	// Digest is the file of the digest that tells.
	Digest string `json:"digest,omitempty"`
	// SHA256 is the hash of its unpacked content.
	SHA256 string `json:"sha256,omitempty"`
}
