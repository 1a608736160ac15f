// Package hubtest is a Hub on loopback for tests: one repository of data sets, kept as the Hub keeps it. It says how files are to be
// sent, takes them, checks every hash and every parent of a commit, answers in pages, fails where a test wants it to, and lets what
// was pushed be read, so that the Hub's own clients can be asked what they see. Nothing but tests knows it.
package hubtest

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Token is the only token that the Hub takes.
const Token = "hf_secret"

// Fault is what goes wrong with the requests whose path contains Path, Times times.
type Fault struct {
	Path   string
	Status int
	Header map[string]string
	Body   string // "" is "busy"
	Times  int
	After  bool // the request is done, and only its answer is lost
}

// Hub keeps one repository. Its fields other than URL are set by Set, what it holds is read by its methods.
type Hub struct {
	URL   string
	Part  int  // bytes of a part of a large file; 0 takes files in one piece
	Page  int  // entries of a page of a listing; 0 lists all at once
	Alien bool // pages are linked under another host's name, as a mirror does

	Private bool // how the repository was created, or was made since
	Silent  bool // what is known of the repository doesn't tell whether it is private

	t       testing.TB
	storage *httptest.Server // another host, which must not see the token

	mu       sync.Mutex
	repo     string                       // user/name, "" while it is not created
	created  string                       // the request that created it
	branches map[string]map[string]string // path to content, by branch
	commits  map[string]int               // by branch
	objects  map[string]string            // by sha256
	parts    map[string]map[string]string
	faults   []*Fault
	seen     []string
}

// New starts a Hub that ends with the test.
func New(t testing.TB) *Hub {
	h := &Hub{t: t, branches: map[string]map[string]string{}, commits: map[string]int{}, objects: map[string]string{}, parts: map[string]map[string]string{}}
	h.mu.Lock() // who asks may be another process, which orders nothing here
	defer h.mu.Unlock()
	server := httptest.NewServer(http.HandlerFunc(h.locked(h.serve)))
	h.URL = server.URL
	h.storage = httptest.NewServer(http.HandlerFunc(h.locked(h.store)))
	t.Cleanup(server.Close)
	t.Cleanup(h.storage.Close)
	return h
}

// Set changes fields between two requests.
func (h *Hub) Set(change func(*Hub)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
}

// Fail adds a fault.
func (h *Hub) Fail(f Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults = append(h.faults, &f)
}

// Files is what stands on a branch, content by path.
func (h *Hub) Files(branch string) map[string]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.branches[branch])
}

// Put changes a file of a branch, as somebody else would.
func (h *Hub) Put(branch, path, content string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.branches[branch][path] = content
	h.commits[branch]++
}

// Commits is the number of commits of a branch.
func (h *Hub) Commits(branch string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.commits[branch]
}

// Stored is the number of objects in the storage of large files.
func (h *Hub) Stored() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.objects)
}

// Created is the request that created the repository.
func (h *Hub) Created() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.created
}

// Seen is how many requests there were whose method, path and query contain a text.
func (h *Hub) Seen(what string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.seen {
		if strings.Contains(s, what) {
			n++
		}
	}
	return n
}

// locked serves one request at a time, or lets it fail.
func (h *Hub) locked(serve func(http.ResponseWriter, *http.Request, []byte)) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client went away
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.seen = append(h.seen, r.Method+" "+r.URL.String())
		f := h.fault(r)
		switch {
		case f == nil:
			serve(w, r, body)
			return
		case f.After:
			serve(httptest.NewRecorder(), r, body)
		}
		for name, value := range f.Header {
			w.Header().Set(name, value)
		}
		http.Error(w, cmp.Or(f.Body, "busy"), f.Status)
	}
}

func (h *Hub) fault(r *http.Request) *Fault {
	for _, f := range h.faults {
		if f.Times > 0 && strings.Contains(r.URL.Path, f.Path) {
			f.Times--
			return f
		}
	}
	return nil
}

func (h *Hub) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	if r.Header.Get("Authorization") != "Bearer "+Token {
		http.Error(w, "Invalid credentials for "+r.Header.Get("Authorization"), http.StatusUnauthorized)
		return
	}
	switch r.URL.Path {
	case "/api/repos/create":
		h.create(w, body)
		return
	case "/api/validate-yaml":
		validate(w, body)
		return
	case "/verify":
		fmt.Fprint(w, `{}`)
		return
	}
	what, rest, ok := h.within(r.URL.EscapedPath())
	if !ok {
		fail(w, http.StatusNotFound, "RepoNotFound")
		return
	}
	switch what {
	case "": // what is known of the repository
		known := map[string]any{"id": h.repo, "private": h.Private}
		if h.Silent {
			delete(known, "private")
		}
		h.answer(w, known)
	case "branch":
		h.branch(w, rest)
	case "info":
		h.batch(w, body)
	default:
		branch, path, _ := strings.Cut(rest, "/")
		branch = unescape(branch)
		if h.branches[branch] == nil {
			fail(w, http.StatusNotFound, "RevisionNotFound")
			return
		}
		h.inBranch(w, r, what, branch, path, body)
	}
}

func (h *Hub) inBranch(w http.ResponseWriter, r *http.Request, what, branch, path string, body []byte) {
	switch what {
	case "revision":
		fmt.Fprintf(w, `{"sha":"%040d"}`, h.commits[branch])
	case "preupload":
		h.preupload(w, branch, body)
	case "tree":
		h.tree(w, r, branch)
	case "commit":
		h.commit(w, r, branch, body)
	case "raw", "resolve":
		h.read(w, r, branch, path)
	default:
		http.NotFound(w, r)
	}
}

// fail answers as the Hub does, with the reason in a header.
func fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Error-Code", code)
	http.Error(w, code, status)
}
