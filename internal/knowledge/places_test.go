package knowledge_test

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/plan"
)

// writePlaces writes a database in which one network has the record.
func writePlaces(t *testing.T, version int, network string, record mmdbtype.Map) string {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "test-City", IPVersion: version, RecordSize: 24, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	_, inserted, err := net.ParseCIDR(network)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Insert(inserted, record); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "places.mmdb")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.WriteTo(file); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func names(english string) mmdbtype.Map {
	return mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(english), "de": mmdbtype.String("anders")}}
}

func TestPlacesReadsBothFormsOfRecord(t *testing.T) {
	t.Parallel()
	nested := writePlaces(t, 6, "2001:db8::/32", mmdbtype.Map{
		"city": names("Springfield"), "subdivisions": mmdbtype.Slice{names("Illinois")}, "country": names("United States"), "continent": names("North America"),
		"location": mmdbtype.Map{"latitude": mmdbtype.Float64(39.8), "longitude": mmdbtype.Float64(-89.6), "metro_code": mmdbtype.Uint16(648), "time_zone": mmdbtype.String("America/Chicago")},
	})
	flat := writePlaces(t, 4, "198.51.100.0/24", mmdbtype.Map{
		"city": mmdbtype.String("Bern"), "state1": mmdbtype.String("Bern"), "country_code": mmdbtype.String("CH"),
		"latitude": mmdbtype.Float32(46.9), "longitude": mmdbtype.Float32(7.4), "timezone": mmdbtype.String("Europe/Zurich"),
	})
	places, err := knowledge.OpenPlaces([]string{flat, nested})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := places.Close(); err != nil {
			t.Error(err)
		}
	}()
	for addr, want := range map[string]plan.Place{
		"198.51.100.7": {City: "Bern", Region: "Bern", Country: "Switzerland", Timezone: "Europe/Zurich", Latitude: "46.9", Longitude: "7.4"},
		"2001:db8::1":  {City: "Springfield", Region: "Illinois", Country: "United States", Continent: "North America", MetroCode: "648", Timezone: "America/Chicago", Latitude: "39.8", Longitude: "-89.6"},
	} {
		got, ok := places.Place(netip.MustParseAddr(addr))
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("%s: %v %s", addr, ok, diff)
		}
	}
	for _, addr := range []string{"10.0.0.1", "2001:db9::1"} {
		if got, ok := places.Place(netip.MustParseAddr(addr)); ok {
			t.Errorf("%s: got %v", addr, got)
		}
	}
}

func TestOpenPlacesNamesTheFile(t *testing.T) {
	t.Parallel()
	if _, err := knowledge.OpenPlaces([]string{"no-such.mmdb"}); err == nil {
		t.Error("no error")
	}
}
