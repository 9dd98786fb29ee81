package cloudtrail

import "slices"

// Model is a data model of Splunk's Common Information Model, as far as
// CloudTrail's events belong to it.
type Model struct {
	Name string
	// Datasets are the model's datasets, the root first.
	Datasets []Dataset
}

// Dataset is a part of a model.
type Dataset struct {
	Name string
	// Parent is the dataset that this one is a part of, "" for the root.
	Parent string
	// Constraint is a search expression that the dataset's events match,
	// besides those of its parents.
	Constraint string
	// Fields are the fields that the dataset adds to its parent's.
	Fields []ModelField
}

// ModelField is a field of a dataset. In a search it carries the path of its
// dataset: All_Changes.user.
type ModelField struct {
	Name string
	// Unknown marks a field that the model computes: where the event has no
	// value, or an empty one, it is the text unknown. Others stay absent.
	Unknown bool
}

// DataModels returns the models. Which fields they compute: CIM's reference
// tables for Authentication and Change.
func DataModels() []Model {
	return []Model{
		{
			Name: "Authentication",
			Datasets: []Dataset{
				{
					Name: "Authentication", Constraint: `tag=authentication NOT (action=success user=*$)`,
					Fields: slices.Concat(
						unknowns("action", "app", "dest", "src", "src_user", "user"),
						extracted(
							"authentication_method", "authentication_service", "dest_bunit", "dest_category", "dest_nt_domain",
							"dest_priority", "duration", "reason", "response_time", "signature", "signature_id", "src_bunit",
							"src_category", "src_nt_domain", "src_priority", "src_user_bunit", "src_user_category", "src_user_id",
							"src_user_priority", "src_user_role", "src_user_type", "tag", "user_agent", "user_bunit",
							"user_category", "user_id", "user_priority", "user_role", "user_type", "vendor_account",
							"vendor_product", "vendor_region",
						),
					),
				},
				{Name: "Failed_Authentication", Parent: "Authentication", Constraint: `action=failure`},
				{Name: "Successful_Authentication", Parent: "Authentication", Constraint: `action=success`},
				{Name: "Default_Authentication", Parent: "Authentication", Constraint: `tag=default`},
				{Name: "Insecure_Authentication", Parent: "Authentication", Constraint: `tag=insecure OR tag=cleartext`},
				{Name: "Privileged_Authentication", Parent: "Authentication", Constraint: `tag=privileged`},
			},
		},
		{
			Name: "Change",
			Datasets: []Dataset{
				{
					Name: "All_Changes", Constraint: `tag=change`,
					Fields: slices.Concat(
						unknowns(
							"action", "change_type", "command", "dest", "dvc", "object", "object_attrs", "object_category",
							"object_id", "object_path", "result", "result_id", "src", "status", "user", "user_name", "vendor_product",
						),
						extracted(
							"dest_bunit", "dest_category", "dest_priority", "src_bunit", "src_category", "src_priority", "tag",
							"user_agent", "user_type", "vendor_account", "vendor_region",
						),
					),
				},
				{
					Name: "Account_Management", Parent: "All_Changes", Constraint: `tag=account`,
					Fields: slices.Concat(
						unknowns("src_user"),
						extracted(
							"dest_nt_domain", "src_nt_domain", "src_user_bunit", "src_user_category", "src_user_name",
							"src_user_priority", "src_user_type",
						),
					),
				},
				{Name: "Accounts_Created", Parent: "Account_Management", Constraint: `action=created`},
				{Name: "Accounts_Deleted", Parent: "Account_Management", Constraint: `action=deleted`},
				{Name: "Accounts_Updated", Parent: "Account_Management", Constraint: `action=updated OR action=modified`},
				{Name: "Auditing_Changes", Parent: "All_Changes", Constraint: `tag=audit`},
				{Name: "Endpoint_Changes", Parent: "All_Changes", Constraint: `tag=endpoint`},
				{
					Name: "Network_Changes", Parent: "All_Changes", Constraint: `tag=network`,
					Fields: extracted(
						"dest_ip_range", "dest_port_range", "device", "direction", "protocol", "rule_action", "src_ip_range", "src_port_range",
					),
				},
				{
					Name: "Instance_Changes", Parent: "All_Changes", Constraint: `tag=instance`,
					Fields: unknowns("image_id", "instance_type"),
				},
			},
		},
		{
			// Risk events are no CloudTrail: they are read as JSON lines of the
			// index risk, such as an export of them.
			Name: "Risk",
			Datasets: []Dataset{
				{
					Name: "All_Risk", Constraint: `index=risk`,
					Fields: extracted(
						"analyticstories", "annotations._all", "annotations._frameworks", "annotations.cis20", "annotations.kill_chain_phases",
						"annotations.mitre_attack", "annotations.mitre_attack.mitre_tactic", "annotations.mitre_attack.mitre_tactic_id",
						"annotations.mitre_attack.mitre_technique", "annotations.mitre_attack.mitre_technique_id", "annotations.nist",
						"calculated_risk_score", "normalized_risk_object", "risk_message", "risk_object", "risk_object_type",
						"risk_score", "savedsearch_description", "search_name", "tag", "threat_object", "threat_object_type",
					),
				},
			},
		},
	}
}

func unknowns(names ...string) []ModelField { return modelFields(true, names) }

func extracted(names ...string) []ModelField { return modelFields(false, names) }

func modelFields(unknown bool, names []string) []ModelField {
	fields := make([]ModelField, len(names))
	for i, name := range names {
		fields[i] = ModelField{Name: name, Unknown: unknown}
	}
	return fields
}

// Root returns the dataset that all others are parts of.
func (m *Model) Root() *Dataset { return &m.Datasets[0] }

// Dataset returns the dataset of a name.
func (m *Model) Dataset(name string) (*Dataset, bool) {
	i := slices.IndexFunc(m.Datasets, func(d Dataset) bool { return d.Name == name })
	if i < 0 {
		return nil, false
	}
	return &m.Datasets[i], true
}

// Path returns a dataset and its parents, the root first. The names joined by
// dots begin the names of the dataset's own fields.
func (m *Model) Path(d *Dataset) []*Dataset {
	path := []*Dataset{d}
	for d.Parent != "" {
		d, _ = m.Dataset(d.Parent)
		path = append(path, d)
	}
	slices.Reverse(path)
	return path
}
