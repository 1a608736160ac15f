package mockllm

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// BatchConfig says how the Batch API behaves. The zero value answers every line of a batch, in order, at the first look.
type BatchConfig struct {
	Looks    int              // looks at a batch that find it under way
	Shuffle  bool             // results come in another order
	Repeat   bool             // each third line of the results comes twice, with another reply the second time
	Drop     int              // each so many-th line of the first batch has no result; 0: none
	Unknown  bool             // results hold lines for ids that were never sent
	Idle     func(n int) bool // whether batch n, from 1, expires with none of its lines answered; nil: none does
	Expire   int              // the first so many batches expire with half of their lines answered
	Cancel   int              // the first so many batches are cancelled with half of their lines answered
	Late     int              // looks at a batch that find it completed and without its files
	Page     int              // batches on a page of the list; 0: as many as asked for
	Enqueued int              // requests that may wait at a time; a batch that goes beyond fails; 0: any number
	Refuse   string           // code with which every batch fails as a whole; "": none
	// Line is asked for each line of a batch, n counts the batches from 1; a status of 400 and more goes to the error file.
	Line func(n int, id, model string) *Fault
	// Fault is asked before an event has an effect (upload, create, retrieve, list, content, files) and after it, before the answer
	// (uploaded, created); n counts the events of a kind from 1.
	Fault func(event string, n int) *Fault
}

// BatchStats say what the Batch API was asked for.
type BatchStats struct {
	Uploads   int
	Batches   int            // that were accepted
	Refused   int            // that failed as a whole
	Lines     int            // of accepted batches
	MostLines int            // of one file
	MostBytes int            // of one file
	Submitted map[string]int // by custom_id: accepted batches that it was in
	Bodies    [][]byte       // of the lines of accepted batches
}

// batches is the state of the Batch API.
type batches struct {
	mu     sync.Mutex
	files  []*mockFile
	all    []*mockBatch // oldest first
	stats  BatchStats
	events map[string]int
}

type mockFile struct {
	ID       string `json:"id"`
	Object   string `json:"object"`
	Bytes    int    `json:"bytes"`
	Filename string `json:"filename"`
	Purpose  string `json:"purpose"`
	content  []byte
}

type mockBatch struct {
	ID       string         `json:"id"`
	Object   string         `json:"object"`
	Endpoint string         `json:"endpoint"`
	Input    string         `json:"input_file_id"`
	Window   string         `json:"completion_window"`
	Status   string         `json:"status"`
	Output   *string        `json:"output_file_id"`
	Errors   *string        `json:"error_file_id"`
	Counts   map[string]int `json:"request_counts"`
	Metadata map[string]any `json:"metadata"`
	Problems any            `json:"errors"`
	looks    int
	late     int
	n        int
	lines    [][]byte
}

type requestLine struct {
	ID     string          `json:"custom_id"`
	Method string          `json:"method"`
	URL    string          `json:"url"`
	Body   json.RawMessage `json:"body"`
}

func (s *Server) batchRoutes(mux *http.ServeMux) {
	for _, route := range []struct {
		pattern, event string
		handle         http.HandlerFunc
	}{
		{"POST /v1/files", "upload", s.uploadFile}, {"GET /v1/files", "files", s.listFiles}, {"GET /v1/files/{id}/content", "content", s.fileContent},
		{"POST /v1/batches", "create", s.createBatch}, {"GET /v1/batches", "list", s.listBatches}, {"GET /v1/batches/{id}", "retrieve", s.retrieveBatch},
	} {
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
			if !s.batchFault(w, r, route.event) {
				route.handle(w, r)
			}
		})
	}
}

// batchFault acts out what is to go wrong at an event, and reports whether that was the answer.
func (s *Server) batchFault(w http.ResponseWriter, r *http.Request, event string) bool {
	s.batches.mu.Lock()
	if s.batches.events == nil {
		s.batches.events = map[string]int{}
	}
	s.batches.events[event]++
	n := s.batches.events[event]
	s.batches.mu.Unlock()
	if s.cfg.Batch.Fault == nil {
		return false
	}
	f := s.cfg.Batch.Fault(event, n)
	if f == nil {
		return false
	}
	_, _ = io.Copy(io.Discard, r.Body)
	f.do(w, r, &Recorded{}, func() *answer { return &answer{} }, 0)
	return true
}

// Batches sums up what the Batch API was asked for.
func (s *Server) Batches() BatchStats {
	s.batches.mu.Lock()
	defer s.batches.mu.Unlock()
	out := s.batches.stats
	out.Submitted = map[string]int{}
	for k, v := range s.batches.stats.Submitted {
		out.Submitted[k] = v
	}
	out.Bodies = slices.Clone(out.Bodies)
	return out
}

// BatchEvents counts the calls of the Batch API by event.
func (s *Server) BatchEvents(event string) int {
	s.batches.mu.Lock()
	defer s.batches.mu.Unlock()
	return s.batches.events[event]
}

