package cloudtrail

import (
	"bytes"
	"strings"
	"unsafe"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/jsonblock"
	"github.com/pugmark/pugmark/internal/value"
)

// deliver makes the cut of an object, or of what is inside it if it is an
// envelope. It returns false if the object is not an event.
func (r *Reader) deliver(f *frame, text []byte, offset int64) (bool, error) {
	r.cut = Cut{Text: text, Offset: offset, Plain: !r.scan.Escapes}
	n := &r.notes
	switch f.holds {
	case FormRecords:
		r.cut.Meta.Sourcetype = Sourcetype
		return true, nil
	case FormLogEvents:
		return r.logEvent(f)
	case FormSplunk:
		return r.splunkResult(text), nil
	}
	form := FormObjects
	if r.oneLine {
		form = FormLines
	}
	switch {
	case n.has(keyCloudTrailEvent) && r.embed(n.value(text, keyCloudTrailEvent)):
		form = FormLookupEvents
	case n.has(keyDetail, keyDetailType) && r.inner1(n.value(text, keyDetail)):
		form = FormEventBridge
	case n.has(keyResult) && r.isSplunkLine(text) && r.splunkResult(n.value(text, keyResult)):
		form = FormSplunk
	case n.has(keyPreview, keyLastrow) && n.only(keyPreview, keyLastrow, otherKey):
		// The last line of an export that found nothing.
		r.setForm(FormSplunk)
		r.passed++
		return false, nil
	case n.has(keyEvent) && r.hec(text):
		form = FormHEC
	case n.has(keyDigestStartTime, keyDigestS3Bucket):
		r.setForm(FormDigest)
		r.passed++
		return false, nil
	case n.has(keyMessageType) && string(n.value(text, keyMessageType)) == `"CONTROL_MESSAGE"`:
		r.setForm(FormLogEvents)
		r.passed++
		return false, nil
	case n.has(keyAwslogs) && n.only(keyAwslogs):
		if opened, err := r.packedLogs(n.value(text, keyAwslogs)); opened || err != nil {
			return false, err
		}
	case n.has(keyQueryResultRows):
		r.problem(offset, "results of a CloudTrail Lake query as its API gives them, which are not read", "save the results of the query to S3 and read those")
		return false, nil
	case n.has(keyLowerEventName, keyLowerEventSource) && !n.has(keyEventName):
		r.lakeRow(text)
		form = FormLake
	case n.has(keyUnderscoreRaw) && r.rawAndFields(text):
	default:
		r.plain(text)
	}
	r.setForm(form)
	return true, nil
}

// plain makes the cut of an object that is an event itself.
func (r *Reader) plain(text []byte) {
	n := &r.notes
	c := &r.cut
	if n.has(keySource) || n.has(keySourcetype) || n.has(keyHost) || n.has(keyIndex) || n.has(keyUnderscoreTime) {
		for _, k := range []key{keySource, keySourcetype, keyHost, keyIndex, keyUnderscoreTime} {
			r.metaKey(k, n.value(text, k))
		}
	}
	if c.Meta.Sourcetype != "" {
		return
	}
	switch {
	case n.looksLikeCloudTrail():
		c.Meta.Sourcetype = Sourcetype
	case n.has(keyClassUID, keyMetadata) && fromAWS(n.value(text, keyMetadata)):
		c.Meta.Sourcetype = SourcetypeOCSF
	default:
		c.Meta.Sourcetype = SourcetypeJSON
	}
}

// fromAWS reports whether the metadata of an OCSF event name Amazon's product.
func fromAWS(metadata []byte) bool {
	return bytes.Contains(metadata, []byte(`"AWS"`)) || bytes.Contains(metadata, []byte(`"CloudTrail"`))
}

// metaKey takes a value that a record or its envelope gives under one of the
// names of an event's metadata.
func (r *Reader) metaKey(k key, v []byte) {
	c := &r.cut
	switch k {
	case keySource:
		c.Meta.Source = r.name(v)
	case keySourcetype:
		c.Meta.Sourcetype = r.name(v)
	case keyHost:
		c.Meta.Host = r.name(v)
	case keyIndex:
		c.Meta.Index = r.name(v)
	case keyUnderscoreTime, keyTime:
		if raw, ok := stringText(v); ok {
			v = raw
		}
		if t, ok := event.ParseTime(view(v)); ok {
			c.Time, c.HasTime = t, true
		}
	}
}

