package simulate

import (
	"strconv"
	"time"
)

// scene is the event at hand: who does what, where and when. The values of
// templates come from it.
type scene struct {
	dice    dice
	world   *world
	account *account
	region  string
	place   uint64 // number of account and region: resources belong there

	who     *actor
	address string
	agent   string

	now  int64  // seconds since 1970
	pick uint64 // chooses resources: the same in all fields of an event

	requestID, eventID [36]byte
}

// enter sets where things happen.
func (s *scene) enter(a *account, region string) {
	s.account, s.region = a, region
	s.place = hash(s.world.seed, hashText(a.id), hashText(region))
}

// play sets who acts, from one of their addresses with one of their programs.
func (s *scene) play(who *actor) {
	s.who = who
	s.address = who.addresses[s.dice.below(len(who.addresses))]
	s.agent = who.agents[s.dice.below(len(who.agents))]
}

// next draws what makes an event differ from all others.
func (s *scene) next() {
	s.pick = s.dice.uint64()
	s.drawUUID(&s.requestID)
	s.drawUUID(&s.eventID)
}

func (s *scene) drawUUID(to *[36]byte) {
	appendUUID(to[:0], s.dice.uint64(), s.dice.uint64())
}

const hexDigits = "0123456789abcdef"

// appendHex appends the last digits of a number.
func appendHex(b []byte, x uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		b = append(b, hexDigits[x>>(4*i)&15])
	}
	return b
}

// appendUUID makes a UUID of version 4.
func appendUUID(b []byte, x, y uint64) []byte {
	x = x&^0xf000 | 0x4000
	y = y&^(3<<62) | 2<<62
	b = appendHex(b, x>>32, 8)
	b = append(b, '-')
	b = appendHex(b, x>>16, 4)
	b = append(b, '-')
	b = appendHex(b, x, 4)
	b = append(b, '-')
	b = appendHex(b, y>>48, 4)
	b = append(b, '-')
	return appendHex(b, y, 12)
}

func appendBase36(b []byte, x uint64, digits int) []byte {
	for range digits {
		b = append(b, "0123456789abcdefghijklmnopqrstuvwxyz"[x%36])
		x /= 36
	}
	return b
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// appendBase64 appends random digits of base64.
func appendBase64(b []byte, d *dice, digits int) []byte {
	for digits > 0 {
		x := d.uint64()
		for range min(digits, 10) {
			b = append(b, base64Digits[x&63])
			x >>= 6
		}
		digits -= 10
	}
	return b
}

// appendTime writes a time as CloudTrail does: RFC 3339, in UTC, to the second.
func appendTime(b []byte, seconds int64) []byte {
	return time.Unix(seconds, 0).UTC().AppendFormat(b, time.RFC3339)
}

// appendStamp writes a time as it stands in many answers.
func appendStamp(b []byte, seconds int64) []byte {
	return time.Unix(seconds, 0).UTC().AppendFormat(b, "Jan 2, 2006, 3:04:05 PM")
}

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

// session is the number of the temporary credentials that the actor has at the
// moment, and since when: a fresh one several times a day.
func (s *scene) session() (number uint64, since int64) {
	const length = 4 * 3600
	h := hash(s.who.number, s.place)
	offset := int64(h % length)
	began := (s.now-offset)/length*length + offset
	return hash(h, uint64(began)), began
}

// resource is a slot for an ID like i-0123456789abcdef0 of one of the things
// of a kind that there are in the account and region.
func resource(prefix string, digits int, kind, pool uint64) slot {
	return func(s *scene, b []byte) []byte {
		h := hash(s.place, kind, hash(s.pick, kind)%pool)
		b = append(b, prefix...)
		if digits == 17 {
			return appendHex(append(b, '0'), h, 16)
		}
		return appendHex(b, h, digits)
	}
}
