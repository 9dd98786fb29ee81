package simulate

import (
	"fmt"
	"strings"
)

// A template is text in which $name stands for a value that the scene gives.
// A dollar sign before anything but a small letter is itself.
type template []part

// part is text and the value that follows it.
type part struct {
	text string
	slot slot // nil behind the last text
}

// slot appends a value of the scene.
type slot func(s *scene, b []byte) []byte

// compile panics on an unknown name: all templates are the package's own.
func compile(text string) template {
	var t template
	from := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '$' {
			continue
		}
		end := i + 1
		for end < len(text) && 'a' <= text[end] && text[end] <= 'z' {
			end++
		}
		if end == i+1 {
			continue
		}
		value, ok := slots[text[i+1:end]]
		if !ok {
			panic(fmt.Sprintf("simulate: no value $%s, in %s", text[i+1:end], text))
		}
		t = append(t, part{text[from:i], value})
		from, i = end, end-1
	}
	if from < len(text) {
		t = append(t, part{text: text[from:]})
	}
	return t
}

func (t template) append(s *scene, b []byte) []byte {
	for i := range t {
		b = append(b, t[i].text...)
		if t[i].slot != nil {
			b = t[i].slot(s, b)
		}
	}
	return b
}

// orNull is a template, null if there is no text.
func orNull(text string) template {
	if text == "" {
		return template{{text: "null"}}
	}
	return compile(text)
}

// fill replaces names by texts, for what is known before there is a scene.
func fill(text string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(text)
}
