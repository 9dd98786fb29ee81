package simulate

// storyScenarios are chains of calls that only together tell what was done:
// what led to a share, what stood beside it and what followed.
func storyScenarios() []Scenario {
	return []Scenario{
		{
			Name: "story", Techniques: []string{"T1537", "T1562.008", "T1578.002"}, Outcome: "withdrawn",
			Summary: "An image is made, shared with an outside account at the second attempt, with its snapshot and key, exported, and everything tidied away behind a stopped trail.",
			Finds:   "CreateImage, a refused and a granted ModifyImageAttribute, CreateGrant, ModifySnapshotAttribute, CreateStoreImageTask, StopLogging, the permission removed and DeregisterImage, by three callers",
			as:      byUser("migration-temp"),
			play: func(p *plot) []act {
				image, to := p.image(), p.stranger()
				p.thing("key", p.fix("$cmk", string(appendUUID(nil, p.dice.uint64(), p.dice.uint64()))))
				keys := p.world.role(p.account.id, "/", "KeyOperations", "niaj@example.com", "").from(p.address(), []string{agentTerraform})
				trails := p.world.user(p.account.id, "svc-logging").from(p.address(), []string{agentBoto})
				return append(look("ec2.DescribeInstances", "ec2.DescribeImages"),
					createImage(2*minute, image),
					launch(9*minute, image, "add", toAccount(to)).refused(),
					act{at: 16 * minute, call: "kms.CreateGrant:foreign", evidence: true, by: keys, request: `{` + keyID + `,"granteePrincipal":"` + root(to) + `","operations":["Decrypt","DescribeKey","CreateGrant"]}`},
					launch(21*minute, image, "add", toAccount(to)),
					copying(22*minute, p.snapshot(), "add", toAccount(to)),
					act{at: 26 * minute, call: "ec2.CreateStoreImageTask", evidence: true, request: `{"CreateStoreImageTaskRequest":{"ImageId":"` + image + `","Bucket":"` + p.bucket() + `"}}`, response: `{"CreateStoreImageTaskResponse":{` + xmlns + `,"objectKey":"` + image + `.bin"}}`},
					act{at: 34 * minute, call: "cloudtrail.StopLogging", evidence: true, by: trails},
					launch(51*minute, image, "remove", toAccount(to)),
					aboutImage(54*minute, "DeregisterImage", image))
			},
		},
		{
			Name: "story-through-snapshot", Techniques: []string{"T1537"}, Outcome: "exposed",
			Summary: "An image is put together of a snapshot; one caller shares the image with an outside account, another the snapshot with a second one.",
			Finds:   "RegisterImage, ModifyImageAttribute and ModifySnapshotAttribute by three callers, which have nothing in common but the snapshot that RegisterImage names",
			as:      byUser("asset-sync"),
			play: func(p *plot) []act {
				image, snapshot := p.image(), p.snapshot()
				builder := p.world.role(p.account.id, "/", "ImagePipeline", "build-5120", "").from(p.address(), []string{agentBoto})
				disks := p.world.user(p.account.id, "disk-sync").from(p.address(), []string{agentCLI})
				share := copying(40*minute, snapshot, "add", toAccount(p.stranger()))
				share.by = disks
				return []act{
					act{call: "ec2.RegisterImage", evidence: true, by: builder, request: `{"name":"$app-$env","architecture":"x86_64","rootDeviceName":"/dev/xvda","blockDeviceMapping":{"items":[{"deviceName":"/dev/xvda","ebs":{"snapshotId":"` + snapshot + `"}}]}}`, response: `{"requestId":"$request","imageId":"` + image + `"}`}.doing(creates, imageKind, image),
					launch(15*minute, image, "add", toAccount(p.stranger())),
					share,
				}
			},
		},
	}
}
