package trial

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// baseline is one to run before the test.
type baseline struct {
	*detection.Baseline
	passCondition string
}

// baselines returns those that the test names, that the detection names, and
// that name the detection, each once.
func (r *run) baselines() ([]baseline, error) {
	var list []baseline
	known := r.Library.Baselines
	add := func(named, condition string, is func(*detection.Baseline) bool) error {
		i := slices.IndexFunc(known, is)
		if i < 0 {
			return r.end(NotRunnable, fmt.Sprintf("the baseline %q is not in the content", named))
		}
		if !slices.ContainsFunc(list, func(b baseline) bool { return b.Baseline == known[i] }) {
			list = append(list, baseline{known[i], condition})
		}
		return nil
	}
	for _, b := range r.test.Baselines {
		err := add(b.Name, b.PassCondition, func(o *detection.Baseline) bool { return o.Name == b.Name || o.In(b.File) })
		if err != nil {
			return nil, err
		}
	}
	for _, name := range r.detection.Baselines {
		if err := add(name, "", func(o *detection.Baseline) bool { return o.Name == name }); err != nil {
			return nil, err
		}
	}
	for _, b := range known {
		if slices.Contains(b.Detections, r.detection.Name) {
			_ = add(b.Name, "", func(o *detection.Baseline) bool { return o == b }) // it is known
		}
	}
	return list, nil
}

// runBaseline runs a baseline, which may write lookups and models that the
// search reads.
func (r *run) runBaseline(ctx context.Context, b baseline) error {
	src := b.Search.Source()
	env := r.env
	search, err := engine.Compile(src, &env)
	if err != nil {
		return r.notRunnable(fmt.Sprintf("the baseline %q: ", b.Name), b.Search.Relocate(src, err))
	}
	result, err := engine.Run(ctx, search, r.engine)
	if err != nil {
		return fmt.Errorf("the baseline %q failed: %w", b.Name, err)
	}
	if b.passCondition == "" {
		if len(result.Rows) == 0 {
			r.note("the baseline %q found nothing", b.Name)
		}
		return nil
	}
	failures := []string{"it found nothing"}
	if len(result.Rows) > 0 {
		if failures, err = r.passCondition(ctx, b.Search, b.passCondition); err != nil {
			return err
		}
	}
	if len(failures) > 0 {
		return r.end(Failed, fmt.Sprintf("the baseline %q: %s", b.Name, failures[0]))
	}
	return nil
}

// passCondition runs a search with the condition of a test of the first
// generation behind it, which must give a row.
func (r *run) passCondition(ctx context.Context, search escu.Scalar, condition string) ([]string, error) {
	// The usual condition says that there are rows, which is known.
	const usual = "| stats count | where count > 0"
	if condition == "" || strings.Join(strings.Fields(condition), " ") == usual {
		return nil, nil
	}
	src := &diag.Source{Name: "the search with its pass_condition", Text: search.Text + "\n" + condition}
	env := r.env
	compiled, err := engine.Compile(src, &env)
	if err != nil {
		return nil, r.notRunnable("", diag.All(err))
	}
	result, err := engine.Run(ctx, compiled, r.engine)
	if err != nil {
		return nil, err
	}
	if len(result.Rows) == 0 {
		return []string{"the pass_condition is not fulfilled: " + condition}, nil
	}
	return nil, nil
}
