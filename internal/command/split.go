package command

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/timeformat"
	"github.com/pugmark/pugmark/internal/value"
)

// split is a field by whose values chart or timechart makes rows or columns,
// with the bins that numbers are put into.
type split struct {
	byField
	bin binOp
}

// noBins is the options of bin with none given.
func noBins() binOp { return binOp{start: math.Inf(1), end: math.Inf(-1)} }

// takeSplit takes a field and the bin options behind it.
func takeSplit(a *spl.Args) *split {
	s := &split{byField: takeByField(a), bin: noBins()}
	takeBinOptions(a, &s.bin)
	s.bin.field = s.name
	return s
}

// takeBinOptions takes the bin options that come next. Which field an option
// is for depends on where it stands.
func takeBinOptions(a *spl.Args, bin *binOp) {
	for {
		name, equals := a.Peek(), a.PeekAt(1)
		if !slices.ContainsFunc(binOptions, name.Is) || equals.Kind != spl.Punct || equals.Text != "=" {
			return
		}
		a.Next()
		a.Next()
		if !a.More() {
			a.Expect("a value")
			return
		}
		bin.setOption(a, strings.ToLower(name.Text), a.Next())
	}
}

func (s *split) String() string { return argName(s.name) + s.bin.optionString(0) }

// automatic reports whether the bins depend on the values.
func (s *split) automatic() bool {
	return !s.bin.hasSpan() && (s.bin.bins > 0 || s.bin.minspan != timeformat.Span{})
}

// grouped returns the field as groups are made by it.
func (s *split) grouped(run *plan.Run) (byField, error) {
	f := s.byField
	low, high := math.Inf(-1), math.Inf(1)
	if !math.IsInf(s.bin.start, 0) {
		low = s.bin.start
	}
	if !math.IsInf(s.bin.end, 0) {
		high = s.bin.end
	}
	var bucket func(float64) value.Value
	if s.bin.hasSpan() {
		var err error
		if bucket, err = s.bin.bucket(run); err != nil {
			return f, err
		}
	}
	f.bucket = inBuckets(bucket, low, high)
	return f, nil
}

// inBuckets returns the function that puts numbers into buckets, leaves out
// those outside of a range and lets other values be.
func inBuckets(bucket func(float64) value.Value, low, high float64) func(value.Value) value.Value {
	return func(v value.Value) value.Value {
		f, ok := v.Float()
		switch {
		case !ok || math.IsNaN(f) || math.IsInf(f, 0):
			return v
		case f < low || f > high:
			return value.Value{}
		case bucket == nil:
			return v
		}
		return bucket(f)
	}
}

// bins chooses the bins of an automatic split by the i-th BY field from the
// values that the groups have.
func (s *split) bins(g *groups, i int) error {
	low, high := s.bin.start, s.bin.end
	for _, grp := range g.index {
		if f, ok := grp.by[i].Float(); ok && !math.IsInf(f, 0) && !math.IsNaN(f) {
			low, high = min(low, f), max(high, f)
		}
	}
	if low > high {
		return nil // no numbers
	}
	bin := s.bin
	if bin.bins == 0 {
		bin.bins = 100
	}
	if bin.timed(bin.minspan) {
		bin.span = bin.autoTime(low, high)
	} else {
		bin.span = timeformat.Span{N: bin.autoNumber(low, high)}
	}
	bucket, err := bin.bucket(g.run)
	if err != nil {
		return err
	}
	g.rebucket(i, inBuckets(bucket, math.Inf(-1), math.Inf(1)))
	return nil
}

// rebucket replaces the values of the i-th BY field and joins the groups that
// become one by that.
func (g *groups) rebucket(i int, bucket func(value.Value) value.Value) {
	old := g.index
	g.index = make(map[string]*group, len(old))
	for _, grp := range old {
		if !grp.by[i].IsNull() {
			grp.by[i] = bucket(grp.by[i])
		}
		key := string(g.keyOf(grp.by))
		if own := g.index[key]; own != nil {
			own.merge(grp)
		} else {
			g.index[key] = grp
		}
	}
}

// compareBins orders the values of a split: bins such as 10-20 by their lower
// ends, anything else as stats does.
func (s *split) compareBins(a, b value.Value) int {
	if s.bin.hasSpan() || s.automatic() {
		x, xok := lowEnd(a)
		y, yok := lowEnd(b)
		if xok && yok {
			return cmp.Or(cmp.Compare(x, y), cmp.Compare(a.String(), b.String()))
		}
	}
	return compareSplit(a, b)
}

// lowEnd returns the number that a bin begins with.
func lowEnd(v value.Value) (float64, bool) {
	if f, ok := v.Float(); ok {
		return f, true
	}
	text := v.String()
	for i := 1; i < len(text); i++ {
		if text[i] == '-' && text[i-1] != 'e' {
			return value.ParseNumber(text[:i])
		}
	}
	return 0, false
}
