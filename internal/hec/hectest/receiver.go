// Package hectest has a receiver for tests that answers as Splunk's
// documentation of the HTTP Event Collector says, and as others measured it:
// codes, forms of authentication, compression, channels, acknowledgement.
//
// It knows no client. Start reading at [Receiver].
package hectest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Event is an event as it arrived.
type Event struct {
	Time       json.Number `json:"time,omitempty"`
	Host       string      `json:"host,omitempty"`
	Source     string      `json:"source,omitempty"`
	Sourcetype string      `json:"sourcetype,omitempty"`
	Index      string      `json:"index,omitempty"`
	Text       any         `json:"event"`
}

// Request is what a test may want to know of a request.
type Request struct {
	Path, Encoding, Channel string
	Bytes                   int // as sent
	Events                  int // that were taken
}

// Receiver is the server side. Its fields are set before it is used.
type Receiver struct {
	Token    string
	Disabled bool
	// Indexes are those that exist; empty means all.
	Indexes []string
	// MaxBody bounds a body, unpacked; 0 for no bound.
	MaxBody int
	// Ack turns acknowledgement on: how often a request is reported as not
	// yet written before it is.
	Ack     bool
	Pending int
	// Fail answers a request, counted from 1, in the receiver's place if it
	// returns true.
	Fail func(n int, w http.ResponseWriter) bool

	mu       sync.Mutex
	n        int
	events   []Event
	requests []Request
	acks     map[string]int // polls left until written, by channel and number
}

// Events returns what arrived.
func (r *Receiver) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// Requests returns the requests with events that reached the receiver.
func (r *Receiver) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// status gives the code of HTTP and the text for a code of the collector.
func status(code int) (http int, text string) {
	switch code {
	case 0:
		return 200, "Success"
	case 1:
		return 403, "Token disabled"
	case 2:
		return 401, "Token is required"
	case 3:
		return 401, "Invalid authorization"
	case 4:
		return 403, "Invalid token"
	case 5:
		return 400, "No data"
	case 6:
		return 400, "Invalid data format"
	case 7:
		return 400, "Incorrect index"
	case 10:
		return 400, "Data channel is missing"
	case 11:
		return 400, "Invalid data channel"
	case 12:
		return 400, "Event field is required"
	case 13:
		return 400, "Event field cannot be blank"
	case 14:
		return 400, "ACK is disabled"
	case 17:
		return 200, "HEC is healthy"
	}
	return 500, "Internal server error"
}

// Answer writes an answer of the collector's form.
func Answer(w http.ResponseWriter, code int, more ...any) {
	httpStatus, text := status(code)
	body := map[string]any{"text": text, "code": code}
	for i := 0; i+1 < len(more); i += 2 {
		body[fmt.Sprint(more[i])] = more[i+1]
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(httpStatus)
	_ = json.NewEncoder(w).Encode(body) // a client that left is none of ours
}

var guid = regexp.MustCompile(`^(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// ServeHTTP implements [http.Handler].
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	path := strings.TrimSuffix(strings.TrimRight(request.URL.Path, "/"), "/1.0")
	kind, found := strings.CutPrefix(path, "/services/collector")
	if found && kind == "/health" {
		Answer(w, 17)
		return
	}
	if !found || kind != "" && kind != "/event" && kind != "/raw" && kind != "/ack" {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"text":"The requested URL was not found on this server.","code":404}`)
		return
	}
	if r.n++; r.Fail != nil && r.Fail(r.n, w) {
		return
	}
	if code := r.authorize(request); code != 0 {
		Answer(w, code)
		return
	}
	channel := request.Header.Get("X-Splunk-Request-Channel")
	if r.Ack || kind == "/ack" {
		switch {
		case channel == "":
			Answer(w, 10)
			return
		case !guid.MatchString(channel):
			Answer(w, 11)
			return
		}
	}
	if kind == "/ack" {
		r.answerAcks(w, request, channel)
		return
	}
	r.take(w, request, kind, channel)
}

