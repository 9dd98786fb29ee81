package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkStartUp scans one event with all built-in content: what is paid
// before the first byte of any scan, and a little more.
func BenchmarkStartUp(b *testing.B) {
	file := filepath.Join(b.TempDir(), "event.jsonl")
	event := `{"eventVersion":"1.08","eventTime":"2026-11-02T00:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeImages","awsRegion":"us-east-1"}` + "\n"
	if err := os.WriteFile(file, []byte(event), 0o600); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if code := run(b.Context(), []string{"scan", file, "-q"}, nil, io.Discard, io.Discard, nil); code != 0 {
			b.Fatalf("code %d", code)
		}
	}
}
