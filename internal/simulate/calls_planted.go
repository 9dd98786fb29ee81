package simulate

const done = `{"requestId":"$request","_return":true}`

// plantedCalls are those that only scenarios make: the background never shares
// anything, so that all that is shared is in the truth. What a request says is
// told by the scenario.
func plantedCalls() []call {
	return []call{
		{source: "ec2", name: "ModifyImageAttribute", kind: write, response: done},
		{source: "ec2", name: "ModifySnapshotAttribute", kind: write, response: done},
		{source: "ec2", name: "RegisterImage", kind: write},
		{source: "ec2", name: "ResetImageAttribute", kind: write, response: done},
		{source: "ec2", name: "ResetSnapshotAttribute", kind: write, response: done},
		{source: "ec2", name: "CancelImageLaunchPermission", kind: write},
		{source: "ec2", name: "DisableImage", kind: write},
		{source: "ec2", name: "EnableImage", kind: write},
		{source: "ec2", name: "EnableImageBlockPublicAccess", kind: write, request: `{"EnableImageBlockPublicAccessRequest":{"ImageBlockPublicAccessState":"block-new-sharing"}}`, response: `{"EnableImageBlockPublicAccessResponse":{` + xmlns + `,"imageBlockPublicAccessState":"block-new-sharing"}}`},
		{source: "ec2", name: "EnableSnapshotBlockPublicAccess", kind: write},
		{source: "ec2", name: "DescribeSnapshotAttribute"},
		{source: "ec2", name: "GetImageBlockPublicAccessState", request: `{"GetImageBlockPublicAccessStateRequest":""}`},
		{source: "ec2", name: "DisableImageBlockPublicAccess", kind: write, request: `{"DisableImageBlockPublicAccessRequest":""}`, response: `{"DisableImageBlockPublicAccessResponse":{` + xmlns + `,"imageBlockPublicAccessState":"unblocked"}}`},
		{source: "ec2", name: "DisableSnapshotBlockPublicAccess", kind: write, request: `{"DisableSnapshotBlockPublicAccessRequest":""}`, response: `{"DisableSnapshotBlockPublicAccessResponse":{` + xmlns + `,"state":"unblocked"}}`},
		{source: "ec2", name: "CreateStoreImageTask", kind: write, response: `{"CreateStoreImageTaskResponse":{` + xmlns + `,"objectKey":"%IMAGE.bin"}}`},
		{source: "ec2", name: "ExportImage", kind: write, response: `{"ExportImageResponse":{` + xmlns + `,"exportImageTaskId":"export-ami-0$hex","imageId":"%IMAGE","diskImageFormat":"VMDK","progress":"0","status":"active","statusMessage":"validating"}}`},
		{source: "ec2", name: "CreateInstanceExportTask", kind: write, response: `{"requestId":"$request","exportTask":{"exportTaskId":"export-i-0$hex","state":"active","instanceExport":{"instanceId":"$instance","targetEnvironment":"vmware"}}}`},
		{source: "rds", name: "ModifyDBSnapshotAttribute", kind: write},
		{source: "rds", name: "ModifyDBClusterSnapshotAttribute", kind: write},
		{source: "rds", name: "DeleteDBSnapshot", kind: write},
		{source: "rds", name: "CreateDBClusterSnapshot", kind: write},
		{source: "rds", name: "DeleteDBClusterSnapshot", kind: write},
		{source: "rds", name: "DescribeDBClusterSnapshots", request: `{"includeShared":false,"includePublic":false}`},
		{source: "kms", name: "CreateGrant", variant: "foreign", kind: write, response: `{"grantId":"$hex$hex$hex$hex",` + keyID + `}`, resources: keyARN},
		{source: "s3", name: "PutBucketPolicy", kind: write, extra: fill(objectExtra, "%IN", "$num", "%OUT", "0"), resources: bucketARN},
		{source: "s3", name: "PutBucketAcl", kind: write, extra: fill(objectExtra, "%IN", "$num", "%OUT", "0"), resources: bucketARN},
		{source: "kms", name: "PutKeyPolicy", kind: write, resources: keyARN},
		{source: "batch", name: "RegisterJobDefinition", kind: write, response: `{"jobDefinitionName":"nightly-export","jobDefinitionArn":"arn:aws:batch:$region:$account:job-definition/nightly-export:1","revision":1}`},
		{source: "batch", name: "SubmitJob", kind: write, response: `{"jobArn":"arn:aws:batch:$region:$account:job/$uuid","jobName":"nightly-export","jobId":"$uuid"}`},
		{source: "s3", name: "DeleteBucketPublicAccessBlock", kind: write, extra: fill(objectExtra, "%IN", "0", "%OUT", "0"), resources: bucketARN},
		{source: "s3", name: "PutBucketVersioning", kind: write, extra: fill(objectExtra, "%IN", "$num", "%OUT", "0"), resources: bucketARN},
		{source: "s3", name: "PutBucketReplication", kind: write, extra: fill(objectExtra, "%IN", "$num", "%OUT", "0"), resources: bucketARN},
		{source: "s3", name: "CreateJob", kind: write, response: `{"jobId":"$uuid"}`},
		{source: "s3", name: "JobCreated", kind: happening, details: `{"jobId":"%JOB","jobArn":"arn:aws:s3:$region:$account:job/%JOB","status":"New","jobEventId":"$hex","failureCodes":[],"statusChangeReason":[]}`},
		{source: "backup", name: "PutBackupVaultAccessPolicy", kind: write},
		{source: "backup", name: "StartCopyJob", kind: write, response: `{"copyJobId":"$uuid","creationDate":"$stamp","isParent":false}`},
		{source: "datasync", name: "CreateLocationS3", kind: write, response: `{"locationArn":"arn:aws:datasync:$region:$account:location/loc-0$hex"}`},
		{source: "datasync", name: "CreateTask", kind: write, response: `{"taskArn":"arn:aws:datasync:$region:$account:task/%TASK"}`},
		{source: "datasync", name: "StartTaskExecution", kind: write, response: `{"taskExecutionArn":"arn:aws:datasync:$region:$account:task/%TASK/execution/exec-0$hex"}`},
		{source: "cloudtrail", name: "StopLogging", kind: write, request: `{"name":"arn:aws:cloudtrail:$region:$account:trail/management-events"}`},
		{
			source: "signin", name: "ConsoleLogin", variant: "password", kind: signIn, global: true, response: `{"ConsoleLogin":"Success"}`,
			extra: `{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"No"}`,
		},
		{source: "iam", name: "CreateAccessKey", kind: write, global: true, response: `{"accessKey":{"userName":"<root>","accessKeyId":"$akia","status":"Active","createDate":"$stamp"}}`},
	}
}
