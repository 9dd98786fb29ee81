package digest_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/digest"
	"github.com/pugmark/pugmark/internal/digest/digesttest"
	"github.com/pugmark/pugmark/internal/source/file"
)

// made is a digest whose fields are as they are given, and otherwise those
// that are asked for.
func made(fields string) string {
	if fields != "" {
		fields += ","
	}
	return `{"awsAccountId":"1","digestStartTime":"2024-08-01T10:00:00Z",` + fields + `"digestEndTime":"2024-08-01T11:00:00Z","digestS3Bucket":"b","digestS3Object":"k","digestPublicKeyFingerprint":"f","previousDigestSignature":null,"logFiles":[]}`
}

func entry(key, hash string) string {
	return fmt.Sprintf(`{"s3Bucket":"b","s3Object":%q,"hashValue":%q,"hashAlgorithm":"SHA-256"}`, key, hash)
}

var zeros = strings.Repeat("0", 64)

func withEntries(entries ...string) string {
	return strings.Replace(made(""), "[]", "["+strings.Join(entries, ",")+"]", 1)
}

func TestDigestsThatAWSNeverWrote(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", "the compressed data ends too early; what came before was read"},
		{"a list", "[]", "there is no JSON object"},
		{"a field said twice", made(`"digestEndTime":"2024-08-01T12:00:00Z"`), `it says "digestEndTime" twice`},
		{"a field missing", strings.Replace(made(""), "logFiles", "logs", 1), "it has no logFiles"},
		{"control characters", strings.Replace(made(""), `"k"`, `"k\u001b[2J"`, 1), "digestS3Object has control characters"},
		{"a line break that moves what is signed", strings.Replace(made(""), `"b"`, `"b\n"`, 1), "digestS3Bucket has control characters"},
		{"a long text", strings.Replace(made(""), `"k"`, `"`+strings.Repeat("k", 5000)+`"`, 1), "digestS3Object has more than 2048 bytes"},
		{"a time that is none", strings.Replace(made(""), "T11:", "T25:", 1), `digestEndTime "2024-08-01T25:00:00Z" is not a time`},
		{"a time elsewhere", strings.Replace(made(""), "11:00:00Z", "11:00:00+01:00", 1), `digestEndTime "2024-08-01T11:00:00+01:00" is not in UTC`},
		{"an end before its beginning", strings.Replace(made(""), "T11:", "T09:", 1), "it ends before it begins"},
		{"another algorithm", made(`"digestSignatureAlgorithm":"none"`), `the signature algorithm "none" is not known`},
		{"another hash", withEntries(strings.Replace(entry("x", zeros), "SHA-256", "MD5", 1)), `logFiles[0]: the hash algorithm "MD5" is not known`},
		{"a short hash", withEntries(entry("x", zeros), entry("y", "00")), "logFiles[1]: hashValue: 2 characters, where a SHA-256 in hexadecimal has 64"},
		{"an entry that says its hash twice", withEntries(strings.Replace(entry("x", zeros), "{", `{"hashValue":"00",`, 1)), `logFiles[0]: it says "hashValue" twice`},
		{"something behind it", made("") + "{}", "something stands behind the digest"},
		{"deep nesting", made(`"x":` + strings.Repeat("[", 20_000) + "1"), "after array element"},
		{"too large", made(`"x":"` + strings.Repeat(" ", 70_000) + `"`), "a digest of more than 65536 bytes"},
		{"a bomb", made(`"x":"` + strings.Repeat(" ", 9_000_000) + `"`), "a digest of more than 65536 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "1_CloudTrail-Digest_x.json.gz")
			write(t, path, digesttest.Pack(t, test.text))
			v, err := digest.Verify(t.Context(), []string{path}, digest.Options{Limits: digest.Limits{Digest: 64 << 10}})
			if err != nil {
				t.Fatal(err)
			}
			if len(v.Unreadable) != 1 || !strings.Contains(v.Unreadable[0].Reason, test.want) {
				t.Fatalf("got %s\nwant %s", brief(v), test.want)
			}
			if v.Word != digest.Unchecked {
				t.Errorf("the verdict is %s", v.Word)
			}
		})
	}
}

