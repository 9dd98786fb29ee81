package detection

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// A rule is something that content must keep to. The names are stable.
const (
	ruleYAML       = "yaml"
	ruleSchema     = "schema"
	ruleKey        = "required-key"
	ruleFileName   = "file-name"
	ruleID         = "duplicate-id"
	ruleName       = "duplicate-name"
	ruleSyntax     = "search-syntax"
	rulePlan       = "search-plan"
	ruleSuspicious = "suspicious-search"
	ruleMacro      = "unknown-macro"
	ruleLookup     = "unknown-lookup"
	ruleStory      = "unknown-story"
	ruleSource     = "unknown-data-source"
	ruleDetection  = "unknown-detection"
	ruleBaseline   = "unknown-baseline"
	ruleFilter     = "filter-macro"
	ruleFilterLast = "filter-last"
	ruleRiskField  = "risk-field"
	ruleToken      = "message-token"
)

// Rule is a check of [Validate].
type Rule struct{ Name, Summary string }

// Rules returns the checks that [Validate] makes.
func Rules() []Rule {
	return []Rule{
		{ruleYAML, "the file can be read, is YAML, and tells what it is"},
		{ruleSchema, "keys are known and their values of the right kind"},
		{ruleKey, "the keys that its kind and generation need are there"},
		{ruleFileName, "the file is named after what it holds"},
		{ruleID, "no two files have the same id"},
		{ruleName, "no two files have the same name"},
		{ruleSyntax, "the search parses"},
		{rulePlan, "its commands, functions and arguments exist"},
		{ruleSuspicious, "it means what it says; a warning in any case"},
		{ruleMacro, "the macros that are called exist"},
		{ruleLookup, "the lookups that are used exist"},
		{ruleStory, "the analytic stories exist"},
		{ruleSource, "the data sources exist"},
		{ruleDetection, "the detections that a baseline is for exist"},
		{ruleBaseline, "the baselines that a detection needs exist"},
		{ruleFilter, "the search calls the filter macro of its file"},
		{ruleFilterLast, "the filter macro ends the search"},
		{ruleRiskField, "the search produces the fields of risk and threat objects"},
		{ruleToken, "it produces the fields that messages name"},
	}
}

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
	// Warn are the names of rules whose issues are only warnings.
	Warn []string
}

// Validate checks every file of content directories, and reports all that it
// finds: no issue hides another one.
func Validate(scope Scope) *Validation {
	v := &validator{Scope: scope, result: &Validation{Files: map[escu.Kind]int{}}, reasons: map[string]int{}}
	v.learn()
	for _, dir := range scope.Dirs {
		entries, problems := dir.Files()
		v.all(ruleYAML, problems)
		v.ids, v.names = map[string]*diag.Error{}, map[string]*diag.Error{}
		for _, entry := range entries {
			v.entry(entry)
		}
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
	// names known to the content, by the rule for those that are not
	known map[string][]string
	// ids and names seen in the directory at hand, and where
	ids, names map[string]*diag.Error
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
func (v *validator) add(rule string, problem *diag.Error) {
	told := *problem
	told.Code = diag.Code(rule)
	v.issues = append(v.issues, Issue{Rule: rule, Warning: rule == ruleSuspicious || slices.Contains(v.Warn, rule), Problem: &told})
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
	kind := entry.Kind
	if kind == "" {
		kind = file.Kind()
	}
	v.result.Files[kind]++
	f := &checked{validator: v, file: file, root: file.Root, path: entry.Path, kind: kind}
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
}

// reference checks that the texts of a list name something known.
func (f *checked) reference(rule, what string, m *escu.Map, key string) {
	for _, item := range m.Items(key) {
		for name := range strings.SplitSeq(item.Text, " AND ") {
			if name = strings.TrimSpace(name); name != "" && !slices.Contains(f.known[rule], name) {
				f.fail(rule, item.Span, diag.Suggest(name, f.known[rule]), "unknown %s %q", what, name)
			}
		}
	}
}
