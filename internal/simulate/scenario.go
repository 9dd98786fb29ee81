package simulate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Scenario is something that a detector should find, or should leave alone
// although it looks alike.
type Scenario struct {
	Name       string
	Summary    string   // a sentence
	Techniques []string // of MITRE ATT&CK, none if it is benign
	Finds      string   // what a detector should make of it
	Benign     bool
	Outcome    string // what came of it: exposed, denied, withdrawn …

	as   func(p *plot) *actor
	play func(p *plot) []act
	// long scenarios go on for weeks, beside the others.
	long bool
}

// act is an event of a scenario. Where request or response is "", it has those
// that the call has in the book.
type act struct {
	at       time.Duration // since the scenario began
	call     string        // in the book
	request  string
	response string
	fails    string   // error code, or why, where the code does not tell
	evidence bool     // what the scenario is about, and not what leads to it
	by       *actor   // nil for the scenario's own
	in       *account // nil for the scenario's own
	change   change
}

// Scenarios returns all scenarios in the order in which they happen.
func Scenarios() []Scenario {
	return slices.Concat(imageScenarios(), storageScenarios(), campaignScenarios(), storyScenarios(), recipientScenarios(), endingScenarios(), endingDiskScenarios())
}

// choose returns those that are wanted.
func choose(all []Scenario, names []string) (map[string]bool, error) {
	wanted := map[string]bool{}
	if len(names) == 0 {
		for _, s := range all {
			wanted[s.Name] = true
		}
		return wanted, nil
	}
	if len(names) == 1 && names[0] == None {
		return wanted, nil
	}
	for _, name := range names {
		if !slices.ContainsFunc(all, func(s Scenario) bool { return s.Name == name }) {
			return nil, &UnknownScenarioError{Name: name}
		}
		wanted[name] = true
	}
	return wanted, nil
}

// None is the name that asks for no scenario.
const None = "none"

// UnknownScenarioError names a scenario that there is not.
type UnknownScenarioError struct{ Name string }

func (e *UnknownScenarioError) Error() string { return fmt.Sprintf("unknown scenario %q", e.Name) }

// plot is a scenario that is being played, and what is to be said of it.
type plot struct {
	world   *world
	book    map[string]*call
	dice    dice
	account *account
	region  string
	actor   *actor
	truth   *Planted
	index   int
	fixed   []string // names in templates, each followed by what it stands for here
}

// planted is an event of a scenario, ready to be written.
type planted struct {
	at      int64
	account *account
	region  string
	who     *actor
	call    *call
	failure *failure
	dice    dice // of the event alone: it is the same whatever surrounds it

	pick               uint64
	requestID, eventID [36]byte
	truth              *PlantedEvent
	scenario           string
	change             change
	why                string // it fails, "" if it does not
}

// write appends the record of the event.
func (e *planted) write(s *scene, b []byte) []byte {
	saved := *s
	s.dice, s.now, s.pick, s.requestID, s.eventID = e.dice, e.at, e.pick, e.requestID, e.eventID
	s.who, s.address, s.agent = e.who, e.who.addresses[0], e.who.agents[0]
	b = s.record(b, e.call, e.failure)
	*s = saved
	return b
}

// plant plays the scenarios that are wanted. Each happens in its own part of
// the time, and does so whatever other scenarios there are.
func plant(w *world, book map[string]*call, c *Config, wanted map[string]bool) (events []*planted, truths []*Planted) {
	all := Scenarios()
	span := int64(c.Days) * 86400
	for i := range all {
		sc := &all[i]
		if !wanted[sc.Name] {
			continue
		}
		p := &plot{world: w, book: book, index: i}
		p.dice.seed(c.Seed, hashText(sc.Name))
		p.account = w.accounts[w.accountWheel.spin(&p.dice)]
		p.region = w.regions[w.regionWheel.spin(&p.dice)]
		p.truth = &Planted{
			Name: sc.Name, Summary: sc.Summary, Techniques: append([]string{}, sc.Techniques...), Finds: sc.Finds, Benign: sc.Benign, Outcome: sc.Outcome,
			Account: p.account.id, Resources: []Resource{}, Recipients: []string{},
		}
		p.actor = sc.as(p)
		acts := sc.play(p)
		if slices.ContainsFunc(acts, func(a act) bool { return book[a.call].global }) {
			p.region = globalRegion
		}
		p.truth.Region, p.truth.Actor = p.region, Actor{Type: p.actor.kind, ARN: p.actor.arn, Address: p.actor.addresses[0]}

		length := int64(acts[len(acts)-1].at/time.Second) + 1
		slot := span / int64(len(all))
		begin := c.Start.Unix() + slot*int64(i) + int64(p.dice.below(int(slot/3)))
		room := slot / 2
		if sc.long {
			begin, room = c.Start.Unix()+span/50, span*9/10
		}
		last := int64(-1)
		for _, a := range acts {
			at := int64(a.at / time.Second)
			if length > room { // too little time for its own pace
				at = max(at*room/length, last+1) // but one after the other
			}
			last = at
			events = append(events, p.perform(&a, begin+at))
		}
		for j, e := range events[len(events)-len(acts):] {
			e.truth = &p.truth.Events[j]
		}
		p.truth.FirstTime = p.truth.Events[0].Time
		p.truth.LastTime = p.truth.Events[len(p.truth.Events)-1].Time
		truths = append(truths, p.truth)
	}
	return events, truths
}

