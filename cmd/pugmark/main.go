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
	"runtime"
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
	ballast := make([]byte, headroom)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ())
	runtime.KeepAlive(ballast)
	os.Exit(code)
}

// headroom is memory that is never touched, and so never taken of the machine:
// as the collector counts it, it does not run while the content is loaded,
// and the first byte is read sooner.
const headroom = 32 << 20
