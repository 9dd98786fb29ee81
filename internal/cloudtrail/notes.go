package cloudtrail

import (
	"math/bits"

	"github.com/pugmark/pugmark/internal/jsonblock"
)

// key is a key of an object by which it is known what the object is.
type key uint8

const (
	otherKey key = iota
	keyRecords
	keyEvents
	keyLogEvents
	keyResults

	keyEventName
	keyEventSource
	keyEventVersion
	keyUserIdentity
	keyInsightDetails
	keyLowerEventName
	keyLowerEventSource
	keyCloudTrailEvent
	keyDetail
	keyDetailType
	keyMessageType
	keyLogGroup
	keyMessage
	keyTimestamp
	keyAwslogs
	keyPreview
	keyLastrow
	keyResult
	keyEvent
	keyTime
	keyFields
	keySource
	keySourcetype
	keyHost
	keyIndex
	keyUnderscoreRaw
	keyUnderscoreTime
	keyDigestStartTime
	keyDigestS3Bucket
	keyQueryResultRows
	keyClassUID
	keyMetadata
	keyCount
)

// holdsRecords reports whether an array under the key may be a container.
func (k key) holdsRecords() bool { return k >= keyRecords && k <= keyResults }

// keyOf returns the key of a name as it is written in JSON.
func keyOf(name []byte) key {
	switch string(name) {
	case "Records":
		return keyRecords
	case "Events":
		return keyEvents
	case "logEvents":
		return keyLogEvents
	case "results":
		return keyResults
	case "eventName":
		return keyEventName
	case "eventSource":
		return keyEventSource
	case "eventVersion":
		return keyEventVersion
	case "userIdentity":
		return keyUserIdentity
	case "insightDetails":
		return keyInsightDetails
	case "eventname":
		return keyLowerEventName
	case "eventsource":
		return keyLowerEventSource
	case "CloudTrailEvent":
		return keyCloudTrailEvent
	case "detail":
		return keyDetail
	case "detail-type":
		return keyDetailType
	case "messageType":
		return keyMessageType
	case "logGroup":
		return keyLogGroup
	case "message":
		return keyMessage
	case "timestamp":
		return keyTimestamp
	case "awslogs":
		return keyAwslogs
	case "preview":
		return keyPreview
	case "lastrow":
		return keyLastrow
	case "result":
		return keyResult
	case "event":
		return keyEvent
	case "time":
		return keyTime
	case "fields":
		return keyFields
	case "source":
		return keySource
	case "sourcetype":
		return keySourcetype
	case "host":
		return keyHost
	case "index":
		return keyIndex
	case "_raw":
		return keyUnderscoreRaw
	case "_time":
		return keyUnderscoreTime
	case "digestStartTime":
		return keyDigestStartTime
	case "digestS3Bucket":
		return keyDigestS3Bucket
	case "QueryResultRows":
		return keyQueryResultRows
	case "class_uid":
		return keyClassUID
	case "metadata":
		return keyMetadata
	}
	return otherKey
}

// notes are the keys seen in the outermost object of a record, and for each
// what is behind its last colon.
type notes struct {
	seen uint64
	at   [keyCount]int
}

func (n *notes) reset() { n.seen = 0 }

// see notes a key whose value, or white space before it, begins at a place.
func (n *notes) see(name []byte, at int) key {
	k := keyOf(name)
	n.seen |= 1 << k
	n.at[k] = at
	return k
}

func (n *notes) has(keys ...key) bool {
	for _, k := range keys {
		if n.seen&(1<<k) == 0 {
			return false
		}
	}
	return true
}

// only reports whether no key but the given ones was seen.
func (n *notes) only(keys ...key) bool {
	rest := n.seen
	for _, k := range keys {
		rest &^= 1 << k
	}
	return rest == 0
}

// value returns the text of a key's value in the object that the notes are
// about, nil if it has none.
func (n *notes) value(object []byte, k key) []byte {
	if !n.has(k) {
		return nil
	}
	start := skipSpace(object, n.at[k])
	end := valueEnd(object, start)
	if end < 0 {
		return nil
	}
	return object[start:end]
}

// looksLikeCloudTrail reports whether the keys are those of a CloudTrail
// record. Insight events name the call inside insightDetails.
func (n *notes) looksLikeCloudTrail() bool {
	return n.has(keyEventName, keyEventSource) && (n.has(keyEventVersion) || n.has(keyUserIdentity)) ||
		n.has(keyEventVersion, keyInsightDetails)
}

// look takes notes of an object that is wholly in memory. It reports whether
// the object is complete.
func (n *notes) look(object []byte) bool {
	start := skipSpace(object, 0)
	if start == len(object) || object[start] != '{' {
		return false
	}
	if _, _, found := n.fast(object[start:]); found {
		return true
	}
	n.reset()
	s := scan{Cursor: jsonblock.Cursor{Pos: start}, notes: n}
	for {
		switch s.run(object) {
		case complete:
			return true
		case needMore:
			return false
		}
		s.declined = true
	}
}

// fast takes notes of the object with which the text begins and returns where
// it ends, and whether no backslash is in it. It gives up, and reports false, where it would take a scan to go on:
// the object does not end here, or has a key that may hold records. What it
// notes is what a scan would.
func (n *notes) fast(text []byte) (end int, plain, ok bool) {
	n.reset()
	var state jsonblock.State
	var blocks [8]jsonblock.Block
	name := -1 // where a string of the object itself begins
	for pos := 0; ; {
		skipped, count := state.Next(blocks[:], text[pos:], 1)
		if count == 0 {
			return 0, false, false
		}
		pos += skipped
		for i := range blocks[:count] {
			b := &blocks[i]
			brackets, behind := b.Opens|b.Closes, ^uint64(0)
			for {
				left := brackets
				if state.Depth == 1 {
					left |= b.Quotes // elsewhere strings do not matter
				}
				left &= behind
				if left == 0 {
					break
				}
				at, bit := pos+bits.TrailingZeros64(left), left&-left
				behind = -bit << 1
				switch {
				case b.Opens&bit != 0:
					state.Depth++
				case b.Closes&bit != 0:
					if state.Depth--; state.Depth <= 0 {
						return at + 1, state.Plain(), true
					}
				case name < 0:
					name = at + 1
				default:
					if colon := skipSpace(text, at+1); colon < len(text) && text[colon] == ':' {
						if n.see(text[name:at], colon+1).holdsRecords() {
							return 0, false, false
						}
					}
					name = -1
				}
			}
			pos += jsonblock.Size
		}
	}
}
