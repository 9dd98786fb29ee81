package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expectations of the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pugmark": main})
}

// The scripts are the command line as a user types it. $SAMPLE is the
// directory of the sample logs.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			sample, err := filepath.Abs("../../content/sample")
			env.Setenv("SAMPLE", sample)
			return err
		},
		RequireExplicitExec: true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code":    exitCodeIs,
			"untimed": untimed,
		},
	})
}

// exitCodeIs is the script command "code N pugmark …": it runs the program
// and checks the exit code.
func exitCodeIs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N command [args]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = regexp.MustCompile(`\d+$`).FindString(err.Error())
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// untimed is the script command "untimed FILE": it replaces the durations and
// rates in what the program told last on standard error, and writes that to
// FILE.
func untimed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: untimed file")
	}
	text := ts.ReadFile("stderr")
	text = regexp.MustCompile(` in [0-9.]+(µs|ms|s|m[0-9]+s)\b`).ReplaceAllString(text, " in TIME")
	text = regexp.MustCompile(`, [0-9,]+ records/s`).ReplaceAllString(text, "")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o666))
}