func (r *Receiver) authorize(request *http.Request) (code int) {
	header := request.Header.Get("Authorization")
	_, token, basic := request.BasicAuth()
	if !basic {
		var known bool
		if token, known = strings.CutPrefix(header, "Splunk "); !known {
			if header == "" {
				return 2
			}
			return 3
		}
	}
	switch {
	case token != r.Token:
		return 4
	case r.Disabled:
		return 1
	}
	return 0
}

func (r *Receiver) answerAcks(w http.ResponseWriter, request *http.Request, channel string) {
	if !r.Ack {
		Answer(w, 14)
		return
	}
	var asked struct{ Acks []int64 }
	if err := json.NewDecoder(request.Body).Decode(&asked); err != nil {
		Answer(w, 6)
		return
	}
	said := map[string]bool{}
	for _, id := range asked.Acks {
		name := strconv.FormatInt(id, 10)
		left, known := r.acks[channel+name]
		said[name] = known && left == 0
		switch {
		case said[name]:
			delete(r.acks, channel+name)
		case known:
			r.acks[channel+name]--
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"acks": said}) // as above
}

func (r *Receiver) take(w http.ResponseWriter, request *http.Request, kind, channel string) {
	sent, err := io.ReadAll(request.Body)
	if err != nil {
		Answer(w, 6)
		return
	}
	got := Request{Path: request.URL.Path, Encoding: request.Header.Get("Content-Encoding"), Channel: channel, Bytes: len(sent)}
	body := sent
	switch got.Encoding {
	case "":
	case "gzip":
		unpacked, err := gzip.NewReader(bytes.NewReader(sent))
		if err == nil {
			body, err = io.ReadAll(unpacked)
		}
		if err != nil {
			Answer(w, 6)
			return
		}
	default:
		http.Error(w, "<html>unsupported media type</html>", http.StatusUnsupportedMediaType)
		return
	}
	if r.MaxBody > 0 && len(body) > r.MaxBody {
		http.Error(w, "<html>content too large</html>", http.StatusRequestEntityTooLarge)
		return
	}
	before := len(r.events)
	code, at := r.read(kind, request, body)
	got.Events = len(r.events) - before
	r.requests = append(r.requests, got)
	switch {
	case code != 0 && at >= 0:
		Answer(w, code, "invalid-event-number", at)
	case code != 0:
		Answer(w, code)
	case r.Ack:
		if r.acks == nil {
			r.acks = map[string]int{}
		}
		id := len(r.requests) - 1
		r.acks[channel+strconv.Itoa(id)] = r.Pending
		Answer(w, 0, "ackId", id)
	default:
		Answer(w, 0)
	}
}

// read takes the events of a body up to the first that is wrong, which at
// names.
func (r *Receiver) read(kind string, request *http.Request, body []byte) (code, at int) {
	if len(bytes.TrimSpace(body)) == 0 {
		return 5, -1
	}
	if kind == "/raw" {
		q := request.URL.Query()
		for line := range strings.Lines(string(body)) {
			e := Event{
				Host: q.Get("host"), Source: q.Get("source"), Sourcetype: q.Get("sourcetype"), Index: q.Get("index"),
				Text: strings.TrimRight(line, "\r\n"),
			}
			if !r.indexed(e.Index) {
				return 7, 0
			}
			r.events = append(r.events, e)
		}
		return 0, 0
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	for n := 0; ; n++ {
		var e Event
		switch err := decoder.Decode(&e); {
		case errors.Is(err, io.EOF):
			return 0, 0
		case err != nil:
			return 6, n
		case e.Text == nil:
			return 12, n
		case e.Text == "":
			return 13, n
		case !r.indexed(e.Index):
			return 7, n
		}
		r.events = append(r.events, e)
	}
}

func (r *Receiver) indexed(name string) bool {
	return len(r.Indexes) == 0 || name == "" || slices.Contains(r.Indexes, name)
}
