package cloudtrail_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/cloudtrail"
)

// reading is what a Reader gave of one input.
type reading struct {
	Records  []string // see spell
	Problems []string
	Form     string
	Passed   int64
	Err      string
}

func read(src io.Reader, options cloudtrail.Options) reading {
	var got reading
	options.Problem = func(p cloudtrail.Problem) {
		got.Problems = append(got.Problems, fmt.Sprintf("%d: %s", p.Offset, p.Reason))
	}
	r := cloudtrail.NewReader(src, options)
	for {
		cut, err := r.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				got.Err = err.Error()
			}
			break
		}
		if cut.Plain && bytes.ContainsRune(cut.Text, '\\') {
			got.Err = "a backslash in a plain record"
		}
		got.Records = append(got.Records, spell(cut))
	}
	got.Form, got.Passed = r.Form(), r.Passed()
	return got
}

// spell gives a cut as a letter for its sourcetype (C for aws:cloudtrail, O for
// aws:asl, J for _json, else the sourcetype itself) and its text, with what
// else the container said of it in between.
func spell(c *cloudtrail.Cut) string {
	short := map[string]string{cloudtrail.Sourcetype: "C", cloudtrail.SourcetypeOCSF: "O", cloudtrail.SourcetypeJSON: "J"}
	words := []string{short[c.Meta.Sourcetype]}
	if words[0] == "" {
		words[0] = c.Meta.Sourcetype
	}
	for _, m := range [][2]string{{"source", c.Meta.Source}, {"host", c.Meta.Host}, {"index", c.Meta.Index}} {
		if m[1] != "" {
			words = append(words, m[0]+"="+m[1])
		}
	}
	if c.HasTime {
		words = append(words, fmt.Sprintf("time=%v", c.Time))
	}
	for _, f := range c.Given {
		words = append(words, f.Name+"="+strings.Join(f.Value.Texts(), "|"))
	}
	return strings.Join(append(words, string(c.Text)), " ")
}

// Two small CloudTrail records, and the first as text in a JSON string.
const (
	one    = `{"eventVersion":"1.09","eventSource":"iam.amazonaws.com","eventName":"CreateUser","requestParameters":{"userName":"a\"}{"}}`
	two    = `{"eventVersion":"1.09","eventSource":"s3.amazonaws.com","eventName":"GetObject","x":[[{}],"]"]}`
	quoted = `"{\"eventVersion\":\"1.09\",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"CreateUser\",\"requestParameters\":{\"userName\":\"a\\\"}{\"}}"`
)

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func wrapped(text string, width int) string {
	var lines []string
	for ; len(text) > width; text = text[width:] {
		lines = append(lines, text[:width])
	}
	return strings.Join(append(lines, text), "\n") + "\n"
}

const logs = `{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{"id":"1","timestamp":1700000000123,"message":` + quoted + `},{"id":"2","timestamp":1700000000123,"message":"no JSON"}]}`

var (
	logRecords = []string{"C " + one, "J time=1.700000000123e+09 no JSON"}

	// longLog does not fit on one line of base64.
	longLog = strings.ReplaceAll(logs, `"owner":"1"`, `"owner":"`+strings.Repeat("0123456789", 30)+`"`)
)

