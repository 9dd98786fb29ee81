// Package content is the content that the binary carries: detections, macros,
// lookups, stories and data sources in the layout and YAML of Splunk Security
// Content, the events that test the detections, and a sample of CloudTrail logs.
//
// It holds files and reads none of them.
package content

import (
	"embed"
	"io/fs"
)

//go:embed detections macros lookups stories data_sources sample tests
var files embed.FS

// FS returns the content directory.
func FS() fs.FS { return files }

// Sample returns the sample logs, laid out as CloudTrail lays out a bucket. The
// accounts, people and addresses in them are made up.
func Sample() fs.FS {
	sample, err := fs.Sub(files, "sample")
	if err != nil {
		panic(err) // the name is valid
	}
	return sample
}
