package detection

import (
	"strings"

	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

func decodeStory(file *escu.File) (*Story, error) {
	root, d := file.Root, &decoder{file: file}
	tags := root.Map("tags")
	s := &Story{
		File: file.Source.Name, ID: strings.ToLower(root.Text("id")), Name: root.Text("name"),
		Author: root.Text("author"), Date: root.Text("date"), Status: Status(strings.ToLower(root.Text("status"))),
		Description: root.Text("description"), Narrative: root.Text("narrative"), References: root.Texts("references"),
		UseCase: tags.Text("usecase"),
	}
	if s.Name == "" {
		return nil, fatal(file, "name", "a story has a name")
	}
	s.Version, _ = root.Int("version")
	if s.Status == "" {
		s.Status = Production
	}
	if s.Date == "" {
		s.Date = root.Text("modification_date")
	}
	// The fourth generation has no tags.
	s.Categories = append(tags.Texts("category"), root.Texts("category")...)
	if s.UseCase == "" {
		s.UseCase = root.Text("usecase")
	}
	askFor(root, "tags", "type", "product", "cve", "group", "creation_date", "analytic_story", "deprecation_info")
	askFor(tags, "product", "cve", "group", "analytic_story", "products")
	d.unknown(root, "")
	d.unknown(tags, " in tags")
	s.Notes = d.finish()
	return s, nil
}

func decodeDataSource(file *escu.File) (*DataSource, error) {
	root, d := file.Root, &decoder{file: file}
	s := &DataSource{
		File: file.Source.Name, ID: strings.ToLower(root.Text("id")), Name: root.Text("name"), Description: root.Text("description"),
		Source: root.Text("source"), Sourcetype: root.Text("sourcetype"), Fields: root.Texts("fields"), ExampleLog: root.Text("example_log"), OutputFields: root.Texts("output_fields"),
	}
	if s.Name == "" {
		return nil, fatal(file, "name", "a data source has a name")
	}
	askFor(root, "version", "date", "author", "status", "separator", "separator_value", "configuration", "supported_TA",
		"field_mappings", "mitre_components", "convert_to_log_source", "references", "creation_date", "modification_date")
	d.unknown(root, "")
	s.Notes = d.finish()
	return s, nil
}
