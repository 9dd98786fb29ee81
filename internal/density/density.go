// Package density fits a probability density to numbers and tells which
// numbers are improbable under it: what the DensityFunction algorithm of
// Splunk's Machine Learning Toolkit does.
//
// It knows no rows and no storage. Start reading at [Fit].
package density

import (
	"math"
	"slices"
)

// The distributions.
const (
	Normal      = "norm"
	Exponential = "expon"
	Auto        = "auto" // whichever of the others is nearer to the numbers
)

// Density is a distribution fitted to numbers.
type Density struct {
	Distribution string  `json:"type"`
	Mean         float64 `json:"mean"`
	Std          float64 `json:"std"`
	Min          float64 `json:"min"`
	Max          float64 `json:"max"`
	Cardinality  int     `json:"cardinality"`
	// Distance is the largest difference between the cumulative frequency of
	// the numbers and that of the distribution (Kolmogorov and Smirnov).
	Distance float64 `json:"distance"`
}

// Range is where outliers lie and the probability of lying there.
type Range struct{ From, To, Area float64 }

// Fit fits a distribution to one or more numbers.
func Fit(numbers []float64, distribution string) Density {
	sorted := slices.Sorted(slices.Values(numbers))
	d := Density{Distribution: distribution, Min: sorted[0], Max: sorted[len(sorted)-1], Cardinality: len(sorted)}
	for i, f := range sorted {
		d.Mean += (f - d.Mean) / float64(i+1) // exact for equal numbers
	}
	for _, f := range sorted {
		d.Std += (f - d.Mean) * (f - d.Mean)
	}
	d.Std = math.Sqrt(d.Std / float64(len(sorted)))
	if distribution != Auto {
		d.Distance = d.distance(sorted)
		return d
	}
	best := d
	for i, candidate := range []string{Normal, Exponential} {
		d.Distribution = candidate
		d.Distance = d.distance(sorted)
		if i == 0 || d.Distance < best.Distance {
			best = d
		}
	}
	return best
}

func (d Density) distance(sorted []float64) float64 {
	largest := 0.0
	for i, f := range sorted {
		p := d.cumulative(f)
		n := float64(len(sorted))
		largest = max(largest, math.Abs(p-float64(i)/n), math.Abs(p-float64(i+1)/n))
	}
	return largest
}

// scale is the mean of an exponential distribution that begins at Min.
func (d Density) scale() float64 { return d.Mean - d.Min }

func (d Density) cumulative(f float64) float64 {
	switch {
	case d.Std == 0:
		if f < d.Mean {
			return 0
		}
		return 1
	case d.Distribution == Exponential:
		return 1 - math.Exp(-max(0, f-d.Min)/d.scale())
	}
	return 0.5 * math.Erfc(-(f-d.Mean)/(d.Std*math.Sqrt2))
}

// Probability returns the density at f.
func (d Density) Probability(f float64) float64 {
	switch {
	case d.Std == 0:
		if f == d.Mean {
			return 1
		}
		return 0
	case d.Distribution == Exponential:
		if f < d.Min {
			return 0
		}
		return math.Exp(-(f-d.Min)/d.scale()) / d.scale()
	}
	z := (f - d.Mean) / d.Std
	return math.Exp(-z*z/2) / (d.Std * math.Sqrt(2*math.Pi))
}

// Outliers returns the ranges of lowest density whose probabilities are lower
// and upper, from left to right. An exponential density is lowest at its right
// end alone, so both lie there.
func (d Density) Outliers(lower, upper float64) []Range {
	if d.Distribution == Exponential && d.Std > 0 {
		return []Range{{From: d.Min - d.scale()*math.Log(lower+upper), To: math.Inf(1), Area: lower + upper}}
	}
	var ranges []Range
	if lower > 0 {
		ranges = append(ranges, Range{math.Inf(-1), d.quantile(lower), lower})
	}
	if upper > 0 {
		ranges = append(ranges, Range{d.quantile(1 - upper), math.Inf(1), upper})
	}
	return ranges
}

func (d Density) quantile(p float64) float64 {
	return d.Mean + d.Std*math.Sqrt2*math.Erfinv(2*p-1)
}

// IsOutlier reports whether f lies in one of the ranges.
func IsOutlier(f float64, ranges []Range) bool {
	return slices.ContainsFunc(ranges, func(r Range) bool { return f > r.From && f < r.To })
}
