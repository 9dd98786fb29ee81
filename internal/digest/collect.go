package digest

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
)

// collection is what the files hold: digests, what stands beside them, and
// everything else, which are logs.
type collection struct {
	limits Limits
	wanted map[string]bool // names of logs; nil for all
	stop   context.CancelFunc

	mu       sync.Mutex
	digests  []*digest
	broken   []Digest // unreadable ones
	sidecars map[string][]sidecar
	beside   int // how many
	locals   []*local
	entries  int
	exceeded string // which limit was met
}

// local is a log file on disk.
type local struct {
	Log
	base   string // without what says how it is packed
	sum    [sha256.Size]byte
	wanted bool
	fault  string // why it has no sum
}

// collect reads what is under the paths of the source.
func collect(ctx context.Context, src *file.Source, options Options) (*collection, []source.Problem, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &collection{limits: options.Limits, stop: cancel, sidecars: map[string][]sidecar{}}
	if options.Logs != nil {
		c.wanted = map[string]bool{}
		for _, name := range options.Logs {
			c.wanted[name] = true
		}
	}
	var report source.Report
	err := src.Contents(inner, options.Workers, &report, c.visit)
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if err != nil && c.exceeded == "" && !errors.Is(err, source.ErrNothingRead) {
		return nil, nil, err
	}
	problems, more := report.Problems()
	problems = c.unvisited(problems)
	if more > 0 {
		problems = append(problems, source.Problem{Offset: -1, Reason: fmt.Sprintf("%d more files that could not be read", more)})
	}
	slices.SortFunc(c.digests, func(a, b *digest) int { return cmp.Compare(a.File, b.File) })
	slices.SortFunc(c.broken, func(a, b Digest) int { return cmp.Compare(a.File, b.File) })
	slices.SortFunc(c.locals, func(a, b *local) int { return cmp.Compare(a.File, b.File) })
	for _, list := range c.sidecars {
		slices.SortFunc(list, func(a, b sidecar) int { return cmp.Compare(a.file, b.file) })
	}
	return c, problems, nil
}

// visit takes one content.
func (c *collection) visit(name string, content io.Reader) error {
	buffered := bufio.NewReaderSize(content, 32<<10)
	base := baseOf(name)
	if of, ok := file.SidecarOf(base); ok {
		c.sidecar(name, of, buffered)
		return nil
	}
	head, _ := buffered.Peek(4 << 10) // an error comes again when it is read
	if strings.Contains(base, file.DigestMark) || looksLikeDigest(head) {
		c.digest(name, buffered)
		return nil
	}
	c.log(name, buffered)
	return nil
}

// looksLikeDigest reports whether a JSON object begins as digests do: what
// stands before its first list or object names them. What a log file can say
// anywhere does not make it one.
func looksLikeDigest(head []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(head))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return false
	}
	for {
		name, err := decoder.Token()
		if err != nil {
			return false
		}
		if name == "digestStartTime" || name == "digestS3Object" {
			return true
		}
		if value, err := decoder.Token(); err != nil || value == json.Delim('{') || value == json.Delim('[') {
			return false
		}
	}
}

func (c *collection) sidecar(name, of string, content io.Reader) {
	text, err := io.ReadAll(io.LimitReader(content, maxSidecar+1))
	s := readSidecar(name, text)
	if err != nil {
		reason, _ := file.Explain(err)
		s = sidecar{file: name, fault: name + " could not be read: " + reason}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sidecars[of] = append(c.sidecars[of], s)
	if c.beside++; c.beside > c.limits.Digests {
		c.exceed("there are more than %d signatures of digests", c.limits.Digests)
	}
}

func (c *collection) digest(name string, content io.Reader) {
	d, err := decode(content, c.limits.Digest, c.limits.Entries)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case errors.Is(err, errEntries):
		c.exceed("digests name more than %d log files", c.limits.Entries)
		return
	case err != nil:
		c.unreadable(name, err)
	default:
		d.File = name
		c.digests = append(c.digests, d)
		c.entries += len(d.entries)
	}
	if c.entries > c.limits.Entries {
		c.exceed("digests name more than %d log files", c.limits.Entries)
	}
	if len(c.digests)+len(c.broken) > c.limits.Digests {
		c.exceed("there are more than %d digests", c.limits.Digests)
	}
}

func (c *collection) unreadable(name string, err error) {
	reason, hint := file.Explain(err)
	c.broken = append(c.broken, Digest{File: name, Status: DigestUnreadable, Reason: reason, Hint: hint})
}

// exceed ends the reading. What is over a limit would depend on the order of
// reading, so nothing is judged then.
func (c *collection) exceed(format string, limit int) {
	c.exceeded = fmt.Sprintf(format, limit)
	c.stop()
}

func (c *collection) log(name string, content io.Reader) {
	l := newLocal(name)
	l.wanted = c.wanted == nil || c.wanted[name]
	if l.wanted {
		hash := sha256.New()
		if _, err := io.Copy(hash, content); err != nil {
			l.fault, _ = file.Explain(err)
		} else {
			hash.Sum(l.sum[:0])
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.locals = append(c.locals, l)
}

func newLocal(name string) *local {
	return &local{Log: Log{File: name}, base: unpackedName(baseOf(name))}
}

// unvisited makes digests and logs of files that could not even be unpacked,
// and of names that were asked for and not met. It returns the other problems.
func (c *collection) unvisited(problems []source.Problem) []source.Problem {
	met := map[string]bool{}
	for _, l := range c.locals {
		met[l.File] = true
	}
	others := []source.Problem{}
	for _, p := range problems {
		base := baseOf(p.Path)
		switch {
		case met[p.Path]:
			others = append(others, p)
		case strings.Contains(base, file.DigestMark):
			c.broken = append(c.broken, Digest{File: p.Path, Status: DigestUnreadable, Reason: p.Reason, Hint: p.Hint})
		case c.wanted[p.Path] || c.wanted == nil && strings.Contains(base, "_CloudTrail_"):
			met[p.Path] = true
			l := newLocal(p.Path)
			l.wanted, l.fault = true, p.Reason
			c.locals = append(c.locals, l)
		default:
			others = append(others, p)
		}
	}
	for name := range c.wanted {
		if !met[name] {
			l := newLocal(name)
			l.wanted, l.fault = true, "it is not among the files that were looked at"
			c.locals = append(c.locals, l)
		}
	}
	return others
}

// baseOf returns the last part of a name: of a file, or of one in an archive.
func baseOf(name string) string { return name[strings.LastIndexAny(name, `/\!`)+1:] }

// unpackedName is a file's name without what says how it is packed, since
// files are unpacked, and packed in another way, as they are copied.
func unpackedName(base string) string {
	return strings.TrimSuffix(strings.TrimSuffix(base, ".gz"), ".zst")
}
