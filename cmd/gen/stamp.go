package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hardneg/internal/export"
)

// An export can hold gigabytes, which a run with nothing to do must not read each time. The system keeps for every file the time of
// its last change of any kind, which no program can set back: writing a byte sets it, and so does putting the time of modification
// back afterwards. Files whose size, inode and time of change are what they were are therefore what they were; any others are read.

// clockTick is longer than the steps in which systems keep times of change. A file that was changed less than that before it was
// looked at could be changed again without its time showing that.
const clockTick = 50 * time.Millisecond

// manifestFiles are the files that the manifest of an export lists.
func manifestFiles(dir string) ([]export.File, error) {
	b, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return nil, err
	}
	var m export.Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("%s: manifest.json: %w", dir, err)
	}
	return m.Files, nil
}

// stampOf names the last changes of the files of an export; "" where they can't be told, or may still be going on.
func stampOf(dir string, files []export.File) string {
	var parts []string
	now := time.Now()
	for _, f := range files {
		info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil || !info.Mode().IsRegular() || info.Size() != f.Bytes {
			return ""
		}
		inode, changed, ok := lastChange(info)
		if !ok || now.Sub(changed) < clockTick || coarse(changed) {
			return ""
		}
		parts = append(parts, fmt.Sprintf("%d-%d-%d", info.Size(), inode, changed.UnixNano()))
	}
	return strings.Join(parts, " ")
}

// coarse reports a time of a disk that keeps whole seconds only, which are too long to tell changes apart.
func coarse(t time.Time) bool { return t.Nanosecond() == 0 }

// settledStamp is the stamp of files that were written just now: it waits until a change after this would show.
func settledStamp(dir string) (string, error) {
	files, err := manifestFiles(dir)
	if err != nil {
		return "", err
	}
	if stamp := stampOf(dir, files); stamp != "" || !newest(dir, files).After(time.Now().Add(-clockTick)) {
		return stamp, nil
	}
	time.Sleep(clockTick + time.Millisecond)
	return stampOf(dir, files), nil
}

// newest is when a file of an export was last changed; zero where that can't be told.
func newest(dir string, files []export.File) (last time.Time) {
	for _, f := range files {
		info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil {
			continue
		}
		if _, changed, ok := lastChange(info); ok && changed.After(last) {
			last = changed
		}
	}
	return last
}
