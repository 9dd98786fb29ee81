// Command pugmark runs Splunk detections over AWS CloudTrail and other JSON
// logs, without Splunk.
//
// It is the only package that knows the concrete sources (wire.go), the
// environment and the terminal. Each subcommand is a file of its own; run is
// the whole program as a function, which the tests call. Start reading at run.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// A closed pipe is an error of the write that meets it, which run takes
	// for the reader having seen enough.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first interrupt ends the run in order. From then on interrupts have
	// their default effect, so that the second ends the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ()))
}
