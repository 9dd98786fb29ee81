package knowledge_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/knowledge"
)

func TestModelsOutliveTheRunInAStateDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"api_calls", "../odd name"} {
		if err := knowledge.NewModels(dir).SaveModel(name, []byte(name)); err != nil {
			t.Fatal(err)
		}
		data, ok, err := knowledge.NewModels(dir).Model(name)
		if err != nil || !ok || string(data) != name {
			t.Errorf("%s: got %q %v %v", name, data, ok, err)
		}
	}
	if diff := cmp.Diff([]string{"../odd name", "api_calls"}, knowledge.NewModels(dir).ModelNames()); diff != "" {
		t.Error(diff)
	}
	if _, ok, err := knowledge.NewModels(dir).Model("other"); ok || err != nil {
		t.Errorf("got %v %v", ok, err)
	}
}

func TestModelsWithoutADirectoryAreKeptForTheRun(t *testing.T) {
	t.Parallel()
	models := knowledge.NewModels("")
	if err := models.SaveModel("m", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if data, ok, _ := models.Model("m"); !ok || string(data) != "x" {
		t.Errorf("got %q %v", data, ok)
	}
}

func TestDataModelsAreFoundByEveryPath(t *testing.T) {
	t.Parallel()
	models := knowledge.NewDataModels()
	for path, want := range map[string]string{
		"Change": "All_Changes", "Change.All_Changes": "All_Changes", "All_Changes.Instance_Changes": "All_Changes.Instance_Changes",
		"Change.Instance_Changes": "All_Changes.Instance_Changes", "Change.All_Changes.Instance_Changes": "All_Changes.Instance_Changes",
		"Authentication": "Authentication", "Authentication.Authentication": "Authentication",
	} {
		d, ok := models.Dataset(path)
		if !ok || d.Path != want {
			t.Errorf("%s: got %q %v", path, d.Path, ok)
		}
	}
	child, _ := models.Dataset("Change.Instance_Changes")
	var names []string
	for _, f := range child.Fields {
		names = append(names, f.Name)
	}
	for _, want := range []string{"All_Changes.user", "All_Changes.Instance_Changes.image_id"} {
		if !slices.Contains(names, want) {
			t.Errorf("no field %s", want)
		}
	}
}
