package detection

import "slices"

// PartsOf returns those of all findings that a finding brings together: what a
// story tells, what made the risk that a rule adds up, and for any other
// Correlation the findings with risk all of whose events are among its own. It
// returns none for a finding that stands for itself.
func PartsOf(f *Finding, all []*Finding) []*Finding {
	if f.Detection.Type != Correlation {
		return nil
	}
	isPart := func(o *Finding) bool { return o.restsWithin(f) }
	switch _, story := f.Chain(); {
	case story:
		isPart = func(o *Finding) bool { return o.PartOf == f.ID }
	case f.summed != nil:
		isPart = func(o *Finding) bool { return slices.Contains(f.summed, o.ID) }
	}
	var parts []*Finding
	for _, o := range all {
		if o != f && isPart(o) {
			parts = append(parts, o)
		}
	}
	return parts
}

// Summed returns the IDs of the findings whose risk a rule has added up, nil if
// no rule made the finding.
func (f *Finding) Summed() []string { return f.summed }

// restsWithin reports whether a finding made risk of events that are all among
// those of another. Of a finding with more events than it names nobody can tell.
func (f *Finding) restsWithin(other *Finding) bool {
	if f.Risk == nil || len(f.EventIDs) == 0 || f.EventCount != len(f.EventIDs) {
		return false
	}
	return !slices.ContainsFunc(f.EventIDs, func(id string) bool {
		_, found := slices.BinarySearch(other.EventIDs, id)
		return !found
	})
}
