package knowledge

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/plan"
)

// DataModels is the data models that events are mapped to, by path.
type DataModels struct {
	datasets map[string]plan.ModelDataset
	names    []string
}

var _ plan.DataModels = (*DataModels)(nil)

// NewDataModels returns the data models that CloudTrail's events belong to.
func NewDataModels() *DataModels {
	d := &DataModels{datasets: map[string]plan.ModelDataset{}}
	for _, model := range cloudtrail.DataModels() {
		for i := range model.Datasets {
			d.add(&model, &model.Datasets[i])
		}
	}
	return d
}

// add makes a dataset known as Model.Dataset, as Model.Root.Dataset and by its
// path alone; the root also by the name of its model.
func (d *DataModels) add(model *cloudtrail.Model, dataset *cloudtrail.Dataset) {
	var path, searches []string
	made := plan.ModelDataset{}
	for _, part := range model.Path(dataset) {
		path = append(path, part.Name)
		searches = append(searches, "("+part.Constraint+")")
		for _, f := range part.Fields {
			made.Fields = append(made.Fields, plan.ModelField{
				Name: strings.Join(path, ".") + "." + f.Name, Event: f.Name, Unknown: f.Unknown,
			})
		}
	}
	made.Path, made.Search = strings.Join(path, "."), strings.Join(searches, " ")
	made.Children = children(model, dataset)
	d.names = append(d.names, model.Name+"."+dataset.Name)
	for _, name := range []string{model.Name + "." + dataset.Name, model.Name + "." + made.Path, made.Path} {
		d.datasets[name] = made
	}
	if dataset.Parent == "" {
		d.datasets[model.Name] = made
	}
}

// children returns the datasets below one that add fields.
func children(model *cloudtrail.Model, dataset *cloudtrail.Dataset) []plan.ModelDataset {
	var below []plan.ModelDataset
	for i := range model.Datasets {
		way := model.Path(&model.Datasets[i])
		depth := slices.Index(way, dataset)
		own := way[len(way)-1].Fields
		if depth < 0 || depth == len(way)-1 || len(own) == 0 {
			continue
		}
		var path, searches []string
		for at, part := range way {
			path = append(path, part.Name)
			if at > depth {
				searches = append(searches, "("+part.Constraint+")")
			}
		}
		child := plan.ModelDataset{Path: strings.Join(path, "."), Search: strings.Join(searches, " ")}
		for _, f := range own {
			child.Fields = append(child.Fields, plan.ModelField{Name: child.Path + "." + f.Name, Event: f.Name, Unknown: f.Unknown})
		}
		below = append(below, child)
	}
	return below
}

// Dataset implements [plan.DataModels].
func (d *DataModels) Dataset(path string) (plan.ModelDataset, bool) {
	found, ok := d.datasets[path]
	return found, ok
}

// DatasetNames implements [plan.DataModels].
func (d *DataModels) DatasetNames() []string { return d.names }
