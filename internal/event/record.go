package event

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/value"
)

// Meta is what a source knows of a record besides its text. One Meta is
// shared by the records of a file; who keeps a record keeps its Meta.
type Meta struct {
	Source     string
	Sourcetype string
	Host       string
	Index      string
}

// Record is the text of one log record and how to read fields from it. A
// source fills one with [Record.Reset] for each record that it cuts out.
type Record struct {
	text   []byte
	meta   *Meta
	layout *Layout
	seq    uint64
	track  bool
	given  []Field // fields that came with the text, outside it
	place  Place

	slots     []value.Value
	extracted bool
	all       []Field // every field, once one outside the layout was asked for
	flattened bool
	time      float64
	timeState timeState
	problem   string
}

type timeState uint8

const (
	timeUnknown timeState = iota
	timeAbsent
	timeSet
)

// Reset makes r the record of text, which stays valid until the event has
// been pushed. seq is its number in the order of arrival; given are fields
// known besides the text (of an export that carries both), which win over
// fields in it. With track, events remember their lineage.
func (r *Record) Reset(text []byte, meta *Meta, layout *Layout, seq uint64, track bool, given []Field) {
	r.text, r.meta, r.layout, r.seq, r.track, r.given = text, meta, layout, seq, track, given
	r.extracted, r.flattened, r.all = false, false, nil
	r.timeState, r.problem = timeUnknown, ""
}

// Place is where a record stands.
type Place struct {
	File   string // as the user named it or the way to it
	Name   string // the file, or what of it was read: a member of an archive
	Offset int64  // in what was read, unpacked; of the container if it is inside another text
}

// SetPlace notes where the record stands. [Record.Reset] leaves it as it is.
func (r *Record) SetPlace(p Place) { r.place = p }

// Place returns where the record stands, as far as its source tells. What is
// made of the event does not remember it.
func (r *Record) Place() Place { return r.place }

// SetTime gives the record a time of its own, in epoch seconds, that wins over
// one in its text.
func (r *Record) SetTime(t float64) { r.time, r.timeState = t, timeSet }

// Text returns the record as it was read: the field _raw.
func (r *Record) Text() []byte { return r.text }

// Problem says what was wrong with the record as far as it was read, or "".
func (r *Record) Problem() string { return r.problem }

// Time returns the record's time in epoch seconds.
func (r *Record) Time() (float64, bool) {
	if r.timeState == timeUnknown {
		r.timeState = timeAbsent
		for _, name := range r.layout.schema.times() {
			v := r.given1(name)
			if v.IsNull() {
				v = topLevel(r.text, name)
			}
			if t, ok := ParseTime(v.String()); ok && !v.IsNull() {
				r.SetTime(t)
				break
			}
		}
	}
	return r.time, r.timeState == timeSet
}

// ID returns the event's ID: the field that the schema names, or a hash of
// the text.
func (r *Record) ID() string {
	if name := r.layout.schema.ID; name != "" {
		if v := topLevel(r.text, name); v.Kind() == value.Text && v.String() != "" {
			return v.String()
		}
	}
	sum := sha256.Sum256(r.text)
	return "sha256:" + hex.EncodeToString(sum[:16])
}

func (r *Record) order() Order {
	t, ok := r.Time()
	if !ok {
		t = math.Inf(-1)
	}
	return Order{Time: t, Seq: r.seq}
}

func (r *Record) given1(name string) value.Value {
	for i := range r.given {
		if r.given[i].Name == name {
			return r.given[i].Value
		}
	}
	return value.Value{}
}

// Get returns a field of the record, null if absent.
func (r *Record) Get(name string) value.Value {
	if v := r.given1(name); !v.IsNull() {
		return v
	}
	slot, ok := r.layout.index[name]
	if !ok {
		return r.getOutside(name)
	}
	if !r.extracted {
		r.extract()
	}
	return r.slots[slot]
}

// getOutside reads a field that the layout does not have: the planner did not
// foresee it, or foresaw all of them.
func (r *Record) getOutside(name string) value.Value {
	if v, ok := r.builtin(name); ok {
		return v
	}
	all := r.fields()
	i, ok := slices.BinarySearchFunc(all, name, func(f Field, name string) int { return cmp.Compare(f.Name, name) })
	if !ok {
		return value.Value{}
	}
	return all[i].Value
}

