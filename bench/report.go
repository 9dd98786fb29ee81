package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The marks around the part of a page that this command writes.
const (
	beginMark = "<!-- measured: begin; make bench writes what follows -->"
	endMark   = "<!-- measured: end -->"
)

// writeBetweenMarks replaces what stands between the marks of a page.
func writeBetweenMarks(path, text string) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(page), beginMark)
	_, after, ok2 := strings.Cut(rest, endMark)
	if !ok || !ok2 {
		return errors.New(path + " has no place for the numbers: it needs the lines " + beginMark + " and " + endMark)
	}
	return os.WriteFile(path, []byte(before+beginMark+"\n\n"+text+"\n"+endMark+after), 0o666)
}

// describeMachine says on what machine this runs.
func describeMachine(program string) string {
	model := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	memory := ""
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kib int64
		if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kib); err == nil {
			memory = fmt.Sprintf(", %d GiB", (kib+1<<19)>>20)
		}
	}
	load := ""
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		load = "; load at the beginning " + strings.Fields(string(text))[0]
	}
	version := runtime.Version()
	if v, err := versionOf(program); err == nil {
		version += ", " + library + " " + v
	}
	return fmt.Sprintf("%d cores, %s%s, %s/%s; %s%s", runtime.NumCPU(), model, memory, runtime.GOOS, runtime.GOARCH, version, load)
}

// table is a Markdown table whose columns line up for readers of the text.
type table struct {
	head []string
	rows [][]string
}

// add adds a row. A bar within a cell would end it.
func (t *table) add(cells ...string) {
	for i, cell := range cells {
		cells[i] = strings.ReplaceAll(cell, "|", `\|`)
	}
	t.rows = append(t.rows, cells)
}

func (t *table) String() string {
	width := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	var s strings.Builder
	line := func(cells []string) {
		s.WriteByte('|')
		for i, cell := range cells {
			s.WriteString(" " + cell + strings.Repeat(" ", width[i]-len([]rune(cell))) + " |")
		}
		s.WriteByte('\n')
	}
	line(t.head)
	s.WriteByte('|')
	for i := range t.head {
		s.WriteString(strings.Repeat("-", width[i]+2) + "|")
	}
	s.WriteByte('\n')
	for _, row := range t.rows {
		line(row)
	}
	return s.String()
}

// page is all that was measured, as Markdown.
func (b *bench) page(machine string, targets []target, profiles []profile) string {
	var s strings.Builder
	if b.size.name != "full" {
		s.WriteString("**A quick run over small corpora: the targets are not meant for these.**\n\n")
	}
	s.WriteString("Machine: " + machine + ".\n\n")
	s.WriteString("### Targets\n\n" + targetTable(targets))
	s.WriteString("\n### Files\n\n" + b.corpusTable())
	for _, c := range b.corpora {
		s.WriteString("\n### " + c.title() + "\n\n" + b.timesTable(c))
	}
	s.WriteString("\n### The number of detections\n\n" + b.curveOfDetections())
	s.WriteString("\n### The size of the input\n\n" + b.curveOfSizes())
	s.WriteString("\n### Where the time goes\n\n" + profileTable(profiles))
	if len(b.notes)+len(b.absent) > 0 {
		s.WriteString("\n### Notes\n\n")
	}
	for _, note := range b.notes {
		s.WriteString("- " + note + "\n")
	}
	for _, what := range b.absent {
		s.WriteString("- Not measured: " + what + ".\n")
	}
	return s.String()
}

func targetTable(targets []target) string {
	targets = slices.Clone(targets)
	slices.SortStableFunc(targets, func(a, b target) int { return a.number - b.number })
	t := table{head: []string{"target", "of", "corpus", "wanted", "measured", "of medians", ""}}
	for _, g := range targets {
		verdict := "held"
		switch {
		case !g.decides:
			verdict = "for comparison"
		case !g.held:
			verdict = "**missed**"
		}
		t.add(fmt.Sprint(g.number), g.what, g.corpus, g.want, g.got, g.median, verdict)
	}
	return t.String()
}

func (b *bench) corpusTable() string {
	t := table{head: []string{"corpus", "events", "files", "on disk", "JSON", "largest file"}}
	for _, c := range b.corpora {
		t.add(c.name, fmt.Sprint(c.events), fmt.Sprint(c.files), megabytes(c.packed), megabytes(c.json), megabytes(c.largest))
	}
	return t.String()
}

func (c *corpus) title() string {
	what := map[layout]string{many: "many small .json.gz files", large: "few large .json.gz files", lines: "one file of JSON lines"}
	return c.name + ": " + what[c.layout]
}

// timesTable lists what was measured over a corpus, the fastest first.
func (b *bench) timesTable(c *corpus) string {
	t := table{head: []string{"command", "time", "median", "processors", "MB/s of JSON", "MB/s per core", "memory"}}
	measured := b.results[c.name]
	names := slices.SortedFunc(maps.Keys(measured), func(x, y string) int { return int(measured[x].wall() - measured[y].wall()) })
	for _, name := range names {
		s := measured[name]
		label := name
		if ours(name) {
			label = "pugmark: " + name
		}
		t.add(label, milliseconds(s.wall()), milliseconds(s.median()), milliseconds(s.cpu()),
			perSecond(c.json, s.wall()), perSecond(c.json, s.cpu()), fmt.Sprintf("%d MiB", s.rss()>>20))
	}
	return t.String()
}

// ours tells the commands of pugmark from those of others.
func ours(name string) bool {
	return strings.Contains(name, "detection") || strings.HasPrefix(name, stats)
}

// curveOfDetections shows how the time grows with the number of detections.
func (b *bench) curveOfDetections() string {
	c := b.corpus(large, b.size.events[1])
	base := b.results[c.name][unpacking].wall().Seconds()
	t := table{head: []string{"detections", "time over " + c.name, ": unpacking", "processors"}}
	for _, name := range []string{one, chosen(5), all, generated(20), generated(50), generated(200)} {
		s := b.results[c.name][name]
		t.add(name, milliseconds(s.wall()), fmt.Sprintf(times, s.wall().Seconds()/base), milliseconds(s.cpu()))
	}
	return t.String()
}

// curveOfSizes shows how time and memory grow with the input.
func (b *bench) curveOfSizes() string {
	t := table{head: []string{"corpus", "JSON", one, ": unpacking", "memory", all, ": unpacking", "memory"}}
	for _, c := range b.corpora {
		if c.layout != large {
			continue
		}
		r := b.results[c.name]
		base := r[unpacking].wall().Seconds()
		row := []string{c.name, megabytes(c.json)}
		for _, name := range []string{one, all} {
			row = append(row, milliseconds(r[name].wall()), fmt.Sprintf(times, r[name].wall().Seconds()/base), fmt.Sprintf("%d MiB", r[name].rss()>>20))
		}
		t.add(row...)
	}
	return t.String()
}

func profileTable(profiles []profile) string {
	t := table{head: []string{"command", "corpus", "package", "part of the processors' time"}}
	for _, p := range profiles {
		for _, s := range p.shares {
			t.add(p.command, p.corpus, s.where, fmt.Sprintf("%.1f %%", s.percent))
		}
	}
	return t.String()
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.0f ms", d.Seconds()*1000) }

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func perSecond(n int64, d time.Duration) string {
	if d <= 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f", float64(n)/1e6/d.Seconds())
}
