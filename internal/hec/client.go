package hec

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Stats count what a client did. They may be read while it runs.
type Stats struct {
	Events  atomic.Int64 // taken by the collector
	Bytes   atomic.Int64 // of their requests, before compression
	Wire    atomic.Int64 // of all requests, as sent
	Batches atomic.Int64 // requests that were taken, wholly or in part
	Retries atomic.Int64
	Refused atomic.Int64 // events that the collector would not take
	Acked   atomic.Int64 // requests that indexers acknowledged
}

// Client sends events. It is used by one goroutine at a time.
type Client struct {
	config Config
	base   *url.URL
	http   http.Client
	stats  Stats

	// What waits to be sent: bodies one after the other, where each ends, and
	// on the raw endpoint the metadata of all of them.
	body []byte
	ends []int
	meta Meta
	// given is how many events Send has got.
	given int64

	zipped bytes.Buffer
	zip    *gzip.Writer
	next   time.Time // not before this may the next batch go, for the rate
	acks   map[int64]bool
}

// New returns a client.
func New(config Config) (*Client, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	c := &Client{config: config, zip: gzip.NewWriter(io.Discard), acks: map[int64]bool{}}
	if config.DryRun && config.URL == "" {
		return c, nil
	}
	base, err := parseURL(config.URL)
	if err != nil {
		return nil, err
	}
	c.base = base
	if config.HTTP != nil {
		c.http = *config.HTTP
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, nil
}

// Stats returns the counts.
func (c *Client) Stats() *Stats { return &c.stats }

// Send takes an event, and sends a batch when there is one. The error is of
// type [*Error] if the collector refused the batch, and final: what was not
// sent by then is lost.
func (c *Client) Send(ctx context.Context, r Record) error {
	raw := c.config.Endpoint == Raw
	if raw && len(c.ends) > 0 && c.meta != r.Meta {
		if err := c.Flush(ctx); err != nil {
			return err
		}
	}
	c.given++
	start := len(c.body)
	if raw {
		c.meta = r.Meta
		c.body = appendLine(c.body, r.Text)
	} else {
		c.body = appendEnvelope(c.body, r)
	}
	if start > 0 && len(c.body) > c.config.BatchBytes {
		// The event that is too much begins the next batch.
		last := bytes.Clone(c.body[start:])
		c.body = c.body[:start]
		c.given--
		err := c.Flush(ctx)
		c.given++
		if err != nil {
			return err
		}
		c.body = append(c.body, last...)
	}
	c.ends = append(c.ends, len(c.body))
	if len(c.ends) >= c.config.BatchEvents || len(c.body) >= c.config.BatchBytes {
		return c.Flush(ctx)
	}
	return nil
}

// Flush sends what waits.
func (c *Client) Flush(ctx context.Context) error {
	if len(c.ends) == 0 {
		return nil
	}
	err := c.pace(ctx)
	if err == nil {
		err = c.deliver(ctx, 0, len(c.ends))
	}
	c.body, c.ends = c.body[:0], c.ends[:0]
	if err == nil && len(c.acks) >= maxAcks {
		return c.await(ctx, maxAcks/2)
	}
	return err
}

// Close sends what waits, and waits for the acknowledgements if they are
// wanted.
func (c *Client) Close(ctx context.Context) error {
	if err := c.Flush(ctx); err != nil {
		return err
	}
	return c.await(ctx, 0)
}

// pace waits until the rate allows the batch.
func (c *Client) pace(ctx context.Context) error {
	if c.config.Rate <= 0 || c.config.DryRun {
		return nil
	}
	now := c.config.Clock.Now()
	if c.next.After(now) {
		if err := c.config.Clock.Sleep(ctx, c.next.Sub(now)); err != nil {
			return err
		}
		now = c.next
	}
	c.next = now.Add(time.Duration(float64(len(c.ends)) / c.config.Rate * float64(time.Second)))
	return nil
}

// start is where an event of the batch begins.
func (c *Client) start(i int) int {
	if i == 0 {
		return 0
	}
	return c.ends[i-1]
}

// deliver sends events from to to of the batch. Where the collector takes a
// part, the rest is sent again without the event that it stopped at; what is
// too large for one request is sent in two.
func (c *Client) deliver(ctx context.Context, from, to int) error {
	tries := 0
	for from < to {
		body := c.body[c.start(from):c.ends[to-1]]
		err := c.post(ctx, body)
		if err == nil {
			c.taken(from, to)
			return nil
		}
		refusal, ok := errors.AsType[*Error](err)
		partly := ok && refusal.Event >= 0 && refusal.Event < to-from
		if partly && refusal.Event > 0 {
			c.taken(from, from+refusal.Event)
			from += refusal.Event
		}
		switch {
		case ok && refusal.Status == http.StatusRequestEntityTooLarge && to-from > 1:
			half := from + (to-from)/2
			if err := c.deliver(ctx, from, half); err != nil {
				return err
			}
			from = half
		case ok && refusal.ofOneEvent() && (partly || to-from == 1):
			c.refuse(from, refusal)
			from++
		case !passes(ctx, err):
			return err
		case tries == c.config.Retries:
			return fmt.Errorf("given up after %d tries: %w", tries+1, err)
		default:
			if err := c.config.Clock.Sleep(ctx, c.backoff(tries, err)); err != nil {
				return err
			}
			tries++
			c.stats.Retries.Add(1)
		}
	}
	return nil
}

func (c *Client) taken(from, to int) {
	c.stats.Events.Add(int64(to - from))
	c.stats.Bytes.Add(int64(c.ends[to-1] - c.start(from)))
	c.stats.Batches.Add(1)
}

func (c *Client) refuse(i int, err *Error) {
	c.stats.Refused.Add(1)
	if c.config.Refused != nil {
		c.config.Refused(c.given-int64(len(c.ends)-1-i), err)
	}
}

// The first wait before a request is tried again, doubled each time, and the
// longest that a server may ask for.
const (
	firstBackoff = time.Second
	maxBackoff   = time.Minute
)

// backoff is how long to wait after a failed try.
func (c *Client) backoff(tries int, err error) time.Duration {
	if later, ok := errors.AsType[*laterError](err); ok && later.after > 0 {
		return min(later.after, maxBackoff)
	}
	return min(firstBackoff<<min(tries, 10), maxBackoff)
}

// laterError is a refusal that says when to come again.
type laterError struct {
	refusal *Error
	after   time.Duration
}

func (e *laterError) Error() string { return e.refusal.Error() }
func (e *laterError) Unwrap() error { return e.refusal }

// passes reports whether an error may be gone when the request is tried again.
func passes(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal.passing()
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return false
	}
	// What net/http says of a server that speaks plain HTTP has no type.
	return !strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// address is where a request goes.
func (c *Client) address(meta Meta) string {
	u := *c.base
	u.Path += "/" + string(c.config.Endpoint)
	if c.config.Endpoint == Raw {
		query := url.Values{}
		for name, text := range map[string]string{
			"host": meta.Host, "source": meta.Source, "sourcetype": meta.Sourcetype, "index": meta.Index,
		} {
			if text != "" {
				query.Set(name, text)
			}
		}
		u.RawQuery = query.Encode()
	}
	return u.String()
}

// post sends one request with events.
func (c *Client) post(ctx context.Context, body []byte) error {
	if c.config.DryRun {
		return nil
	}
	encoding := ""
	if !c.config.Plain {
		c.zipped.Reset()
		c.zip.Reset(&c.zipped)
		_, _ = c.zip.Write(body) // a buffer takes everything
		_ = c.zip.Close()
		body, encoding = c.zipped.Bytes(), "gzip"
	}
	c.stats.Wire.Add(int64(len(body)))
	a, err := c.request(ctx, c.address(c.meta), encoding, body)
	if err != nil {
		return err
	}
	if c.config.Ack {
		if a.Ack == nil {
			return &Error{
				Status: http.StatusOK, Code: 14, Event: -1, URL: c.base.String(),
				Text: "the events were taken, but without a number to ask for their acknowledgement",
			}
		}
		c.acks[*a.Ack] = true
	}
	return nil
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20

// do sends a request and reads the answer.
func (c *Client) do(ctx context.Context, address, encoding string, body []byte) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return reply{}, c.redacted(err)
	}
	request.Header.Set("Authorization", "Splunk "+c.config.Token)
	request.Header.Set("X-Splunk-Request-Channel", c.config.Channel)
	request.Header.Set("User-Agent", "pugmark")
	if c.config.Endpoint == Event || strings.HasSuffix(address, "/ack") {
		request.Header.Set("Content-Type", "application/json")
	} else {
		request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	if encoding != "" {
		request.Header.Set("Content-Encoding", encoding)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return reply{}, c.redacted(err)
	}
	defer func() { _ = response.Body.Close() }() // nothing was written
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return reply{}, c.redacted(err)
	}
	return reply{
		status: response.StatusCode, retryAfter: c.retryAfter(response.Header.Get("Retry-After")),
		text: bytes.ReplaceAll(text, []byte(c.config.Token), []byte("[token]")),
	}, nil
}

