package hec_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/hec"
	"github.com/pugmark/pugmark/internal/hec/hectest"
)

const token = "0d1e2f3a-secret"

// clock is a clock that sleeps in no time and remembers for how long.
type clock struct {
	now   time.Time
	slept []time.Duration
}

func (c *clock) Now() time.Time { return c.now }

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

// serve starts a receiver and returns a configuration that sends to it.
func serve(t *testing.T, r *hectest.Receiver) (hec.Config, *clock) {
	t.Helper()
	if r.Token == "" {
		r.Token = token
	}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	c := &clock{now: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)}
	return hec.Config{URL: server.URL, Token: token, HTTP: server.Client(), Clock: c, Retries: 4}, c
}

func texts(n int) []hec.Record {
	var all []hec.Record
	for i := range n {
		all = append(all, hec.Record{Text: fmt.Appendf(nil, `{"n":%d}`, i), Meta: hec.Meta{Source: "s", Sourcetype: "aws:cloudtrail"}})
	}
	return all
}

func send(t *testing.T, config hec.Config, records []hec.Record) (*hec.Client, error) {
	t.Helper()
	client, err := hec.New(config)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := client.Send(t.Context(), r); err != nil {
			return client, err
		}
	}
	return client, client.Close(t.Context())
}

func arrived(r *hectest.Receiver) []string {
	var all []string
	for _, e := range r.Events() {
		all = append(all, fmt.Sprint(e.Text))
	}
	return all
}

