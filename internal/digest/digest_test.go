package digest_test

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/digest"
	"github.com/pugmark/pugmark/internal/digest/digesttest"
)

var (
	begin = time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	end   = time.Date(2024, 9, 1, 0, 0, 0, 0, time.UTC)
)

// keys parses what the AWS CLI would print of keys.
func keys(t *testing.T, from, until time.Time, private ...*rsa.PrivateKey) []digest.Key {
	t.Helper()
	keys, err := digest.ParseKeys("keys.json", digesttest.PublicKeys(from, until, private...))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// brief is a verdict with the names short: digests by the hour of their end,
// logs by the word in their names.
func brief(v *digest.Verdict) string {
	var b strings.Builder
	fmt.Fprintln(&b, v.Word)
	for _, c := range v.Chains {
		_, name, _ := strings.Cut(c.Name, "_CloudTrail-Digest_")
		fmt.Fprintf(&b, "chain %s\n", name)
		for _, d := range c.Digests {
			fmt.Fprintf(&b, "  %s %s, %s\n", d.End.Format("15h"), d.Status, d.Link)
		}
		for _, g := range c.Gaps {
			fmt.Fprintf(&b, "  gap %s to %s, restart %v, missing %v\n", g.From.Format("15h"), g.To.Format("15h"), g.Restart, g.Missing != "")
		}
	}
	for _, d := range v.Unreadable {
		fmt.Fprintf(&b, "unreadable: %s\n", d.Reason)
	}
	for _, l := range v.Logs {
		name := l.File
		if name == "" {
			name = l.Key
		}
		name = name[strings.LastIndexAny(name, "_/")+1:]
		fmt.Fprintf(&b, "%s %s\n", strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".json"), l.Status)
	}
	for _, p := range v.Problems {
		fmt.Fprintf(&b, "problem: %s\n", p.Reason)
	}
	return b.String()
}

// tree is three hours of a trail: two log files, none, one.
type tree struct {
	*digesttest.Trail
	digests, logs []string
}

