package hubtest

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// within takes a path of the repository apart: /api/datasets/u/d/WHAT/REST, /datasets/u/d/WHAT/REST or /datasets/u/d.git/WHAT/REST.
func (h *Hub) within(path string) (what, rest string, ok bool) {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/api"), "/datasets/")
	after, ok := strings.CutPrefix(path, h.repo)
	if h.repo == "" || !ok {
		return "", "", false
	}
	what, rest, _ = strings.Cut(strings.TrimPrefix(strings.TrimPrefix(after, ".git"), "/"), "/")
	return what, rest, true
}

func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

func (h *Hub) create(w http.ResponseWriter, body []byte) {
	if h.repo != "" {
		http.Error(w, "You already created this dataset repo", http.StatusConflict)
		return
	}
	var q struct{ Name, Organization, Visibility string }
	if err := json.Unmarshal(body, &q); err != nil {
		h.t.Errorf("created by %v: %s", err, body)
	}
	h.repo, h.created, h.Private = q.Organization+"/"+q.Name, string(body), q.Visibility == "private"
	h.branches["main"] = map[string]string{}
	fmt.Fprint(w, `{}`)
}

func validate(w http.ResponseWriter, body []byte) {
	if !bytes.Contains(body, []byte("license")) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"errors":[{"message":"no license"}]}`)
		return
	}
	fmt.Fprint(w, `{"errors":[],"warnings":[{"message":"a small thing"}]}`)
}

func (h *Hub) branch(w http.ResponseWriter, name string) {
	name = unescape(name)
	if h.branches[name] != nil {
		http.Error(w, "Reference already exists", http.StatusConflict)
		return
	}
	h.branches[name], h.commits[name] = map[string]string{}, h.commits["main"]
	for path, content := range h.branches["main"] {
		h.branches[name][path] = content
	}
	fmt.Fprint(w, `{}`)
}

func (h *Hub) preupload(w http.ResponseWriter, branch string, body []byte) {
	var q struct {
		Files []struct {
			Path, Sample string
			Size         int64
		}
	}
	if err := json.Unmarshal(body, &q); err != nil {
		h.t.Errorf("preupload of %v: %s", err, body)
	}
	files := []map[string]any{}
	for _, f := range q.Files {
		a := map[string]any{"path": f.Path, "uploadMode": "regular", "shouldIgnore": strings.HasSuffix(f.Path, ".ignored"), "oid": nil}
		if large(f.Path) {
			a["uploadMode"] = "lfs"
		}
		if content, known := h.branches[branch][f.Path]; known {
			a["oid"] = oid(f.Path, content)
		}
		files = append(files, a)
	}
	h.answer(w, map[string]any{"commitOid": fmt.Sprintf("%040d", h.commits[branch]), "files": files})
}

func large(path string) bool { return strings.HasSuffix(path, ".parquet") }

func oid(path, content string) string {
	if large(path) {
		return sha(content)
	}
	sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content))
	return hex.EncodeToString(sum[:])
}

func sha(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func (h *Hub) answer(w http.ResponseWriter, a any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(a); err != nil {
		h.t.Error(err)
	}
}

func (h *Hub) batch(w http.ResponseWriter, body []byte) {
	var q struct {
		Objects []struct {
			OID  string
			Size int
		}
	}
	if err := json.Unmarshal(body, &q); err != nil {
		h.t.Errorf("batch of %v: %s", err, body)
	}
	objects := []map[string]any{}
	for _, o := range q.Objects {
		a := map[string]any{"oid": o.OID, "size": o.Size}
		if _, ok := h.objects[o.OID]; !ok {
			a["actions"] = map[string]any{"upload": h.upload(o.OID, o.Size), "verify": map[string]any{"href": h.URL + "/verify"}}
		}
		objects = append(objects, a)
	}
	h.answer(w, map[string]any{"objects": objects})
}

// upload is where an object is to be sent, with a signature that must not be shown to anybody.
func (h *Hub) upload(oid string, size int) map[string]any {
	if h.Part == 0 {
		return map[string]any{"href": h.storage.URL + "/put/" + oid + "?signature=secret"}
	}
	header := map[string]any{"chunk_size": fmt.Sprint(h.Part)}
	for n := 1; (n-1)*h.Part < size; n++ {
		header[fmt.Sprintf("%05d", n)] = fmt.Sprintf("%s/part/%s/%05d?signature=secret", h.storage.URL, oid, n)
	}
	return map[string]any{"href": h.storage.URL + "/complete/" + oid, "header": header}
}

// store is the storage of large files.
func (h *Hub) store(w http.ResponseWriter, r *http.Request, body []byte) {
	if r.Header.Get("Authorization") != "" {
		h.t.Error("the storage was shown the token")
	}
	steps := strings.Split(r.URL.Path, "/")
	switch steps[1] {
	case "put":
		h.objects[steps[2]] = string(body)
	case "part":
		if h.parts[steps[2]] == nil {
			h.parts[steps[2]] = map[string]string{}
		}
		h.parts[steps[2]][steps[3]] = string(body)
		w.Header().Set("ETag", "e"+steps[3])
	case "complete":
		var q struct{ Parts []struct{ ETag string } }
		if err := json.Unmarshal(body, &q); err != nil {
			h.t.Errorf("complete of %v: %s", err, body)
		}
		whole := ""
		for _, p := range q.Parts {
			whole += h.parts[steps[2]][p.ETag[1:]]
		}
		h.objects[steps[2]] = whole
	}
}

func (h *Hub) commit(w http.ResponseWriter, r *http.Request, branch string, body []byte) {
	lines := bufio.NewScanner(bytes.NewReader(body))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var line struct {
			Key   string
			Value struct{ Path, Content, OID, ParentCommit string }
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			h.t.Errorf("a line of the commit: %v: %s", err, lines.Bytes())
		}
		if line.Key == "header" && h.commits[branch] > 0 && line.Value.ParentCommit != fmt.Sprintf("%040d", h.commits[branch]) {
			http.Error(w, "A commit has happened since. Please refresh and try again.", http.StatusPreconditionFailed)
			return
		}
		h.operation(h.branches[branch], line.Key, line.Value.Path, line.Value.Content, line.Value.OID)
	}
	h.commits[branch]++
	a := map[string]any{"success": true, "commitOid": "x", "commitUrl": h.URL + "/datasets/" + h.repo + "/commit/x"}
	if r.URL.Query().Get("create_pr") != "" {
		a["pullRequestUrl"] = "pr"
	}
	h.answer(w, a)
}

func (h *Hub) operation(files map[string]string, key, path, content, oid string) {
	switch key {
	case "header":
	case "file":
		raw, err := base64.StdEncoding.DecodeString(content)
		if err != nil {
			h.t.Errorf("%s: %v", path, err)
		}
		files[path] = string(raw)
	case "lfsFile":
		if sha(h.objects[oid]) != oid {
			h.t.Errorf("%s is not in the storage", path)
		}
		files[path] = h.objects[oid]
	case "deletedFile":
		delete(files, path)
	default:
		h.t.Errorf("an operation %q", key)
	}
}
