package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Owner is who holds a run.
type Owner struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// InUse says that a live process holds the run.
type InUse struct {
	Dir   string
	Owner Owner
}

func (e *InUse) Error() string {
	o := e.Owner
	if o.PID == 0 {
		return fmt.Sprintf("%s is in use by another process", e.Dir)
	}
	return fmt.Sprintf("%s is in use by process %d on %s (%s, since %s)", e.Dir, o.PID, o.Host, o.Command, o.Since.Format(time.DateTime))
}

// lock is held by the kernel for the process, so it ends with it and no dead owner needs a manual step. The file beside
// it only says who the owner is.
type lock struct{ f *flock.Flock }

// acquire tries for a moment, because `gen status` probes the lock now and then.
func acquire(dir, command string) (*lock, error) {
	f := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	for end := time.Now().Add(300 * time.Millisecond); ; time.Sleep(20 * time.Millisecond) {
		ok, err := f.TryLock()
		if err != nil {
			return nil, &Error{Op: "lock " + dir, Err: err}
		}
		if ok {
			break
		}
		if time.Now().After(end) {
			return nil, &InUse{Dir: dir, Owner: readOwner(dir)}
		}
	}
	host, _ := os.Hostname()
	b, err := json.Marshal(Owner{PID: os.Getpid(), Host: host, Command: command, Since: time.Now().UTC().Truncate(time.Second)})
	if err == nil {
		err = os.WriteFile(ownerFile(dir), b, 0o600)
	}
	if err != nil {
		return nil, errors.Join(&Error{Op: "write the owner of " + dir, Err: err}, f.Unlock())
	}
	return &lock{f}, nil
}

func (l *lock) release() error { return l.f.Unlock() }

func ownerFile(dir string) string { return filepath.Join(dir, "owner.json") }

func readOwner(dir string) Owner {
	var o Owner
	if b, err := os.ReadFile(ownerFile(dir)); err == nil {
		_ = json.Unmarshal(b, &o) // only for the message; a torn file leaves it unnamed
	}
	return o
}

// Running reports whether a live process holds the run, and which.
func Running(dir string) (Owner, bool) {
	f := flock.New(filepath.Join(dir, "lock"), flock.SetFlag(os.O_RDONLY))
	ok, err := f.TryRLock()
	if err != nil {
		return Owner{}, false
	}
	if ok {
		_ = f.Unlock()
		return Owner{}, false
	}
	return readOwner(dir), true
}
