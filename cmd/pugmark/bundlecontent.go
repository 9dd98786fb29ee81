package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/pugmark/pugmark/content"
	"github.com/pugmark/pugmark/internal/bundle"
	"github.com/pugmark/pugmark/internal/detection"
	digests "github.com/pugmark/pugmark/internal/digest"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/export"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/source/file"
	"github.com/pugmark/pugmark/internal/trust"
)

// This file is what goes into a bundle besides the evidence, and how it is
// written.

// verify asks the digests among the input about the logs that the evidence is
// from.
func (p *packing) verify(evidence *bundle.Evidence) (*digests.Verdict, error) {
	paths := slices.DeleteFunc(slices.Clone(p.asked.paths), func(path string) bool { return path == file.Stdin })
	if len(paths) == 0 {
		return nil, nil //nolint:nilnil // standard input has no digests beside it
	}
	verdict, err := digests.Verify(p.app.ctx, paths, digests.Options{
		Keys: p.keys, Logs: evidence.Logs, Workers: p.config.Jobs, Files: p.fileLimits(),
	})
	if err == nil && verdict.Counts.Digests == 0 {
		return nil, nil //nolint:nilnil // there is nothing to check by
	}
	return verdict, err
}

// noDigests is what a bundle says where there is nothing to check by.
const noDigests = "No digest files of CloudTrail were among the input, so nothing says whether the logs are as AWS delivered them. " +
	"A trail that writes them keeps them in its bucket below AWSLogs/ACCOUNT/CloudTrail-Digest/: fetch them with the logs (aws s3 sync) and name them too."

// bundle puts together what is written.
func (p *packing) bundle(evidence *bundle.Evidence, integrity *digests.Verdict) (*bundle.Bundle, error) {
	members, err := p.content()
	if err != nil {
		return nil, err
	}
	bundle.Sort(members)
	b := &bundle.Bundle{Content: members, Evidence: evidence, Unread: p.unread(integrity), Integrity: integrity}
	version, commit := buildVersion()
	m := &b.Manifest
	*m = bundle.Manifest{
		Form: 1, Program: bundle.Program{Version: version, Commit: commit},
		Reproduce: p.reproduce(), Asked: p.ids, Findings: []bundle.FindingSource{},
		Earliest: p.moment(p.window.earliest), Latest: p.moment(p.window.latest),
		Events: evidence.Totals, Inputs: evidence.Inputs, Unread: len(b.Unread),
		Content:   bundle.ContentSource{SHA256: bundle.ContentHash(members), How: bundle.HowContent},
		Integrity: bundle.Integrity{Word: string(digests.Unchecked), Sentence: noDigests},
	}
	if integrity != nil {
		m.Integrity = bundle.Integrity{Word: string(integrity.Word), Sentence: integrity.Sentence}
	}
	if p.Now != "" || p.relative() {
		m.Now = p.window.now.UTC().Format(time.RFC3339Nano)
	}
	for _, f := range p.findings {
		m.Findings = append(m.Findings, bundle.FindingSource{ID: f.ID, Detection: f.Detection.Name, Why: p.why[f.ID], Events: f.EventCount})
	}
	if !p.NoBuiltin {
		if m.Content.Builtin, err = hashOf(content.FS()); err != nil {
			return nil, err
		}
	}
	for _, name := range p.GeoIP {
		m.Places = append(m.Places, bundle.HashFile(p.app.ctx, name, p.stored))
	}
	p.note(evidence)
	m.Notes = append(append([]string{}, p.losses...), p.notes...)
	return b, nil
}

// asksTheClock finds what makes the rows of a search depend on when it is run.
var asksTheClock = regexp.MustCompile(`(?i)\b(now|time)\s*\(|\b(earliest|latest)\s*=|\brelative_time\b`)

// note notes what a reader of the bundle must know.
func (p *packing) note(evidence *bundle.Evidence) {
	if evidence.LeftOut > 0 {
		where := "the index has where they stand"
		if p.Output == "html" {
			where = "a zip has room for more"
		}
		p.losses = append(p.losses, fmt.Sprintf("%s of raw events left out, since all are more than %s together (--max-raw); %s.",
			counts(evidence.LeftOut, "record"), sizeText(evidence.Limit), where))
	}
	p.losses = append(p.losses, evidence.Missing...)
	if p.Now == "" {
		for _, d := range p.detections() {
			if asksTheClock.MatchString(p.expanded(d)) {
				p.notes = append(p.notes, fmt.Sprintf("The search of %s asks what time it is: with --now TIME the same input gives the same bundle at any time.", d.Name))
			}
		}
	}
	if p.StateDir != "" {
		p.notes = append(p.notes, "Tables and models came from the directory of --state-dir; the tables are below content/lookups/, models are not in the bundle.")
	}
}

