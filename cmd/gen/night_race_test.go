//go:build race

package main

// nightPart divides a simulated night. The race detector of Go 1.26 breaks (a fault in its own stack depot) when the timers of a bubble
// of fake time have fired often enough, which those of a whole night do now and then. `make test` runs a whole one without the
// detector.
const nightPart = 10
