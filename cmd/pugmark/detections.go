package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/report"
)

// listCommand lists detections.
type listCommand struct {
	selectFlags
	Tactic     []string `sep:"none" placeholder:"NAME" group:"select" help:"Only those for an ATT&CK tactic."`
	Status     []string `sep:"none" placeholder:"STATUS" group:"select" help:"Only production, experimental or deprecated."`
	DataSource []string `sep:"none" placeholder:"NAME" group:"select" help:"Only those that read a data source."`
	AssetType  []string `sep:"none" placeholder:"NAME" group:"select" help:"Only those about a kind of asset."`
	Runnable   *bool    `negatable:"not-runnable" group:"select" help:"Only those that would run here; or --not-runnable."`

	contentFlags
	outputFlags
}

func (listCommand) result() report.Kind { return report.Listings }

func (listCommand) examples() []string {
	return []string{
		"detections list",
		"detections list --technique T1537 --runnable",
		"detections list --content ./security_content --not-runnable -o csv",
	}
}

// listed is a detection as list writes it. Its JSON is an interface.
type listed struct {
	Name       string   `json:"name"`
	ID         string   `json:"id"`
	File       string   `json:"file"`
	Type       string   `json:"type"`
	Status     string   `json:"status"`
	Story      []string `json:"story"`
	Technique  []string `json:"technique"`
	DataSource []string `json:"data_source"`
	Parsed     bool     `json:"parsed"`
	Runnable   bool     `json:"runnable"`
	Reason     string   `json:"reason"`
}

func (c *listCommand) Run(a *app) (exitCode, error) {
	library, err := c.load()
	if err != nil {
		return exitUsage, err
	}
	selection := c.selection()
	selection.Tactics, selection.Statuses, selection.DataSources = c.Tactic, c.Status, c.DataSource
	chosen, err := selection.Select(library.withRules(library.all().Detections))
	if err != nil {
		return exitUsage, err
	}
	if chosen, err = c.ofAssetTypes(chosen); err != nil {
		return exitUsage, err
	}
	env := library.env()
	list := &report.Listing{
		Columns: []string{"name", "id", "file", "type", "status", "story", "technique", "data_source", "parsed", "runnable", "reason"},
		Narrow:  []string{"name", "type", "technique", "story", "runs"},
	}
	for _, d := range chosen {
		if l := listing(d, env); c.Runnable == nil || *c.Runnable == l.Runnable {
			list.Objects = append(list.Objects, l)
		}
	}
	list.Cells = func(i int) map[string][]string { return list.Objects[i].(*listed).cells() }
	out, err := c.open(a, c.result())
	if err != nil {
		return exitUsage, err
	}
	if err := report.WriteListing(out, out.format, list, out.options); err != nil {
		out.discard()
		return exitUsage, err
	}
	if err := out.finish(); err != nil {
		return exitUsage, err
	}
	s := a.newSession(library, &inputFlags{}, &c.outputFlags, window{}, nil)
	return exitOK, s.close(nil, counts(int64(len(list.Objects)), "detection"))
}

// ofAssetTypes keeps the detections about the kinds of asset asked for.
func (c *listCommand) ofAssetTypes(all []*detection.Detection) ([]*detection.Detection, error) {
	var known []string
	for _, d := range all {
		known = append(known, d.AssetType)
	}
	for _, wanted := range c.AssetType {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, wanted) }) {
			return nil, usageError{message: fmt.Sprintf("--asset-type: no detection has the asset type %q", wanted), hint: diag.Suggest(wanted, known)}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(d *detection.Detection) bool {
		return len(c.AssetType) > 0 && !slices.ContainsFunc(c.AssetType, func(a string) bool { return strings.EqualFold(a, d.AssetType) })
	}), nil
}

func listing(d *detection.Detection, env *command.Env) *listed {
	check := d.CheckSearch(env)
	l := &listed{
		Name: d.Name, ID: d.ID, File: d.File, Type: string(d.Type), Status: string(d.Status),
		Story: d.Annotations().Stories, Technique: d.Annotations().Techniques, DataSource: d.DataSources,
		Parsed: check.Parsed, Runnable: check.Runnable, Reason: check.Reason,
	}
	if l.DataSource == nil {
		l.DataSource = []string{}
	}
	return l
}

// cells are the cells of the listing's columns; "runs" says in words for
// people what runnable and reason say.
func (l *listed) cells() map[string][]string {
	runs := "✓ yes"
	if !l.Runnable {
		runs = "✗ " + l.Reason
	}
	return map[string][]string{
		"name": {l.Name}, "id": {l.ID}, "file": {l.File}, "type": {l.Type}, "status": {l.Status},
		"story": l.Story, "technique": l.Technique, "data_source": l.DataSource,
		"parsed": {strconv.FormatBool(l.Parsed)}, "runnable": {strconv.FormatBool(l.Runnable)}, "reason": {l.Reason},
		"runs": {runs},
	}
}
