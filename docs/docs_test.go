// Package docs_test holds the project's pages to the code that they speak of.
package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// root is the top of the checkout.
const root = ".."

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// pages gives the names of the Markdown pages that people write.
func pages(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/design/*.md", "docs/reference/*.md", "conformance/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			names = append(names, strings.TrimPrefix(filepath.ToSlash(name), root+"/"))
		}
	}
	if len(names) < 5 {
		t.Fatalf("only %q were found", names)
	}
	return names
}

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	for _, page := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, page), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			}
		}
	}
}

func TestPagesStayShort(t *testing.T) {
	t.Parallel()
	for page, limit := range map[string]int{"ARCHITECTURE.md": 150, "CONTRIBUTING.md": 80, "README.md": 200} {
		if n := strings.Count(read(t, page), "\n"); n > limit {
			t.Errorf("%s has %d lines; it is to have %d at most", page, n, limit)
		}
	}
}

// The architecture page says of each floor what the linter says.
func TestArchitectureSaysWhatTheLinterSays(t *testing.T) {
	t.Parallel()
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]struct {
						Files []string
						Deny  []struct{ Desc string }
					}
				}
			}
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, ".golangci.yml")), &config); err != nil {
		t.Fatal(err)
	}
	rules := config.Linters.Settings.Depguard.Rules
	if len(rules) == 0 {
		t.Fatal("there are no import rules")
	}
	page := strings.Join(strings.Fields(read(t, "ARCHITECTURE.md")), " ")
	for name, rule := range rules {
		for _, deny := range rule.Deny {
			if !strings.Contains(strings.ReplaceAll(page, "`", ""), deny.Desc) {
				t.Errorf("the rule %s says what the page does not: %s", name, deny.Desc)
			}
		}
		for _, file := range rule.Files {
			folder, isPackage := strings.CutPrefix(strings.TrimSuffix(file, "/*.go"), "**/")
			if _, err := os.Stat(filepath.Join(root, folder)); isPackage && !strings.Contains(folder, "*") && err != nil {
				t.Errorf("the rule %s is for %s: %v", name, folder, err)
			}
		}
	}
}

// What a page calls by a package and a name in code type exists.
func TestNamesInPagesExist(t *testing.T) {
	t.Parallel()
	declared := declarations(t)
	name := regexp.MustCompile("`(?:\\(?\\*?)([a-z]+)\\.([A-Z]\\w*)(?:\\.([A-Z]\\w*))?[^`]*`")
	for _, page := range pages(t) {
		if strings.HasPrefix(page, "docs/reference/") {
			continue
		}
		for _, m := range name.FindAllStringSubmatch(read(t, page), -1) {
			want := strings.TrimSuffix(m[1]+"."+m[2]+"."+m[3], ".")
			if declared[m[1]] != nil && !declared[m[1]][want] {
				t.Errorf("%s speaks of %s, which does not exist", page, want)
			}
		}
	}
}

// declarations gives the exported names of every package under internal, as
// package.Name and package.Type.Member.
func declarations(t *testing.T) map[string]map[string]bool {
	t.Helper()
	declared := map[string]map[string]bool{}
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		names := declared[file.Name.Name]
		if names == nil {
			names = map[string]bool{}
			declared[file.Name.Name] = names
		}
		for _, decl := range file.Decls {
			for _, name := range declaredBy(decl) {
				names[file.Name.Name+"."+name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return declared
}

func declaredBy(decl ast.Decl) []string {
	var names []string
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			return []string{decl.Name.Name}
		}
		receiver := decl.Recv.List[0].Type
		if star, ok := receiver.(*ast.StarExpr); ok {
			receiver = star.X
		}
		return []string{fmt.Sprint(receiver) + "." + decl.Name.Name}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					names = append(names, name.Name)
				}
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
				var members *ast.FieldList
				switch typ := spec.Type.(type) {
				case *ast.StructType:
					members = typ.Fields
				case *ast.InterfaceType:
					members = typ.Methods
				default:
					continue
				}
				for _, field := range members.List {
					for _, name := range field.Names {
						names = append(names, spec.Name.Name+"."+name.Name)
					}
				}
			}
		}
	}
	return names
}

// Each module that the code or the tools need has a line with its reason.
func TestContributingNamesEveryDependency(t *testing.T) {
	t.Parallel()
	var want []string
	direct := regexp.MustCompile(`(?m)^(?:require )?\s*(\S+) v\S+$`)
	for _, m := range direct.FindAllStringSubmatch(read(t, "go.mod"), -1) {
		want = append(want, m[1])
	}
	tools := regexp.MustCompile(`(?s)tool \((.*?)\)`).FindStringSubmatch(read(t, "tools.mod"))
	for tool := range strings.FieldsSeq(tools[1]) {
		module, _, _ := strings.Cut(tool, "/cmd/")
		want = append(want, module)
	}
	var got []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| \\S").FindAllStringSubmatch(read(t, "CONTRIBUTING.md"), -1) {
		got = append(got, m[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-go.mod and tools.mod +CONTRIBUTING.md:\n%s", diff)
	}
}

func TestDecisionsAreDatedAndListed(t *testing.T) {
	t.Parallel()
	list := read(t, "docs/design/README.md")
	date := regexp.MustCompile(`(?m)^\d{4}-\d{2}-\d{2}$`)
	for _, page := range pages(t) {
		name, isDecision := strings.CutPrefix(page, "docs/design/")
		if !isDecision || name == "README.md" {
			continue
		}
		if !strings.Contains(list, "("+name+")") {
			t.Errorf("%s is not in the list", page)
		}
		if !date.MatchString(read(t, page)) {
			t.Errorf("%s has no date", page)
		}
	}
}
