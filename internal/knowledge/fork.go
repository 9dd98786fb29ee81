package knowledge

import "maps"

// Fork returns the lookups as they are now. What searches write to it is kept
// in memory, and neither l nor another fork sees it.
func (l *Lookups) Fork() *Lookups {
	l.mu.RLock()
	defer l.mu.RUnlock()
	forked := map[*Table]*Table{}
	fork := func(tables map[string]*Table) map[string]*Table {
		copies := make(map[string]*Table, len(tables))
		for name, t := range tables {
			// One table may go by several names.
			if forked[t] == nil {
				forked[t] = t.fork()
			}
			copies[name] = forked[t]
		}
		return copies
	}
	options := l.options
	options.StateDir = ""
	return &Lookups{
		options: options, command: fork(l.command), named: fork(l.named), files: fork(l.files), broken: maps.Clone(l.broken),
	}
}

// fork returns a table with the same rows, which do not change: to store is
// to replace them.
func (t *Table) fork() *Table {
	f := &Table{definition: t.definition, maxBytes: t.maxBytes, maxRows: t.maxRows}
	f.contents.Store(t.contents.Load())
	return f
}
