package mockllm

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Recorded is one chat request.
type Recorded struct {
	N        int         `json:"n"` // counts from 1
	Model    string      `json:"model"`
	Hash     string      `json:"hash"` // sha256 of the body, hexadecimal; not yet there in Config.Fault
	Path     string      `json:"path"`
	Arrived  time.Time   `json:"arrived"`
	Finished time.Time   `json:"finished"`
	Status   int         `json:"status"`   // 0: none was sent
	Bytes    int         `json:"bytes"`    // of the answer's body
	Answered bool        `json:"answered"` // the whole answer was written
	Fault    bool        `json:"fault,omitempty"`
	Body     []byte      `json:"-"` // only for Config.Fault
	Header   http.Header `json:"-"` // only for Config.Fault

	sum [32]byte
}

// Stats are counts over all requests since the start or the last reset.
type Stats struct {
	Count       int            `json:"count"`
	Answered    int            `json:"answered"`
	Faults      int            `json:"faults"`
	Repeated    int            `json:"repeated"`    // requests whose very bytes were fully answered before they came
	Connections int            `json:"connections"` // that were opened
	InFlight    int            `json:"in_flight"`
	MaxInFlight int            `json:"max_in_flight"`
	ByModel     map[string]int `json:"by_model"`
}

// journal keeps what was asked, in the order of arrival.
type journal struct {
	mu       sync.Mutex
	all      []*Recorded
	started  int
	inFlight int
	most     int
	repeated int
	opened   int // connections
	answered map[[32]byte]bool
	log      io.Writer
}

// connection counts those that are opened.
func (j *journal) connection(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.opened++
	}
}

func (j *journal) arrive(r *Recorded) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.started++
	j.inFlight++
	j.most = max(j.most, j.inFlight)
	if j.answered[r.sum] {
		j.repeated++
	}
	r.N = j.started
	j.all = append(j.all, &Recorded{N: r.N, Model: r.Model, Path: r.Path, Arrived: r.Arrived, sum: r.sum})
}

// finish takes over what came of a request; not its body, which would be most of a long run's memory.
func (j *journal) finish(r *Recorded) {
	done := *r
	done.Finished, done.Body, done.Header = time.Now(), nil, nil
	j.mu.Lock()
	defer j.mu.Unlock()
	if r.N > len(j.all) || !j.all[r.N-1].Arrived.Equal(r.Arrived) {
		return // it was in flight when the journal was reset
	}
	*j.all[r.N-1] = done
	j.inFlight--
	if done.Answered && !done.Fault {
		if j.answered == nil {
			j.answered = map[[32]byte]bool{}
		}
		j.answered[done.sum] = true
	}
	if j.log != nil {
		fmt.Fprintf(j.log, "%s\n", done.line())
	}
}

func (r Recorded) line() []byte {
	r.Hash = hex.EncodeToString(r.sum[:])
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // only a year beyond 9999 could
	}
	return b
}

// Requests are the requests in the order of their arrival, those in flight included.
func (s *Server) Requests() []Recorded {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	all := make([]Recorded, len(s.journal.all))
	for i, r := range s.journal.all {
		all[i] = *r
		all[i].Hash = hex.EncodeToString(r.sum[:])
	}
	return all
}

// Count is the number of requests that have arrived.
func (s *Server) Count() int {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.started
}

// InFlight is the number of requests that have arrived and not ended.
func (s *Server) InFlight() int {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.inFlight
}

// CountByModel counts requests by the model that was asked.
func (s *Server) CountByModel() map[string]int {
	return s.count(func(r Recorded) string { return r.Model })
}

// CountByHash counts requests by the sha256 of their body. A count above 1 is a request that was sent more than once.
func (s *Server) CountByHash() map[string]int {
	return s.count(func(r Recorded) string { return r.Hash })
}

func (s *Server) count(by func(Recorded) string) map[string]int {
	counts := map[string]int{}
	for _, r := range s.Requests() {
		counts[by(r)]++
	}
	return counts
}

// Stats sums up.
func (s *Server) Stats() Stats {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	st := Stats{Count: s.journal.started, InFlight: s.journal.inFlight, MaxInFlight: s.journal.most, Repeated: s.journal.repeated, Connections: s.journal.opened,
		ByModel: map[string]int{}}
	for _, r := range s.journal.all {
		st.ByModel[r.Model]++
		if r.Answered {
			st.Answered++
		}
		if r.Fault {
			st.Faults++
		}
	}
	return st
}

// Reset forgets all requests, and no learnt answers.
func (s *Server) Reset() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	j := &s.journal
	j.all, j.started, j.inFlight, j.most, j.repeated, j.opened, j.answered = nil, 0, 0, 0, 0, 0, nil
}

func (s *Server) serveLog(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jsonl")
	for _, r := range s.Requests() {
		_, _ = w.Write(append(r.line(), '\n'))
	}
}

var modes = map[string]Mode{"off": Off, "learn": Learn, "replay": Replay}

// ParseMode reads the name of a mode.
func ParseMode(name string) (Mode, error) {
	m, ok := modes[name]
	if !ok {
		return Off, fmt.Errorf("no mode %q; there are %v", name, slices.Sorted(maps.Keys(modes)))
	}
	return m, nil
}

func (s *Server) serveMode(w http.ResponseWriter, r *http.Request) {
	m, err := ParseMode(r.PathValue("mode"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	s.SetMode(m)
	writeJSON(w, s.Stats())
}
