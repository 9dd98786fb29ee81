package main

import (
	"slices"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/source"
)

// This file is the second stage of a scan: Correlations, over the risk that the
// detections of the first stage made.

// riskConfig is that of searches over the risk of the scan, of all times: which
// events of the input count was decided in the first stage.
func (scan *detectionScan) riskConfig() engine.Config {
	config := scan.session.config
	config.Source, config.Report, config.Matched = scan.risk, &source.Report{}, nil
	config.Earliest, config.Latest = 0, 0
	return config
}

// readsRisk reports whether a search is about risk events: those are all that
// it reads, or it reads nothing but through subsearches. Any other search reads
// the input, whatever the type of its detection.
func (scan *detectionScan) readsRisk(search *plan.Search) bool {
	conditions, reads, err := engine.Required(scan.session.app.ctx, search, scan.riskConfig())
	if err != nil || !reads {
		return err == nil
	}
	return slices.ContainsFunc(conditions, func(c plan.Condition) bool {
		return c.Field == "index" && slices.Contains(c.Values, detection.RiskIndex)
	})
}

// prepareQuiet compiles the detections that make risk and were not asked for:
// a Correlation looks at all risk, so that it finds the same however a scan is
// narrowed.
func (scan *detectionScan) prepareQuiet(chosen, all []*detection.Detection, env *command.Env) {
	others := slices.DeleteFunc(slices.Clone(all), func(d *detection.Detection) bool {
		return !d.Type.MakesRisk() || slices.Contains(chosen, d)
	})
	for i, compiled := range detection.CompileAll(others, env) {
		if len(compiled.Problems) > 0 {
			scan.withoutRisk++
			continue
		}
		scan.passing = append(scan.passing, &detectionRun{Detection: others[i], search: compiled.Search, quiet: true})
	}
	// Risk events of the same time are in the order of their detections.
	slices.SortStableFunc(scan.passing, func(a, b *detectionRun) int { return slices.Index(all, a.Detection) - slices.Index(all, b.Detection) })
}

// correlate runs a Correlation over the risk of the scan.
func (scan *detectionScan) correlate(run *detectionRun) {
	if run.Rule != nil {
		found := scan.risk.Exceed(run.Detection, scan.session.config.Now)
		scan.report.Findings = append(scan.report.Findings, found...)
		scan.report.Outcomes = append(scan.report.Outcomes, report.Outcome{Detection: run.Name, Findings: len(found)})
		return
	}
	result, err := engine.RunAll(scan.session.app.ctx, []*plan.Search{run.search}, scan.riskConfig())
	if len(result) > 0 {
		if result[0].Err == nil {
			result[0].Err = err
		}
		scan.add(run, result[0])
	}
}

// closeQuiet tells that a Correlation did not see all of the risk.
func (scan *detectionScan) closeQuiet() {
	if n := scan.withoutRisk; n > 0 && !scan.session.output.Quiet {
		scan.session.app.tell("warning: %s that could have added risk did not run here; see pugmark detections list --not-runnable", counts(int64(n), "detection"))
	}
}
