package simulate

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"sort"
	"time"
)

// window is the time that the events of a file come from; CloudTrail delivers
// about every five minutes, 5 to 15 minutes after the event.
const window = 300

// delivery is a file to be written, and those of its records that are
// delivered again in another.
type delivery struct {
	number     uint64
	account    *account
	region     string
	from       int64 // the window begins, in seconds since 1970
	name       string
	background int
	planted    []*planted

	duplicates    int // of the background
	duplicateName string
}

// schedule tells what is delivered when. It is drawn before anything is
// written and needs no more memory than the planted events do.
type schedule struct {
	config *Config
	world  *world
	dice   dice
	rhythm rhythm

	planted []*delivery // those that hold planted events, in the order of time
	regular int         // how many others there are

	background int64 // events yet to be handed out
	files      int64
	duplicates int64
}

func newSchedule(c *Config, w *world, events []*planted) *schedule {
	s := &schedule{config: c, world: w, rhythm: newRhythm(c.Start, c.Days), background: c.Events - int64(len(events))}
	s.dice.seed(c.Seed, hashText("schedule"))
	start := c.Start.Unix()
	slices.SortStableFunc(events, func(a, b *planted) int { return cmp.Compare(a.at, b.at) })
	at := map[string]*delivery{}
	for _, e := range events {
		from := start + (e.at-start)/window*window
		key := fmt.Sprint(e.account.id, e.region, from)
		if at[key] == nil {
			at[key] = &delivery{account: e.account, region: e.region, from: from}
			s.planted = append(s.planted, at[key])
		}
		at[key].planted = append(at[key].planted, e)
	}
	slices.SortStableFunc(s.planted, func(a, b *delivery) int { return cmp.Compare(a.from, b.from) })
	files := (c.Events + int64(c.FileEvents) - 1) / int64(c.FileEvents)
	s.regular = int(max(files-int64(len(s.planted)), files*9/10, 1))
	return s
}

// deliveries yields them in the order of time. It can be run through once.
func (s *schedule) deliveries() iter.Seq[*delivery] {
	return func(yield func(*delivery) bool) {
		planted := s.planted
		// Files with planted events are fuller than they would be without, and
		// not by too much: they do not keep to the rhythm. Where they are more
		// than the others, they take little from these.
		sparse := min(usual/4, max(usual*s.regular/(8*max(len(planted), 1)), 1))
		left := usual*s.regular + sparse*len(planted)
		give := func(d *delivery) bool {
			weight := usual
			if len(d.planted) > 0 {
				weight = sparse
			}
			d.background = s.share(weight, left)
			left -= weight
			if d.background == 0 && len(d.planted) == 0 {
				return true
			}
			s.address(d)
			return yield(d)
		}
		for i := range s.regular {
			at := s.config.Start.Unix() + s.rhythm.when((float64(i)+s.dice.float())/float64(s.regular))/window*window
			for len(planted) > 0 && planted[0].from <= at {
				if !give(planted[0]) {
					return
				}
				planted = planted[1:]
			}
			d := &delivery{
				account: s.world.accounts[s.world.accountWheel.spin(&s.dice)],
				region:  s.world.regions[s.world.regionWheel.spin(&s.dice)],
				from:    at,
			}
			if !give(d) {
				return
			}
		}
		for _, d := range planted {
			if !give(d) {
				return
			}
		}
	}
}

// usual is the weight of a file without planted events.
const usual = 4000

// share returns how many background events the next file gets, by its weight
// among the files that are left: some hold few, some many, and none is left
// over at the end.
func (s *schedule) share(weight, left int) int {
	if left == weight {
		n := s.background
		s.background = 0
		return int(n)
	}
	mean := float64(s.background) / float64(left) * float64(weight)
	size := float64(0.3)
	for range 3 { // the mean of the sum is 1
		size += float64(s.dice.float() * 1.4 / 3)
	}
	n := min(int64(float64(mean*size)+s.dice.float()), s.background)
	s.background -= n
	return int(n)
}

// address names the file and draws what is delivered twice.
func (s *schedule) address(d *delivery) {
	d.number = uint64(s.files)
	s.files++
	delivered := d.from + window + int64(s.dice.below(600))
	d.name = s.name(d, delivered)
	if n := 1 + s.dice.below(4); s.dice.chance(150) && n <= d.background && s.config.Events > 1 {
		d.duplicates = n
		d.duplicateName = s.name(d, delivered+60+int64(s.dice.below(900)))
		s.duplicates += int64(n)
		s.files++
	}
	for _, e := range d.planted {
		e.truth.File = d.name
		if s.config.Format == Lines {
			e.truth.File = LinesFile
		}
	}
}

// name makes the key that CloudTrail would give the file.
func (s *schedule) name(d *delivery, delivered int64) string {
	t := time.Unix(delivered, 0).UTC()
	org := ""
	if s.config.Org {
		org = s.world.org + "/"
	}
	var random [16]byte
	for i := range random {
		random[i] = base64Digits[s.dice.below(62)]
	}
	return fmt.Sprintf("AWSLogs/%s%s/CloudTrail/%s/%s/%[2]s_CloudTrail_%[3]s_%[5]s_%[6]s.json.gz",
		org, d.account.id, d.region, t.Format("2006/01/02"), t.Format("20060102T1504Z"), random[:])
}

// rhythm is how much happens in each hour: sums, in UTC.
type rhythm []int

// bustle is the share of an hour of a weekday. Machines work at night, too.
var bustle = [24]int{46, 44, 43, 43, 45, 48, 55, 68, 84, 96, 100, 99, 92, 98, 100, 99, 95, 88, 78, 70, 64, 58, 53, 49}

func newRhythm(start time.Time, days int) rhythm {
	r := make(rhythm, 24*days)
	sum := 0
	for i := range r {
		at := start.Add(time.Duration(i) * time.Hour)
		n := bustle[at.Hour()]
		if weekend(at) {
			n = 40 + n/10
		}
		sum += n
		r[i] = sum
	}
	return r
}

func weekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// when returns the second at which a share of everything has happened.
func (r rhythm) when(share float64) int64 {
	want := float64(share * float64(r[len(r)-1]))
	hour := min(sort.Search(len(r), func(i int) bool { return float64(r[i]) > want }), len(r)-1)
	before := 0
	if hour > 0 {
		before = r[hour-1]
	}
	return int64(hour)*3600 + min(int64((want-float64(before))/float64(r[hour]-before)*3600), 3599)
}

// peopleAtWork is how much of a person's usual activity there is, of a hundred.
func peopleAtWork(at int64) int {
	t := time.Unix(at, 0).UTC()
	n := bustle[t.Hour()] - 40
	if weekend(t) {
		n /= 8
	}
	return 3 + n*97/60
}
