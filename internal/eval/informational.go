package eval

import (
	"math"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var informational = []*Function{
	is("isarray", "True if the value is the text of a JSON array.", func(v value.Value, _ typ) bool { return isJSON(v, '[') },
		Example{`isarray(json_array(1, 2))`, "True"}, Example{`isarray("a")`, "False"}),
	is("isbool", "True if the value is a condition.", func(v value.Value, _ typ) bool { return v.Kind() == value.Bool },
		Example{`isbool(1 = 2)`, "True"}, Example{`isbool("true")`, "False"}),
	is("isdouble", "True if the value is a number with a fraction.", func(v value.Value, t typ) bool {
		f, ok := numberOf(v, t)
		return ok && f != math.Trunc(f)
	}, Example{`isdouble(1.5)`, "True"}, Example{`isdouble(2)`, "False"}),
	is("isint", "True if the value is a whole number; the text of a field may be one.", func(v value.Value, t typ) bool {
		f, ok := numberOf(v, t)
		return ok && f == math.Trunc(f)
	}, Example{`isint(80)`, "True"}, Example{`isint(1.5)`, "False"}, Example{`isint("80")`, "False"}),
	is("ismv", "True if the value is a multivalue.", func(v value.Value, _ typ) bool { return v.IsMulti() },
		Example{`ismv(split("a,b", ","))`, "True"}, Example{`ismv("a")`, "False"}),
	is("isnotnull", "True if the value is not null. An empty text is not null.", func(v value.Value, _ typ) bool { return !v.IsNull() },
		Example{`isnotnull("")`, "True"}, Example{`isnotnull(no_such_field)`, "False"}),
	is("isnull", "True if the value is null, as that of an absent field is.", func(v value.Value, _ typ) bool { return v.IsNull() },
		Example{`isnull(no_such_field)`, "True"}, Example{`isnull("")`, "False"}),
	is("isnum", "True if the value is a number; the text of a field may be one.", func(v value.Value, t typ) bool {
		_, ok := numberOf(v, t)
		return ok
	}, Example{`isnum(80)`, "True"}, Example{`isnum("80")`, "False"}),
	is("isobject", "True if the value is the text of a JSON object.", func(v value.Value, _ typ) bool { return isJSON(v, '{') },
		Example{`isobject(json_object("a", 1))`, "True"}, Example{`isobject("a")`, "False"}),
	is("isstr", "True if the value is a text and not a number; the text of a field may be one.", func(v value.Value, t typ) bool {
		_, number := numberOf(v, t)
		return v.Kind() == value.Text && !number
	}, Example{`isstr("80")`, "True"}, Example{`isstr(80)`, "False"}),
	{
		Name: "typeof", Args: "value", Category: "Informational", result: textType,
		Summary:  "The name of the value's type: Number, String, Bool, MultiValue, or Invalid for null.",
		Nulls:    "Invalid.",
		Examples: []Example{{`typeof(12) . " " . typeof("string") . " " . typeof(1 = 2) . " " . typeof(no_such_field)`, "Number String Bool Invalid"}},
		bind: func(b *binder, c *spl.Call) node {
			x := b.expr(c.Args[0])
			return node{typ: textType, run: func(env *Env, row *event.Event) value.Value {
				return value.OfText(typeOf(x.run(env, row), x.typ))
			}}
		},
	},
}

// is makes a function that asks something of a value, null included.
func is(name, summary string, test func(v value.Value, t typ) bool, examples ...Example) *Function {
	nulls := "False."
	if name == "isnull" {
		nulls = "True."
	}
	return &Function{
		Name: name, Args: "value", Category: "Informational", result: boolType, Summary: summary, Nulls: nulls, Examples: examples,
		bind: func(b *binder, c *spl.Call) node {
			x := b.expr(c.Args[0])
			return node{typ: boolType, run: func(env *Env, row *event.Event) value.Value {
				return value.OfBool(test(x.run(env, row), x.typ))
			}}
		},
	}
}

// numberOf returns a value as a number, unless it is known to be text.
func numberOf(v value.Value, t typ) (float64, bool) {
	if t == textType {
		return 0, false
	}
	return v.Float()
}

func typeOf(v value.Value, t typ) string {
	switch {
	case v.IsNull():
		return "Invalid"
	case v.IsMulti():
		return "MultiValue"
	case v.Kind() == value.Bool:
		return "Bool"
	}
	if _, ok := numberOf(v, t); ok {
		return "Number"
	}
	return "String"
}