func plant(t *testing.T, key *rsa.PrivateKey) *tree {
	t.Helper()
	tr := &tree{Trail: &digesttest.Trail{Dir: t.TempDir(), Key: key}}
	for _, logs := range []map[string]string{{"aa": `{"Records":[]}`, "bb": `{"Records":[{}]}`}, nil, {"cc": `{"Records":[{"a":1}]}`}} {
		d, files := tr.Hour(t, logs)
		tr.digests, tr.logs = append(tr.digests, d), append(tr.logs, files...)
	}
	return tr
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	key, other := digesttest.Key(t), digesttest.Key(t)
	for _, test := range []struct {
		name   string
		change func(*testing.T, *tree)
		keys   []digest.Key
		want   string
	}{
		{"all is well", func(t *testing.T, tr *tree) { tr.Head(t) }, keys(t, begin, end, other, key), `verified
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h valid, holds
aa verified
bb verified
cc verified
`},
		{"the signature of the newest in a file of its own", func(t *testing.T, tr *tree) {
			write(t, tr.digests[2]+".sig", []byte(tr.Signature()+"\n"))
		}, keys(t, begin, end, key), `verified
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h valid, holds
aa verified
bb verified
cc verified
`},
		{"the signature of the newest is not there", func(*testing.T, *tree) {}, keys(t, begin, end, key), `partial
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h no signature, holds
aa verified
bb verified
cc hash matches
`},
		{"no key", func(t *testing.T, tr *tree) { tr.Head(t) }, nil, `hashes
chain us-east-1_audit_us-east-1
  11h no key, start
  12h no key, holds
  13h no key, holds
aa hash matches
bb hash matches
cc hash matches
`},
		{"another key", func(t *testing.T, tr *tree) { tr.Head(t) }, keys(t, begin, end, other), `hashes
chain us-east-1_audit_us-east-1
  11h no key, start
  12h no key, holds
  13h no key, holds
aa hash matches
bb hash matches
cc hash matches
`},
		{"a key that was valid until 10:45: an hour more is allowed", func(t *testing.T, tr *tree) { tr.Head(t) }, keys(t, begin, time.Date(2024, 8, 1, 10, 45, 0, 0, time.UTC), key), `partial
chain us-east-1_audit_us-east-1
  11h valid, start
  12h no key, holds
  13h no key, holds
aa verified
bb verified
cc hash matches
`},
		{"an edited log", func(t *testing.T, tr *tree) {
			tr.Head(t)
			digesttest.Rewrite(t, tr.logs[0], strings.NewReplacer("[", "[ "))
		}, keys(t, begin, end, key), `altered
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h valid, holds
aa hash differs
bb verified
cc verified
`},
		{"something behind the packed part of a log", func(t *testing.T, tr *tree) {
			packed, err := os.ReadFile(tr.logs[0])
			if err != nil {
				t.Fatal(err)
			}
			write(t, tr.logs[0], append(packed, digesttest.Pack(t, `{"Records":[{"forged":1}]}`)...))
		}, keys(t, begin, end, key), `altered
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h no signature, holds
aa hash differs
bb verified
cc hash matches
`},
		{"an edited digest", func(t *testing.T, tr *tree) {
			tr.Head(t)
			digesttest.Rewrite(t, tr.digests[0], strings.NewReplacer("_aa.", "_zz."))
		}, keys(t, begin, end, key), `altered
chain us-east-1_audit_us-east-1
  11h invalid signature, start
  12h valid, broken
  13h valid, holds
aa not covered
bb digest not valid
cc verified
`},
		{"an edited digest, and no key", func(t *testing.T, tr *tree) {
			digesttest.Rewrite(t, tr.digests[1], strings.NewReplacer(`"digestStartTime":"2024-08-01T11:00:00Z"`, `"digestStartTime":"2024-08-01T11:00:01Z"`))
		}, nil, `altered
chain us-east-1_audit_us-east-1
  11h no key, start
  12h broken link, holds
  13h broken link, broken
aa hash matches
bb hash matches
cc digest not valid
`},
		{"a replaced signature", func(t *testing.T, tr *tree) {
			tr.Head(t)
			digesttest.Rewrite(t, tr.digests[1], strings.NewReplacer(`"previousDigestSignature":"`, `"previousDigestSignature":"00`))
		}, keys(t, begin, end, key), `altered
chain us-east-1_audit_us-east-1
  11h no signature, start
  12h invalid signature, holds
  13h valid, broken
aa hash matches
bb hash matches
cc verified
`},
		{"a removed digest", func(t *testing.T, tr *tree) {
			tr.Head(t)
			remove(t, tr.digests[1])
		}, keys(t, begin, end, key), `partial
chain us-east-1_audit_us-east-1
  11h no signature, start
  13h valid, missing
  gap 11h to 12h, restart false, missing true
aa hash matches
bb hash matches
cc verified
`},
		{"a removed log", func(t *testing.T, tr *tree) {
			tr.Head(t)
			remove(t, tr.logs[1])
		}, keys(t, begin, end, key), `partial
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h valid, holds
aa verified
cc verified
bb missing
`},
		{"a log that no digest names", func(t *testing.T, tr *tree) {
			tr.Head(t)
			write(t, filepath.Join(tr.Dir, tr.LogKey("dd")), digesttest.Pack(t, `{"Records":[]}`))
		}, keys(t, begin, end, key), `partial
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h valid, holds
aa verified
bb verified
cc verified
dd not covered
`},
		{"a cut off log and a cut off digest", func(t *testing.T, tr *tree) {
			tr.Head(t)
			for _, path := range []string{tr.logs[0], tr.digests[0]} {
				if err := os.Truncate(path, 12); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Truncate(tr.logs[1], 5); err != nil {
				t.Fatal(err)
			}
		}, keys(t, begin, end, key), `partial
chain us-east-1_audit_us-east-1
  12h valid, missing
  13h valid, holds
unreadable: the compressed data ends too early; what came before was read
aa unreadable
bb unreadable
cc verified
`},
		{"a chain that begins anew after two hours", func(t *testing.T, tr *tree) {
			tr.Head(t)
			tr.Restart(2 * time.Hour)
			tr.Hour(t, map[string]string{"dd": "{}"})
			tr.Head(t)
		}, keys(t, begin, end, key), `partial
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h valid, holds
  16h valid, start
  gap 13h to 15h, restart true, missing false
aa verified
bb verified
cc verified
dd verified
`},
		{"two trails, and what was delivered late", func(t *testing.T, tr *tree) {
			tr.Head(t)
			for _, more := range []*digesttest.Trail{{Dir: tr.Dir, Key: key, Name: "spy_2", Region: "eu-west-1"}, {Dir: tr.Dir, Key: key, Backfill: true}} {
				more.Hour(t, map[string]string{"ee": "{}"})
				more.Head(t)
			}
		}, keys(t, begin, end, key), `verified
chain eu-west-1_spy_2_us-east-1
  11h valid, start
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h valid, holds
chain us-east-1_audit_us-east-1_backfill
  11h valid, start
ee verified
aa verified
bb verified
ee verified
cc verified
`},
		{"files packed in another way, in another folder, and a forged copy", func(t *testing.T, tr *tree) {
			tr.Head(t)
			remove(t, tr.logs[0])
			base := strings.TrimSuffix(filepath.Base(tr.logs[0]), ".gz")
			write(t, filepath.Join(tr.Dir, "a", base), []byte(`{"Records":[]}`))
			write(t, filepath.Join(tr.Dir, "b", base), []byte(`{"Records":[{"forged":1}]}`))
		}, keys(t, begin, end, key), `altered
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h valid, holds
bb verified
cc verified
aa verified
aa hash differs
`},
		{"a forged digest for an edited log", func(t *testing.T, tr *tree) {
			tr.Head(t)
			digesttest.Rewrite(t, tr.logs[2], strings.NewReplacer("1", "2"))
			forger := &digesttest.Trail{Dir: tr.Dir, Key: other, Name: "forged", At: tr.At.Add(-time.Hour)}
			forger.Hour(t, map[string]string{"cc": `{"Records":[{"a":2}]}`})
			forger.Head(t)
		}, keys(t, begin, end, key), `altered
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h valid, holds
chain us-east-1_forged_us-east-1
  13h no key, start
aa verified
bb verified
cc hash differs
`},
		{"no digest", func(t *testing.T, tr *tree) {
			for _, path := range tr.digests {
				remove(t, path)
			}
		}, keys(t, begin, end, key), `unchecked
aa not covered
bb not covered
cc not covered
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tr := plant(t, key)
			test.change(t, tr)
			var first []byte
			for _, workers := range []int{1, 3} {
				v, err := digest.Verify(t.Context(), []string{tr.Dir}, digest.Options{Keys: test.keys, Workers: workers})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, brief(v)); diff != "" {
					t.Errorf("%d workers (-want +got):\n%s\n%s", workers, diff, v.Sentence)
				}
				text, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				if first == nil {
					first = text
				} else if diff := cmp.Diff(string(first), string(text)); diff != "" {
					t.Errorf("another verdict with more workers (-one +more):\n%s", diff)
				}
			}
		})
	}
}

func TestOnlyTheLogsThatMatterAreChecked(t *testing.T) {
	t.Parallel()
	key := digesttest.Key(t)
	tr := plant(t, key)
	tr.Head(t)
	digesttest.Rewrite(t, tr.logs[2], strings.NewReplacer("1", "2"))
	v, err := digest.Verify(t.Context(), []string{tr.Dir, "-"}, digest.Options{Keys: keys(t, begin, end, key), Logs: []string{tr.logs[0], "zz/gone_aa"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `partial
chain us-east-1_audit_us-east-1
  11h valid, start
  12h valid, holds
  13h valid, holds
aa verified
aa unreadable
problem: standard input has no name, by which digests know log files
`
	if diff := cmp.Diff(want, brief(v)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	sentence := "Nothing contradicts that these are the files that AWS delivered, but not all of it could be verified: " +
		"2 log files (1 verified by signature, 1 unreadable); 3 digests (3 valid); 2 other files not looked at; 1 problem while reading."
	if diff := cmp.Diff(sentence, v.Sentence); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is from a digest is one word of a command, whatever is in it.
func TestHintsAreCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "d"), []byte(strings.Replace(made(""), `"k"`, `"a'; rm -rf ~"`, 1)))
	v, err := digest.Verify(t.Context(), []string{dir}, digest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := `aws s3api head-object --bucket b --key 'a'\''; rm -rf ~' > 'a'\''; rm -rf ~.head.json'`
	if diff := cmp.Diff(want, v.Chains[0].Digests[0].Hint); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