// detections are those whose findings are in the bundle, in their order.
func (p *packing) detections() []*detection.Detection {
	var used []*detection.Detection
	for _, f := range p.findings {
		i := slices.IndexFunc(p.all, func(d *detection.Detection) bool { return d.ID == f.Detection.ID && d.Name == f.Detection.Name })
		if i >= 0 && !slices.Contains(used, p.all[i]) {
			used = append(used, p.all[i])
		}
	}
	return used
}

// expanded returns the search with its macros replaced, "" for a rule.
func (p *packing) expanded(d *detection.Detection) string {
	if d.Rule != nil {
		return ""
	}
	search, problems := d.Compile(p.library.env())
	if len(problems) > 0 {
		return "" // it has run: it compiles
	}
	return expandedSearch(search)
}

// content are the texts that decided the findings.
func (p *packing) content() ([]bundle.Member, error) {
	var members []bundle.Member
	add := func(name string, text []byte) {
		members = append(members, bundle.Member{Name: "content/" + name, Text: text})
	}
	var searches []*detection.Detection
	for _, d := range p.detections() {
		name := bundle.FileName(d.Name)
		if d.Rule != nil {
			add("detections/"+name+".txt", ruleText(d))
			continue
		}
		searches = append(searches, d)
		add("searches/"+name+".spl", []byte(strings.TrimRight(d.Search.Text, "\n")+"\n"))
		add("searches/"+name+".expanded.spl", []byte(p.expanded(d)+"\n"))
		if of := d.Search.File(); of != nil {
			add("detections/"+bundle.FileName(path.Base(of.Name)), []byte(of.Text))
		}
	}
	base := &knowledge.Base{Macros: p.library.base.Macros, Lookups: p.lookups}
	env := p.library.env()
	env.Lookups = p.lookups
	files, _, err := export.App{Label: "pugmark", Detections: searches, Base: base, Env: env}.Files()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		switch dir, name := path.Split(f.Name); {
		case dir == "lookups/":
			add("lookups/"+bundle.FileName(name), f.Text)
		case name == "macros.conf", name == "transforms.conf":
			add(name, f.Text)
		}
	}
	trusting, err := p.keyed(searches, add)
	if err != nil {
		return nil, err
	}
	if trusting {
		for _, f := range p.library.trustFiles {
			add("trust/"+bundle.FileName(path.Base(strings.ReplaceAll(f.Name, `\`, "/"))), f.Text)
		}
	}
	return members, nil
}

// keyed adds the tables that have no CSV file, and tells whether a search asks
// whom we trust.
func (p *packing) keyed(searches []*detection.Detection, add func(string, []byte)) (trusting bool, err error) {
	env := p.library.env()
	env.Lookups = p.lookups
	var done []string
	for _, d := range searches {
		for _, name := range d.Uses(env).Lookups {
			trusting = trusting || name == trust.LookupName
			t, ok := p.lookups.Table(name)
			if !ok || t.Definition().CSV != "" || slices.Contains(done, t.Definition().Name) {
				continue
			}
			done = append(done, t.Definition().Name)
			var table bytes.Buffer
			if err := t.WriteCSV(&table); err != nil {
				return false, fmt.Errorf("lookup %s: %w", name, err)
			}
			add("lookups/"+bundle.FileName(t.Definition().Name)+".csv", table.Bytes())
		}
	}
	return trusting, nil
}

// ruleText says what a detection does that is a rule and no search.
func ruleText(d *detection.Detection) []byte {
	return fmt.Appendf(nil, "%s\nid %s, version %d\n\n%s\n\nIt is a rule of pugmark over the risk that other detections made, and no search.\nIts window is %s long and moves over all of the input.\n",
		d.Name, d.ID, d.Version, d.Description, d.Rule.Window)
}

// unread says, a line each, what was not searched.
func (p *packing) unread(integrity *digests.Verdict) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, report.Visible(fmt.Sprintf(format, args...))) }
	problems, more := p.report.Problems()
	for _, problem := range problems {
		add("input: %s", problem)
	}
	if more > 0 {
		add("input: and %s more problems", countText(int64(more)))
	}
	if n := p.report.Skipped.Load(); n > 0 {
		add("input: %s not opened, since the dates in their names are not from --earliest to --latest", counts(n, "file"))
	}
	if integrity != nil {
		for _, problem := range integrity.Problems {
			add("integrity: %s", problem)
		}
	}
	for _, problem := range p.library.problems {
		add("content: %v", problem)
	}
	for _, o := range p.scan.report.Outcomes {
		if o.NotEvaluated != "" {
			add("not evaluated: %s: %s", o.Detection, o.NotEvaluated)
		}
		if o.Failed != "" {
			add("failed: %s: %s", o.Detection, o.Failed)
		}
	}
	if p.scan.withoutRisk > 0 {
		add("not evaluated: %s that could have added risk", counts(int64(p.scan.withoutRisk), "detection"))
	}
	for _, w := range p.scan.limits() {
		add("search: %v (%s)", w.Error, counts(int64(max(1, w.Count)), "time"))
	}
	return lines
}

// moment writes an end of the window, "" if it has none.
func (p *packing) moment(t float64) string {
	if math.IsInf(t, 0) {
		return ""
	}
	return event.FromEpoch(t, time.UTC).Format(time.RFC3339Nano)
}

// relative reports whether the window depends on when the command is run.
func (p *packing) relative() bool {
	later, err := p.inputFlags.window(p.window.now.Add(1000*time.Hour), p.location())
	return p.Now == "" && err == nil && (later.earliest != p.window.earliest || later.latest != p.window.latest)
}

// reproduce is the command that gives the bundle again: all flags that decide
// what is in it, as they were given or as the environment had them.
func (p *packing) reproduce() string {
	words := append([]string{"pugmark", "bundle"}, p.ids...)
	for _, flag := range p.app.node.Flags {
		words = append(words, settingOf(flag)...)
	}
	if p.relative() {
		words = append(words, "--now="+p.window.now.UTC().Format(time.RFC3339Nano))
	}
	words = append(words, p.asked.paths...)
	return shellWords(append(words, "--output-file", "evidence."+string(p.Output)))
}

// settingOf returns a flag as it is typed, nothing if it is as it is by itself
// or decides nothing of a bundle's content.
func settingOf(flag *kong.Flag) []string {
	decides := flag.Group != nil && slices.Contains([]string{"select", "input", "content", limitsGroup}, flag.Group.Key)
	target := flag.Target
	switch {
	case flag.Name == "tz":
		if z, ok := reflect.TypeAssert[zone](target); ok && z.Location != nil && z.String() != "UTC" {
			return []string{"--tz=" + z.String()}
		}
		return nil
	case !decides || flag.Name == "jobs" || target.IsZero():
		return nil
	case target.Kind() == reflect.Bool:
		return []string{"--" + flag.Name}
	case target.Kind() == reflect.Slice:
		var words []string
		for i := range target.Len() {
			words = append(words, fmt.Sprintf("--%s=%v", flag.Name, target.Index(i)))
		}
		return words
	}
	return []string{fmt.Sprintf("--%s=%v", flag.Name, target)}
}

// write writes the bundle and returns its hash.
func (p *packing) write(b *bundle.Bundle) (sum string, err error) {
	out, err := p.open(p.app, p.result())
	if err != nil {
		return "", err
	}
	h := sha256.New()
	scan := &report.Scan{Findings: p.findings}
	err = report.WriteBundle(io.MultiWriter(out, h), out.format, scan, b, out.options)
	if err != nil {
		out.discard()
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), out.finish()
}

// closing tells what was written.
func (p *packing) closing(b *bundle.Bundle, sum string) {
	m := &b.Manifest
	for _, loss := range p.losses {
		p.app.tell("warning: %s", report.Visible(loss))
	}
	if m.Integrity.Word == string(digests.Altered) {
		p.app.tell("warning: the logs are not as AWS delivered them: %s", report.Visible(m.Integrity.Sentence))
	}
	if p.Quiet {
		return
	}
	for _, note := range p.notes {
		p.app.tell("note: %s", report.Visible(note))
	}
	unread := "everything was read"
	if m.Unread > 0 {
		unread = "what was not read is in it, " + counts(int64(m.Unread), "line")
	}
	p.app.tell("%s: %s, %s from %s; %s", report.Visible(cmp.Or(p.OutputFile, "bundle")), counts(int64(len(p.findings)), "finding"),
		counts(m.Events.Included, "raw event"), counts(int64(len(m.Inputs)), "log file"), unread)
	p.app.tell("integrity of the logs: %s: %s", m.Integrity.Word, report.Visible(m.Integrity.Sentence))
	p.app.tell("content sha256 %s", m.Content.SHA256)
	p.app.tell("sha256 of the bundle: %s", sum)
}
