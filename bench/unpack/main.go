// Command unpack does the least that any reader of these files has to do: it
// unpacks them, with the library that pugmark uses, and throws the bytes away.
//
// It is what pugmark's times are measured against. It prints how many bytes
// there were.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
)

// bufferSize is that of pugmark.
const bufferSize = 128 << 10

func main() {
	jobs := flag.Int("jobs", 1, "workers")
	flag.Parse()
	n, err := unpack(flag.Args(), *jobs)
	if err != nil {
		fmt.Fprintln(os.Stderr, "unpack:", err)
		os.Exit(1)
	}
	fmt.Println(n)
}

// unpack reads the files below the directories and counts their bytes.
func unpack(dirs []string, jobs int) (int64, error) {
	var files []string
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() && strings.HasSuffix(path, ".gz") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	queue := make(chan string, len(files))
	for _, file := range files {
		queue <- file
	}
	close(queue)
	var total atomic.Int64
	var once sync.Once
	var failure error
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			w := worker{buffer: bufio.NewReaderSize(nil, bufferSize)}
			for file := range queue {
				n, err := w.file(file)
				if err != nil {
					once.Do(func() { failure = err })
					return
				}
				total.Add(n)
			}
		})
	}
	workers.Wait()
	return total.Load(), failure
}

// worker keeps what can be used again for the next file.
type worker struct {
	buffer *bufio.Reader
	gunzip gzip.Reader
}

func (w *worker) file(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	w.buffer.Reset(f)
	if err := w.gunzip.Reset(w.buffer); err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, &w.gunzip)
}
