package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/report"
)

// validateCommand checks content.
type validateCommand struct {
	Dir  []string `arg:"" optional:"" help:"Content to check: directories or YAML files."`
	Warn []string `sep:"none" placeholder:"NAME" group:"select" help:"Make the problems of a check warnings. Repeatable."`
	Lint bool     `group:"select" help:"Look for likely mistakes too; they are warnings."`
	Fail []string `name:"error" sep:"none" placeholder:"NAME" group:"select" help:"Make what a lint finds problems. Repeatable."`

	contentFlags
	outputFlags
}

func (validateCommand) result() report.Kind { return report.Content }

func (validateCommand) examples() []string {
	return []string{
		"detections validate",
		"detections validate ./my-detections",
		"detections validate ./my-detections --warn file-name -o json",
		"detections validate ./my-detections --lint --error no-event-source",
		"detections validate ./my-detections -o github",
		"detections validate ./my-detections -o sarif --output-file found.sarif",
	}
}

func (validateCommand) exits() []string {
	return []string{"0    no problems, perhaps warnings", "1    there are problems", "2    bad usage"}
}

func (c *validateCommand) Run(a *app) (exitCode, error) {
	if err := c.checkNames(); err != nil {
		return exitUsage, err
	}
	c.Content = append(c.Content, c.Dir...)
	library, err := c.load()
	if err != nil {
		return exitUsage, err
	}
	dirs := library.dirs
	if len(c.Dir) > 0 {
		dirs = dirs[len(dirs)-len(c.Dir):]
	}
	found := detection.Validate(detection.Scope{
		Dirs: dirs, Library: library.all(), Env: library.lenient(), Knowledge: knowledgeProblems(dirs),
		Warn: c.Warn, Fail: c.Fail, Lint: c.Lint, Now: a.now(),
	})
	library.problems = slices.DeleteFunc(library.problems, func(p *diag.Error) bool {
		return slices.ContainsFunc(found.Issues, func(i detection.Issue) bool { return i.Problem.Source.Name == p.Source.Name })
	})
	out, err := c.open(a, c.result())
	if err != nil {
		return exitUsage, err
	}
	s := a.newSession(library, &inputFlags{}, &c.outputFlags, window{}, nil)
	if err := s.deliver(out, writeIssues(out, found.Issues, c.rules())); err != nil {
		return exitUsage, err
	}
	code := exitOK
	if found.Problems() > 0 {
		code = exitFindings
	}
	if !c.Quiet {
		s.tellReasons(found.Reasons)
	}
	return code, s.close(nil, validated(found))
}

// checkNames refuses names that no check has.
func (c *validateCommand) checkNames() error {
	var all, lints []string
	for _, r := range detection.Rules() {
		all = append(all, r.Name)
		if r.Lint {
			lints = append(lints, r.Name)
		}
	}
	if err := known("--warn", "check", c.Warn, all); err != nil {
		return err
	}
	return known("--error", "lint", c.Fail, lints)
}

func known(flag, what string, names, known []string) error {
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		hint := diag.Suggest(name, known)
		if hint == "" {
			hint = "the " + what + "s are " + joinOr(known)
		}
		return usageError{message: fmt.Sprintf("%s: there is no %s %q", flag, what, name), hint: hint}
	}
	return nil
}

// rules are the checks that are made.
func (c *validateCommand) rules() []detection.Rule {
	return slices.DeleteFunc(detection.Rules(), func(r detection.Rule) bool {
		return r.Lint && !c.Lint && !slices.Contains(c.Fail, r.Name)
	})
}

// knowledgeProblems are the problems of the macros and lookups of directories.
func knowledgeProblems(dirs []escu.Dir) diag.List {
	var problems diag.List
	base := knowledge.New(knowledge.Options{})
	for _, dir := range dirs {
		problems = append(problems, base.Load(dir)...)
	}
	return problems
}

func writeIssues(out *destination, issues []detection.Issue, rules []detection.Rule) error {
	return report.WriteProblems(out, out.format, &report.Problems{Issues: issues, Rules: rules, Name: fromHere}, out.options)
}

// fromHere names a file from the directory in which pugmark runs, as code
// hosts want it, if it is below that.
func fromHere(name string) string {
	here, err := os.Getwd()
	if err != nil || !filepath.IsAbs(name) {
		return filepath.ToSlash(name)
	}
	if from, err := filepath.Rel(here, name); err == nil && filepath.IsLocal(from) {
		name = from
	}
	return filepath.ToSlash(name)
}

// tellReasons tells why searches do not run here.
func (s *session) tellReasons(reasons []detection.Reason) {
	named, counted := s.capped(len(reasons))
	for _, r := range reasons[:named] {
		searches := "1 search does"
		if r.Searches > 1 {
			searches = countText(int64(r.Searches)) + " searches do"
		}
		s.app.tell("%s not run here: %s", searches, report.Visible(r.Text))
	}
	if counted > 0 {
		s.app.tell("and %s more reasons; -v names them", countText(int64(counted)))
	}
}

// kindNames are the kinds of content in the order of the closing line, one and
// several.
var kindNames = []struct {
	kind      escu.Kind
	one, many string
}{
	{escu.Detections, "detection", "detections"},
	{escu.Baselines, "baseline", "baselines"},
	{escu.Macros, "macro", "macros"},
	{escu.Lookups, "lookup", "lookups"},
	{escu.Stories, "story", "stories"},
	{escu.DataSources, "data source", "data sources"},
	{escu.Tests, "test file", "test files"},
}

// validated is the closing line.
func validated(v *detection.Validation) string {
	files := 0
	for _, n := range v.Files {
		files += n
	}
	var kinds []string
	for _, k := range kindNames {
		switch n := v.Files[k.kind]; n {
		case 0:
		case 1:
			kinds = append(kinds, "1 "+k.one)
		default:
			kinds = append(kinds, countText(int64(n))+" "+k.many)
		}
	}
	text := "checked " + counts(int64(files), "file")
	if len(kinds) > 0 {
		text += " (" + strings.Join(kinds, ", ") + ")"
	}
	if v.Searches > 0 {
		text += fmt.Sprintf("; searches parsed %s of %s (%d %%), runnable here %s",
			countText(int64(v.Parsed)), countText(int64(v.Searches)), v.Parsed*100/v.Searches, countText(int64(v.Runnable)))
	}
	problems := v.Problems()
	text += "; " + counts(int64(problems), "problem")
	if warnings := len(v.Issues) - problems; warnings > 0 {
		text += ", " + counts(int64(warnings), "warning")
	}
	return text
}
