package simulate

import "time"

// recipientScenarios are those that differ by whom an image is shared with, and
// by what stops them.
func recipientScenarios() []Scenario {
	exfiltration := []string{"T1537"}
	return []Scenario{
		{
			Name: "ami-share-acquired", Benign: true, Outcome: "shared on purpose",
			Summary: "An image is shared with an account that was bought with a company, and with the unit of that company's organization that is ours.",
			Finds:   "nothing, if it knows both; the first call fails since there were too many",
			as:      byRole("MergerImages", "wave-2", agentBoto),
			play: func(p *plot) []act {
				image, unit := p.image(), p.to(unitARN(stranger(p.dice.below(maxAccounts)), acquiredOrganization, acquiredUnit))
				to := toAccount(p.to(acquiredAccount))
				return append(look("ec2.DescribeImages"),
					launch(2*minute, image, "add", to).failing(throttled), launch(3*minute, image, "add", to),
					launch(5*minute, p.image(), "add", toUnit(unit)))
			},
		},
		{
			Name: "ami-share-vendor-organization", Benign: true, Outcome: "shared on purpose",
			Summary: "An image is shared with the organization of a vendor, another one with a unit of it.",
			Finds:   "nothing, if it knows the vendor's organization",
			as:      byRole("VendorImageShare", "backup-request-7", agentTerraform),
			play: func(p *plot) []act {
				manager := stranger(p.dice.below(maxAccounts))
				all, unit := p.to(organizationARN(manager, vendorOrganization)), p.to(unitARN(manager, vendorOrganization, "ou-vn12-backupjobs"))
				return append(look("ec2.DescribeImages"),
					launch(2*minute, p.image(), "add", toOrganization(all)), launch(4*minute, p.image(), "add", toUnit(unit)))
			},
		},
		{
			Name: "ami-share-vendor-expired", Techniques: exfiltration, Outcome: "exposed",
			Summary: "An image is shared with a vendor whose contract ended a month ago.",
			Finds:   "ModifyImageAttribute that adds an account in which nobody trusts any more",
			as:      byScript("scan-legacy"),
			play: func(p *plot) []act {
				return append(look("ec2.DescribeImages"), launch(2*minute, p.image(), "add", toAccount(p.to(formerVendor))))
			},
		},
		{
			Name: "ami-share-vendor-expiring", Techniques: exfiltration, Outcome: "exposed", long: true,
			Summary: "An image is shared with a vendor every week, also after its contract has ended.",
			Finds:   "the shares from the end of the contract on, and none before",
			as:      byRole("VendorImageShare", "scan-request-weekly", agentBoto),
			play: func(p *plot) []act {
				p.to(leavingVendor)
				var acts []act
				for i := range 4 {
					acts = append(acts, launch(time.Duration(i)*7*day+40*minute, p.image(), "add", toAccount(leavingVendor)))
				}
				return acts
			},
		},
		{
			Name: "ami-share-denied-to-organization", Techniques: exfiltration, Outcome: "denied",
			Summary: "An image is to be shared with a foreign organization, which a policy for resources forbids, and one that is not there with a unit of it.",
			Finds:   "ModifyImageAttribute with an error that names a resource control policy, and one with InvalidAMIID.NotFound",
			as:      byUser("image-broker"),
			play: func(p *plot) []act {
				manager := stranger(p.dice.below(maxAccounts))
				all, unit := p.to(organizationARN(manager, foreignOrganization)), p.to(unitARN(manager, foreignOrganization, "ou-ab12-exampleou"))
				return append(look("ec2.DescribeImages"),
					launch(2*minute, p.image(), "add", toOrganization(all)).failing(resourcesDeny),
					launch(4*minute, p.image(), "add", toUnit(unit)).failing(noSuchImage))
			},
		},
		{
			Name: "ami-share-in-older-form", Techniques: exfiltration, Outcome: "exposed",
			Summary: "A script that was never renewed shares an image with two outside accounts, in a request of the older form that names one of them twice.",
			Finds:   "ModifyImageAttribute with operationType and a list of accounts; a search below launchPermission misses it",
			as:      byUser("cron-2011"),
			play: func(p *plot) []act {
				one, other := p.stranger(), p.stranger()
				return append(look("ec2.DescribeImages"), launchFlat(2*minute, p.image(), one, other, one))
			},
		},
		{
			Name: "ami-share-by-service", Benign: true, Outcome: "shared on purpose",
			Summary: "A service of AWS shares the image that it built with another account of the same owner.",
			Finds:   "nothing, if it knows the accounts of the organization",
			as: func(p *plot) *actor {
				return p.world.serviceRole(p.account.id, "AWSServiceRoleForImageBuilder", "Ec2ImageBuilderIntegrationService", "imagebuilder.amazonaws.com")
			},
			play: func(p *plot) []act {
				image := p.image()
				return []act{createImage(0, image), launch(9*minute, image, "add", toAccount(p.to(p.world.sibling(p.account))))}
			},
		},
	}
}

func organizationARN(manager, organization string) string {
	return "arn:aws:organizations::" + manager + ":organization/" + organization
}

func unitARN(manager, organization, unit string) string {
	return "arn:aws:organizations::" + manager + ":ou/" + organization + "/" + unit
}
