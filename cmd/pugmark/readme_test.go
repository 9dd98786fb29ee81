package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The README shows what its commands print: every block marked console is run
// from the top of the checkout, line by line, and its output compared. A line
// "…" stands for any number of lines; durations and rates are not compared.
// A command that exits with another code than 0 is followed by "exit code N".
func TestReadme(t *testing.T) {
	t.Parallel()
	const root = "../.."
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```console\n(.*?)^```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) == 0 {
		t.Fatal("the README shows no command")
	}
	for _, block := range blocks {
		for _, shown := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			line, want, _ := strings.Cut(shown, "\n")
			t.Run(line, func(t *testing.T) {
				t.Parallel()
				// Make builds the program; here the one under test stands in.
				line := strings.ReplaceAll(strings.Replace(line, "make demo", "pugmark demo", 1), "./bin/pugmark", "pugmark")
				c := exec.CommandContext(t.Context(), "sh", "-c", line)
				c.Dir = root
				out, err := c.CombinedOutput()
				got := string(out)
				if exit, ok := errors.AsType[*exec.ExitError](err); ok {
					got += "exit code " + strings.TrimPrefix(exit.Error(), "exit status ") + "\n"
				} else if err != nil {
					t.Fatal(err)
				}
				if !matchOutput(want, got) {
					t.Errorf("the README shows something else, -shown +printed:\n%s", cmp.Diff(untime(want), untime(got)))
				}
			})
		}
	}
}

// matchOutput compares line by line; "…" in what is wanted skips lines.
func matchOutput(want, got string) bool {
	pattern := regexp.QuoteMeta("\n" + untime(want))
	for strings.Contains(pattern, "\n…\n") {
		pattern = strings.Replace(pattern, "\n…\n", `\n(?:.*\n)*?`, 1)
	}
	return regexp.MustCompile("^" + pattern + "$").MatchString("\n" + untime(got))
}

// untime takes out what differs from run to run, and trailing blanks.
func untime(text string) string {
	text = regexp.MustCompile(`\b[0-9.,]+ ?(ns|µs|ms|s)\b`).ReplaceAllString(text, "TIME")
	text = regexp.MustCompile(`[0-9,]+ (records|events)/s`).ReplaceAllString(text, "RATE")
	text = regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(text, "")
	return strings.TrimRight(text, "\n") + "\n"
}
