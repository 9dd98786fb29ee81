package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/report"
)

// exitCode is what the process ends with.
type exitCode int

// The exit codes, as --help lists them.
const (
	exitOK          exitCode = 0
	exitFindings    exitCode = 1
	exitUsage       exitCode = 2
	exitUnread      exitCode = 3
	exitInterrupted exitCode = 130
)

// app is one run of the program and what it may use of the world.
type app struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	env            environment
	kong           *kong.Kong
	node           *kong.Node // the subcommand that was selected
}

// subcommand is what kong selects. It returns an error only for what stopped it: a
// [usageError], a problem in a text that the user wrote, or a failure of the
// system.
type subcommand interface {
	Run(a *app) (exitCode, error)
}

// run is the whole program. ctx ends when the user interrupts it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, environ []string) int {
	a := &app{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, env: newEnvironment(environ)}
	code, err := a.run(args)
	if errors.Is(err, syscall.EPIPE) {
		// The reader of our output has seen enough: no failure of the run.
		if code == exitUsage {
			code = exitOK
		}
		return int(code)
	}
	if err != nil {
		code = max(code, exitUsage)
		a.printError(err)
	}
	return int(code)
}

func (a *app) run(args []string) (exitCode, error) {
	var flags cli
	k, helped, err := newParser(a, &flags, needed(args, a.env))
	if err != nil {
		return exitUsage, err
	}
	a.kong = k
	if len(args) == 0 {
		return exitOK, printOverview(a.stdout, k.Model)
	}
	parsed, err := k.Parse(args)
	switch {
	case *helped:
		return exitOK, nil
	case errors.Is(err, syscall.EPIPE):
		return exitOK, err // of help
	case err != nil:
		return exitUsage, a.explainUsage(args, err)
	}
	for _, name := range a.env.unknown(k.Model) {
		a.tell("warning: the environment variable %s sets no flag", report.Visible(name))
	}
	selected, ok := reflect.TypeAssert[subcommand](parsed.Selected().Target.Addr())
	if !ok {
		return exitUsage, usageError{message: parsed.Selected().FullPath() + " needs a subcommand"}
	}
	a.node = parsed.Selected()
	stop, err := flags.start()
	if err != nil {
		return exitUsage, err
	}
	code, err := selected.Run(a)
	if stopErr := stop(); stopErr != nil {
		err = errors.Join(err, stopErr)
	}
	return code, err
}

// usageError is a wrong command line.
type usageError struct {
	message string
	hint    string // a line that says what to do instead, or ""
}

func (e usageError) Error() string { return e.message }

// printError tells the user what stopped the program. Problems in texts that
// they wrote are shown with the place.
func (a *app) printError(err error) {
	if problems := diag.All(err); len(problems) > 0 {
		for _, p := range problems {
			a.tell("%s", p.Render())
		}
		return
	}
	a.tell("pugmark: %s", visibleLines(err.Error()))
	var usage usageError
	if errors.As(err, &usage) && usage.hint != "" {
		a.tell("  %s", visibleLines(usage.hint))
	}
}

// tell writes a line to standard error. There is nobody to tell if that fails.
func (a *app) tell(format string, args ...any) {
	_, _ = fmt.Fprintf(a.stderr, format+"\n", args...)
}

// visibleLines makes a message visible that may have several lines.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = report.Visible(line)
	}
	return strings.Join(lines, "\n")
}

// environment is the process's environment variables.
type environment map[string]string

func newEnvironment(environ []string) environment {
	e := environment{}
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok {
			e[name] = value
		}
	}
	return e
}

const envPrefix = "PUGMARK_"

// envName is the variable that stands for a flag.
func envName(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Validate implements [kong.Resolver].
func (environment) Validate(*kong.Application) error { return nil }

// Resolve gives a flag that is not on the command line the value of its
// variable. Repeatable flags take one value a line, --content and --trust also
// what PATH would take.
func (e environment) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	text, ok := e[envName(flag.Name)]
	if !ok || text == "" || flag.Name == "help" {
		return nil, nil
	}
	if !flag.IsSlice() {
		return text, nil
	}
	separator := "\n"
	if flag.Name == "content" || flag.Name == "trust" {
		separator = string(os.PathListSeparator)
	}
	var values []any
	for part := range strings.SplitSeq(text, separator) {
		if part != "" {
			values = append(values, part)
		}
	}
	return values, nil
}

// has reports whether any variable may be ours.
func (e environment) has() bool {
	for name := range e {
		if strings.HasPrefix(name, envPrefix) {
			return true
		}
	}
	return false
}

// unknown returns the variables that look like ours and are not.
func (e environment) unknown(model *kong.Application) []string {
	known := map[string]bool{}
	for _, leaf := range model.Leaves(false) {
		for _, group := range leaf.AllFlags(false) {
			for _, flag := range group {
				known[envName(flag.Name)] = true
			}
		}
	}
	var names []string
	for name := range e {
		if strings.HasPrefix(name, envPrefix) && !known[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// now is the clock, the only place where the program asks what time it is.
func (a *app) now() time.Time { return time.Now() }
