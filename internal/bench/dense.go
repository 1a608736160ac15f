package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"hardneg/internal/dense"
)

// What an exact search is measured with.
const (
	denseDim     = 768
	denseBest    = 100
	denseQueries = 5
)

// dense searches so many vectors for the nearest ones, and compares the time with that of a bare loop that reads each number once. The matrix
// is a mapped file: of what is resident, the part that the system takes back when it needs it is told apart.
func (b *bench) dense(vectors int) {
	x, err := dense.New(b.dir, vectors)
	check(err)
	defer func() { check(x.Close()) }()
	draw := rand.New(rand.NewPCG(5, 6))
	vector := func() []float32 {
		v := make([]float32, denseDim)
		for i := range v {
			v[i] = float32(draw.NormFloat64())
		}
		u, err := dense.Unit(v)
		check(err)
		return u
	}
	start := time.Now()
	for row := range vectors {
		check(x.Put(vector(), row))
	}
	check(x.Seal())
	fmt.Printf("  %d vectors of %d numbers, %d MB, drawn and written in %.0f s\n", vectors, denseDim, vectors*denseDim*4>>20, time.Since(start).Seconds())
	var searched, read []float64
	var sum float32
	for range denseQueries {
		q := vector()
		start := time.Now()
		if hits := x.Search(q, denseBest, nil); len(hits) != min(denseBest, vectors) {
			check(fmt.Errorf("%d hits", len(hits)))
		}
		searched = append(searched, time.Since(start).Seconds())
		start = time.Now()
		for row := range vectors {
			sum += added(x.Row(row))
		}
		read = append(read, time.Since(start).Seconds())
	}
	own, file := residentParts()
	fmt.Printf("  the %d nearest: %.0f ms a query (median of %d), %.2f of the time of a bare loop that adds all numbers (%.0f ms; the sum is %.3g)\n",
		denseBest, median(searched)*1000, denseQueries, median(searched)/median(read), median(read)*1000, sum)
	fmt.Printf("  resident: %d MB of its own, %d MB of the mapped file\n", own>>10, file>>10)
}

// added is the sum of numbers, in eight sums side by side.
func added(v []float32) float32 {
	var s [8]float32
	for ; len(v) >= 8; v = v[8:] {
		for i := range s {
			s[i] += v[i]
		}
	}
	return s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7]
}

// residentParts are what the process has in memory, in kB: of its own, and of mapped files.
func residentParts() (own, file int) {
	text, err := os.ReadFile("/proc/self/status")
	check(err)
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 {
			n, _ := strconv.Atoi(f[1]) // of other lines it is no number, and not looked at
			switch f[0] {
			case "RssAnon:":
				own = n
			case "RssFile:":
				file = n
			}
		}
	}
	return own, file
}
