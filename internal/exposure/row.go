package exposure

import (
	"math"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// Columns returns the columns of an entry's row in order.
func Columns() []string {
	return []string{
		"state", "resource_type", "resource", "account", "region", "recipient_type", "recipient",
		"start", "since", "until", "duration", "contested",
		"by", "by_src", "by_event", "by_event_id", "ended_by", "ended_by_src", "ended_by_event", "ended_by_event_id",
		"public_block", "public_block_since", "public_block_by", "error",
	}
}

// Row returns the entry as a row. Times are in epoch seconds, and what is not
// known is absent.
func (x *Entry) Row() *event.Event {
	row := event.New()
	text := func(name, s string) {
		if s != "" {
			row.Set(name, value.OfText(s))
		}
	}
	number := func(name string, f float64) {
		if !math.IsInf(f, 0) && !math.IsNaN(f) {
			row.Set(name, value.OfNumber(f))
		}
	}
	text("state", string(x.State))
	text("resource_type", string(x.Resource.Kind))
	text("resource", x.Resource.ID)
	text("account", x.Resource.Account)
	text("region", x.Resource.Region)
	text("recipient_type", string(x.Recipient.Type))
	text("recipient", x.Recipient.ID)
	text("start", string(x.Start))
	number("since", x.Since)
	number("until", x.Until)
	number("duration", x.Duration)
	if x.Contested {
		text("contested", "true")
	}
	who := func(prefix string, c *Call) {
		if c == nil {
			return
		}
		text(prefix, c.Actor)
		text(prefix+"_src", c.Address)
		text(prefix+"_event", c.Name)
		text(prefix+"_event_id", c.EventID)
		row.Inherit(c.From)
	}
	who("by", x.By)
	who("ended_by", x.Ended)
	if c := x.Block; c != nil {
		text("public_block", c.Mode)
		number("public_block_since", c.Time)
		text("public_block_by", c.Actor)
	}
	text("error", x.Error)
	return row
}
