package simulate

import (
	"strconv"
	"strings"
)

const xmlns = `"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$request"`

// instanceItem is an instance as EC2 answers it.
const instanceItem = `{"instanceId":"$fresh","imageId":"$image","currentState":{"code":0,"name":"pending"},"instanceState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-0-0-12.$region.compute.internal","amiLaunchIndex":0,"productCodes":{},"instanceType":"$type","launchTime":$millis,"placement":{"availabilityZone":"$zone","tenancy":"default"},"monitoring":{"state":"disabled"},"subnetId":"$subnet","vpcId":"$vpc","privateIpAddress":"$private","stateReason":{"code":"pending","message":"pending"},"architecture":"x86_64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","blockDeviceMapping":{},"virtualizationType":"hvm","hypervisor":"xen","tagSet":{"items":[$tags]},"clientToken":"$uuid","groupSet":{"items":[{"groupId":"$group","groupName":"$app-nodes"}]},"sourceDestCheck":true,"networkInterfaceSet":{"items":[{"networkInterfaceId":"$eni","subnetId":"$subnet","vpcId":"$vpc","ownerId":"$account","status":"in-use","macAddress":"02:4b:11:9e:07:5d","privateIpAddress":"$private","sourceDestCheck":true,"interfaceType":"interface","groupSet":{"items":[{"groupId":"$group","groupName":"$app-nodes"}]},"attachment":{"attachmentId":"eni-attach-0$long","deviceIndex":0,"status":"attaching","attachTime":$millis,"deleteOnTermination":true}}]},"iamInstanceProfile":{"arn":"arn:aws:iam::$account:instance-profile/$app-app","id":"AIPA$short"},"ebsOptimized":true,"enaSupport":true,"metadataOptions":{"state":"pending","httpTokens":"required","httpPutResponseHopLimit":2,"httpEndpoint":"enabled"}}`

// runInstances is the launch of n instances, which the answer describes.
func runInstances(variant string, n int) call {
	items := strings.Repeat(instanceItem+",", n-1) + instanceItem
	return call{
		source: "ec2", name: "RunInstances", variant: variant, kind: write,
		request:  fill(`{"instancesSet":{"items":[{"imageId":"$image","minCount":%N,"maxCount":%N}]},"instanceType":"$type","blockDeviceMapping":{},"availabilityZone":"$zone","monitoring":{"enabled":false},"subnetId":"$subnet","disableApiTermination":false,"clientToken":"fleet-$uuid-0","launchTemplate":{"launchTemplateId":"$template","version":"$digit"},"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[$tags]}]}}`, "%N", strconv.Itoa(n)),
		response: `{"requestId":"$request","reservationId":"r-0$long","ownerId":"$account","groupSet":{},"instancesSet":{"items":[` + items + `]},"requesterId":"$account"}`,
	}
}

