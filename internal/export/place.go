//go:build unix

package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// place is where a data set comes to stand, DIR/FORMAT, held by a lock. A hidden directory beside it takes the files until
// they are complete.
type place struct {
	dir, name string
	force     bool
	lock      *os.File
	made      bool // dir did not exist before

	exchange func(a, b string) error // swaps two directories at once, or errors.ErrUnsupported
}

func (p *place) target() string           { return filepath.Join(p.dir, p.name) }
func (p *place) temp() string             { return p.beside("tmp-" + strconv.Itoa(os.Getpid())) }
func (p *place) aside() string            { return p.beside("old-" + strconv.Itoa(os.Getpid())) }
func (p *place) beside(end string) string { return filepath.Join(p.dir, "."+p.name+"."+end) }

// claim locks DIR/FORMAT, tidies up after processes that were killed, and makes the temporary directory.
func claim(dir, name string, force bool) (*place, error) {
	p := &place{dir: filepath.Clean(dir), name: name, force: force, exchange: exchange}
	_, err := os.Lstat(p.dir)
	p.made = errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(p.dir, 0o777); err != nil {
		return nil, fmt.Errorf("export %s: %w: %w", name, ErrNoFolder, err)
	}
	if err := p.acquire(); err != nil {
		return nil, fmt.Errorf("export %s: %w", name, err)
	}
	if err := p.prepare(); err != nil {
		p.release()
		return nil, err
	}
	return p, nil
}

func (p *place) prepare() error {
	if err := p.tidy(); err != nil {
		return fmt.Errorf("export %s: %w", p.name, err)
	}
	switch _, err := os.Lstat(p.target()); {
	case err == nil && !isOurs(p.target()):
		return fmt.Errorf("%s: %w", p.target(), ErrForeign)
	case err == nil && !p.force:
		return fmt.Errorf("%w: %s", ErrExists, p.target())
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return os.Mkdir(p.temp(), 0o777)
}

// acquire takes the lock file. It is removed when released, so the file that was locked may no longer be the one that
// others see: then it is tried again.
func (p *place) acquire() error {
	for {
		f, err := os.OpenFile(p.beside("lock"), os.O_CREATE|os.O_RDWR, 0o666)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoFolder, err)
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			_ = f.Close()
			if errors.Is(err, syscall.EWOULDBLOCK) {
				return fmt.Errorf("%w: %s", ErrBusy, p.target())
			}
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		mine, err1 := f.Stat()
		seen, err2 := os.Stat(f.Name())
		if err1 == nil && err2 == nil && os.SameFile(mine, seen) {
			p.lock = f
			return nil
		}
		_ = f.Close()
	}
}

// release removes the temporary directory, if it is still there, and gives the lock back.
func (p *place) release() {
	_ = os.RemoveAll(p.temp())
	_ = os.Remove(p.lock.Name())
	_ = p.lock.Close()
	if p.made {
		_ = os.Remove(p.dir) // fails, as it should, unless it is empty
	}
}

// tidy removes what a killed process left. Whoever holds the lock is alone, so every such directory is stale. An export
// that was moved aside and never replaced is put back.
func (p *place) tidy() error {
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		stale := filepath.Join(p.dir, e.Name())
		switch {
		case strings.HasPrefix(stale, p.beside("old-")):
			if _, err := os.Lstat(p.target()); errors.Is(err, fs.ErrNotExist) {
				if err := os.Rename(stale, p.target()); err != nil {
					return err
				}
				continue
			}
		case !strings.HasPrefix(stale, p.beside("tmp-")):
			continue
		}
		if err := os.RemoveAll(stale); err != nil {
			return err
		}
	}
	return nil
}

// install puts the complete temporary directory in its place, durably. After an error what stood there stands again.
func (p *place) install() error {
	switch _, err := os.Lstat(p.target()); {
	case errors.Is(err, fs.ErrNotExist):
		return p.move(p.temp(), p.target())
	case err != nil:
		return err
	case !p.force:
		return fmt.Errorf("%w: %s", ErrExists, p.target())
	}
	return p.replace()
}

// replace swaps the new directory for the old one, which release then deletes as the temporary directory that it is now.
// Where the file system cannot swap, there is a moment without either; tidy puts the old one back after a kill in it.
func (p *place) replace() error {
	err := p.exchange(p.temp(), p.target())
	switch {
	case err == nil:
		return p.settle(func() error { return p.exchange(p.temp(), p.target()) })
	case !errors.Is(err, errors.ErrUnsupported):
		return fmt.Errorf("replace %s: %w", p.target(), err)
	}
	if err := os.Rename(p.target(), p.aside()); err != nil {
		return err
	}
	if err := p.move(p.temp(), p.target()); err != nil {
		return errors.Join(err, os.Rename(p.aside(), p.target()))
	}
	_ = os.RemoveAll(p.aside()) // the new one stands; what is left here is stale
	return nil
}

func (p *place) move(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return p.settle(func() error { return os.Rename(to, from) })
}

// settle makes the last step durable, or undoes it.
func (p *place) settle(undo func() error) error {
	if err := syncDir(p.dir); err != nil {
		return errors.Join(err, undo())
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
