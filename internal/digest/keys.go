package digest

import (
	"bytes"
	"crypto/md5" //nolint:gosec // AWS calls its keys by it; nothing is trusted for it
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// Key is a public key of AWS CloudTrail. Each region has keys of its own.
type Key struct {
	// Fingerprint is what digests call it.
	Fingerprint string
	// From and Until bound when AWS signs with it; zero if that is not known.
	From, Until time.Time
	Public      *rsa.PublicKey
	// computed says that the fingerprint is not from AWS.
	computed bool
}

const (
	maxKeyFile = 4 << 20
	maxKeys    = 10_000
	// AWS signs with 2048 bits. More than maxKeyBits only costs time.
	minKeyBits, maxKeyBits = 2048, 8192
)

// keyHint says where keys come from.
const keyHint = "aws cloudtrail list-public-keys --output json prints them; without --start-time and --end-time, only those of today"

// LoadKeys reads the public keys in a file: what `aws cloudtrail
// list-public-keys` prints, or keys in PEM or DER, of PKCS #1 or PKIX.
func LoadKeys(path string) ([]Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return nil, err
	}
	return ParseKeys(path, text)
}

// ParseKeys is [LoadKeys] of a text; name is what errors call it.
func ParseKeys(name string, text []byte) ([]Key, error) {
	var keys []Key
	var err error
	trimmed := bytes.TrimSpace(text)
	switch {
	case len(text) > maxKeyFile:
		err = fmt.Errorf("larger than %d bytes: no list of public keys is (%s)", maxKeyFile, keyHint)
	case len(trimmed) == 0:
		err = fmt.Errorf("no public key in it: it is empty (%s)", keyHint)
	case trimmed[0] == '{':
		keys, err = listedKeys(trimmed)
	case bytes.Contains(text, []byte("-----BEGIN ")):
		keys, err = pemKeys(text)
	default:
		var key Key
		if key, err = derKey(text); err == nil {
			keys = []Key{key}
		} else if _, isText := errors.AsType[*notDER](err); isText {
			err = fmt.Errorf("neither a list of public keys in JSON, nor a key in PEM or DER (%s)", keyHint)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return keys, nil
}

// listedKey is a key as ListPublicKeys describes it. Source: AWS CloudTrail API
// Reference, "PublicKey". The AWS CLI prints times as numbers or in ISO 8601,
// as it is configured.
type listedKey struct {
	Value, Fingerprint                 string
	ValidityStartTime, ValidityEndTime json.RawMessage
}

// listedKeys reads what the AWS CLI printed, one answer or several behind each
// other.
func listedKeys(text []byte) ([]Key, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	var keys []Key
	for {
		var answer struct{ PublicKeyList []listedKey }
		switch err := decoder.Decode(&answer); {
		case errors.Is(err, io.EOF):
			if len(keys) == 0 {
				return nil, fmt.Errorf("no PublicKeyList with a key in it (%s)", keyHint)
			}
			return keys, nil
		case err != nil:
			return nil, fmt.Errorf("at byte %d: %w", decoder.InputOffset(), err)
		case len(keys)+len(answer.PublicKeyList) > maxKeys:
			return nil, fmt.Errorf("more than %d public keys (ask AWS for the time of the digests alone)", maxKeys)
		}
		for i := range answer.PublicKeyList {
			key, err := answer.PublicKeyList[i].key()
			if err != nil {
				return nil, fmt.Errorf("PublicKeyList[%d]: %w", i, err)
			}
			keys = append(keys, key)
		}
	}
}

func (l *listedKey) key() (Key, error) {
	// The samples of AWS have keys of PKIX among those of PKCS #1.
	der, err := base64.StdEncoding.DecodeString(l.Value)
	if err != nil {
		return Key{}, errors.New("its Value is not Base64 (give what the AWS CLI printed, unchanged)")
	}
	key, err := derKey(der)
	if err != nil {
		return Key{}, fmt.Errorf("its Value: %w", err)
	}
	if l.Fingerprint != "" {
		key.Fingerprint, key.computed = l.Fingerprint, false
	}
	if key.From, err = keyTime(l.ValidityStartTime); err != nil {
		return Key{}, fmt.Errorf("its ValidityStartTime: %w", err)
	}
	if key.Until, err = keyTime(l.ValidityEndTime); err != nil {
		return Key{}, fmt.Errorf("its ValidityEndTime: %w", err)
	}
	return key, nil
}

// keyTime reads a time as epoch seconds, bare or as text, or in ISO 8601.
func keyTime(raw json.RawMessage) (time.Time, error) {
	text := strings.Trim(string(raw), `"`)
	if text == "" || text == "null" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds >= 0 && seconds < 1e11 {
		return time.Unix(int64(seconds), 0).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%.40q is neither a number of seconds nor a time", text)
}

func pemKeys(text []byte) ([]Key, error) {
	var keys []Key
	for n := 1; ; n++ {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			if len(keys) == 0 {
				return nil, errors.New("no whole PEM block in it (is it cut off?)")
			}
			return keys, nil
		}
		switch {
		case n > maxKeys:
			return nil, fmt.Errorf("more than %d public keys", maxKeys)
		case strings.Contains(block.Type, "PRIVATE"):
			return nil, fmt.Errorf("PEM block %d: a private key, which no verification needs (keep it where it is secret; give the public key)", n)
		case block.Type != "PUBLIC KEY" && block.Type != "RSA PUBLIC KEY":
			return nil, fmt.Errorf("PEM block %d: %.40q is no public key (%s)", n, block.Type, keyHint)
		}
		key, err := derKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("PEM block %d: %w", n, err)
		}
		keys = append(keys, key)
	}
}

// notDER is the error for bytes that are no key of any kind.
type notDER struct{ pkcs1, pkix error }

func (n *notDER) Error() string {
	return fmt.Sprintf("no RSA public key in DER: as PKCS #1: %v; as PKIX: %v", n.pkcs1, n.pkix)
}

func derKey(der []byte) (Key, error) {
	public, pkcs1 := x509.ParsePKCS1PublicKey(der)
	if pkcs1 != nil {
		parsed, pkix := x509.ParsePKIXPublicKey(der)
		if pkix != nil {
			return Key{}, &notDER{pkcs1, pkix}
		}
		var isRSA bool
		if public, isRSA = parsed.(*rsa.PublicKey); !isRSA {
			return Key{}, fmt.Errorf("a %T, not an RSA key (AWS CloudTrail signs with RSA)", parsed)
		}
	}
	switch bits := public.N.BitLen(); {
	case bits < minKeyBits || bits > maxKeyBits:
		return Key{}, fmt.Errorf("an RSA key of %d bits; those of AWS CloudTrail have 2048", bits)
	case public.E < 3 || public.E%2 == 0:
		return Key{}, fmt.Errorf("an RSA key with the exponent %d, by which anything could be signed", public.E)
	}
	return Key{Fingerprint: fingerprint(der), Public: public, computed: true}, nil
}

// fingerprint is the one of a key for which AWS gave none. That it is the MD5
// of the DER is not written down, but holds for the sample keys of the User
// Guide; it only decides which key is tried first.
func fingerprint(der []byte) string {
	sum := md5.Sum(der) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}
