package store

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// ErrGone says that the file of a run was deleted, moved or replaced while it was open. What is written to it then is in no place that
// anybody can read again.
var ErrGone = errors.New("the file of the run is not in its place any more")

// lookEvery is how long a writer takes for granted that its file is in its place.
const lookEvery = time.Second

// place is a file that was opened, and where.
type place struct {
	path string
	file os.FileInfo
	look time.Time // when it was seen there last
}

func newPlace(path string) (place, error) {
	file, err := os.Stat(path)
	if err != nil {
		return place{}, &Error{Op: "open " + path, Err: err}
	}
	return place{path, file, time.Now()}, nil
}

// stands reports with ErrGone that the path has another file, or none.
func (p *place) stands() error {
	now, err := os.Stat(p.path)
	if err == nil && os.SameFile(p.file, now) {
		return nil
	}
	what := errors.New("another file is there")
	if err != nil {
		what = err
	}
	return &Error{Op: "write " + p.path, Err: fmt.Errorf("%w: %w", ErrGone, what),
		Hint: "move the folder back, or take a backup, and run the same command again; without it the next run begins anew"}
}

// lookAgain is stands, at most once every lookEvery.
func (p *place) lookAgain(now time.Time) error {
	if now.Sub(p.look) < lookEvery {
		return nil
	}
	err := p.stands()
	if err == nil {
		p.look = now
	}
	return err
}

// Stands reports whether the run that is open is the one that its directory holds.
func (s *Store) Stands() error {
	if s.w == nil {
		return nil
	}
	return s.w.place.stands()
}
