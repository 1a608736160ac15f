//go:build race

package main

import "runtime"

// nightPart divides a simulated night, which takes long with the race detector. `make test` runs a whole one without it.
const nightPart = 10

// oneProcessor lets a night run on one processor and returns what ends that. The race detector of Go 1.26 keeps one stack for the timers of
// a bubble of fake time (runtime/time.go, unlockAndRun), and breaks when two processors run some at the same time.
func oneProcessor() func() {
	n := runtime.GOMAXPROCS(1)
	return func() { runtime.GOMAXPROCS(n) }
}
