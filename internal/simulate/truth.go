package simulate

import (
	"encoding/json"
	"io"
	"time"
)

// Truth says what was written.
type Truth struct {
	Seed       uint64     `json:"seed"`
	Parameters Parameters `json:"parameters"`
	Totals     Totals     `json:"totals"`
	Scenarios  []*Planted `json:"scenarios"`
	// Trust is what the trust file says, see [Truth.WriteTrust]. With that file
	// the shares of images are to be found as Findings, and the ledger at the
	// end of the logs, the time of the last event, is Exposures. Both are told
	// from what was planted, since the background shares nothing.
	Trust     []Trusted   `json:"trust"`
	LogsEnd   time.Time   `json:"logs_end"`
	Findings  []*Finding  `json:"findings"`
	Exposures []*Exposure `json:"exposures"`
}

// Parameters are what the run was asked for.
type Parameters struct {
	Events       int64     `json:"events"`
	Start        time.Time `json:"start"`
	Days         int       `json:"days"`
	Accounts     []string  `json:"accounts"`
	Regions      []string  `json:"regions"`
	Organization string    `json:"organization,omitempty"`
	FileEvents   int       `json:"file_events"`
	Format       Format    `json:"format"`
}

// Totals are the numbers of what was written. Records counts what was
// delivered twice as two.
type Totals struct {
	Events     int64 `json:"events"`
	Background int64 `json:"background"`
	Planted    int64 `json:"planted"`
	Duplicates int64 `json:"duplicates"`
	Records    int64 `json:"records"`
	Files      int64 `json:"files"`
	Bytes      int64 `json:"bytes"` // of JSON, before compression
}

// Planted is a scenario that was played.
type Planted struct {
	Name       string         `json:"name"`
	Summary    string         `json:"summary"`
	Techniques []string       `json:"techniques"`
	Finds      string         `json:"finds"`
	Benign     bool           `json:"benign"`
	Outcome    string         `json:"outcome"`
	Account    string         `json:"account"`
	Region     string         `json:"region"`
	Actor      Actor          `json:"actor"`
	FirstTime  time.Time      `json:"first_time"`
	LastTime   time.Time      `json:"last_time"`
	EventIDs   []string       `json:"event_ids"` // in the order of time
	Events     []PlantedEvent `json:"events"`
	Resources  []Resource     `json:"resources"`
	Recipients []string       `json:"recipients"`
}

// Actor is who did it.
type Actor struct {
	Type    string `json:"type"`
	ARN     string `json:"arn"`
	Address string `json:"source_ip"`
}

// Resource is what it was done to.
type Resource struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// PlantedEvent is an event of a scenario. Evidence tells what the scenario is
// about from what only leads to it.
type PlantedEvent struct {
	ID       string    `json:"id"`
	Time     time.Time `json:"time"`
	Source   string    `json:"event_source"`
	Name     string    `json:"event_name"`
	Error    string    `json:"error_code,omitempty"`
	Evidence bool      `json:"evidence"`
	File     string    `json:"file"`
}

// WriteJSON writes the truth.
func (t *Truth) WriteJSON(w io.Writer) error {
	text, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
