package hub

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// fakeHub keeps one repository as the Hub does: it says how files are to be sent, takes them, and checks every hash.
type fakeHub struct {
	t       *testing.T
	server  *httptest.Server
	storage *httptest.Server // another host, which must not see the token

	exists  bool
	files   map[string]string // path to content of the last commit
	objects map[string]string // by sha256
	parts   map[string]map[string]string
	partial int // bytes of a part; 0 is one piece
	commits int
	private string
	query   string
	faults  map[string]int // answers of 503 left, by a part of the path
	seen    []string
}

const token = "hf_secret"

func newFakeHub(t *testing.T) *fakeHub {
	h := &fakeHub{t: t, files: map[string]string{}, objects: map[string]string{}, parts: map[string]map[string]string{}, faults: map[string]int{}}
	h.server = httptest.NewServer(http.HandlerFunc(h.serve))
	h.storage = httptest.NewServer(http.HandlerFunc(h.store))
	t.Cleanup(h.server.Close)
	t.Cleanup(h.storage.Close)
	return h
}

func (h *fakeHub) client() *Client {
	c := New(h.server.URL+"/", token, func(string, ...any) {})
	c.Pause = 1
	return c
}

func (h *fakeHub) fails(w http.ResponseWriter, r *http.Request) bool {
	h.seen = append(h.seen, r.Method+" "+r.URL.Path)
	for part, left := range h.faults {
		if left > 0 && strings.Contains(r.URL.Path, part) {
			h.faults[part]--
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return true
		}
	}
	return false
}

func (h *fakeHub) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch {
	case h.fails(w, r):
	case r.Header.Get("Authorization") != "Bearer "+token:
		http.Error(w, "Invalid credentials", http.StatusUnauthorized)
	case r.URL.Path == "/api/repos/create":
		if h.exists {
			http.Error(w, "You already created this dataset repo", http.StatusConflict)
			return
		}
		h.exists, h.private = true, string(body)
		fmt.Fprint(w, `{}`)
	case r.URL.Path == "/api/validate-yaml":
		if !bytes.Contains(body, []byte("license")) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"errors":[{"message":"no license"}]}`)
			return
		}
		fmt.Fprint(w, `{"errors":[],"warnings":[{"message":"a small thing"}]}`)
	case r.URL.Path == "/api/datasets/u/d/preupload/main":
		h.preupload(w, body)
	case r.URL.Path == "/datasets/u/d.git/info/lfs/objects/batch":
		h.batch(w, body)
	case r.URL.Path == "/api/datasets/u/d/tree/main":
		var list []map[string]string
		for path := range h.files {
			list = append(list, map[string]string{"type": "file", "path": path})
		}
		_ = json.NewEncoder(w).Encode(list)
	case r.URL.Path == "/verify":
		fmt.Fprint(w, `{}`)
	case r.URL.Path == "/api/datasets/u/d/commit/main":
		h.query = r.URL.RawQuery
		h.commit(w, body)
	default:
		http.NotFound(w, r)
	}
}

func (h *fakeHub) preupload(w http.ResponseWriter, body []byte) {
	var q struct {
		Files []struct {
			Path, Sample string
			Size         int64
		}
	}
	_ = json.Unmarshal(body, &q)
	answer := map[string]any{"commitOid": fmt.Sprintf("%040d", h.commits)}
	var files []map[string]any
	for _, f := range q.Files {
		a := map[string]any{"path": f.Path, "uploadMode": "regular", "shouldIgnore": strings.HasSuffix(f.Path, ".ignored"), "oid": nil}
		content, known := h.files[f.Path]
		if strings.HasSuffix(f.Path, ".parquet") {
			a["uploadMode"] = "lfs"
			if known {
				a["oid"] = sha(content)
			}
		} else if known {
			sum := sha1.Sum([]byte(fmt.Sprintf("blob %d\x00%s", len(content), content)))
			a["oid"] = hex.EncodeToString(sum[:])
		}
		files = append(files, a)
	}
	answer["files"] = files
	_ = json.NewEncoder(w).Encode(answer)
}

func sha(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func (h *fakeHub) batch(w http.ResponseWriter, body []byte) {
	var q struct {
		Objects []struct {
			OID  string
			Size int
		}
	}
	_ = json.Unmarshal(body, &q)
	var objects []map[string]any
	for _, o := range q.Objects {
		a := map[string]any{"oid": o.OID, "size": o.Size}
		if _, ok := h.objects[o.OID]; !ok {
			upload := map[string]any{"href": h.storage.URL + "/put/" + o.OID}
			if h.partial > 0 {
				header := map[string]any{"chunk_size": fmt.Sprint(h.partial)}
				for n := 1; (n-1)*h.partial < o.Size; n++ {
					header[fmt.Sprintf("%05d", n)] = fmt.Sprintf("%s/part/%s/%05d", h.storage.URL, o.OID, n)
				}
				upload = map[string]any{"href": h.storage.URL + "/complete/" + o.OID, "header": header}
			}
			a["actions"] = map[string]any{"upload": upload, "verify": map[string]any{"href": h.server.URL + "/verify"}}
		}
		objects = append(objects, a)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"objects": objects})
}

func (h *fakeHub) store(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		h.t.Error("the storage was shown the token")
	}
	body, _ := io.ReadAll(r.Body)
	steps := strings.Split(r.URL.Path, "/")
	switch {
	case h.fails(w, r):
	case steps[1] == "put":
		h.objects[steps[2]] = string(body)
	case steps[1] == "part":
		if h.parts[steps[2]] == nil {
			h.parts[steps[2]] = map[string]string{}
		}
		h.parts[steps[2]][steps[3]] = string(body)
		w.Header().Set("ETag", "e"+steps[3])
	case steps[1] == "complete":
		var q struct{ Parts []struct{ ETag string } }
		_ = json.Unmarshal(body, &q)
		for _, p := range q.Parts {
			h.objects[steps[2]] += h.parts[steps[2]][p.ETag[1:]]
		}
	}
}

func (h *fakeHub) commit(w http.ResponseWriter, body []byte) {
	for in := bufio.NewScanner(bytes.NewReader(body)); in.Scan(); {
		var line struct {
			Key   string
			Value struct{ Path, Content, OID, ParentCommit string }
		}
		if err := json.Unmarshal(in.Bytes(), &line); err != nil {
			h.t.Errorf("a line of the commit: %v: %s", err, in.Bytes())
		}
		switch v := line.Value; line.Key {
		case "header":
			if h.commits > 0 && v.ParentCommit != fmt.Sprintf("%040d", h.commits) {
				h.t.Errorf("the commit builds on %q", v.ParentCommit)
			}
		case "file":
			raw, _ := base64.StdEncoding.DecodeString(v.Content)
			h.files[v.Path] = string(raw)
		case "lfsFile":
			if sha(h.objects[v.OID]) != v.OID {
				h.t.Errorf("%s is not in the storage", v.Path)
			}
			h.files[v.Path] = h.objects[v.OID]
		case "deletedFile":
			delete(h.files, v.Path)
		default:
			h.t.Errorf("an operation %q", line.Key)
		}
	}
	h.commits++
	fmt.Fprintf(w, `{"success":true,"commitOid":"x","commitUrl":"%s/datasets/u/d/commit/x","pullRequestUrl":"pr"}`, h.server.URL)
}
