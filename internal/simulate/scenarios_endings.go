package simulate

import (
	"fmt"
	"time"
)

// endingScenarios are the ways in which the share of an image ends.
func endingScenarios() []Scenario {
	exfiltration := []string{"T1537"}
	return []Scenario{
		{
			Name: "ami-share-reset", Techniques: exfiltration, Outcome: "withdrawn",
			Summary: "An image is shared with two outside accounts, and all its permissions are reset after an hour.",
			Finds:   "ModifyImageAttribute that adds accounts, and ResetImageAttribute: the exposures are over",
			as:      byUser("lab-images"),
			play: func(p *plot) []act {
				image := p.image()
				return []act{
					{call: "ec2.DescribeImages"},
					launch(2*minute, image, "add", toAccount(p.stranger()), toAccount(p.stranger())), resetImage(62*minute, image),
				}
			},
		},
		{
			Name: "ami-share-declined", Benign: true, Outcome: "withdrawn",
			Summary: "An image is shared with another account of the same owner, which takes itself out again where it has a trail.",
			Finds:   "CancelImageLaunchPermission in the trail of the recipient: the exposure is over",
			as:      byRole("ImagePipeline", "build-4902", agentBoto),
			play: func(p *plot) []act {
				image, to := p.image(), p.to(p.world.sibling(p.account))
				acts := []act{{call: "ec2.DescribeImages"}, launch(2*minute, image, "add", toAccount(to))}
				other := p.world.accountOf(to)
				if other == nil {
					p.truth.Outcome = "shared on purpose"
					return acts
				}
				who := p.world.role(to, "/", "ImageConsumer", "cleanup", "").from(p.address(), []string{agentBoto})
				return append(acts, decline(50*minute, image, who, other))
			},
		},
		{
			Name: "ami-from-outside-declined", Benign: true, Outcome: "withdrawn",
			Summary: "An account takes itself out of the permissions of an image that a stranger shares with it.",
			Finds:   "nothing: it was somebody else's image; the ledger has its end",
			as:      byPerson("yvonne"),
			play: func(p *plot) []act {
				p.to(p.account.id)
				return []act{{call: "ec2.DescribeImages"}, decline(2*minute, p.image(), nil, nil)}
			},
		},
		{
			Name: "ami-shared-then-deregistered", Techniques: exfiltration, Outcome: "withdrawn",
			Summary: "An image is made, shared with an outside account and with everyone, and deregistered the same evening.",
			Finds:   "CreateImage, ModifyImageAttribute and DeregisterImage: the exposures are over, and since when they were is known",
			as:      byUser("snapshot-temp"),
			play: func(p *plot) []act {
				image := p.image()
				return []act{
					createImage(0, image), launch(11*minute, image, "add", toAccount(p.stranger())),
					launch(14*minute, image, "add", p.everyone()), aboutImage(95*minute, "DeregisterImage", image),
				}
			},
		},
		{
			Name: "ami-shared-then-disabled", Techniques: exfiltration, Outcome: "withdrawn",
			Summary: "A shared image is disabled, and enabled again.",
			Finds:   "ModifyImageAttribute, and DisableImage, which takes all permissions: EnableImage does not bring them back",
			as:      byPerson("ursula"),
			play: func(p *plot) []act {
				image := p.image()
				again := aboutImageNew(80*minute, "EnableImage", image)
				again.change, again.evidence = change{}, false
				end := aboutImageNew(40*minute, "DisableImage", image)
				end.evidence = false
				return []act{launch(0, image, "add", toAccount(p.stranger())), end, again}
			},
		},
		{
			Name: "ami-share-swapped", Techniques: exfiltration, Outcome: "withdrawn",
			Summary: "One call takes an image from an outside account and gives it to another one; that is undone, too.",
			Finds:   "ModifyImageAttribute that adds and removes in one request, and the removal of whom it added",
			as:      byScript("partner-rotation"),
			play: func(p *plot) []act {
				image, first, second := p.image(), toAccount(p.stranger()), toAccount(p.stranger())
				return []act{
					launch(0, image, "add", first), swap(20*minute, image, second, first),
					launch(45*minute, image, "remove", second),
				}
			},
		},
		{
			Name: "ami-share-of-old-removed", Benign: true, Outcome: "withdrawn",
			Summary: "Images that were shared before the logs begin are taken back: one from everyone, one from an account.",
			Finds:   "nothing but ModifyImageAttribute that removes: the exposure began at a time that nobody knows",
			as:      byPerson("quentin"),
			play: func(p *plot) []act {
				return []act{
					{call: "ec2.DescribeImages"},
					launch(2*minute, p.image(), "remove", p.everyone()),
					launch(4*minute, p.image(), "remove", toAccount(p.stranger())),
				}
			},
		},
		{
			Name: "ami-public-then-blocked", Techniques: exfiltration, Outcome: "exposed",
			Summary: "An image is taken from everyone and made public again; then the region blocks public images, which leaves this one public.",
			Finds:   "ModifyImageAttribute that adds the group all; EnableImageBlockPublicAccess ends nothing",
			as:      byUser("marketplace-sync"),
			play: func(p *plot) []act {
				image := p.image()
				return []act{
					launch(0, image, "remove", toEveryone()), launch(10*minute, image, "add", p.everyone()),
					{at: 30 * minute, call: "ec2.EnableImageBlockPublicAccess"},
				}
			},
		},
	}
}

