package main

import (
	"encoding/json"
	"encoding/pem"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pugmark/pugmark/internal/hec/hectest"
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
			env.Values[receiverKey{}] = &receiverSlot{}
			return err
		},
		RequireExplicitExec: true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code":    exitCodeIs,
			"untimed": untimed,
			"hec":     receiver,
			"hecgot":  received,
			"idof":    findingID,
			"unzip":   unzip,
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

// receiverKey is where a script's receiver is kept.
type receiverKey struct{}

// receiver is the script command "hec [tls] [ack] [index=NAME]": it starts a
// receiver whose URL is $HEC and whose token is secret-token; with tls, its
// certificate is in ca.pem.
func receiver(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: hec [tls] [ack] [index=NAME]")
	}
	r := &hectest.Receiver{Token: "secret-token"}
	server := httptest.NewUnstartedServer(r)
	start := server.Start
	for _, arg := range args {
		switch name, ok := strings.CutPrefix(arg, "index="); {
		case ok:
			r.Indexes = append(r.Indexes, name)
		case arg == "ack":
			r.Ack = true
		case arg == "tls":
			start = func() {
				server.StartTLS()
				block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
				ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), block, 0o666))
			}
		default:
			ts.Fatalf("what is %s?", arg)
		}
	}
	start()
	ts.Defer(server.Close)
	ts.Setenv("HEC", server.URL)
	ts.Value(receiverKey{}).(*receiverSlot).Receiver = r
}

// receiverSlot holds the receiver that a script started last.
type receiverSlot struct{ *hectest.Receiver }

// received is the script command "hecgot FILE": it writes what the receiver
// has got, an event a line.
func received(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hecgot file")
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	for _, e := range ts.Value(receiverKey{}).(*receiverSlot).Events() {
		ts.Check(encoder.Encode(e))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o666))
}
