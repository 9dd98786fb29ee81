package simulate

import (
	"fmt"
	"strconv"
	"strings"
)

// profile is a kind of actor: what they do, and how often.
type profile struct {
	weight int  // its share of all events
	human  bool // works by day, on weekdays
	run    int  // how many calls are made in a row, at most
	fails  int  // of ten thousand calls
	calls  string
	actors func(w *world, a *account) []*actor

	book  []*call // what calls names
	local wheel   // the same but for the services that belong to no region
	all   wheel
}

// profiles returns the kinds of actors, with the calls that they make.
func profiles(book map[string]*call) []*profile {
	all := []*profile{
		{weight: 130, run: 6, actors: assumers, calls: "sts.AssumeRole:service 100"},
		{weight: 60, run: 4, fails: 20, actors: deliverers, calls: `
			s3.GetBucketAcl 40 s3.PutObject 34 kms.Decrypt 8 kms.GenerateDataKey 18`},
		{weight: 230, run: 18, fails: 90, actors: applications, calls: `
			s3.GetObject 190 s3.PutObject 120 s3.HeadObject 70 s3.ListObjects 45 s3.DeleteObject 12 kms.Decrypt 150
			kms.GenerateDataKey 90 kms.Encrypt 14 secretsmanager.GetSecretValue 34 ssm.GetParameter 38 ssm.GetParametersByPath 14
			ssm.UpdateInstanceInformation 60 sts.GetCallerIdentity 18 logs.CreateLogStream 70 logs.DescribeLogStreams 16
			dynamodb.DescribeTable 10 dynamodb.GetItem 60 lambda.Invoke 50 sqs.GetQueueAttributes 12 sns.Publish 12
			ec2.DescribeInstances 14 ec2.DescribeTags 12 ecr.GetAuthorizationToken 14 monitoring.DescribeAlarms 10`},
		{weight: 130, run: 24, fails: 60, actors: nodes, calls: `
			ec2.DescribeInstances 130 ec2.DescribeNetworkInterfaces 60 ec2.DescribeVolumes 22 ec2.DescribeInstanceTypes 18
			ec2.CreateNetworkInterface 8 ec2.AttachNetworkInterface 6 ec2.AssignPrivateIpAddresses 9 ec2.AttachVolume 4
			autoscaling.DescribeAutoScalingGroups 70 autoscaling.DescribeAutoScalingInstances 30 autoscaling.SetDesiredCapacity 3
			ecr.GetAuthorizationToken 26 ecr.BatchGetImage 40 ecr.GetDownloadUrlForLayer 50 eks.DescribeCluster 20
			elasticloadbalancing.DescribeTargetHealth 60 elasticloadbalancing.RegisterTargets 6 sts.AssumeRoleWithWebIdentity:pod 24`},
		{weight: 170, run: 20, fails: 20, actors: pollers, calls: `
			ec2.DescribeInstances:all 60 ec2.DescribeRegions 30 monitoring.DescribeAlarms 40 sqs.GetQueueAttributes 60
			dynamodb.DescribeTable 30 rds.DescribeDBInstances 40 elasticloadbalancing.DescribeLoadBalancers 40
			sts.GetCallerIdentity 50 ec2.DescribeInstanceStatus 30 lambda.ListFunctions 30 autoscaling.DescribeAutoScalingGroups 30
			logs.DescribeLogGroups 20 ec2.DescribeVpcs 20 kms.ListKeys 20 guardduty.ListDetectors 10 s3.ListBuckets 6`},
		{weight: 120, run: 40, fails: 260, actors: scanners, calls: reads},
		{weight: 90, run: 30, fails: 70, actors: recorders, calls: reads + " config.PutEvaluations 60 kms.ListGrants 8"},
		{weight: 36, run: 8, fails: 30, actors: scalers, calls: `
			ec2.RunInstances 26 ec2.RunInstances:several 16 ec2.RunInstances:many 8 ec2.TerminateInstances 28 ec2.CreateTags 20 ec2.DescribeInstances 60 ec2.DescribeImages 20
			elasticloadbalancing.RegisterTargets 30 elasticloadbalancing.DeregisterTargets 24 ec2.DescribeInstanceStatus 50
			kms.CreateGrant 14 ec2.CreateVolume 6 ec2.DescribeSubnets 20`},
		{weight: 16, run: 3, actors: backups, calls: `
			ec2.CreateSnapshot 40 ec2.DeleteSnapshot 36 ec2.DescribeSnapshots 60 ec2.CreateImage 6 ec2.DeregisterImage 5
			rds.CreateDBSnapshot 8 rds.DescribeDBSnapshots 12 backup.StartBackupJob 16 ec2.CreateTags 30 ec2.CopySnapshot 6`},
		{weight: 90, human: true, run: 25, fails: 130, actors: people, calls: reads + `
			ec2.DescribeInstances 60 ec2.DescribeInstanceStatus 40 monitoring.GetMetricData 170 athena.StartQueryExecution 40 logs.DescribeLogGroups 20
			logs.StartQuery 12 logs.GetQueryResults 20 s3.ListObjects 24 s3.GetObject 20 ec2.StopInstances 2 ec2.StartInstances 3
			ec2.AuthorizeSecurityGroupIngress 2 ec2.CreateTags 5 cloudtrail.LookupEvents 8 ssm.StartSession 3
			ec2.GetConsoleOutput 2 cloudshell.CreateSession 1 health.DescribeEventAggregates 14
			support.DescribeTrustedAdvisorChecks 3 ce.GetCostAndUsage 8 ec2.ModifyInstanceAttribute 1`},
		{weight: 5, human: true, run: 1, fails: 700, actors: signers, calls: "signin.ConsoleLogin 100"},
		{weight: 6, human: true, run: 1, fails: 40, actors: federated, calls: "sts.AssumeRoleWithSAML 100"},
		{weight: 28, human: true, run: 10, fails: 240, actors: users, calls: `
			s3.ListBuckets 20 s3.ListObjects 30 s3.GetObject 60 s3.PutObject 40 ec2.DescribeInstances 50 sts.GetCallerIdentity 30
			iam.GetUser 8 ec2.DescribeSecurityGroups 18 ec2.DescribeImages 12 ec2.DescribeSnapshots 12 sts.GetSessionToken 4
			kms.Decrypt 14 lambda.ListFunctions 10 ec2.DescribeRegions 8 sts.AssumeRole:user 16 iam.ListAccessKeys 3`},
		{weight: 60, run: 30, fails: 150, actors: pipelines, calls: `
			sts.GetCallerIdentity 30 cloudformation.DescribeStacks 60 cloudformation.DescribeStackEvents 40
			cloudformation.CreateChangeSet 8 cloudformation.ExecuteChangeSet 7 cloudformation.CreateStack 2
			cloudformation.UpdateStack 3 lambda.GetFunction 40 lambda.UpdateFunctionCode 9 lambda.UpdateFunctionConfiguration 5
			lambda.CreateFunction 1 ecr.InitiateLayerUpload 12 ecr.PutImage 8 ecs.RegisterTaskDefinition 24 ecs.UpdateService 8
			ecs.DescribeServices 40 iam.GetRole 50 iam.GetPolicy 40 iam.ListRolePolicies 30 iam.CreateRole 2
			iam.AttachRolePolicy 2 iam.PutRolePolicy 6 iam.CreatePolicyVersion 5 s3.GetBucketPolicy 24 s3.GetBucketAcl 20
			s3.PutBucketTagging 2 s3.PutBucketPolicy:private 2 ec2.ModifyImageAttribute:description 2 s3.GetObject 40 s3.PutObject 50 ec2.DescribeVpcs 20 ec2.DescribeSubnets 26 ec2.DescribeSecurityGroups 30
			ec2.CreateSecurityGroup 2 ec2.AuthorizeSecurityGroupIngress 3 ec2.RevokeSecurityGroupIngress 1 ec2.CreateLaunchTemplateVersion 3
			kms.DescribeKey 20 rds.DescribeDBInstances 12 rds.ModifyDBInstance 1 route53.ChangeResourceRecordSets 3
			eks.DescribeCluster 10 ssm.PutParameter 3 logs.PutRetentionPolicy 2 autoscaling.UpdateAutoScalingGroup 2 dynamodb.DescribeTable 10
			elasticloadbalancing.DescribeLoadBalancers 14 elasticloadbalancing.ModifyListener 1`},
		{weight: 8, run: 1, fails: 60, actors: workflows, calls: "sts.AssumeRoleWithWebIdentity:workflow 100"},
		{weight: 24, run: 6, fails: 140, actors: partners, calls: "s3.GetObject 80 s3.ListObjects 20 sts.AssumeRole:foreign 30 kms.Decrypt 20 s3.PutObject 12"},
		{weight: 1, human: true, run: 5, actors: owners, calls: "iam.GetAccountSummary 30 iam.ListMFADevices 20 ce.GetCostAndUsage 20 support.DescribeTrustedAdvisorChecks 10 account.GetContactInformation 20"},
	}
	for _, p := range all {
		p.open(book)
	}
	return all
}

