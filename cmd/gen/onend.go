package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"runtime"
	"time"
)

// onEndTime bounds the command of run.on_end: a run that has ended must not hang in a mail program.
const onEndTime = time.Minute

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
	e := ending{status: s, Exit: codeOf(err)}
	if err != nil {
		e.Error = err.Error()
	}
	input, jsonErr := json.Marshal(e)
	if jsonErr != nil {
		a.warn(fmt.Sprintf("run.on_end: %v", jsonErr))
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), onEndTime)
	defer cancel()
	name, args := "sh", []string{"-c", command}
	if runtime.GOOS == "windows" {
		name, args = "cmd", []string{"/c", command}
	}
	c := exec.CommandContext(ctx, name, args...)
	c.Stdin, c.Stdout, c.Stderr, c.Env = bytes.NewReader(append(input, '\n')), a.err, a.err, a.env
	c.WaitDelay = time.Second
	if err := c.Run(); err != nil {
		a.warn(fmt.Sprintf("run.on_end: the command failed: %v", err))
	}
}
