package knowledge

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/trust"
)

// A table of trust without rows infers them, in a table of its own: the one that
// all searches share stays as it is.
func TestTrustIsInferred(t *testing.T) {
	t.Parallel()
	lookups := New(Options{}).Lookups
	fill := func(cells [][]string) *Table {
		if err := lookups.Fill(trust.LookupName, trust.LookupSettings(), trust.LookupColumns(), cells); err != nil {
			t.Fatal(err)
		}
		table, _ := lookups.Lookup(trust.LookupName)
		return table.(*Table)
	}
	ask := func(table interface {
		Match(columns, keys, outputs []string) ([][]string, bool)
	}, recipient string,
	) [][]string {
		values, _ := table.Match([]string{"recipient"}, []string{recipient}, []string{"trust", "trust_verdict", "trust_source"})
		return values
	}
	empty := fill(nil)
	if !empty.Infers() {
		t.Fatal("it does not infer")
	}
	made, err := empty.Infer([]string{"111122223333"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"own"}, {"own account"}, {"inferred"}}, ask(made, "111122223333")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]string{nil, nil, nil}, ask(made, "222233334444")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]string{nil, nil, nil}, ask(empty, "111122223333")); diff != "" {
		t.Error(diff)
	}

	told := fill([][]string{{"222233334444", "1970-01-01", "vendor", "known vendor", "account", "222233334444", "", "", "x", "", "file"}})
	same, err := told.Infer([]string{"111122223333"})
	if told.Infers() || err != nil || same != told {
		t.Errorf("a table with rows infers others: %v", err)
	}
	if other := newTable(newDefinition("other"), Options{}); other.set(rows{}) != nil || other.Infers() {
		t.Error("another table infers")
	}
}
