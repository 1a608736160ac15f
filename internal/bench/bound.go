package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"hardneg"
	"hardneg/store"
)

// terms are what a config and a server leave room for; 0 is no limit.
type terms struct {
	inFlight int
	latency  time.Duration
	rpm, tpm int
}

// bound prints what limits a run: X = min(C/L, RPM, TPM, cores over CPU per call, commit rate), and which of them it is.
func (b *bench) bound(f flown, t terms) {
	type term struct {
		name string
		rate float64
	}
	all := []term{{"calls in flight / latency", float64(t.inFlight) / t.latency.Seconds()}}
	if t.rpm > 0 {
		all = append(all, term{"requests a minute", float64(t.rpm) / 60})
	}
	if t.tpm > 0 {
		all = append(all, term{"tokens a minute", float64(t.tpm) / 60})
	}
	perCall := (f.cpu + f.serverCPU).Seconds() / float64(f.calls)
	all = append(all, term{"cores / CPU a call, the server's included", float64(runtime.NumCPU()) / perCall}, term{"commits", b.commitRate(t.inFlight)})
	least := slices.MinFunc(all, func(a, b term) int {
		if a.rate < b.rate {
			return -1
		}
		return 1
	})
	fmt.Printf("  what would be possible, in calls a second:")
	for _, x := range all {
		fmt.Printf(" %s %.0f;", x.name, x.rate)
	}
	fmt.Printf("\n  what binds: %s; steady, %.2f of it is reached\n", least.name, f.steady/least.rate)
}

// commitTime is how long commits are counted.
const commitTime = time.Second

// commitRate is how many calls a second so many workers store on this disk.
func (b *bench) commitRate(workers int) float64 {
	st, err := store.Open(filepath.Join(b.dir, fmt.Sprintf("commits-%d-%d", workers, time.Now().UnixNano())), store.Options{Command: "bench"})
	check(err)
	defer st.Close()
	var wg sync.WaitGroup
	counts := make([]int, workers)
	start := time.Now()
	for w := range workers {
		wg.Go(func() {
			for ; time.Since(start) < commitTime; counts[w]++ {
				check(st.Record(hardneg.Call{Key: hardneg.KeyOf(fmt.Sprint(w), fmt.Sprint(counts[w])), Stage: "queries", Request: []byte(`{"user":"x"}`), Reply: []byte(`{}`)}))
			}
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return float64(sum) / time.Since(start).Seconds()
}
