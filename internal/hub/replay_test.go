package hub

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// exchange is one request of a recorded push by the Hub's own JavaScript client, with the answer to it.
type exchange struct {
	Method, URL string
	Headers     map[string]string
	Body        string
	Status      int
	Response    json.RawMessage
}

// TestTheHubsOwnClientSaysTheSame replays a push of that client, which is part of the shared data and not of the repository: the
// requests must come in its order, to its addresses, with its headers and all the keys that it sends.
func TestTheHubsOwnClientSaysTheSame(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "hub-protocol", "hfjs-2.17.5-basic-lfs.json"))
	if err != nil {
		t.Log("these data are no part of the repository, and are not here: ", err)
		return
	}
	var recorded []exchange
	if err := json.Unmarshal(raw, &recorded); err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("PAR1", 27346) + "PAR"
	const recordedOID = "7f63f1e157358d4864387cb5dd03b5bb7d803040c64fe50d8fd47797befef4b8"
	sum := sha256.Sum256([]byte(large))
	oid := hex.EncodeToString(sum[:])
	var host string
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/api/validate-yaml" || r.URL.Path == "/api/datasets/u/d" || strings.Contains(r.URL.Path, "/tree/") || r.URL.Path == "/lfs-verify" {
			http.NotFound(w, r) // that client does not ask these
			return
		}
		want := recorded[0]
		recorded = recorded[1:]
		local := strings.NewReplacer("127.0.0.1:PORT", host, recordedOID, oid)
		if r.Method != want.Method || r.URL.Path != local.Replace(want.URL) {
			t.Errorf("%s %s, recorded is %s %s", r.Method, r.URL.Path, want.Method, want.URL)
		}
		for _, name := range []string{"content-type", "authorization"} {
			if r.Header.Get(name) != want.Headers[name] {
				t.Errorf("%s %s: %s %q, recorded is %q", r.Method, r.URL.Path, name, r.Header.Get(name), want.Headers[name])
			}
		}
		if want.Method == http.MethodPost {
			for i, line := range strings.Split(strings.TrimSpace(want.Body), "\n") {
				missing(t, r.URL.Path, line, bytes.Split(bytes.TrimSpace(body), []byte("\n")), i)
			}
		}
		w.WriteHeader(want.Status)
		_, _ = io.WriteString(w, strings.ReplaceAll(local.Replace(string(want.Response)), `"verify"`, `"verify-not"`))
	}))
	defer h.Close()
	host = strings.TrimPrefix(h.URL, "http://")
	c := New(h.URL, "hf_test", t.Logf)
	dir := folder(t, map[string]string{"README.md": "---\nlicense: cc-by-sa-4.0\n---\n# t\n", "data/train-00000-of-00001.parquet": large})
	r, err := c.Push(context.Background(), dir, Push{Repo: "u/d", Private: true, Summary: "Upload dataset"})
	if err != nil || !strings.HasSuffix(r.Commit, strings.Repeat("a", 40)) || len(recorded) > 0 {
		t.Errorf("%+v, %v; not asked: %d", r, err, len(recorded))
	}
}

// missing finds the keys that a recorded line has and ours has not. An operation that is ours to make or not may be absent.
func missing(t *testing.T, path, recorded string, ours [][]byte, i int) {
	t.Helper()
	if strings.Contains(recorded, "deletedFile") {
		return
	}
	if i >= len(ours) {
		t.Errorf("%s: line %d is missing: %s", path, i, recorded)
		return
	}
	var a, b any
	if json.Unmarshal([]byte(recorded), &a) != nil || json.Unmarshal(ours[i], &b) != nil {
		t.Errorf("%s: line %d is not JSON: %s", path, i, ours[i])
		return
	}
	have := keys("", b)
	for _, key := range keys("", a) {
		if !slices.Contains(have, key) {
			t.Errorf("%s: line %d lacks %s: %s", path, i, key, ours[i])
		}
	}
}

func keys(prefix string, v any) (all []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			all = append(all, prefix+key)
			all = append(all, keys(prefix+key+".", inner)...)
		}
	case []any:
		for _, inner := range v {
			all = append(all, keys(prefix+"[].", inner)...)
		}
	}
	return all
}
