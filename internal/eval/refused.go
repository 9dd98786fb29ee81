package eval

// refused are functions that exist in Splunk but cannot run here, and those of
// SPL2 and of other commands that are written in eval by mistake.
var refused = []*Function{
	notHere("all", "array, predicate", "JSON", "it is SPL2 only; count with mvcount(mvfilter(…)) and compare"),
	notHere("any", "array, predicate", "JSON", "it is SPL2 only; test with isnotnull(mvfilter(…))"),
	notHere("array_to_csv", "array[, delimiter]", "Conversion", "it is SPL2 only; use mvjoin(json_array_to_mv(…), \",\")"),
	notHere("cluster", "field[, threshold, match, delims]", "Comparison and Conditional", "group the rows with stats by a field"),
	notHere("filter", "array, predicate", "JSON", "it is SPL2 only; use mvfilter(…)"),
	notHere("getfields", "filter", "Conversion", "it is SPL2 only; use foreach"),
	notHere("map", "array, expression", "JSON", "it is SPL2 only; use mvmap(…)"),
	notHere("object_to_array", "object, key, value", "Conversion", "it is SPL2 only; use json_entries(…)"),
	notHere("reduce", "array, initial, accumulator", "JSON", "it is SPL2 only; use sum(…), mvjoin(…) or foreach"),
	notHere("to_ocsf", "event", "Conversion", "write the results with -o ocsf"),

	notHere("count", "[field]", "Statistical", "it is a function of stats; count the values of a field with mvcount(…)"),
	notHere("dc", "field", "Statistical", "it is a function of stats; count distinct values with mvcount(mvdedup(…))"),
	notHere("distinct_count", "field", "Statistical", "it is a function of stats; count distinct values with mvcount(mvdedup(…))"),
	notHere("list", "field", "Statistical", "it is a function of stats and its like"),
	notHere("median", "field", "Statistical", "it is a function of stats and its like"),
	notHere("stdev", "field", "Statistical", "it is a function of stats and its like"),
	notHere("values", "field", "Statistical", "it is a function of stats; for one row use mvdedup(mvsort(…))"),
}

func notHere(name, args, category, instead string) *Function {
	return &Function{Name: name, Args: args, Category: category, Summary: "Not run by pugmark.", Instead: instead}
}
