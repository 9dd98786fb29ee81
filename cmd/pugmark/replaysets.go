package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/hec"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/dataset"
	"github.com/pugmark/pugmark/internal/source/file"
)

// replay is one run of replay.
type replay struct {
	command *replayCommand
	client  *hec.Client
	finder  *dataset.Finder
	session *session
	now     float64
}

// replaySet is what is moved in time together: the files of one YAML, or what
// one path names.
type replaySet struct {
	source source.Source
	inputs []file.Input // for --lines
	// indexed and hosted tell that index and host were named, and are not what
	// the source makes up.
	indexed, hosted bool
	shift           float64 // seconds
}

// publicData is where the public data sets are, as tests name them.
const publicData = "https://media.githubusercontent.com/media/splunk/attack_data/master"

// Metadata of data sets that do not tell their own. Source: replay.py of
// splunk/attack_data. The sourcetype is told by the data.
const (
	dataIndex  = "attack_data"
	dataSource = "attack_data"
)

// sets finds out what the arguments name.
func (r *replay) sets(ctx context.Context) ([]*replaySet, error) {
	var sets []*replaySet
	for _, name := range r.command.Dataset {
		if isYAML(name) {
			set, err := r.yaml(ctx, name, true)
			if err != nil {
				return nil, err
			}
			sets = append(sets, set)
			continue
		}
		found, err := r.folder(ctx, name)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			found = []*replaySet{r.logs(name)}
		}
		sets = append(sets, found...)
	}
	return sets, nil
}

func isYAML(name string) bool {
	extension := strings.ToLower(filepath.Ext(name))
	return extension == ".yml" || extension == ".yaml"
}

// folder returns the data sets that a directory has YAML of.
func (r *replay) folder(ctx context.Context, name string) ([]*replaySet, error) {
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		return nil, nil
	}
	var sets []*replaySet
	err := filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be listed is told by the source, if there is no YAML
		}
		if !entry.Type().IsRegular() || !isYAML(path) {
			return ctx.Err()
		}
		set, err := r.yaml(ctx, path, false)
		if set != nil {
			sets = append(sets, set)
		}
		return err
	})
	return sets, err
}

// overrides are the flags for metadata.
func (c *replayCommand) overrides() event.Meta {
	return event.Meta{Host: c.Host, Source: c.Source, Sourcetype: c.Sourcetype, Index: c.Index}
}

// logs is the set of a path that is no YAML.
func (r *replay) logs(name string) *replaySet {
	meta := r.command.overrides()
	set := &replaySet{indexed: meta.Index != "", hosted: meta.Host != "", source: file.New([]string{name}, file.Options{Meta: meta, Stdin: r.session.app.stdin})}
	set.inputs = []file.Input{{Name: name, Meta: meta, Open: func() (io.ReadCloser, error) {
		if name == file.Stdin {
			return io.NopCloser(r.session.app.stdin), nil
		}
		return os.Open(name)
	}}}
	return set
}

// yaml reads the YAML of data sets and finds their files. A file that is none
// is nil unless it was asked for. Data that is not here is a problem of the
// input.
func (r *replay) yaml(ctx context.Context, name string, asked bool) (*replaySet, error) {
	content, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }() // nothing was written
	text, err := io.ReadAll(io.LimitReader(content, escu.MaxFile+1))
	if err != nil {
		return nil, err
	}
	parsed, err := escu.Parse(name, text)
	if err != nil {
		return nil, err
	}
	root := parsed.Root
	if !root.Has("datasets") && !root.Has("dataset") {
		if !asked {
			return nil, nil //nolint:nilnil // no set is an answer, as the comment says
		}
		return nil, usageError{message: name + " names no data: it has neither datasets nor dataset", hint: "give the file of a data set, or logs themselves"}
	}
	set := &replaySet{indexed: true, hosted: r.command.Host != "" || root.Has("id")}
	add := func(data string, entry *escu.Map) error {
		input, err := r.find(ctx, name, data)
		if missing, ok := errors.AsType[*dataset.Missing](err); ok {
			r.session.report.Problem(source.Problem{Path: missing.Data, Offset: -1, Reason: missing.Reason, Hint: missing.Hint})
			return nil
		}
		if err != nil {
			return err
		}
		input.Meta = r.metaOf(root, entry)
		set.inputs = append(set.inputs, input)
		return nil
	}
	for _, entry := range root.Maps("datasets") {
		data := entry.Text("path")
		if data == "" {
			entry.Fail("path", "", "a data set needs the path of its file")
			continue
		}
		if err := add(data, entry); err != nil {
			return nil, err
		}
	}
	for _, data := range root.Texts("dataset") { // the form before 2025
		if err := add(data, nil); err != nil {
			return nil, err
		}
	}
	if problems := parsed.Problems(); len(problems) > 0 {
		return nil, problems
	}
	set.source = file.NewInputs(set.inputs, file.Options{})
	return set, nil
}

