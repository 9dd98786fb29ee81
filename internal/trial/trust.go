package trial

import (
	"github.com/pugmark/pugmark/internal/trust"
)

// trust gives the searches the trust files that the test names. A test names
// all that it trusts, so that it has the same verdict wherever it is run.
func (r *run) trust() error {
	if len(r.test.Trust) == 0 {
		return nil
	}
	var files []trust.File
	for _, name := range r.test.Trust {
		dir := r.content()
		text, err := dir.ReadFile(name, trust.MaxFile+1)
		if err != nil {
			return err
		}
		files = append(files, trust.File{Name: dir.Label(name), Text: text})
	}
	read, problems := trust.Load(files...)
	if err := problems.Err(); err != nil {
		return err
	}
	return r.lookups.Fill(trust.LookupName, trust.LookupSettings(), trust.LookupColumns(), read.Rows())
}
