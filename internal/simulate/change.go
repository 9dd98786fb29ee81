package simulate

import (
	"fmt"
	"strings"
	"time"
)

// change is what an act does, or would do, to who may use something. Scenarios
// say it of their acts, next to the request that says it to AWS: what is found
// and what is exposed is told from the changes, and nothing is read back from
// records.
type change struct {
	deed         deed
	kind, id     string   // of what
	given, taken []string // recipients
}

// deed is a kind of change.
type deed uint8

const (
	changesNothing deed = iota
	creates             // a thing that nobody else may use yet
	permits             // gives and takes permissions
	clears              // takes all permissions, or the thing itself away
	declines            // takes the caller's own permission for somebody's image
	hides               // treats public snapshots as private
	shows               // treats them as public again
)

// The kinds of things, in the words of the ledger.
const (
	imageKind           = "image"
	snapshotKind        = "snapshot"
	databaseKind        = "db_snapshot"
	databaseClusterKind = "db_cluster_snapshot"
)

// item is whom a request of EC2 names, under the key that stands for it there.
type item struct{ key, id string }

func toAccount(id string) item { return item{"userId", id} }

func toOrganization(arn string) item { return item{"organizationArn", arn} }

func toUnit(arn string) item { return item{"organizationalUnitArn", arn} }

func toEveryone() item { return item{"group", everyone} }

// everyone is what AWS calls the public.
const everyone = "all"

func listOf(items []item) (text string, ids []string) {
	var parts []string
	for _, i := range items {
		parts = append(parts, fmt.Sprintf(`{"%s":"%s"}`, i.key, i.id))
		ids = append(ids, i.id)
	}
	return strings.Join(parts, ","), ids
}

// permissions is a request that adds items to those who may use a thing, or
// removes them.
func permissions(c *change, what string, items []item) (request string) {
	text, ids := listOf(items)
	if what == "add" {
		c.given = ids
	} else {
		c.taken = ids
	}
	return fmt.Sprintf(`{"%s":{"items":[%s]}}`, what, text)
}

// launch changes who may launch an image: what is add or remove.
func launch(at time.Duration, image, what string, items ...item) act {
	c := change{deed: permits, kind: imageKind, id: image}
	list := permissions(&c, what, items)
	return act{
		at: at, call: "ec2.ModifyImageAttribute", evidence: true, change: c,
		request: fmt.Sprintf(`{"imageId":"%s","launchPermission":%s,"attributeType":"launchPermission"}`, image, list),
	}
}

// swap gives the permission for an image to one and takes it from another, in
// one call.
func swap(at time.Duration, image string, in, out item) act {
	added, given := listOf([]item{in})
	removed, taken := listOf([]item{out})
	return act{
		at: at, call: "ec2.ModifyImageAttribute", evidence: true, change: change{deed: permits, kind: imageKind, id: image, given: given, taken: taken},
		request: fmt.Sprintf(`{"imageId":"%s","launchPermission":{"add":{"items":[%s]},"remove":{"items":[%s]}},"attributeType":"launchPermission"}`, image, added, removed),
	}
}

// launchFlat adds accounts in the older form of the request.
func launchFlat(at time.Duration, image string, accounts ...string) act {
	return act{
		at: at, call: "ec2.ModifyImageAttribute", evidence: true, change: change{deed: permits, kind: imageKind, id: image, given: accounts},
		request: fmt.Sprintf(`{"imageId":"%s","attributeType":"launchPermission","operationType":"add","userIds":["%s"]}`, image, strings.Join(accounts, `","`)),
	}
}

// copying changes who may make disks of a snapshot.
func copying(at time.Duration, snapshot, what string, items ...item) act {
	c := change{deed: permits, kind: snapshotKind, id: snapshot}
	list := permissions(&c, what, items)
	return act{
		at: at, call: "ec2.ModifySnapshotAttribute", evidence: true, change: c,
		request: fmt.Sprintf(`{"snapshotId":"%s","createVolumePermission":%s,"attributeType":"CREATE_VOLUME_PERMISSION"}`, snapshot, list),
	}
}

