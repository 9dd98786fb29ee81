package hec

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Error is an answer of the collector other than success.
type Error struct {
	Status int // of HTTP
	// Code and Text are the collector's own; Code is -1 where the answer is
	// not of its form.
	Code int
	Text string
	// Event is the first event of the request that was not taken, counted from
	// 0, or -1. Those before it were: moby#35862 and
	// opentelemetry-collector-contrib#36113 describe it.
	Event int
	// URL is where the request went.
	URL string
}

// Codes of the collector that the client treats in ways of their own.
const (
	codeNoData        = 5
	codeInvalidFormat = 6
	codeInternal      = 8
	codeBusy          = 9
	codeEventRequired = 12
	codeEventBlank    = 13
	codeFields        = 15
	codeShuttingDown  = 23
	codeQueueFull     = 26
	codeAckFull       = 27
)

// Error says what the collector answered and what that means.
func (e *Error) Error() string {
	s := fmt.Sprintf("the collector answered %d", e.Status)
	switch {
	case e.Code >= 0:
		s += fmt.Sprintf(", code %d: %s", e.Code, e.Text)
	case e.Text != "":
		s += ": " + e.Text
	}
	return s
}

// Advice says what to do about it, "" where there is nothing to say.
func (e *Error) Advice() string {
	switch e.Code {
	case 1, 22:
		return "the token is disabled: enable it under Settings > Data inputs > HTTP Event Collector"
	case 2, 3:
		return "the server saw no token in a form it knows: something between may have removed the Authorization header"
	case 4, 21:
		return "the server does not know this token: compare it with Settings > Data inputs > HTTP Event Collector, and the server with the URL"
	case codeInvalidFormat:
		return "the server could not read the events: is the URL that of a HTTP Event Collector?"
	case 7:
		return "the index does not exist or the token may not write to it: create it, allow it for the token, or choose another with --index"
	case 10, 11:
		return "the token has indexer acknowledgement on and wants a channel, a GUID"
	case 14:
		return "the token has indexer acknowledgement off: turn it on, or leave out --ack"
	case 16:
		return "the token is to come in a header, and something between puts it into the URL"
	case codeBusy, codeShuttingDown, codeQueueFull, codeAckFull, 18, 19, 20:
		return "the server's queues are full or it is going down: try again later, or slower with --events-per-second"
	}
	switch {
	case e.Code >= 0 && e.Status != http.StatusNotFound:
		return ""
	case e.Status >= 300 && e.Status < 400:
		return "redirects are not followed, since the token would be: use the URL that they lead to"
	case e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed:
		return "there is no collector at this URL: it listens on port 8088 unless told otherwise, at /services/collector"
	case e.Status == http.StatusUnsupportedMediaType:
		return "the server does not take compressed requests: add --no-gzip"
	case e.Status == http.StatusRequestEntityTooLarge:
		return "the server refuses requests of this size: lower --batch-bytes"
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return "something in front of the collector refuses the request"
	}
	return ""
}

// passing reports whether the same request may succeed later.
func (e *Error) passing() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// ofOneEvent reports whether it is an event that is at fault and not the
// request.
func (e *Error) ofOneEvent() bool {
	switch e.Code {
	case codeNoData, codeInvalidFormat, codeEventRequired, codeEventBlank, codeFields:
		return e.Status == http.StatusBadRequest
	}
	return e.Status == http.StatusRequestEntityTooLarge
}

// maxText bounds what is shown of an answer that is not of the collector's
// form, such as the page of a proxy.
const maxText = 200

// answer is a body as the collector writes it.
type answer struct {
	Text  string `json:"text"`
	Code  *int   `json:"code"`
	Event *int   `json:"invalid-event-number"`
	Ack   *int64 `json:"ackId"`
}

// readAnswer makes sense of an answer. err is nil for success.
func readAnswer(status int, body []byte, url string) (a answer, err *Error) {
	known := json.Unmarshal(body, &a) == nil && a.Code != nil
	if status == http.StatusOK && known {
		switch *a.Code {
		case 0, 17, 24, 25: // success, and success with a warning that queues fill
			return a, nil
		}
	}
	err = &Error{Status: status, Code: -1, Event: -1, URL: url}
	if !known {
		err.Text = strings.ToValidUTF8(strings.Join(strings.Fields(string(body)), " "), "\uFFFD")
		if status == http.StatusOK {
			err.Text = "not the answer of a collector: " + err.Text
		}
		if len(err.Text) > maxText {
			err.Text = strings.ToValidUTF8(err.Text[:maxText], "") + "…"
		}
		return a, err
	}
	err.Code, err.Text = *a.Code, a.Text
	if a.Event != nil && *a.Event >= 0 {
		err.Event = *a.Event
	}
	return a, err
}
