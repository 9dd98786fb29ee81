package command

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// BenchmarkCommands pushes 1,000 rows of 20 fields through a command.
func BenchmarkCommands(b *testing.B) {
	rows := make([]*event.Event, 1000)
	for i := range rows {
		rows[i] = event.New(event.Field{Name: "_raw", Value: value.OfText(`{"a":{"b":[1,2,{"c":"x"}]},"n":` + strconv.Itoa(i) + `}`)})
		for j := range 20 {
			rows[i].Set(fmt.Sprint("p.f", j), value.OfText(strconv.Itoa(i*j%97)))
		}
	}
	for _, commands := range []string{
		"rename p.f1 AS a, p.f2 AS b", "rename p.* AS *", "fields p.f1, p.f2", "table p.f*", "dedup p.f3", "sort 0 -p.f3, p.f4",
		"fillnull value=x z", "fillnull", "bin span=10 p.f5", `rex "\"n\":(?<n>\d+)"`, "regex p.f1=7", "spath path=a.b{}.c", "spath",
		"convert ctime(p.f6)", "eval x=0 | foreach p.f1* [eval x=x+'<<FIELD>>']", "addtotals", "xyseries p.f3 p.f4 p.f5",
	} {
		ops := mustParse(b, commands)
		b.Run(commands, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				runOps(b, newTestRun(b), ops, rows, 256)
			}
		})
	}
}