func TestReaderCutsEveryContainer(t *testing.T) {
	t.Parallel()
	pretty := func(s string) string {
		var b bytes.Buffer
		if err := json.Indent(&b, []byte(s), "", "  "); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, test := range []struct {
		name, input string
		want        reading
	}{
		{"S3 file", `{"Records":[` + one + `,` + two + `]}`, reading{Records: []string{"C " + one, "C " + two}, Form: cloudtrail.FormRecords}},
		{"S3 file without records", `{"Records":[]}`, reading{Form: cloudtrail.FormRecords}},
		{
			"Records behind other keys, and keys behind Records",
			"\ufeff \r\n{ \"a\" : {\"Records\":[1]}, \"b\":\"Records\" ,\n\"Records\"\t: [\r\n" + one + " ,\n" + two + "\n] , \"z\":[{\"y\":\"]}\"}] }\n",
			reading{Records: []string{"C " + one, "C " + two}, Form: cloudtrail.FormRecords},
		},
		{"S3 files one behind the other", `{"Records":[` + one + `]}{"Records":[` + two + "]}\n", reading{Records: []string{"C " + one, "C " + two}, Form: cloudtrail.FormRecords}},
		{"S3 files in an array", `[{"Records":[` + one + `]},{"Records":[[` + two + "]]}]", reading{Records: []string{"C " + one, "C " + two}, Form: cloudtrail.FormArray}},
		{"Records twice", `{"Records":[` + one + `],"Records":[` + two + "]}", reading{Records: []string{"C " + one, "C " + two}, Form: cloudtrail.FormRecords}},
		{"JSON lines", one + "\n" + two + "\n", reading{Records: []string{"C " + one, "C " + two}, Form: cloudtrail.FormLines}},
		{"JSON lines with CRLF and empty lines", "\r\n" + one + "\r\n\r\n" + two, reading{Records: []string{"C " + one, "C " + two}, Form: cloudtrail.FormLines}},
		{"lines of arrays", "[" + one + "]\n[" + two + "]\n", reading{Records: []string{"C " + one, "C " + two}, Form: cloudtrail.FormArray}},
		{"JSON array", "[\n  " + one + ",\n  " + two + "\n]\n", reading{Records: []string{"C " + one, "C " + two}, Form: cloudtrail.FormArray}},
		{"an array without its brackets", one + ",\n" + two + ",\n", reading{Records: []string{"C " + one, "C " + two}, Form: cloudtrail.FormLines}},
		{"a JSON text sequence", "\x1e" + one + "\n\x1e" + two + "\n", reading{Records: []string{"C " + one, "C " + two}, Form: cloudtrail.FormLines}},
		{"concatenated pretty-printed objects", pretty(one) + "\n" + pretty(two), reading{Records: []string{"C " + pretty(one), "C " + pretty(two)}, Form: cloudtrail.FormObjects}},
		{"lines of texts", quoted + "\n" + quoted + "\n\"" + base64Of(gzipped(logs)) + "\"\n", reading{Records: append([]string{"C " + one, "C " + one}, logRecords...), Form: cloudtrail.FormLines}},
		{"an array of texts", "[" + quoted + "]", reading{Records: []string{"C " + one}, Form: cloudtrail.FormArray}},
		{
			"EventBridge", `{"version":"0","id":"x","detail-type":"AWS API Call via CloudTrail","source":"aws.iam","time":"2024-01-01T00:00:00Z","detail":` + one + "}\n",
			reading{Records: []string{"C " + one}, Form: cloudtrail.FormEventBridge},
		},
		{
			"another event of EventBridge stays whole", `{"detail-type":"GuardDuty Finding","source":"aws.guardduty","detail":{"severity":8}}`,
			reading{Records: []string{`J source=aws.guardduty {"detail-type":"GuardDuty Finding","source":"aws.guardduty","detail":{"severity":8}}`}, Form: cloudtrail.FormLines},
		},
		{"CloudWatch Logs", logs, reading{Records: logRecords, Form: cloudtrail.FormLogEvents}},
		{"CloudWatch Logs, keys sorted", `{"logEvents":[{"message":` + quoted + `}],"messageType":"DATA_MESSAGE"}`, reading{Records: []string{"C " + one}, Form: cloudtrail.FormLogEvents}},
		{"CloudWatch Logs one behind the other", logs + logs, reading{Records: append(append([]string{}, logRecords...), logRecords...), Form: cloudtrail.FormLogEvents}},
		{"CloudWatch Logs in base64", base64Of(logs) + "\n", reading{Records: logRecords, Form: cloudtrail.FormLogEvents}},
		{"CloudWatch Logs in gzip in base64, a line each", base64Of(gzipped(logs)) + "\n" + base64Of(gzipped(logs)), reading{Records: append(append([]string{}, logRecords...), logRecords...), Form: cloudtrail.FormLogEvents}},
		{"CloudWatch Logs in wrapped base64", wrapped(base64Of(longLog), 76), reading{Records: logRecords, Form: cloudtrail.FormLogEvents}},
		{"CloudWatch Logs as Lambda gets them", `{"awslogs":{"data":"` + base64Of(gzipped(logs)) + `"}}`, reading{Records: logRecords, Form: cloudtrail.FormLogEvents}},
		{
			"control message of CloudWatch Logs", `{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health of destination."}]}`,
			reading{Passed: 1, Form: cloudtrail.FormLogEvents},
		},
		{
			"LookupEvents", `{"Events":[{"EventId":"x","Resources":[{}],"CloudTrailEvent":` + quoted + `}],"NextToken":"t"}`,
			reading{Records: []string{"C " + one}, Form: cloudtrail.FormLookupEvents},
		},
		{"elements of LookupEvents as lines", `{"EventId":"x","CloudTrailEvent":` + quoted + "}\n", reading{Records: []string{"C " + one}, Form: cloudtrail.FormLookupEvents}},
		{
			"Events of something else", `{"Events":[{"a":1}]}`,
			reading{Records: []string{`J {"Events":[{"a":1}]}`}, Form: cloudtrail.FormLines},
		},
		{
			"Splunk export",
			`{"preview":false,"offset":0,"result":{"_raw":` + quoted + `,"_time":"2024-08-01T12:25:57.500+00:00","source":"s","sourcetype":"aws:cloudtrail","host":"h","index":"i","user":["a","b"],"n":1,"o":{"p":[{"q":"r"}]},"gone":null}}` + "\n" +
				`{"preview":false,"lastrow":true,"result":{"a":"b"}}` + "\n" + `{"preview":false,"lastrow":true}` + "\n",
			reading{
				Records: []string{"C source=s host=h index=i time=1.7225151575e+09 user=a|b n=1 o.p{}.q=r " + one, `J {"a":"b"}`},
				Form:    cloudtrail.FormSplunk, Passed: 1,
			},
		},
		{
			"Splunk results", `{"preview":false,"results":[{"_raw":"text","x":"1"},{"y":"2"}]}`,
			reading{Records: []string{"J x=1 text", `J {"y":"2"}`}, Form: cloudtrail.FormSplunk},
		},
		{
			"HEC", `{"event":` + one + `,"time":1700000000.25,"source":"s","host":"h","index":"i","fields":{"a":"b","m":["1","2"]}}{"time":"1700000001","event":"a word","sourcetype":"st"}`,
			reading{Records: []string{"C source=s host=h index=i time=1.70000000025e+09 a=b m=1|2 " + one, "st time=1.700000001e+09 a word"}, Form: cloudtrail.FormHEC},
		},
		{
			"a log line that is no HEC envelope", `{"event":"login","host":"web1","time":"2024-01-01T00:00:00Z"}` + "\n" + `{"event":{"a":1},"level":"info"}`,
			reading{Records: []string{`J host=web1 {"event":"login","host":"web1","time":"2024-01-01T00:00:00Z"}`, `J {"event":{"a":1},"level":"info"}`}, Form: cloudtrail.FormLines},
		},
		{
			"CSV of CloudTrail Lake",
			"eventVersion,useridentity,eventTime,eventSource,eventName,requestParameters,errorCode,note\r\n" +
				`1.09,"{""type"":""IAMUser"",""username"":""a"",""sessioncontext"":null}",2024-01-01T00:00:00Z,iam.amazonaws.com,CreateUser,"{""userName"":""b""}",,"two` + "\n" + `lines, ""quoted"""` + "\r\n",
			reading{Records: []string{`C {"eventVersion":"1.09","userIdentity":{"type":"IAMUser","userName":"a"},"eventTime":"2024-01-01T00:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","requestParameters":{"userName":"b"},"note":"two\nlines, \"quoted\""}`}, Form: cloudtrail.FormCSV},
		},
		{
			"CSV of Athena", "\"useridentity\",\"eventsource\",\"eventname\"\n\"{type=Root}\",\"a\",\"b\"\n{type=Root},a,c\n",
			reading{
				Records:  []string{`C {"userIdentity":"{type=Root}","eventSource":"a","eventName":"b"}`, `C {"userIdentity":"{type=Root}","eventSource":"a","eventName":"c"}`},
				Problems: []string{"41: the column userIdentity holds text that is no JSON; it is kept as text, without fields inside it"}, Form: cloudtrail.FormCSV,
			},
		},
		{
			"CSV of Splunk", "_time,source,_raw,x,__mv_x\n1700000000,s,some text,1,\n",
			reading{Records: []string{"J source=s time=1.7e+09 x=1 some text"}, Form: cloudtrail.FormCSV},
		},
		{
			"JSON lines of Athena", `{"eventversion":"1.09","useridentity":{"type":"IAMUser","username":null,"sessioncontext":{"attributes":{"mfaauthenticated":"true"}}},"eventsource":"iam.amazonaws.com","eventname":"CreateUser","errorcode":null,"requestparameters":"{\"userName\":\"b\"}","responseelements":"too large","region":"r"}`,
			reading{Records: []string{`C {"eventVersion":"1.09","userIdentity":{"type":"IAMUser","sessionContext":{"attributes":{"mfaAuthenticated":"true"}}},"eventSource":"iam.amazonaws.com","eventName":"CreateUser","requestParameters":{"userName":"b"},"responseElements":"too large","region":"r"}`}, Form: cloudtrail.FormLake},
		},
		{"digest", `{"awsAccountId":"1","digestStartTime":"x","digestS3Bucket":"b","logFiles":[{}]}`, reading{Passed: 1, Form: cloudtrail.FormDigest}},
		{
			"insight", `{"eventVersion":"1.08","eventType":"AwsCloudTrailInsight","insightDetails":{"eventName":"x"}}`,
			reading{Records: []string{`C {"eventVersion":"1.08","eventType":"AwsCloudTrailInsight","insightDetails":{"eventName":"x"}}`}, Form: cloudtrail.FormLines},
		},
		{
			"OCSF", `{"class_uid":6003,"metadata":{"product":{"name":"CloudTrail"}},"time":1}`,
			reading{Records: []string{`O {"class_uid":6003,"metadata":{"product":{"name":"CloudTrail"}},"time":1}`}, Form: cloudtrail.FormLines},
		},
		{
			"JSON lines of anything", `{"_time":1700000000,"source":"s","sourcetype":"st","host":"h","index":"i"}` + "\n" + `{"_raw":"a\tb","id":"7","tags":["x","y"]}` + "\n" + `{"a":"b"}`,
			reading{
				Records: []string{`st source=s host=h index=i time=1.7e+09 {"_time":1700000000,"source":"s","sourcetype":"st","host":"h","index":"i"}`, "J id=7 tags=x|y a\tb", `J {"a":"b"}`},
				Form:    cloudtrail.FormLines,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, read(strings.NewReader(test.input), cloudtrail.Options{})); diff != "" {
				t.Errorf("at once (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, read(iotest.OneByteReader(strings.NewReader(test.input)), cloudtrail.Options{})); diff != "" {
				t.Errorf("byte by byte (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReaderNamesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	const small = 200 // the limit of a record
	huge := `{"huge":"` + strings.Repeat("x", 1000) + `"}`
	for _, test := range []struct {
		name, input string
		want        reading
	}{
		{"nothing", "", reading{Problems: []string{"-1: empty file"}}},
		{"white space", " \n\n", reading{Problems: []string{"-1: no CloudTrail or JSON found"}}},
		{"text", "Jan 1 00:00:00 host sshd: hello\n[2024-01-01] x\n{oops}\n", reading{Problems: []string{"-1: no CloudTrail or JSON found"}}},
		{"CSV of something else", "\"a\",\"b\"\n\"1\",\"2\"\n\"\n", reading{Problems: []string{"-1: no CloudTrail or JSON found"}}},
		{"a query's results", `{"QueryStatus":"FINISHED","QueryResultRows":[[{"eventName":"x"}]]}`, reading{Problems: []string{"0: results of a CloudTrail Lake query as its API gives them, which are not read"}}},
		{"bytes", "\x7fELF\x00\x00\x01{\x00", reading{Problems: []string{"-1: no CloudTrail or JSON found"}}},
		{"a few lines of text among JSON", "hello\n" + one + "\nworld\n", reading{Records: []string{"C " + one}, Problems: []string{"0: 2 lines that are no JSON, here the first"}, Form: cloudtrail.FormLines}},
		{"UTF-16", "\xff\xfe{\x00\"\x00", reading{Problems: []string{"0: text in UTF-16 or UTF-32, which is not read"}}},
		{"UTF-16 without a mark", "{\x00\"\x00", reading{Problems: []string{"0: text in UTF-16 or UTF-32, which is not read"}}},
		{"Parquet", "PAR1....", reading{Problems: []string{"0: a Parquet file, which is not read here"}}},
		{"half a record", one + "\n" + two[:40], reading{Records: []string{"C " + one}, Problems: []string{fmt.Sprintf("%d: half a record at the end", len(one)+1)}, Form: cloudtrail.FormLines}},
		{"half an S3 file", `{"Records":[` + one + "," + two[:40], reading{Records: []string{"C " + one}, Problems: []string{fmt.Sprintf("%d: half a record at the end", 13+len(one))}, Form: cloudtrail.FormRecords}},
		{"an S3 file cut between records", `{"Records":[` + one + ",", reading{Records: []string{"C " + one}, Problems: []string{fmt.Sprintf("%d: the input ends before the array of records is closed", 13+len(one))}, Form: cloudtrail.FormRecords}},
		{"an S3 file without its last bracket", `{"Records":[` + one + "]", reading{Records: []string{"C " + one}, Problems: []string{fmt.Sprintf("%d: the input ends inside an object", 13+len(one))}, Form: cloudtrail.FormRecords}},
		{
			"a broken line", "{\"a\":{\"b\":1}\n" + one + "\n" + two + "\n",
			reading{Records: []string{"C " + one, "C " + two}, Problems: []string{"0: a record whose quotes or brackets do not close"}, Form: cloudtrail.FormLines},
		},
		{
			"a broken line among others", one + "\n{\"a\":\"b\n" + two + "\n{\"a\":1}\n",
			reading{Records: []string{"C " + one, "C " + two, `J {"a":1}`}, Problems: []string{fmt.Sprintf("%d: a record that does not end on its line", len(one)+1)}, Form: cloudtrail.FormLines},
		},
		{
			"a line closed by later ones", one + "\n{\"a\":[\n{\"b\":1}\n]}\n" + two,
			reading{Records: []string{"C " + one, `J {"b":1}`, "C " + two}, Problems: []string{fmt.Sprintf("%d: a record that does not end on its line", len(one)+1), fmt.Sprintf("%d: 1 line that is no JSON, here the first", len(one)+16)}, Form: cloudtrail.FormLines},
		},
		{
			"a record in an S3 file with a bracket missing", `{"Records":[` + one + `,{"eventVersion":"x","y":{},` + two + "," + one + "]}",
			reading{Records: []string{"C " + one, "C " + two, "C " + one}, Problems: []string{fmt.Sprintf("%d: a record whose quotes or brackets do not close", 13+len(one))}, Form: cloudtrail.FormRecords},
		},
		{
			"a record in an S3 file with a quote missing", `{"Records":[` + one + `,{"eventVersion":"x},` + two + "," + one + "]}",
			reading{Records: []string{"C " + one, "C " + two, "C " + one}, Problems: []string{fmt.Sprintf("%d: a record whose quotes or brackets do not close", 13+len(one))}, Form: cloudtrail.FormRecords},
		},
		{
			"a bracket too many", `{"Records":[` + one + `},` + two + "]}",
			reading{Records: []string{"C " + one, "C " + two}, Problems: []string{fmt.Sprintf("%d: '}' where a record or the end of the array was expected", 12+len(one))}, Form: cloudtrail.FormRecords},
		},
		{
			"elements that are no objects", `[` + one + `,17,"text"]`,
			reading{
				Records:  []string{"C " + one},
				Problems: []string{fmt.Sprintf("%d: an element of the array that is no object", 2+len(one)), fmt.Sprintf("%d: a text where a record was expected", 5+len(one))}, Form: cloudtrail.FormArray,
			},
		},
		{
			"a record over the limit", one + "\n" + huge + "\n" + two,
			reading{Records: []string{"C " + one, "C " + two}, Problems: []string{fmt.Sprintf("%d: a record larger than 200 bytes", len(one)+1)}, Form: cloudtrail.FormLines},
		},
		{
			"a record over the limit in an S3 file", `{"Records":[` + one + "," + huge + "," + two + "]}",
			reading{Records: []string{"C " + one, "C " + two}, Problems: []string{fmt.Sprintf("%d: a record larger than 200 bytes", len(one)+13)}, Form: cloudtrail.FormRecords},
		},
		{"packed text that is damaged", base64Of(gzipped(logs)[:40]), reading{Problems: []string{"0: the text packed here is damaged: unexpected EOF"}}},
		{"packed text that holds nothing", base64Of(gzipped("hello")), reading{Problems: []string{"0: the text packed here holds no events"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := read(strings.NewReader(test.input), cloudtrail.Options{MaxRecord: small})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("at once (-want +got):\n%s", diff)
			}
			got = read(iotest.OneByteReader(strings.NewReader(test.input)), cloudtrail.Options{MaxRecord: small})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("byte by byte (-want +got):\n%s", diff)
			}
		})
	}
}
