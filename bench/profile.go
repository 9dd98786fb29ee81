package main

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// profile is where the time of one command goes, by package.
type profile struct {
	command string
	corpus  string
	shares  []share
}

// share is a part of the time of processors.
type share struct {
	where   string
	percent float64
}

// profiles runs the main commands once more over a large corpus, with a
// profile.
func (b *bench) profiles() ([]profile, error) {
	c := b.corpus(large, b.size.events[len(b.size.events)-1])
	var profiles []profile
	for _, command := range []command{
		b.scan(one, b.jobs, c.dir, "--detection", imageShared),
		b.scan(all, b.jobs, c.dir),
		b.search(stats, b.jobs, c.dir, everything),
	} {
		file := filepath.Join(b.work, "cpu.pprof")
		if _, err := b.output(append(command.argv, "--cpuprofile", file)...); err != nil {
			return nil, err
		}
		top, err := b.output("go", "tool", "pprof", "-top", "-nodecount=1000000", "-nodefraction=0", file)
		if err != nil {
			return nil, err
		}
		_ = os.Remove(file)
		profiles = append(profiles, profile{command.name, c.name, byPackage(top)})
	}
	return profiles, nil
}

// topLine is a line of pprof's list: flat, flat%, sum%, cum, cum%, function.
var topLine = regexp.MustCompile(`^\s*\S+\s+([0-9.]+)%\s+[0-9.]+%\s+\S+\s+[0-9.]+%\s+(\S+)`)

// byPackage adds up the time of functions by where they are.
func byPackage(top string) []share {
	sums := map[string]float64{}
	for line := range strings.Lines(top) {
		m := topLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		percent, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			continue
		}
		sums[place(m[2])] += percent
	}
	var shares []share
	rest := 0.0
	for where, percent := range sums {
		if percent < 1 {
			rest += percent
			continue
		}
		shares = append(shares, share{where, percent})
	}
	slices.SortFunc(shares, func(a, b share) int { return cmp.Or(cmp.Compare(b.percent, a.percent), cmp.Compare(a.where, b.where)) })
	return append(shares, share{"the rest", rest})
}

// place is the package of a function, shortened: the packages of the runtime
// are one, as the reader cannot do much about them one by one.
func place(function string) string {
	slash := strings.LastIndexByte(function, '/') + 1
	name, _, _ := strings.Cut(function[slash:], ".")
	full := function[:slash] + name
	switch {
	case strings.HasPrefix(full, "runtime"), strings.HasPrefix(full, "internal/runtime/syscall"), strings.HasPrefix(full, "internal/runtime/atomic"):
		return "Go runtime and system calls"
	case strings.HasPrefix(full, "internal/bytealg"), full == "memeqbody", full == "indexbytebody", full == "cmpbody", full == "memchr", full == "countbody", full == "aeshashbody":
		return "Go: search and comparison of bytes"
	}
	return strings.TrimPrefix(full, "github.com/pugmark/pugmark/internal/")
}