// perform makes an event of an act.
func (p *plot) perform(a *act, at int64) *planted {
	c := *p.book[a.call]
	if a.request != "" {
		c.request = a.request
	}
	if a.response != "" {
		c.response = a.response
	}
	here := strings.NewReplacer(p.fixed...)
	c.request, c.response = here.Replace(c.request), here.Replace(c.response)
	c.resources, c.details = here.Replace(c.resources), here.Replace(c.details)
	c.compile()
	e := &planted{at: at, account: p.account, region: p.region, who: p.actor, call: &c, scenario: p.truth.Name}
	if a.by != nil {
		e.who = a.by
	}
	if a.in != nil {
		e.account = a.in
	}
	e.change, e.why = a.change, a.fails
	var s scene
	s.dice = p.dice
	s.next()
	e.pick, e.requestID, e.eventID = s.pick, s.requestID, s.eventID
	e.dice.seed(s.dice.uint64(), uint64(at))
	p.dice = s.dice
	if a.fails != "" {
		for i := range c.fails {
			if f := &c.fails[i]; f.why == a.fails || f.why == "" && f.code == a.fails {
				e.failure = f
			}
		}
		if e.failure == nil {
			panic("simulate: " + a.call + " does not fail with " + a.fails)
		}
	}
	var code string
	if e.failure != nil {
		code = e.failure.code
	}
	id := string(e.eventID[:])
	p.truth.EventIDs = append(p.truth.EventIDs, id)
	p.truth.Events = append(p.truth.Events, PlantedEvent{
		ID: id, Time: time.Unix(at, 0).UTC(), Source: c.source + ".amazonaws.com", Name: c.name, Error: code, Evidence: a.evidence,
	})
	return e
}

// The actors of scenarios. Names, sessions and addresses are theirs alone, so
// that no search takes them for others.

// address is that from which the scenario is played.
func (p *plot) address() []string {
	if p.index%4 == 3 {
		return []string{fmt.Sprintf("2001:db8:dead:%x::%x", p.index, 0x10+p.dice.below(60000))}
	}
	return []string{fmt.Sprintf("203.0.113.%d", 20+p.index)}
}

// byUser has an IAM user's key used on the command line.
func byUser(name string) func(p *plot) *actor {
	return func(p *plot) *actor {
		return p.world.user(p.account.id, name).from(p.address(), []string{agentCLI})
	}
}

// byScript has an IAM user's key used by a program.
func byScript(name string) func(p *plot) *actor {
	return func(p *plot) *actor {
		return p.world.user(p.account.id, name).from(p.address(), []string{agentBoto})
	}
}

// byPerson has a person at work in the console.
func byPerson(name string) func(p *plot) *actor {
	return func(p *plot) *actor {
		const role = "AWSReservedSSO_AdministratorAccess_0f1e2d3c4b5a6978"
		who := p.world.role(p.account.id, "/aws-reserved/sso.amazonaws.com/", role, name+"@example.com", "")
		who.console = true
		return who.from(p.address(), []string{agentFirefox})
	}
}

// byRole has a role used by a program.
func byRole(role, session, agent string) func(p *plot) *actor {
	return func(p *plot) *actor {
		return p.world.role(p.account.id, "/", role, session, "").from(p.address(), []string{agent})
	}
}

// byRoot has the owner of the account.
func byRoot(p *plot) *actor {
	who := p.world.rootUser(p.account.id).from(p.address(), []string{agentChrome})
	who.console = true
	return who
}

// The things and accounts of a scenario, which the truth names.

func (p *plot) thing(kind, id string) string {
	p.truth.Resources = append(p.truth.Resources, Resource{kind, id})
	return id
}

func (p *plot) made(kind, prefix string) string {
	return p.thing(kind, prefix+"0"+string(appendHex(nil, p.dice.uint64(), 16)))
}

func (p *plot) image() string { return p.made("image", "ami-") }

func (p *plot) snapshot() string { return p.made("snapshot", "snap-") }

// fix makes a name in templates stand for one thing throughout the scenario.
func (p *plot) fix(name, thing string) string {
	p.fixed = append(p.fixed, name, thing)
	return thing
}

// bucket names one of the account's buckets.
func (p *plot) bucket() string {
	app := apps[p.dice.below(len(apps))]
	return p.thing("bucket", fmt.Sprintf("example-%s-vault-%s", app, p.account.id[5:]))
}

// stranger is an account that has no business with ours.
func (p *plot) stranger() string { return p.to(stranger(p.dice.below(maxAccounts))) }

// everyone is the public.
func (p *plot) everyone() item {
	p.to(everyone)
	return toEveryone()
}

func (p *plot) to(recipient string) string {
	p.truth.Recipients = append(p.truth.Recipients, recipient)
	return recipient
}
