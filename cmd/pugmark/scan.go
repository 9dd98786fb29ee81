package main

import (
	"cmp"
	"slices"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/report"
)

// scanCommand runs detections over logs.
type scanCommand struct {
	Path []string `arg:"" optional:"" help:"Files, directories, globs, or - for standard input."`

	scanFlags
	FailOnFindings bool `group:"output" help:"Exit with 1 if there are findings that are alerts."`
	outputFlags
}

// scanFlags say which detections run over which events.
type scanFlags struct {
	selectFlags
	inputFlags
	contentFlags
}

// selectFlags choose detections. Each may be given several times, with * for
// any run of characters.
type selectFlags struct {
	Detection []string `sep:"none" placeholder:"NAME" group:"select" help:"Only these, by name, id or file name; * is any text."`
	Story     []string `sep:"none" placeholder:"NAME" group:"select" help:"Only those of an analytic story."`
	Technique []string `sep:"none" placeholder:"ID" group:"select" help:"Only those for an ATT&CK technique."`
	Type      []string `sep:"none" placeholder:"TYPE" group:"select" help:"Only TTP, Anomaly, Hunting or Correlation."`
}

func (f *selectFlags) selection() detection.Selection {
	return detection.Selection{Names: f.Detection, Stories: f.Story, Techniques: f.Technique, Types: f.Type}
}

func (scanCommand) result() report.Kind { return report.Findings }

func (scanCommand) examples() []string {
	return []string{
		"scan ./logs",
		"scan --story 'Data Exfiltration' --earliest 2024-08-01 ./logs",
		"zcat trail.json.gz | pugmark scan -o csv --output-file findings.csv",
		"scan ./logs --content ./my-detections --fail-on-findings -q",
	}
}

func (c *scanCommand) Run(a *app) (exitCode, error) {
	ready, err := c.ready(a, "scan", &c.outputFlags, c.Path)
	if err != nil {
		return exitUsage, err
	}
	out, err := c.open(a, c.result())
	if err != nil {
		return exitUsage, err
	}
	scan := ready.detect(ready.chosen, ready.all)
	if err := scan.write(out); err != nil {
		return ready.exitCode(), err
	}
	code := scan.exitCode(len(c.Detection) > 0, c.FailOnFindings)
	return code, scan.close(out, code)
}

// readyScan is a session with the detections that are to run in it.
type readyScan struct {
	*session
	chosen, all []*detection.Detection
	window      window
}

// ready reads the content and opens the logs for a command.
func (f *scanFlags) ready(a *app, command string, output *outputFlags, paths []string) (*readyScan, error) {
	w, err := f.window(a.now(), output.location())
	if err != nil {
		return nil, err
	}
	library, err := f.load()
	if err != nil {
		return nil, err
	}
	all := library.withRules(library.detections())
	chosen, err := f.selection().Select(all)
	if err != nil {
		return nil, err
	}
	if len(chosen) == 0 {
		return nil, usageError{message: "there is no detection to run", hint: "see which there are: pugmark detections list"}
	}
	from, err := f.openLogs(a, command, paths)
	if err != nil {
		return nil, err
	}
	return &readyScan{a.newSession(library, &f.inputFlags, output, w, from), chosen, all, w}, nil
}

// detectionScan is one pass of detections over the input, and what Correlations
// make of the risk that it found.
type detectionScan struct {
	session  *session
	report   report.Scan
	warnings []*plan.Warning
	// unevaluated are the problems of the detections that could not run.
	unevaluated diag.List
	failed      int

	passing []*detectionRun // over the input
	after   []*detectionRun // over the risk that those make
	risk    *detection.RiskEvents
	// withoutRisk is how many detections that were not asked for could not add
	// their risk.
	withoutRisk int
}

// detectionRun is a detection in a scan.
type detectionRun struct {
	*detection.Detection
	search *plan.Search // nil for a rule
	// quiet tells that it runs only for its risk: nobody asked for its findings.
	quiet bool
}

// detect runs the chosen ones of all detections over the input.
func (s *session) detect(chosen, all []*detection.Detection) *detectionScan {
	scan := &detectionScan{session: s, risk: detection.NewRiskEvents()}
	s.config.Track = true
	env := s.library.env()
	for i, compiled := range detection.CompileAll(chosen, env) {
		scan.prepare(chosen[i], compiled)
	}
	if len(scan.after) > 0 {
		scan.prepareQuiet(chosen, all, env)
	}
	if slices.ContainsFunc(scan.after, func(run *detectionRun) bool { return run.search != nil && plan.Infers(run.search.Ops) }) {
		s.config.Accounts = &plan.Accounts{} // risk does not tell whose records there are
	}
	searches := make([]*plan.Search, len(scan.passing))
	for i, run := range scan.passing {
		searches[i] = run.search
	}
	var results []*engine.Result
	s.pass(func() error {
		var err error
		results, err = engine.RunAll(s.app.ctx, searches, s.config)
		return err
	})
	for i, result := range results {
		scan.add(scan.passing[i], result)
	}
	for _, run := range scan.after {
		scan.correlate(run)
	}
	slices.SortStableFunc(scan.report.Findings, func(a, b *detection.Finding) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Detection.Name, b.Detection.Name))
	})
	slices.SortStableFunc(scan.report.Outcomes, func(a, b report.Outcome) int { return cmp.Compare(a.Detection, b.Detection) })
	detection.TellChains(scan.report.Findings)
	scan.report.Partial = s.partial
	return scan
}