// reads are what a look at everything calls.
const reads = ` ec2.DescribeInstances 40 ec2.DescribeSecurityGroups 34 ec2.DescribeVolumes 26 ec2.DescribeSnapshots 18 ec2.DescribeImages 14
	ec2.DescribeVpcs 18 ec2.DescribeSubnets 18 ec2.DescribeNetworkInterfaces 24 ec2.DescribeRegions 10 ec2.DescribeImageAttribute 6
	s3.ListBuckets 16 s3.GetBucketPolicy 24 s3.GetBucketAcl 24 s3.GetBucketPublicAccessBlock 20 s3.GetBucketEncryption 16
	iam.ListUsers 10 iam.ListRoles 14 iam.GetRole 20 iam.GetPolicy 14 iam.ListAccessKeys 10 iam.GetAccountSummary 4
	lambda.ListFunctions 14 lambda.GetFunction 16 rds.DescribeDBInstances 16 rds.DescribeDBSnapshots 8 kms.ListKeys 8 kms.DescribeKey 18
	cloudtrail.DescribeTrails 6 cloudtrail.GetTrailStatus 6 eks.DescribeCluster 6 ecs.DescribeServices 8 dynamodb.DescribeTable 10
	elasticloadbalancing.DescribeLoadBalancers 14 sqs.GetQueueAttributes 8 secretsmanager.ListSecrets 6 backup.ListBackupVaults 3
	autoscaling.DescribeAutoScalingGroups 10 logs.DescribeLogGroups 10 monitoring.DescribeAlarms 10 organizations.ListAccounts 2 guardduty.ListDetectors 4`

