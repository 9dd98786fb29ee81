package simulate

import (
	"fmt"
	"strings"
)

// world is what exists before anything happens: accounts, who acts in them,
// the regions that are used.
type world struct {
	seed     uint64
	org      string // ID of the organization
	accounts []*account
	regions  []string
	trusted  []Trusted

	accountWheel, regionWheel wheel
}

type account struct {
	id     string
	actors [][]*actor // by profile, in the order of the table
}

// globalRegion is where CloudTrail records the calls of services that belong to
// no region: IAM, the sign-in.
const globalRegion = "us-east-1"

// maxAccounts is what the numbers of accountNumber suffice for.
const maxAccounts = 400

// accountNumber makes the nth account ID: three digits, each four times, of the
// kind that AWS's documentation uses and that belongs to nobody. Even numbers are for the accounts of the world, odd ones for strangers.
func accountNumber(n int) string {
	digits := (n*7+23)%899 + 100 // 7 and 899 have no common factor: all differ
	var b strings.Builder
	for _, d := range fmt.Sprint(digits) {
		b.WriteString(strings.Repeat(string(d), 4))
	}
	return b.String()
}

// stranger is the nth account that does not belong to the world.
func stranger(n int) string {
	id := accountNumber(2*(n%maxAccounts) + 1)
	if id == vendorAccount {
		return "123456789012"
	}
	return id
}

func newWorld(c *Config, profiles []*profile) *world {
	w := &world{
		seed: c.Seed, regions: c.Regions,
		org: "o-" + string(appendBase36(nil, hash(c.Seed, hashText("org")), 10)),
	}
	for i := range c.Accounts {
		a := &account{id: accountNumber(2 * i)}
		if a.id == vendorAccount {
			a.id = "210987654321"
		}
		for _, p := range profiles {
			actors := p.actors(w, a)
			for _, who := range actors {
				who.agents = releases(who.agents, who.number)
			}
			a.actors = append(a.actors, actors)
		}
		w.accounts = append(w.accounts, a)
	}
	// Most happens in the first account and region, ever less in the others.
	w.accountWheel = fallingWheel(len(w.accounts))
	w.regionWheel = fallingWheel(len(w.regions))
	w.meet(c)
	return w
}

func fallingWheel(n int) wheel {
	w := make(wheel, n)
	sum := 0
	for i := range w {
		sum += 100_000 / (i + 2)
		w[i] = sum
	}
	return w
}

// principal makes an ID such as AROA1B2C3D4E5EXAMPLE, always the same for what
// it is the ID of.
func (w *world) principal(prefix, arn string) string {
	return fmt.Sprintf("%s%09XEXAMPLE", prefix, hash(w.seed, hashText(prefix), hashText(arn))&0xfffffffff)
}
