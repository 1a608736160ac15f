package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// loopbackHub takes any commit; it is the protocol's own test that looks at what is sent.
func loopbackHub(t *testing.T, commits *[]string) string {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case r.Header.Get("Authorization") != "Bearer hf_good":
			http.Error(w, "Invalid username or password.", http.StatusUnauthorized)
		case strings.Contains(r.URL.Path, "/preupload/"):
			answer := ""
			for _, path := range []string{"README.md", "manifest.json", "train.jsonl", "validation.jsonl", "test.jsonl"} {
				answer += fmt.Sprintf(`,{"path":%q,"uploadMode":"regular"}`, path)
			}
			fmt.Fprintf(w, `{"commitOid":"","files":[%s]}`, answer[1:])
		case strings.Contains(r.URL.Path, "/tree/"):
			fmt.Fprint(w, `[{"type":"file","path":"data/train-00000-of-00001.parquet"},{"type":"file","path":"notes.md"}]`)
		case strings.Contains(r.URL.Path, "/commit/"):
			*commits = append(*commits, r.URL.String()+"\n"+string(body))
			fmt.Fprint(w, `{"commitUrl":"http://hub/commit/1","pullRequestUrl":""}`)
		default:
			fmt.Fprint(w, `{}`)
		}
	}))
	t.Cleanup(h.Close)
	return h.URL
}

func TestPushToTheHub(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 30)
	l.must(0, "run")
	var commits []string
	l.env = []string{"HF_ENDPOINT=" + loopbackHub(t, &commits), "HF_TOKEN=hf_good"}
	push := []string{"export", "--format", "flagembedding", "--out", "x", "--push", "me/set", "--private", "--revision", "v1"}
	r := l.must(0, push...)
	if !strings.Contains(r.out, "pushed: http://hub/commit/1") || len(commits) != 1 || strings.Contains(r.out+r.err, "hf_good") {
		t.Fatalf("%d commits:\n%s%s", len(commits), r.out, r.err)
	}
	for _, want := range []string{"/api/datasets/me/set/commit/v1", `"path":"manifest.json"`, `{"key":"deletedFile","value":{"path":"data/train-00000-of-00001.parquet"}}`} {
		if !strings.Contains(commits[0], want) {
			t.Errorf("the commit lacks %s:\n%.600s", want, commits[0])
		}
	}
	if strings.Contains(commits[0], "notes.md") {
		t.Error("a file that is no export's is deleted")
	}
	l.env[1] = "HF_TOKEN=hf_bad"
	r = l.must(5, append(push, "--force")...)
	if !strings.Contains(r.err, "refused the token") || !strings.Contains(r.err, "hint: put a token") || strings.Contains(r.err, "hf_bad") {
		t.Errorf("a refused token:\n%s", r.err)
	}
	l.must(0, "check", "x")
	l.env = []string{"HOME=" + l.dir, "HF_TOKEN=", "HF_HOME=", "HF_TOKEN_PATH="}
	for want, args := range map[string][]string{
		"no token":        {"--format", "hf", "--push", "me/set"},
		"one format":      {"--format", "hf,jsonl", "--push", "me/set"},
		"named user/name": {"--format", "hf", "--push", "set"},
		"about a push":    {"--format", "hf", "--private"},
	} {
		if r := l.must(2, append([]string{"export", "--out", "y"}, args...)...); !strings.Contains(r.err, want) {
			t.Errorf("%v:\n%s", args, r.err)
		}
	}
}
