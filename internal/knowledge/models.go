package knowledge

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pugmark/pugmark/internal/plan"
)

// Models keeps what fit learns: in files of a directory, or without one for
// this run only.
type Models struct {
	dir  string
	mu   sync.Mutex
	held map[string][]byte
}

var _ plan.Models = (*Models)(nil)

// NewModels returns the models kept under a state directory, "" for none.
func NewModels(stateDir string) *Models {
	m := &Models{held: map[string][]byte{}}
	if stateDir != "" {
		m.dir = filepath.Join(stateDir, "models")
	}
	return m
}

const modelSuffix = ".json"

// file returns where a model is kept. Escaping keeps every name in the
// directory.
func (m *Models) file(name string) string {
	return filepath.Join(m.dir, url.PathEscape(name)+modelSuffix)
}

// Model implements [plan.Models].
func (m *Models) Model(name string) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if data, ok := m.held[name]; ok || m.dir == "" {
		return data, ok, nil
	}
	data, err := os.ReadFile(m.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the model %s: %w", name, err)
	}
	return data, true, nil
}

// SaveModel implements [plan.Models].
func (m *Models) SaveModel(name string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held[name] = data
	if m.dir == "" {
		return nil
	}
	err := writeWhole(m.file(name), func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the model %s: %w", name, err)
	}
	return nil
}

// ModelNames implements [plan.Models].
func (m *Models) ModelNames() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := slices.Collect(maps.Keys(m.held))
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		entries = nil // no directory yet: no models
	}
	for _, e := range entries {
		if name, err := url.PathUnescape(strings.TrimSuffix(e.Name(), modelSuffix)); err == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