// builtin computes a field that every event has, whatever its text.
func (r *Record) builtin(name string) (value.Value, bool) {
	switch name {
	case "_raw":
		return value.OfText(unsafeString(r.text)), true
	case "_time":
		if t, ok := r.Time(); ok {
			return value.OfNumber(t), true
		}
		return value.Value{}, true
	case "source":
		return text(r.meta.Source), true
	case "sourcetype":
		return text(r.meta.Sourcetype), true
	case "host":
		return text(r.meta.Host), true
	case "index":
		return text(r.meta.Index), true
	case "linecount":
		return value.OfInt(bytes.Count(bytes.TrimRight(r.text, "\n"), []byte{'\n'}) + 1), true
	}
	if strings.HasPrefix(name, "date_") {
		if v := r.dateField(name); !v.IsNull() {
			return v, true
		}
	}
	return value.Value{}, false
}

var builtinNames = append([]string{"_raw", "_time", "source", "sourcetype", "host", "index", "linecount"}, dateNames...)

func text(s string) value.Value {
	if s == "" {
		return value.Value{}
	}
	return value.OfText(s)
}

// extract fills the layout's slots in one pass over the text.
func (r *Record) extract() {
	r.extracted = true
	n := len(r.layout.slots)
	if cap(r.slots) < n {
		r.slots = make([]value.Value, n)
	}
	r.slots = r.slots[:n]
	clear(r.slots)
	if r.layout.paths.wanted() && looksLikeJSON(r.text) {
		r.problem = extractPaths(r.text, &r.layout.paths, r.slots)
	}
	for i, s := range r.layout.slots {
		switch {
		case s.builtin:
			if v, ok := r.builtin(s.name); ok {
				r.slots[i] = v
			}
		case s.derive != nil:
			r.slots[i] = s.derive(r.layoutValue)
		}
	}
}

// layoutValue returns the value of a path for a derivation.
func (r *Record) layoutValue(name string) value.Value {
	if v := r.given1(name); !v.IsNull() {
		return v
	}
	if slot, ok := r.layout.needs[name]; ok {
		return r.slots[slot]
	}
	return value.Value{}
}

// fields returns every field of the record in byte order of the names.
func (r *Record) fields() []Field {
	if r.flattened {
		return r.all
	}
	r.flattened = true
	c := r.layout.columns.Get().(*columns)
	c.begin()
	if looksLikeJSON(r.text) {
		f := flattener{scanner: scanner{text: r.text}, columns: c}
		f.value(&c.root, 0)
		r.problem = f.problem
	}
	get := func(name string) value.Value {
		if v := r.given1(name); !v.IsNull() {
			return v
		}
		if v, ok := r.builtin(name); ok {
			return v
		}
		return c.get(name)
	}
	// All are computed of the raw fields before one takes the place of another.
	computed := make([]value.Value, len(r.layout.derived))
	for i, name := range r.layout.derived {
		computed[i] = r.layout.schema.Derived[name].Compute(get)
	}
	for i, name := range r.layout.derived {
		c.set(name, computed[i])
	}
	for _, name := range builtinNames {
		if v, ok := r.builtin(name); ok && !v.IsNull() {
			c.set(name, v)
		}
	}
	for _, f := range r.given {
		if !f.Value.IsNull() {
			c.set(f.Name, f.Value)
		}
	}
	r.all = c.sorted()
	if c.begin(); !c.large() {
		r.layout.columns.Put(c)
	}
	return r.all
}

// clone returns a record that owns its memory.
func (r *Record) clone() *Record {
	meta := *r.meta
	c := &Record{
		text: bytes.Clone(r.text), meta: &meta, layout: r.layout, seq: r.seq, track: r.track,
		time: r.time, timeState: r.timeState, problem: r.problem,
	}
	for _, f := range r.given {
		c.given = append(c.given, Field{strings.Clone(f.Name), f.Value.Clone()})
	}
	return c
}

func looksLikeJSON(text []byte) bool {
	for _, c := range text {
		switch c {
		case ' ', '\t', '\r', '\n':
		case '{', '[':
			return true
		default:
			return false
		}
	}
	return false
}
