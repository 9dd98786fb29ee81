package oracle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// readEvents reads the lines as events and puts them in the order in which
// they are searched: newest first, of equal times the last to arrive first,
// events without a time last and as they arrived.
func readEvents(events []Event, defaults map[string]string) ([]*row, error) {
	type arrival struct {
		row  *row
		time float64
		seq  int
	}
	arrived := make([]arrival, len(events))
	for i, e := range events {
		r, err := readEvent(string(e))
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", i+1, err)
		}
		for name, v := range defaults {
			if r.get(name).isNull() {
				r.set(name, text(v))
			}
		}
		t, ok := r.get("_time").float()
		if !ok {
			t = math.Inf(-1)
		}
		arrived[i] = arrival{r, t, i}
	}
	slices.SortFunc(arrived, func(a, b arrival) int {
		switch {
		case a.time > b.time:
			return -1
		case a.time < b.time:
			return 1
		case math.IsInf(a.time, -1):
			return a.seq - b.seq
		}
		return b.seq - a.seq
	})
	rows := make([]*row, len(arrived))
	for i, a := range arrived {
		rows[i] = a.row
	}
	return rows, nil
}

// timeKeys are where the time of an event is looked for.
var timeKeys = []string{"_time", "eventTime", "time", "timestamp", "@timestamp"}

// readEvent reads one line. With a _raw of its own the other keys are fields
// already extracted, and _raw is still searched for more.
func readEvent(line string) (*row, error) {
	top, err := flatten(line)
	if err != nil {
		return nil, err
	}
	raw, given := top.get("_raw").single()
	r := top
	if given {
		r = newRow()
		if strings.HasPrefix(strings.TrimSpace(raw), "{") {
			if inner, err := flatten(raw); err == nil {
				r = inner
			}
		}
	} else {
		raw = line
	}
	addOn(r)
	if given {
		for _, n := range top.names {
			r.set(n, top.get(n))
		}
	}
	r.set("_raw", text(raw))
	r.set("linecount", text(strconv.Itoa(strings.Count(strings.TrimRight(raw, "\n"), "\n")+1)))
	for _, key := range timeKeys {
		v := top.get(key)
		if v.isNull() {
			v = r.get(key)
		}
		if t, ok := eventTime(v); ok {
			r.set("_time", number(t))
			dateFields(r, t)
			break
		}
	}
	return r, nil
}

// eventTime reads epoch seconds or ISO 8601.
func eventTime(v val) (float64, bool) {
	if f, ok := v.float(); ok {
		return f, true
	}
	s, ok := v.single()
	if !ok {
		return 0, false
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return 0, false
	}
	return epoch(t), true
}

func dateFields(r *row, t float64) {
	at := fromEpoch(t, time.UTC)
	for name, v := range map[string]string{
		"date_hour":   strconv.Itoa(at.Hour()),
		"date_mday":   strconv.Itoa(at.Day()),
		"date_minute": strconv.Itoa(at.Minute()),
		"date_month":  strings.ToLower(at.Month().String()),
		"date_second": strconv.Itoa(at.Second()),
		"date_wday":   strings.ToLower(at.Weekday().String()),
		"date_year":   strconv.Itoa(at.Year()),
		"date_zone":   "0",
	} {
		r.set(name, text(v))
	}
}

// flatten reads the fields of a JSON text: keys joined by dots, a step into an
// array written {}, all leaves of one name one multivalue in document order.
// null is the text null; empty objects and arrays give no field.
func flatten(s string) (*row, error) {
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	r := newRow()
	if err := flattenValue(dec, "", r); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the JSON value")
	}
	return r, nil
}

func flattenValue(dec *json.Decoder, name string, r *row) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	var leaf string
	switch t := token.(type) {
	case json.Delim:
		for dec.More() {
			inner := name + "{}"
			if t == '{' {
				key, err := dec.Token()
				if err != nil {
					return err
				}
				if inner = key.(string); name != "" {
					inner = name + "." + inner
				}
			}
			if err := flattenValue(dec, inner, r); err != nil {
				return err
			}
		}
		_, err := dec.Token()
		return err
	case string:
		leaf = t
	case json.Number:
		leaf = t.String()
	case bool:
		leaf = strconv.FormatBool(t)
	case nil:
		leaf = "null"
	}
	if name != "" {
		r.set(name, append(slices.Clone(r.get(name)), text(leaf)...))
	}
	return nil
}

// compact rewrites a JSON value without insignificant white space, everything
// else as written.
func compact(raw []byte) string {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return string(raw)
	}
	return b.String()
}