// open looks up the calls. It panics on one that is not in the book: the table
// is the package's own.
func (p *profile) open(book map[string]*call) {
	fields := strings.Fields(p.calls)
	local, all := 0, 0
	for i := 0; i+1 < len(fields); i += 2 {
		c := book[fields[i]]
		weight, err := strconv.Atoi(fields[i+1])
		if c == nil || err != nil {
			panic(fmt.Sprintf("simulate: no call %s %s", fields[i], fields[i+1]))
		}
		if !c.global {
			local += weight
		}
		all += weight
		p.book, p.local, p.all = append(p.book, c), append(p.local, local), append(p.all, all)
	}
}

// call picks what is called in a region; nil if the profile has nothing to do
// there.
func (p *profile) call(d *dice, region string) *call {
	w := p.all
	if region != globalRegion {
		w = p.local
	}
	if w[len(w)-1] == 0 {
		return nil
	}
	return p.book[w.spin(d)]
}

// each makes n actors.
func each(n int, w *world, a *account, of string, create func(i int, h uint64) *actor) []*actor {
	actors := make([]*actor, n)
	for i := range actors {
		actors[i] = create(i, hash(w.seed, hashText(a.id), hashText(of), uint64(i)))
	}
	return actors
}

func assumers(w *world, _ *account) []*actor {
	return services(w, "ec2", "lambda", "ecs-tasks", "config", "lambda", "ec2", "eks", "states", "events", "codebuild", "cloudformation", "autoscaling", "backup", "ssm", "guardduty", "access-analyzer")
}

