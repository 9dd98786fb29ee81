package command

import (
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// option is an option with its value and the one it has if it is not given.
type option struct{ name, value, usual string }

func boolOption(name string, value, usual bool) option {
	return option{name, strconv.FormatBool(value), strconv.FormatBool(usual)}
}

// writeOptions writes the options that do not have their usual values, each
// behind a blank.
func writeOptions(options ...option) string {
	var b strings.Builder
	for _, o := range options {
		if o.value != o.usual {
			b.WriteString(" " + o.name + "=" + spl.ArgString(o.value))
		}
	}
	return b.String()
}
