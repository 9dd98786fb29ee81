package hec

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// maxAcks bounds how many requests may be unacknowledged before the client
// waits for half of them: a server keeps a limited number for each channel.
const maxAcks = 1000

// ackPoll is how long the client waits between two questions: Splunk's
// documentation asks for a poll every ten seconds or less often, and what is
// indexed at once is worth asking for sooner.
const (
	firstAckPoll = time.Second
	maxAckPoll   = 10 * time.Second
)

// UnacknowledgedError tells that the collector took requests that no indexer
// has acknowledged in time.
type UnacknowledgedError struct {
	Requests int
	After    time.Duration
}

// Error says how many there are.
func (e *UnacknowledgedError) Error() string {
	return fmt.Sprintf("indexers did not acknowledge %d of the requests within %v: their events may be missing", e.Requests, e.After)
}

// await asks until no more than left requests are unacknowledged.
func (c *Client) await(ctx context.Context, left int) error {
	if len(c.acks) <= left {
		return nil
	}
	address := *c.base
	address.Path += "/ack"
	deadline := c.config.Clock.Now().Add(c.config.AckTimeout)
	for wait, failures := firstAckPoll, 0; ; wait = min(wait*2, maxAckPoll) {
		err := c.poll(ctx, address.String())
		switch {
		case err == nil:
			failures = 0
		case !passes(ctx, err):
			return err
		case failures == c.config.Retries:
			return fmt.Errorf("asking for acknowledgement given up after %d tries: %w", failures+1, err)
		default:
			failures++
			c.stats.Retries.Add(1)
			wait = max(wait, c.backoff(failures-1, err))
		}
		if len(c.acks) <= left {
			return nil
		}
		now := c.config.Clock.Now()
		if !now.Before(deadline) {
			return &UnacknowledgedError{Requests: len(c.acks), After: c.config.AckTimeout}
		}
		if err := c.config.Clock.Sleep(ctx, min(wait, deadline.Sub(now))); err != nil {
			return err
		}
	}
}

// poll asks once for all that is open. What is reported as written is
// forgotten by the server, and here.
func (c *Client) poll(ctx context.Context, address string) error {
	body, err := json.Marshal(map[string][]int64{"acks": slices.Sorted(maps.Keys(c.acks))})
	if err != nil {
		return err
	}
	got, err := c.do(ctx, address, "", body)
	if err != nil {
		return err
	}
	var said struct {
		Acks map[string]bool `json:"acks"`
	}
	if got.status != http.StatusOK || json.Unmarshal(got.text, &said) != nil || said.Acks == nil {
		_, refusal := readAnswer(got.status, got.text, c.base.String())
		switch {
		case refusal == nil:
			return &Error{Status: got.status, Code: -1, Event: -1, URL: c.base.String(), Text: "no answer about acknowledgement"}
		case refusal.passing():
			return &laterError{refusal, got.retryAfter}
		}
		return refusal
	}
	for name, written := range said.Acks {
		id, err := strconv.ParseInt(name, 10, 64)
		if err == nil && written && c.acks[id] {
			delete(c.acks, id)
			c.stats.Acked.Add(1)
		}
	}
	return nil
}
