package exposure

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
)

// act is what a call does to who may use something.
type act uint8

const (
	create act = iota + 1 // of something that nobody else may use yet
	modify                // of permissions
	reset                 // of all permissions
	cancel                // of the caller's own permission
	remove                // of the thing itself, or of all that may use it
	block                 // of public access
	unblock
)

// The states of block public access. Source: EnableSnapshotBlockPublicAccess in
// the reference of EC2.
const (
	BlockAll  = "block-all-sharing" // what is public is treated as private
	BlockNew  = "block-new-sharing" // what is public stays so
	Unblocked = "unblocked"
)

// operation is a call of AWS that the ledger follows, and where its record says
// what it did.
type operation struct {
	name    string
	service string
	kind    Kind
	act     act
	ids     []string // the fields that may name the resource
	modes   []string
	lists   []list
	// attributes are those that say who may use it.
	attributes []string
}

func (op *operation) grants(attribute string) bool { return slices.Contains(op.attributes, attribute) }

// list is a field that holds recipients.
type list struct {
	field     string
	recipient RecipientType
	change    string // add, remove or asOperation
}

// asOperation stands for the request's own operationType.
const asOperation = ""

// operations are the calls that are followed, by name.
//
// DisableImage is among those that end all: it takes the launch permissions
// away for good. Source: EC2 User Guide, Disable an AMI.
var operations = byName(
	ec2(Image, modify, "ModifyImageAttribute"),
	ec2(Image, reset, "ResetImageAttribute"),
	ec2(Image, cancel, "CancelImageLaunchPermission"),
	ec2(Image, remove, "DeregisterImage", "DisableImage"),
	ec2(Image, create, "CreateImage", "CopyImage", "RegisterImage", "ImportImage", "CreateRestoreImageTask"),
	ec2(Image, block, "EnableImageBlockPublicAccess"),
	ec2(Image, unblock, "DisableImageBlockPublicAccess"),
	ec2(Snapshot, modify, "ModifySnapshotAttribute"),
	ec2(Snapshot, reset, "ResetSnapshotAttribute"),
	ec2(Snapshot, remove, "DeleteSnapshot"),
	ec2(Snapshot, create, "CreateSnapshot", "CreateSnapshots", "CopySnapshot", "ImportSnapshot"),
	ec2(Snapshot, block, "EnableSnapshotBlockPublicAccess"),
	ec2(Snapshot, unblock, "DisableSnapshotBlockPublicAccess"),
	rds(DBSnapshot, modify, "ModifyDBSnapshotAttribute"),
	rds(DBSnapshot, remove, "DeleteDBSnapshot"),
	rds(DBSnapshot, create, "CreateDBSnapshot", "CopyDBSnapshot"),
	rds(DBClusterSnapshot, modify, "ModifyDBClusterSnapshotAttribute"),
	rds(DBClusterSnapshot, remove, "DeleteDBClusterSnapshot"),
	rds(DBClusterSnapshot, create, "CreateDBClusterSnapshot", "CopyDBClusterSnapshot"),
)

func byName(groups ...[]*operation) map[string]*operation {
	m := map[string]*operation{}
	for _, op := range slices.Concat(groups...) {
		m[op.name] = op
	}
	return m
}

