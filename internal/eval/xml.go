package eval

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// xmlStep is one step of a path in XML: an element of a name, and of those
// beside it with that name the index-th, counted from 1, or any if it is 0.
type xmlStep struct {
	name  string
	index int
}

// xmlPathOf reads a path such as a.b{2}.c{@d}.
func xmlPathOf(path string) (steps []xmlStep, attribute string, ok bool) {
	for part := range strings.SplitSeq(path, ".") {
		if attribute != "" {
			return nil, "", false
		}
		name, rest, braces := strings.Cut(part, "{")
		s := xmlStep{name: name}
		for braces {
			var inner string
			inner, rest, ok = strings.Cut(rest, "}")
			_, rest, braces = strings.Cut(rest, "{")
			switch {
			case !ok:
				return nil, "", false
			case strings.HasPrefix(inner, "@"):
				attribute = inner[1:]
			case inner != "":
				n, err := strconv.Atoi(inner)
				if err != nil || n < 1 {
					return nil, "", false
				}
				s.index = n
			}
		}
		steps = append(steps, s)
	}
	return steps, attribute, true
}

// xmlElement is an open element.
type xmlElement struct {
	name    string
	matched bool // it and those around it are the first steps of the path
	inner   int64
	nested  bool           // it has elements in it
	counts  map[string]int // of the elements in it, by name
	text    strings.Builder
}

// xmlReader reads the tokens of an XML text and keeps the open elements.
type xmlReader struct {
	*xml.Decoder
	open []*xmlElement
}

func newXMLReader(text string) *xmlReader {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	return &xmlReader{Decoder: d, open: []*xmlElement{{matched: true, counts: map[string]int{}}}}
}

func (r *xmlReader) top() *xmlElement { return r.open[len(r.open)-1] }

// start opens an element.
func (r *xmlReader) start(t xml.StartElement) *xmlElement {
	parent := r.top()
	e := &xmlElement{name: xmlName(t.Name), inner: r.InputOffset(), counts: map[string]int{}}
	parent.nested = true
	parent.counts[e.name]++
	r.open = append(r.open, e)
	return e
}

// end closes the innermost element.
func (r *xmlReader) end() *xmlElement {
	e := r.top()
	r.open = r.open[:len(r.open)-1]
	return e
}

func xmlName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// xmlPath returns the values at a path in XML: the text of elements, or what
// is in them, as written, if they have others in them, or an attribute. It
// reads up to the first fault. It returns false if there are too many values.
func xmlPath(text, path string) (value.Value, bool) {
	steps, attribute, ok := xmlPathOf(path)
	if !ok {
		return value.Value{}, true
	}
	var found list
	r := newXMLReader(text)
	for {
		before := r.InputOffset()
		token, err := r.RawToken()
		if err != nil {
			return found.value(), true
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth := len(r.open) - 1
			parent := r.top()
			e := r.start(t)
			if depth < len(steps) && parent.matched {
				s := steps[depth]
				e.matched = s.name == e.name && (s.index == 0 || s.index == parent.counts[e.name])
			}
			if e.matched && depth == len(steps)-1 && attribute != "" {
				for _, a := range t.Attr {
					if xmlName(a.Name) == attribute && !found.add(value.OfText(a.Value)) {
						return value.Value{}, false
					}
				}
			}
		case xml.CharData:
			if e := r.top(); e.matched && len(r.open)-1 == len(steps) && !e.nested {
				e.text.Write(t)
			}
		case xml.EndElement:
			depth := len(r.open) - 1
			if depth == 0 || xmlName(t.Name) != r.top().name {
				return found.value(), true
			}
			if e := r.end(); e.matched && depth == len(steps) && attribute == "" {
				content := e.text.String()
				if e.nested {
					content = text[e.inner:before]
				}
				if content != "" && !found.add(value.OfText(content)) {
					return value.Value{}, false
				}
			}
		}
		if len(r.open) > event.MaxDepth {
			return found.value(), true
		}
	}
}

// xmlFields returns every field of XML: the texts of elements under the names
// of those around them, joined by dots, and attributes as name{@attribute}.
func xmlFields(text string) ([]event.Field, bool) {
	r := newXMLReader(text)
	var fields []event.Field
	index := map[string]int{}
	bytes := 0
	add := func(name, content string) bool {
		i, known := index[name]
		if !known {
			if bytes += len(name); bytes > event.MaxNames || len(fields) >= event.MaxFields {
				return false
			}
			i = len(fields)
			index[name] = i
			fields = append(fields, event.Field{Name: name})
		}
		fields[i].Value.Grow(value.OfText(content))
		return true
	}
	path := ""
	for {
		token, err := r.RawToken()
		if err != nil || len(r.open) > event.MaxDepth {
			return fields, len(fields) > 0
		}
		switch t := token.(type) {
		case xml.StartElement:
			e := r.start(t)
			path = strings.TrimPrefix(path+"."+e.name, ".")
			for _, a := range t.Attr {
				if !add(path+"{@"+xmlName(a.Name)+"}", a.Value) {
					return fields, true
				}
			}
		case xml.CharData:
			r.top().text.Write(t)
		case xml.EndElement:
			if len(r.open) == 1 || xmlName(t.Name) != r.top().name {
				return fields, len(fields) > 0
			}
			e := r.end()
			if content := strings.TrimSpace(e.text.String()); content != "" {
				if !e.nested {
					content = e.text.String()
				}
				if !add(path, content) {
					return fields, true
				}
			}
			path = strings.TrimSuffix(strings.TrimSuffix(path, e.name), ".")
		}
	}
}
