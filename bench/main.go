// Command bench measures pugmark against the targets that the project has set
// for its speed, and against other tools that answer the same question over
// the same files.
//
// Every time is that of a whole process, from its start to its end, and runs
// of different programs take turns, so that a slow minute of the machine slows
// all of them. What counts are ratios of the shortest times of one run of this
// command; nothing is compared with numbers of another day or machine. It
// exits with 1 if a target is missed. Start reading at bench.run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
)

// bench is one run of the command.
type bench struct {
	ctx     context.Context
	pugmark string // the program
	fast    string // the program with libdeflate, "" if there is none
	work    string // where corpora and variants are kept
	bin     string // where the peers are
	jobs    int    // workers, as many as there are cores
	size    size

	corpora []*corpus
	results results
	answers map[string]string // to the question that all peers are asked, by corpus
	absent  []string          // peers that the machine does not have
	notes   []string          // what else is to be known of the numbers
}

// errMissed tells that a target was missed.
var errMissed = errors.New("a target was missed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	pugmark := flag.String("pugmark", "bin/pugmark", "the program to measure")
	fast := flag.String("fast", "bin/pugmark-fast", "the program built with libdeflate; left out if there is none")
	work := flag.String("work", ".cache/bench", "directory for what is made")
	sizeName := flag.String("size", "full", "full, or small for a quick run")
	rounds := flag.Int("rounds", 0, "how often each command runs; 0 for what its size asks for")
	write := flag.String("write", "", "a page to write the numbers into, between its marks")
	flag.Parse()
	b := &bench{ctx: ctx, work: *work, bin: filepath.Join(*work, "bin"), jobs: runtime.NumCPU(), results: results{}, answers: map[string]string{}}
	if err := b.main(*pugmark, *fast, *sizeName, *rounds, *write); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func (b *bench) main(pugmark, fast, sizeName string, rounds int, write string) (err error) {
	if b.size, err = sizeOf(sizeName); err != nil {
		return err
	}
	if rounds > 0 {
		b.size.rounds, b.size.few = rounds, rounds
	}
	// A program without a slash would be looked for elsewhere.
	if b.pugmark, err = filepath.Abs(pugmark); err != nil {
		return err
	}
	if _, err := os.Stat(fast); err == nil {
		if b.fast, err = filepath.Abs(fast); err != nil {
			return err
		}
	}
	page, missed, err := b.run()
	if err != nil {
		return err
	}
	fmt.Print(page)
	if write != "" {
		if err := writeBetweenMarks(write, page); err != nil {
			return err
		}
	}
	if missed {
		return errMissed
	}
	return nil
}

// run makes what is measured, measures, and writes the page of it.
func (b *bench) run() (page string, missed bool, err error) {
	if err := b.sameLibrary(); err != nil {
		return "", false, err
	}
	if b.fast == "" {
		b.lacks("pugmark with libdeflate: bin/pugmark-fast was not built, it needs cgo and libdeflate-dev")
	}
	machine := describeMachine(b.pugmark)
	if err := b.makeCorpora(); err != nil {
		return "", false, err
	}
	if err := b.makeVariants(); err != nil {
		return "", false, err
	}
	plans, err := b.plans()
	if err != nil {
		return "", false, err
	}
	for _, p := range plans {
		if err := b.measure(p); err != nil {
			return "", false, err
		}
	}
	targets := b.targets()
	profiles, err := b.profiles()
	if err != nil {
		return "", false, err
	}
	for _, t := range targets {
		missed = missed || t.decides && !t.held
	}
	return b.page(machine, targets, profiles), missed, nil
}

// tell writes a line about the progress.
func tell(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
