//go:build !race

package main

// nightPart divides a simulated night.
const nightPart = 1

// oneProcessor is needed with the race detector only.
func oneProcessor() func() { return func() {} }
