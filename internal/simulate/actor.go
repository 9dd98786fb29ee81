package simulate

import (
	"fmt"
	"strconv"
)

// actor is who calls: a user, a role in use, a service.
type actor struct {
	number    uint64
	arn       string // "" for those that have none
	kind      string // userIdentity.type
	identity  template
	addresses []string
	agents    []string
	noTLS     bool // CloudTrail records no tlsDetails
	console   bool // calls come from the console's session
	endpoint  string
}

func newActor(w *world, kind, arn, identity string) *actor {
	return &actor{
		number: hash(w.seed, hashText(arn), hashText(identity)),
		arn:    arn, kind: kind, identity: compile(identity),
	}
}

// from gives the actor its addresses and programs.
func (a *actor) from(addresses, agents []string) *actor {
	a.addresses, a.agents = addresses, agents
	return a
}

const temporary = `"accessKeyId":"$key","sessionContext":{%s"attributes":{"creationDate":"$created","mfaAuthenticated":"%t"}%s}`

// rootUser is the owner of the account.
func (w *world) rootUser(account string) *actor {
	arn := "arn:aws:iam::" + account + ":root"
	return newActor(w, "Root", arn, fmt.Sprintf(`{"type":"Root","principalId":"%s","arn":"%s","accountId":"%s",`+temporary+`}`,
		account, arn, account, "", true, ""))
}

// user is an IAM user with an access key.
func (w *world) user(account, name string) *actor {
	arn := "arn:aws:iam::" + account + ":user/" + name
	key := appendKeyID(nil, "AKIA", hash(w.seed, hashText(arn)))
	return newActor(w, "IAMUser", arn, fmt.Sprintf(`{"type":"IAMUser","principalId":"%s","arn":"%s","accountId":"%s","accessKeyId":"%s","userName":"%s"}`,
		w.principal("AIDA", arn), arn, account, key, name))
}

// login is an IAM user who is signing in: there is no key yet.
func (w *world) login(account, name string) *actor {
	arn := "arn:aws:iam::" + account + ":user/" + name
	return newActor(w, "IAMUser", arn, fmt.Sprintf(`{"type":"IAMUser","principalId":"%s","arn":"%s","accountId":"%s","userName":"%s"}`,
		w.principal("AIDA", arn), arn, account, name))
}

// role is a role in use, in a session of that name. path is that of the role,
// such as /aws-reserved/sso.amazonaws.com/. extra stands in the session
// context, after a comma.
func (w *world) role(account, path, name, session, extra string) *actor {
	issuer := "arn:aws:iam::" + account + ":role" + path + name
	id := w.principal("AROA", issuer)
	arn := fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account, name, session)
	context := fmt.Sprintf(`"sessionIssuer":{"type":"Role","principalId":"%s","arn":"%s","accountId":"%s","userName":"%s"},`, id, issuer, account, name)
	return newActor(w, "AssumedRole", arn, fmt.Sprintf(`{"type":"AssumedRole","principalId":"%s:%s","arn":"%s","accountId":"%s",`+temporary+`}`,
		id, session, arn, account, context, false, extra))
}

// serviceRole is a role that a service uses for the account. CloudTrail shows
// the service in place of address and program.
func (w *world) serviceRole(account, name, session, service string) *actor {
	path := "/aws-service-role/" + service + "/"
	issuer := "arn:aws:iam::" + account + ":role" + path + name
	id := w.principal("AROA", issuer)
	arn := fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account, name, session)
	context := fmt.Sprintf(`"sessionIssuer":{"type":"Role","principalId":"%s","arn":"%s","accountId":"%s","userName":"%s"},`, id, issuer, account, name)
	a := newActor(w, "AssumedRole", arn, fmt.Sprintf(`{"type":"AssumedRole","principalId":"%s:%s","arn":"%s","accountId":"%s",`+temporary+`,"invokedBy":"%s"}`,
		id, session, arn, account, context, false, "", service))
	a.noTLS = true
	return a.from([]string{service}, []string{service})
}

// service is a service that acts for itself.
func (w *world) service(name string) *actor {
	a := newActor(w, "AWSService", "", fmt.Sprintf(`{"type":"AWSService","invokedBy":"%s"}`, name))
	a.noTLS = true
	return a.from([]string{name}, []string{name})
}

