package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/scaffold"
)

// newCommand writes the files of a new detection.
type newCommand struct {
	Name        []string     `arg:"" optional:"" help:"What it is called. A terminal is asked for what is missing."`
	EventName   string       `placeholder:"NAME" group:"select" help:"CloudTrail event to look for, such as StopLogging."`
	EventSource string       `placeholder:"NAME" group:"select" help:"Its source, such as cloudtrail.amazonaws.com."`
	Search      string       `placeholder:"SPL" group:"select" help:"The search, instead of one for an event."`
	Type        string       `placeholder:"TYPE" group:"select" help:"TTP, Anomaly, Hunting or Correlation; TTP."`
	Description string       `placeholder:"TEXT" group:"select" help:"What it finds, and why that matters."`
	Technique   []string     `sep:"none" placeholder:"ID" group:"select" help:"ATT&CK technique. Repeatable."`
	Story       []string     `sep:"none" placeholder:"NAME" group:"select" help:"Analytic story. Repeatable."`
	DataSource  string       `placeholder:"NAME" group:"select" help:"Data source; by default that of the event."`
	RiskObject  []string     `sep:"none" placeholder:"FIELD:TYPE" group:"select" help:"Who is at risk: user_arn:user."`
	Threat      []string     `name:"threat-object" sep:"none" placeholder:"FIELD:TYPE" group:"select" help:"Whose trace it is: src_ip:ip_address."`
	Message     string       `placeholder:"TEXT" group:"select" help:"Of a finding, with $field$ from its row."`
	Impact      int          `placeholder:"N" group:"select" help:"1 to 100; impact × confidence / 100 is the risk."`
	Confidence  int          `placeholder:"N" group:"select" help:"1 to 100; both are 50 by default."`
	AssetType   string       `placeholder:"NAME" group:"select" help:"What it is about; AWS Account."`
	Domain      string       `name:"security-domain" placeholder:"NAME" group:"select" help:"threat, access, audit, network …; threat."`
	Category    string       `placeholder:"NAME" group:"select" help:"Folder of the file; cloud."`
	Author      string       `placeholder:"NAME" group:"select" help:"Who writes it."`
	Form        scaffoldForm `default:"g2" placeholder:"FORM" group:"output" help:"g2, which every tool reads, or g4, that of ESCU 6."`
	Dir         string       `default:"." placeholder:"DIR" group:"output" help:"Content directory to write to; the current one."`
	Quiet       bool         `short:"q" group:"output" help:"Do not name the files written."`

	contentFlags
}

func (newCommand) examples() []string {
	return []string{
		"detections new",
		"detections new 'Trail Stopped' --event-name StopLogging --dir ./mine",
		"detections new Keys --type Hunting --search '*Key* | top user'",
	}
}

// scaffoldForm is the value of --form.
type scaffoldForm string

func scaffoldForms() []string { return []string{string(scaffold.G2), string(scaffold.G4)} }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (f *scaffoldForm) UnmarshalText(text []byte) error {
	*f = scaffoldForm(strings.ToLower(string(text)))
	return oneOf(string(*f), scaffoldForms(), "form")
}

func (c *newCommand) Run(a *app) (exitCode, error) {
	name := strings.Join(c.Name, " ")
	if isTerminal(a.stdin) {
		if err := c.ask(a, &name); err != nil {
			return exitInterrupted, err
		}
	}
	if name == "" {
		return exitUsage, usageError{message: "new needs a name", hint: "pugmark detections new 'AWS Trail Stopped' --event-name StopLogging"}
	}
	c.Content = append(c.Content, c.existing()...)
	library, err := c.load()
	if err != nil {
		return exitUsage, err
	}
	answers, err := c.answers(a, name, library)
	if err != nil {
		return exitUsage, err
	}
	files, err := scaffold.New(answers)
	if err != nil {
		return exitUsage, usageOf(err)
	}
	if err := c.write(a, files); err != nil {
		return exitUsage, err
	}
	return exitOK, library.close()
}

// existing is the directory written to, if it is there: what it holds may be
// referred to.
func (c *newCommand) existing() []string {
	if info, err := os.Stat(c.Dir); err == nil && info.IsDir() && !slices.Contains(c.Content, c.Dir) {
		return []string{c.Dir}
	}
	return nil
}

// usageOf makes an answer that cannot be used a wrong command line.
func usageOf(err error) error {
	if p, ok := errors.AsType[*scaffold.Problem](err); ok {
		flag := p.Answer
		if flag != "NAME" {
			flag = "--" + flag
		}
		return usageError{message: flag + ": " + p.Message}
	}
	return err
}

