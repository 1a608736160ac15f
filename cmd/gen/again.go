package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/store"
)

// again is the command that goes on with a run: its variables and flags as they were given, for a shell. Secrets are not among them,
// as the config takes references only, and this is made after it took them.
func (a *app) again(f runFlags) string {
	s := a.with("gen run")
	for _, stage := range f.stages {
		s += " --stage " + stage
	}
	if f.limit > 0 {
		s += " --limit " + strconv.Itoa(f.limit)
	}
	if f.shard != "" {
		s += " --shard " + f.shard
	}
	if f.rejectLimited {
		s += " --max-reject-rate " + strconv.FormatFloat(f.maxRejectRate, 'g', -1, 64)
	}
	if f.json {
		s += " --json"
	}
	return s
}

// with is a command with the variables before it and the flags after it that say which run is meant, and how it was set.
func (a *app) with(command string) string {
	s := ""
	redact := config.Redactor()
	for _, v := range a.variables {
		name, value, _ := strings.Cut(v, "=")
		if redact(value) == value { // what looks like a key is in no reference, but may be in a text
			s += name + "=" + shellWord(value) + " "
		}
	}
	s += command
	if a.fileGiven {
		s += " --config " + shellWord(a.configFile)
	}
	for _, set := range a.sets {
		s += " --set " + shellWord(set)
	}
	return s
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:,@%+=-]+$`)

// shellWord quotes a word where a shell would read something else.
func shellWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// goOn says how to go on; "" where no run was begun.
func (a *app) goOn() string {
	if next := a.next.Load(); next != nil {
		return "; go on with: " + *next
	}
	return ""
}

// lastLine makes sure that a failed `gen run` ends by saying what is kept and how to go on.
func (a *app) lastLine(err error) error {
	var f *failure
	if err == nil || errors.As(err, &f) && f.last != "" {
		return err
	}
	last := "nothing was started; what the run directory holds is unchanged"
	switch next := a.goOn(); {
	case codeOf(err) == exitInUse:
		last = "this process started nothing; what the other one saves is kept; when it has ended" + strings.TrimPrefix(next, ";")
	case next != "":
		last += next
	default:
		last += "; go on with the same command, put right"
	}
	return &failure{code: codeOf(err), err: err, hint: hintOf(err), last: last}
}

// lastLineOf is lastLine for errors of the command line, which are found before the command is called.
func (a *app) lastLineOf(c *cobra.Command, err error) error {
	if c.CommandPath() == "gen run" {
		return a.lastLine(err)
	}
	return err
}

// describe adds to an error what is kept, what it cost and how to go on.
func (r *runner) describe(err error) *failure {
	f := &failure{code: codeOf(err), err: err, hint: hintOf(err)}
	var stop *stopped
	if errors.As(err, &stop) {
		f.err = stop
	}
	if errors.Is(err, store.ErrGone) {
		f.last = "what was saved is where " + r.cfg.Run.Dir + " was moved to; if it was deleted, nothing is kept" + r.goOn()
		return f
	}
	s, statusErr := r.status(context.Background())
	if statusErr != nil || len(r.rs) == 0 {
		f.last = r.imported() + r.goOn()
		return f
	}
	f.last = fmt.Sprintf("kept in %s: %d calls, $%.4f", r.cfg.Run.Dir, s.Calls.OK, s.Cost)
	if s.Unconfirmed > 0 {
		f.last += fmt.Sprintf(" and up to $%.4f unconfirmed", s.Unconfirmed)
	}
	if n := r.st.Lost(); n > 0 {
		f.last += fmt.Sprintf("; %d answers that came could not be saved: they are asked for again, and may be paid for twice", n)
	}
	waiting, _ := r.st.InBatches(context.Background(), 0) // it is a comfort: a failing read shows up elsewhere
	for _, o := range waiting {
		f.last += fmt.Sprintf("; %d requests of models.%s are at the provider", o.Requests, o.Role)
	}
	if errors.Is(err, export.ErrNoRows) && s.pending()+s.failed() == 0 {
		f.last += "; nothing is pending and nothing failed: the same command gives the same; with a setting changed, go on with: " + r.again(r.flags)
		return f
	}
	next, failed := r.again(r.flags), fmt.Sprintf("%d failed", s.failed())
	switch {
	case s.failed() == 0:
	case s.pending() == 0:
		next = r.with("gen retry") + ", then " + next
	default: // what stopped the run may be why they failed
		failed += " (pending again after: " + r.with("gen retry") + ")"
	}
	f.last += fmt.Sprintf("; %d items pending, %s; go on with: %s", s.pending(), failed, next)
	return f
}

// imported says what a run did that ended before its first item.
func (r *runner) imported() string {
	if r.im == nil || len(r.im.done) == 0 {
		return "nothing was started: nothing was imported, and no call was made; what " + r.cfg.Run.Dir + " held is kept"
	}
	var files []string
	for _, i := range r.im.done {
		files = append(files, fmt.Sprintf("%s (%s)", i.Path, describeImport(i)))
	}
	if n := len(files); n > 3 {
		files = append(files[:3], fmt.Sprintf("and %d more", n-3))
	}
	return "no call was made; imported and kept in " + r.cfg.Run.Dir + ": " + strings.Join(files, ", ")
}
