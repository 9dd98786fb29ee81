package detection

// A rule is something that content must keep to. The names are stable.
const (
	ruleYAML        = "yaml"
	rulePlaceholder = "placeholder"
	ruleSchema      = "schema"
	ruleKey         = "required-key"
	ruleValue       = "value"
	ruleLength      = "length"
	ruleUUID        = "bad-id"
	ruleDate        = "date"
	ruleURL         = "reference-url"
	ruleFileName    = "file-name"
	ruleID          = "duplicate-id"
	ruleName        = "duplicate-name"
	ruleSyntax      = "search-syntax"
	rulePlan        = "search-plan"
	ruleSuspicious  = "suspicious-search"
	ruleMacro       = "unknown-macro"
	ruleLookup      = "unknown-lookup"
	ruleLookupFile  = "lookup-file"
	ruleStory       = "unknown-story"
	ruleSource      = "unknown-data-source"
	ruleDetection   = "unknown-detection"
	ruleBaseline    = "unknown-baseline"
	ruleTwice       = "named-twice"
	ruleFilter      = "filter-macro"
	ruleFilterLast  = "filter-last"
	ruleRisk        = "risk"
	ruleRiskField   = "risk-field"
	ruleToken       = "message-token"
	ruleRequired    = "required-field"
	ruleOutput      = "output-field"
	ruleATTACK      = "attack-id"
	ruleDrilldown   = "drilldown"
	ruleThrottling  = "throttling"
	ruleSchedule    = "schedule"
	ruleTests       = "tests"
)

// Rule is a check of [Validate].
type Rule struct {
	Name string
	// Summary is what is asked for, and Fix what to do where it is not so.
	Summary, Fix string
	// Warning tells that what is found is a warning, whatever was asked for.
	Warning bool
	// Lint tells that the check looks for what is likely to go wrong, not for
	// what is wrong, and is made on demand.
	Lint bool
}

// Rules returns the checks that [Validate] makes, lints last.
func Rules() []Rule {
	return append([]Rule{
		{Name: ruleYAML, Summary: "the file can be read, is YAML, and tells what it is", Fix: "Correct the YAML at the place named, or save the file as UTF-8."},
		{Name: rulePlaceholder, Summary: "nothing is left to be filled in", Fix: "Replace every __UPDATE__ by a text."},
		{Name: ruleSchema, Summary: "keys are known and their values of the right kind", Fix: "Correct the key's name or remove it; give its value the kind that is asked for."},
		{Name: ruleKey, Summary: "the keys that its kind and generation need are there", Fix: "Add the keys named."},
		{Name: ruleValue, Summary: "values are among those that their key can have", Fix: "Choose one of the values named."},
		{Name: ruleLength, Summary: "texts are neither too long nor too short", Fix: "Names in Splunk's stanzas are bounded: shorten the text, or say more."},
		{Name: ruleUUID, Summary: "ids are UUIDs", Fix: "Give the file a new UUID, as uuidgen prints it."},
		{Name: ruleDate, Summary: "dates are written YYYY-MM-DD and not in the future", Fix: "Write the day of the last change."},
		{Name: ruleURL, Summary: "references are URLs", Fix: "Write the whole address with https://."},
		{Name: ruleFileName, Summary: "the file is named after what it holds", Fix: "Rename the file: its name in lower case with _ for blanks, dashes, dots and slashes."},
		{Name: ruleID, Summary: "no two files have the same id", Fix: "Give the copy a new UUID."},
		{Name: ruleName, Summary: "no two files have the same name", Fix: "Give one of them another name."},
		{Name: ruleSyntax, Summary: "the search parses", Fix: "Correct the SPL at the place named."},
		{Name: rulePlan, Summary: "its commands, functions and arguments exist", Fix: "Correct the name; pugmark help COMMAND tells the arguments."},
		{Name: ruleSuspicious, Summary: "it means what it says", Fix: "Read the hint: the search runs as written, which is likely not as meant.", Warning: true},
		{Name: ruleMacro, Summary: "the macros that are called exist", Fix: "Define the macro in macros/, or name the content that has it with --content."},
		{Name: ruleLookup, Summary: "the lookups that are used exist", Fix: "Define the lookup in lookups/, or name the content that has it with --content."},
		{Name: ruleLookupFile, Summary: "lookups have their tables, and tables their lookups", Fix: "Put the CSV beside the YAML that defines the lookup, and remove what none uses.", Warning: true},
		{Name: ruleStory, Summary: "the analytic stories exist", Fix: "Write the story in stories/, or correct its name."},
		{Name: ruleSource, Summary: "the data sources exist", Fix: "Describe the data source in data_sources/, or correct its name."},
		{Name: ruleDetection, Summary: "the detections that a baseline is for exist", Fix: "Correct the detection's name."},
		{Name: ruleBaseline, Summary: "the baselines that a detection needs exist", Fix: "Correct the baseline's name."},
		{Name: ruleTwice, Summary: "no list names the same thing twice", Fix: "Remove the repetition."},
		{Name: ruleFilter, Summary: "the search calls the filter macro of its file", Fix: "End the search with | `FILE_filter`, FILE being the file's name without its ending."},
		{Name: ruleFilterLast, Warning: true, Summary: "the filter macro ends the search", Fix: "Move the filter macro to the end."},
		{Name: ruleRisk, Summary: "who is at risk, and how much, is told by types that make risk and by no others", Fix: "Give every risk object a score from 1 to 100, and remove the risk of types that make none."},
		{Name: ruleRiskField, Summary: "the search produces the fields of risk and threat objects", Fix: "Add the field to the BY clause or the aggregates of the last stats."},
		{Name: ruleToken, Summary: "it produces the fields that messages name", Fix: "Add the field to the BY clause or, with AS, to the aggregates of the last stats."},
		{Name: ruleRequired, Summary: "required fields are fields of the data source", Fix: "Correct the field's name; case counts."},
		{Name: ruleOutput, Summary: "the search names the output fields of its data sources", Fix: "Let the search put out the fields that its data source promises."},
		{Name: ruleATTACK, Summary: "ATT&CK ids are of techniques that exist", Fix: "Look the technique up at attack.mitre.org; the table here is that of release " + attackVersion + "."},
		{Name: ruleDrilldown, Summary: "drilldowns are whole, and one shows the detection's own results", Fix: "Give each a name, a search and offsets, and one of them %original_detection_search%."},
		{Name: ruleThrottling, Summary: "throttling names fields of the search and a period", Fix: "List fields without blanks that the search has, and a period such as 1h."},
		{Name: ruleSchedule, Summary: "schedules are cron text, and times are relative times", Fix: "Write five cron fields and times such as -70m@m."},
		{Name: ruleTests, Summary: "tests have names of their own, data that exists and a kind that is known", Fix: "Name a URL or a file that is there, and give each test another name."},
	}, lintRules()...)
}
