package command

import (
	"fmt"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// place is where in the search a command stands, for its warnings. It is no
// part of what the command means: ops that differ in it alone are equal.
type place struct {
	command *spl.Command
}

// placeOf returns the place of the command whose arguments a reads.
func placeOf(a *spl.Args) place { return place{a.Command()} }

// warn tells the run's reader of something at the command.
func (p place) warn(run *plan.Run, code diag.Code, hint, format string, args ...any) {
	run.Warnings.Add(p.command.ErrorAt(p.command.NameSpan(), code, p.command.Name+": "+fmt.Sprintf(format, args...), hint))
}
