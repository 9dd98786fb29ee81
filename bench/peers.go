package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// textShared finds a share of an image by its text. It holds for what pugmark
// simulates, where the recipient is the first key of an item; a program that
// reads JSON needs no such luck.
const textShared = `"launchPermission":\{"add":\{"items":\[\{"(userId"|group":"all)`

// jqShared finds it in a file of CloudTrail as parsed.
const jqShared = `[.Records[] | select(.eventName == "ModifyImageAttribute" and ((.requestParameters.launchPermission.add.items? // []) | any(.userId != null or .group == "all")))] | length`

// The names of the peers that targets are set against.
const (
	jqPiped = "gzip -dc | jq"
	jqCores = "gzip -dc | jq, one for each core"
	duckdb  = "DuckDB"
)

// peers are the commands of other tools that answer the question about images
// over a packed corpus. All of them answer the same.
func (b *bench) peers(c *corpus) ([]command, error) {
	if err := b.ask(c); err != nil {
		return nil, err
	}
	files := fmt.Sprintf("find '%s' -name '*.gz' -print0 | xargs -0 ", c.dir)
	spread := fmt.Sprintf("%s-P %d -n %d ", files, b.jobs, max(1, min(64, c.files/(4*b.jobs))))
	shell := func(name, script string, args ...string) command {
		return command{name: name, argv: append([]string{"sh", "-c", script, "sh"}, args...)}
	}
	var commands []command
	add := func(c command, tools ...string) {
		for _, tool := range tools {
			if _, err := exec.LookPath(tool); err != nil {
				b.lacks(tool + ": not installed; `make bench-tools` installs it")
				return
			}
		}
		commands = append(commands, c)
	}
	zcat := shell("gzip -dc, one for each core", spread+"gzip -dc")
	zcat.discard = true
	add(zcat, "gzip")
	pigz := shell("pigz -dc, one for each core", spread+"pigz -p 1 -dc")
	pigz.discard = true
	add(pigz, "pigz")
	add(shell("gzip -dc | grep, one for each core", spread+`sh -c 'gzip -dc "$@" | grep -oE "$0" | wc -l' "$1"`, textShared), "gzip", "grep")
	add(shell("rg -z", fmt.Sprintf(`rg -z -j %d -o --no-filename --no-line-number "$1" '%s' | wc -l`, b.jobs, c.dir), textShared), "rg")
	add(shell(jqPiped, files+`gzip -dc | jq "$1"`, jqShared), "gzip", "jq")
	add(shell(jqCores, spread+`sh -c 'gzip -dc "$@" | jq "$0"' "$1"`, jqShared), "gzip", "jq")
	for i := range commands {
		if !commands[i].discard {
			commands[i].check = b.answered(c)
		}
	}
	best, err := b.bestDuckDB(c)
	if err != nil {
		return nil, err
	}
	return append(commands, best...), nil
}

// lacks notes a peer that cannot be measured.
func (b *bench) lacks(what string) {
	if slices.Contains(b.absent, what) {
		return
	}
	b.absent = append(b.absent, what)
	tell("absent: %s", what)
}

// bestDuckDB asks DuckDB in every way that its command knows, and returns the
// fastest of them to be measured.
func (b *bench) bestDuckDB(c *corpus) ([]command, error) {
	program := filepath.Join(b.bin, "duckdb")
	if _, err := os.Stat(program); err != nil {
		b.lacks("DuckDB: bench/duckdb was not built, it needs a C++ compiler's library")
		return nil, nil
	}
	list, err := b.output(program, "-list")
	if err != nil {
		return nil, err
	}
	var best command
	var shortest time.Duration
	var ways []string
	for query := range strings.FieldsSeq(list) {
		candidate := command{
			name: duckdb,
			argv: []string{
				program, "-query", query, "-threads", strconv.Itoa(b.jobs), "-object", strconv.FormatInt(min(1<<30, 16*c.largest), 10),
				filepath.Join(c.dir, "**", "*.json.gz"),
			},
			check: b.answered(c),
		}
		var took time.Duration
		for range 2 {
			s, out, err := run(b.ctx, candidate)
			if err == nil {
				err = candidate.check(out)
			}
			if err != nil {
				return nil, fmt.Errorf("DuckDB's query %s over %s: %w", query, c.name, err)
			}
			if took == 0 || s.wall < took {
				took = s.wall
			}
		}
		ways = append(ways, fmt.Sprintf("%s %s", query, milliseconds(took)))
		if shortest == 0 || took < shortest {
			best, shortest = candidate, took
		}
	}
	b.notes = append(b.notes, fmt.Sprintf("DuckDB's ways to ask over %s, of which the fastest is measured: %s.", c.name, strings.Join(ways, ", ")))
	return []command{best}, nil
}

// sameLibrary makes sure that unpacking is measured with the library that
// pugmark unpacks with.
func (b *bench) sameLibrary() error {
	ours, err := versionOf(b.pugmark)
	if err != nil {
		return err
	}
	theirs, err := versionOf(filepath.Join(b.bin, "unpack"))
	if err != nil {
		return err
	}
	if ours != theirs {
		return fmt.Errorf("pugmark is built with %s %s and unpack with %s: change bench/go.mod", library, ours, theirs)
	}
	return nil
}

const library = "github.com/klauspost/compress"

func versionOf(program string) (string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "", err
	}
	for _, dep := range info.Deps {
		if dep.Path == library {
			return dep.Version, nil
		}
	}
	return "", fmt.Errorf("%s is built without %s", program, library)
}
