package main

import (
	"fmt"
	"time"
)

// target is a limit that was set, and what was measured of it.
type target struct {
	number int
	what   string
	corpus string
	want   string
	got    string
	median string // the same of the medians instead of the shortest times
	held   bool
	// decides tells that the run fails if the target is missed. The others
	// show the same comparison in another form.
	decides bool
}

// limit compares a measured number with a bound.
type limit struct {
	format string
	bound  float64
	atMost bool
}

func atMost(bound float64, format string) limit  { return limit{format, bound, true} }
func atLeast(bound float64, format string) limit { return limit{format, bound, false} }

func (l limit) holds(v float64) bool {
	if l.atMost {
		return v <= l.bound
	}
	return v >= l.bound
}

func (l limit) String() string {
	if l.atMost {
		return "≤ " + fmt.Sprintf(l.format, l.bound)
	}
	return "≥ " + fmt.Sprintf(l.format, l.bound)
}

const times = "%.2f ×"

// targets judges what was measured.
func (b *bench) targets() []target {
	var t []target
	for _, c := range b.corpora {
		if c.layout == lines || c.events == b.size.events[0] {
			continue
		}
		t = append(t,
			b.ratio(1, "one detection : unpacking", c, one, unpacking, atMost(1.15, times)),
			b.ratio(2, "all built-in detections : unpacking", c, all, unpacking, atMost(1.5, times)),
			b.ratio(2, "200 generated detections : 20", c, generated(200), generated(20), atMost(1.3, times)),
		)
		if b.fast != "" {
			t = append(t, b.ratio(1, "one detection : unpacking, with libdeflate", c, oneFast, unpacking, atMost(1.15, times)).shown())
		}
		t = append(t, b.againstPeers(c)...)
		t = append(t, b.rate(4, "`"+everything+"`, per core", c, stats, 1e6, atLeast(300, "%.0f MB/s")))
		for _, pair := range [][2]string{{oneOne, one}, {allOne, all}, {statsOne, stats}} {
			t = append(t, b.ratio(5, "one worker : two, "+pair[1], c, pair[0], pair[1], atLeast(1.8, times)))
		}
		t = append(t, b.ratio(5, "one worker : two, unpacking", c, unpackingOne, unpacking, atLeast(1.8, times)).shown())
	}
	t = append(t, b.memory(), b.startUpTime())
	for _, c := range b.corpora {
		if c.layout == lines {
			t = append(t, b.rate(6, "one detection over JSON lines, per core", c, one, 1e9, atLeast(1.5, "%.2f GB/s")))
		}
	}
	return t
}

// shown makes a target one that is shown and does not decide.
func (t target) shown() target {
	t.decides = false
	return t
}

// ratio compares the time of a command with that of another.
func (b *bench) ratio(number int, what string, c *corpus, of, to string, want limit) target {
	x, y := b.results[c.name][of], b.results[c.name][to]
	v := x.wall().Seconds() / y.wall().Seconds()
	return target{
		number: number, what: what, corpus: c.name, want: want.String(),
		got: fmt.Sprintf(want.format, v), median: fmt.Sprintf(want.format, x.median().Seconds()/y.median().Seconds()),
		held: want.holds(v), decides: true,
	}
}

// rate is how much JSON a command reads in a second of one core's time. All
// time of processors counts, that of the collector of garbage too.
func (b *bench) rate(number int, what string, c *corpus, name string, unit float64, want limit) target {
	v := float64(c.json) / b.results[c.name][name].cpu().Seconds() / unit
	return target{number: number, what: what, corpus: c.name, want: want.String(), got: fmt.Sprintf(want.format, v), held: want.holds(v), decides: true}
}

// againstPeers compares other tools with the scan for one detection.
func (b *bench) againstPeers(c *corpus) []target {
	var t []target
	for _, peer := range []struct {
		name, what string
		bound      float64
		decides    bool
	}{
		{duckdb, "DuckDB, its fastest query", 4, true},
		{jqPiped, "jq", 20, true},
		{jqCores, "jq, one process for each core", 20, false},
	} {
		if len(b.results[c.name][peer.name]) == 0 {
			continue
		}
		for _, build := range []struct{ name, suffix string }{{one, ""}, {oneFast, ", with libdeflate"}} {
			if len(b.results[c.name][build.name]) == 0 {
				continue
			}
			result := b.ratio(3, peer.what+" : one detection"+build.suffix, c, peer.name, build.name, atLeast(peer.bound, times))
			result.decides = peer.decides && build.name == one
			t = append(t, result)
		}
	}
	return t
}

// memory is the most that any run of pugmark held.
func (b *bench) memory() target {
	var most int64
	where := ""
	for _, c := range b.corpora {
		for name, s := range b.results[c.name] {
			if ours(name) && s.rss() > most {
				most, where = s.rss(), name+", "+c.name
			}
		}
	}
	want := atMost(256, "%.0f MiB")
	v := float64(most) / (1 << 20)
	return target{number: 5, what: "the most memory (" + where + ")", corpus: "all", want: want.String(), got: fmt.Sprintf(want.format, v), held: want.holds(v), decides: true}
}

// startUpTime is how long a scan of one event takes in all.
func (b *bench) startUpTime() target {
	s := b.results["one event"][tiny]
	v := float64(s.wall()) / float64(time.Millisecond)
	want := atMost(50, "%.0f ms")
	return target{
		number: 5, what: "start to end with all built-in content", corpus: "one event", want: want.String(), got: fmt.Sprintf(want.format, v),
		median: fmt.Sprintf(want.format, float64(s.median())/float64(time.Millisecond)), held: want.holds(v), decides: true,
	}
}