// name returns the text of a JSON string as one that may be kept, "" for
// anything else.
func (r *Reader) name(v []byte) string {
	raw, ok := stringText(v)
	if !ok || len(raw) == 0 {
		return ""
	}
	if name, ok := r.names[string(raw)]; ok {
		return name
	}
	if r.names == nil || len(r.names) > 10_000 {
		r.names = map[string]string{}
	}
	name := string(event.AppendUnescaped(nil, raw))
	r.names[string(raw)] = name
	return name
}

// unescape returns what a JSON string means; it shares memory with the window
// or the arena.
func (r *Reader) unescape(raw []byte) []byte {
	if !hasEscape(raw) {
		return raw
	}
	from := len(r.arena)
	r.arena = event.AppendUnescaped(r.arena, raw)
	return r.arena[from:len(r.arena):len(r.arena)]
}

// setText makes text the text of the cut and tells by it what the record is,
// unless the envelope said so.
func (r *Reader) setText(text []byte) {
	r.cut.Text, r.cut.Plain = text, false
	if r.cut.Meta.Sourcetype != "" {
		return
	}
	n := &r.inside
	whole := n.look(text)
	switch {
	case whole && n.looksLikeCloudTrail():
		r.cut.Meta.Sourcetype = Sourcetype
	case whole && n.has(keyClassUID, keyMetadata) && fromAWS(n.value(text, keyMetadata)):
		r.cut.Meta.Sourcetype = SourcetypeOCSF
	default:
		r.cut.Meta.Sourcetype = SourcetypeJSON
	}
}

// embed makes the cut of a record that stands as text in a JSON string.
func (r *Reader) embed(v []byte) bool {
	raw, ok := stringText(v)
	if !ok {
		return false
	}
	text := r.unescape(raw)
	if !isWhole(text) {
		return false
	}
	r.setText(text)
	return true
}

// inner1 makes the cut of a record that is the value of a key. What is no
// CloudTrail record stays in its envelope, which may say more.
func (r *Reader) inner1(v []byte) bool {
	if len(v) == 0 || v[0] != '{' || !r.inside.look(v) || !r.inside.looksLikeCloudTrail() {
		return false
	}
	r.cut.Text, r.cut.Meta.Sourcetype = v, Sourcetype
	return true
}

// logEvent makes the cut of an element of logEvents, whose message is the
// record.
func (r *Reader) logEvent(f *frame) (bool, error) {
	text := r.cut.Text
	raw, ok := stringText(r.notes.value(text, keyMessage))
	if !ok {
		r.problem(r.cut.Offset, "a log event without a message", "")
		return false, nil
	}
	if f.control || bytes.HasPrefix(raw, []byte("CWL CONTROL MESSAGE")) {
		r.passed++
		return false, nil
	}
	r.setText(r.unescape(raw))
	if r.cut.Meta.Sourcetype != Sourcetype {
		r.metaKey(keyTime, r.notes.value(text, keyTimestamp))
	}
	return true, nil
}

// isSplunkLine reports whether an object with a result is one that Splunk has
// exported, and not a log line that happens to name a result.
func (r *Reader) isSplunkLine(object []byte) bool {
	result := r.notes.value(object, keyResult)
	return r.notes.has(keyPreview) || r.inside.look(result) && r.inside.has(keyUnderscoreRaw)
}

// splunkResult makes the cut of a result that Splunk has exported. Without
// the raw text of the event, the result is the event.
func (r *Reader) splunkResult(result []byte) bool {
	if len(result) == 0 || result[0] != '{' {
		return false
	}
	r.notes.look(result)
	r.cut.Text = result
	if !r.notes.has(keyUnderscoreRaw) || !r.rawAndFields(result) {
		r.plain(result)
	}
	return true
}

// rawAndFields makes the cut of an object that holds the raw text of an event
// and beside it fields that were extracted from it.
func (r *Reader) rawAndFields(object []byte) bool {
	raw, ok := stringText(r.notes.value(object, keyUnderscoreRaw))
	if !ok {
		return false
	}
	from := len(r.given)
	eachMember(object, func(name, v []byte) bool {
		switch k := keyOf(name); k {
		case keyUnderscoreRaw:
		case keySource, keySourcetype, keyHost, keyIndex, keyUnderscoreTime:
			r.metaKey(k, v)
		default:
			r.give(r.unescape(name), v)
		}
		return true
	})
	r.cut.Given = r.given[from:len(r.given):len(r.given)]
	r.setText(r.unescape(raw))
	return true
}

