package cloudtrail

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/value"
)

// thing is a kind of resource that calls are about, how it is recognized in
// the name of a call, and where its name and ID stand.
type thing struct {
	category string
	service  string // "" for any
	words    []string
	tag      string // of CIM's Change model, besides change
	names    []string
	ids      []string
}

// things are tried in order: the first whose service fits and one of whose
// words is in the call's name. So AttachUserPolicy is about a user.
var things = []thing{
	{
		category: "firewall", words: []string{"NetworkAcl"}, tag: "network",
		names: []string{"requestParameters.networkAclId", "responseElements.networkAcl.networkAclId"},
	},
	{
		category: "security_group", words: []string{"SecurityGroup"}, tag: "network",
		names: []string{"requestParameters.groupName", "requestParameters.groupId", "responseElements.groupId", "requestParameters.dBSecurityGroupName"},
		ids:   []string{"requestParameters.groupId", "responseElements.groupId"},
	},
	{
		category: "snapshot", words: []string{"Snapshot"},
		names: []string{"requestParameters.snapshotId", "responseElements.snapshotId", "requestParameters.dBSnapshotIdentifier", "requestParameters.dBClusterSnapshotIdentifier"},
	},
	{category: "database", service: "rds", words: []string{"DBInstance", "DBCluster"}, names: []string{"requestParameters.dBInstanceIdentifier", "requestParameters.dBClusterIdentifier"}},
	{category: "instance_profile", service: "iam", words: []string{"InstanceProfile"}, tag: "account", names: []string{"requestParameters.instanceProfileName"}},
	{
		category: "image", service: "ec2", words: []string{"Image"},
		names: []string{"requestParameters.imageId", "responseElements.imageId"},
	},
	{
		category: "volume", service: "ec2", words: []string{"Volume"},
		names: []string{"requestParameters.volumeId", "responseElements.volumeId"},
	},
	{
		category: "key", service: "ec2", words: []string{"KeyPair"},
		names: []string{"requestParameters.keyName"}, ids: []string{"responseElements.keyPairId", "requestParameters.keyPairId"},
	},
	{category: "flow_log", service: "ec2", words: []string{"FlowLogs"}, tag: "network", names: []string{"requestParameters.DeleteFlowLogsRequest.FlowLogId.content", "responseElements.CreateFlowLogsResponse.flowLogIdSet.item"}},
	{category: "subnet", service: "ec2", words: []string{"Subnet"}, tag: "network", names: []string{"requestParameters.subnetId", "responseElements.subnet.subnetId"}},
	{category: "route_table", service: "ec2", words: []string{"Route"}, tag: "network", names: []string{"requestParameters.routeTableId", "responseElements.routeTable.routeTableId"}},
	{category: "gateway", service: "ec2", words: []string{"Gateway"}, tag: "network", names: []string{"requestParameters.internetGatewayId", "requestParameters.natGatewayId", "responseElements.internetGateway.internetGatewayId"}},
	{category: "network_interface", service: "ec2", words: []string{"NetworkInterface"}, tag: "network", names: []string{"requestParameters.networkInterfaceId", "responseElements.networkInterface.networkInterfaceId"}},
	{category: "vpc", service: "ec2", words: []string{"Vpc"}, tag: "network", names: []string{"requestParameters.vpcId", "responseElements.vpc.vpcId"}},
	{
		category: "instance", service: "ec2", words: []string{"Instance"}, tag: "instance",
		names: []string{"responseElements.instancesSet.items{}.instanceId", "requestParameters.instancesSet.items{}.instanceId", "requestParameters.instanceId"},
	},

	{
		category: "key", service: "iam", words: []string{"AccessKey", "SSHPublicKey", "ServiceSpecificCredential", "SigningCertificate"}, tag: "account",
		names: []string{"responseElements.accessKey.accessKeyId", "requestParameters.accessKeyId"},
	},
	{
		category: "user", service: "iam", words: []string{"User", "LoginProfile", "MFADevice", "Password"}, tag: "account",
		names: []string{"requestParameters.userName", "responseElements.user.userName"}, ids: []string{"responseElements.user.userId"},
	},
	{
		category: "group", service: "iam", words: []string{"Group"}, tag: "account",
		names: []string{"requestParameters.groupName"}, ids: []string{"responseElements.group.groupId"},
	},
	{
		category: "role", service: "iam", words: []string{"Role"}, tag: "account",
		names: []string{"requestParameters.roleName", "responseElements.role.roleName"}, ids: []string{"responseElements.role.roleId"},
	},
	{
		category: "policy", service: "iam", words: []string{"Policy"}, tag: "account",
		names: []string{"requestParameters.policyName", "responseElements.policy.policyName", "requestParameters.policyArn"},
		ids:   []string{"responseElements.policy.policyId", "requestParameters.policyArn"},
	},
	{category: "identity_provider", service: "iam", words: []string{"Provider"}, tag: "account", names: []string{"requestParameters.name", "requestParameters.sAMLProviderArn", "requestParameters.openIDConnectProviderArn"}},

	{category: "bucket", service: "s3", words: []string{"Bucket"}, names: []string{"requestParameters.bucketName"}},
	{category: "object", service: "s3", words: []string{"Object"}, names: []string{"requestParameters.key"}},
	{category: "trail", service: "cloudtrail", words: []string{"Trail", "Logging", "Selectors"}, names: []string{"requestParameters.name", "requestParameters.trailName"}},
	{category: "function", service: "lambda", words: []string{"Function", "Permission", "EventSourceMapping", "Layer"}, names: []string{"requestParameters.functionName", "requestParameters.layerName"}},
	{category: "key", service: "kms", words: []string{"Key", "Grant", "Alias"}, names: []string{"requestParameters.keyId", "responseElements.keyMetadata.keyId", "requestParameters.targetKeyId"}},
	{category: "secret", service: "secretsmanager", words: []string{"Secret", "ResourcePolicy"}, names: []string{"requestParameters.secretId", "requestParameters.name"}},
	{category: "session", service: "ssm", words: []string{"Session"}, names: []string{"responseElements.sessionId", "requestParameters.sessionId"}},
	{category: "parameter", service: "ssm", words: []string{"Parameter"}, names: []string{"requestParameters.name"}},
	{category: "repository", service: "ecr", words: []string{"Repository", "Image", "LifecyclePolicy"}, names: []string{"requestParameters.repositoryName"}},
	{category: "cluster", words: []string{"Cluster"}, names: []string{"requestParameters.clusterName", "requestParameters.name"}},
	{category: "topic", service: "sns", words: []string{"Topic", "Permission"}, names: []string{"requestParameters.topicArn", "requestParameters.name"}},
	{category: "queue", service: "sqs", words: []string{"Queue", "Permission"}, names: []string{"requestParameters.queueUrl", "requestParameters.queueName"}},
	{category: "table", service: "dynamodb", words: []string{"Table"}, names: []string{"requestParameters.tableName"}},
	{category: "stack", service: "cloudformation", words: []string{"Stack"}, names: []string{"requestParameters.stackName"}},
	{category: "detector", service: "guardduty", words: []string{"Detector"}, names: []string{"requestParameters.detectorId"}},
	{category: "account", service: "organizations", words: []string{"Account", "Organization"}, tag: "account", names: []string{"requestParameters.accountId", "requestParameters.accountName"}},
}

