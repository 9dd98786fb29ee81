package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	e, err := engine.Explain(t.Context(), compile(t, "eventName=A n>1 earliest=100 latest=200 | search n=2 | head 3"), engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	want := `filter         search eventName=A n>1 earliest=100 latest=200
               search n=2
source skips   what does not fulfil: eventName is one of a
               what does not fulfil: n is one of 2
time           from 1970-01-01T00:01:40Z to before 1970-01-01T00:03:20Z
fields read    *
merge          the first 3 rows in order of time
after merge    head 3
slow because   every field of each event that passes the filter is read, since a command asks for all: name the fields with table or fields
`
	if diff := cmp.Diff(want, e.String()); diff != "" {
		t.Error(diff)
	}
}

func TestMisspeltFieldsAreNoted(t *testing.T) {
	t.Parallel()
	env := &command.Env{Fields: []string{"eventName", "requestParameters.bucketName", "src_ip", "userAgent", "userIdentity.accountId", "userIdentity.arn"}}
	for spl, want := range map[string]string{
		"eventNmae=X":                                         `search:1:1: CloudTrail's events have no field "eventNmae"; did you mean "eventName"?`,
		"* | stats count by srcip":                            `search:1:20: CloudTrail's events have no field "srcip"; did you mean "src_ip"?`,
		"userIdentity.acountId=1":                             `search:1:1: CloudTrail's events have no field "userIdentity.acountId"; did you mean "userIdentity.accountId"?`,
		"userIdentiy.arn=a":                                   `search:1:1: CloudTrail's events have no field "userIdentiy.arn"; did you mean "userIdentity.arn"?`,
		"userIdentity.session=1":                              "", // another one of the same parent
		"requestParameters.bucketNames=b":                     "", // of some other call
		"eventname=X":                                         `search:1:1: CloudTrail's events have no field "eventname"; did you mean "eventName"?`,
		"* | eval srcip=src_ip | table srcip":                 "", // made by the search
		"requestParameters.imageIb=i-1":                       "", // some call may have it
		`* | rex field=userAgent "(?<srcip>.)" | table srcip`: "",
		"* | rename src_ip as srcip | head 1":                 "",
		"eventName=X userAgent=aws* | table _time":            "",
	} {
		s, err := engine.Compile(&diag.Source{Name: "search", Text: spl}, env)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, n := range s.Notes {
			got += n.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", spl, got, want)
		}
	}
}
