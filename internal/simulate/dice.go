package simulate

import (
	"math/bits"
	"math/rand/v2"
	"slices"
)

// dice are random numbers that are the same for a seed on every machine and
// with every release of Go: only the generator is the library's, which is
// specified, not what it makes of the numbers.
type dice struct{ pcg rand.PCG }

func (d *dice) seed(a, b uint64) { d.pcg.Seed(a, mix(b)) }

func (d *dice) uint64() uint64 { return d.pcg.Uint64() }

// below returns a number from 0 to n-1.
func (d *dice) below(n int) int {
	high, _ := bits.Mul64(d.uint64(), uint64(n))
	return int(high)
}

// float returns a number from 0 to just below 1.
func (d *dice) float() float64 { return float64(d.uint64()>>11) / (1 << 53) }

// chance is true in so many of ten thousand cases.
func (d *dice) chance(of10000 int) bool { return d.below(10000) < of10000 }

// mix spreads a number over all bits (the finalizer of splitmix64), so that
// neighbours have nothing in common.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hash makes a number of several, for what is to be the same whenever it is
// spoken of again.
func hash(parts ...uint64) uint64 {
	h := uint64(len(parts))
	for _, p := range parts {
		h = mix(h ^ p)
	}
	return h
}

// hashText is the number of a name (FNV-1a).
func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// wheel picks from a list in which entries have weights.
type wheel []int // sums of the weights up to and with each entry

func (w wheel) spin(d *dice) int {
	i, found := slices.BinarySearch(w, d.below(w[len(w)-1]))
	if found {
		i++
	}
	return i
}
