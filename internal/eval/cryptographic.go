package eval

import (
	"crypto/md5" // SPL has it, for comparing with known hashes
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"

	"github.com/pugmark/pugmark/internal/value"
)

var cryptographic = []*Function{
	digest("md5", "MD5", func(b []byte) []byte { h := md5.Sum(b); return h[:] }, "900150983cd24fb0d6963f7d28e17f72"),
	digest("sha1", "SHA-1", func(b []byte) []byte { h := sha1.Sum(b); return h[:] }, "a9993e364706816aba3e25717850c26c9cd0d89d"),
	digest("sha256", "SHA-256", func(b []byte) []byte { h := sha256.Sum256(b); return h[:] }, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
	digest("sha512", "SHA-512", func(b []byte) []byte { h := sha512.Sum512(b); return h[:] }, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"),
}

func digest(name, title string, hash func([]byte) []byte, ofABC string) *Function {
	return &Function{
		Name: name, Args: "text", Category: "Cryptographic", kinds: "t", result: textType,
		Summary:  "The " + title + " hash of the text, in hexadecimal.",
		Examples: []Example{{name + `("abc")`, ofABC}},
		call: func(_ *Env, args []value.Value) value.Value {
			return value.OfText(hex.EncodeToString(hash([]byte(args[0].String()))))
		},
	}
}
