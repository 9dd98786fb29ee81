package detection

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// Library is the content of some directories.
type Library struct {
	Detections  []*Detection // in the order of the names
	Stories     []*Story
	DataSources []*DataSource
	Baselines   []*Baseline
	// Deployments are in the order of their files, which matters.
	Deployments    []*Deployment
	Investigations []*Investigation
	// Problems are of files and of single detections that could not be used.
	// They hide nothing else.
	Problems diag.List
}

// Load reads content directories: all that they hold but macros and lookups,
// which package knowledge reads.
// A detection takes the place of one with the same ID or name in a directory
// before; two in one directory are a problem, and the first counts.
func Load(dirs ...escu.Dir) *Library {
	return load(dirs, func(k escu.Kind) bool { return k != escu.Macros && k != escu.Lookups })
}

// LoadDetections is [Load] for who runs detections and asks for nothing about
// them: it reads no other folders, and so is done sooner.
func LoadDetections(dirs ...escu.Dir) *Library {
	return load(dirs, func(k escu.Kind) bool { return k == escu.Detections || k == "" })
}

// load reads what is of a kind, as far as its folder tells, that is wanted.
func load(dirs []escu.Dir, wanted func(escu.Kind) bool) *Library {
	l := &Library{}
	for _, dir := range dirs {
		entries, problems := dir.Files()
		l.Problems = append(l.Problems, problems...)
		l.add(readAll(slices.DeleteFunc(entries, func(e escu.Entry) bool { return !wanted(e.Kind) })))
	}
	slices.SortStableFunc(l.Detections, func(a, b *Detection) int { return compareNames(a.Name, b.Name) })
	slices.SortStableFunc(l.Stories, func(a, b *Story) int { return compareNames(a.Name, b.Name) })
	slices.SortStableFunc(l.Baselines, func(a, b *Baseline) int { return compareNames(a.Name, b.Name) })
	slices.SortStableFunc(l.Investigations, func(a, b *Investigation) int { return compareNames(a.Name, b.Name) })
	slices.SortStableFunc(l.DataSources, func(a, b *DataSource) int { return compareNames(a.Name, b.Name) })
	l.deploy()
	return l
}

func compareNames(a, b string) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
}

// item is what a file holds: one of the first, or problems.
type item struct {
	detection  *Detection
	story      *Story
	dataSource *DataSource
	baseline   *Baseline
	tests      *testFile
	deployment *Deployment
	question   *Investigation
	problems   diag.List
}

// readAll reads files side by side, and returns what they hold in order.
func readAll(entries []escu.Entry) []item {
	items := make([]item, len(entries))
	sideBySide(len(entries), func(i int) { items[i] = read(entries[i]) })
	return items
}

// sideBySide does n things with all processors.
func sideBySide(n int, do func(i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

func read(entry escu.Entry) item {
	file, err := entry.Read()
	if err != nil {
		return item{problems: diag.All(err)}
	}
	var it item
	switch entry.KindOf(file) {
	case "":
		return item{problems: diag.List{{
			Source: file.Source, Code: diag.BadContent,
			Message: "the keys do not tell what this is", Hint: "a detection has a search, a macro a definition, a story a narrative",
		}}}
	case escu.Detections:
		it.detection, err = decode(file, entry.Path)
	case escu.Stories:
		it.story, err = decodeStory(file)
	case escu.DataSources:
		it.dataSource, err = decodeDataSource(file)
	case escu.Baselines:
		it.baseline, err = decodeBaseline(file, entry.Path)
	case escu.Tests:
		it.tests, err = decodeTestFile(file)
	case escu.Deployments:
		it.deployment, err = decodeDeployment(file)
	case escu.Investigations:
		it.question, err = decodeInvestigation(file)
	}
	it.problems = diag.All(err)
	return it
}

// add puts what one directory holds over what is there.
func (l *Library) add(items []item) {
	earlier := len(l.Detections)
	var own []*Detection
	for _, it := range items {
		l.Problems = append(l.Problems, it.problems...)
		if s := it.story; s != nil {
			l.Stories = replaceOrAdd(l.Stories, s, func(t *Story) bool { return t.Name == s.Name })
		}
		if s := it.dataSource; s != nil {
			l.DataSources = replaceOrAdd(l.DataSources, s, func(t *DataSource) bool { return t.Name == s.Name })
		}
		if b := it.baseline; b != nil {
			l.Baselines = replaceOrAdd(l.Baselines, b, func(o *Baseline) bool { return o.Name == b.Name })
		}
		if d := it.deployment; d != nil {
			l.Deployments = replaceOrAdd(l.Deployments, d, func(o *Deployment) bool { return o.Name == d.Name })
		}
		if q := it.question; q != nil {
			l.Investigations = replaceOrAdd(l.Investigations, q, func(o *Investigation) bool { return o.Name == q.Name })
		}
		d := it.detection
		if d == nil {
			continue
		}
		if i := slices.IndexFunc(own, d.same); i >= 0 {
			l.Problems = append(l.Problems, &diag.Error{
				Source: &diag.Source{Name: d.File}, Code: diag.BadContent,
				Message: "the id or name is that of another detection, in " + own[i].File, Hint: "this one is left out",
			})
			continue
		}
		own = append(own, d)
	}
	for _, it := range items {
		if it.tests != nil {
			l.Problems = append(l.Problems, it.tests.attach(own)...)
		}
	}
	l.Detections = slices.DeleteFunc(l.Detections[:earlier], func(d *Detection) bool { return slices.ContainsFunc(own, d.same) })
	l.Detections = append(l.Detections, own...)
}

// same reports whether two detections are the same one, perhaps in different
// versions.
func (d *Detection) same(other *Detection) bool {
	return d.ID != "" && d.ID == other.ID || d.Name == other.Name
}

func replaceOrAdd[T any](list []T, x T, same func(T) bool) []T {
	if i := slices.IndexFunc(list, same); i >= 0 {
		list[i] = x
		return list
	}
	return append(list, x)
}