func TestEventsArriveWithTimeAndMetadata(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		r := &hectest.Receiver{}
		config, _ := serve(t, r)
		config.Plain = plain
		_, err := send(t, config, []hec.Record{
			{Text: []byte(`{"a":"<b>"}`), Meta: hec.Meta{Host: "h", Source: "s", Sourcetype: "st", Index: "i"}, Time: 1700000000.123456, HasTime: true},
			{Text: []byte("line \"two\"\n\xff"), Time: 5},
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []hectest.Event{
			{Time: "1700000000.123456", Host: "h", Source: "s", Sourcetype: "st", Index: "i", Text: `{"a":"<b>"}`},
			{Text: "line \"two\"\n\uFFFD"},
		}
		if diff := cmp.Diff(want, r.Events()); diff != "" {
			t.Error(diff)
		}
		got := r.Requests()
		if len(got) != 1 || got[0].Path != "/services/collector/event" || (got[0].Encoding == "") != plain || len(got[0].Channel) != 36 {
			t.Errorf("%+v", got)
		}
	}
}

// Raw events carry their metadata in the URL: a request has one set of it.
func TestRawRequestsHaveOneSetOfMetadata(t *testing.T) {
	t.Parallel()
	r := &hectest.Receiver{}
	config, _ := serve(t, r)
	config.Endpoint = hec.Raw
	records := texts(3)
	records[2].Meta = hec.Meta{Host: "a b&c", Index: "x"}
	records[1].Text = []byte("{\n  \"n\": 1\n}")
	if _, err := send(t, config, records); err != nil {
		t.Fatal(err)
	}
	want := []hectest.Event{
		{Source: "s", Sourcetype: "aws:cloudtrail", Text: `{"n":0}`},
		{Source: "s", Sourcetype: "aws:cloudtrail", Text: `{"n":1}`},
		{Host: "a b&c", Index: "x", Text: `{"n":2}`},
	}
	if diff := cmp.Diff(want, r.Events()); diff != "" {
		t.Error(diff)
	}
	if got := r.Requests(); len(got) != 2 || got[0].Path != "/services/collector/raw" {
		t.Errorf("%+v", got)
	}
}

func TestBatchesAreBounded(t *testing.T) {
	t.Parallel()
	size := len(`{"source":"s","sourcetype":"aws:cloudtrail","event":"{\"n\":0}"}` + "\n")
	for name, c := range map[string]struct {
		set  func(*hec.Config)
		want []int
	}{
		"by count":            {func(c *hec.Config) { c.BatchEvents = 3 }, []int{3, 3, 1}},
		"by bytes":            {func(c *hec.Config) { c.BatchBytes = 2*size + 1 }, []int{2, 2, 2, 1}},
		"exactly":             {func(c *hec.Config) { c.BatchBytes = 2 * size }, []int{2, 2, 2, 1}},
		"one larger than all": {func(c *hec.Config) { c.BatchBytes = 1 }, []int{1, 1, 1, 1, 1, 1, 1}},
		"by the rate":         {func(c *hec.Config) { c.Rate = 4 }, []int{4, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &hectest.Receiver{}
			config, _ := serve(t, r)
			c.set(&config)
			client, err := send(t, config, texts(7))
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, q := range r.Requests() {
				got = append(got, q.Events)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if s := client.Stats(); s.Events.Load() != 7 || s.Batches.Load() != int64(len(c.want)) || s.Bytes.Load() != int64(7*size) {
				t.Errorf("%d events, %d batches, %d bytes", s.Events.Load(), s.Batches.Load(), s.Bytes.Load())
			}
		})
	}
}

func TestTheRateIsKept(t *testing.T) {
	t.Parallel()
	config, clock := serve(t, &hectest.Receiver{})
	config.Rate = 2
	if _, err := send(t, config, texts(6)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{time.Second, time.Second}, clock.slept); diff != "" {
		t.Error(diff)
	}
}

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	t.Parallel()
	busy := func(status int, header string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			if header != "" {
				w.Header().Set("Retry-After", header)
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"text":"Server is busy","code":9}`))
		}
	}
	hangUp := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	for name, c := range map[string]struct {
		fail  []func(http.ResponseWriter)
		slept []time.Duration
	}{
		"busy, longer each time": {
			[]func(http.ResponseWriter){busy(503, ""), busy(503, ""), busy(500, "")},
			[]time.Duration{time.Second, 2 * time.Second, 4 * time.Second},
		},
		"as long as the server says": {[]func(http.ResponseWriter){busy(429, "7"), busy(503, "9999")}, []time.Duration{7 * time.Second, time.Minute}},
		"until a date":               {[]func(http.ResponseWriter){busy(503, "Mon, 02 Nov 2026 12:00:30 GMT")}, []time.Duration{30 * time.Second}},
		"a lost connection":          {[]func(http.ResponseWriter){hangUp}, []time.Duration{time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &hectest.Receiver{}
			r.Fail = func(n int, w http.ResponseWriter) bool {
				if n > len(c.fail) {
					return false
				}
				c.fail[n-1](w)
				return true
			}
			config, clock := serve(t, r)
			client, err := send(t, config, texts(2))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.slept, clock.slept); diff != "" {
				t.Error(diff)
			}
			if got := client.Stats().Retries.Load(); got != int64(len(c.fail)) || len(r.Events()) != 2 {
				t.Errorf("%d retries, %d events", got, len(r.Events()))
			}
		})
	}
}

func TestASlowServerIsGivenUp(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-ended }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(ended) })
	client := server.Client()
	client.Timeout = 20 * time.Millisecond
	clock := &clock{}
	_, err := send(t, hec.Config{URL: server.URL, Token: token, HTTP: client, Clock: clock, Retries: 1}, texts(1))
	if err == nil || !strings.Contains(err.Error(), "given up after 2 tries") || len(clock.slept) != 1 {
		t.Errorf("%v, %v", err, clock.slept)
	}
}

// What the server refuses for good is explained, and never shows the token.
func TestRefusalsAreExplained(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) func(int, http.ResponseWriter) bool {
		return func(_ int, w http.ResponseWriter) bool {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
			return true
		}
	}
	for name, c := range map[string]struct {
		receiver     *hectest.Receiver
		set          func(*hec.Config)
		code, status int
		advice       string
	}{
		"bad token":       {receiver: &hectest.Receiver{Token: "other"}, code: 4, status: 403, advice: "does not know this token"},
		"token disabled":  {receiver: &hectest.Receiver{Disabled: true}, code: 1, status: 403, advice: "enable it"},
		"incorrect index": {receiver: &hectest.Receiver{Indexes: []string{"main"}}, code: 7, status: 400, advice: "--index"},
		"acks are off":    {receiver: &hectest.Receiver{}, set: func(c *hec.Config) { c.Ack = true }, code: 14, status: 200, advice: "leave out --ack"},
		"bad channel":     {receiver: &hectest.Receiver{Ack: true}, set: func(c *hec.Config) { c.Channel = "x" }, code: 11, status: 400, advice: "a GUID"},
		"no collector":    {receiver: &hectest.Receiver{Fail: answer(404, `{"text":"not found","code":404}`)}, code: 404, status: 404, advice: "port 8088"},
		"a redirect":      {receiver: &hectest.Receiver{Fail: answer(302, "")}, code: -1, status: 302, advice: "redirects"},
		"no compression":  {receiver: &hectest.Receiver{Fail: answer(415, "<html>")}, code: -1, status: 415, advice: "--no-gzip"},
		"a proxy":         {receiver: &hectest.Receiver{Fail: answer(403, "go away "+token)}, code: -1, status: 403, advice: "in front of"},
		"another server":  {receiver: &hectest.Receiver{Fail: answer(200, "hello")}, code: -1, status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, clock := serve(t, c.receiver)
			if c.set != nil {
				c.set(&config)
			}
			records := texts(2)
			records[0].Meta.Index = "nowhere"
			_, err := send(t, config, records)
			refusal, ok := errors.AsType[*hec.Error](err)
			if !ok || refusal.Code != c.code || refusal.Status != c.status || !strings.Contains(refusal.Advice(), c.advice) {
				t.Fatalf("%v: %+v", err, refusal)
			}
			if strings.Contains(err.Error(), token) || len(clock.slept) > 0 {
				t.Errorf("%v, slept %v", err, clock.slept)
			}
		})
	}
}

// The server stops at an event that it cannot take: those before it were
// taken, and those after it are sent again without it.
func TestOneBadEventIsLeftOut(t *testing.T) {
	t.Parallel()
	r := &hectest.Receiver{}
	config, _ := serve(t, r)
	var refused []int64
	config.Refused = func(n int64, _ *hec.Error) { refused = append(refused, n) }
	config.BatchEvents = 4
	records := texts(9)
	for _, i := range []int{0, 2, 7, 8} {
		records[i].Text = nil // answered with code 13
	}
	client, err := send(t, config, records)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`{"n":1}`, `{"n":3}`, `{"n":4}`, `{"n":5}`, `{"n":6}`}, arrived(r)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{1, 3, 8, 9}, refused); diff != "" {
		t.Error(diff)
	}
	if s := client.Stats(); s.Events.Load() != 5 || s.Refused.Load() != 4 {
		t.Errorf("%d events, %d refused", s.Events.Load(), s.Refused.Load())
	}
}

// A busy server that took a part gets the rest, and nothing twice.
func TestABusyServerGetsTheRest(t *testing.T) {
	t.Parallel()
	var got []int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		n := 0
		for decoder := json.NewDecoder(q.Body); decoder.More(); n++ {
			var e hectest.Event
			if err := decoder.Decode(&e); err != nil {
				t.Error(err)
			}
		}
		if got = append(got, n); len(got) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(`{"text":"Server is busy","code":9,"invalid-event-number":2}`))
			return
		}
		hectest.Answer(w, 0)
	}))
	t.Cleanup(server.Close)
	client, err := send(t, hec.Config{URL: server.URL, Token: token, HTTP: server.Client(), Clock: &clock{}, Plain: true, Retries: 1}, texts(5))
	if err != nil || client.Stats().Events.Load() != 5 {
		t.Fatal(err, client.Stats().Events.Load())
	}
	if diff := cmp.Diff([]int{5, 3}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRequestsThatAreTooLargeAreSplit(t *testing.T) {
	t.Parallel()
	r := &hectest.Receiver{MaxBody: 200}
	config, _ := serve(t, r)
	records := texts(9)
	records[4].Text = []byte(strings.Repeat("x", 300))
	client, err := send(t, config, records)
	if err != nil {
		t.Fatal(err)
	}
	if got := arrived(r); len(got) != 8 || got[3] != `{"n":3}` || got[4] != `{"n":5}` || client.Stats().Refused.Load() != 1 {
		t.Errorf("%q, %d refused", got, client.Stats().Refused.Load())
	}
}

func TestAcknowledgementIsAwaited(t *testing.T) {
	t.Parallel()
	r := &hectest.Receiver{Ack: true, Pending: 2}
	config, clock := serve(t, r)
	config.Ack, config.BatchEvents = true, 2
	client, err := send(t, config, texts(5))
	if err != nil {
		t.Fatal(err)
	}
	if got := client.Stats().Acked.Load(); got != 3 {
		t.Errorf("%d acknowledged", got)
	}
	if diff := cmp.Diff([]time.Duration{time.Second, 2 * time.Second}, clock.slept); diff != "" {
		t.Error(diff)
	}

	r = &hectest.Receiver{Ack: true, Pending: 1 << 30}
	config, _ = serve(t, r)
	config.Ack, config.AckTimeout = true, 20*time.Second
	_, err = send(t, config, texts(1))
	if late, ok := errors.AsType[*hec.UnacknowledgedError](err); !ok || late.Requests != 1 || late.After != 20*time.Second {
		t.Error(err)
	}
}

func TestCertificatesAreChecked(t *testing.T) {
	t.Parallel()
	r := &hectest.Receiver{Token: token}
	server := httptest.NewTLSServer(r)
	t.Cleanup(server.Close)
	server.Config.ErrorLog = nil
	clock := &clock{}
	config := hec.Config{URL: server.URL + "/services/collector/event/", Token: token, HTTP: server.Client(), Clock: clock, Retries: 3}
	if _, err := send(t, config, texts(1)); err != nil {
		t.Fatal(err)
	}
	config.HTTP = &http.Client{}
	if _, err := send(t, config, texts(1)); err == nil || len(clock.slept) > 0 || strings.Contains(err.Error(), token) {
		t.Errorf("%v, %v", err, clock.slept)
	}
}

func TestADryRunSendsNothing(t *testing.T) {
	t.Parallel()
	client, err := send(t, hec.Config{DryRun: true, BatchEvents: 2}, texts(5))
	if s := client.Stats(); err != nil || s.Events.Load() != 5 || s.Batches.Load() != 3 {
		t.Error(err, s.Events.Load(), s.Batches.Load())
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", "splunk:8088", "ftp://x", "https://", "https://u:p@x", "https://x?token=y", "https://x#y",
		"https://x/services/collector/health", "https://x/services/collector/ack", "http://x:y",
	} {
		config := hec.Config{URL: bad, Token: token, HTTP: &http.Client{}, Clock: &clock{}}
		if _, err := hec.New(config); err == nil || strings.Contains(err.Error(), "u:p") || strings.Contains(err.Error(), "token=y") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, bad := range []string{"", "a b", "a\r\nX: y", "ä"} {
		if _, err := hec.New(hec.Config{URL: "http://x", Token: bad, HTTP: &http.Client{}, Clock: &clock{}}); err == nil {
			t.Errorf("the token %q was taken", bad)
		}
	}
}

func TestAnInterruptEndsSending(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r := &hectest.Receiver{Fail: func(_ int, w http.ResponseWriter) bool {
		cancel()
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}}
	config, _ := serve(t, r)
	config.BatchEvents = 1
	client, err := hec.New(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Send(ctx, texts(1)[0]); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
