package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// command is one thing that is measured over one corpus.
type command struct {
	name string
	argv []string
	// discard throws the output away, of a program that has no answer.
	discard bool
	// check, if not nil, is given the output of the first run.
	check func(out string) error
}

// sample is what one run of a command took.
type sample struct {
	wall time.Duration
	cpu  time.Duration // user and system, of all its processes
	rss  int64         // bytes that the largest of its processes held at most
}

// series are the runs of one command.
type series []sample

// wall is the shortest time. What disturbs a run only adds to it, so this is
// the best guess of what an undisturbed one takes.
func (s series) wall() time.Duration {
	return slices.MinFunc(s, func(a, b sample) int { return cmp.Compare(a.wall, b.wall) }).wall
}

// median is the time in the middle.
func (s series) median() time.Duration {
	sorted := slices.SortedFunc(slices.Values(s), func(a, b sample) int { return cmp.Compare(a.wall, b.wall) })
	return sorted[len(sorted)/2].wall
}

// cpu is the least time of processors.
func (s series) cpu() time.Duration {
	return slices.MinFunc(s, func(a, b sample) int { return cmp.Compare(a.cpu, b.cpu) }).cpu
}

// rss is the most memory.
func (s series) rss() int64 {
	return slices.MaxFunc(s, func(a, b sample) int { return cmp.Compare(a.rss, b.rss) }).rss
}

// results are all series, by corpus and command.
type results map[string]map[string]series

func (r results) add(corpus, name string, s sample) {
	if r[corpus] == nil {
		r[corpus] = map[string]series{}
	}
	r[corpus][name] = append(r[corpus][name], s)
}

// plan is what is measured over one corpus.
type plan struct {
	corpus   *corpus
	commands []command
	rounds   int
}

// measure runs each command once to fill the caches and to look at what it
// answers, and then all of them in turn for some rounds.
func (b *bench) measure(p plan) error {
	if len(p.commands) == 0 {
		return nil
	}
	tell("%s: %d commands, %d rounds", p.corpus.name, len(p.commands), p.rounds)
	for _, c := range p.commands {
		_, out, err := run(b.ctx, c)
		if err == nil && c.check != nil {
			err = c.check(out)
		}
		if err != nil {
			return fmt.Errorf("%s over %s: %w", c.name, p.corpus.name, err)
		}
	}
	for round := range p.rounds {
		for i := range p.commands {
			c := p.commands[(i+round)%len(p.commands)]
			s, _, err := run(b.ctx, c)
			if err != nil {
				return fmt.Errorf("%s over %s: %w", c.name, p.corpus.name, err)
			}
			b.results.add(p.corpus.name, c.name, s)
		}
	}
	return nil
}

// run runs a command to its end.
func run(ctx context.Context, c command) (sample, string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Stderr = &stderr
	if !c.discard {
		cmd.Stdout = &stdout
	}
	start := time.Now()
	err := cmd.Run()
	s := sample{wall: time.Since(start)}
	if ctx.Err() != nil {
		return s, "", errors.New("interrupted")
	}
	if err != nil {
		return s, "", fmt.Errorf("%s: %w: %s", strings.Join(c.argv, " "), err, lastLine(stderr.String()))
	}
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.rss = usage.Maxrss << 10 // Linux counts in KiB
	}
	return s, stdout.String(), nil
}

// output runs a command for its output alone.
func (b *bench) output(argv ...string) (string, error) {
	_, out, err := run(b.ctx, command{argv: argv})
	return strings.TrimSpace(out), err
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
