package diag

import "strings"

// MaxErrors bounds how many problems of one text are reported at once.
const MaxErrors = 10

// List is several problems of one text, in the order of their places.
type List []*Error

// Error gives each problem on a line of its own.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As and errors.Is look at each problem.
func (l List) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// Err returns nil for an empty list, the problem itself for one, else the
// list, cut to [MaxErrors].
func (l List) Err() error {
	switch {
	case len(l) == 0:
		return nil
	case len(l) == 1:
		return l[0]
	case len(l) > MaxErrors:
		return l[:MaxErrors]
	}
	return l
}

// All returns the problems that err holds, or nil if it holds none: the one
// place that takes an error apart for display.
func All(err error) []*Error {
	switch e := err.(type) { //nolint:errorlint // takes each layer of wrapping apart
	case nil:
		return nil
	case *Error:
		return []*Error{e}
	case List:
		return e
	case interface{ Unwrap() error }:
		return All(e.Unwrap())
	case interface{ Unwrap() []error }:
		var all []*Error
		for _, inner := range e.Unwrap() {
			all = append(all, All(inner)...)
		}
		return all
	}
	return nil
}
