package mockllm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
)

// endBatch answers the lines of a batch; the lock is held.
func (s *Server) endBatch(m *mockBatch) {
	cfg, lines := s.cfg.Batch, m.lines
	m.Status = "completed"
	idle := cfg.Idle != nil && cfg.Idle(m.n)
	switch {
	case idle:
		m.Status = "expired"
	case m.n <= cfg.Expire:
		m.Status = "expired"
	case m.n <= cfg.Cancel:
		m.Status = "cancelled"
	}
	var output, errs [][]byte
	for i, l := range lines {
		var q requestLine
		_ = json.Unmarshal(l, &q) // it was read before
		switch f := s.lineFault(m.n, q); {
		case idle || m.Status != "completed" && i >= len(lines)/2:
			errs = append(errs, fmt.Appendf(nil, `{"id":"r","custom_id":%q,"response":null,"error":{"code":"batch_%s","message":"not executed"}}`, q.ID, m.Status))
		case m.n == 1 && cfg.Drop > 0 && i%cfg.Drop == 0:
		case f != nil:
			errs = append(errs, resultLine(q.ID, f.Status, f.body(nil)))
		default:
			output = append(output, resultLine(q.ID, http.StatusOK, s.ask(openAI, q.Body).answer().body))
		}
	}
	m.Counts = map[string]int{"total": len(lines), "completed": len(output), "failed": len(errs)}
	m.Output, m.Errors = s.results(m, cfg.disorder(output)), s.results(m, errs)
}

func (s *Server) lineFault(n int, q requestLine) *Fault {
	if s.cfg.Batch.Line == nil {
		return nil
	}
	var r request
	_ = json.Unmarshal(q.Body, &r) // it is what was sent
	return s.cfg.Batch.Line(n, q.ID, r.Model)
}

func resultLine(id string, status int, body []byte) []byte {
	return fmt.Appendf(nil, `{"id":"batch_req_1","custom_id":%q,"response":{"status_code":%d,"request_id":"req_1","body":%s},"error":null}`, id, status, body)
}

// disorder does to results what providers do.
func (c BatchConfig) disorder(lines [][]byte) [][]byte {
	if c.Shuffle {
		rng := rand.New(rand.NewPCG(1, uint64(len(lines))))
		rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	}
	out := [][]byte{}
	for i, l := range lines {
		out = append(out, l)
		if c.Unknown && i%3 == 0 {
			out = append(out, resultLine("request-1", 200, []byte(`{}`)), resultLine("00112233445566778899aabbccddeeff", 200, []byte(`{}`)))
		}
	}
	for i, l := range lines {
		if c.Repeat && i%3 == 0 {
			out = append(out, bytes.ReplaceAll(l, []byte(`"content":"`), []byte(`"content":"not this one `)))
		}
	}
	return out
}

// results adds a file of lines, none for no lines.
func (s *Server) results(m *mockBatch, lines [][]byte) *string {
	if len(lines) == 0 {
		return nil
	}
	f := s.batches.file(m.ID+"_results.jsonl", append(bytes.Join(lines, []byte("\n")), '\n'))
	return &f.ID
}

func (s *Server) listBatches(w http.ResponseWriter, r *http.Request) {
	b := &s.batches
	b.mu.Lock()
	defer b.mu.Unlock()
	newest := slices.Clone(b.all)
	slices.Reverse(newest)
	if after := r.URL.Query().Get("after"); after != "" {
		i := slices.IndexFunc(newest, func(m *mockBatch) bool { return m.ID == after })
		newest = newest[i+1:]
	}
	size, _ := strconv.Atoi(r.URL.Query().Get("limit")) // absent: 0
	if size == 0 {
		size = 20
	}
	if s.cfg.Batch.Page > 0 {
		size = s.cfg.Batch.Page
	}
	more := len(newest) > size
	newest = newest[:min(size, len(newest))]
	writeJSON(w, object{"object": "list", "data": newest, "has_more": more})
}

func (s *Server) retrieveBatch(w http.ResponseWriter, r *http.Request) {
	b := &s.batches
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.all, func(m *mockBatch) bool { return m.ID == r.PathValue("id") })
	if i < 0 {
		refused(w, http.StatusNotFound, "No such batch")
		return
	}
	m := b.all[i]
	if m.Status == "validating" || m.Status == "in_progress" {
		m.Status = "in_progress"
		if m.looks++; m.looks > s.cfg.Batch.Looks {
			s.endBatch(m)
		}
	}
	if m.Status == "completed" && m.late < s.cfg.Batch.Late {
		m.late++
		early := *m
		early.Output, early.Errors = nil, nil
		writeJSON(w, early)
		return
	}
	writeJSON(w, m)
}
