package knowledge

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/oschwald/maxminddb-golang/v2"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/pugmark/pugmark/internal/plan"
)

// Places is one or more databases in MaxMind's format, asked in turn: some
// publishers keep IPv4 and IPv6 apart.
type Places struct{ readers []*maxminddb.Reader }

var _ plan.Places = (*Places)(nil)

// OpenPlaces opens databases of places. [Places.Close] lets go of them.
func OpenPlaces(files []string) (*Places, error) {
	p := &Places{}
	for _, file := range files {
		r, err := maxminddb.Open(file)
		if err != nil {
			_ = p.Close()
			return nil, fmt.Errorf("open the database of places %s: %w", file, err)
		}
		p.readers = append(p.readers, r)
	}
	return p, nil
}

// Close closes the databases.
func (p *Places) Close() error {
	var first error
	for _, r := range p.readers {
		if err := r.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Place implements [plan.Places]. Both MaxMind's nested form of a record and
// the flat one of some free databases are read.
func (p *Places) Place(addr netip.Addr) (plan.Place, bool) {
	for _, r := range p.readers {
		result := r.Lookup(addr)
		if result.Err() != nil || !result.Found() {
			continue // such as an IPv6 address in a database of IPv4
		}
		place := plan.Place{
			City:      text(result, []any{"city", "names", "en"}, []any{"city"}),
			Region:    text(result, []any{"subdivisions", 0, "names", "en"}, []any{"state1"}),
			Country:   text(result, []any{"country", "names", "en"}),
			Continent: text(result, []any{"continent", "names", "en"}),
			Timezone:  text(result, []any{"location", "time_zone"}, []any{"timezone"}),
			Latitude:  degrees(result, []any{"location", "latitude"}, []any{"latitude"}),
			Longitude: degrees(result, []any{"location", "longitude"}, []any{"longitude"}),
		}
		var metro uint
		if err := result.DecodePath(&metro, "location", "metro_code"); err == nil && metro > 0 {
			place.MetroCode = strconv.FormatUint(uint64(metro), 10)
		}
		if place.Country == "" {
			place.Country = countryName(text(result, []any{"country", "iso_code"}, []any{"country_code"}))
		}
		return place, true
	}
	return plan.Place{}, false
}

// text returns the first of the paths that leads to a text.
func text(r maxminddb.Result, paths ...[]any) string {
	for _, path := range paths {
		var s string
		if err := r.DecodePath(&s, path...); err == nil && s != "" {
			return s
		}
	}
	return ""
}

// degrees returns the first of the paths that leads to a number, as text.
func degrees(r maxminddb.Result, paths ...[]any) string {
	for _, path := range paths {
		var number any
		if err := r.DecodePath(&number, path...); err != nil {
			continue
		}
		switch f := number.(type) {
		case float64:
			return strconv.FormatFloat(f, 'f', -1, 64)
		case float32:
			return strconv.FormatFloat(float64(f), 'f', -1, 32)
		}
	}
	return ""
}

// countryName returns the English name of a country's two-letter code.
func countryName(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return ""
	}
	return display.English.Regions().Name(region)
}
