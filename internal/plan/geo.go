package plan

import "net/netip"

// Places finds where IP addresses are. It is safe for use by several
// goroutines.
type Places interface {
	// Place returns what is known of the address's place, or false.
	Place(addr netip.Addr) (Place, bool)
}

// Place is where an IP address is. What is not known is empty.
type Place struct {
	City, Region, Country, Continent string // English names
	MetroCode, Timezone              string
	Latitude, Longitude              string // decimal degrees
}
