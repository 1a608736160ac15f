//go:build !race

package main

// nightPart divides a simulated night.
const nightPart = 1
