// Package bundle collects the evidence of findings and packs it, so that
// somebody else can check it: the raw records as they stand in the logs, where
// they stand, and hashes of all there is. The same input gives the same bytes.
//
// It knows events by their IDs, files by their hashes and the verdict on
// digests; it knows no detections, which who calls it has turned into texts,
// and draws no page. Start reading at [Collect], then [Archive].
package bundle

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/digest"
)

// Bundle is what is handed over.
type Bundle struct {
	Manifest Manifest
	// Content is all that decided what the findings are, besides the logs: see
	// [Sort] and [ContentHash].
	Content  []Member
	Evidence *Evidence
	// Unread says, a line each, what of the input and the content could not be
	// read or run.
	Unread []string
	// Integrity is what the digests among the input say of the logs, nil if it
	// was not asked.
	Integrity *digest.Verdict
}

// Member is a file of the bundle.
type Member struct {
	Name string
	Text []byte
}

// The folder of what decided the findings.
const contentFolder = "content/"

// Manifest says what a bundle is. It tells no time and no machine, so that the
// same input gives the same bytes.
type Manifest struct {
	Form      int             `json:"bundle"` // the version of this form
	Program   Program         `json:"pugmark"`
	Reproduce string          `json:"reproduce"`
	Asked     []string        `json:"asked_for"`
	Findings  []FindingSource `json:"findings"`
	Earliest  string          `json:"earliest,omitempty"`
	Latest    string          `json:"latest,omitempty"`
	Now       string          `json:"now,omitempty"` // if it was given
	Events    Totals          `json:"events"`
	Content   ContentSource   `json:"content"`
	Inputs    []Input         `json:"input_files"`
	Places    []Input         `json:"geoip_files,omitempty"` // used, and not in the bundle
	Unread    int             `json:"unread"`                // lines of unread.txt
	Integrity Integrity       `json:"integrity"`
	Notes     []string        `json:"notes"`
}

// Program is what made the bundle.
type Program struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
}

// FindingSource says of a finding why it is in the bundle.
type FindingSource struct {
	ID        string `json:"finding_id"`
	Detection string `json:"detection"`
	Why       string `json:"why"`
	Events    int    `json:"events"`
}

// Totals are numbers of raw events.
type Totals struct {
	Found    int64 `json:"found"`
	Included int64 `json:"included"`
	LeftOut  int64 `json:"left_out"`
	Bytes    int64 `json:"bytes"` // of those included
	// Limit is what they were bounded by.
	Limit   int64    `json:"limit_bytes"`
	Missing []string `json:"missing"`
}

// ContentSource says what decided the findings.
type ContentSource struct {
	SHA256  string `json:"sha256"`
	How     string `json:"how"`
	Builtin string `json:"builtin,omitempty"` // the hash that pugmark version prints
}

// Integrity is the verdict on digests in short.
type Integrity struct {
	Word     string `json:"verdict"`
	Sentence string `json:"sentence"`
}

// HowContent says in words what [ContentHash] is.
const HowContent = "the SHA-256 of the lines of SHA256SUMS that name a file below content/, as in: grep '  content/' SHA256SUMS | sha256sum"

// Sort puts the members in the order in which a bundle has them, and gives
// those of the same name different ones.
func Sort(members []Member) {
	taken := map[string]int{}
	for i := range members {
		// Some systems do not tell upper from lower case.
		key := strings.ToLower(members[i].Name)
		taken[key]++
		if n := taken[key]; n > 1 {
			dot := strings.LastIndexByte(members[i].Name, '.')
			members[i].Name = fmt.Sprintf("%s~%d%s", members[i].Name[:dot], n, members[i].Name[dot:])
		}
	}
	slices.SortFunc(members, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
}

// ContentHash is one hash of all members below content/, which are in order:
// that of their lines in SHA256SUMS.
func ContentHash(members []Member) string {
	h := sha256.New()
	for _, m := range members {
		if strings.HasPrefix(m.Name, contentFolder) {
			_, _ = h.Write([]byte(sumLine(sha256.Sum256(m.Text), m.Name))) // a hash takes everything
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sumLine is a line as sha256sum writes and checks it.
func sumLine(sum [sha256.Size]byte, name string) string {
	return hex.EncodeToString(sum[:]) + "  " + name + "\n"
}

// maxName bounds the name of a member.
const maxName = 80

// FileName makes a name for a member of any text: a detection may be called
// ../x, and con is no name on some systems.
func FileName(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.':
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
		if b.Len() >= maxName {
			break
		}
	}
	name := strings.Trim(b.String(), ".")
	switch stem, _, _ := strings.Cut(strings.ToLower(name), "."); {
	case name == "":
		return "unnamed"
	case stem == "con", stem == "prn", stem == "aux", stem == "nul",
		len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")):
		return "_" + name
	}
	return name
}
