package llm

import "time"

// Borne is what was found of an endpoint, to go on with after a restart.
type Borne struct {
	Calls   float64   `json:"calls"`          // in flight
	Refuses bool      `json:"refuses"`        // it says when it has too many: then the limit is not doubled any more
	Pause   time.Time `json:"pause,omitzero"` // it asked for none before
}

// Limits are what was found of each lane.
func (g *Governor) Limits() []Borne {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []Borne
	for _, l := range g.lanes {
		b := Borne{Calls: l.limit, Refuses: l.refuses}
		if l.pause.After(time.Now()) {
			b.Pause = l.pause.Round(0) // a monotonic clock means nothing to another process
		}
		out = append(out, b)
	}
	return out
}

// Restore goes on with what was found before. It is for before the first call. A pause longer than the patience is not kept: whether
// the server still asks for it, its answer tells.
func (g *Governor) Restore(found []Borne) {
	if len(found) != len(g.lanes) {
		return
	}
	now := time.Now()
	for i, b := range found {
		l := g.lanes[i]
		l.limit, l.refuses = min(max(b.Calls, 1), float64(g.ceiling)), b.Refuses
		if wait := b.Pause.Sub(now); wait > 0 && wait <= g.patience {
			l.pause = now.Add(wait)
		}
	}
}
