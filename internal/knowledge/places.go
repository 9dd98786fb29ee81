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

// placeRecord reads both MaxMind's nested form of a record and the flat one
// that some free databases have.
type placeRecord struct {
	City         maybeNames     `maxminddb:"city"`
	Subdivisions []placeNames   `maxminddb:"subdivisions"`
	Country      placeNames     `maxminddb:"country"`
	Continent    placeNames     `maxminddb:"continent"`
	Location     placeLocation  `maxminddb:"location"`
	FlatRegion   string         `maxminddb:"state1"`
	FlatCountry  string         `maxminddb:"country_code"`
	FlatTimezone string         `maxminddb:"timezone"`
	Latitude     float64        `maxminddb:"latitude"`
	Longitude    float64        `maxminddb:"longitude"`
}

type placeNames struct {
	Names map[string]string `maxminddb:"names"`
}

type placeLocation struct {
	Latitude  float64 `maxminddb:"latitude"`
	Longitude float64 `maxminddb:"longitude"`
	MetroCode uint    `maxminddb:"metro_code"`
	TimeZone  string  `maxminddb:"time_zone"`
}
