package main

import (
	"fmt"
	"time"
)

// rpmAllowed is what the server of this measurement lets pass in a minute; it refuses what is more.
const rpmAllowed = 600

// rpm runs one stage against a server that enforces a rate, for a little more than a minute, and counts the first one.
func (b *bench) rpm() {
	s := b.startMock("-latency", "300ms", "-precompute", "off", "-rpm", fmt.Sprint(rpmAllowed))
	defer s.stop()
	config := b.config("rpm", s.url, b.corpus(rpmAllowed*21/20), fmt.Sprintf("concurrency: 64, rpm: %d", rpmAllowed))
	f := s.fly(b.gen, "run", "--config", config, "--stage", "queries")
	log := s.log()
	inMinute, refused := 0, 0
	for _, r := range log {
		if r.Arrived.Sub(log[0].Arrived) < time.Minute {
			inMinute++
		}
		if r.Status == 429 {
			refused++
		}
	}
	fmt.Printf("  rpm %d: %d requests in the first minute, %+.1f %% (2 %% allowed), %d refused with 429 (none allowed), %d calls in all\n", rpmAllowed, inMinute,
		100*float64(inMinute-rpmAllowed)/rpmAllowed, refused, f.calls)
	b.bound(f, terms{inFlight: 64, latency: 300 * time.Millisecond, rpm: rpmAllowed})
}