// prepare takes a detection that was asked for into the scan.
func (scan *detectionScan) prepare(d *detection.Detection, compiled detection.Compiled) {
	if d.Rule != nil {
		scan.after = append(scan.after, &detectionRun{Detection: d})
		return
	}
	search, problems := compiled.Search, compiled.Problems
	if len(problems) > 0 {
		scan.report.Outcomes = append(scan.report.Outcomes, report.Outcome{Detection: d.Name, NotEvaluated: problems[0].Error()})
		scan.unevaluated = append(scan.unevaluated, problems...)
		return
	}
	if scan.session.output.Verbose {
		scan.warnings = append(scan.warnings, noted(d.Notes)...)
	}
	scan.warnings = append(scan.warnings, noted(search.Notes)...)
	run := &detectionRun{Detection: d, search: search}
	if d.Type == detection.Correlation && scan.readsRisk(search) {
		scan.after = append(scan.after, run)
	} else {
		scan.passing = append(scan.passing, run)
	}
}

// add takes what one detection found.
func (scan *detectionScan) add(run *detectionRun, result *engine.Result) {
	outcome := report.Outcome{Detection: run.Name}
	if result.Err != nil && !scan.session.partial {
		if run.quiet {
			scan.withoutRisk++
			return
		}
		scan.failed++
		outcome.Failed = result.Err.Error()
		if problems := run.Search.Relocate(run.search.Source, result.Err); len(problems) > 0 {
			outcome.Failed = problems[0].Error()
		}
	}
	for _, w := range result.Warnings {
		for _, moved := range run.Search.Relocate(run.search.Source, w.Error) {
			scan.warnings = append(scan.warnings, &plan.Warning{Error: moved, Count: w.Count})
		}
	}
	findings := detection.NewFindings(run.Detection, scan.session.config.Now)
	for _, row := range result.Rows {
		f := findings.Add(row, result.Columns)
		if len(scan.after) > 0 {
			scan.risk.Add(run.Detection, f, row)
		}
		if !run.quiet {
			scan.report.Findings = append(scan.report.Findings, f)
			outcome.Findings++
		}
	}
	if !run.quiet {
		scan.report.Outcomes = append(scan.report.Outcomes, outcome)
	}
}

func (scan *detectionScan) write(out *destination) error {
	return scan.session.deliver(out, report.WriteFindings(out, out.format, &scan.report, out.options))
}

// close tells what went wrong and what came of the scan, unless the table on
// the terminal has told that. A detection that could not run is no failure of
// the scan, unless code says so.
func (scan *detectionScan) close(out *destination, code exitCode) error {
	result := scan.report.Counts()
	if out.format == "table" && out.file == nil && isTerminal(scan.session.app.stdout) {
		result = ""
	}
	return scan.tell(result, code)
}

// tell tells what went wrong, and the result unless it is "".
func (scan *detectionScan) tell(result string, code exitCode) error {
	s := scan.session
	if !s.output.Quiet || code == exitUsage {
		named, counted := s.capped(len(scan.unevaluated))
		for _, p := range scan.unevaluated[:named] {
			s.app.tell("%s", p.Render())
		}
		s.counted(counted, "problems of detections")
	}
	for _, o := range scan.report.Outcomes {
		if o.Failed != "" {
			s.app.tell("error: %s failed: %s", report.Visible(o.Detection), report.Visible(o.Failed))
		}
	}
	scan.closeQuiet()
	return s.close(scan.warnings, result)
}

// limits are the warnings that something of what searches read is not in what
// they found.
func (scan *detectionScan) limits() []*plan.Warning {
	return slices.DeleteFunc(slices.Clone(scan.warnings), func(w *plan.Warning) bool {
		return w.Code != diag.LimitReached && w.Code != diag.UnclearEvents
	})
}

// exitCode weighs what happened. named tells that detections were asked for by
// name, so that each of them had to run.
func (scan *detectionScan) exitCode(named, failOnFindings bool) exitCode {
	unevaluated := 0
	for _, o := range scan.report.Outcomes {
		if o.NotEvaluated != "" {
			unevaluated++
		}
	}
	code := scan.session.exitCode()
	switch {
	case code == exitInterrupted:
		return code
	case unevaluated > 0 && (named || unevaluated == len(scan.report.Outcomes)), scan.failed > 0:
		return exitUsage
	case code != exitOK:
		return code
	case failOnFindings && scan.report.Alerts() > 0:
		return exitFindings
	}
	return exitOK
}
