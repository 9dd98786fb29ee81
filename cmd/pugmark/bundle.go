package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/bundle"
	"github.com/pugmark/pugmark/internal/detection"
	digests "github.com/pugmark/pugmark/internal/digest"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
)

// bundleCommand packs findings with all that is needed to check them.
type bundleCommand struct {
	Finding string   `arg:"" name:"finding_id" help:"Of a finding or story: its first 8 characters or more."`
	Path    []string `arg:"" optional:"" help:"More IDs, and the logs: files, directories, globs or -."`

	scanFlags
	PublicKey []string `sep:"none" placeholder:"FILE" group:"input" help:"Public keys of AWS, for digest files."`
	MaxRaw    byteSize `placeholder:"SIZE" group:"limits" help:"Raw events of a bundle; ${max_raw}, on a page ${max_page}."`
	outputFlags
}

func (bundleCommand) result() report.Kind { return report.Bundles }

func (bundleCommand) examples() []string {
	return []string{
		"bundle ffbb89eab6c9 ./logs --public-key keys.json --output-file e.zip",
		"bundle ffbb89eab6c9 d59102ef ./logs -o html > evidence.html",
	}
}

// notes are what help says besides flags.
func (bundleCommand) notes() []string {
	return []string{
		"Give the flags that scan was given: they decide what is found. Standard input",
		"is kept, up to 1 GiB. Digest files of CloudTrail among the logs are checked.",
	}
}

func (c *bundleCommand) Run(a *app) (exitCode, error) {
	asked, err := c.arguments(a)
	if err != nil {
		return exitUsage, err
	}
	if err := c.chooseFormat(a); err != nil {
		return exitUsage, err
	}
	keys, err := c.keys()
	if err != nil {
		return exitUsage, err
	}
	// Standard input is hashed as it is read, since that is done once.
	stdin := &hashedInput{src: a.stdin, hash: sha256.New()}
	reading := *a
	reading.stdin = stdin
	ready, err := c.ready(&reading, "bundle", &c.outputFlags, asked.paths)
	if err != nil {
		return exitUsage, err
	}
	p := &packing{bundleCommand: c, readyScan: ready, asked: asked, keys: keys, stdin: stdin}
	p.lookups = ready.library.base.Lookups.Fork() // as they are before a search writes to one
	p.scan = ready.detect(ready.chosen, ready.all)
	return p.pack()
}

// arguments are what the command line names.
type arguments struct {
	ids   []string // as written, in lower case
	paths []string
}

var (
	findingIDs      = regexp.MustCompile(`^(?i:[0-9a-f]{8,64})$`)
	shortFindingIDs = regexp.MustCompile(`^(?i:[0-9a-f]{1,7})$`)
)

// arguments tells IDs from paths: what exists is a path.
func (c *bundleCommand) arguments(a *app) (arguments, error) {
	var got arguments
	for _, word := range append([]string{c.Finding}, c.Path...) {
		_, statErr := os.Stat(word)
		switch {
		case statErr != nil && findingIDs.MatchString(word):
			got.ids = append(got.ids, strings.ToLower(word))
		case statErr != nil && shortFindingIDs.MatchString(word):
			return got, usageError{message: fmt.Sprintf("%q is too short for the ID of a finding", word), hint: "write its first 8 characters or more"}
		case statErr != nil && eventIDs.MatchString(word):
			return got, usageError{message: word + " is the ID of an event, and a bundle is of findings", hint: "scan prints the IDs of findings as finding_id, and those of their events as event_ids"}
		default:
			got.paths = append(got.paths, word)
		}
	}
	const usage = "pugmark bundle FINDING_ID… PATH…, with IDs as scan -o ndjson prints them (finding_id), or as a report names stories"
	switch {
	case len(got.ids) == 0:
		return got, usageError{message: "bundle needs the ID of a finding", hint: usage}
	case len(got.paths) == 0 && !isPiped(a.stdin):
		return got, usageError{message: "bundle needs the logs that the finding is from", hint: usage}
	case len(got.paths) == 0:
		got.paths = []string{file.Stdin}
	}
	return got, nil
}

