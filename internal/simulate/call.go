package simulate

import "strings"

// kind says what a call is to CloudTrail.
type kind uint8

const (
	read      kind = iota // a management event that changes nothing
	write                 // a management event
	readData              // a data event that changes nothing
	writeData             // a data event
	happening             // no call: a service tells of something
	signIn                // to the console
)

// call is an operation of a service and the shape of its record.
type call struct {
	source, name string // ec2, DescribeInstances
	variant      string // tells apart shapes of the same operation
	kind         kind
	global       bool // of a service that belongs to no region

	// Templates of JSON; "" is null, and a field that is left out.
	request, response string
	extra             string // additionalEventData
	resources         string
	details           string // serviceEventDetails

	version string
	command string // as the command line spells it: ec2.describe-instances
	parts   struct{ head, request, response, extra, resources, details template }
	fails   []failure
}

// newBook returns all calls by source.name or source.name:variant.
func newBook() map[string]*call {
	book := map[string]*call{}
	for _, table := range [][]call{computeCalls(), dataCalls(), identityCalls(), otherCalls(), plantedCalls()} {
		for _, c := range table {
			key := c.source + "." + c.name
			if c.variant != "" {
				key += ":" + c.variant
			}
			c.compile()
			book[key] = &c
		}
	}
	return book
}

// compile prepares the templates.
func (c *call) compile() {
	host := c.source + ".amazonaws.com"
	c.parts.head = compile(`"eventSource":"` + host + `","eventName":"` + c.name + `"`)
	c.parts.request, c.parts.response = orNull(c.request), orNull(c.response)
	c.parts.extra, c.parts.resources, c.parts.details = compile(c.extra), compile(c.resources), compile(c.details)
	// Services are at different versions of the record.
	versions := []string{"1.08", "1.09", "1.10", "1.11", "1.11"}
	c.version = versions[hashText(c.source)%uint64(len(versions))]
	c.command = c.source + "." + kebab(c.name)
	c.fails = failuresOf(c)
}

// kebab spells a name with hyphens, DescribeDBInstances as
// describe-db-instances.
func kebab(name string) string {
	lower := func(i int) bool { return i < len(name) && 'a' <= name[i] && name[i] <= 'z' }
	var b strings.Builder
	for i := range len(name) {
		if i > 0 && !lower(i) && (lower(i-1) || lower(i+1)) {
			b.WriteByte('-')
		}
		b.WriteString(strings.ToLower(name[i : i+1]))
	}
	return b.String()
}

func (c *call) readOnly() bool { return c.kind == read || c.kind == readData }

func (c *call) isData() bool { return c.kind == readData || c.kind == writeData }

// failure is an error that a call may end with.
type failure struct {
	code    string
	why     string // tells apart those of a code that only scenarios play
	message template
	weight  int
}

// Why a call fails in scenarios, where the code alone does not tell.
const (
	organizationDenies = "service control policy"
	resourcesDeny      = "resource control policy"
	publicBlocked      = "block public access"
	managedKey         = "encryption"
	noSuchImage        = "no such image"
)

// failuresOf returns the errors that are usual with a call. Codes and messages
// have the form of the service.
func failuresOf(c *call) []failure {
	const caller = "User: $arn is not authorized to perform: "
	action := c.source + ":" + c.name
	var list []failure
	add := func(weight int, code, message string) {
		list = append(list, failure{code: code, message: compile(message), weight: weight})
	}
	planted := func(code, why, message string) {
		list = append(list, failure{code: code, why: why, message: compile(message)})
	}
	switch c.source {
	case "ec2":
		add(60, "Client.UnauthorizedOperation", "You are not authorized to perform this operation. "+caller+action+" because no identity-based policy allows the "+action+" action")
		add(30, "Client.RequestLimitExceeded", "Request limit exceeded.")
		if strings.Contains(c.request, "$instance") {
			add(20, "Client.InvalidInstanceID.NotFound", "The instance ID '$instance' does not exist")
		}
		if c.kind == write {
			add(15, "Client.DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
			planted("Client.UnauthorizedOperation", organizationDenies, "You are not authorized to perform this operation. "+caller+action+" with an explicit deny in a service control policy")
			planted("Client.UnauthorizedOperation", resourcesDeny, "You are not authorized to perform this operation. "+caller+action+" with an explicit deny in a resource control policy")
			planted("Client.InvalidAMIID.NotFound", noSuchImage, "The image id does not exist")
			planted("Client.OperationNotPermitted", publicBlocked, "Public sharing is not possible: block public access is enabled in this Region")
			planted("Client.InvalidParameter", managedKey, "Snapshots encrypted with the AWS Managed CMK can't be shared")
		}
	case "s3":
		add(70, "AccessDenied", "Access Denied")
		if strings.Contains(c.request, `"key":`) {
			add(40, "NoSuchKey", "The specified key does not exist.")
		}
		if c.name == "GetBucketPolicy" {
			add(90, "NoSuchBucketPolicy", "The bucket policy does not exist")
		}
	case "kms":
		add(60, "AccessDenied", caller+action+" on resource: arn:aws:kms:$region:$account:key/$cmk because no identity-based policy allows the "+action+" action")
		add(10, "ThrottlingException", "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.")
	case "iam":
		add(40, "AccessDenied", caller+action+" on resource: arn:aws:iam::$account:role/$app-app because no identity-based policy allows the "+action+" action")
		add(40, "NoSuchEntityException", "The role with name $app-app cannot be found.")
		add(10, "ThrottlingException", "Rate exceeded")
	case "signin":
		add(1, "", "Failed authentication")
	case "sts":
		if strings.Contains(c.name, "With") { // the caller is nobody yet
			add(1, "AccessDenied", "Not authorized to perform "+action)
			break
		}
		add(1, "AccessDenied", caller+action+" on resource: arn:aws:iam::$account:role/$app-app")
	case "secretsmanager", "ssm", "dynamodb":
		add(50, "AccessDeniedException", caller+action+" because no identity-based policy allows the "+action+" action")
		add(30, "ResourceNotFoundException", "The requested resource was not found.")
		add(10, "ThrottlingException", "Rate exceeded")
	default:
		add(50, "AccessDenied", caller+action+" because no identity-based policy allows the "+action+" action")
		add(40, "ThrottlingException", "Rate exceeded")
		add(10, "ResourceNotFoundException", "The requested resource was not found.")
	}
	return list
}

// fail picks one of the errors of the call.
func (c *call) fail(d *dice) *failure {
	sum := 0
	for _, f := range c.fails {
		sum += f.weight
	}
	n := d.below(sum)
	for i := range c.fails {
		if n -= c.fails[i].weight; n < 0 {
			return &c.fails[i]
		}
	}
	return nil
}
