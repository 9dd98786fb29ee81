package simulate

import "time"

const (
	second = time.Second
	minute = time.Minute
	day    = 24 * time.Hour

	denied    = "Client.UnauthorizedOperation"
	dryRun    = "Client.DryRunOperation"
	throttled = "Client.RequestLimitExceeded"
)

// look is what goes before: who am I, what is there.
func look(calls ...string) []act {
	acts := []act{{call: "sts.GetCallerIdentity"}}
	for i, c := range calls {
		acts = append(acts, act{at: time.Duration(i+1) * 25 * second, call: c})
	}
	return acts
}

// imageScenarios are those about Amazon machine images.
func imageScenarios() []Scenario {
	exfiltration := []string{"T1537"}
	return []Scenario{
		{
			Name: "ami-shared-account", Techniques: exfiltration, Outcome: "exposed",
			Summary: "A leaked key shares an image with an account outside the organization.",
			Finds:   "ModifyImageAttribute that adds one account",
			as:      byUser("build-export"),
			play: func(p *plot) []act {
				return append(look("ec2.DescribeImages"), launch(2*minute, p.image(), "add", toAccount(p.stranger())))
			},
		},
		{
			Name: "ami-shared-several", Techniques: exfiltration, Outcome: "exposed",
			Summary: "An image is shared with four outside accounts in one call.",
			Finds:   "ModifyImageAttribute that adds several accounts",
			as:      byUser("image-factory"),
			play: func(p *plot) []act {
				var items []item
				for range 4 {
					items = append(items, toAccount(p.stranger()))
				}
				return append(look("ec2.DescribeImages"), launch(3*minute, p.image(), "add", items...))
			},
		},
		{
			Name: "ami-public", Techniques: exfiltration, Outcome: "exposed",
			Summary: "An image is made public from the console.",
			Finds:   "ModifyImageAttribute that adds the group all",
			as:      byPerson("walter"),
			play: func(p *plot) []act {
				return []act{{call: "ec2.DescribeImages"}, {at: 40 * second, call: "ec2.DescribeImageAttribute"}, launch(75*second, p.image(), "add", p.everyone())}
			},
		},
		{
			Name: "ami-shared-organisation", Techniques: exfiltration, Outcome: "exposed",
			Summary: "An image is shared with a foreign organization.",
			Finds:   "ModifyImageAttribute that adds an organizationArn; a search for userId or group misses it",
			as:      byRole("PlatformOps", "sybil@example.com", agentTerraform),
			play: func(p *plot) []act {
				owner := stranger(p.dice.below(maxAccounts))
				arn := p.to(organizationARN(owner, foreignOrganization))
				return append(look("ec2.DescribeImages"), launch(2*minute, p.image(), "add", toOrganization(arn)))
			},
		},
		{
			Name: "ami-shared-ou", Techniques: exfiltration, Outcome: "exposed",
			Summary: "An image is shared with an organizational unit of a foreign organization.",
			Finds:   "ModifyImageAttribute that adds an organizationalUnitArn; a search for userId or group misses it",
			as:      byScript("golden-image-bot"),
			play: func(p *plot) []act {
				owner := stranger(p.dice.below(maxAccounts))
				arn := p.to(unitARN(owner, foreignOrganization, "ou-ab12-exampleou"))
				return append(look("ec2.DescribeImages"), launch(2*minute, p.image(), "add", toUnit(arn)))
			},
		},
		{
			Name: "ami-share-failed-then-succeeded", Techniques: exfiltration, Outcome: "exposed",
			Summary: "A share is refused three times and succeeds after a while.",
			Finds:   "ModifyImageAttribute by one caller, refused and then granted",
			as:      byUser("ops-temp"),
			play: func(p *plot) []act {
				image, to := p.image(), toAccount(p.stranger())
				return append(look("ec2.DescribeImages"),
					launch(2*minute, image, "add", to).refused(), launch(3*minute, image, "add", to).refused(),
					launch(9*minute, image, "add", to).refused(), launch(17*minute, image, "add", to))
			},
		},
		{
			Name: "ami-share-denied", Techniques: exfiltration, Outcome: "denied",
			Summary: "A read-only user tries to share an image and is refused.",
			Finds:   "ModifyImageAttribute with an errorCode: an attempt, and nothing was exposed",
			as:      byUser("auditor-ro"),
			play: func(p *plot) []act {
				return append(look("ec2.DescribeImages"), launch(2*minute, p.image(), "add", toAccount(p.stranger())).refused())
			},
		},
		{
			Name: "ami-share-own-account", Benign: true, Outcome: "shared on purpose",
			Summary: "The image pipeline shares what it built with another account of the same owner.",
			Finds:   "nothing, if it knows the accounts of the organization",
			as:      byRole("ImagePipeline", "build-4711", agentBoto),
			play: func(p *plot) []act {
				return append(look("ec2.DescribeImages"), launch(4*minute, p.image(), "add", toAccount(p.to(p.world.sibling(p.account)))))
			},
		},
		{
			Name: "ami-share-vendor", Benign: true, Outcome: "shared on purpose",
			Summary: "An image is shared with the security vendor that scans images.",
			Finds:   "nothing, if it knows the vendors",
			as:      byRole("VendorImageShare", "scan-request-88", agentBoto),
			play: func(p *plot) []act {
				return append(look("ec2.DescribeImages"), launch(2*minute, p.image(), "add", toAccount(p.to(vendorAccount))))
			},
		},
		{
			Name: "ami-public-after-block-disabled", Techniques: []string{"T1562.001", "T1537"}, Outcome: "exposed",
			Summary: "The block on public images is lifted, then an image is made public.",
			Finds:   "DisableImageBlockPublicAccess, soon followed by ModifyImageAttribute that adds the group all",
			as:      byUser("release-admin"),
			play: func(p *plot) []act {
				image := p.image()
				return append(look("ec2.DescribeImages", "ec2.GetImageBlockPublicAccessState"),
					launch(2*minute, image, "add", toEveryone()).failing(publicBlocked),
					act{at: 4 * minute, call: "ec2.DisableImageBlockPublicAccess", evidence: true},
					launch(14*minute, image, "add", p.everyone()))
			},
		},
		{
			Name: "ami-share-denied-by-organization", Techniques: exfiltration, Outcome: "denied",
			Summary: "An image is to be shared with an outside account and made public; the organization and the block forbid it.",
			Finds:   "ModifyImageAttribute with errors that name a service control policy and the block of public access",
			as:      byRole("DeveloperAccess", "oscar@example.com", agentCLI),
			play: func(p *plot) []act {
				image, to := p.image(), toAccount(p.stranger())
				return append(look("ec2.DescribeImages"),
					launch(2*minute, image, "add", to).failing(organizationDenies), launch(5*minute, image, "add", p.everyone()).failing(publicBlocked))
			},
		},
		{
			Name: "ami-share-blocked", Techniques: exfiltration, Outcome: "denied",
			Summary: "Somebody tries, dry, whether an image may be shared, and fails to share one that is encrypted with a key of AWS.",
			Finds:   "ModifyImageAttribute with DryRunOperation, and with an error that names the encryption",
			as:      byUser("image-probe"),
			play: func(p *plot) []act {
				return append(look("ec2.DescribeImages"),
					launch(2*minute, p.image(), "add", toAccount(p.stranger())).failing(dryRun),
					launch(6*minute, p.image(), "add", toAccount(p.stranger())).failing(managedKey))
			},
		},
		{
			Name: "ami-shared-own-organization", Benign: true, Outcome: "shared on purpose",
			Summary: "A pipeline shares what it built with the whole organization, and another image with one of its units.",
			Finds:   "nothing, if it knows the organization",
			as:      byRole("BaseImagePipeline", "build-812", agentBoto),
			play: func(p *plot) []act {
				owner := p.world.accounts[0].id
				all, unit := p.to(organizationARN(owner, p.world.org)), p.to(unitARN(owner, p.world.org, "ou-ab12-workload"))
				return append(look("ec2.DescribeImages"),
					launch(2*minute, p.image(), "add", toOrganization(all)),
					launch(5*minute, p.image(), "add", toUnit(unit)))
			},
		},
		{
			Name: "ami-shared-again", Techniques: exfiltration, Outcome: "exposed", long: true,
			Summary: "Two images are shared with the same outside account, the second one days after the first.",
			Finds:   "ModifyImageAttribute that adds an account which an earlier one added to another image",
			as:      byRole("PartnerImages", "release-3", agentTerraform),
			play: func(p *plot) []act {
				to := toAccount(p.stranger())
				return []act{launch(minute, p.image(), "add", to), launch(12*day, p.image(), "add", to)}
			},
		},
	}
}

// sibling is another account of the same owner; one without a trail if the
// world has no other.
func (w *world) sibling(a *account) string {
	for _, other := range w.accounts {
		if other != a {
			return other.id
		}
	}
	return accountNumber(2 * len(w.accounts))
}
