package eval

import (
	"testing"
	"time"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/value"
)

// Each condition is not true for one row.
func TestClauseNotTrue(t *testing.T) {
	t.Parallel()
	row := event.New(
		event.Field{Name: "user", Value: value.OfText("alice")},
		event.Field{Name: "n", Value: value.OfText("3")},
		event.Field{Name: "calls", Value: value.OfTexts([]string{"Get", "Put"})},
	)
	for condition, want := range map[string]string{
		`n > 10`:                 `n is "3", so n > 10 is false`,
		`n + 1 > 10`:             `n + 1 is 4, so n + 1 > 10 is false`,
		`user = "Alice"`:         `user is "alice", so user = "Alice" is false`,
		`role = "admin"`:         `role is null, so role = "admin" is null, which is not true`,
		`lower(role) = "admin"`:  `lower(role) is null, role is null, so lower(role) = "admin" is null, which is not true`,
		`n = 3 AND user = "bob"`: `user is "alice", so user = "bob" is false`,
		`n = 4 OR role = "x"`:    `n is "3", so n = 4 is false; role is null, so role = "x" is null, which is not true`,
		`n=4 OR n=5 OR n=6 OR n=7 OR n=8`: `n is "3", so n = 4 is false; n is "3", so n = 5 is false; n is "3", so n = 6 is false; ` +
			`n is "3", so n = 7 is false, and so on`,
		`NOT user = "alice"`:          `NOT user = "alice" is not true: user = "alice" is true, user is "alice"`,
		`match(user, "^b")`:           `match(user, "^b") is false, user is "alice"`,
		`isnull(user)`:                `isnull(user) is false, user is "alice"`,
		`user IN ("bob", "eve")`:      `user is "alice", so user IN ("bob", "eve") is false`,
		`calls = "Delete"`:            `calls is "Get", "Put", so calls = "Delete" is false`,
		`user LIKE "b%"`:              `user is "alice", so user LIKE "b%" is false`,
		`cidrmatch("10.0.0.0/8", ip)`: `cidrmatch("10.0.0.0/8", ip) is null, ip is null`,
	} {
		t.Run(condition, func(t *testing.T) {
			t.Parallel()
			x, err := bind(condition)
			if err != nil {
				t.Fatal(err)
			}
			env := NewEnv(&plan.Run{Location: time.UTC})
			if c := x.Clause(); c.True(env, row) {
				t.Error("it is true")
			} else if got := c.NotTrue(env, row).Text(); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}
