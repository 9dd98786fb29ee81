package digest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/digest"
	"github.com/pugmark/pugmark/internal/digest/digesttest"
)

// pkix gives a public key in the form of PKIX.
func pkix(t *testing.T, public any) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func inPEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestKeysInEveryFormVerify(t *testing.T) {
	t.Parallel()
	key := digesttest.Key(t)
	pkcs1 := x509.MarshalPKCS1PublicKey(&key.PublicKey)
	listed := string(digesttest.PublicKeys(begin, end, key))
	value := base64.StdEncoding.EncodeToString(pkcs1)
	tr := plant(t, key)
	tr.Head(t)
	for name, text := range map[string]string{
		"list":                     listed,
		"lists behind each other":  listed + "\n" + listed,
		"list with Value in PKIX":  strings.ReplaceAll(listed, value, base64.StdEncoding.EncodeToString(pkix(t, &key.PublicKey))),
		"list with times as texts": strings.NewReplacer("1719792000", `"1719792000.0"`).Replace(listed),
		"list of older commands":   strings.ReplaceAll(listed, "PublicKeyList", "publicKeyList"),
		"list without fingerprint": strings.ReplaceAll(listed, `"Fingerprint"`, `"Other"`),
		"PEM of PKCS #1":           string(inPEM("RSA PUBLIC KEY", pkcs1)),
		"PEM of PKIX":              string(inPEM("PUBLIC KEY", pkix(t, &key.PublicKey))),
		"DER of PKCS #1":           string(pkcs1),
		"DER of PKIX":              string(pkix(t, &key.PublicKey)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "keys")
			write(t, path, []byte(text))
			keys, err := digest.LoadKeys(path)
			if err != nil {
				t.Fatal(err)
			}
			v, err := digest.Verify(t.Context(), []string{tr.Dir}, digest.Options{Keys: keys})
			if err != nil {
				t.Fatal(err)
			}
			if v.Word != digest.Verified {
				t.Errorf("%s: %s", v.Word, v.Sentence)
			}
		})
	}
}

func TestFingerprintOfAKeyWithoutOne(t *testing.T) {
	t.Parallel()
	key := digesttest.Key(t)
	keys, err := digest.ParseKeys("k", inPEM("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&key.PublicKey)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(digesttest.Fingerprint(key), keys[0].Fingerprint); diff != "" {
		t.Error(diff)
	}
}

func TestWrongKeys(t *testing.T) {
	t.Parallel()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	const ask = " (aws cloudtrail list-public-keys --output json prints them; without --start-time and --end-time, only those of today)"
	for _, test := range []struct{ name, text, want string }{
		{"nothing", " \n", "k: no public key in it: it is empty" + ask},
		{"a text", "PUBLICKEYLIST\tabc", "k: neither a list of public keys in JSON, nor a key in PEM or DER" + ask},
		{"another answer", `{"trailList":[]}`, "k: no PublicKeyList with a key in it" + ask},
		{"half of an answer", `{"PublicKeyList":[{"Value":`, "k: at byte 0: unexpected EOF"},
		{"no key in a key", `{"PublicKeyList":[{"Value":"AAAA"}]}`, "k: PublicKeyList[0]: its Value: no RSA public key in DER"},
		{"no Base64", `{"PublicKeyList":[{"Value":"?"}]}`, "k: PublicKeyList[0]: its Value is not Base64 (give what the AWS CLI printed, unchanged)"},
		{"no time", `{"PublicKeyList":[{"Value":"` + base64.StdEncoding.EncodeToString(pkix(t, &digesttest.Key(t).PublicKey)) + `","ValidityEndTime":"soon"}]}`, `k: PublicKeyList[0]: its ValidityEndTime: "soon" is neither a number of seconds nor a time`},
		{"a private key", string(inPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small))), "k: PEM block 1: a private key, which no verification needs (keep it where it is secret; give the public key)"},
		{"a certificate", string(inPEM("CERTIFICATE", []byte{1})), `k: PEM block 1: "CERTIFICATE" is no public key` + ask},
		{"a cut off PEM", "-----BEGIN PUBLIC KEY-----\nAAAA", "k: no whole PEM block in it (is it cut off?)"},
		{"a curve", string(pkix(t, &curve.PublicKey)), "k: a *ecdsa.PublicKey, not an RSA key (AWS CloudTrail signs with RSA)"},
		{"a small key", string(pkix(t, &small.PublicKey)), "k: an RSA key of 1024 bits; those of AWS CloudTrail have 2048"},
		{"a large file", strings.Repeat("x", 5<<20), "k: larger than 4194304 bytes: no list of public keys is" + ask},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := digest.ParseKeys("k", []byte(test.text))
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
		})
	}
	if _, err := digest.LoadKeys(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
}
