package simulate

import (
	"bufio"
	"io"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
)

// flushed is how much of a file is held before it is compressed.
const flushed = 256 << 10

// worker writes deliveries, one at a time, with the same buffers.
type worker struct {
	scene    scene
	profiles []*profile
	out      Output
	lines    io.WriteCloser // where all records go, nil for files of their own

	text    []byte
	again   []byte // records to be delivered twice
	file    *bufio.Writer
	gzip    *gzip.Writer
	sink    io.Writer
	written int64
	last    int64 // when the last of the events happened
	first   bool  // no record of the file was begun
	records int64 // since the counter was told
	counter *atomic.Int64

	activity wheel // which profiles act in the window
}

func newWorker(w *world, all []*profile, out Output, lines io.WriteCloser) *worker {
	k := &worker{profiles: all, out: out, lines: lines, file: bufio.NewWriterSize(nil, 64<<10)}
	k.scene.world = w
	k.gzip = gzip.NewWriter(nil)
	if lines != nil {
		k.file.Reset(lines)
		k.sink = k.file
	}
	return k
}

// close ends the file that all records go to.
func (k *worker) close() error {
	if k.lines == nil {
		return nil
	}
	err := k.file.Flush()
	if closeErr := k.lines.Close(); err == nil {
		err = closeErr
	}
	return err
}

// deliver writes a delivery, and again what is delivered twice.
func (k *worker) deliver(d *delivery) error {
	err := k.inFile(d.name, func() error { return k.fill(d) })
	if err != nil || d.duplicates == 0 {
		return err
	}
	return k.inFile(d.duplicateName, func() error {
		k.text = append(k.text, k.again...)
		return nil
	})
}

// inFile has the records that write appends put into a file.
func (k *worker) inFile(name string, write func() error) error {
	k.text, k.first = k.text[:0], true
	if k.lines != nil {
		if err := write(); err != nil {
			return err
		}
		return k.flush()
	}
	f, err := k.out.Create(name)
	if err != nil {
		return err
	}
	k.file.Reset(f)
	k.gzip.Reset(k.file)
	k.sink = k.gzip
	k.text = append(k.text, `{"Records":[`...)
	err = write()
	if err == nil {
		k.text = append(k.text, "]}"...)
		err = k.flush()
	}
	for _, end := range []func() error{k.gzip.Close, k.file.Flush, f.Close} {
		if e := end(); err == nil {
			err = e
		}
	}
	return err
}

func (k *worker) flush() error {
	k.written += int64(len(k.text))
	if k.counter != nil {
		k.counter.Add(k.records)
	}
	k.records = 0
	_, err := k.sink.Write(k.text)
	k.text = k.text[:0]
	return err
}

// begin and end stand around each record.
func (k *worker) begin() {
	if k.lines == nil && !k.first {
		k.text = append(k.text, ',')
	}
	k.first = false
}

func (k *worker) end() error {
	k.records++
	if k.lines != nil {
		k.text = append(k.text, '\n')
	}
	if len(k.text) < flushed {
		return nil
	}
	return k.flush()
}

// fill writes the records of a delivery: actors by turns, a few calls each,
// and the planted events among them. Like CloudTrail's, the records of a file
// are in no order.
func (k *worker) fill(d *delivery) error {
	s := &k.scene
	s.dice.seed(s.world.seed, hash(hashText("delivery"), d.number))
	s.enter(d.account, d.region)
	people := peopleAtWork(d.from)
	k.activity = k.activity[:0]
	sum := 0
	for _, p := range k.profiles {
		// Who makes many calls in a row has a turn less often.
		turns := p.weight * 200_000 / (p.run + 1)
		if p.human {
			turns = turns * people / 100
		}
		sum += turns
		k.activity = append(k.activity, sum)
	}
	k.again = k.again[:0]
	planted := 0
	put := func(upTo int) error {
		for ; planted < upTo; planted++ {
			k.begin()
			k.text = d.planted[planted].write(s, k.text)
			k.last = max(k.last, d.planted[planted].at)
			if err := k.end(); err != nil {
				return err
			}
		}
		return nil
	}
	for n := 0; n < d.background; {
		i := k.activity.spin(&s.dice)
		p := k.profiles[i]
		actors := d.account.actors[i]
		s.play(actors[s.dice.below(len(actors))])
		s.now = d.from + int64(s.dice.below(window))
		var c *call
		for range min(1+s.dice.below(p.run), d.background-n) {
			// Programs page through answers and work through lists.
			if c == nil || s.dice.chance(5500) {
				c = p.call(&s.dice, d.region)
			}
			if c == nil {
				break // another actor has something to do here
			}
			if err := put(len(d.planted) * (n + 1) / (d.background + 1)); err != nil {
				return err
			}
			k.event(p, c, n < d.duplicates)
			if err := k.end(); err != nil {
				return err
			}
			s.now = min(s.now+int64(s.dice.below(5)), d.from+window-1)
			n++
		}
	}
	return put(len(d.planted))
}

// event appends a record of the background.
func (k *worker) event(p *profile, c *call, twice bool) {
	s := &k.scene
	s.next()
	var f *failure
	if s.dice.chance(p.fails) {
		f = c.fail(&s.dice)
	}
	k.begin()
	k.last = max(k.last, s.now)
	from := len(k.text)
	k.text = s.record(k.text, c, f)
	if !twice {
		return
	}
	if k.lines == nil && len(k.again) > 0 {
		k.again = append(k.again, ',')
	}
	k.again = append(k.again, k.text[from:]...)
	if k.lines != nil {
		k.again = append(k.again, '\n')
	}
}
