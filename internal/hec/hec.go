// Package hec sends events to Splunk's HTTP Event Collector, or to anything
// that speaks as it does: in batches, compressed, with retries and, where it is
// wanted, with acknowledgement by the indexers.
//
// It knows the protocol and no events: what a record says is the caller's, and
// so is where it was read. It holds one batch at a time. The clock is an
// argument. Start reading at [Client.Send].
package hec

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Endpoint is one of the two ways in which the collector takes events.
type Endpoint string

// The endpoints. Event takes envelopes of JSON, each with its own time and
// metadata; Raw takes lines, whose time the sourcetype reads from the text.
const (
	Event Endpoint = "event"
	Raw   Endpoint = "raw"
)

// Endpoints returns the names of the endpoints.
func Endpoints() []string { return []string{string(Event), string(Raw)} }

// Meta is what the collector is told about an event. What is empty is left to
// the token's settings.
type Meta struct{ Host, Source, Sourcetype, Index string }

// Record is an event to send. The client keeps none of it after Send.
type Record struct {
	Text []byte
	Meta Meta
	// Time is in epoch seconds, if HasTime. The raw endpoint takes none.
	Time    float64
	HasTime bool
}

// Clock is what a client waits by.
type Clock interface {
	Now() time.Time
	// Sleep returns early, with the error of ctx, when ctx ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// Defaults of a [Config]. Splunk Cloud takes a megabyte in a request; Splunk
// Enterprise takes more.
const (
	DefaultBatchBytes  = 512 << 10
	DefaultBatchEvents = 1000
	DefaultRetries     = 6
	DefaultAckTimeout  = 5 * time.Minute
)

// Config says where to send and how. Zero numbers mean the defaults, except for
// Retries.
type Config struct {
	// URL is of the server, or of one of its collector's paths.
	URL      string
	Token    string
	Endpoint Endpoint
	// HTTP does the requests. Its timeout ends a request that gets no answer;
	// the client itself follows no redirects.
	HTTP  *http.Client
	Clock Clock
	// Plain sends without compression.
	Plain bool
	// BatchBytes bounds a request's body before compression, unless a single
	// event is larger; BatchEvents how many events it has.
	BatchBytes, BatchEvents int
	// Retries bounds how often one request is tried again.
	Retries int
	// Rate is how many events a second are sent at most; 0 means no limit.
	Rate float64
	// Ack asks the indexers, at the end and now and then before, whether all
	// was written, for AckTimeout at most.
	Ack        bool
	AckTimeout time.Duration
	// Channel is a GUID; a random one is made if it is empty.
	Channel string
	// DryRun makes the batches and sends none.
	DryRun bool
	// Refused is told of each event that the collector would not take while it
	// took others: its number in the run, counted from 1. It may be nil.
	Refused func(number int64, err *Error)
}

// check fills in what is not given.
func (c *Config) check() error {
	if c.Endpoint == "" {
		c.Endpoint = Event
	}
	if c.BatchBytes <= 0 {
		c.BatchBytes = DefaultBatchBytes
	}
	if c.BatchEvents <= 0 {
		c.BatchEvents = DefaultBatchEvents
	}
	if c.Rate > 0 {
		// A batch is what a second may have, so that the rate is one.
		c.BatchEvents = min(c.BatchEvents, max(1, int(c.Rate)))
	}
	if c.AckTimeout <= 0 {
		c.AckTimeout = DefaultAckTimeout
	}
	switch {
	case c.Endpoint != Event && c.Endpoint != Raw:
		return fmt.Errorf("unknown endpoint %q", c.Endpoint)
	case c.Channel == "":
		c.Channel = newChannel()
	}
	if c.DryRun {
		return nil
	}
	switch {
	case c.Token == "":
		return errors.New("there is no token")
	case strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("the token has characters that no token has")
	case c.HTTP == nil || c.Clock == nil:
		return errors.New("there is no client or no clock")
	}
	return nil
}

// collectorPath is what the paths of all endpoints begin with.
const collectorPath = "/services/collector"

// parseURL returns the address of the collector for the URL of a server or of
// any of the collector's endpoints.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("this is no URL") // the error would repeat it, and it may hold a token
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, errors.New("the URL is to begin with https:// or http:// and a host")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the URL is to have no user, query or fragment: the token has its own place")
	}
	before, after, found := strings.Cut(u.Path, collectorPath)
	if found {
		switch strings.Trim(after, "/") {
		case "", "event", "event/1.0", "raw", "raw/1.0":
		default:
			return nil, fmt.Errorf("%s takes no events: use /services/collector", u.Path)
		}
	}
	u.Path, u.RawPath = strings.TrimRight(before, "/")+collectorPath, ""
	return u, nil
}

// newChannel returns a random GUID, version 4 of RFC 9562.
func newChannel() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
