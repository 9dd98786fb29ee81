package main

import (
	"slices"

	"github.com/alecthomas/kong"

	"github.com/pugmark/pugmark/internal/bundle"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/source/file"
)

// subcommands are the command line: kong reads their flags and the help of
// these from fields and tags. Help, completion and the environment variables
// follow from the same model.
func subcommands() []subcommandEntry {
	return []subcommandEntry{
		{name: "scan", help: "Run detections over logs and print the findings.", command: &scanCommand{}},
		{name: "search", help: "Run one SPL search and print its rows.", command: &searchCommand{}},
		{name: "exposed", help: "Say who can launch or copy which image or snapshot.", command: &exposedCommand{}},
		{name: "why", help: "Say why events did not come out of a detection or search.", command: &whyCommand{}},
		{name: "bundle", help: "Pack findings with their evidence, to hand them over.", command: &bundleCommand{}},
		{name: "detections", help: "List, show, test, document and make detections.", command: &detectionsCommand{}},
		{name: "simulate", help: "Write CloudTrail with planted attacks, and the truth.", command: &simulateCommand{}},
		{name: "replay", help: "Send logs and public data sets to a Splunk HEC endpoint.", command: &replayCommand{}},
		{name: "demo", help: "Scan an embedded sample: the first look.", command: &demoCommand{}},
		{name: "help", help: "Explain a subcommand, an SPL command or a function.", command: &helpCommand{}, asksAll: true},
		{name: "completion", help: "Print a completion script for a shell.", command: &completionCommand{}, asksAll: true},
		{name: "version", help: "Print the version of program and content.", command: &versionCommand{}},
		{name: "__complete", command: &completeCommand{}, asksAll: true, tags: []string{`hidden:""`}},
	}
}

// subcommandEntry is a subcommand or a group of them.
type subcommandEntry struct {
	name, help string
	command    any
	tags       []string
	// asksAll tells that it asks the model for other subcommands.
	asksAll bool
}

// cli are the flags that every subcommand has.
type cli struct {
	HelpAll helpAll `hidden:"" help:"Show all flags of a command."`

	profileFlags
}

// helpAll is the flag --help-all: it answers at once, as --help does.
type helpAll bool

// BeforeReset is called by kong where the flag is given.
func (helpAll) BeforeReset(k *kong.Kong, ctx *kong.Context) error {
	err := printHelp(k.Stdout, ctx.Model, ctx.Selected(), true)
	k.Exit(0)
	return err
}

// detectionsCommand groups the subcommands about detections.
type detectionsCommand struct {
	List     listCommand     `cmd:"" help:"List detections and whether they would run here."`
	Show     showCommand     `cmd:"" help:"Show a detection: what it finds, its search, its risk."`
	Validate validateCommand `cmd:"" help:"Check content: YAML, searches, names, risk fields."`
	Test     testCommand     `cmd:"" help:"Run the tests that detections carry."`
	Docs     docsCommand     `cmd:"" help:"Write pages about detections: a site, or Markdown."`
	New      newCommand      `cmd:"" help:"Write the files of a new detection, ready to be filled in."`
	Export   exportCommand   `cmd:"" help:"Write detections as Splunk's savedsearches.conf, or as JSON."`
}

// outputFlags say how results are written.
type outputFlags struct {
	Output     outputFormat `short:"o" placeholder:"FORMAT" group:"output" help:"${formats}. Terminals get a table."`
	OutputFile string       `placeholder:"FILE" group:"output" help:"Write there instead of to standard output."`
	Color      colorMode    `default:"auto" placeholder:"WHEN" group:"output" help:"auto, always or never."`
	TZ         zone         `name:"tz" default:"UTC" placeholder:"ZONE" group:"output" help:"Time zone, such as Europe/Berlin; UTC by default."`
	Quiet      bool         `short:"q" group:"output" help:"No progress, no summary: errors only."`
	Verbose    bool         `short:"v" group:"output" help:"Name everything that was unread or not evaluated."`
}

// inputFlags say which events are looked at, and at what cost.
type inputFlags struct {
	Earliest   string `placeholder:"TIME" group:"input" help:"Not before: -24h@h, 2024-08-01, epoch seconds."`
	Latest     string `placeholder:"TIME" group:"input" help:"Before; both default to all time."`
	Now        string `placeholder:"TIME" group:"input" help:"What now() and relative times count from."`
	Sourcetype string `placeholder:"NAME" group:"input" help:"Of all events, instead of what their form tells."`
	Jobs       jobs   `placeholder:"N" group:"input" help:"Workers; one per processor by default."`

	limitFlags
}

// limitFlags bound what input and searches may cost. Zero means the default.
type limitFlags struct {
	MaxMemory        byteSize `placeholder:"SIZE" group:"limits" help:"Rows and groups that a search holds; ${max_memory}."`
	MaxRecord        byteSize `placeholder:"SIZE" group:"limits" help:"One log record; ${max_record}."`
	MaxUnpacked      byteSize `placeholder:"SIZE" group:"limits" help:"What one file unpacks to; ${max_unpacked}."`
	MaxRatio         count    `placeholder:"N" group:"limits" help:"How many times its size it may be; ${max_ratio}."`
	MaxNesting       count    `placeholder:"N" group:"limits" help:"Archives and compression within another; ${max_nesting}."`
	MaxSubsearchRows count    `placeholder:"N" group:"limits" help:"Rows of a subsearch; ${max_subsearch_rows}."`
	MaxJoinRows      count    `placeholder:"N" group:"limits" help:"Rows of a subsearch of join or append; ${max_join_rows}."`
	MaxExpand        byteSize `placeholder:"SIZE" group:"limits" help:"What mvexpand makes of one row; ${max_expand}."`
	MaxSortRows      count    `placeholder:"N" group:"limits" help:"Rows that sort keeps unless told; ${max_sort_rows}."`
	MaxListValues    count    `placeholder:"N" group:"limits" help:"Values that the list function keeps; ${max_list_values}."`
}

