package plan

// DataModels knows data models: named sets of events with fields of their own.
type DataModels interface {
	// Dataset returns the dataset at a path such as Change.All_Changes or
	// All_Changes.Instance_Changes, or false. A model alone stands for its
	// root dataset.
	Dataset(path string) (ModelDataset, bool)
	// DatasetNames returns the paths known, for suggestions.
	DatasetNames() []string
}

// ModelDataset is one node of a data model.
type ModelDataset struct {
	// Path is the name of the dataset below its model, with that of its
	// parents: All_Changes.Instance_Changes. It stands before the names of the
	// dataset's own fields.
	Path string
	// Search is the search expression that the dataset's events fulfil.
	Search string
	// Fields are the fields of the dataset and of its parents.
	Fields []ModelField
	// Children are the datasets below, at any depth, that add fields. An event
	// of the dataset that fulfils a child's Search, which leaves out what the
	// dataset itself demands, has the child's Fields too, which are only those
	// that the child adds.
	Children []ModelDataset
}

// ModelField is a field of a dataset.
type ModelField struct {
	// Name is the field with the path of the dataset that has it:
	// All_Changes.user.
	Name string
	// Event is the field of the event that it comes from.
	Event string
	// Unknown tells that the model gives the text unknown to events without
	// the field.
	Unknown bool
}
