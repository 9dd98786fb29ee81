package oracle

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// conversionFunctions turn one type into another, and hash.
func conversionFunctions() map[string]function {
	return map[string]function{
		"tostring": onValues(1, 2, textForm, tostring),
		"tonumber": onValues(1, 2, numberForm, tonumber),
		"md5":      hash(func(b []byte) []byte { s := md5.Sum(b); return s[:] }),
		"sha1":     hash(func(b []byte) []byte { s := sha1.Sum(b); return s[:] }),
		"sha256":   hash(func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }),
		"sha512":   hash(func(b []byte) []byte { s := sha512.Sum512(b); return s[:] }),
	}
}

func hash(sum func([]byte) []byte) function {
	return function{1, 1, textForm, func(s scope, args []spl.Expr) val {
		v, ok := s.eval(args[0]).single()
		if !ok {
			return nil
		}
		return text(hex.EncodeToString(sum([]byte(v))))
	}}
}

func tostring(args []val) val {
	s, ok := args[0].single()
	if !ok {
		return nil
	}
	if len(args) == 1 {
		return text(s)
	}
	form, _ := args[1].single()
	f, isNumber := args[0].float()
	if !isNumber {
		return text(s)
	}
	switch form {
	case "hex":
		return text("0x" + strings.ToUpper(strconv.FormatInt(int64(f), 16)))
	case "binary":
		return text(strconv.FormatInt(int64(f), 2))
	case "commas":
		return text(commas(f))
	case "duration":
		return text(duration(f))
	}
	return nil
}

// commas groups the digits by three; what has decimals is shown with two.
func commas(f float64) string {
	s := strconv.FormatFloat(math.Abs(roundDecimal(f, 2)), 'f', -1, 64)
	whole, decimals, _ := strings.Cut(s, ".")
	if decimals != "" {
		decimals = "." + (decimals + "0")[:2]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if f < 0 {
		whole = "-" + whole
	}
	return whole + decimals
}

// duration shows seconds as [days+]hours:minutes:seconds.
func duration(f float64) string {
	n := int64(f)
	s := fmt.Sprintf("%02d:%02d:%02d", n/3600%24, n/60%60, n%60)
	if days := n / 86400; days > 0 {
		s = fmt.Sprintf("%d+%s", days, s)
	}
	return s
}

// tonumber reads a number; without a base a decimal one.
func tonumber(args []val) val {
	s, ok := args[0].single()
	if !ok {
		return nil
	}
	if len(args) == 1 {
		f, ok := args[0].float()
		if !ok {
			return nil
		}
		return number(f)
	}
	base, ok := args[1].float()
	if !ok || base < 2 || base > 36 {
		return nil
	}
	n, err := strconv.ParseInt(s, int(base), 64)
	if err != nil {
		return nil
	}
	return number(float64(n))
}
