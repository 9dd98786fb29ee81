package knowledge

import (
	"io/fs"
	"os"
	"path/filepath"
)

// writeWhole makes write's output the content of a file: the file has the old
// content or the new one, whatever happens in between.
func writeWhole(name string, write func(*os.File) error) (err error) {
	dir, base := filepath.Split(name)
	if dir != "" {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(filepath.Clean(dir), "."+base+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()           // closed already if that is what failed
			_ = os.Remove(f.Name()) // the error tells what matters
		}
	}()
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	if err = write(f); err != nil {
		return err
	}
	if err = f.Chmod(mode); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