// objectNeeds are the raw fields that name things, for any call.
func objectNeeds() []string {
	needs := append(slices.Clone(callNeeds), "resources{}.ARN")
	for _, t := range things {
		needs = append(append(needs, t.names...), t.ids...)
	}
	slices.Sort(needs)
	return slices.Compact(needs)
}

// thingOf returns what the call is about; of a thing that is not known only
// the category is filled.
func thingOf(get getter) *thing {
	name, s := get("eventName").String(), service(get)
	for i := range things {
		t := &things[i]
		if t.service != "" && t.service != s {
			continue
		}
		for _, w := range t.words {
			if strings.Contains(name, w) {
				return t
			}
		}
	}
	return &unknownThing
}

var unknownThing = thing{category: "unknown"}

// objectCategory gives both categories for a security group: shipped searches
// ask for either, since releases of the add-on differ.
func objectCategory(get getter) value.Value {
	if kindOfCall(get) != change {
		return value.Value{}
	}
	t := thingOf(get)
	if t.category == "security_group" {
		return value.OfTexts([]string{"security_group", "firewall"})
	}
	return value.OfText(t.category)
}

func object(get getter) value.Value {
	if kindOfCall(get) != change {
		return value.Value{}
	}
	if v := coalesce(get, thingOf(get).names...); !v.IsNull() {
		return v
	}
	return coalesce(get, "resources{}.ARN")
}

func objectID(get getter) value.Value {
	if kindOfCall(get) != change {
		return value.Value{}
	}
	if v := coalesce(get, thingOf(get).ids...); !v.IsNull() {
		return v
	}
	return object(get)
}