func TestWhatIsNoDigestIsALog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.json"), []byte(`{"Records":[{"requestParameters":{"digestStartTime":"","digestS3Object":""}}]}`))
	write(t, filepath.Join(dir, "b.json"), []byte(made("")))
	v, err := digest.Verify(t.Context(), []string{dir}, digest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if v.Counts.Digests != 1 || v.Counts.LogFiles != 1 {
		t.Error(brief(v))
	}
}

func TestLimitsAreSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 3 {
		write(t, filepath.Join(dir, fmt.Sprint(i, ".json")), []byte(withEntries(entry(fmt.Sprint("x", i), zeros), entry(fmt.Sprint("y", i), zeros))))
	}
	for _, test := range []struct {
		name   string
		limits digest.Limits
		want   string
	}{
		{"entries of one", digest.Limits{Entries: 1}, "Nothing was checked: digests name more than 1 log files; verify fewer files at once."},
		{"entries of all", digest.Limits{Entries: 5}, "Nothing was checked: digests name more than 5 log files; verify fewer files at once."},
		{"digests", digest.Limits{Digests: 2}, "Nothing was checked: there are more than 2 digests; verify fewer files at once."},
		{"what is listed", digest.Limits{Listed: 4}, "Nothing was verified: 6 log files (6 missing); 3 digests (3 without a signature)."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, workers := range []int{1, 3} {
				v, err := digest.Verify(t.Context(), []string{dir}, digest.Options{Limits: test.limits, Workers: workers})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, v.Sentence); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if test.limits.Listed > 0 && (len(v.Logs) != 4 || v.Counts.Unlisted != 2) {
					t.Errorf("%d are listed, %d not", len(v.Logs), v.Counts.Unlisted)
				}
			}
		})
	}
}

func TestLogsThatUnpackToTooMuchAreUnreadable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "1_CloudTrail_us-east-1_20240801T1000Z_aa.json.gz")
	write(t, path, digesttest.Pack(t, strings.Repeat(" ", 1<<20)))
	v, err := digest.Verify(t.Context(), []string{path}, digest.Options{Files: file.Limits{Unpacked: 1 << 16}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("unchecked\naa unreadable\n", brief(v)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Copies of one digest and one name in many entries must not cost their square.
func TestManyOfOneName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var entries []string
	for i := range 300 {
		entries = append(entries, entry(fmt.Sprintf("%d/../x.json", i), zeros))
	}
	for i := range 20 {
		write(t, filepath.Join(dir, fmt.Sprint(i, ".d")), []byte(withEntries(entries...)))
	}
	write(t, filepath.Join(dir, "x.json"), []byte("{}"))
	v, err := digest.Verify(t.Context(), []string{dir}, digest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if v.Counts.Statuses[digest.DigestUnreadable] != 4 || v.Logs[0].Status != digest.LogUnreadable {
		t.Errorf("%s\n%+v", v.Sentence, v.Logs[0])
	}
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte(made("")), []byte("00"), []byte(`{"PublicKeyList":[]}`))
	f.Add([]byte(withEntries(entry("../x_CloudTrail_y", zeros))), []byte(`{"Metadata":{"signature":"00"}}`), []byte("-----BEGIN PUBLIC KEY-----"))
	f.Add([]byte(made(`"previousDigestS3Bucket":"b","previousDigestS3Object":"k"`)), []byte("zz"), []byte{0x30, 0x82})
	f.Fuzz(func(t *testing.T, text, signature, keyText []byte) {
		keys, err := digest.ParseKeys("keys", keyText)
		if err != nil {
			keys = nil
		}
		dir := t.TempDir()
		name := filepath.Join(dir, "1_CloudTrail-Digest_us-east-1_t_us-east-1_20240801T110000Z.json")
		write(t, name, text)
		write(t, name+".sig", signature)
		write(t, name+".head.json", signature)
		write(t, filepath.Join(dir, "x_CloudTrail_y"), text)
		v, err := digest.Verify(t.Context(), []string{dir}, digest.Options{Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		if v.Word == digest.Verified || v.Counts.Logs[digest.LogVerified] > 0 {
			t.Fatalf("verified without a key of AWS: %s", v.Sentence)
		}
	})
}