// metaOf is what is told about the events of a data set: the flags come first,
// then the set, then its file.
func (r *replay) metaOf(root, entry *escu.Map) event.Meta {
	first := func(flag, key, otherwise string) string {
		for _, text := range []string{flag, entry.Text(key), root.Text(key)} {
			if text != "" {
				return text
			}
		}
		return otherwise
	}
	return event.Meta{
		Host:       first(r.command.Host, "host", root.Text("id")),
		Source:     first(r.command.Source, "source", dataSource),
		Sourcetype: first(r.command.Sourcetype, "sourcetype", ""),
		Index:      first(r.command.Index, "index", dataIndex),
	}
}

// find finds the file of a data set: beside its YAML, in the checkout that the
// YAML is in, in a copy, or on the network.
func (r *replay) find(ctx context.Context, yaml, data string) (file.Input, error) {
	remote := data
	if !strings.Contains(data, "://") {
		dir, err := filepath.Abs(filepath.Dir(yaml))
		if err != nil {
			return file.Input{}, err
		}
		if strings.HasPrefix(data, "/") {
			dir = checkout(dir, data)
			remote = publicData + data
		}
		found, err := r.local(ctx, dir, data)
		if err == nil || !strings.HasPrefix(data, "/") {
			return found, err
		}
		missing, ok := errors.AsType[*dataset.Missing](err)
		if !ok || missing.Pointer && r.finder.Client == nil && r.finder.Mirror == nil {
			return file.Input{}, err
		}
	}
	found, err := r.finder.Find(ctx, remote, nil)
	if err != nil {
		return file.Input{}, err
	}
	return inputOf(found), nil
}

func (r *replay) local(ctx context.Context, dir, data string) (file.Input, error) {
	content, err := dataset.OpenMirror(dir)
	if err != nil {
		return file.Input{}, err
	}
	found, err := (&dataset.Finder{}).Find(ctx, data, content)
	if err != nil {
		return file.Input{}, err
	}
	return inputOf(found), nil
}

func inputOf(found *dataset.File) file.Input {
	return file.Input{Name: found.Name, Size: found.Size, Open: found.Open}
}

// checkout returns the nearest directory above dir that has the path in it,
// or dir.
func checkout(dir, path string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, filepath.FromSlash(path))); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// readLines gives every line that is not blank as a record.
func (r *replay) readLines(ctx context.Context, set *replaySet, use func(hec.Record) error) error {
	for _, input := range set.inputs {
		meta := hec.Meta{Host: input.Meta.Host, Source: input.Meta.Source, Sourcetype: input.Meta.Sourcetype, Index: input.Meta.Index}
		if meta.Source == "" {
			meta.Source = input.Name
		}
		var sending error
		err := eachLine(input, func(line []byte) error {
			r.session.report.Records.Add(1)
			if sending = ctx.Err(); sending == nil {
				sending = use(hec.Record{Text: line, Meta: meta})
			}
			return sending
		})
		switch {
		case sending != nil:
			return sending
		case err != nil:
			r.session.report.Problem(source.Problem{Path: input.Name, Offset: -1, Reason: reasonOf(err)})
		}
	}
	return nil
}

// reasonOf drops the operation and the path, which a problem has already.
func reasonOf(err error) string {
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		err = failure.Err
	}
	if errors.Is(err, bufio.ErrTooLong) {
		return fmt.Sprintf("a line is longer than %s; the rest was passed over", sizeText(maxLine))
	}
	return err.Error()
}

// maxLine bounds a line.
const maxLine = 8 << 20

// eachLine reads lines of plain or gzipped text.
func eachLine(input file.Input, use func([]byte) error) error {
	src, err := input.Open()
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // nothing was written
	buffered := bufio.NewReader(src)
	var text io.Reader = buffered
	if head, _ := buffered.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		if text, err = gzip.NewReader(buffered); err != nil {
			return err
		}
	}
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		line := bytes.TrimRight(lines.Bytes(), "\r")
		if len(bytes.TrimSpace(line)) == 0 {
			continue // the collector refuses blank events
		}
		if err := use(line); err != nil {
			return err
		}
	}
	return lines.Err()
}
