package simulate

const (
	roleARN     = `[{"accountId":"$account","type":"AWS::IAM::Role","ARN":"arn:aws:iam::$account:role/%ROLE"}]`
	credentials = `"credentials":{"accessKeyId":"$newkey","sessionToken":"IQoJb3JpZ2luX2Vj$token","expiration":"$expiry"}`
)

// identityCalls are those of IAM, STS and the sign-in.
func identityCalls() []call {
	assume := func(variant, role, session, extra string) call {
		return call{
			source: "sts", name: "AssumeRole", variant: variant, kind: read,
			request:   `{"roleArn":"arn:aws:iam::$account:role/` + role + `","roleSessionName":"` + session + `"` + extra + `}`,
			response:  `{` + credentials + `,"assumedRoleUser":{"assumedRoleId":"AROA0$short:` + session + `","arn":"arn:aws:sts::$account:assumed-role/` + role + `/` + session + `"}}`,
			resources: fill(roleARN, "%ROLE", role),
		}
	}
	withToken := func(variant, role, session, provider string) call {
		return call{
			source: "sts", name: "AssumeRoleWithWebIdentity", variant: variant,
			request:   `{"roleArn":"arn:aws:iam::$account:role/` + role + `","roleSessionName":"` + session + `","durationSeconds":3600}`,
			response:  `{` + credentials + `,"subjectFromWebIdentityToken":"` + provider + `","assumedRoleUser":{"assumedRoleId":"AROA0$short:` + session + `","arn":"arn:aws:sts::$account:assumed-role/` + role + `/` + session + `"},"provider":"arn:aws:iam::$account:oidc-provider/` + provider + `","audience":"sts.amazonaws.com"}`,
			resources: fill(roleARN, "%ROLE", role),
		}
	}
	return []call{
		assume("service", "$app-app", "$instance", ""),
		assume("user", "$app-deploy", "botocore-session-$num", `,"durationSeconds":3600`),
		assume("foreign", "PostureScannerReadOnly", "scan-$short", `,"externalId":"HIDDEN_DUE_TO_SECURITY_REASONS","durationSeconds":3600`),
		withToken("pod", "$app-irsa", "aws-sdk-go-$num", "oidc.eks.$region.amazonaws.com/id/$long"),
		withToken("workflow", "github-deploy", "GitHubActions-$num", "token.actions.githubusercontent.com"),
		{
			source: "sts", name: "AssumeRoleWithSAML",
			request:   `{"principalArn":"arn:aws:iam::$account:saml-provider/AWSSSO-DO-NOT-DELETE","roleArn":"arn:aws:iam::$account:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO-$env","sAMLAssertionID":"_$uuid","durationSeconds":3600}`,
			response:  `{` + credentials + `,"assumedRoleUser":{"assumedRoleId":"AROA0$short:operator@example.com","arn":"arn:aws:sts::$account:assumed-role/AWSReservedSSO-$env/operator@example.com"},"subjectType":"persistent","issuer":"https://portal.sso.$region.amazonaws.com/saml/assertion/$long","audience":"https://signin.aws.amazon.com/saml"}`,
			resources: fill(roleARN, "%ROLE", "aws-reserved/sso.amazonaws.com/AWSReservedSSO-$env"),
		},
		{source: "sts", name: "GetCallerIdentity"},
		{source: "sts", name: "GetSessionToken", request: `{"durationSeconds":43200}`, response: `{` + credentials + `}`},
		{
			source: "signin", name: "ConsoleLogin", kind: signIn, global: true, response: `{"ConsoleLogin":"Success"}`,
			extra: `{"LoginTo":"https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&nc2=h_ct&state=hashArgsFromTB_$region","MobileVersion":"No","MFAIdentifier":"arn:aws:iam::$account:mfa/$app","MFAUsed":"Yes"}`,
		},
		{source: "iam", name: "ListUsers", global: true, request: `{"maxItems":100}`},
		{source: "iam", name: "ListRoles", global: true, request: `{"maxItems":1000}`},
		{source: "iam", name: "ListAccessKeys", global: true, request: `{"userName":"$app"}`},
		{source: "iam", name: "ListMFADevices", global: true},
		{source: "iam", name: "ListRolePolicies", global: true, request: `{"roleName":"$app-app"}`},
		{source: "iam", name: "GetUser", global: true},
		{source: "iam", name: "GetRole", global: true, request: `{"roleName":"$app-app"}`},
		{source: "iam", name: "GetPolicy", global: true, request: `{"policyArn":"arn:aws:iam::$account:policy/$app-$env"}`},
		{source: "iam", name: "GetAccountSummary", global: true},
		{source: "iam", name: "CreateRole", kind: write, global: true, request: `{"roleName":"$app-$env-$short","description":"Managed by Terraform","assumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}","maxSessionDuration":3600,"tags":[$tags]}`, response: `{"role":{"path":"/","roleName":"$app-$env-$short","roleId":"AROA0$short","arn":"arn:aws:iam::$account:role/$app-$env-$short","createDate":"$stamp","assumeRolePolicyDocument":"%7B%22Version%22%3A%222012-10-17%22%7D"}}`},
		{source: "iam", name: "AttachRolePolicy", kind: write, global: true, request: `{"roleName":"$app-app","policyArn":"arn:aws:iam::$account:policy/$app-$env"}`},
		{source: "iam", name: "PutRolePolicy", kind: write, global: true, request: `{"roleName":"$app-app","policyName":"$app","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[$statements]}"}`},
		{source: "iam", name: "CreatePolicyVersion", kind: write, global: true, request: `{"policyArn":"arn:aws:iam::$account:policy/$app-$env","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[$statements]}","setAsDefault":true}`, response: `{"policyVersion":{"versionId":"v$digit","isDefaultVersion":true,"createDate":"$stamp"}}`},
		{source: "organizations", name: "ListAccounts", global: true},
		{source: "account", name: "GetContactInformation", global: true},
	}
}
