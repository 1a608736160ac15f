// Command mockllm runs the mock model server of package mockllm as a process of its own, for benchmarks and crash tests. The
// first line on standard output is its URL. It ends at SIGTERM or SIGINT, or, with -stdin, when standard input ends.
//
// What it was asked is told by GET /_mock/stats and GET /_mock/log; POST /_mock/reset forgets it; POST /_mock/mode/replay (or
// learn, off) changes what it does with earlier answers.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"hardneg/internal/mockllm"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mockllm:", err)
		os.Exit(1)
	}
}

func run(args []string, stdin io.Reader, stdout io.Writer) (err error) {
	flags := flag.NewFlagSet("mockllm", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:0", "loopback address")
	latency := flags.Duration("latency", 100*time.Millisecond, "time from request to answer")
	logFile := flags.String("log", "", "write one JSON line for each request to this file")
	mode := flags.String("precompute", "learn", "off, learn or replay: what to do with answers given before")
	watch := flags.Bool("stdin", false, "end when standard input ends")
	noUsage := flags.Bool("no-usage", false, "leave the token counts out")
	rpm := flags.Int("rpm", 0, "requests a minute, above which it answers 429; 0: no limit")
	if err := flags.Parse(args); err != nil {
		return err
	}
	cfg := mockllm.Config{Addr: *addr, Latency: *latency, NoUsage: *noUsage}
	if cfg.Precompute, err = mockllm.ParseMode(*mode); err != nil {
		return err
	}
	if *rpm > 0 {
		cfg.Fault = mockllm.RPM(*rpm)
	}
	if *logFile != "" {
		f, err := os.Create(*logFile)
		if err != nil {
			return err
		}
		defer f.Close()
		cfg.Log = f
	}
	s, err := mockllm.Start(cfg)
	if err != nil {
		return err
	}
	defer s.Close()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	fmt.Fprintln(stdout, s.URL)
	if *watch {
		go func() { // ends with the process: a read of standard input can't be cancelled
			_, _ = io.Copy(io.Discard, stdin)
			stop()
		}()
	}
	<-ctx.Done()
	ending, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = s.Shutdown(ending) // requests that are answered get into the log; Close ends the others
	return nil
}