// computeCalls are those of EC2, scaling, load balancing and containers.
func computeCalls() []call {
	return []call{
		runInstances("", 1),
		runInstances("several", 3),
		runInstances("many", 8),
		{source: "ec2", name: "DescribeInstances", variant: "all", request: `{"maxResults":1000,"instancesSet":{},"filterSet":{}}`},
		{source: "ec2", name: "DescribeInstances", request: `{"instancesSet":{"items":[$instances]},"filterSet":{}}`},
		{source: "ec2", name: "DescribeInstanceStatus", request: `{"maxResults":1000,"instancesSet":{},"filterSet":{},"includeAllInstances":true}`},
		{source: "ec2", name: "DescribeInstanceTypes", request: `{"DescribeInstanceTypesRequest":{"InstanceType":{"tag":1,"content":"$type"}}}`},
		{source: "ec2", name: "DescribeNetworkInterfaces", request: `{"networkInterfaceIdSet":{"items":[$enis]},"filterSet":{}}`},
		{source: "ec2", name: "DescribeVolumes", request: `{"volumeSet":{"items":[$volumes]},"filterSet":{}}`},
		{source: "ec2", name: "DescribeSnapshots", request: `{"maxResults":500,"ownersSet":{"items":[{"owner":"self"}]},"snapshotSet":{},"filterSet":{},"sharedUsersSet":{}}`},
		{source: "ec2", name: "DescribeImages", request: `{"maxResults":0,"ownersSet":{"items":[{"owner":"self"}]},"imagesSet":{},"executableBySet":{},"filterSet":{}}`},
		{source: "ec2", name: "DescribeImageAttribute", request: `{"imageId":"$image","attributeType":"launchPermission"}`},
		{source: "ec2", name: "DescribeVpcs", request: `{"vpcSet":{"items":[{"vpcId":"$vpc"}]},"filterSet":{}}`},
		{source: "ec2", name: "DescribeSubnets", request: `{"subnetSet":{"items":[{"subnetId":"$subnet"}]},"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[{"value":"$vpc"}]}}]}}`},
		{source: "ec2", name: "DescribeSecurityGroups", request: `{"maxResults":200,"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"$group"}]},"filterSet":{}}`},
		{source: "ec2", name: "DescribeRegions", request: `{"regionSet":{},"allRegions":true}`},
		{source: "ec2", name: "DescribeTags", request: `{"maxResults":1000,"filterSet":{"items":[{"name":"resource-id","valueSet":{"items":[{"value":"$instance"}]}}]}}`},
		{source: "ec2", name: "GetConsoleOutput", request: `{"instanceId":"$instance","latest":true}`},
		{
			source: "ec2", name: "TerminateInstances", kind: write, request: `{"instancesSet":{"items":[{"instanceId":"$instance"}]}}`,
			response: `{"requestId":"$request","instancesSet":{"items":[{"instanceId":"$instance","currentState":{"code":32,"name":"shutting-down"},"previousState":{"code":16,"name":"running"}}]}}`,
		},
		{
			source: "ec2", name: "StopInstances", kind: write, request: `{"instancesSet":{"items":[{"instanceId":"$instance"}]},"force":false}`,
			response: `{"requestId":"$request","instancesSet":{"items":[{"instanceId":"$instance","currentState":{"code":64,"name":"stopping"},"previousState":{"code":16,"name":"running"}}]}}`,
		},
		{
			source: "ec2", name: "StartInstances", kind: write, request: `{"instancesSet":{"items":[{"instanceId":"$instance"}]}}`,
			response: `{"requestId":"$request","instancesSet":{"items":[{"instanceId":"$instance","currentState":{"code":0,"name":"pending"},"previousState":{"code":80,"name":"stopped"}}]}}`,
		},
		{source: "ec2", name: "ModifyInstanceAttribute", kind: write, request: `{"instanceId":"$instance","disableApiTermination":{"value":true}}`, response: `{"requestId":"$request","_return":true}`},
		{source: "ec2", name: "CreateTags", kind: write, request: `{"resourcesSet":{"items":[{"resourceId":"$instance"}]},"tagSet":{"items":[$tags]}}`, response: `{"requestId":"$request","_return":true}`},
		{
			source: "ec2", name: "CreateVolume", kind: write, request: `{"size":"100","zone":"$zone","volumeType":"gp3","encrypted":true,"masterEncryptionKeyId":"arn:aws:kms:$region:$account:key/$cmk"}`,
			response: `{"requestId":"$request","volumeId":"$volume","size":"100","zone":"$zone","status":"creating","createTime":$millis,"volumeType":"gp3","iops":3000,"throughput":125,"encrypted":true,"masterEncryptionKeyId":"arn:aws:kms:$region:$account:key/$cmk","multiAttachEnabled":false,"tagSet":{}}`,
		},
		{source: "ec2", name: "AttachVolume", kind: write, request: `{"volumeId":"$volume","instanceId":"$instance","device":"/dev/xvdba","deleteOnTermination":false}`, response: `{"requestId":"$request","volumeId":"$volume","instanceId":"$instance","device":"/dev/xvdba","status":"attaching","attachTime":$millis,"deleteOnTermination":false}`},
		{source: "ec2", name: "CreateNetworkInterface", kind: write, request: `{"subnetId":"$subnet","description":"aws-K8S-$instance","groupSet":{"items":[{"groupId":"$group"}]},"clientToken":"$uuid"}`, response: `{"requestId":"$request","networkInterface":{"networkInterfaceId":"$eni","subnetId":"$subnet","vpcId":"$vpc","availabilityZone":"$zone","description":"aws-K8S-$instance","ownerId":"$account","requesterManaged":false,"status":"pending","macAddress":"02:4b:11:9e:07:5d","privateIpAddress":"$private","sourceDestCheck":true,"groupSet":{"items":[{"groupId":"$group","groupName":"$app-nodes"}]},"tagSet":{"items":[$tags]}}}`},
		{source: "ec2", name: "AttachNetworkInterface", kind: write, request: `{"networkInterfaceId":"$eni","instanceId":"$instance","deviceIndex":2}`, response: `{"requestId":"$request","attachmentId":"eni-attach-0$long"}`},
		{source: "ec2", name: "AssignPrivateIpAddresses", kind: write, request: `{"networkInterfaceId":"$eni","secondaryPrivateIpAddressCount":$digit}`, response: `{"requestId":"$request","networkInterfaceId":"$eni","assignedPrivateIpAddressesSet":{"assignedPrivateIpAddressSetType":[{"privateIpAddress":"$private"},{"privateIpAddress":"$private"}]},"_return":true}`},
		{source: "ec2", name: "CreateSnapshot", kind: write, request: `{"volumeId":"$volume","description":"This snapshot is created by the AWS Backup service.","tagSpecificationSet":{"items":[{"resourceType":"snapshot","tags":[$tags]}]}}`, response: `{"requestId":"$request","snapshotId":"$snapshot","volumeId":"$volume","status":"pending","startTime":$millis,"progress":"","ownerId":"$account","volumeSize":"100","encrypted":true,"tagSet":{"items":[$tags]}}`},
		{source: "ec2", name: "CopySnapshot", kind: write, request: `{"sourceRegion":"$region","sourceSnapshotId":"$snapshot","encrypted":true,"kmsKeyId":"arn:aws:kms:$region:$account:key/$cmk"}`, response: `{"requestId":"$request","snapshotId":"snap-0$hex"}`},
		{source: "ec2", name: "DeleteSnapshot", kind: write, request: `{"snapshotId":"$snapshot"}`, response: `{"requestId":"$request","_return":true}`},
		{source: "ec2", name: "CreateImage", kind: write, request: `{"instanceId":"$instance","name":"AwsBackup-$instance-$short","noReboot":true,"blockDeviceMapping":{}}`, response: `{"requestId":"$request","imageId":"$image"}`},
		{source: "ec2", name: "ModifyImageAttribute", variant: "description", kind: write, request: `{"imageId":"$image","attributeType":"description","description":{"value":"$app of $env"}}`, response: done},
		{source: "ec2", name: "DeregisterImage", kind: write, request: `{"imageId":"$image"}`, response: `{"requestId":"$request","_return":true}`},
		{source: "ec2", name: "CreateSecurityGroup", kind: write, request: `{"groupName":"$app-$env","groupDescription":"Managed by Terraform","vpcId":"$vpc"}`, response: `{"requestId":"$request","_return":true,"groupId":"$group","securityGroupArn":"arn:aws:ec2:$region:$account:security-group/$group"}`},
		{
			source: "ec2", name: "AuthorizeSecurityGroupIngress", kind: write,
			request:  `{"groupId":"$group","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"groups":{},"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8","description":"$app"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}`,
			response: `{"requestId":"$request","_return":true,"securityGroupRuleSet":{"items":[{"groupOwnerId":"$account","groupId":"$group","securityGroupRuleId":"sgr-0$hex","description":"$app","isEgress":false,"ipProtocol":"tcp","fromPort":443,"toPort":443,"cidrIpv4":"10.0.0.0/8"}]}}`,
		},
		{source: "ec2", name: "RevokeSecurityGroupIngress", kind: write, request: `{"groupId":"$group","securityGroupRuleIds":{"items":[{"securityGroupRuleId":"sgr-0$long"}]}}`, response: `{"requestId":"$request","_return":true,"unknownIpPermissionSet":{}}`},
		{source: "ec2", name: "CreateLaunchTemplateVersion", kind: write, request: `{"CreateLaunchTemplateVersionRequest":{"LaunchTemplateId":"$template","ClientToken":"terraform-$hex","LaunchTemplateData":{"ImageId":"$image","InstanceType":"$type","UserData":"<sensitiveDataRemoved>","SecurityGroupId":[{"tag":1,"content":"$group"}]}}}`, response: `{"CreateLaunchTemplateVersionResponse":{` + xmlns + `,"launchTemplateVersion":{"launchTemplateId":"$template","launchTemplateName":"$app-$env","versionNumber":$num,"defaultVersion":false,"createTime":"$time","createdBy":"$arn"}}}`},

		{source: "autoscaling", name: "DescribeAutoScalingGroups", request: `{"autoScalingGroupNames":["eks-$app-$env-$short"],"maxRecords":100}`},
		{source: "autoscaling", name: "DescribeAutoScalingInstances", request: `{"instanceIds":["$instance"]}`},
		{source: "autoscaling", name: "SetDesiredCapacity", kind: write, request: `{"autoScalingGroupName":"eks-$app-$env-$short","desiredCapacity":$digit,"honorCooldown":false}`},
		{source: "autoscaling", name: "UpdateAutoScalingGroup", kind: write, request: `{"autoScalingGroupName":"eks-$app-$env-$short","minSize":1,"maxSize":$digit}`},
		{source: "elasticloadbalancing", name: "DescribeTargetHealth", request: `{"targetGroupArn":"arn:aws:elasticloadbalancing:$region:$account:targetgroup/k8s-$app/$long"}`},
		{source: "elasticloadbalancing", name: "DescribeLoadBalancers", request: `{"pageSize":400}`},
		{source: "elasticloadbalancing", name: "RegisterTargets", kind: write, request: `{"targetGroupArn":"arn:aws:elasticloadbalancing:$region:$account:targetgroup/k8s-$app/$long","targets":[{"id":"$instance","port":8443}]}`},
		{source: "elasticloadbalancing", name: "DeregisterTargets", kind: write, request: `{"targetGroupArn":"arn:aws:elasticloadbalancing:$region:$account:targetgroup/k8s-$app/$long","targets":[{"id":"$instance","port":8443}]}`},
		{source: "elasticloadbalancing", name: "ModifyListener", kind: write, request: `{"listenerArn":"arn:aws:elasticloadbalancing:$region:$account:listener/app/$app/$long/$hex","defaultActions":[{"type":"forward","targetGroupArn":"arn:aws:elasticloadbalancing:$region:$account:targetgroup/k8s-$app/$long"}]}`, response: `{"listeners":[{"listenerArn":"arn:aws:elasticloadbalancing:$region:$account:listener/app/$app/$long/$hex","port":443,"protocol":"HTTPS","sslPolicy":"ELBSecurityPolicy-TLS13-1-2-2021-06"}]}`},
		{source: "eks", name: "DescribeCluster", request: `{"name":"$app-$env"}`},
		{source: "ecs", name: "DescribeServices", request: `{"cluster":"$env","services":["$app"],"include":[]}`},
		{source: "ecs", name: "UpdateService", kind: write, request: `{"cluster":"$env","service":"$app","taskDefinition":"$app:$num","forceNewDeployment":true}`, response: `{"service":{"serviceArn":"arn:aws:ecs:$region:$account:service/$env/$app","serviceName":"$app","clusterArn":"arn:aws:ecs:$region:$account:cluster/$env","status":"ACTIVE","desiredCount":$digit,"runningCount":$digit,"pendingCount":0,"launchType":"FARGATE","taskDefinition":"arn:aws:ecs:$region:$account:task-definition/$app:$num","createdAt":"$stamp","schedulingStrategy":"REPLICA","enableECSManagedTags":true,"propagateTags":"NONE"}}`},
		{
			source: "ecs", name: "RegisterTaskDefinition", kind: write,
			request:  `{"family":"$app","networkMode":"awsvpc","cpu":"1024","memory":"2048","requiresCompatibilities":["FARGATE"],"executionRoleArn":"arn:aws:iam::$account:role/ecs-execution","taskRoleArn":"arn:aws:iam::$account:role/$app-app","containerDefinitions":[{"name":"$app","image":"$account.dkr.ecr.$region.amazonaws.com/$app:$hex","essential":true,"portMappings":[{"containerPort":8080,"protocol":"tcp"}],"environment":[$settings],"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/$app","awslogs-region":"$region","awslogs-stream-prefix":"ecs"}}}]}`,
			response: `{"taskDefinition":{"taskDefinitionArn":"arn:aws:ecs:$region:$account:task-definition/$app:$num","family":"$app","revision":$num,"status":"ACTIVE","registeredAt":"$stamp","registeredBy":"$arn","containerDefinitions":[{"name":"$app","image":"$account.dkr.ecr.$region.amazonaws.com/$app:$hex","cpu":0,"essential":true,"environment":[$settings],"mountPoints":[],"volumesFrom":[]}],"volumes":[],"placementConstraints":[],"compatibilities":["EC2","FARGATE"]}}`,
		},
		{source: "ecr", name: "GetAuthorizationToken"},
		{source: "ecr", name: "BatchGetImage", request: `{"registryId":"$account","repositoryName":"$app","imageIds":[$digests],"acceptedMediaTypes":["application/vnd.docker.distribution.manifest.v2+json","application/vnd.oci.image.index.v1+json"]}`, resources: `[{"accountId":"$account","ARN":"arn:aws:ecr:$region:$account:repository/$app"}]`},
		{source: "ecr", name: "GetDownloadUrlForLayer", request: `{"registryId":"$account","repositoryName":"$app","layerDigest":"sha256:$hex$hex$hex$hex"}`, resources: `[{"accountId":"$account","ARN":"arn:aws:ecr:$region:$account:repository/$app"}]`},
		{source: "ecr", name: "InitiateLayerUpload", kind: write, request: `{"registryId":"$account","repositoryName":"$app"}`, response: `{"uploadId":"$uuid","partSize":20971520}`, resources: `[{"accountId":"$account","ARN":"arn:aws:ecr:$region:$account:repository/$app"}]`},
		{source: "ecr", name: "PutImage", kind: write, request: `{"registryId":"$account","repositoryName":"$app","imageTag":"$hex","imageManifestMediaType":"application/vnd.docker.distribution.manifest.v2+json"}`, response: `{"image":{"registryId":"$account","repositoryName":"$app","imageId":{"imageDigest":"sha256:$hex$hex$hex$hex","imageTag":"$hex"}}}`, resources: `[{"accountId":"$account","ARN":"arn:aws:ecr:$region:$account:repository/$app"}]`},
		{source: "lambda", name: "ListFunctions", request: `{"maxItems":50}`},
		{source: "lambda", name: "GetFunction", request: `{"functionName":"arn:aws:lambda:$region:$account:function:$app-$env"}`},
		{source: "lambda", name: "Invoke", kind: writeData, request: `{"functionName":"arn:aws:lambda:$region:$account:function:$app-$env","invocationType":"RequestResponse"}`, extra: `{"functionVersion":"arn:aws:lambda:$region:$account:function:$app-$env:$LATEST"}`, resources: `[{"accountId":"$account","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:$region:$account:function:$app-$env"}]`},
		{source: "lambda", name: "UpdateFunctionCode", kind: write, request: `{"functionName":"$app-$env","s3Bucket":"$bucket","s3Key":"releases/$app/$hex.zip","dryRun":false,"publish":true}`, response: functionAnswer},
		{source: "lambda", name: "UpdateFunctionConfiguration", kind: write, request: `{"functionName":"$app-$env","memorySize":512,"timeout":30,"environment":{}}`, response: functionAnswer},
		{source: "lambda", name: "CreateFunction", kind: write, request: `{"functionName":"$app-$env","runtime":"python3.12","role":"arn:aws:iam::$account:role/$app-app","handler":"main.handler","code":{"s3Bucket":"$bucket","s3Key":"releases/$app/$hex.zip"},"timeout":30,"memorySize":512,"publish":false,"packageType":"Zip","architectures":["arm64"]}`, response: functionAnswer},
	}
}

const functionAnswer = `{"functionName":"$app-$env","functionArn":"arn:aws:lambda:$region:$account:function:$app-$env","runtime":"python3.12","role":"arn:aws:iam::$account:role/$app-app","handler":"main.handler","codeSize":$bytes,"description":"","timeout":30,"memorySize":512,"lastModified":"$time","codeSha256":"$hex$hex$hex$hex","version":"$LATEST","environment":{},"tracingConfig":{"mode":"PassThrough"},"revisionId":"$uuid","layers":[],"state":"Active","lastUpdateStatus":"InProgress","packageType":"Zip","architectures":["arm64"],"ephemeralStorage":{"size":512},"snapStart":{"applyOn":"None","optimizationStatus":"Off"},"loggingConfig":{"logFormat":"Text","logGroup":"/aws/lambda/$app-$env"}}`
