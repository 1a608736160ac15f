package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"hardneg/internal/config"
)

// onEndTime bounds the command of run.on_end: a run that has ended must not hang in a mail program.
const onEndTime = time.Minute

// quitTime bounds what is read of a run that quits at once.
const quitTime = time.Second

// ending is what the command of run.on_end reads on its standard input.
type ending struct {
	status
	Exit  int    `json:"exit"`
	Error string `json:"error,omitempty"`
}

// onEnd runs the command of run.on_end, whatever the end. The run is closed by then, so that the command may start the next one. What
// the command does changes nothing of how the run ended.
func (a *app) onEnd(command string, s status, err error) {
	if command == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), onEndTime)
	defer cancel()
	c := a.endCommand(ctx, command)
	c.Stdin, c.WaitDelay = bytes.NewReader(endInput(s, err)), time.Second
	if err := c.Run(); err != nil {
		a.warn(fmt.Sprintf("run.on_end: the command failed: %v", err))
	}
}

// onRefusal is onEnd for a command line or a config that is refused: of the config, what says where the run is and whom to tell is enough.
func (a *app) onRefusal(ctx context.Context, err error) {
	if run := config.ReadRun(a.sources()); run.OnEnd != "" {
		last, _ := currentStatus(ctx, run.Dir, nil) // there may be no run yet
		a.onEnd(run.OnEnd, last, err)
	}
}

// onQuit starts the command for a run that ends here and now. It is not waited for, and can't be fed by a process that has gone.
func (a *app) onQuit(err error) {
	run := a.ends.Load()
	if run == nil || run.OnEnd == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), quitTime)
	defer cancel()
	last, _ := currentStatus(ctx, run.Dir, nil) // what can't be read now is not told
	last.State, last.Owner = "idle", nil
	c := a.endCommand(context.Background(), run.OnEnd)
	input, fileErr := unlinked(endInput(last, err))
	if fileErr == nil {
		c.Stdin = input
		fileErr = c.Start()
	}
	if fileErr != nil {
		a.warn(fmt.Sprintf("run.on_end: the command was not started: %v", fileErr))
	}
}

// last is how the run stands at its end, also where it was not settled what it should do.
func (r *runner) last(ctx context.Context) (status, error) {
	if len(r.rs) == 0 {
		return storedStatus(ctx, r.st, nil)
	}
	return r.status(ctx)
}

func (a *app) endCommand(ctx context.Context, command string) *exec.Cmd {
	name, args := "sh", []string{"-c", command}
	if runtime.GOOS == "windows" {
		name, args = "cmd", []string{"/c", command}
	}
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr, c.Env = a.err, a.err, a.env
	return c
}

func endInput(s status, err error) []byte {
	e := ending{status: s, Exit: codeOf(err)}
	if err != nil {
		e.Error = err.Error()
	}
	input, jsonErr := json.Marshal(e)
	if jsonErr != nil {
		panic(jsonErr) // plain values
	}
	return append(input, '\n')
}

// unlinked is a file that has no name any more, to be read from its beginning.
func unlinked(content []byte) (*os.File, error) {
	f, err := os.CreateTemp("", "gen-end-*.json")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // where an open file can't be removed, it is left
	if _, err = f.Write(content); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	return f, err
}
