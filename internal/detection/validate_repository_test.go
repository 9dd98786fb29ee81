package detection

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// Each of these stands for files of Splunk Security Content that a strict
// reader would wrongly complain about.
func TestNoFalseComplaints(t *testing.T) {
	t.Parallel()
	with := func(id, text string) *fstest.MapFile {
		const rest = "\nversion: 1\ndate: '2024-01-02'\nauthor: a\ndescription: d\n"
		return &fstest.MapFile{Data: []byte(text + "id: 11111111-1111-4111-8111-1111111111" + id + rest)}
	}
	for _, test := range []struct {
		name  string
		files fstest.MapFS
		want  []string
	}{
		{"deployments are numbered", fstest.MapFS{
			"deployments/00_default_ttp.yml": with("01", "name: ESCU Default Configuration TTP\ntype: TTP\nscheduling: {cron_schedule: 0 * * * *, earliest_time: -70m@m, latest_time: -10m@m, schedule_window: auto}\n"),
		}, nil},
		{"lookups as searches spell them", fstest.MapFS{
			"lookups/seen_S3_access.yml": {Data: []byte("name: seen_S3_access\ndescription: d\ncollection: x\nfields_list: _key, a\n")},
		}, nil},
		{"a macro and a lookup of one name", fstest.MapFS{
			"lookups/known.yml": {Data: []byte("name: known\ndescription: d\ncollection: x\nfields_list: _key, a\n")},
			"macros/known.yml":  {Data: []byte("name: known\ndescription: d\ndefinition: a=b\n")},
		}, nil},
		{"baselines of before there were types", fstest.MapFS{
			"baselines/old.yml": with("02", "name: Old\nsearch: eventName=x | stats count by user\nhow_to_implement: Run it.\ntags: {deployments: [90 Day Baseline]}\n"),
		}, nil},
		{"configuration of other tools", fstest.MapFS{
			"macros/m.yml": {Data: []byte("name: m\ndescription: d\ndefinition: a=b\n")},
			"mkdocs.yml":   {Data: []byte("site_name: x\n")},
		}, nil},
		{"what follows from a macro that is not here", fstest.MapFS{
			"baselines/b.yml": with("03", "name: B\nsearch: '| tstats `summaries` count from datamodel=Change by All_Changes.user'\nhow_to_implement: Run it.\n"),
		}, []string{"unknown-macro baselines/b.yml:2:19: unknown macro `summaries`; define it with --macro 'summaries=…' or in a macros directory of --content"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.files["detections/.gitkeep"] = &fstest.MapFile{} // a repository, by its folders
			dir := escu.Dir{FS: test.files}
			got := issues(Validate(Scope{Dirs: []escu.Dir{dir}, Library: Load(dir), Env: environment(t)}))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
