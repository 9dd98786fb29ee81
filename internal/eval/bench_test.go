package eval

import "testing"

// What detections compute for every event.
func BenchmarkEval(b *testing.B) {
	for name, text := range map[string]string{
		"text":        `a="abc" AND n!="11"`,
		"number":      `n>9 AND n*2<100`,
		"conditional": `if(match(a, "^ab"), "Public AMI", "Not Public")`,
		"nested":      `coalesce(lower(absent), upper(a)) . "@" . n`,
		"list":        `a IN ("x", "y", "abc")`,
		"multivalue":  `mvcount(mvfilter(match(mv, "[xy]")))`,
		"time":        `strftime(n, "%Y-%m-%dT%H:%M:%S")`,
	} {
		b.Run(name, func(b *testing.B) {
			x, env, row := mustBind(b, text), newTestEnv(), sampleRow()
			b.ReportAllocs()
			for b.Loop() {
				x.Eval(env, row)
			}
		})
	}
}