// restoring changes who may restore the snapshot of a database or, of the kind
// databaseClusterKind, of a cluster.
func restoring(at time.Duration, kind, snapshot, what string, recipients ...string) act {
	cluster := ""
	if kind == databaseClusterKind {
		cluster = "Cluster"
	}
	c := change{deed: permits, kind: kind, id: snapshot, given: recipients}
	key, left := "valuesToAdd", `"`+strings.Join(recipients, `","`)+`"`
	request := fmt.Sprintf(`{"dB%sSnapshotIdentifier":"%s","attributeName":"restore","`, cluster, snapshot)
	if what != "add" {
		key, c.given, c.taken = "valuesToRemove", nil, recipients
	}
	request += fmt.Sprintf(`%s":[%s]}`, key, left)
	if what != "add" {
		left = ""
	}
	return act{
		at: at, call: "rds.ModifyDB" + cluster + "SnapshotAttribute", evidence: true, change: c, request: request,
		response: fmt.Sprintf(`{"dB%sSnapshotIdentifier":"%s","dB%[1]sSnapshotAttributes":[{"attributeName":"restore","attributeValues":[%[3]s]}]}`, cluster, snapshot, left),
	}
}

// doing says what an act does to a thing as a whole.
func (a act) doing(d deed, kind, id string) act {
	a.change = change{deed: d, kind: kind, id: id}
	return a
}

// The calls that are about an image or a snapshot as a whole. Those of EC2's
// newer ones have their parameters in an object named after the call.

func aboutImage(at time.Duration, call, image string) act {
	return act{at: at, call: "ec2." + call, evidence: true, request: `{"imageId":"` + image + `"}`}.doing(clears, imageKind, image)
}

func aboutImageNew(at time.Duration, call, image string) act {
	a := act{at: at, call: "ec2." + call, evidence: true, request: fmt.Sprintf(`{"%sRequest":{"ImageId":"%s"}}`, call, image)}
	a.response = fmt.Sprintf(`{"%sResponse":{%s,"return":true}}`, call, xmlns)
	return a.doing(clears, imageKind, image)
}

func resetImage(at time.Duration, image string) act {
	a := aboutImage(at, "ResetImageAttribute", image)
	a.request = `{"imageId":"` + image + `","attributeType":"launchPermission"}`
	return a
}

func resetSnapshot(at time.Duration, snapshot string) act {
	return act{at: at, call: "ec2.ResetSnapshotAttribute", evidence: true, request: `{"snapshotId":"` + snapshot + `","attributeType":"CREATE_VOLUME_PERMISSION"}`}.doing(clears, snapshotKind, snapshot)
}

func deleteSnapshot(at time.Duration, snapshot string) act {
	return act{at: at, call: "ec2.DeleteSnapshot", evidence: true, request: `{"snapshotId":"` + snapshot + `"}`}.doing(clears, snapshotKind, snapshot)
}

func createImage(at time.Duration, image string) act {
	return act{at: at, call: "ec2.CreateImage", evidence: true, response: `{"requestId":"$request","imageId":"` + image + `"}`}.doing(creates, imageKind, image)
}

func createSnapshot(at time.Duration, snapshot string) act {
	return act{
		at: at, call: "ec2.CreateSnapshot",
		response: `{"requestId":"$request","snapshotId":"` + snapshot + `","volumeId":"$volume","status":"pending","startTime":$millis,"progress":"","ownerId":"$account","volumeSize":"100","encrypted":false,"tagSet":{}}`,
	}.doing(creates, snapshotKind, snapshot)
}

// blockSnapshots sets what block public access does with public snapshots.
func blockSnapshots(at time.Duration, state string, d deed) act {
	return act{
		at: at, call: "ec2.EnableSnapshotBlockPublicAccess", evidence: true,
		request:  `{"EnableSnapshotBlockPublicAccessRequest":{"State":"` + state + `"}}`,
		response: `{"EnableSnapshotBlockPublicAccessResponse":{` + xmlns + `,"state":"` + state + `"}}`,
	}.doing(d, snapshotKind, "")
}

func (a act) refused() act { return a.failing(denied) }

func (a act) failing(why string) act {
	a.fails = why
	return a
}