// endingDiskScenarios are the ways in which the share of a snapshot ends.
func endingDiskScenarios() []Scenario {
	exfiltration := []string{"T1537"}
	return []Scenario{
		{
			Name: "ebs-snapshot-shared-then-deleted", Techniques: exfiltration, Outcome: "withdrawn",
			Summary: "The snapshot of a disk is made, shared with two outside accounts, taken back from one of them, and deleted.",
			Finds:   "ModifySnapshotAttribute that adds accounts; the exposures are over, and since when they were is known",
			as:      byUser("disk-clone"),
			play: func(p *plot) []act {
				snapshot, first := p.snapshot(), toAccount(p.stranger())
				end := deleteSnapshot(70*minute, snapshot)
				end.evidence = false
				return []act{
					createSnapshot(0, snapshot), copying(10*minute, snapshot, "add", first, toAccount(p.stranger())),
					copying(35*minute, snapshot, "remove", first), end,
				}
			},
		},
		{
			Name: "ebs-snapshot-share-reset", Techniques: exfiltration, Outcome: "withdrawn",
			Summary: "The snapshot of a disk is shared with an outside account, and its permissions are reset.",
			Finds:   "ModifySnapshotAttribute that adds an account, and ResetSnapshotAttribute",
			as:      byScript("volume-tools"),
			play: func(p *plot) []act {
				snapshot := p.snapshot()
				return append(look("ec2.DescribeSnapshots"), copying(2*minute, snapshot, "add", toAccount(p.stranger())), resetSnapshot(30*minute, snapshot))
			},
		},
		{
			Name: "ebs-snapshot-public-hidden", Techniques: exfiltration, Outcome: "exposed",
			Summary: "A snapshot is made public; the region's block hides all public snapshots for a while, and then only stops new ones.",
			Finds:   "ModifySnapshotAttribute that adds the group all; with block-all-sharing the exposure is over, with block-new-sharing it begins anew",
			as:      byPerson("rupert"),
			play: func(p *plot) []act {
				hide, show := blockSnapshots(25*minute, "block-all-sharing", hides), blockSnapshots(55*minute, "block-new-sharing", shows)
				hide.evidence, show.evidence = false, false
				return []act{copying(0, p.snapshot(), "add", p.everyone()), hide, show}
			},
		},
		{
			Name: "rds-snapshot-shared-then-deleted", Techniques: exfiltration, Outcome: "withdrawn",
			Summary: "The snapshot of a database is made, shared with a vendor and with an outside account, taken back from the latter, and deleted.",
			Finds:   "ModifyDBSnapshotAttribute that adds accounts; the exposures are over, and since when they were is known",
			as:      byUser("db-handover"),
			play: func(p *plot) []act {
				snapshot, to := p.databaseSnapshot(), p.stranger()
				return []act{
					database(0, "CreateDBSnapshot", databaseKind, snapshot, creates),
					restoring(12*minute, databaseKind, snapshot, "add", p.to(vendorAccount), to),
					restoring(40*minute, databaseKind, snapshot, "remove", to),
					database(75*minute, "DeleteDBSnapshot", databaseKind, snapshot, clears),
				}
			},
		},
		{
			Name: "rds-cluster-snapshot-public-then-deleted", Techniques: exfiltration, Outcome: "withdrawn",
			Summary: "The snapshot of a database cluster is made public, made private, made public again, and deleted.",
			Finds:   "ModifyDBClusterSnapshotAttribute that adds all, twice",
			as:      byRole("DatabaseAdmin", "zoe@example.com", agentCLI),
			play: func(p *plot) []act {
				snapshot := p.databaseSnapshot()
				p.to(everyone)
				return []act{
					restoring(0, databaseClusterKind, snapshot, "add", everyone), restoring(12*minute, databaseClusterKind, snapshot, "remove", everyone),
					restoring(40*minute, databaseClusterKind, snapshot, "add", everyone),
					database(75*minute, "DeleteDBClusterSnapshot", databaseClusterKind, snapshot, clears),
				}
			},
		},
	}
}

// decline has an account take itself out of the permissions of an image: by and
// in whom is nil where it is the scenario's own.
func decline(at time.Duration, image string, by *actor, in *account) act {
	a := aboutImageNew(at, "CancelImageLaunchPermission", image).doing(declines, imageKind, image)
	a.by, a.in = by, in
	return a
}

// database makes or deletes the snapshot of a database or of a cluster.
func database(at time.Duration, call, kind, snapshot string, d deed) act {
	cluster := ""
	if kind == databaseClusterKind {
		cluster = "Cluster"
	}
	names := fmt.Sprintf(`"dB%sSnapshotIdentifier":"%s","dB%sIdentifier":"$app-$env"`, cluster, snapshot, map[string]string{"": "Instance", "Cluster": "Cluster"}[cluster])
	return act{at: at, call: "rds." + call, request: `{` + names + `}`, response: `{` + names + `,"status":"available"}`}.doing(d, kind, snapshot)
}

// accountOf returns the account of a number, nil if it has no trail.
func (w *world) accountOf(id string) *account {
	for _, a := range w.accounts {
		if a.id == id {
			return a
		}
	}
	return nil
}
