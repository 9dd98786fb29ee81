package file

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/event"
)

// Inputs are read in their order, each with metadata of its own, and again for
// every scan.
func TestInputs(t *testing.T) {
	t.Parallel()
	text := func(s string) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(`{"a":3}`)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	s := NewInputs([]Input{
		{Name: "first", Meta: event.Meta{Source: "s1", Sourcetype: "t1"}, Open: text("{\"a\":1}\n{\"a\":2}\n")},
		{Name: "lost", Open: func() (io.ReadCloser, error) { return nil, errors.New("it is gone") }},
		{Name: "packed", Meta: event.Meta{Sourcetype: "t2"}, Open: text(packed.String())},
	}, Options{})
	for range 2 {
		got, err := scanAll(t, s, allTime(), "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(scanned{
			Events:   []string{`t1 s1 {"a":1}`, `t1 s1 {"a":2}`, `t2 packed {"a":3}`},
			Problems: []string{"lost: it is gone"},
		}, got); diff != "" {
			t.Error(diff)
		}
	}
}