// searchLimits are the limits of searches.
func (f *limitFlags) searchLimits() plan.Limits {
	return plan.Limits{
		Memory:        int64(f.MaxMemory),
		SubsearchRows: int(f.MaxSubsearchRows.int()),
		JoinRows:      int(f.MaxJoinRows.int()),
		ExpandBytes:   int64(f.MaxExpand),
		SortRows:      int(f.MaxSortRows.int()),
		ListValues:    int(f.MaxListValues.int()),
	}
}

// defaultLimits are what help says of the limits.
func defaultLimits() kong.Vars {
	return kong.Vars{
		"max_memory":         sizeText(plan.DefaultLimits.Memory),
		"max_record":         sizeText(int64(file.DefaultLimits.Record)),
		"max_unpacked":       sizeText(file.DefaultLimits.Unpacked),
		"max_ratio":          countText(file.DefaultLimits.Ratio),
		"max_nesting":        countText(int64(file.DefaultLimits.Nesting)),
		"max_subsearch_rows": countText(int64(plan.DefaultLimits.SubsearchRows)),
		"max_join_rows":      countText(int64(plan.DefaultLimits.JoinRows)),
		"max_expand":         sizeText(plan.DefaultLimits.ExpandBytes),
		"max_sort_rows":      countText(int64(plan.DefaultLimits.SortRows)),
		"max_page":           sizeText(bundle.DefaultPage),
		"max_raw":            sizeText(bundle.DefaultRaw),
		"max_list_values":    countText(int64(plan.DefaultLimits.ListValues)),
	}
}

// contentFlags say which detections, macros and lookups exist.
type contentFlags struct {
	Content   []string `sep:"none" placeholder:"DIR" group:"content" help:"Add detections, macros and lookups. Repeatable."`
	NoBuiltin bool     `group:"content" help:"Leave out the built-in content."`
	Macro     []string `sep:"none" placeholder:"NAME=TEXT" group:"content" help:"Define a macro, name(a,b) with arguments."`
	Lookup    []string `sep:"none" placeholder:"NAME=FILE" group:"content" help:"Add a lookup table, with ,option=value."`
	Trust     []string `sep:"none" placeholder:"FILE" group:"content" help:"Which accounts are ours or a vendor's: trust.yaml."`
	GeoIP     []string `name:"geoip" sep:"none" placeholder:"FILE" group:"content" help:"Database in MaxMind's format for iplocation."`
	StateDir  string   `placeholder:"DIR" group:"content" help:"Where outputlookup keeps tables between runs."`
}

// limitsGroup are the flags that only --help-all shows.
const limitsGroup = "limits"

// groups titles the groups of flags, in the order of help.
func groups() []kong.Group {
	return []kong.Group{
		{Key: "select", Title: "Detections"},
		{Key: "ledger", Title: "Ledger"},
		{Key: "input", Title: "Input"},
		{Key: "content", Title: "Content"},
		{Key: "receiver", Title: "Receiver"},
		{Key: "events", Title: "Events"},
		{Key: "sending", Title: "Sending"},
		{Key: "simulate", Title: "What is written"},
		{Key: "scenarios", Title: "What is planted"},
		{Key: "output", Title: "Output"},
		{Key: limitsGroup, Title: "Limits; reaching one is reported"},
	}
}

// newParser builds the parser of some subcommands, which fills flags. helped
// tells afterwards that --help was given and answered.
func newParser(a *app, flags *cli, entries []subcommandEntry) (k *kong.Kong, helped *bool, err error) {
	helped = new(bool)
	options := []kong.Option{
		kong.Name("pugmark"),
		kong.Description("Runs Splunk detections over AWS CloudTrail, without Splunk."),
		kong.Vars{"formats": joinOr(formatsFor(report.Listings))}.CloneWith(defaultLimits()),
		kong.ExplicitGroups(groups()),
		kong.Help(func(_ kong.HelpOptions, ctx *kong.Context) error {
			if *helped {
				return nil
			}
			return printHelp(ctx.Stdout, ctx.Model, ctx.Selected(), false)
		}),
		kong.Exit(func(int) { *helped = true }),
		kong.Writers(a.stdout, a.stderr),
		kong.Resolvers(a.env),
		kong.WithHyphenPrefixedParameters(true), // --earliest -24h
	}
	for _, e := range entries {
		options = append(options, kong.DynamicCommand(e.name, e.help, "", e.command, e.tags...))
	}
	k, err = kong.New(flags, options...)
	return k, helped, err
}

// needed are the subcommands that the parser has to know for a command line.
// To build the model of all takes longer than to read many a log, and where
// everything is right only the subcommand that was asked for matters.
func needed(args []string, env environment) []subcommandEntry {
	all := subcommands()
	i := slices.IndexFunc(all, func(e subcommandEntry) bool { return len(args) > 0 && e.name == args[0] })
	if i < 0 || all[i].asksAll || env.has() {
		return all
	}
	return all[i : i+1]
}