// ec2 describes calls of EC2. Records of its older calls have the parameters as
// they are, those of newer ones put them into an object named after the call.
func ec2(k Kind, a act, names ...string) []*operation {
	id := string(k) + "Id"
	var ops []*operation
	for _, name := range names {
		op := &operation{name: name, service: "ec2", kind: k, act: a}
		request, response := "requestParameters."+name+"Request.", "responseElements."+name+"Response."
		switch a {
		case create:
			op.ids = []string{"responseElements." + id, response + id}
			if name == "CreateSnapshots" {
				op.ids = nil
				for _, set := range []string{"snapshotSet.item", "snapshotSet.items"} {
					op.ids = append(op.ids, response+set+"{}."+id, response+set+"."+id)
				}
			}
		case block, unblock:
			mode := "state"
			if k == Image {
				mode = "imageBlockPublicAccessState"
			}
			op.modes = []string{response + mode, "responseElements." + mode, request + upperFirst(mode), "requestParameters." + mode}
		default:
			op.ids = []string{"requestParameters." + id, request + upperFirst(id)}
		}
		if a == modify || a == reset {
			op.attributes = []string{"launchpermission"}
			if k == Snapshot {
				op.attributes = []string{"createvolumepermission"}
			}
		}
		if a == modify {
			op.lists = slices.Concat(nestedLists(k), flatLists())
		}
		ops = append(ops, op)
	}
	return ops
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// nestedLists are the items of the form {"launchPermission":{"add":{"items":[…]}}}.
func nestedLists(k Kind) []list {
	root := "requestParameters.launchPermission."
	if k == Snapshot {
		root = "requestParameters.createVolumePermission."
	}
	var lists []list
	for _, change := range []string{"add", "remove"} {
		for _, item := range []string{".items{}.", ".items.", "{}.", "."} {
			for _, key := range []struct {
				name string
				t    RecipientType
			}{{"userId", Account}, {"group", Group}, {"organizationArn", Organization}, {"organizationalUnitArn", OrganizationalUnit}} {
				lists = append(lists, list{root + change + item + key.name, key.t, change})
			}
		}
	}
	return lists
}

// flatLists are those of the form {"operationType":"add","userIds":[…]}, under
// the names that EC2's requests and tools have for them.
func flatLists() []list {
	var lists []list
	for _, key := range []struct {
		names []string
		t     RecipientType
	}{
		{[]string{"userId", "userIds"}, Account},
		{[]string{"group", "groups", "userGroup", "userGroups", "groupName", "groupNames"}, Group},
		{[]string{"organizationArn", "organizationArns"}, Organization},
		{[]string{"organizationalUnitArn", "organizationalUnitArns"}, OrganizationalUnit},
	} {
		for _, name := range key.names {
			for _, form := range []string{"", "{}", ".items{}", ".items{}." + key.names[0]} {
				lists = append(lists, list{"requestParameters." + name + form, key.t, asOperation})
			}
		}
	}
	return lists
}

// rds describes calls of RDS.
func rds(k Kind, a act, names ...string) []*operation {
	id := "SnapshotIdentifier"
	prefix := "dB"
	if k == DBClusterSnapshot {
		prefix = "dBCluster"
	}
	var ops []*operation
	for _, name := range names {
		op := &operation{name: name, service: "rds", kind: k, act: a, ids: []string{"requestParameters." + prefix + id}}
		if strings.HasPrefix(name, "Copy") {
			op.ids = []string{"requestParameters.target" + upperFirst(prefix) + id}
		}
		if a == modify {
			op.attributes = []string{"restore"}
			for _, form := range []string{"{}", ""} {
				op.lists = append(op.lists,
					list{"requestParameters.valuesToAdd" + form, Account, "add"},
					list{"requestParameters.valuesToRemove" + form, Account, "remove"})
			}
		}
		ops = append(ops, op)
	}
	return ops
}

// Names returns the names of the calls that the ledger follows, in byte order.
func Names() []string {
	names := make([]string, 0, len(operations))
	for name := range operations {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Fields returns the fields that a [History] reads of an event.
func Fields() event.Set {
	names := []string{
		"_time", "eventSource", "eventName", "eventID", "errorCode", "awsRegion", "sourceIPAddress", "recipientAccountId",
		"userIdentity.arn", "userIdentity.invokedBy", "userIdentity.principalId", "userIdentity.accountId", "responseElements._return",
		"requestParameters.operationType", "requestParameters.attributeType", "requestParameters.attributeName", "requestParameters.attribute",
	}
	for _, op := range operations {
		names = slices.Concat(names, op.ids, op.modes)
		for _, l := range op.lists {
			names = append(names, l.field)
		}
	}
	return event.SetOf(names...)
}
