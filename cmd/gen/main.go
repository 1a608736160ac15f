package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync/atomic"
	"syscall"

	"hardneg/internal/config"
	"hardneg/internal/work"
)

// memoryTarget is what the collector keeps the heap under, as far as it can; 256 MB of resident memory are the bar.
const memoryTarget = 193 << 20

// exportMemoryTarget is that of an export, which makes as much garbage as it writes; 400 MB are its bar.
const exportMemoryTarget = 300 << 20

func main() {
	// Memory is bounded by what is in flight, so the collector may run less often than it would by itself.
	debug.SetGCPercent(800)
	debug.SetMemoryLimit(memoryTarget)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	if isTerminal(os.Stderr) {
		signal.Notify(signals, syscall.SIGHUP) // the terminal has gone: stop cleanly
	} else {
		signal.Ignore(syscall.SIGHUP) // a night's work started in a shell goes on without it
	}
	signal.Ignore(syscall.SIGPIPE) // `gen run | head` must not end a night's work
	a := &app{out: os.Stdout, err: os.Stderr, env: os.Environ(), signals: signals}
	os.Exit(a.main(os.Args[1:]))
}

// app is the program with its surroundings, so that tests can run it in their own process.
type app struct {
	out, err io.Writer
	env      []string
	signals  <-chan os.Signal

	configFile string
	fileGiven  bool
	path       string // of the command: gen prompt list
	sets       []string
	ends       atomic.Pointer[config.Run] // of a run that is at work, for its end; nil elsewhere
	variables  []string                   // GEN_… that set keys of the config
	log        *runLog                    // of a run; nil elsewhere
	next       atomic.Pointer[string]     // the command that goes on with a run; nil before its config was accepted
}

// main runs one command and returns the exit code.
func (a *app) main(args []string) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	hard, abort := context.WithCancel(context.Background())
	defer abort()
	s := &stopper{a: a, cancel: cancel, abort: abort}
	if a.signals != nil {
		defer work.Watch(a.signals, s.stop)()
	}
	root := a.root()
	root.SetArgs(args)
	return a.report(caught(func() error { return root.ExecuteContext(withHard(withStopper(ctx, s), hard)) }))
}

// caught makes a panic an error with its stack: the runtime would end the program with 2, which says that nothing was started.
func caught(f func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *work.Panic:
			err = fmt.Errorf("%w\n%s", v, v.Stack)
		default:
			p := &work.Panic{Value: v, Stack: debug.Stack()}
			err = fmt.Errorf("%w\n%s", p, p.Stack)
		}
	}()
	return f()
}

type hardKey struct{}
type stopperKey struct{}

// withHard puts the context that bounds calls on their way beside the one that bounds everything else.
func withHard(ctx, hard context.Context) context.Context {
	return context.WithValue(ctx, hardKey{}, hard)
}

func hardOf(ctx context.Context) context.Context {
	if h, ok := ctx.Value(hardKey{}).(context.Context); ok {
		return h
	}
	return context.Background()
}

func withStopper(ctx context.Context, s *stopper) context.Context {
	return context.WithValue(ctx, stopperKey{}, s)
}