// give adds a given field: a list of plain values is one multivalue, other
// nested values get the names that Splunk gives them, null is no field.
func (r *Reader) give(name, v []byte) {
	switch v[0] {
	case '"':
		raw, _ := stringText(v)
		r.given = append(r.given, event.Field{Name: view(name), Value: value.OfText(view(r.unescape(raw)))})
	case '[':
		var list []value.Value
		plain := true
		eachElement(v, func(e []byte) {
			if raw, ok := stringText(e); ok {
				list = append(list, value.OfText(view(r.unescape(raw))))
			} else if e[0] != '{' && e[0] != '[' {
				list = append(list, value.OfText(view(e)))
			} else {
				plain = false
			}
		})
		if !plain {
			r.giveNested(name, v)
		} else if len(list) > 0 {
			r.given = append(r.given, event.Field{Name: view(name), Value: value.OfList(list)})
		}
	case '{':
		r.giveNested(name, v)
	default:
		if string(v) != "null" {
			r.given = append(r.given, event.Field{Name: view(name), Value: value.OfText(view(v))})
		}
	}
}

func (r *Reader) giveNested(name, v []byte) {
	fields, _ := event.FlattenJSON(v)
	for _, f := range fields {
		separator := "."
		if strings.HasPrefix(f.Name, "{}") {
			separator = ""
		}
		r.given = append(r.given, event.Field{Name: string(name) + separator + f.Name, Value: f.Value})
	}
}

// hecKeys are all the keys that an envelope of Splunk's HTTP Event Collector
// may have.
var hecKeys = []key{keyEvent, keyTime, keyFields, keySource, keySourcetype, keyHost, keyIndex}

// hec makes the cut of the event in an envelope of Splunk's HTTP Event
// Collector. An object with the same keys may be a log line of its own: it is
// one if its event is a mere word and no other key is telling.
func (r *Reader) hec(object []byte) bool {
	n := &r.notes
	v := n.value(object, keyEvent)
	if !n.only(hecKeys...) || len(v) == 0 {
		return false
	}
	text := v
	if raw, ok := stringText(v); ok {
		text = r.unescape(raw)
		if !isWhole(text) && !n.has(keySourcetype) && !n.has(keyIndex) && !n.has(keyFields) {
			return false
		}
	} else if v[0] != '{' {
		return false
	}
	for _, k := range []key{keySource, keySourcetype, keyHost, keyIndex, keyTime} {
		r.metaKey(k, n.value(object, k))
	}
	from := len(r.given)
	if fields := n.value(object, keyFields); len(fields) > 0 && fields[0] == '{' {
		eachMember(fields, func(name, v []byte) bool {
			r.give(r.unescape(name), v)
			return true
		})
	}
	r.cut.Given = r.given[from:len(r.given):len(r.given)]
	r.setText(text)
	return true
}

// stringLine reads a line that is a JSON string. It may hold a record, or a
// whole input packed; if not, it returns false and the line is one of text.
func (r *Reader) stringLine() (bool, error) {
	end, err := r.lineEnd(0, r.options.MaxRecord)
	if end < 0 || err != nil {
		return false, err
	}
	line := r.w.bytes()[:end]
	closing, ok := jsonblock.StringEnd(line, 1)
	if !ok || skipSpace(line, closing+1) < len(line) {
		return false, nil
	}
	found, err := r.textRecord(line[1:closing], r.w.offset())
	if found {
		r.w.advance(end)
	}
	return found, err
}

// stringElement reads a JSON string that is an element of an array.
func (r *Reader) stringElement(f *frame) (bool, error) {
	offset := r.w.offset()
	end, ok := 1, false
	for {
		if end, ok = jsonblock.StringEnd(r.w.bytes(), end); ok {
			break
		}
		if err := r.w.more(); err != nil {
			return false, r.broken(f, err)
		}
	}
	raw := r.w.bytes()[1:end]
	r.w.advance(end + 1)
	found, err := r.textRecord(raw, offset)
	if !found && err == nil {
		r.problem(offset, "a text where a record was expected", "")
	}
	return found && !r.packed.open, err
}

// textRecord makes the cut of a record that stands as text between quotes, or
// opens the input that is packed there. It returns false if there is neither.
func (r *Reader) textRecord(raw []byte, offset int64) (bool, error) {
	if looksPacked(raw) {
		if opened, err := r.openPacked(r.unescape(raw), offset); opened || err != nil {
			return opened, err
		}
	}
	r.cut = Cut{Offset: offset}
	text := r.unescape(raw)
	if !isWhole(text) {
		return false, nil
	}
	r.setText(text)
	r.setForm(FormLines)
	return true, nil
}

// view gives bytes as a string without a copy; it is valid as long as they
// are.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
