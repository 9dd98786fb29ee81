package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// changedPaths asks git which files below a directory differ from a revision,
// or are not in git at all. The paths are relative to the directory.
func changedPaths(ctx context.Context, dir, revision string) ([]string, error) {
	if strings.HasPrefix(revision, "-") {
		return nil, usageError{message: fmt.Sprintf("--changed-since: %s is no revision", revision)}
	}
	var paths []string
	for _, args := range [][]string{
		{"diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", revision, "--"},
		{"ls-files", "-z", "--others", "--exclude-standard"},
	} {
		output, err := git(ctx, dir, args...)
		if err != nil {
			return nil, usageError{message: "--changed-since: " + err.Error()}
		}
		for path := range strings.SplitSeq(output, "\x00") {
			if path != "" {
				paths = append(paths, path)
			}
		}
	}
	return paths, nil
}

// git runs git in a directory and returns what it printed.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var failure *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("the program git was not found")
	case errors.As(err, &failure):
		first, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		if strings.Contains(strings.ToLower(first), "not a git repository") {
			return "", fmt.Errorf("%s is in no git repository", dir)
		}
		return "", fmt.Errorf("git in %s: %s", dir, strings.TrimPrefix(first, "fatal: "))
	}
	return stdout.String(), err
}
