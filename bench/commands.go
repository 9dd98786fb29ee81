package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The names of what is measured.
const (
	unpacking    = "unpack"
	unpackingOne = "unpack, 1 worker"
	one          = "one detection"
	oneOne       = "one detection, 1 worker"
	all          = "all detections"
	allOne       = "all detections, 1 worker"
	stats        = "stats"
	statsOne     = "stats, 1 worker"
	oneFast      = "one detection, libdeflate"
	allFast      = "all detections, libdeflate"
	tiny         = "all detections, one event"
)

// generated names the scan with so many generated detections, and chosen that
// with so many built-in ones.
func generated(n int) string { return fmt.Sprintf("%d generated detections", n) }
func chosen(n int) string    { return fmt.Sprintf("%d built-in detections", n) }

// everything is a search that has to look into every event.
const everything = "* | stats count by eventSource, eventName, userIdentity.type"

// shares counts the calls that let another account or everybody launch an
// image: the question that all peers are asked.
const shares = `eventName=ModifyImageAttribute (requestParameters.launchPermission.add.items{}.userId=* OR requestParameters.launchPermission.add.items{}.group=all) | stats count`

// scan is a scan with so many workers.
func (b *bench) scan(name string, jobs int, dir string, flags ...string) command {
	argv := append([]string{b.pugmark, "scan", dir, "--jobs", strconv.Itoa(jobs), "-o", "ndjson", "-q"}, flags...)
	return command{name: name, argv: argv}
}

func (b *bench) search(name string, jobs int, dir, spl string) command {
	return command{name: name, argv: []string{b.pugmark, "search", spl, dir, "--jobs", strconv.Itoa(jobs), "-o", "ndjson", "-q"}}
}

func (b *bench) unpack(name string, jobs int, dir string) command {
	return command{name: name, argv: []string{filepath.Join(b.bin, "unpack"), "-jobs", strconv.Itoa(jobs), dir}}
}

// plans says what is measured over which corpus.
func (b *bench) plans() ([]plan, error) {
	names, err := b.builtin()
	if err != nil {
		return nil, err
	}
	var plans []plan
	for i, events := range b.size.events {
		for _, l := range []layout{many, large, lines} {
			c := b.corpus(l, events)
			if c == nil {
				continue
			}
			p := plan{corpus: c, rounds: b.size.rounds}
			if events == b.size.events[len(b.size.events)-1] {
				p.rounds = b.size.few
			}
			switch {
			case l == lines:
				p.commands = b.overLines(c.dir)
			case i == 0:
				p.commands = []command{b.unpack(unpacking, b.jobs, c.dir), b.scan(one, b.jobs, c.dir, "--detection", imageShared), b.scan(all, b.jobs, c.dir)}
			default:
				p.commands = b.overPacked(c.dir)
			}
			if i == 1 && l == large {
				p.commands = append(p.commands, b.curve(c.dir, names)...)
			}
			if i == 1 && l != lines {
				peers, err := b.peers(c)
				if err != nil {
					return nil, err
				}
				p.commands = append(p.commands, peers...)
			}
			plans = append(plans, p)
		}
	}
	start, err := b.startUp()
	return append(plans, start), err
}

// overPacked are the commands over packed files.
func (b *bench) overPacked(dir string) []command {
	scanOne := func(name string, jobs int) command { return b.scan(name, jobs, dir, "--detection", imageShared) }
	ones := []command{scanOne(one, b.jobs), scanOne(oneOne, 1)}
	alls := []command{b.scan(all, b.jobs, dir), b.scan(allOne, 1, dir)}
	if b.fast != "" {
		ones = append(ones, scanOne(oneFast, b.jobs).of(b.fast))
		alls = append(alls, b.scan(allFast, b.jobs, dir).of(b.fast))
	}
	return slices.Concat(
		[]command{b.unpack(unpacking, b.jobs, dir), b.unpack(unpackingOne, 1, dir)},
		agreeing(ones), agreeing(alls),
		agreeing([]command{b.search(stats, b.jobs, dir, everything), b.search(statsOne, 1, dir, everything)}),
		[]command{
			b.scan(generated(20), b.jobs, dir, "--no-builtin", "--content", b.variants(20)),
			b.scan(generated(200), b.jobs, dir, "--no-builtin", "--content", b.variants(200)),
		},
	)
}

