// Package digest checks, over files on disk, whether CloudTrail log files are
// those that AWS delivered: by the hashes in the digest files among them, the
// chain that the digests form and the signatures of AWS.
//
// It answers what `aws cloudtrail validate-logs` answers online, and claims no
// more than it checked: without a public key, or without a signature, it says
// so. It knows no events and writes nothing, and nothing that a digest says is
// used as a path. What it knows of digests is from the AWS CloudTrail User
// Guide, "CloudTrail digest file structure" and "Custom implementations of
// CloudTrail log file integrity validation", and from what validate-logs does.
// Start reading at [Verify].
package digest

import (
	"cmp"
	"context"

	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
)

// Options say what is verified and with what. The zero Options are usable:
// hashes and links are checked, signatures are not.
type Options struct {
	// Keys are the public keys of AWS, as [LoadKeys] reads them.
	Keys []Key
	// Logs are the log files that matter, by the names that the file source
	// gives them: the source of their events. Nil means all that are found.
	Logs []string
	// Workers is how many files are read at once; 0 means one.
	Workers int
	// Files bounds the unpacking.
	Files file.Limits
	Limits
}

// Limits bound what digests may cost. Zero means the default.
type Limits struct {
	// Digest bounds the bytes of one digest, unpacked.
	Digest int64
	// Entries bounds how many log files all digests name together, Digests how
	// many digests there are.
	Entries, Digests int
	// Listed bounds how many log files of each status are listed, but for
	// those in Options.Logs, which all are; the rest are counted.
	Listed int
}

// DefaultLimits are wide: a digest of an hour has hundreds of entries, a year
// of digests of one account some hundred thousand.
var DefaultLimits = Limits{Digest: 64 << 20, Entries: 2_000_000, Digests: 500_000, Listed: 1000}

// Verify checks the log files under the paths, each a file, a directory or a
// pattern, against the digests that are found among them. Files of the form
// FILE.sig (the signature in hexadecimal) and FILE.head.json (what `aws s3api
// head-object` printed) beside a digest FILE give its signature.
//
// The verdict is the same for the same files, whatever the number of workers.
// The error is of the reading as a whole: all that is wrong with the files is
// in the verdict.
func Verify(ctx context.Context, paths []string, options Options) (*Verdict, error) {
	options.Limits = options.withDefaults()
	paths, piped := withoutStdin(paths)
	c, problems, err := collect(ctx, file.New(paths, file.Options{Limits: options.Files}), options)
	if err != nil {
		return nil, err
	}
	return c.verdict(&options, append(piped, problems...)), nil
}

// withoutStdin leaves out standard input, which has been read by then, and has
// no name that a digest could know.
func withoutStdin(paths []string) (named []string, piped []source.Problem) {
	piped = []source.Problem{}
	for _, path := range paths {
		if path == file.Stdin {
			piped = append(piped, source.Problem{Path: file.StdinSource, Offset: -1, Reason: "standard input has no name, by which digests know log files", Hint: "give files"})
			continue
		}
		named = append(named, path)
	}
	return named, piped
}

func (l Limits) withDefaults() Limits {
	l.Digest = cmp.Or(l.Digest, DefaultLimits.Digest)
	l.Entries = cmp.Or(l.Entries, DefaultLimits.Entries)
	l.Digests = cmp.Or(l.Digests, DefaultLimits.Digests)
	l.Listed = cmp.Or(l.Listed, DefaultLimits.Listed)
	return l
}