func deliverers(w *world, _ *account) []*actor {
	return services(w, "cloudtrail", "cloudtrail", "delivery.logs", "config", "logging.s3", "fsx")
}

func services(w *world, names ...string) []*actor {
	actors := make([]*actor, len(names))
	for i, name := range names {
		actors[i] = w.service(name + ".amazonaws.com")
	}
	return actors
}

func applications(w *world, a *account) []*actor {
	return each(28, w, a, "application", func(i int, h uint64) *actor {
		app, address, extra := apps[i%len(apps)], public(h), ""
		if i%3 != 0 {
			address = private(h)
		}
		session := "i-0" + string(appendHex(nil, h, 16))
		agents := []string{agentJava, agentBoto, fmt.Sprintf(agentGo, "s3#1.58.3"), agentOldJava, agentSpark}[i%5 : i%5+1]
		if i%4 == 3 {
			session, agents = app+"-worker", []string{agentNode}
		} else {
			extra = `,"ec2RoleDelivery":"2.0"`
		}
		who := w.role(a.id, "/", app+"-app", session, extra).from([]string{address}, agents)
		if i%3 != 0 {
			who.endpoint = "vpce-0" + string(appendHex(nil, mix(h), 16))
		}
		return who
	})
}

func nodes(w *world, a *account) []*actor {
	return each(12, w, a, "node", func(i int, h uint64) *actor {
		return w.role(a.id, "/", "eks-"+environments[i%5]+"-node", "i-0"+string(appendHex(nil, h, 16)), `,"ec2RoleDelivery":"2.0"`).
			from([]string{public(h), private(h)}, []string{agentAutoscale, fmt.Sprintf(agentGo, "ec2#1.173.0"), "amazon-vpc-cni-k8s/v1.18.3 " + fmt.Sprintf(agentGo, "ec2#1.173.0"), "kubelet/v1.30.2 " + fmt.Sprintf(agentGo, "ecr#1.32.1")})
	})
}

// pollers watch for a vendor or a dashboard with a key of old. Their records
// are the smallest: nothing but who, what and when.
func pollers(w *world, a *account) []*actor {
	return each(4, w, a, "poller", func(i int, h uint64) *actor {
		who := w.user(a.id, []string{"metrics", "inventory", "dashboard", "cmdb"}[i]).from([]string{public(h)}, []string{"metrics-poller/2.4.1", "Go-http-client/2.0", "python-requests/2.31.0", "Boto3/1.9.253 Python/3.6.8 Linux/3.10.0 Botocore/1.12.253"}[i:i+1])
		who.noTLS = true
		return who
	})
}

func scanners(w *world, a *account) []*actor {
	return each(2, w, a, "scanner", func(_ int, h uint64) *actor {
		return w.role(a.id, "/", "PostureScannerReadOnly", fmt.Sprintf("scan-%08x", h&0xffffffff), "").
			from([]string{public(h), public(mix(h))}, []string{agentBoto, fmt.Sprintf(agentGo, "ec2#1.173.0")})
	})
}

func recorders(w *world, a *account) []*actor {
	return []*actor{
		w.serviceRole(a.id, "AWSServiceRoleForConfig", "configLambdaExecution", "config.amazonaws.com"),
		w.serviceRole(a.id, "AWSServiceRoleForTrustedAdvisor", "TrustedAdvisor", "trustedadvisor.amazonaws.com"),
		w.serviceRole(a.id, "AWSServiceRoleForAccessAnalyzer", "access-analyzer", "access-analyzer.amazonaws.com"),
	}
}

func scalers(w *world, a *account) []*actor {
	return []*actor{w.serviceRole(a.id, "AWSServiceRoleForAutoScaling", "AutoScaling", "autoscaling.amazonaws.com")}
}