// otherAccount is how CloudTrail shows a caller to the account that was called,
// if the caller belongs to another.
func (w *world) otherAccount(account, role, session string) *actor {
	id := w.principal("AROA", account+role)
	return newActor(w, "AWSAccount", "", fmt.Sprintf(`{"type":"AWSAccount","principalId":"%s:%s","accountId":"%s"}`, id, session, account))
}

// webIdentity is a workflow that shows a token to get a role.
func (w *world) webIdentity(account, repository string) *actor {
	const issuer = "token.actions.githubusercontent.com"
	subject := "repo:example/" + repository + ":ref:refs/heads/main"
	provider := "arn:aws:iam::" + account + ":oidc-provider/" + issuer
	return newActor(w, "WebIdentityUser", "", fmt.Sprintf(`{"type":"WebIdentityUser","principalId":"%s:sts.amazonaws.com:%s","userName":"%s","identityProvider":"%s"}`,
		provider, subject, subject, provider))
}

// The programs that call.
const (
	agentCLI       = "aws-cli/2.17.20 md/awscrt#0.21.2 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#"
	agentBoto      = "Boto3/1.34.162 md/Botocore#1.34.162 ua/2.0 os/linux#5.10.223 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.162"
	agentTerraform = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.63.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOARCH#amd64 md/GOOS#linux"
	agentFirefox   = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
	agentChrome    = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36"
	agentSafari    = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15"
	agentJava      = "aws-sdk-java/2.26.31 Linux/5.10.223-212.873.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.12+7-LTS Java/17.0.12 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/legacy"
	agentOldJava   = "aws-sdk-java/1.11.538 Linux/4.14.256 OpenJDK_64-Bit_Server_VM/25.252-b09 java/1.8.0_252 vendor/Oracle_Corporation"
	agentGo        = "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#arm64 api/%s"
	agentAutoscale = "aws-sdk-go/1.55.5 (go1.22.5; linux; amd64) cluster-autoscaler/v1.30.0"
	agentSpark     = "aws-sdk-java/1.12.705 Linux/5.10.223-212.873.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/25.412-b09 java/1.8.0_412 scala/2.12.18 kotlin/1.9.23 vendor/Amazon.com_Inc. cfg/retry-mode/standard cfg/auth-source#stat ElasticMapReduce/1.0.0 emrfs/s3n user:hadoop,groups:{hadoop,hdfsadmingroup,aws-users} exec-env/AWS_EMR app/nightly-aggregation com.amazonaws.services.s3.transfer.TransferManager/1.12.705"
	agentConsole   = "AWS Internal"
	agentNode      = "aws-sdk-nodejs/2.1659.0 linux/v18.20.4 exec-env/AWS_Lambda_nodejs18.x promise"
)

// releases has the programs of an actor in the releases that it happens to
// have, so that there are many of each.
func releases(agents []string, n uint64) []string {
	of := func(step, count uint64) string { return strconv.FormatUint(n/step%count, 10) }
	var list []string
	for _, agent := range agents {
		list = append(list, fill(agent,
			"1.34.162", "1.34."+of(1, 163), "aws-cli/2.17.20", "aws-cli/2.17."+of(1, 60), "2.26.31", "2.26."+of(1, 32), "1.12.705", "1.12."+of(1, 706),
			"5.10.223", "5.10."+of(7, 224), "6.1.0", "6.1."+of(7, 100), "v1.30.", "v1."+of(7, 31)+".", "python#3.11.9", "python#3."+of(31, 13)+".9",
			"go#1.22.5", "go#1.22."+of(31, 9), "rv:128", "rv:12"+of(31, 9), "Firefox/128", "Firefox/12"+of(31, 9), "Chrome/127", "Chrome/12"+of(31, 8)))
	}
	return list
}

// Addresses are of the ranges kept for documentation and of private ones: no
// event accuses anybody's machine.

// office is one of the addresses from which people work.
func office(n uint64) string {
	if n%5 == 4 {
		return fmt.Sprintf("2001:db8:%x:%x::%x", (n>>8)%16, (n>>16)%256, (n>>24)%65536)
	}
	return fmt.Sprintf("198.51.100.%d", 1+n%60)
}

// public is one of the addresses of machines, those of runners and of ours.
func public(n uint64) string { return fmt.Sprintf("192.0.2.%d", 1+n%250) }

func private(n uint64) string {
	return fmt.Sprintf("10.%d.%d.%d", n%16, (n>>8)%256, 4+(n>>16)%250)
}
