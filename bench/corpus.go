package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// size says how much is measured.
type size struct {
	name   string
	events []int // of the corpora, ascending; targets are judged on all but the first
	rounds int   // of the smaller corpora
	few    int   // rounds of the largest
}

func sizeOf(name string) (size, error) {
	switch name {
	case "full":
		return size{name: name, events: []int{50_000, 200_000, 2_000_000}, rounds: 7, few: 4}, nil
	case "small":
		return size{name: name, events: []int{20_000, 50_000}, rounds: 3, few: 3}, nil
	}
	return size{}, fmt.Errorf("-size is full or small, not %s", name)
}

// layout is how the events of a corpus lie in files.
type layout string

const (
	many  layout = "many"  // small .json.gz files, 200 records each, as a quiet trail leaves them
	large layout = "large" // few .json.gz files, of up to 16 MiB of JSON
	lines layout = "lines" // one file of JSON lines, not compressed
)

// corpus is a directory of simulated logs.
type corpus struct {
	name   string
	layout layout
	events int
	dir    string

	files   int
	packed  int64 // bytes as they lie on disk
	json    int64 // bytes of JSON
	largest int64 // bytes on disk of the largest file
}

// flags are those of pugmark simulate that make the layout.
func (l layout) flags() []string {
	switch l {
	case large:
		return []string{"--file-size", "16MiB"}
	case lines:
		return []string{"--format", "jsonl"}
	}
	return []string{"--file-events", "200"}
}

// makeCorpora makes the corpora that are not there yet. They lie in a directory
// named after what the simulation writes today, so that one that has changed
// makes new ones.
func (b *bench) makeCorpora() error {
	version, err := b.simulationVersion()
	if err != nil {
		return err
	}
	root := filepath.Join(b.work, "corpora", version)
	if err := onlyThis(root); err != nil {
		return err
	}
	biggest := b.size.events[len(b.size.events)-1]
	for i, events := range b.size.events {
		layouts := []layout{many, large}
		if i == 0 {
			layouts = []layout{large} // for the curve alone
		}
		if events == biggest {
			layouts = append(layouts, lines)
		}
		for _, l := range layouts {
			c := &corpus{name: fmt.Sprintf("%s-%s", l, short(events)), layout: l, events: events}
			c.dir = filepath.Join(root, c.name)
			if err := b.makeCorpus(c); err != nil {
				return fmt.Errorf("corpus %s: %w", c.name, err)
			}
			b.corpora = append(b.corpora, c)
		}
	}
	return nil
}

// onlyThis removes the corpora of other versions, which are large.
func onlyThis(root string) error {
	others, err := os.ReadDir(filepath.Dir(root))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range others {
		if entry.Name() == filepath.Base(root) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(filepath.Dir(root), entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// simulationVersion tells apart what different versions of the simulation
// write.
func (b *bench) simulationVersion() (string, error) {
	dir, err := os.MkdirTemp("", "pugmark-bench-*")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	logs := filepath.Join(dir, "logs")
	if _, err := b.output(b.pugmark, "simulate", logs, "--events", "1000", "--format", "jsonl"); err != nil {
		return "", err
	}
	h := sha256.New()
	for _, l := range []layout{many, large, lines} {
		h.Write(fmt.Appendln(nil, l.flags()))
	}
	err = filepath.WalkDir(logs, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		h.Write(text)
		return err
	})
	return fmt.Sprintf("%x", h.Sum(nil)[:6]), err
}

func (b *bench) makeCorpus(c *corpus) error {
	// The simulation writes the truth when all else is written.
	truth := c.dir + ".truth.json"
	if _, err := os.Stat(truth); err != nil {
		tell("%s: writing %d events", c.name, c.events)
		if err := os.RemoveAll(c.dir); err != nil {
			return err
		}
		argv := append([]string{b.pugmark, "simulate", c.dir, "--events", strconv.Itoa(c.events), "--truth", truth}, c.layout.flags()...)
		if _, err := b.output(argv...); err != nil {
			return err
		}
	}
	err := filepath.WalkDir(c.dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		c.files++
		c.packed += info.Size()
		c.largest = max(c.largest, info.Size())
		return nil
	})
	if err != nil || c.layout == lines {
		c.json = c.packed
		return err
	}
	out, err := b.output(filepath.Join(b.bin, "unpack"), "-jobs", strconv.Itoa(b.jobs), c.dir)
	if err != nil {
		return err
	}
	c.json, err = strconv.ParseInt(out, 10, 64)
	return err
}

// corpus finds a corpus, nil if the size of the run has none such.
func (b *bench) corpus(l layout, events int) *corpus {
	for _, c := range b.corpora {
		if c.layout == l && c.events == events {
			return c
		}
	}
	return nil
}

// short writes a round number shortly: 200k, 2m.
func short(n int) string {
	switch {
	case n >= 1_000_000 && n%1_000_000 == 0:
		return strconv.Itoa(n/1_000_000) + "m"
	case n >= 1000 && n%1000 == 0:
		return strconv.Itoa(n/1000) + "k"
	}
	return strconv.Itoa(n)
}