func (c *newCommand) answers(a *app, name string, library *library) (scaffold.Answers, error) {
	all := library.all()
	for _, d := range all.Detections {
		if strings.EqualFold(d.Name, name) {
			return scaffold.Answers{}, usageError{message: fmt.Sprintf("there is a detection of that name, in %s", d.File), hint: "choose another name"}
		}
	}
	for i, story := range c.Story {
		var known []string
		for _, s := range all.Stories {
			known = append(known, s.Name)
		}
		at := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, story) })
		if at < 0 {
			return scaffold.Answers{}, usageError{message: fmt.Sprintf("--story: there is no analytic story %q", story), hint: diag.Suggest(story, known)}
		}
		c.Story[i] = known[at]
	}
	t := detection.TTP
	if c.Type != "" {
		t = detection.Type(c.Type)
		for _, known := range []detection.Type{detection.TTP, detection.Anomaly, detection.Hunting, detection.Correlation} {
			if strings.EqualFold(c.Type, string(known)) {
				t = known
			}
		}
	}
	answers := scaffold.Answers{
		Name: name, Type: t, EventName: c.EventName, EventSource: c.EventSource, Search: c.Search,
		Form: scaffold.Form(c.Form), Description: c.Description, Author: c.Author, Stories: c.Story, Techniques: c.Technique,
		DataSource: c.DataSource, AssetType: c.AssetType, SecurityDomain: c.Domain, Category: c.Category,
		Impact: c.Impact, Confidence: c.Confidence, Message: c.Message,
		Date: a.now().UTC().Format(time.DateOnly), UUID: newUUID, Env: library.env(),
		HasDataSource: func(name string) bool {
			return slices.ContainsFunc(all.DataSources, func(s *detection.DataSource) bool { return s.Name == name })
		},
	}
	for _, text := range c.RiskObject {
		field, kind, _ := strings.Cut(text, ":")
		answers.RiskObjects = append(answers.RiskObjects, detection.RiskObject{Field: field, Type: kind})
	}
	for _, text := range c.Threat {
		field, kind, _ := strings.Cut(text, ":")
		answers.Threats = append(answers.Threats, detection.ThreatObject{Field: field, Type: kind})
	}
	return answers, nil
}

// newUUID makes a random UUID, version 4. Source: RFC 9562.
func newUUID() string {
	var u [16]byte
	_, _ = rand.Read(u[:]) // it never fails
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// write writes files that do not exist yet; if one does, none is written.
func (c *newCommand) write(a *app, files []scaffold.File) error {
	path := func(f scaffold.File) string { return filepath.Join(c.Dir, filepath.FromSlash(f.Name)) }
	for _, f := range files {
		if _, err := os.Lstat(path(f)); !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				return err
			}
			return usageError{message: path(f) + " exists", hint: "nothing was written; choose another name or directory"}
		}
	}
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(path(f)), 0o777); err != nil {
			return err
		}
		if err := createOnly(path(f), f.Text); err != nil {
			return err
		}
		if !c.Quiet {
			a.tell("wrote %s", report.Visible(path(f)))
		}
	}
	return nil
}

// createOnly writes a file that must not exist.
func createOnly(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// ask asks for what is missing, each on a line: only for what is needed if the
// name was given, else for what most detections have.
func (c *newCommand) ask(a *app, name *string) error {
	p := &prompter{ctx: a.ctx, in: bufio.NewReader(a.stdin), out: a.stderr}
	short := *name != ""
	if !short {
		p.ask(name, "Name", "", scaffold.CheckName)
		p.ask(&c.Type, "Type (TTP, Anomaly, Hunting or Correlation)", string(detection.TTP), nil)
	}
	if c.Search == "" && c.EventName == "" {
		p.ask(&c.EventName, "CloudTrail event to look for, empty to give a search", "", nil)
		if c.EventName == "" {
			p.ask(&c.Search, "Search", "", nil)
		}
	}
	if !short {
		p.ask(&c.Description, "What it finds, and why that matters", "", nil)
		p.askList(&c.Technique, "ATT&CK techniques, such as T1537")
		p.askList(&c.Story, "Analytic stories")
		p.ask(&c.Author, "Author", "", nil)
	}
	return p.err
}

// prompter asks questions on a terminal. It keeps the first error.
type prompter struct {
	ctx context.Context
	in  *bufio.Reader
	out io.Writer
	err error
}

var errInterrupted = errors.New("interrupted; nothing was written")

// ask asks for a text that is not there yet, again where check has something
// against it.
func (p *prompter) ask(answer *string, question, preset string, check func(string) error) {
	for p.err == nil && *answer == "" {
		text := p.line(question, preset)
		if p.err != nil {
			return
		}
		if text == "" {
			text = preset
		}
		if check != nil {
			if err := check(text); err != nil {
				p.tell("  %s\n", report.Visible(err.Error()))
				continue
			}
		}
		*answer = text
		return
	}
}

// askList asks for several texts with commas between them.
func (p *prompter) askList(answers *[]string, question string) {
	if p.err != nil || len(*answers) > 0 {
		return
	}
	for text := range strings.SplitSeq(p.line(question, ""), ",") {
		if text = strings.TrimSpace(text); text != "" {
			*answers = append(*answers, text)
		}
	}
}

func (p *prompter) tell(format string, args ...any) { _, _ = fmt.Fprintf(p.out, format, args...) }

// line asks one question and waits for a line or for the end of the run.
func (p *prompter) line(question, preset string) string {
	if preset != "" {
		question += " [" + preset + "]"
	}
	p.tell("%s: ", question)
	type read struct {
		text string
		err  error
	}
	done := make(chan read, 1)
	go func() { // it may outlive the run, which nothing waits for
		text, err := p.in.ReadString('\n')
		done <- read{text, err}
	}()
	select {
	case <-p.ctx.Done():
		p.tell("\n")
		p.err = errInterrupted
		return ""
	case r := <-done:
		if r.err != nil && (r.text == "" || !errors.Is(r.err, io.EOF)) {
			p.tell("\n")
			p.err = errInterrupted
		}
		return strings.TrimSpace(r.text)
	}
}