func backups(w *world, a *account) []*actor {
	return []*actor{w.serviceRole(a.id, "AWSServiceRoleForBackup", "AWSBackup-Default", "backup.amazonaws.com")}
}

var names = []string{"alice", "bob", "carol", "dan", "erin", "frank", "grace", "heidi", "ivan", "judy", "kim", "leo", "mia", "nora", "omar", "paula", "quinn", "rosa"}

func people(w *world, a *account) []*actor {
	return each(9, w, a, "person", func(i int, h uint64) *actor {
		set := []string{"AdministratorAccess", "ReadOnlyAccess", "PowerUserAccess"}[i%3]
		role := fmt.Sprintf("AWSReservedSSO_%s_%016x", set, hash(w.seed, hashText(set)))
		who := w.role(a.id, "/aws-reserved/sso.amazonaws.com/", role, names[(i+int(h%3))%len(names)]+"@example.com", "")
		if i%3 == 2 {
			return who.from([]string{office(h)}, []string{agentCLI, agentTerraform})
		}
		who.console = true
		return who.from([]string{office(h), office(mix(h))}, []string{agentFirefox, agentChrome, agentSafari, agentConsole}[i%3:i%3+2])
	})
}

func signers(w *world, a *account) []*actor {
	return each(5, w, a, "signer", func(i int, h uint64) *actor {
		return w.login(a.id, names[i]).from([]string{office(h)}, []string{agentFirefox, agentChrome, agentSafari}[i%3:i%3+1])
	})
}

func federated(w *world, a *account) []*actor {
	return each(6, w, a, "federated", func(i int, h uint64) *actor {
		name := names[6+i] + "@example.com"
		return newActor(w, "SAMLUser", "", fmt.Sprintf(`{"type":"SAMLUser","principalId":"%s:%s","userName":"%[2]s","identityProvider":"%[1]s"}`,
			"Ex"+string(appendHex(nil, w.seed, 8))+"Provider=", name)).
			from([]string{office(h)}, []string{agentFirefox, agentChrome}[i%2:i%2+1])
	})
}

func users(w *world, a *account) []*actor {
	return each(5, w, a, "user", func(i int, h uint64) *actor {
		name := []string{"backup-legacy", "reporting", "ftp-bridge", names[1], names[4]}[i]
		return w.user(a.id, name).from([]string{office(h), public(h)}, []string{agentCLI, agentBoto, agentOldJava}[i%3:i%3+1])
	})
}

func pipelines(w *world, a *account) []*actor {
	return each(8, w, a, "pipeline", func(i int, h uint64) *actor {
		role, session, agent := "github-deploy", fmt.Sprintf("GitHubActions-%d", h%1e6), agentCLI
		extra := fmt.Sprintf(`,"webIdFederationData":{"federatedProvider":"arn:aws:iam::%s:oidc-provider/token.actions.githubusercontent.com","attributes":{}}`, a.id)
		if i%2 == 1 {
			role, session, agent, extra = "terraform-apply", fmt.Sprintf("run-%08x", h&0xffffffff), agentTerraform, ""
		}
		return w.role(a.id, "/ci/", role, session, extra).from([]string{public(h), public(mix(h))}, []string{agent})
	})
}

func workflows(w *world, a *account) []*actor {
	return each(6, w, a, "workflow", func(i int, h uint64) *actor {
		return w.webIdentity(a.id, apps[i]).from([]string{public(h), public(mix(h))}, []string{agentNode})
	})
}

func partners(w *world, a *account) []*actor {
	return each(4, w, a, "partner", func(i int, h uint64) *actor {
		return w.otherAccount(vendorAccount, "collector", fmt.Sprintf("collector-%d", i)).from([]string{public(h)}, []string{agentBoto})
	})
}

func owners(w *world, a *account) []*actor {
	who := w.rootUser(a.id).from([]string{office(hash(w.seed, hashText(a.id)))}, []string{agentChrome})
	who.console = true
	return []*actor{who}
}
