package simulate

const stackID = `"stackName":"$app-$env","stackId":"arn:aws:cloudformation:$region:$account:stack/$app-$env/$cmk"`

// otherCalls are those of deployment, logs and the services that watch.
func otherCalls() []call {
	return []call{
		{source: "cloudformation", name: "DescribeStacks", request: `{"stackName":"$app-$env"}`},
		{source: "cloudformation", name: "DescribeStackEvents", request: `{"stackName":"arn:aws:cloudformation:$region:$account:stack/$app-$env/$cmk"}`},
		{source: "cloudformation", name: "CreateStack", kind: write, request: `{"stackName":"$app-$env","templateURL":"https://s3.$region.amazonaws.com/$bucket/templates/$app.yml","parameters":[{"parameterKey":"Environment"},{"parameterKey":"ImageTag"},{"parameterKey":"DesiredCount"}],"capabilities":["CAPABILITY_NAMED_IAM"],"tags":[$tags]}`, response: `{` + stackID + `}`},
		{source: "cloudformation", name: "UpdateStack", kind: write, request: `{"stackName":"$app-$env","templateURL":"https://s3.$region.amazonaws.com/$bucket/templates/$app.yml","parameters":[{"parameterKey":"ImageTag"},{"parameterKey":"DesiredCount","usePreviousValue":true}],"capabilities":["CAPABILITY_NAMED_IAM"]}`, response: `{` + stackID + `}`},
		{source: "cloudformation", name: "CreateChangeSet", kind: write, request: `{"changeSetName":"awscli-cloudformation-package-deploy-$num","changeSetType":"UPDATE","stackName":"$app-$env","parameters":[{"parameterKey":"ImageTag"}],"capabilities":["CAPABILITY_IAM"],"tags":[$tags]}`, response: `{"id":"arn:aws:cloudformation:$region:$account:changeSet/awscli-cloudformation-package-deploy-$num/$uuid",` + stackID + `}`},
		{source: "cloudformation", name: "ExecuteChangeSet", kind: write, request: `{"changeSetName":"awscli-cloudformation-package-deploy-$num","stackName":"$app-$env"}`},
		{source: "cloudtrail", name: "DescribeTrails", request: `{"includeShadowTrails":true,"trailNameList":[]}`},
		{source: "cloudtrail", name: "GetTrailStatus", request: `{"name":"arn:aws:cloudtrail:$region:$account:trail/management-events"}`},
		{source: "cloudtrail", name: "LookupEvents", request: `{"maxResults":50,"lookupAttributes":[{"attributeKey":"ReadOnly","attributeValue":"false"}]}`},
		{source: "logs", name: "CreateLogStream", kind: write, request: `{"logGroupName":"/aws/lambda/$app-$env","logStreamName":"2026/[$LATEST]$hex$hex"}`},
		{source: "logs", name: "DescribeLogStreams", request: `{"logGroupName":"/aws/lambda/$app-$env","logStreamNamePrefix":"2026","limit":50}`},
		{source: "logs", name: "DescribeLogGroups", request: `{"limit":50,"includeLinkedAccounts":false}`},
		{source: "logs", name: "StartQuery", request: `{"logGroupNames":["/aws/lambda/$app-$env"],"startTime":$millis,"endTime":$millis,"queryString":"fields @timestamp, @message | sort @timestamp desc | limit 100"}`, response: `{"queryId":"$uuid"}`},
		{source: "logs", name: "GetQueryResults", request: `{"queryId":"$uuid"}`},
		{source: "logs", name: "PutRetentionPolicy", kind: write, request: `{"logGroupName":"/aws/lambda/$app-$env","retentionInDays":90}`},
		{source: "monitoring", name: "DescribeAlarms", request: `{"maxRecords":100,"alarmNamePrefix":"TargetTracking-table/$app-$env"}`},
		{source: "monitoring", name: "GetMetricData", kind: readData, request: `{"metricDataQueries":[$metrics],"startTime":"$before","endTime":"$time"}`},
		{source: "config", name: "PutEvaluations", kind: write, request: `{"evaluations":[$evaluations],"resultToken":"HIDDEN_DUE_TO_SECURITY_REASONS","testMode":false}`, response: `{"failedEvaluations":[]}`},
		{source: "athena", name: "StartQueryExecution", kind: write, request: `{"queryString":"select day,\n$columns count(*) from $app group by day","clientRequestToken":"$uuid","queryExecutionContext":{"database":"$env"},"workGroup":"primary"}`, response: `{"queryExecutionId":"$uuid"}`},
		{source: "guardduty", name: "ListDetectors", request: `{"maxResults":50}`},
		{source: "health", name: "DescribeEventAggregates", global: true, request: `{"aggregateField":"eventTypeCategory","filter":{"eventStatusCodes":["open","upcoming"]}}`},
		{source: "support", name: "DescribeTrustedAdvisorChecks", global: true, request: `{"language":"en"}`},
		{source: "ce", name: "GetCostAndUsage", global: true, request: `{"granularity":"DAILY","metrics":["UnblendedCost"],"groupBy":[{"type":"DIMENSION","key":"SERVICE"}],"timePeriod":{"start":"$before","end":"$time"}}`},
		{source: "cloudshell", name: "CreateSession", kind: write, request: `{"EnvironmentId":"$cmk","QCliDisabled":true}`, response: `{"SessionId":"$uuid","StreamUrl":"HIDDEN_DUE_TO_SECURITY_REASONS","TokenValue":"HIDDEN_DUE_TO_SECURITY_REASONS"}`},
		{source: "route53", name: "ChangeResourceRecordSets", kind: write, global: true, request: `{"hostedZoneId":"Z0$short","changeBatch":{"changes":[{"action":"UPSERT","resourceRecordSet":{"name":"$app.$env.example.com","type":"A","aliasTarget":{"hostedZoneId":"Z35SXDOTRQ7X7K","dNSName":"$app-$env.$region.elb.amazonaws.com","evaluateTargetHealth":true}}}]}}`, response: `{"changeInfo":{"id":"/change/C0$long","status":"PENDING","submittedAt":"$stamp"}}`},
	}
}
