package file

import (
	"path/filepath"
	"strings"
	"time"
)

// slack is by how much the events of a file may lie from its delivery: an
// hour, since delivery lags by 5 to 15 minutes and a file holds several.
const slack = 3600

// deliveryTime reads the time of delivery from the name that CloudTrail gives
// its files, ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHMMZ_RANDOM.json.gz, in epoch
// seconds.
func deliveryTime(path string) (float64, bool) {
	parts := strings.Split(filepath.Base(path), "_")
	if len(parts) != 5 || parts[1] != "CloudTrail" || len(parts[0]) != 12 || !strings.Contains(parts[4], ".json") {
		return 0, false
	}
	for _, c := range parts[0] {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	t, err := time.Parse("20060102T1504Z", parts[3])
	if err != nil {
		return 0, false
	}
	return float64(t.Unix()), true
}
