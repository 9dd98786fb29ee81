package exposure_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/exposure"
)

// step is a call of the property tests, over two images, two snapshots, two
// recipients and few seconds, so that calls meet.
type step struct {
	second    int
	name      string
	resource  string
	recipient string
	failed    bool
}

func (s step) call() call {
	c := call{at: fmt.Sprintf("10:00:%02d", s.second), name: s.name}
	item := fmt.Sprintf(`{"items":[{"userId":%q}]}`, s.recipient)
	if s.recipient == "all" {
		item = `{"items":[{"group":"all"}]}`
	}
	switch s.name {
	case "add", "remove":
		c.name = "ModifyImageAttribute"
		c.keys = fmt.Sprintf(`"requestParameters":{"imageId":%q,"attributeType":"launchPermission","launchPermission":{%q:%s}}`, s.resource, s.name, item)
		if strings.HasPrefix(s.resource, "snap") {
			c.name = "ModifySnapshotAttribute"
			c.keys = fmt.Sprintf(`"requestParameters":{"snapshotId":%q,"createVolumePermission":{%q:%s}}`, s.resource, s.name, item)
		}
	case "end":
		c.name, c.keys = "DeregisterImage", fmt.Sprintf(`"requestParameters":{"imageId":%q}`, s.resource)
		if strings.HasPrefix(s.resource, "snap") {
			c.name, c.keys = "DeleteSnapshot", fmt.Sprintf(`"requestParameters":{"snapshotId":%q}`, s.resource)
		}
	case "block":
		c.name, c.keys = "EnableSnapshotBlockPublicAccess", `"responseElements":{"state":"block-all-sharing"}`
	case "unblock":
		c.name, c.keys = "DisableSnapshotBlockPublicAccess", `"requestParameters":{}`
	}
	if s.failed {
		c.keys += `,"errorCode":"AccessDenied"`
	}
	return c
}

var stepGen = rapid.Custom(func(t *rapid.T) step {
	return step{
		second:    rapid.IntRange(0, 12).Draw(t, "second"),
		name:      rapid.SampledFrom([]string{"add", "add", "add", "remove", "remove", "end", "block", "unblock"}).Draw(t, "name"),
		resource:  rapid.SampledFrom([]string{"ami-1", "ami-2", "snap-1", "snap-2"}).Draw(t, "resource"),
		recipient: rapid.SampledFrom([]string{"999900001111", "all"}).Draw(t, "recipient"),
		failed:    rapid.IntRange(0, 5).Draw(t, "failed") == 0,
	}
})

// model says from scratch who can use what at the end of a second: everything
// that was granted and not taken away since. What the ledger concludes about
// times before the logs is no part of it.
func model(steps []step, second int) []string {
	granted := map[string]bool{}
	hidden := false
	for s := range second + 1 {
		for _, phase := range []string{"block", "remove", "add", "unblock", "end"} {
			for _, st := range steps {
				if st.second != s || st.name != phase || st.failed {
					continue
				}
				key := st.resource + " " + st.recipient
				switch phase {
				case "block":
					hidden = true
				case "unblock":
					hidden = false
				case "remove":
					delete(granted, key)
				case "add":
					granted[key] = true
					if strings.HasPrefix(key, "snap") && st.recipient == "all" {
						hidden = false // it could not have succeeded otherwise
					}
				case "end":
					delete(granted, st.resource+" all")
					delete(granted, st.resource+" 999900001111")
				}
			}
		}
	}
	var list []string
	for key := range granted {
		if !hidden || !strings.HasPrefix(key, "snap") || !strings.HasSuffix(key, " all") {
			list = append(list, key)
		}
	}
	slices.Sort(list)
	return list
}

// The ledger is what a replay from scratch gives, at every moment.
func TestLedgerIsTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(stepGen, 0, 25).Draw(rt, "steps")
		var calls []call
		for _, s := range steps {
			calls = append(calls, s.call())
		}
		l := ledger(t, calls)
		for second := range 13 {
			var got []string
			for _, e := range l.Entries(exposure.Which{At: at(t, "10:00:00") + float64(second)}) {
				if e.Start != exposure.Unknown {
					got = append(got, e.Resource.ID+" "+e.Recipient.ID)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(model(steps, second), got); diff != "" {
				rt.Fatalf("after second %d: -model +ledger:\n%s", second, diff)
			}
		}
	})
}

// The ledger does not depend on the order of files or of the events in them,
// on how files are shared out among workers, or on events delivered twice.
func TestLedgerOfAnyOrderIsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var events []*event.Event
		for _, s := range rapid.SliceOfN(stepGen, 0, 25).Draw(rt, "steps") {
			events = append(events, s.call().event(t))
		}
		whole := gather(t, [][]*event.Event{events})
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		parts := make([][]*event.Event, rapid.IntRange(1, 4).Draw(rt, "workers"))
		for _, i := range random.Perm(len(events)) {
			for range 1 + random.IntN(2) {
				n := random.IntN(len(parts))
				parts[n] = append(parts[n], events[i])
			}
		}
		if diff := cmp.Diff(whole, gather(t, parts)); diff != "" {
			rt.Fatalf("-whole +parts:\n%s", diff)
		}
	})
}

// gather writes the ledger of events that several workers read.
func gather(t *testing.T, parts [][]*event.Event) []string {
	t.Helper()
	h := exposure.NewHistory()
	for _, part := range parts {
		share := exposure.NewHistory()
		for _, e := range part {
			share.Add(e)
		}
		h.Merge(share)
	}
	l, err := h.Ledger(nil)
	if err != nil {
		t.Fatal(err)
	}
	list := lines(l.Entries(exposure.Which{At: at(t, "23:00:00"), Ended: true, Attempts: true}))
	return append(list, fmt.Sprint(l.First, l.Last, len(l.Blind)))
}