// chooseFormat decides between zip and HTML: as told, else by the name of the
// file. No terminal is sent a zip.
func (c *bundleCommand) chooseFormat(a *app) error {
	if ext := strings.ToLower(filepath.Ext(c.OutputFile)); c.Output == "" {
		c.Output = "zip"
		if ext == ".html" || ext == ".htm" {
			c.Output = "html"
		}
	}
	if _, err := report.Find(string(c.Output), report.Bundles); err != nil {
		return usageError{message: "--output: " + err.Error()}
	}
	if c.Output == "zip" && c.OutputFile == "" && isTerminal(a.stdout) {
		return usageError{message: "a zip is nothing for a terminal", hint: "name a file: --output-file evidence.zip, or a page: --output-file evidence.html"}
	}
	return nil
}

func (c *bundleCommand) keys() ([]digests.Key, error) {
	var keys []digests.Key
	for _, name := range c.PublicKey {
		read, err := digests.LoadKeys(name)
		if err != nil {
			return nil, usageError{message: "--public-key " + err.Error(), hint: "save what this prints: aws cloudtrail list-public-keys --start-time TIME --end-time TIME"}
		}
		keys = append(keys, read...)
	}
	return keys, nil
}

// packing is a bundle in the making.
type packing struct {
	*bundleCommand
	*readyScan
	asked   arguments
	keys    []digests.Key
	stdin   *hashedInput
	lookups *knowledge.Lookups
	scan    *detectionScan

	findings []*detection.Finding
	why      map[string]string // each is in the bundle, by ID
	ids      []string          // that were asked for, in full
	notes    []string          // what a reader must know,
	losses   []string          // and what is not in the bundle and should be
}

// pack writes the bundle of what the scan found.
func (p *packing) pack() (exitCode, error) {
	code := p.scan.exitCode(len(p.Detection) > 0, false)
	stop := func(code exitCode, err error) (exitCode, error) {
		told := "no bundle was written"
		if p.partial {
			p.partial, told = false, "interrupted: "+told
		}
		return code, errors.Join(err, p.scan.tell(told, code))
	}
	if p.partial || p.err != nil {
		return stop(code, nil)
	}
	if err := p.choose(); err != nil {
		return stop(exitUsage, err)
	}
	evidence, err := p.collect()
	if err != nil {
		p.partial = p.app.ctx.Err() != nil
		if p.partial {
			return stop(exitInterrupted, nil)
		}
		return stop(exitUnread, err)
	}
	defer func() { _ = evidence.Close() }() // temporary files
	integrity, err := p.verify(evidence)
	if err != nil {
		return stop(max(code, exitUnread), err)
	}
	b, err := p.bundle(evidence, integrity)
	if err != nil {
		return stop(exitUsage, err)
	}
	sum, err := p.write(b)
	if err != nil {
		return max(code, exitUsage), err
	}
	if code == exitOK && (p.exitCode() != exitOK || len(evidence.Missing) > 0) {
		code = exitUnread
	}
	err = p.scan.tell(p.scan.report.Counts(), code)
	p.closing(b, sum)
	return code, err
}

// choose finds the findings that were asked for, and those that they bring
// together.
func (p *packing) choose() error {
	all := p.scan.report.Findings
	chosen := map[*detection.Finding]bool{}
	p.why = map[string]string{}
	for _, id := range p.asked.ids {
		f, err := p.find(id)
		if err != nil {
			return err
		}
		if !slices.Contains(p.ids, f.ID) {
			p.ids = append(p.ids, f.ID)
		}
		chosen[f], p.why[f.ID] = true, "asked for"
	}
	for _, id := range p.ids {
		for _, part := range p.parts(id) {
			if !chosen[part] {
				chosen[part], p.why[part.ID] = true, "brought together by "+id
			}
		}
	}
	for _, f := range all {
		if chosen[f] {
			p.findings = append(p.findings, f)
		}
	}
	p.noteStories()
	return nil
}

// noteStories names the stories that findings of the bundle are part of and
// that are not in it.
func (p *packing) noteStories() {
	told := map[string]int{}
	for _, f := range p.findings {
		if _, in := p.why[f.PartOf]; f.PartOf != "" && !in {
			told[f.PartOf]++
		}
	}
	for _, story := range slices.Sorted(maps.Keys(told)) {
		p.notes = append(p.notes, fmt.Sprintf("%s of this bundle: part of the story %s, which is not in it; name it too to have all of it.", counts(int64(told[story]), "finding"), story))
	}
}