// of is the command of another program.
func (c command) of(program string) command {
	c.argv = slices.Concat([]string{program}, c.argv[1:])
	return c
}

// agreeing makes sure that the commands print the same.
func agreeing(commands []command) []command {
	first := ""
	for i := range commands {
		commands[i].check = func(out string) error {
			if i == 0 {
				first = out
			}
			switch {
			case out == "":
				return errors.New("it prints nothing, and there is something to find")
			case out != first:
				return fmt.Errorf("it prints something else than %q", commands[0].name)
			}
			return nil
		}
	}
	return commands
}

// overLines are the commands over JSON lines that are not packed.
func (b *bench) overLines(dir string) []command {
	file := filepath.Join(dir, "cloudtrail.jsonl")
	commands := []command{
		b.scan(one, b.jobs, dir, "--detection", imageShared),
		b.scan(oneOne, 1, dir, "--detection", imageShared),
		b.search(stats, b.jobs, dir, everything),
		{name: "cat", argv: []string{"cat", file}, discard: true},
		{name: "grep -c", argv: []string{"grep", "-cE", textShared, file}},
	}
	if rg, err := exec.LookPath("rg"); err == nil {
		commands = append(commands, command{name: "rg -c", argv: []string{rg, "-c", textShared, file}})
	}
	return commands
}

// curve are the scans with more and more detections, as far as they are not
// measured anyway.
func (b *bench) curve(dir string, names []string) []command {
	var five []string
	for _, name := range names[:min(5, len(names))] {
		five = append(five, "--detection", name)
	}
	return []command{
		b.scan(chosen(5), b.jobs, dir, five...),
		b.scan(generated(50), b.jobs, dir, "--no-builtin", "--content", b.variants(50)),
	}
}

// startUp measures the scan of almost nothing with all built-in content. Until
// its end takes longer than until its first byte, which is what is asked.
func (b *bench) startUp() (plan, error) {
	c := &corpus{name: "one event", events: 1, dir: filepath.Join(b.work, "one")}
	event := `{"eventVersion":"1.08","eventTime":"2026-11-02T00:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeImages","awsRegion":"us-east-1"}` + "\n"
	if err := os.MkdirAll(c.dir, 0o777); err != nil {
		return plan{}, err
	}
	err := os.WriteFile(filepath.Join(c.dir, "event.jsonl"), []byte(event), 0o666)
	return plan{corpus: c, rounds: 2 * b.size.rounds, commands: []command{b.scan(tiny, b.jobs, c.dir)}}, err
}

// answered returns a check that the answers to the question about images are
// the same for all peers over a corpus.
func (b *bench) answered(c *corpus) func(string) error {
	return func(out string) error {
		n, err := number(out)
		if err != nil {
			return err
		}
		if want := b.answers[c.name]; want != "" && n != want {
			return fmt.Errorf("it counts %s shared images, and pugmark %s", n, want)
		}
		return nil
	}
}

// ask asks pugmark the question about images.
func (b *bench) ask(c *corpus) error {
	out, err := b.output(b.search("", b.jobs, c.dir, shares).argv...)
	if err != nil {
		return err
	}
	var row struct{ Count string }
	if err := json.Unmarshal([]byte(out), &row); err != nil {
		return fmt.Errorf("the answer %q: %w", out, err)
	}
	b.answers[c.name] = row.Count
	return nil
}

// number adds up an answer that several processes gave, a line each.
func number(out string) (string, error) {
	total := 0
	for line := range strings.FieldsSeq(out) {
		n, err := strconv.Atoi(line)
		if err != nil {
			return "", fmt.Errorf("%q is no number", line)
		}
		total += n
	}
	return strconv.Itoa(total), nil
}
