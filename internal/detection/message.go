package detection

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/value"
)

// Fill writes a message with each $field$ replaced by the value of the field,
// a multivalue joined by ", ". A field without a value leaves <field: none>,
// and a blank one <field: empty>, so that the message stays whole and shows
// what it lacks; missing names these fields. $$ stands for one $, and a $
// without a counterpart for itself.
func Fill(message string, get func(field string) value.Value) (text string, missing []string) {
	var b strings.Builder
	for piece := range pieces(message) {
		if !piece.token {
			b.WriteString(piece.text)
			continue
		}
		v := get(piece.text)
		filled := strings.Join(v.Texts(), ", ")
		if strings.TrimSpace(filled) == "" {
			why := "empty"
			if v.IsNull() {
				why = "none"
			}
			filled = "<" + piece.text + ": " + why + ">"
			if !slices.Contains(missing, piece.text) {
				missing = append(missing, piece.text)
			}
		}
		b.WriteString(filled)
	}
	return b.String(), missing
}

// Tokens returns the fields that a message names, each once.
func Tokens(message string) []string {
	var fields []string
	for piece := range pieces(message) {
		if piece.token && !slices.Contains(fields, piece.text) {
			fields = append(fields, piece.text)
		}
	}
	return fields
}

type piece struct {
	text  string
	token bool
}

// pieces cuts a message at its tokens. A name holds no white space, so that
// "$5 to $user$" has one token.
func pieces(message string) func(yield func(piece) bool) {
	return func(yield func(piece) bool) {
		for message != "" {
			open := strings.IndexByte(message, '$')
			if open < 0 {
				yield(piece{text: message})
				return
			}
			if open > 0 && !yield(piece{text: message[:open]}) {
				return
			}
			message = message[open+1:]
			end := strings.IndexByte(message, '$')
			next := piece{text: "$"}
			switch {
			case end == 0:
				message = message[1:]
			case end > 0 && !strings.ContainsAny(message[:end], " \t\r\n"):
				next = piece{text: message[:end], token: true}
				message = message[end+1:]
			}
			if !yield(next) {
				return
			}
		}
	}
}
