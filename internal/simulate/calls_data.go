package simulate

const (
	objectExtra = `{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":%IN,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"$id","bytesTransferredOut":%OUT}`
	objectARNs  = `[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::$bucket/%OBJECT"},{"accountId":"$account","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::$bucket"}]`
	bucketARN   = `[{"accountId":"$account","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::$bucket"}]`
	bucketHost  = `"bucketName":"$bucket","Host":"$bucket.s3.$region.amazonaws.com"`
	keyARN      = `[{"accountId":"$account","type":"AWS::KMS::Key","ARN":"arn:aws:kms:$region:$account:key/$cmk"}]`
	keyID       = `"keyId":"arn:aws:kms:$region:$account:key/$cmk"`
	encryption  = `"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::$bucket"}`
)

// dataCalls are those of storage, keys and databases.
func dataCalls() []call {
	down := fill(objectExtra, "%IN", "0", "%OUT", "$bytes")
	up := fill(objectExtra, "%IN", "$bytes", "%OUT", "0")
	bare := fill(objectExtra, "%IN", "0", "%OUT", "$num")
	// The key stands in two fields, so it is drawn from what stays the same
	// within an event.
	const key = "data/$app/$env/$long.parquet"
	one := fill(objectARNs, "%OBJECT", key)
	return []call{
		{source: "s3", name: "GetObject", kind: readData, request: `{` + bucketHost + `,"key":"` + key + `"}`, extra: down, resources: one},
		{source: "s3", name: "HeadObject", kind: readData, request: `{` + bucketHost + `,"key":"` + key + `"}`, extra: bare, resources: one},
		{source: "s3", name: "PutObject", kind: writeData, request: `{` + bucketHost + `,"key":"` + key + `","x-amz-server-side-encryption":"aws:kms"}`, response: `{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:$region:$account:key/$cmk"}`, extra: up, resources: one},
		{source: "s3", name: "DeleteObject", kind: writeData, request: `{` + bucketHost + `,"key":"` + key + `"}`, extra: bare, resources: one},
		{source: "s3", name: "ListObjects", kind: readData, request: `{"list-type":"2",` + bucketHost + `,"prefix":"$app/","max-keys":"1000","encoding-type":"url"}`, extra: down, resources: `[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::$bucket/"},{"accountId":"$account","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::$bucket"}]`},
		{source: "s3", name: "ListBuckets", request: `{"Host":"s3.$region.amazonaws.com"}`, extra: bare},
		{source: "s3", name: "GetBucketAcl", request: `{` + bucketHost + `,"acl":""}`, extra: bare, resources: bucketARN},
		{source: "s3", name: "GetBucketPolicy", request: `{` + bucketHost + `,"policy":""}`, extra: bare, resources: bucketARN},
		{source: "s3", name: "GetBucketPublicAccessBlock", request: `{` + bucketHost + `,"publicAccessBlock":""}`, extra: bare, resources: bucketARN},
		{source: "s3", name: "GetBucketEncryption", request: `{` + bucketHost + `,"encryption":""}`, extra: bare, resources: bucketARN},
		{source: "s3", name: "PutBucketPolicy", variant: "private", kind: write, request: `{` + bucketHost + `,"policy":"","bucketPolicy":{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::$bucket","arn:aws:s3:::$bucket/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}}`, extra: fill(objectExtra, "%IN", "$num", "%OUT", "0"), resources: bucketARN},
		{source: "s3", name: "PutBucketTagging", kind: write, request: `{` + bucketHost + `,"tagging":"","Tagging":{"TagSet":{"Tag":[$tags]}}}`, extra: bare, resources: bucketARN},

		{source: "kms", name: "Decrypt", request: `{"encryptionAlgorithm":"SYMMETRIC_DEFAULT",` + encryption + `}`, extra: `{"keyMaterialId":"$hex$hex$hex$hex"}`, resources: keyARN},
		{source: "kms", name: "GenerateDataKey", request: `{"keySpec":"AES_256",` + keyID + `,` + encryption + `}`, resources: keyARN},
		{source: "kms", name: "Encrypt", request: `{"encryptionAlgorithm":"SYMMETRIC_DEFAULT",` + keyID + `,` + encryption + `}`, resources: keyARN},
		{source: "kms", name: "DescribeKey", request: `{` + keyID + `}`, resources: keyARN},
		{source: "kms", name: "ListKeys"},
		{source: "kms", name: "ListGrants", request: `{` + keyID + `,"limit":100}`, resources: keyARN},
		{source: "kms", name: "CreateGrant", kind: write, request: `{` + keyID + `,"granteePrincipal":"arn:aws:iam::$account:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling","operations":["Decrypt","GenerateDataKeyWithoutPlaintext","CreateGrant"],"constraints":{"encryptionContextSubset":{"aws:ebs:id":"$volume"}},"retiringPrincipal":"ec2.$region.amazonaws.com"}`, response: `{"grantId":"$hex$hex$hex$hex",` + keyID + `}`, resources: keyARN},

		{source: "dynamodb", name: "GetItem", kind: readData, request: `{"tableName":"$app-$env","key":{"pk":"HIDDEN_DUE_TO_SECURITY_REASONS"},"consistentRead":false}`, resources: `[{"accountId":"$account","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:$region:$account:table/$app-$env"}]`},
		{source: "dynamodb", name: "DescribeTable", request: `{"tableName":"$app-$env"}`, resources: `[{"accountId":"$account","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:$region:$account:table/$app-$env"}]`},
		{source: "rds", name: "DescribeDBInstances", request: `{"maxRecords":100}`},
		{source: "rds", name: "DescribeDBSnapshots", request: `{"dBInstanceIdentifier":"$app-$env","includeShared":false,"includePublic":false}`},
		{source: "rds", name: "CreateDBSnapshot", kind: write, request: `{"dBSnapshotIdentifier":"awsbackup-$short","dBInstanceIdentifier":"$app-$env","tags":[$tags]}`, response: `{"dBSnapshotIdentifier":"awsbackup-$short","dBInstanceIdentifier":"$app-$env","engine":"postgres","allocatedStorage":100,"status":"creating","port":5432,"availabilityZone":"$zone","vpcId":"$vpc","masterUsername":"app","engineVersion":"16.3","licenseModel":"postgresql-license","snapshotType":"manual","percentProgress":0,"storageType":"gp3","encrypted":true,"kmsKeyId":"arn:aws:kms:$region:$account:key/$cmk","dBSnapshotArn":"arn:aws:rds:$region:$account:snapshot:awsbackup-$short","iAMDatabaseAuthenticationEnabled":true,"dbiResourceId":"db-$long"}`},
		{source: "rds", name: "ModifyDBInstance", kind: write, request: `{"dBInstanceIdentifier":"$app-$env","applyImmediately":false,"allowMajorVersionUpgrade":false,"backupRetentionPeriod":14,"maxAllocatedStorage":1000}`, response: `{"dBInstanceIdentifier":"$app-$env","dBInstanceClass":"db.r6g.large","engine":"postgres","dBInstanceStatus":"available","masterUsername":"app","endpoint":{"address":"$app-$env.$short.$region.rds.amazonaws.com","port":5432},"allocatedStorage":100,"preferredBackupWindow":"03:12-03:42","backupRetentionPeriod":14,"multiAZ":true,"engineVersion":"16.3","publiclyAccessible":false,"storageEncrypted":true,"deletionProtection":true}`},
		{source: "secretsmanager", name: "GetSecretValue", request: `{"secretId":"$env/$app/database","versionStage":"AWSCURRENT"}`},
		{source: "secretsmanager", name: "ListSecrets", request: `{"maxResults":100}`},
		{source: "ssm", name: "GetParameter", request: `{"name":"/$env/$app/endpoint","withDecryption":true}`, resources: `[{"accountId":"$account","ARN":"arn:aws:ssm:$region:$account:parameter/$env/$app/endpoint"}]`},
		{source: "ssm", name: "GetParametersByPath", request: `{"path":"/$env/$app","recursive":true,"withDecryption":true,"maxResults":10}`, resources: `[{"accountId":"$account","ARN":"arn:aws:ssm:$region:$account:parameter/$env/$app"}]`},
		{source: "ssm", name: "PutParameter", kind: write, request: `{"name":"/$env/$app/version","type":"String","value":"HIDDEN_DUE_TO_SECURITY_REASONS","overwrite":true}`, response: `{"version":$num,"tier":"Standard"}`},
		{source: "ssm", name: "UpdateInstanceInformation", kind: write, request: `{"instanceId":"$instance","agentVersion":"3.3.551.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"$private","computerName":"ip-10-0-0-12.$region.compute.internal","agentName":"amazon-ssm-agent","availabilityZone":"$zone","availabilityZoneId":"use1-az1","sSMConnectionChannel":"ssmmessages"}`},
		{source: "ssm", name: "StartSession", kind: write, request: `{"target":"$instance","documentName":"SSM-SessionManagerRunShell"}`, response: `{"sessionId":"operator-$hex","tokenValue":"HIDDEN_DUE_TO_SECURITY_REASONS","streamUrl":"wss://ssmmessages.$region.amazonaws.com/v1/data-channel/operator-$hex?role=publish_subscribe"}`},
		{source: "sqs", name: "GetQueueAttributes", request: `{"queueUrl":"https://sqs.$region.amazonaws.com/$account/$app-$env","attributeNames":["All"]}`},
		{source: "sns", name: "Publish", kind: writeData, request: `{"topicArn":"arn:aws:sns:$region:$account:$app-$env","message":"HIDDEN_DUE_TO_SECURITY_REASONS"}`, response: `{"messageId":"$uuid"}`, resources: `[{"accountId":"$account","type":"AWS::SNS::Topic","ARN":"arn:aws:sns:$region:$account:$app-$env"}]`},
		{source: "backup", name: "ListBackupVaults", request: `{"maxResults":100}`},
		{source: "backup", name: "StartBackupJob", kind: write, request: `{"backupVaultName":"Default","resourceArn":"arn:aws:ec2:$region:$account:volume/$volume","iamRoleArn":"arn:aws:iam::$account:role/service-role/AWSBackupDefaultServiceRole","idempotencyToken":"$uuid","lifecycle":{"deleteAfterDays":35}}`, response: `{"backupJobId":"$uuid","creationDate":"$stamp","isParent":false}`},
	}
}