func (s *Server) uploadFile(w http.ResponseWriter, r *http.Request) {
	part, head, err := r.FormFile("file")
	if err != nil || r.FormValue("purpose") != "batch" {
		refused(w, http.StatusBadRequest, "a file and the purpose batch are needed")
		return
	}
	content, err := io.ReadAll(part)
	if err != nil {
		refused(w, http.StatusBadRequest, "the file is cut off")
		return
	}
	b := &s.batches
	b.mu.Lock()
	b.stats.Uploads++
	f := b.file(head.Filename, content)
	b.mu.Unlock()
	if !s.batchFault(w, r, "uploaded") {
		writeJSON(w, f)
	}
}

// file adds a file; the lock is held.
func (b *batches) file(name string, content []byte) *mockFile {
	f := &mockFile{ID: "file-" + strconv.Itoa(len(b.files)+1), Object: "file", Bytes: len(content), Filename: name, Purpose: "batch", content: content}
	b.files = append(b.files, f)
	return f
}

func (b *batches) find(id string) *mockFile {
	for _, f := range b.files {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func (s *Server) listFiles(w http.ResponseWriter, _ *http.Request) {
	s.batches.mu.Lock()
	defer s.batches.mu.Unlock()
	writeJSON(w, object{"object": "list", "data": s.batches.files})
}

func (s *Server) fileContent(w http.ResponseWriter, r *http.Request) {
	s.batches.mu.Lock()
	f := s.batches.find(r.PathValue("id"))
	s.batches.mu.Unlock()
	if f == nil {
		refused(w, http.StatusNotFound, "No such File object")
		return
	}
	_, _ = w.Write(f.content)
}

func (s *Server) createBatch(w http.ResponseWriter, r *http.Request) {
	m := &mockBatch{}
	if err := json.NewDecoder(r.Body).Decode(m); err != nil {
		refused(w, http.StatusBadRequest, "not JSON")
		return
	}
	b := &s.batches
	b.mu.Lock()
	f := b.find(m.Input)
	if f == nil {
		b.mu.Unlock()
		refused(w, http.StatusBadRequest, "No such File object: "+m.Input)
		return
	}
	m.ID, m.Object, m.Status = "batch_"+strconv.Itoa(len(b.all)+1), "batch", "validating"
	m.lines = bytes.Split(bytes.TrimSuffix(f.content, []byte("\n")), []byte("\n"))
	m.Counts = map[string]int{"total": len(m.lines)}
	b.accept(m, f, s.cfg.Batch)
	b.all = append(b.all, m)
	b.mu.Unlock()
	if !s.batchFault(w, r, "created") {
		b.mu.Lock()
		defer b.mu.Unlock()
		writeJSON(w, m)
	}
}

// accept checks a batch as a whole; the lock is held.
func (b *batches) accept(m *mockBatch, f *mockFile, cfg BatchConfig) {
	waiting := len(m.lines)
	for _, o := range b.all {
		if o.Status == "validating" || o.Status == "in_progress" {
			waiting += len(o.lines)
		}
	}
	code := cfg.Refuse
	switch {
	case code != "":
	case cfg.Enqueued > 0 && waiting > cfg.Enqueued:
		code = "token_limit_exceeded"
	case len(m.lines) > 50_000 || f.Bytes > 200_000_000:
		code = "file_too_large"
	}
	ids := map[string]bool{}
	for _, l := range m.lines {
		var q requestLine
		if json.Unmarshal(l, &q) != nil || q.ID == "" || q.Method != "POST" || q.URL != "/v1/chat/completions" || ids[q.ID] {
			code = "invalid_line"
		}
		ids[q.ID] = true
	}
	if code != "" {
		b.stats.Refused++
		m.Status, m.Problems = "failed", object{"object": "list", "data": []object{{"code": code, "message": "Enqueued token limit or file: " + code}}}
		if code != "token_limit_exceeded" {
			m.Problems = object{"object": "list", "data": []object{{"code": code, "message": "the file is refused", "line": 1}}}
		}
		return
	}
	b.count(m, f, ids)
}

func (b *batches) count(m *mockBatch, f *mockFile, ids map[string]bool) {
	st := &b.stats
	st.Batches++
	m.n = st.Batches
	st.Lines += len(m.lines)
	st.MostLines, st.MostBytes = max(st.MostLines, len(m.lines)), max(st.MostBytes, f.Bytes)
	if st.Submitted == nil {
		st.Submitted = map[string]int{}
	}
	for id := range ids {
		st.Submitted[id]++
	}
	for _, l := range m.lines {
		var q requestLine
		_ = json.Unmarshal(l, &q) // it was read before
		st.Bodies = append(st.Bodies, q.Body)
	}
}

func refused(w http.ResponseWriter, status int, message string) {
	_ = send(w, status, refuse("", status, message).body)
}
