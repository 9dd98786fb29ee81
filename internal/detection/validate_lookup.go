package detection

import (
	"path"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// lookup checks what package knowledge does not ask for. Source: contentctl.
func (f *checked) lookup() {
	f.oneOf(f.root, "lookup_type", "csv", "kvstore", "mlmodel")
	stem := strings.TrimSuffix(path.Base(f.path), path.Ext(f.path))
	switch kind := f.root.Text("lookup_type"); kind {
	case "csv":
		f.table(stem + ".csv")
	case "mlmodel":
		if !strings.HasPrefix(stem, "__mlspl_") {
			f.fail(ruleLookupFile, f.root.Span("name"), "", "the file of a model is named __mlspl_NAME.yml")
		}
		f.table(stem + ".mlmodel")
	case "kvstore":
		f.keyFirst("fields")
	case "":
		if name := f.root.Text("filename"); name != "" {
			f.table(name)
		}
		if f.root.Has("collection") {
			f.keyFirst("fields_list")
		}
	}
}

// keyFirst checks that the fields of a KV store begin with its key.
func (f *checked) keyFirst(key string) {
	items := f.root.Items(key)
	if len(items) == 0 {
		return
	}
	first, _, _ := strings.Cut(items[0].Text, ",")
	if strings.TrimSpace(first) != "_key" {
		f.fail(ruleLookupFile, items[0].Span, "put it there", "%s: the first field of a KV store is _key", key)
	}
}

// table notes that a lookup uses a file, which a model lacks at times: it is
// told where the lookup is used.
func (f *checked) table(name string) {
	f.used[path.Join(path.Dir(f.path), name)] = true
}

// tables tells of tables that no lookup of the directory uses, which are told
// apart from those that need no definition by a directory that has some.
func (v *validator) tables(dir escu.Dir) {
	const folder = string(escu.Lookups)
	if len(v.used) == 0 {
		return
	}
	for _, name := range dir.Below(folder) {
		base, ext := path.Base(name), strings.ToLower(path.Ext(name))
		switch {
		case v.used[name], strings.HasPrefix(base, "."), strings.EqualFold(base, "readme.md"), ext == ".yml", ext == ".yaml":
		case ext == ".csv" || ext == ".mlmodel":
			v.add(ruleLookupFile, &diag.Error{Source: &diag.Source{Name: dir.Label(name)}, Message: "no lookup of the directory uses the file"})
		default:
			v.add(ruleLookupFile, &diag.Error{Source: &diag.Source{Name: dir.Label(name)}, Message: "a lookup's folder has YAML, CSV and models, not " + base})
		}
	}
}
