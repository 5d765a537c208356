package mockserver

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// stateFile is where a server keeps what survives it.
type stateFile struct {
	path string
	mode fs.FileMode

	mu       sync.Mutex
	sections []*stateSection
	last     []byte // what the file holds; nil for what is not known
	stale    bool   // the sections have what the file has not
	failing  bool   // it could not be written at last, which has been told
}

// openState reads a file, which need not be there.
func openState(path string) (*stateFile, error) {
	f := &stateFile{path: path, mode: 0o600}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a file")
	case info.Mode().Perm()&0o222 == 0:
		return nil, errors.New("it is read-only")
	}
	f.mode = info.Mode().Perm()
	// What the path leads to is replaced, not a link.
	if f.path, err = filepath.EvalSymlinks(path); err != nil {
		return nil, err
	}
	f.last, err = os.ReadFile(path)
	return f, err
}

// write writes the file where there is anything new.
func (f *stateFile) write() error {
	for _, section := range f.sections {
		f.stale = section.refresh() || f.stale
	}
	if !f.stale {
		return nil
	}
	data := joinSections(f.sections)
	if !bytes.Equal(data, f.last) {
		if err := f.replace(data); err != nil {
			return err
		}
		f.last = data
	}
	f.stale = false
	return nil
}

// replace replaces the file by one of another content, which is written next to it:
// at every moment the path holds the old content or the new one.
func (f *stateFile) replace(data []byte) (err error) {
	next, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(next.Name())
		}
	}()
	_, err = next.Write(data)
	err = errors.Join(err, next.Chmod(f.mode), next.Sync(), next.Close())
	if err != nil {
		return err
	}
	return os.Rename(next.Name(), f.path)
}

// reason is why a file could not be used, without the name that it had at the time.
func reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