// find returns the finding of an ID or of the beginning of one.
func (p *packing) find(id string) (*detection.Finding, error) {
	var fit []*detection.Finding
	for _, f := range p.scan.report.Findings {
		if strings.HasPrefix(f.ID, id) {
			fit = append(fit, f)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(fit) > 1:
		var lines []string
		for _, f := range fit[:min(len(fit), maxNamed)] {
			lines = append(lines, f.ID+"  "+f.Detection.Name)
		}
		return nil, usageError{message: fmt.Sprintf("%d findings have IDs that begin with %s; write more of it", len(fit), id), hint: strings.Join(lines, "\n  ")}
	}
	e := usageError{
		message: fmt.Sprintf("none of the %s of this scan has the ID %s", counts(int64(len(p.scan.report.Findings)), "finding"), id),
		hint: "an ID follows from the detection and its events: give the same logs, and the same --content, --trust, --lookup,\n" +
			"  --macro, --earliest and --latest as the scan that printed it; pugmark scan -o csv lists what there is now",
	}
	if len(p.scan.report.Findings) == 0 {
		e.message = "this scan has no findings, and so none of the ID " + id
	}
	if problems, _ := p.report.Problems(); len(problems) > 0 {
		e.hint += "\n  some of the input could not be read, which is told above"
	}
	return nil, e
}

// parts returns the findings that one brings together, and notes which of them
// are missing.
func (p *packing) parts(id string) []*detection.Finding {
	i := slices.IndexFunc(p.scan.report.Findings, func(f *detection.Finding) bool { return f.ID == id })
	f := p.scan.report.Findings[i]
	parts := detection.PartsOf(f, p.scan.report.Findings)
	if n := len(f.Summed()) - len(parts); n > 0 {
		p.notes = append(p.notes, fmt.Sprintf("Finding %s adds up the risk of %s that are not in this bundle, since their detections were not chosen: leave out --detection, --story, --technique and --type to have them.", f.ID, counts(int64(n), "finding")))
	}
	return parts
}

// defaultRaw is how many bytes of raw events a bundle has: less on a page that
// is to open.
func defaultRaw(format outputFormat) int64 {
	if format == "html" {
		return bundle.DefaultPage
	}
	return bundle.DefaultRaw
}

// collect reads the logs once more, for the records of the events.
func (p *packing) collect() (*bundle.Evidence, error) {
	wanted := make([]bundle.Wanted, len(p.findings))
	for i, f := range p.findings {
		wanted[i] = bundle.Wanted{ID: f.ID, Events: f.EventIDs, Count: f.EventCount, Lineage: f.Lineage()}
	}
	again := &source.Report{}
	var evidence *bundle.Evidence
	scanned, elapsed := p.report, p.elapsed
	p.report = again // what the progress line shows
	p.pass(func() error {
		var err error
		evidence, err = bundle.Collect(p.app.ctx, p.config.Source, wanted, bundle.Options{
			Raw: int64(cmp.Or(p.MaxRaw, byteSize(defaultRaw(p.Output)))), Jobs: p.config.Jobs, Report: again,
			Earliest: p.window.earliest, Latest: p.window.latest, Open: p.stored,
		})
		return err
	})
	p.report, p.elapsed = scanned, elapsed
	err := p.err
	p.err = nil
	if err == nil {
		err = p.app.ctx.Err()
	}
	// The input may have become worse in between.
	problems, _ := again.Problems()
	for _, problem := range problems {
		p.report.Problem(problem)
	}
	if evidence != nil {
		for i, in := range evidence.Inputs {
			if in.File == file.Stdin {
				evidence.Inputs[i].Bytes, evidence.Inputs[i].SHA256, evidence.Inputs[i].Problem = p.stdin.n, p.stdin.sum(), ""
			}
		}
	}
	return evidence, err
}

// stored opens a file as it is stored, for its hash.
func (p *packing) stored(name string) (io.ReadCloser, error) {
	if name == file.Stdin {
		return nil, errors.New("standard input") // whose hash is known
	}
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		return nil, err
	}
	return os.Open(name)
}

// hashedInput hashes standard input while it is read, which is done once.
type hashedInput struct {
	src  io.Reader
	hash hash.Hash
	n    int64
}

func (h *hashedInput) Read(b []byte) (int, error) {
	n, err := h.src.Read(b)
	h.n += int64(n)
	_, _ = h.hash.Write(b[:n]) // a hash takes everything
	return n, err
}

func (h *hashedInput) sum() string { return hex.EncodeToString(h.hash.Sum(nil)) }
