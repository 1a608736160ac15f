package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// logName is the log in a run's directory: what was said, with the time, for the morning after.
const logName = "run.log"

// runLog appends lines to a file. It never fails: a full disk must not end a run because of its log.
type runLog struct {
	mu sync.Mutex
	f  *os.File
}

func openLog(dir string) *runLog {
	f, err := os.OpenFile(filepath.Join(dir, logName), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil
	}
	return &runLog{f: f}
}

func (l *runLog) printf(format string, args ...any) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.f, time.Now().UTC().Format("2006-01-02 15:04:05")+"  "+format+"\n", args...)
}

func (l *runLog) close() {
	if l != nil {
		_ = l.f.Close()
	}
}

func (a *app) warn(s string) {
	fmt.Fprintln(a.err, "gen: "+s)
	a.log.printf("%s", s)
}
