package knowledge

import (
	"net/netip"
	"slices"
	"strings"
)

// index finds the rows of a table by the values of some columns. It is built
// once for each set of columns that searches ask for.
type index struct {
	columns []string
	exact   []int // which of the columns are compared exactly
	rows    map[string][]int32
	others  []patternColumn
	fold    bool
}

// patternColumn is a key column whose cells are patterns.
type patternColumn struct {
	key       int // which of the index's columns
	kind      matchType
	wildcards []wildcard
	networks  []netip.Prefix // invalid for a cell that is none
	lead      finder         // only where no exact column narrows the rows
}

// finder finds the rows whose pattern a value might match.
type finder interface{ find(value string) []int32 }

// newIndex returns an index of columns, or nil if the table lacks one of them.
func newIndex(table rows, columns []string, d *definition) *index {
	ix := &index{columns: slices.Clone(columns), fold: !d.caseSensitive}
	var positions []int // of the exact columns in the table
	for key, column := range columns {
		position := slices.Index(table.columns, column)
		if position < 0 {
			return nil
		}
		switch kind := d.match[column]; kind {
		case matchExact:
			ix.exact = append(ix.exact, key)
			positions = append(positions, position)
		default:
			ix.others = append(ix.others, ix.patterns(table, position, key, kind))
		}
	}
	if len(ix.exact) > 0 {
		ix.rows = make(map[string][]int32, len(table.cells))
		cells := make([]string, len(positions))
		var buffer []byte
		for i, row := range table.cells {
			for j, position := range positions {
				cells[j] = row[position]
			}
			buffer = ix.key(buffer[:0], cells)
			ix.rows[string(buffer)] = append(ix.rows[string(buffer)], int32(i))
		}
		return ix
	}
	lead := &ix.others[0]
	if lead.kind == matchCIDR {
		lead.lead = newNetworkFinder(lead.networks)
	} else {
		lead.lead = newWildcardFinder(lead.wildcards)
	}
	return ix
}

func (ix *index) patterns(table rows, position, key int, kind matchType) patternColumn {
	c := patternColumn{key: key, kind: kind}
	for _, row := range table.cells {
		if kind == matchCIDR {
			c.networks = append(c.networks, parseNetwork(row[position]))
		} else {
			c.wildcards = append(c.wildcards, newWildcard(ix.folded(row[position])))
		}
	}
	return c
}

func (ix *index) folded(s string) string {
	if ix.fold {
		return strings.ToLower(s)
	}
	return s
}

