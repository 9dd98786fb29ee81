package cloudtrail

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

// notes are the keys seen in the outermost object of a record and where their
// values begin.
type notes struct {
	seen uint64
	at   [keyCount]int
}

func (n *notes) reset() { n.seen = 0 }

func (n *notes) see(name []byte) key {
	k := keyOf(name)
	n.seen |= 1 << k
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
	end := valueEnd(object, n.at[k])
	if end < 0 {
		return nil
	}
	return object[n.at[k]:end]
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
	n.reset()
	s := scan{notes: n, pos: skipSpace(object, 0)}
	if s.pos == len(object) || object[s.pos] != '{' {
		return false
	}
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