// reply is what the server answered to one request.
type reply struct {
	status     int
	text       []byte // without the token
	retryAfter time.Duration
}

func (c *Client) request(ctx context.Context, address, encoding string, body []byte) (answer, error) {
	got, err := c.do(ctx, address, encoding, body)
	if err != nil {
		return answer{}, err
	}
	a, refusal := readAnswer(got.status, got.text, c.base.String())
	switch {
	case refusal == nil:
		return a, nil
	case refusal.passing():
		return a, &laterError{refusal, got.retryAfter}
	}
	return a, refusal
}

// retryAfter reads the header of that name: seconds or a date; 0 if it is
// neither.
func (c *Client) retryAfter(text string) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(c.config.Clock.Now()))
	}
	return 0
}

// redactedError is an error whose text must not show the token.
type redactedError struct {
	error
	text string
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.error }

// redacted drops the method and URL from an error of the network, which are the
// same for all, and the token from what is left.
func (c *Client) redacted(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return &redactedError{err, strings.ReplaceAll(err.Error(), c.config.Token, "[token]")}
}

// appendLine adds an event of the raw endpoint. The end of a line is what
// parts events there, so JSON over several lines becomes one.
func appendLine(body, text []byte) []byte {
	if bytes.IndexByte(text, '\n') >= 0 {
		var line bytes.Buffer
		if json.Compact(&line, text) == nil {
			text = line.Bytes()
		}
	}
	return append(append(body, text...), '\n')
}

// appendEnvelope adds an event of the event endpoint. It is sent as a text,
// which becomes _raw as it is; an object would be written anew.
func appendEnvelope(body []byte, r Record) []byte {
	body = append(body, '{')
	if r.HasTime && !math.IsNaN(r.Time) && !math.IsInf(r.Time, 0) {
		body = append(body, `"time":`...)
		body = strconv.AppendFloat(body, math.Round(r.Time*1e6)/1e6, 'f', -1, 64)
		body = append(body, ',')
	}
	for _, m := range [...]struct{ name, text string }{
		{"host", r.Meta.Host}, {"source", r.Meta.Source}, {"sourcetype", r.Meta.Sourcetype}, {"index", r.Meta.Index},
	} {
		if m.text != "" {
			body = appendString(append(append(append(body, '"'), m.name...), `":`...), m.text)
			body = append(body, ',')
		}
	}
	body = append(body, `"event":`...)
	return append(appendString(body, string(r.Text)), "}\n"...)
}

func appendString(body []byte, s string) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string can be written
	return append(body, bytes.TrimSuffix(text.Bytes(), []byte("\n"))...)
}
