package detection

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// Issue is a rule that a file does not keep to.
type Issue struct {
	Rule    string
	Warning bool
	// Problem has the file, the place in it and, as its code, the rule.
	Problem *diag.Error
}

// Render shows the issue to a person.
func (i Issue) Render() string {
	if i.Warning {
		return i.Problem.RenderWarning()
	}
	return i.Problem.Render()
}

// Reason is why searches cannot run here, although nothing is wrong with them.
type Reason struct {
	Text     string
	Searches int
}

// Validation is what [Validate] found.
type Validation struct {
	// Issues are sorted by file and place.
	Issues []Issue
	// Files counts the files read, by kind; those that tell no kind under "".
	Files map[escu.Kind]int
	// Searches are those of detections and baselines.
	Searches, Parsed, Runnable int
	// Reasons are why searches that parse do not run, the commonest first.
	Reasons []Reason
}

// Problems counts the issues that are no warnings.
func (v *Validation) Problems() int {
	n := 0
	for _, i := range v.Issues {
		if !i.Warning {
			n++
		}
	}
	return n
}

// Scope is what [Validate] looks at.
type Scope struct {
	// Dirs are the directories to check.
	Dirs []escu.Dir
	// Library and Env are all content, which that in Dirs may refer to.
	Library *Library
	Env     *command.Env
	// Knowledge are the problems of the macros and lookups in Dirs.
	Knowledge diag.List
	// Warn are the names of rules whose issues are only warnings, and Fail
	// those of lints whose issues are more than that.
	Warn, Fail []string
	// Lint asks for the lints, of which those in Fail are made anyway.
	Lint bool
	// Now is the time that dates may not be after; none is checked if it is
	// zero.
	Now time.Time
}

// Validate checks every file of content directories, and reports all that it
// finds: no issue hides another one.
func Validate(scope Scope) *Validation {
	v := &validator{Scope: scope, result: &Validation{Files: map[escu.Kind]int{}}, reasons: map[string]int{}, warns: map[string]bool{}}
	for _, r := range Rules() {
		v.warns[r.Name] = (r.Warning || slices.Contains(scope.Warn, r.Name)) && !(r.Lint && slices.Contains(scope.Fail, r.Name))
	}
	v.learn()
	for _, dir := range scope.Dirs {
		entries, problems := dir.Files()
		v.all(ruleYAML, problems)
		v.ids, v.names, v.used = map[string]*diag.Error{}, map[string]*diag.Error{}, map[string]bool{}
		for _, entry := range entries {
			v.entry(entry)
		}
		v.tables(dir)
	}
	v.all(ruleSchema, scope.Knowledge)
	v.result.Issues = sortIssues(v.issues)
	for text, n := range v.reasons {
		v.result.Reasons = append(v.result.Reasons, Reason{text, n})
	}
	slices.SortFunc(v.result.Reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Searches, a.Searches), cmp.Compare(a.Text, b.Text))
	})
	return v.result
}

// sortIssues puts issues in the order of files and places, each once: what two
// readers of a file noticed is told once.
func sortIssues(issues []Issue) []Issue {
	slices.SortStableFunc(issues, func(a, b Issue) int {
		return cmp.Or(
			cmp.Compare(a.Problem.Source.Name, b.Problem.Source.Name),
			cmp.Compare(a.Problem.Span.Start, b.Problem.Span.Start),
			cmp.Compare(a.Problem.Message, b.Problem.Message),
		)
	})
	return slices.CompactFunc(issues, func(a, b Issue) bool {
		return a.Problem.Source.Name == b.Problem.Source.Name && a.Problem.Span == b.Problem.Span && a.Problem.Message == b.Problem.Message
	})
}

// validator is one run of [Validate].
type validator struct {
	Scope
	result  *Validation
	issues  []Issue
	reasons map[string]int
	warns   map[string]bool // rules whose issues are warnings
	// names known to the content, by the rule for those that are not
	known map[string][]string
	// ids and names seen in the directory at hand, and where
	ids, names map[string]*diag.Error
	// used are the files of tables that lookups of the directory name
	used map[string]bool
}

// learn collects the names that content may refer to.
func (v *validator) learn() {
	v.known = map[string][]string{}
	for _, s := range v.Library.Stories {
		v.known[ruleStory] = append(v.known[ruleStory], s.Name)
	}
	for _, s := range v.Library.DataSources {
		v.known[ruleSource] = append(v.known[ruleSource], s.Name)
	}
	for _, d := range v.Library.Detections {
		v.known[ruleDetection] = append(v.known[ruleDetection], d.Name)
	}
	for _, b := range v.Library.Baselines {
		v.known[ruleBaseline] = append(v.known[ruleBaseline], b.Name)
	}
}

// add records an issue.
func (v *validator) add(rule string, problem *diag.Error) { v.record(rule, v.warns[rule], problem) }

func (v *validator) record(rule string, warning bool, problem *diag.Error) {
	told := *problem
	told.Code = diag.Code(rule)
	v.issues = append(v.issues, Issue{Rule: rule, Warning: warning, Problem: &told})
}

func (v *validator) all(rule string, problems diag.List) {
	for _, p := range problems {
		v.add(rule, p)
	}
}

// entry checks a file.
func (v *validator) entry(entry escu.Entry) {
	file, err := entry.Read()
	if err != nil {
		v.result.Files[entry.Kind]++
		v.all(ruleYAML, diag.All(err))
		return
	}
	kind := entry.KindOf(file)
	v.result.Files[kind]++
	f := &checked{validator: v, file: file, root: file.Root, dir: entry.Dir, path: entry.Path, kind: kind}
	switch kind {
	case escu.Detections:
		f.detection()
	case escu.Baselines:
		f.baseline()
	case escu.Stories:
		f.story()
	case escu.DataSources:
		f.dataSource()
	case escu.Macros:
		f.macro()
	case escu.Lookups:
		f.require("name", "description")
		f.lookup()
	case escu.Deployments, escu.Investigations:
		f.require("name")
		f.schedules()
	case escu.Tests:
		_, err := decodeTestFile(file)
		v.all(ruleSchema, diag.All(err))
		return
	case escu.Other:
		return
	default:
		f.fail(ruleYAML, diag.Span{}, "a detection has a search, a macro a definition, a story a narrative", "the keys do not tell what this is")
		return
	}
	f.tellMissing(f.root, "", f.missing)
	f.identity()
	f.common()
}

// reference checks that the texts of a list name something known.
func (f *checked) reference(rule, what string, m *escu.Map, key string) {
	f.distinct(m, key)
	for _, item := range m.Items(key) {
		for name := range strings.SplitSeq(item.Text, " AND ") {
			if name = strings.TrimSpace(name); name != "" && !slices.Contains(f.known[rule], name) {
				f.fail(rule, item.Span, diag.Suggest(name, f.known[rule]), "unknown %s %q", what, name)
			}
		}
	}
}
