package simulate

import "time"

// campaignScenarios are those of several steps or of unusual volume, and
// those about who gets in.
func campaignScenarios() []Scenario {
	return []Scenario{
		{
			Name: "share-then-trail-stopped", Techniques: []string{"T1537", "T1562.008"}, Outcome: "exposed",
			Summary: "An image is shared with an outside account, then the trail is stopped.",
			Finds:   "ModifyImageAttribute, soon followed by StopLogging by the same caller",
			as:      byUser("svc-monitor"),
			play: func(p *plot) []act {
				return append(look("ec2.DescribeImages", "cloudtrail.DescribeTrails"),
					launch(3*minute, p.image(), "add", toAccount(p.stranger())),
					act{at: 5 * minute, call: "cloudtrail.StopLogging", evidence: true})
			},
		},
		{
			Name: "mass-share", Techniques: []string{"T1537"}, Outcome: "exposed",
			Summary: "Twenty images and as many snapshots are shared with one outside account within twenty minutes.",
			Finds:   "an unusual number of shares by one caller",
			as:      byScript("image-sync"),
			play: func(p *plot) []act {
				acts, to := look("ec2.DescribeImages", "ec2.DescribeSnapshots"), toAccount(p.stranger())
				for i := range 20 {
					at := 2*minute + time.Duration(i)*54*second
					acts = append(acts, launch(at, p.image(), "add", to), copying(at+21*second, p.snapshot(), "add", to))
				}
				return acts
			},
		},
		{
			Name: "low-and-slow", Techniques: []string{"T1537"}, Outcome: "exposed", long: true,
			Summary: "An image is shared with another outside account every few days, for weeks; in less time if there is less.",
			Finds:   "shares by one caller that are rare but never stop",
			as:      byUser("legacy-sync"),
			play: func(p *plot) []act {
				var acts []act
				for i := range 8 {
					at := time.Duration(i)*3*day + time.Duration(p.dice.below(36000))*second
					acts = append(acts, launch(at, p.image(), "add", toAccount(p.stranger())))
				}
				return acts
			},
		},
		{
			Name: "share-removed", Techniques: []string{"T1537"}, Outcome: "withdrawn",
			Summary: "An image is shared with an outside account and taken back half an hour later.",
			Finds:   "ModifyImageAttribute that adds an account, and later one that removes it: the exposure is over",
			as:      byPerson("peggy"),
			play: func(p *plot) []act {
				image, to := p.image(), toAccount(p.stranger())
				return []act{{call: "ec2.DescribeImages"}, launch(2*minute, image, "add", to), launch(32*minute, image, "remove", to)}
			},
		},
		{
			Name: "console-login-no-mfa", Techniques: []string{"T1078.004"}, Outcome: "signed in",
			Summary: "An IAM user signs in to the console with a password alone.",
			Finds:   "ConsoleLogin that succeeds with MFAUsed No",
			as: func(p *plot) *actor {
				return p.world.login(p.account.id, "intern-2019").from(p.address(), []string{agentChrome})
			},
			play: func(*plot) []act {
				return []act{{call: "signin.ConsoleLogin:password", evidence: true}}
			},
		},
		{
			Name: "root-key-created", Techniques: []string{"T1098.001", "T1078.004"}, Outcome: "exposed",
			Summary: "The root user creates an access key for itself.",
			Finds:   "CreateAccessKey by userIdentity.type Root",
			as:      byRoot,
			play: func(*plot) []act {
				return []act{{call: "iam.GetAccountSummary"}, {at: minute, call: "iam.CreateAccessKey", evidence: true}}
			},
		},
	}
}
