package simulate_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/simulate"
)

// memory is an output that keeps the files.
type memory struct {
	mu    sync.Mutex
	files map[string][]byte
}

type memoryFile struct {
	bytes.Buffer
	name string
	to   *memory
}

func (m *memory) Create(name string) (io.WriteCloser, error) {
	return &memoryFile{name: name, to: m}, nil
}

func (f *memoryFile) Close() error {
	f.to.mu.Lock()
	defer f.to.mu.Unlock()
	if f.to.files[f.name] != nil {
		return errors.New(f.name + " is written twice")
	}
	f.to.files[f.name] = f.Bytes()
	return nil
}

func write(t *testing.T, config simulate.Config) (*memory, *simulate.Truth) {
	t.Helper()
	m := &memory{files: map[string][]byte{}}
	truth, err := simulate.Write(t.Context(), config, m)
	if err != nil {
		t.Fatal(err)
	}
	return m, truth
}

func (m *memory) names() []string { return slices.Sorted(maps.Keys(m.files)) }

func unzip(t *testing.T, packed []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// record is what tests look at.
type record struct {
	EventID            string
	EventName          string
	EventTime          time.Time
	EventSource        string
	EventVersion       string
	EventType          string
	EventCategory      string
	ManagementEvent    *bool
	ReadOnly           *bool
	AwsRegion          string
	RecipientAccountID string `json:"recipientAccountId"`
	SourceIPAddress    string
	UserAgent          string
	ErrorCode          string
	UserIdentity       map[string]any
	RequestParameters  map[string]any
	ResponseElements   map[string]any

	file string
	size int
}

// records parses everything that was written.
func (m *memory) records(t *testing.T) []record {
	t.Helper()
	var all []record
	for _, name := range m.names() {
		var file struct{ Records []json.RawMessage }
		if name == simulate.LinesFile {
			for line := range bytes.Lines(m.files[name]) {
				file.Records = append(file.Records, line)
			}
		} else if err := json.Unmarshal(unzip(t, m.files[name]), &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, text := range file.Records {
			r := record{file: name, size: len(text)}
			if err := json.Unmarshal(text, &r); err != nil {
				t.Fatalf("%s: %v: %s", name, err, text)
			}
			all = append(all, r)
		}
	}
	return all
}

func TestSameSeedGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	config := simulate.Config{Seed: 7, Events: 3000, FileEvents: 60, Org: true}
	first, truth := write(t, config)
	config.Jobs = 4
	again, truthAgain := write(t, config)
	truth.Parameters.Start = truthAgain.Parameters.Start
	if diff := cmp.Diff(truth, truthAgain); diff != "" {
		t.Error(diff)
	}
	if !maps.EqualFunc(first.files, again.files, bytes.Equal) {
		t.Error("the same seed gave other bytes with more jobs")
	}
	config.Seed = 8
	other, _ := write(t, config)
	for name := range other.files {
		if first.files[name] != nil {
			t.Errorf("another seed gave the same name %s", name)
		}
	}
}

// What a seed gives is the same on every machine. A change of the tables
// changes it, and nothing else may.
func TestSeedGivesTheBytesItAlwaysGave(t *testing.T) {
	t.Parallel()
	m, _ := write(t, simulate.Config{Seed: 1, Events: 2000, Format: simulate.Lines})
	const want = "e04d1965242bc534bd054ae2224e1b70b24f6ae4ab32fa99b7b32831f0fdfa34"
	if got := fmt.Sprintf("%x", sha256.Sum256(m.files[simulate.LinesFile])); got != want {
		t.Errorf("got %s", got)
	}
}

func TestCountsEqualTheTruth(t *testing.T) {
	t.Parallel()
	for _, config := range []simulate.Config{
		{Seed: 1, Events: 5000},
		{Seed: 2, Events: 5000, FileEvents: 3, Days: 1, Accounts: 1, Regions: []string{"eu-central-1"}},
		{Seed: 3, Events: 5000, FileEvents: 100_000, Days: 90, Accounts: 20},
		{Seed: 4, Events: 1, Scenarios: []string{simulate.None}},
		{Seed: 5, Events: 4000, Format: simulate.Lines, Scenarios: []string{"ami-public", "mass-share"}},
	} {
		m, truth := write(t, config)
		all := m.records(t)
		ids := map[string]int{}
		size := 0
		for _, r := range all {
			ids[r.EventID]++
			size += r.size
		}
		planted := 0
		for _, s := range truth.Scenarios {
			planted += len(s.EventIDs)
			for _, id := range s.EventIDs {
				if ids[id] != 1 {
					t.Errorf("%s: event %s is there %d times", s.Name, id, ids[id])
				}
			}
		}
		got := truth.Totals
		got.Bytes = 0
		want := simulate.Totals{
			Events: int64(len(ids)), Records: int64(len(all)), Duplicates: int64(len(all) - len(ids)), Files: int64(len(m.files)),
			Planted: int64(planted), Background: int64(len(ids) - planted),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("seed %d: -written +truth %s", config.Seed, diff)
		}
		if truth.Totals.Events != config.Events || truth.Totals.Bytes < int64(size) || truth.Totals.Bytes > int64(size+2*len(all)+20*len(m.files)) {
			t.Errorf("seed %d: %+v, %d bytes of records", config.Seed, truth.Totals, size)
		}
	}
}

// Records are where their file's name says, delivered 5 to 15 minutes after
// they happened, and later if it is the second time.
func TestFilesAreNamedAsCloudTrailNamesThem(t *testing.T) {
	t.Parallel()
	m, truth := write(t, simulate.Config{Seed: 3, Events: 8000, Org: true, Accounts: 4, Start: time.Date(2026, 2, 26, 7, 11, 13, 0, time.UTC)})
	key := regexp.MustCompile(`^AWSLogs/(o-[a-z0-9]{10})/(\d{12})/CloudTrail/([a-z0-9-]+)/(\d{4}/\d\d/\d\d)/(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{8}T\d{4}Z)_[A-Za-z0-9]{16}\.json\.gz$`)
	seen := map[string]bool{}
	for _, r := range m.records(t) {
		f := key.FindStringSubmatch(r.file)
		if f == nil {
			t.Fatalf("%s is no key of CloudTrail", r.file)
		}
		delivered, err := time.Parse("20060102T1504Z", f[7])
		if err != nil || f[1] != truth.Parameters.Organization || f[2] != f[5] || f[3] != f[6] || delivered.Format("2006/01/02") != f[4] {
			t.Errorf("%s: parts differ, %v", r.file, err)
		}
		if r.RecipientAccountID != f[2] || r.AwsRegion != f[3] {
			t.Errorf("%s holds a record of %s in %s", r.file, r.RecipientAccountID, r.AwsRegion)
		}
		if delay := delivered.Sub(r.EventTime); delay < -time.Minute || delay > 35*time.Minute {
			t.Errorf("%s: event of %s", r.file, r.EventTime)
		}
		end := truth.Parameters.Start.AddDate(0, 0, truth.Parameters.Days)
		if r.EventTime.Before(truth.Parameters.Start) || !r.EventTime.Before(end) {
			t.Errorf("%s lies outside of the time asked for", r.EventTime)
		}
		seen[r.file] = true
	}
	for _, s := range truth.Scenarios {
		for _, e := range s.Events {
			if !seen[e.File] {
				t.Errorf("%s: the truth names %s", s.Name, e.File)
			}
		}
	}
}

func TestReaderOfTheProjectReadsIt(t *testing.T) {
	t.Parallel()
	for _, format := range []simulate.Format{simulate.S3, simulate.Lines} {
		m, truth := write(t, simulate.Config{Seed: 5, Events: 4000, Format: format})
		n := int64(0)
		for name, text := range m.files {
			if format == simulate.S3 {
				text = unzip(t, text)
			}
			r := cloudtrail.NewReader(bytes.NewReader(text), cloudtrail.Options{Problem: func(p cloudtrail.Problem) {
				t.Errorf("%s: %v", name, p)
			}})
			for {
				cut, err := r.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if cut.Meta.Sourcetype != cloudtrail.Sourcetype {
					t.Errorf("%s: a record is taken for %s", name, cut.Meta.Sourcetype)
				}
				n++
			}
		}
		if n != truth.Totals.Records {
			t.Errorf("%s: %d records were read, %d written", format, n, truth.Totals.Records)
		}
	}
}

// Addresses are of ranges that belong to nobody, or names of services.
func TestNobodyIsAccused(t *testing.T) {
	t.Parallel()
	m, _ := write(t, simulate.Config{Seed: 6, Events: 4000})
	harmless := regexp.MustCompile(`^(203\.0\.113\.|198\.51\.100\.|192\.0\.2\.|10\.|2001:db8:|[a-z0-9.-]+\.amazonaws\.com$)`)
	for _, r := range m.records(t) {
		if !harmless.MatchString(r.SourceIPAddress) {
			t.Fatalf("%s calls from %s", r.EventName, r.SourceIPAddress)
		}
		for _, id := range []any{r.UserIdentity["accessKeyId"], r.UserIdentity["principalId"]} {
			text, _ := id.(string)
			if regexp.MustCompile(`^A[A-Z]{3}`).MatchString(text) && !strings.Contains(text, "EXAMPLE") {
				t.Fatalf("%s could be real", text)
			}
		}
	}
}

// The records are as varied as those of accounts at work.
func TestRecordsAreVaried(t *testing.T) {
	t.Parallel()
	m, truth := write(t, simulate.Config{Seed: 9, Events: 12_000, FileEvents: 30})
	kinds, names, versions, hours := map[string]int{}, map[string]int{}, map[string]int{}, [24]int{}
	failed, data, ipv6, weekend := 0, 0, 0, 0
	all := m.records(t)
	for _, r := range all {
		kind, _ := r.UserIdentity["type"].(string)
		kinds[kind]++
		names[r.EventName]++
		versions[r.EventVersion]++
		hours[r.EventTime.Hour()]++
		if r.ErrorCode != "" {
			failed++
			if r.ResponseElements != nil && r.EventName != "ConsoleLogin" {
				t.Fatalf("%s failed and has an answer", r.EventName)
			}
		}
		if r.EventCategory == "Data" {
			data++
		}
		if (r.EventCategory == "Management") != *r.ManagementEvent {
			t.Fatalf("%s: %s, %v", r.EventName, r.EventCategory, *r.ManagementEvent)
		}
		if strings.HasPrefix(r.SourceIPAddress, "2001:db8:") {
			ipv6++
		}
		if day := r.EventTime.Weekday(); day == time.Saturday || day == time.Sunday {
			weekend++
		}
	}
	for _, kind := range []string{"Root", "IAMUser", "AssumedRole", "AWSService", "AWSAccount", "SAMLUser", "WebIdentityUser"} {
		if kinds[kind] == 0 {
			t.Errorf("nobody is %s", kind)
		}
	}
	share := func(n int) float64 { return float64(n) / float64(len(all)) }
	t.Logf("%d names, failed %.3f, data %.3f, ipv6 %.3f, weekend %.3f, %v %v %v", len(names), share(failed), share(data), share(ipv6), share(weekend), kinds, versions, hours)
	if len(names) < 100 || len(versions) < 3 || truth.Totals.Duplicates == 0 || ipv6 == 0 {
		t.Errorf("%d names, versions %v, %d duplicates, %d from IPv6", len(names), versions, truth.Totals.Duplicates, ipv6)
	}
	if share(failed) < 0.003 || share(failed) > 0.05 || share(data) < 0.1 || share(data) > 0.5 {
		t.Errorf("%.3f failed, %.3f are data events", share(failed), share(data))
	}
	if 4*hours[10] < 5*hours[2] || share(weekend) > 0.25 {
		t.Errorf("no rhythm: hours %v, %.2f at weekends", hours, share(weekend))
	}
}

// Sizes are spread as those of real logs are, with which fast and slow readers
// differ: 700 bytes for a bare read, a mean of about 1.5 KB, one of a hundred
// above 4 KB and some tens of KB; and gzip makes an eighth of them.
func TestSizesAreThoseOfRealLogs(t *testing.T) {
	t.Parallel()
	m, truth := write(t, simulate.Config{Seed: 12, Events: 12_000, Scenarios: []string{simulate.None}})
	var sizes []int
	total, packed, agents := 0, 0, map[string]int{}
	for _, r := range m.records(t) {
		sizes = append(sizes, r.size)
		total += r.size
		agents[r.UserAgent]++
	}
	for _, text := range m.files {
		packed += len(text)
	}
	slices.Sort(sizes)
	at := func(share float64) int { return sizes[int(share*float64(len(sizes)-1))] }
	mean, ratio := total/len(sizes), float64(truth.Totals.Bytes)/float64(packed)
	t.Logf("mean %d, ratio %.2f, of %d agents; 0 %d, 5 %d, 25 %d, 50 %d, 90 %d, 99 %d, 99.9 %d, 100 %d", mean, ratio, len(agents), at(0), at(0.05), at(0.25), at(0.5), at(0.9), at(0.99), at(0.999), at(1))
	if mean < 1300 || mean > simulate.RecordSize*11/10 || at(0.1) > 850 || at(0.99) < 3000 || at(0.999) < 8000 || at(1) < 20_000 || at(1) > 250_000 {
		t.Errorf("the sizes are not those of real logs")
	}
	if ratio < 7 || ratio > 8.6 || len(agents) < 100 {
		t.Errorf("gzip makes 1/%.1f of it; there are %d user agents", ratio, len(agents))
	}
}

// Few large files, many small ones: what was asked for, but for the small
// files that planted events may need.
func TestFilesAreAsLargeAsAskedFor(t *testing.T) {
	t.Parallel()
	for _, want := range []int{10, 100, 2000} {
		m, _ := write(t, simulate.Config{Seed: 2, Events: 12_000, FileEvents: want})
		var counts []int
		for _, packed := range m.files {
			counts = append(counts, bytes.Count(unzip(t, packed), []byte(`{"eventVersion":`)))
		}
		slices.Sort(counts)
		largest := counts[len(counts)-min(12_000/want, len(counts)):]
		sum := 0
		for _, n := range largest {
			sum += n
		}
		if mean := sum / len(largest); mean < want*8/10 || mean > want*13/10 || largest[len(largest)-1] > 2*want+5 {
			t.Errorf("asked for %d, got %d on average and %d at most", want, mean, largest[len(largest)-1])
		}
	}
}

// What is written can be watched.
func TestWrittenCountsTheRecords(t *testing.T) {
	t.Parallel()
	for _, format := range []simulate.Format{simulate.S3, simulate.Lines} {
		var written atomic.Int64
		_, truth := write(t, simulate.Config{Events: 3000, Format: format, Jobs: 2, Written: &written})
		if got := written.Load(); got < truth.Totals.Events || got > truth.Totals.Records {
			t.Errorf("%s: %d counted, %d written", format, got, truth.Totals.Records)
		}
	}
}

func TestConfigsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for want, config := range map[string]simulate.Config{
		"the scenarios have":         {Events: 10},
		"1 to 10000000000 events":    {Events: -1},
		"1 to 3660 days":             {Days: 4000},
		"1 to 400 accounts":          {Accounts: 401},
		"records on average":         {FileEvents: -1},
		`unknown format "xml"`:       {Format: "xml"},
		`"../x" is no region`:        {Regions: []string{"../x"}},
		"there twice":                {Regions: []string{"eu-west-1", "eu-west-1"}},
		`unknown scenario "ami-pub"`: {Scenarios: []string{"ami-pub"}},
		"since 2013":                 {Start: time.Unix(0, 0)},
	} {
		_, err := simulate.Write(t.Context(), config, &memory{files: map[string][]byte{}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %s", config, err, want)
		}
	}
}

type brokenOutput struct{}

var errFull = errors.New("no space left")

func (brokenOutput) Create(string) (io.WriteCloser, error) { return nil, errFull }

func TestErrorsOfTheOutputEndTheRun(t *testing.T) {
	t.Parallel()
	for _, format := range []simulate.Format{simulate.S3, simulate.Lines} {
		if _, err := simulate.Write(t.Context(), simulate.Config{Jobs: 2, Format: format}, brokenOutput{}); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := simulate.Write(ctx, simulate.Config{Jobs: 2}, &memory{files: map[string][]byte{}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// discard is an output that counts and forgets.
type discard struct{}

func (discard) Create(string) (io.WriteCloser, error) { return nopCloser{io.Discard}, nil }

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// Ten times as many events take no more memory, however large the files. The
// test counts allocations, so nothing may run beside it.
func TestMemoryDoesNotGrowWithTheEvents(t *testing.T) {
	allocated := func(events int64) float64 {
		return testing.AllocsPerRun(1, func() {
			config := simulate.Config{Events: events, FileEvents: 20_000, Scenarios: []string{simulate.None}}
			if _, err := simulate.Write(context.Background(), config, discard{}); err != nil {
				t.Error(err)
			}
		})
	}
	few, many := allocated(2000), allocated(20_000)
	if many > 1.2*few+200 {
		t.Errorf("%v allocations for 2,000 events, %v for 20,000", few, many)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, format := range []simulate.Format{simulate.S3, simulate.Lines} {
		b.Run(string(format), func(b *testing.B) {
			b.ReportAllocs()
			const events = 50_000
			for b.Loop() {
				truth, err := simulate.Write(b.Context(), simulate.Config{Seed: 1, Events: events, Format: format}, discard{})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(truth.Totals.Bytes)
			}
			b.ReportMetric(events*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func TestNamesOfScenariosAreKeys(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range simulate.Scenarios() {
		if seen[s.Name] || path.Base(s.Name) != s.Name || s.Summary == "" || s.Finds == "" || s.Outcome == "" || s.Benign == (len(s.Techniques) > 0) {
			t.Errorf("%+v", s)
		}
		seen[s.Name] = true
	}
}
