package density_test

import (
	"math"
	"testing"

	"github.com/pugmark/pugmark/internal/density"
)

func TestNormalRangesAreThePercentPoints(t *testing.T) {
	t.Parallel()
	d := density.Fit([]float64{1, 2, 3, 4, 5}, density.Normal)
	if d.Mean != 3 || math.Abs(d.Std-math.Sqrt2) > 1e-12 || d.Min != 1 || d.Max != 5 || d.Cardinality != 5 {
		t.Fatalf("got %+v", d)
	}
	ranges := d.Outliers(0.025, 0.025)
	if len(ranges) != 2 || math.Abs(ranges[1].From-(3+1.959964*math.Sqrt2)) > 1e-5 || math.Abs(ranges[0].To-(3-1.959964*math.Sqrt2)) > 1e-5 {
		t.Fatalf("got %+v", ranges)
	}
	for f, want := range map[float64]bool{3: false, 0: true, 6: true, 5.7: false} {
		if density.IsOutlier(f, ranges) != want {
			t.Errorf("%v: got %v", f, !want)
		}
	}
}

func TestExponentialHasOneRange(t *testing.T) {
	t.Parallel()
	ranges := density.Fit([]float64{0, 1, 2, 5}, density.Exponential).Outliers(0.005, 0.005)
	if len(ranges) != 1 || math.Abs(ranges[0].From-2*math.Log(100)) > 1e-9 || ranges[0].Area != 0.01 {
		t.Errorf("got %+v", ranges)
	}
}

func TestAutoTakesTheNearer(t *testing.T) {
	t.Parallel()
	var bell, tail []float64
	for i := 1; i < 200; i++ {
		p := float64(i) / 200
		bell = append(bell, 10+math.Sqrt2*math.Erfinv(2*p-1))
		tail = append(tail, -math.Log(1-p))
	}
	if d := density.Fit(bell, density.Auto); d.Distribution != density.Normal {
		t.Errorf("got %+v", d)
	}
	if d := density.Fit(tail, density.Auto); d.Distribution != density.Exponential {
		t.Errorf("got %+v", d)
	}
}

func TestEqualNumbersHaveNoSpread(t *testing.T) {
	t.Parallel()
	d := density.Fit([]float64{7, 7, 7}, density.Auto)
	ranges := d.Outliers(0.005, 0.005)
	if density.IsOutlier(7, ranges) || !density.IsOutlier(8, ranges) {
		t.Errorf("got %+v", ranges)
	}
}

func TestEqualNumbersHaveNoDeviation(t *testing.T) {
	t.Parallel()
	numbers := make([]float64, 80)
	for i := range numbers {
		numbers[i] = 0.3
	}
	if d := density.Fit(numbers, density.Normal); d.Mean != 0.3 || d.Std != 0 {
		t.Errorf("got %+v", d)
	}
}
