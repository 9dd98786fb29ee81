package digest

import (
	"fmt"
	"strings"

	"github.com/pugmark/pugmark/internal/source"
)

// verdict puts together what was found.
func (c *collection) verdict(options *Options, problems []source.Problem) *Verdict {
	v := &Verdict{
		Counts:   Counts{Statuses: map[Status]int{}, Logs: map[LogStatus]int{}},
		Keys:     []string{},
		Chains:   []Chain{},
		Logs:     []Log{},
		Problems: problems,
	}
	for _, k := range options.Keys {
		v.Keys = append(v.Keys, k.Fingerprint)
	}
	if c.exceeded != "" {
		v.Word, v.Sentence = Unchecked, "Nothing was checked: "+c.exceeded+"; verify fewer files at once."
		return v
	}
	c.judge(newKeyring(options.Keys))
	v.Chains, v.Unreadable = append(v.Chains, c.chains()...), c.broken
	for _, d := range c.digests {
		v.Counts.Statuses[d.Status]++
	}
	if n := len(c.broken); n > 0 {
		v.Counts.Statuses[DigestUnreadable] = n
	}
	v.Counts.Digests = len(c.digests) + len(c.broken)
	for i := range v.Chains {
		v.Counts.Gaps += len(v.Chains[i].Gaps)
	}
	v.addLogs(c, options)
	v.Word = v.word(c)
	v.Sentence = v.sentence()
	return v
}

// addLogs judges the log files and lists them. All that were asked for are
// listed; of others so many of each status as the limit allows.
func (v *Verdict) addLogs(c *collection, options *Options) {
	all := c.index()
	for _, l := range c.locals {
		l.judge(all)
	}
	compare(c.locals)
	add := func(l Log, asked bool) {
		v.Counts.LogFiles++
		if v.Counts.Logs[l.Status]++; !asked && v.Counts.Logs[l.Status] > c.limits.Listed {
			v.Counts.Unlisted++
			return
		}
		v.Logs = append(v.Logs, l)
	}
	for _, l := range c.locals {
		if l.wanted {
			add(l.Log, options.Logs != nil)
		} else {
			v.Counts.Unasked++
		}
	}
	all.missing(func(l Log) { add(l, false) })
}

func (v *Verdict) word(c *collection) Word {
	d, l := v.Counts.Statuses, v.Counts.Logs
	linked := false
	for _, digest := range c.digests {
		linked = linked || digest.Link == LinkHolds
	}
	switch {
	case d[DigestInvalid]+d[DigestBroken]+l[LogDiffers] > 0:
		return Altered
	case d[DigestValid] == 0 && l[LogHashed] == 0 && !linked:
		return Unchecked
	case d[DigestValid] == 0:
		return Hashes
	case d[DigestValid] < v.Counts.Digests, l[LogVerified] < v.Counts.LogFiles, v.Counts.Gaps > 0, len(v.Problems) > 0:
		return Partial
	}
	return Verified
}

// sentence says the verdict with its numbers.
func (v *Verdict) sentence() string {
	d, l := v.Counts.Statuses, v.Counts.Logs
	var begin string
	switch v.Word {
	case Verified:
		begin = "All that was asked for is as AWS delivered it, by the public keys given"
	case Partial:
		begin = "Nothing contradicts that these are the files that AWS delivered, but not all of it could be verified"
	case Hashes:
		begin = "Only hashes were compared, and no signature was checked: whoever can write log files can write such digests too"
	case Altered:
		begin = "Something is not as AWS delivered it"
	default:
		begin = "Nothing was verified"
		if v.Counts.Digests == 0 {
			begin += ", since there is no digest file among the files"
		}
	}
	logs := tally(v.Counts.LogFiles, "log file", []part{
		{l[LogVerified], "verified by signature"},
		{l[LogHashed], "of the hash recorded"},
		{l[LogDiffers], "of another hash than recorded"},
		{l[LogDistrusted], "named by digests that are not valid"},
		{l[LogUncovered], "named by no digest"},
		{l[LogMissing], "missing"},
		{l[LogUnreadable], "unreadable"},
	})
	digests := tally(v.Counts.Digests, "digest", []part{
		{d[DigestValid], "valid"},
		{d[DigestInvalid], "of an invalid signature"},
		{d[DigestUnsigned], "without a signature"},
		{d[DigestKeyless], "without a key"},
		{d[DigestBroken], "with a broken link"},
		{d[DigestUnreadable], "unreadable"},
	})
	return begin + ": " + logs + "; " + digests + v.rest() + "."
}

type part struct {
	n    int
	what string
}

// tally says a number of things and what they are.
func tally(n int, thing string, parts []part) string {
	var said []string
	for _, p := range parts {
		if p.n > 0 {
			said = append(said, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	text := count(n, thing)
	if len(said) > 0 {
		text += " (" + strings.Join(said, ", ") + ")"
	}
	return text
}

// rest says what is neither a log file nor a digest.
func (v *Verdict) rest() string {
	missing, anew := 0, 0
	for i := range v.Chains {
		for _, gap := range v.Chains[i].Gaps {
			if gap.Restart {
				anew++
			} else {
				missing++
			}
		}
	}
	text := ""
	if missing > 0 {
		text += "; " + count(missing, "gap") + ", where digests are missing"
	}
	if anew > 0 {
		text += "; " + count(anew, "gap") + ", where AWS wrote none since validation or logging was off"
	}
	if n := v.Counts.Unasked; n > 0 {
		text += "; " + count(n, "other file") + " not looked at"
	}
	if n := len(v.Problems); n > 0 {
		text += "; " + count(n, "problem") + " while reading"
	}
	return text
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
