package regex

import "strings"

// cacheSize bounds the patterns that a [Cache] keeps.
const cacheSize = 256

// Cache compiles patterns that come from the data, under tighter bounds than
// [Compile] has, and keeps the latest. All its patterns share one count of
// limit hits and one bound on the time that hostile ones may take. It is used
// by one goroutine at a time.
type Cache struct {
	budget  budget
	entries map[string]cacheEntry
	// order holds the patterns in a ring, the oldest at next once it is full.
	order []string
	next  int
}

type cacheEntry struct {
	re  *Regexp
	err error
}

// Compile returns the compiled pattern, or why it has none.
func (c *Cache) Compile(pattern string) (*Regexp, error) {
	if e, ok := c.entries[pattern]; ok {
		return e.re, e.err
	}
	pattern = strings.Clone(pattern) // the text of an event does not last
	re, err := compile(pattern, dynamicBounds, &c.budget)
	if len(pattern) > dynamicBounds.pattern {
		return nil, err // not worth the memory of its text
	}
	if c.entries == nil {
		c.entries = make(map[string]cacheEntry, cacheSize)
	}
	if len(c.order) < cacheSize {
		c.order = append(c.order, pattern)
	} else {
		delete(c.entries, c.order[c.next])
		c.order[c.next] = pattern
		c.next = (c.next + 1) % cacheSize
	}
	c.entries[pattern] = cacheEntry{re, err}
	return re, err
}

// LimitHits returns how often a match of any of the patterns took too long.
func (c *Cache) LimitHits() int64 { return c.budget.hits.Load() }
