package dataset

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// download returns the file of a URL from the cache, which it is fetched to
// if it is not there.
func (f *Finder) download(ctx context.Context, u *url.URL) (*File, error) {
	data := u.String()
	lock := f.lock(data)
	lock.Lock()
	defer lock.Unlock()
	name := cacheName(u)
	cache := os.DirFS(f.CacheDir)
	if file, err := open(cache, name, data); file != nil || err != nil {
		return file, err
	}
	if err := f.fetch(ctx, u, filepath.Join(f.CacheDir, name)); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if missing, ok := errors.AsType[*Missing](err); ok {
			return nil, missing
		}
		return nil, &Missing{Data: data, Reason: "the download failed: " + reason(err)}
	}
	return open(cache, name, data)
}

func (f *Finder) lock(data string) *sync.Mutex {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fetching == nil {
		f.fetching = map[string]*sync.Mutex{}
	}
	if f.fetching[data] == nil {
		f.fetching[data] = &sync.Mutex{}
	}
	return f.fetching[data]
}

// cacheName is where the cache keeps the file of a URL: a hash, so that no URL
// leads anywhere else, and the end of the path for people.
func cacheName(u *url.URL) string {
	hash := sha256.Sum256([]byte(u.String()))
	base := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '_'
	}, path.Base(u.Path))
	const most = 80
	return hex.EncodeToString(hash[:8]) + "-" + base[max(0, len(base)-most):]
}

// fetch downloads a URL to a file that appears only once it is complete. What
// is only a pointer of Git LFS is not kept: the data may be there tomorrow.
func (f *Finder) fetch(ctx context.Context, u *url.URL, to string) (err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return err
	}
	response, err := f.Client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // nothing was written
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s", response.Status)
	}
	limit := cmp.Or(f.MaxBytes, DefaultMaxBytes)
	if response.ContentLength > limit {
		return fmt.Errorf("it has %d bytes, more than the %d that are fetched", response.ContentLength, limit)
	}
	if err := os.MkdirAll(f.CacheDir, 0o755); err != nil {
		return err
	}
	part, err := os.CreateTemp(f.CacheDir, ".*.part")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = part.Close()           // closed already if that is what failed
			_ = os.Remove(part.Name()) // the error tells what matters
		}
	}()
	n, err := io.Copy(part, io.LimitReader(response.Body, limit+1))
	switch {
	case err != nil:
		return err
	case n > limit:
		return fmt.Errorf("it has more than the %d bytes that are fetched", limit)
	}
	if err := part.Close(); err != nil {
		return err
	}
	pointer, err := isPointer(&File{Size: n, Open: func() (io.ReadCloser, error) { return os.Open(part.Name()) }})
	switch {
	case err != nil:
		return err
	case pointer:
		return &Missing{Data: u.String(), Reason: "the server gave a pointer of Git LFS, not the data", Pointer: true}
	}
	return os.Rename(part.Name(), to)
}

// reason drops the method and the URL, which the message has already.
func reason(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return err.Error()
}
