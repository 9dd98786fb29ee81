// Command duckdb asks DuckDB who shared an image: how many calls of
// ModifyImageAttribute let another account or everybody launch one.
//
// There are several ways to ask; -query names one and -list lists them. It
// prints the number.
package main

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2"
)

// shared is the condition on the JSON of a call's request parameters.
const shared = `(json_extract(%[1]s, '$.launchPermission.add.items[*].userId') <> [] OR list_contains(json_extract_string(%[1]s, '$.launchPermission.add.items[*].group'), 'all'))`

// limits let DuckDB take a file of CloudTrail for the one object that it is.
const limits = `maximum_object_size=%[2]d, format='unstructured'`

// queries are the ways to ask. %[1]s is the pattern of the files and %[2]d how
// large their largest object may be.
var queries = map[string]string{
	// Each record is parsed once more for the two paths.
	"json": `SELECT count(*) FROM (SELECT unnest(Records) AS r FROM read_json(%[1]s, columns={Records: 'JSON[]'}, ` + limits + `))
		WHERE json_extract_string(r, '$.eventName') = 'ModifyImageAttribute' AND ` + fmt.Sprintf(shared, "json_extract(r, '$.requestParameters')"),
	// The reader itself takes out the name and leaves the parameters as text.
	"struct": `SELECT count(*) FROM (SELECT unnest(Records) AS r FROM read_json(%[1]s, columns={Records: 'STRUCT(eventName VARCHAR, requestParameters JSON)[]'}, ` + limits + `))
		WHERE r.eventName = 'ModifyImageAttribute' AND ` + fmt.Sprintf(shared, "r.requestParameters"),
	// The reader takes out everything that is asked for.
	"typed": `SELECT count(*) FROM (SELECT unnest(Records) AS r FROM read_json(%[1]s, ignore_errors=true,
		columns={Records: 'STRUCT(eventName VARCHAR, requestParameters STRUCT(launchPermission STRUCT("add" STRUCT(items STRUCT(userId VARCHAR, "group" VARCHAR)[]))))[]'}, ` + limits + `))
		WHERE r.eventName = 'ModifyImageAttribute' AND len(list_filter(r.requestParameters.launchPermission."add".items, lambda i: i.userId IS NOT NULL OR i."group" = 'all')) > 0`,
	// The files as text: only those that have the words are parsed.
	"text": `SELECT count(*) FROM (SELECT unnest(from_json(json, '{"Records":["JSON"]}').Records) AS r FROM read_json_objects(%[1]s, ` + limits + `)
		WHERE contains(json::VARCHAR, 'ModifyImageAttribute') AND contains(json::VARCHAR, 'launchPermission'))
		WHERE json_extract_string(r, '$.eventName') = 'ModifyImageAttribute' AND ` + fmt.Sprintf(shared, "json_extract(r, '$.requestParameters')"),
}

func main() {
	name := flag.String("query", "struct", "which of the ways to ask")
	threads := flag.Int("threads", 1, "as many as DuckDB may use")
	object := flag.Int64("object", 64<<20, "bytes of the largest file, unpacked")
	list := flag.Bool("list", false, "list the ways to ask")
	flag.Parse()
	if *list {
		for _, name := range names() {
			fmt.Println(name)
		}
		return
	}
	n, err := ask(queries[*name], flag.Arg(0), *threads, *object)
	if err != nil {
		fmt.Fprintln(os.Stderr, "duckdb:", err)
		os.Exit(1)
	}
	fmt.Println(n)
}

func names() []string {
	var all []string
	for name := range queries {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func ask(query, pattern string, threads int, object int64) (n int64, err error) {
	db, err := sql.Open("duckdb", fmt.Sprintf("?threads=%d&preserve_insertion_order=false", threads))
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	quoted := "'" + strings.ReplaceAll(pattern, "'", "''") + "'"
	err = db.QueryRow(fmt.Sprintf(query, quoted, object)).Scan(&n)
	return n, err
}
