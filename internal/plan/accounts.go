package plan

import (
	"maps"
	"slices"
	"sync"
)

// Accounts are the AWS accounts to which the records of a scan were delivered:
// they have a trail that ends with us. A source fills it while it reads, so it
// is complete once the scan has ended. It is safe for use by several
// goroutines, and a nil Accounts is one without accounts.
type Accounts struct {
	mu      sync.Mutex
	numbers map[string]struct{}
	tooMany bool
}

// MaxAccounts bounds how many accounts are kept. Few organizations have a tenth
// of that; logs that name more were made up.
const MaxAccounts = 100_000

// Add adds the number of an account, which the set keeps. Once there are more
// than [MaxAccounts] there are none: which of them came first is chance.
func (a *Accounts) Add(number string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tooMany {
		return
	}
	if a.numbers == nil {
		a.numbers = map[string]struct{}{}
	}
	a.numbers[number] = struct{}{}
	if len(a.numbers) > MaxAccounts {
		a.numbers, a.tooMany = nil, true
	}
}

// Has reports whether an account is among them.
func (a *Accounts) Has(number string) bool {
	if a == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	_, ok := a.numbers[number]
	return ok
}

// Numbers returns the accounts in order.
func (a *Accounts) Numbers() []string {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Sorted(maps.Keys(a.numbers))
}

// TooMany reports whether there were more than are kept.
func (a *Accounts) TooMany() bool {
	if a == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tooMany
}

// Inferrer is an Op that may ask [Run.Accounts]. Where it does no row reaches it
// before all records are read, whatever its Kind, and where none does nobody
// looks for accounts.
type Inferrer interface {
	Op
	Infers() bool
}

// Infers reports whether one of the ops asks which accounts the records are of.
func Infers(ops []Op) bool {
	return slices.ContainsFunc(ops, func(op Op) bool {
		i, ok := op.(Inferrer)
		return ok && i.Infers()
	})
}
