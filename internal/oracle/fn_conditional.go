package oracle

import (
	"net/netip"
	"slices"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

// conditionalFunctions compare, choose and ask what a value is.
func conditionalFunctions() map[string]function {
	return map[string]function{
		"if": {3, 3, anything, func(s scope, args []spl.Expr) val {
			if s.eval(args[0]).isTrue() {
				return s.eval(args[1])
			}
			return s.eval(args[2])
		}},
		"case": {2, -1, anything, func(s scope, args []spl.Expr) val {
			for i := 0; i+1 < len(args); i += 2 {
				if s.eval(args[i]).isTrue() {
					return s.eval(args[i+1])
				}
			}
			return nil
		}},
		"validate": {2, -1, anything, func(s scope, args []spl.Expr) val {
			for i := 0; i+1 < len(args); i += 2 {
				if isFalse(s.eval(args[i])) {
					return s.eval(args[i+1])
				}
			}
			return nil
		}},
		"coalesce": {1, -1, anything, func(s scope, args []spl.Expr) val {
			for _, e := range args {
				if v := s.eval(e); !v.isNull() {
					return v
				}
			}
			return nil
		}},
		"nullif": {2, 2, anything, func(s scope, args []spl.Expr) val {
			if s.compare("=", args[0], args[1]).isTrue() {
				return nil
			}
			return s.eval(args[0])
		}},
		"null":  {0, 0, anything, func(scope, []spl.Expr) val { return nil }},
		"true":  {0, 0, truthForm, func(scope, []spl.Expr) val { return truth(true) }},
		"false": {0, 0, truthForm, func(scope, []spl.Expr) val { return truth(false) }},
		"in": {2, -1, truthForm, func(s scope, args []spl.Expr) val {
			var results []val
			for _, e := range args[1:] {
				results = append(results, s.compare("=", args[0], e))
			}
			return anyOf(results)
		}},
		"like":        onValues(2, 2, truthForm, func(args []val) val { return like(args[0], args[1]) }),
		"match":       onValues(2, 2, truthForm, match),
		"cidrmatch":   onValues(2, 2, truthForm, cidrmatch),
		"searchmatch": {1, 1, truthForm, searchmatch},
		"isnull":      asks(val.isNull),
		"isnotnull":   asks(func(v val) bool { return !v.isNull() }),
		"ismv":        asks(val.isMulti),
		"isnum":       asks(func(v val) bool { _, ok := v.float(); return ok }),
		"isint": asks(func(v val) bool {
			f, ok := v.float()
			return ok && f == float64(int64(f))
		}),
		"isstr": asks(func(v val) bool {
			_, number := v.float()
			return len(v) == 1 && v[0].kind == isText && !number
		}),
		"isbool": asks(func(v val) bool { return len(v) == 1 && v[0].kind == isTruth }),
		"typeof": {1, 1, textForm, func(s scope, args []spl.Expr) val { return text(typeOf(s.eval(args[0]))) }},
	}
}

// asks is a function that answers true or false for any value, null included.
func asks(f func(v val) bool) function {
	return function{1, 1, truthForm, func(s scope, args []spl.Expr) val { return truth(f(s.eval(args[0]))) }}
}

func typeOf(v val) string {
	switch _, number := v.float(); {
	case v.isNull():
		return "Invalid"
	case v.isMulti():
		return "MultiValue"
	case v[0].kind == isTruth:
		return "Boolean"
	case number:
		return "Number"
	}
	return "String"
}

// match looks for a pattern anywhere in any of the values.
func match(args []val) val {
	pattern, ok := args[1].single()
	if !ok {
		return nil
	}
	re := regexpOf(pattern)
	if re == nil {
		return nil
	}
	return truth(slices.ContainsFunc(args[0], func(a atom) bool { return re.MatchString(a.text) }))
}

func cidrmatch(args []val) val {
	block, ok := args[0].single()
	subnet, err := netip.ParsePrefix(block)
	if !ok || err != nil {
		return truth(false)
	}
	return truth(slices.ContainsFunc(args[1], func(a atom) bool {
		address, err := netip.ParseAddr(a.text)
		return err == nil && subnet.Contains(address)
	}))
}

// searchmatch tests the row by the rules of the search command.
func searchmatch(s scope, args []spl.Expr) val {
	expression, ok := s.eval(args[0]).single()
	if !ok {
		return nil
	}
	e, err := spl.ParseSearch(&diag.Source{Name: "searchmatch", Text: expression})
	if err != nil {
		return nil
	}
	return truth(s.x.matches(e, s.row))
}
