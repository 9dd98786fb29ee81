package agg

import "slices"

// Splunk's headings.
const (
	aggregate  = "Aggregate functions"
	eventOrder = "Event order functions"
	multivalue = "Multivalue stats and chart functions"
	timed      = "Time functions"
)

const (
	percentileDiffers = "Splunk's manual describes the nearest rank for up to 1,000 distinct values and an estimate beyond, but shows interpolated results; pugmark always interpolates between all values."
	estimateDiffers   = "Splunk estimates above a number of distinct values; pugmark counts exactly."
	spreadDiffers     = "Computed from exact sums, so the last digits can differ from Splunk's."
)

// table is every function that pugmark knows, in the order of the names.
var table = []*Function{
	{
		Name: "avg", Aliases: []string{"mean"}, Args: "value", Category: aggregate, Numeric: true,
		Summary:  "The average of the numbers; other values are skipped.",
		Examples: []Example{{"avg(x)", []string{"2", "4", "n/a"}, "3"}, {"avg(x)", []string{"n/a"}, ""}},
		Differs:  "Whole numbers are summed exactly before the others, so the last digit of a mixed sum can differ from Splunk's.",
		New:      func(Params) State { return &summed{mean: true} },
	},
	{
		Name: "count", Aliases: []string{"c"}, Args: "[value]", Category: aggregate,
		Summary:  "The number of rows, or of the values of a field, or of the rows for which count(eval(condition)) is true.",
		Examples: []Example{{"count", []string{"a", "", "a"}, "3"}, {"count(x)", []string{"a", "", "a"}, "2"}, {`count(eval(x="a" OR x="b"))`, []string{"a", "b", "c"}, "2"}},
		New:      func(Params) State { return &counter{} },
	},
	{
		Name: "dc", Aliases: []string{"distinct_count"}, Args: "value", Category: aggregate,
		Summary:  "The number of distinct values, compared as text: 1 and 1.0 are two.",
		Examples: []Example{{"dc(x)", []string{"a", "b", "a"}, "2"}, {"dc(x)", []string{"1", "1.0"}, "2"}},
		New:      func(Params) State { return &distinct{} },
	},
	{
		Name: "earliest", Args: "value", Category: timed,
		Summary:  "The value from the row with the smallest _time; rows without a _time are skipped.",
		Examples: []Example{{"earliest(x)", []string{"new", "", "old"}, "old"}},
		New:      func(Params) State { return &moment{sign: -1} },
	},
	{
		Name: "earliest_time", Args: "value", Category: timed,
		Summary:  "The smallest _time, in epoch seconds, of the rows that have the value.",
		Examples: []Example{{"earliest_time(x)", []string{"new", "old", ""}, "1"}},
		New:      func(Params) State { return &momentTime{moment{sign: -1}} },
	},
	{
		Name: "estdc", Args: "value", Category: aggregate, Differs: estimateDiffers,
		Summary:  "The number of distinct values.",
		Examples: []Example{{"estdc(x)", []string{"a", "b", "a"}, "2"}},
		New:      func(Params) State { return &distinct{} },
	},
	{
		Name: "estdc_error", Args: "value", Category: aggregate, Differs: estimateDiffers,
		Summary:  "The error of estdc as a ratio: 0, since it counts exactly.",
		Examples: []Example{{"estdc_error(x)", []string{"a", "b"}, "0"}},
		New:      func(Params) State { return &exactly{} },
	},
	{
		Name: "exactperc", Args: "value", Category: aggregate, Percentile: true, Numeric: true, Differs: percentileDiffers,
		Summary:  "The percentile of the numbers that the name ends in, from 0 to 100.",
		Examples: []Example{{"exactperc50(x)", []string{"1", "2", "4", "8"}, "3"}},
		New:      newPercentile,
	},
	{
		Name: "first", Args: "value", Category: eventOrder,
		Summary:  "The value seen first in the order of the rows: of events, which come newest first, the newest.",
		Examples: []Example{{"first(x)", []string{"", "b", "c"}, "b"}},
		New:      func(Params) State { return &edge{sign: -1} },
	},
	{
		Name: "last", Args: "value", Category: eventOrder,
		Summary:  "The value seen last in the order of the rows: of events, which come newest first, the oldest.",
		Examples: []Example{{"last(x)", []string{"a", "b", ""}, "b"}},
		New:      func(Params) State { return &edge{sign: 1} },
	},
	{
		Name: "latest", Args: "value", Category: timed,
		Summary:  "The value from the row with the greatest _time; rows without a _time are skipped.",
		Examples: []Example{{"latest(x)", []string{"new", "old"}, "new"}},
		New:      func(Params) State { return &moment{sign: 1} },
	},
	{
		Name: "latest_time", Args: "value", Category: timed,
		Summary:  "The greatest _time, in epoch seconds, of the rows that have the value.",
		Examples: []Example{{"latest_time(x)", []string{"", "new", "old"}, "1"}},
		New:      func(Params) State { return &momentTime{moment{sign: 1}} },
	},
	{
		Name: "list", Args: "value", Category: multivalue,
		Summary:  "Every value as a multivalue, in the order of the rows and with duplicates; the first 100 are kept.",
		Examples: []Example{{"list(x)", []string{"b", "a", "b"}, "b, a, b"}},
		New:      func(p Params) State { return &listing{limit: p.ListValues} },
	},
	{
		Name: "max", Args: "value", Category: aggregate,
		Summary:  "The greatest value as it was written: text is greater than numbers, numbers compare by size, text by bytes.",
		Examples: []Example{{"max(x)", []string{"9", "10"}, "10"}, {"max(x)", []string{"9", "a", "B"}, "a"}},
		New:      func(Params) State { return &extreme{sign: 1} },
	},
	{
		Name: "median", Args: "value", Category: aggregate, Numeric: true, Differs: percentileDiffers,
		Summary:  "The middle of the numbers: the same as perc50.",
		Examples: []Example{{"median(x)", []string{"37", "58", "8", "34", "13", "74", "38"}, "37"}, {"median(x)", []string{"1", "2"}, "1.5"}},
		New:      func(Params) State { return &ranked{percentile: 50} },
	},
	{
		Name: "min", Args: "value", Category: aggregate,
		Summary:  "The least value as it was written: numbers are less than text, numbers compare by size, text by bytes.",
		Examples: []Example{{"min(x)", []string{"9", "10"}, "9"}, {"min(x)", []string{"9", "a", "B"}, "9"}},
		New:      func(Params) State { return &extreme{sign: -1} },
	},
	{
		Name: "mode", Args: "value", Category: aggregate,
		Summary:  "The most frequent value; of equally frequent ones the one seen first.",
		Examples: []Example{{"mode(x)", []string{"a", "b", "b"}, "b"}, {"mode(x)", []string{"b", "a"}, "b"}},
		New:      func(Params) State { return &tallies{} },
	},
	{
		Name: "per_day", Args: "value", Category: timed, Numeric: true, Per: 24 * 60 * 60,
		Summary:  "In timechart only: the sum of the numbers in a bucket, as a rate for a day.",
		Examples: []Example{{"per_day(x)", []string{"1", "2"}, "3"}},
		New:      func(Params) State { return &summed{} },
	},
	{
		Name: "per_hour", Args: "value", Category: timed, Numeric: true, Per: 60 * 60,
		Summary:  "In timechart only: the sum of the numbers in a bucket, as a rate for an hour.",
		Examples: []Example{{"per_hour(x)", []string{"1", "2"}, "3"}},
		New:      func(Params) State { return &summed{} },
	},
	{
		Name: "per_minute", Args: "value", Category: timed, Numeric: true, Per: 60,
		Summary:  "In timechart only: the sum of the numbers in a bucket, as a rate for a minute.",
		Examples: []Example{{"per_minute(x)", []string{"1", "2"}, "3"}},
		New:      func(Params) State { return &summed{} },
	},
	{
		Name: "per_second", Args: "value", Category: timed, Numeric: true, Per: 1,
		Summary:  "In timechart only: the sum of the numbers in a bucket, as a rate for a second.",
		Examples: []Example{{"per_second(x)", []string{"1", "2"}, "3"}},
		New:      func(Params) State { return &summed{} },
	},
	{
		Name: "perc", Aliases: []string{"p"}, Args: "value", Category: aggregate, Percentile: true, Numeric: true, Differs: percentileDiffers,
		Summary:  "The percentile of the numbers that the name ends in, from 0 to 100: perc95(x) or p95(x).",
		Examples: []Example{{"perc95(x)", []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}, "9.55"}, {"p50(x)", []string{"1", "2", "4"}, "2"}},
		New:      newPercentile,
	},
	{
		Name: "range", Args: "value", Category: aggregate, Numeric: true,
		Summary:  "The greatest number less the smallest.",
		Examples: []Example{{"range(x)", []string{"2", "10", "n/a"}, "8"}},
		New:      func(Params) State { return &bounds{} },
	},
	{
		Name: "rate", Args: "value", Category: timed,
		Summary:  "By how much the value changes in a second: the latest less the earliest, divided by the time between them. Null if either is not a number or both have the same time.",
		Examples: []Example{{"rate(x)", []string{"10", "7", "4"}, "3"}},
		Differs:  "A counter that was reset in between is not noticed.",
		New:      func(Params) State { return newRate() },
	},
	{
		Name: "rate_avg", Args: "value", Category: timed,
		Summary: "The average of the rates of several metric time series.",
		Instead: "it needs a metrics index; use rate with a BY clause",
	},
	{
		Name: "rate_sum", Args: "value", Category: timed,
		Summary: "The sum of the rates of several metric time series.",
		Instead: "it needs a metrics index; use rate with a BY clause",
	},
	{
		Name: "sparkline", Args: "[function(value)[, span]]", Category: multivalue,
		Summary: "A small chart in a table cell.",
		Instead: "use timechart to see counts over time",
	},
	{
		Name: "stdev", Args: "value", Category: aggregate, Numeric: true, Differs: spreadDiffers,
		Summary:  "The standard deviation of the numbers as a sample; of one number 0.",
		Examples: []Example{{"stdev(x)", []string{"1", "2", "3"}, "1"}, {"stdev(x)", []string{"7"}, "0"}},
		New:      func(Params) State { return &spread{root: true} },
	},
	{
		Name: "stdevp", Args: "value", Category: aggregate, Numeric: true, Differs: spreadDiffers,
		Summary:  "The standard deviation of the numbers as a population.",
		Examples: []Example{{"stdevp(x)", []string{"2", "4"}, "1"}},
		New:      func(Params) State { return &spread{population: true, root: true} },
	},
	{
		Name: "sum", Args: "value", Category: aggregate, Numeric: true,
		Summary:  "The sum of the numbers; other values are skipped, and without any number it is null.",
		Examples: []Example{{"sum(x)", []string{"2", "4.5", "n/a"}, "6.5"}, {"sum(x)", []string{"n/a"}, ""}, {`sum(eval(x*2))`, []string{"1", "2"}, "6"}},
		Differs:  "Whole numbers are summed exactly before the others, so the last digit of a mixed sum can differ from Splunk's.",
		New:      func(Params) State { return &summed{} },
	},
	{
		Name: "sumsq", Args: "value", Category: aggregate, Numeric: true,
		Summary:  "The sum of the squares of the numbers.",
		Examples: []Example{{"sumsq(x)", []string{"3", "4"}, "25"}},
		New:      func(Params) State { return &summed{square: true} },
	},
	{
		Name: "upperperc", Args: "value", Category: aggregate, Percentile: true, Numeric: true, Differs: percentileDiffers,
		Summary:  "The percentile of the numbers that the name ends in, from 0 to 100.",
		Examples: []Example{{"upperperc90(x)", []string{"1", "2", "3"}, "2.8"}},
		New:      newPercentile,
	},
	{
		Name: "values", Args: "value", Category: multivalue,
		Summary:  "The distinct values as a multivalue, sorted by bytes: 10 stands before 2.",
		Examples: []Example{{"values(x)", []string{"b", "10", "2", "b"}, "10, 2, b"}},
		New:      func(Params) State { return &valueSet{} },
	},
	{
		Name: "var", Args: "value", Category: aggregate, Numeric: true, Differs: spreadDiffers,
		Summary:  "The variance of the numbers as a sample; of one number 0.",
		Examples: []Example{{"var(x)", []string{"1", "2", "3", "4"}, "1.6666666666666667"}, {"var(x)", []string{"7"}, "0"}},
		New:      func(Params) State { return &spread{} },
	},
	{
		Name: "varp", Args: "value", Category: aggregate, Numeric: true, Differs: spreadDiffers,
		Summary:  "The variance of the numbers as a population.",
		Examples: []Example{{"varp(x)", []string{"1", "2", "3", "4"}, "1.25"}},
		New:      func(Params) State { return &spread{population: true} },
	},
}

func newPercentile(p Params) State { return &ranked{percentile: p.Percentile} }

// Functions returns the table in the order of the names.
func Functions() []*Function { return slices.Clone(table) }