// key appends the exact cells of a row, or their counterparts of an event, so
// that different cells give different bytes.
func (ix *index) key(to []byte, cells []string) []byte {
	for _, cell := range cells {
		cell = ix.folded(cell)
		n := len(cell)
		to = append(to, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
		to = append(to, cell...)
	}
	return to
}

// find calls each with every row that matches the keys, in the order of the
// table, until it returns false.
func (ix *index) find(keys []string, each func(row int32) bool) {
	var candidates []int32
	if len(ix.exact) > 0 {
		var cells [8]string
		var buffer [256]byte
		exact := cells[:0]
		for _, i := range ix.exact {
			exact = append(exact, keys[i])
		}
		candidates = ix.rows[string(ix.key(buffer[:0], exact))]
	} else {
		lead := &ix.others[0]
		candidates = lead.lead.find(ix.folded(keys[lead.key]))
	}
	for _, row := range candidates {
		if ix.matchOthers(row, keys) && !each(row) {
			return
		}
	}
}

func (ix *index) matchOthers(row int32, keys []string) bool {
	for i := range ix.others {
		c := &ix.others[i]
		value := keys[c.key]
		switch c.kind {
		case matchCIDR:
			addr, ok := parseAddr(value)
			if network := c.networks[row]; !ok || !network.IsValid() || !network.Contains(addr) {
				return false
			}
		default:
			if !c.wildcards[row].match(ix.folded(value)) {
				return false
			}
		}
	}
	return true
}

// wildcard is a cell in which a star stands for any run of characters.
type wildcard struct {
	prefix, suffix string
	middle         []string
	stars          bool
}

func newWildcard(s string) wildcard {
	parts := strings.Split(s, "*")
	if len(parts) == 1 {
		return wildcard{prefix: s}
	}
	w := wildcard{prefix: parts[0], suffix: parts[len(parts)-1], stars: true}
	for _, part := range parts[1 : len(parts)-1] {
		if part != "" {
			w.middle = append(w.middle, part)
		}
	}
	return w
}

func (w wildcard) match(s string) bool {
	if !w.stars {
		return s == w.prefix
	}
	if len(s) < len(w.prefix)+len(w.suffix) || !strings.HasPrefix(s, w.prefix) || !strings.HasSuffix(s, w.suffix) {
		return false
	}
	s = s[len(w.prefix) : len(s)-len(w.suffix)]
	for _, part := range w.middle {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return true
}

// wildcardFinder looks a value up by the text before the first star, or else
// behind the last, of every length that occurs.
type wildcardFinder struct {
	plain    map[string][]int32
	prefixes []textGroup
	suffixes []textGroup
	rest     []int32 // patterns that begin and end with a star
}

type textGroup struct {
	length int
	rows   map[string][]int32
}

func newWildcardFinder(patterns []wildcard) *wildcardFinder {
	f := &wildcardFinder{plain: map[string][]int32{}}
	for i, w := range patterns {
		row := int32(i)
		switch {
		case !w.stars:
			f.plain[w.prefix] = append(f.plain[w.prefix], row)
		case w.prefix != "":
			f.prefixes = addGroup(f.prefixes, w.prefix, row)
		case w.suffix != "":
			f.suffixes = addGroup(f.suffixes, w.suffix, row)
		default:
			f.rest = append(f.rest, row)
		}
	}
	return f
}

func addGroup(groups []textGroup, text string, row int32) []textGroup {
	i := slices.IndexFunc(groups, func(g textGroup) bool { return g.length == len(text) })
	if i < 0 {
		i = len(groups)
		groups = append(groups, textGroup{len(text), map[string][]int32{}})
	}
	groups[i].rows[text] = append(groups[i].rows[text], row)
	return groups
}

func (f *wildcardFinder) find(s string) []int32 {
	found := slices.Clone(f.plain[s])
	for _, g := range f.prefixes {
		if len(s) >= g.length {
			found = append(found, g.rows[s[:g.length]]...)
		}
	}
	for _, g := range f.suffixes {
		if len(s) >= g.length {
			found = append(found, g.rows[s[len(s)-g.length:]]...)
		}
	}
	found = append(found, f.rest...)
	slices.Sort(found)
	return found
}

// networkFinder looks an address up by its first bits, of every length that
// occurs.
type networkFinder struct {
	bits4, bits6 []int
	rows         map[netip.Prefix][]int32
}

func newNetworkFinder(networks []netip.Prefix) *networkFinder {
	f := &networkFinder{rows: map[netip.Prefix][]int32{}}
	for i, network := range networks {
		if !network.IsValid() {
			continue
		}
		f.rows[network] = append(f.rows[network], int32(i))
		bits := &f.bits6
		if network.Addr().Is4() {
			bits = &f.bits4
		}
		if !slices.Contains(*bits, network.Bits()) {
			*bits = append(*bits, network.Bits())
		}
	}
	return f
}

func (f *networkFinder) find(s string) []int32 {
	addr, ok := parseAddr(s)
	if !ok {
		return nil
	}
	lengths := f.bits6
	if addr.Is4() {
		lengths = f.bits4
	}
	var found []int32
	for _, bits := range lengths {
		if network, err := addr.Prefix(bits); err == nil {
			found = append(found, f.rows[network]...)
		}
	}
	slices.Sort(found)
	return found
}

// parseNetwork reads a cell as a network, or as an address that is a network
// of its own.
func parseNetwork(s string) netip.Prefix {
	s = strings.TrimSpace(s)
	if network, err := netip.ParsePrefix(s); err == nil {
		if network.Addr().Is4In6() && network.Bits() >= 96 {
			network = netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-96)
		}
		return network.Masked()
	}
	if addr, ok := parseAddr(s); ok {
		return netip.PrefixFrom(addr, addr.BitLen())
	}
	return netip.Prefix{}
}

func parseAddr(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(s)
	return addr.Unmap().WithZone(""), err == nil
}
