package event

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/pugmark/pugmark/internal/value"
)

// Codec writes events to bytes and reads them back within one process: how the
// fields of their records are read is kept in the Codec. It is used by one
// goroutine at a time.
type Codec struct {
	layouts []*Layout
	metas   []*Meta
}

// ErrCodec is returned for bytes that no Codec wrote.
var ErrCodec = errors.New("damaged event")

// Append adds an event to buf.
func (c *Codec) Append(buf []byte, e *Event) []byte {
	o := e.Order()
	buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(o.Time))
	buf = binary.AppendUvarint(buf, o.Seq)
	buf = appendFields(buf, e.own)
	buf = c.appendRecord(buf, e.record, e.tracked())
	return e.lineage.append(buf)
}

func appendFields(buf []byte, fields []Field) []byte {
	buf = binary.AppendUvarint(buf, uint64(len(fields)))
	for _, f := range fields {
		buf = appendText(buf, f.Name)
		buf = f.Value.Append(buf)
	}
	return buf
}

func appendText(buf []byte, s string) []byte {
	buf = binary.AppendUvarint(buf, uint64(len(s)))
	return append(buf, s...)
}

func (c *Codec) appendRecord(buf []byte, r *Record, tracked bool) []byte {
	if r == nil {
		return append(buf, 0)
	}
	buf = append(buf, 1)
	buf = appendText(buf, unsafeString(r.text))
	buf = binary.AppendUvarint(buf, uint64(indexOf(&c.layouts, r.layout)))
	buf = binary.AppendUvarint(buf, uint64(c.meta(r.meta)))
	buf = binary.AppendUvarint(buf, r.seq)
	track := byte(0)
	if tracked {
		track = 1
	}
	t, ok := r.Time()
	if !ok {
		t = math.NaN()
	}
	buf = append(buf, track)
	buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(t))
	return appendFields(buf, r.given)
}

// indexOf returns the place of x in the list, where it is put if it is new.
func indexOf[T comparable](list *[]T, x T) int {
	for i, known := range *list {
		if known == x {
			return i
		}
	}
	*list = append(*list, x)
	return len(*list) - 1
}

// meta returns the number of a Meta; clones of one, as kept events have, count
// as the same.
func (c *Codec) meta(m *Meta) int {
	for i, known := range slices.Backward(c.metas) {
		if *known == *m {
			return i
		}
	}
	kept := *m
	c.metas = append(c.metas, &kept)
	return len(c.metas) - 1
}

// Decode reads an event that Append wrote. The event keeps data.
func (c *Codec) Decode(data []byte) (*Event, error) {
	d := decoder{data: data}
	e := &Event{ordered: true}
	e.order.Time = d.float()
	e.order.Seq = d.uint()
	e.own = d.fields()
	if d.byte() == 1 {
		e.record = c.decodeRecord(&d)
	}
	e.lineage = d.lineage()
	if d.failed {
		return nil, ErrCodec
	}
	return e, nil
}

func (c *Codec) decodeRecord(d *decoder) *Record {
	r := &Record{}
	r.text = unsafeBytes(d.text())
	layout, meta := d.uint(), d.uint()
	if layout >= uint64(len(c.layouts)) || meta >= uint64(len(c.metas)) {
		d.failed = true
		return nil
	}
	r.layout, r.meta = c.layouts[layout], c.metas[meta]
	r.seq = d.uint()
	r.track = d.byte() == 1
	r.timeState = timeAbsent
	if t := d.float(); !math.IsNaN(t) {
		r.SetTime(t)
	}
	r.given = d.fields()
	return r
}

// decoder reads what Codec wrote; the first fault makes it fail.
type decoder struct {
	data   []byte
	failed bool
}

func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.data)) {
		d.failed, d.data = true, nil
		return nil
	}
	taken := d.data[:n]
	d.data = d.data[n:]
	return taken
}

func (d *decoder) uint() uint64 {
	u, n := binary.Uvarint(d.data)
	if n <= 0 {
		d.failed, d.data = true, nil
		return 0
	}
	d.data = d.data[n:]
	return u
}

func (d *decoder) byte() byte {
	b := d.take(1)
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

func (d *decoder) float() float64 {
	b := d.take(8)
	if len(b) < 8 {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

func (d *decoder) text() string { return unsafeString(d.take(d.uint())) }

func (d *decoder) fields() []Field {
	n := d.uint()
	if n > uint64(len(d.data)) {
		d.failed = true
		return nil
	}
	var fields []Field
	for range n {
		name := d.text()
		v, rest, ok := value.Decode(d.data)
		if !ok {
			d.failed = true
			return nil
		}
		d.data = rest
		fields = append(fields, Field{name, v})
	}
	return fields
}

func (l *Lineage) append(buf []byte) []byte {
	if l == nil {
		return append(buf, 0)
	}
	buf = append(buf, 1)
	buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(l.first))
	buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(l.last))
	buf = binary.AppendUvarint(buf, uint64(len(l.ids)))
	for id := range l.ids {
		buf = appendText(buf, id)
	}
	buf = binary.AppendUvarint(buf, uint64(len(l.seen)))
	for hash := range l.seen {
		buf = binary.LittleEndian.AppendUint64(buf, hash)
	}
	return buf
}

func (d *decoder) lineage() *Lineage {
	if d.byte() == 0 {
		return nil
	}
	l := newLineage()
	l.first, l.last = d.float(), d.float()
	for range d.uint() {
		if d.failed {
			return nil
		}
		l.ids[d.text()] = struct{}{}
	}
	for range d.uint() {
		if d.failed {
			return nil
		}
		l.seen[math.Float64bits(d.float())] = struct{}{}
	}
	return l
}
