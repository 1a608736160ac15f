package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// registry is an Ollama server that has no model until one is pulled. progress is what it answers to a pull, line by line.
func registry(t *testing.T, progress ...string) (url string, pulls *atomic.Int32) {
	t.Helper()
	pulls = &atomic.Int32{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/chat", func(w http.ResponseWriter, _ *http.Request) {
		if pulls.Load() == 0 {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":"model 'tiny:1' not found"}`)
			return
		}
		fmt.Fprint(w, `{"message":{"content":"{\"ok\":\"yes\"}"},"done":true,"done_reason":"stop","prompt_eval_count":9,"eval_count":5}`)
	})
	mux.HandleFunc("GET /api/tags", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"models":[]}`) })
	mux.HandleFunc("POST /api/pull", func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Model string }
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Model != "tiny:1" || r.Header.Get("User-Agent") != "gen" {
			t.Errorf("%v: %+v", err, asked)
		}
		for _, line := range progress {
			fmt.Fprintln(w, line)
			w.(http.Flusher).Flush()
		}
		pulls.Add(1)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL, pulls
}

func pullLab(t *testing.T, url string) *lab {
	t.Helper()
	l := &lab{t: t, dir: t.TempDir()}
	l.write("config.yaml", fmt.Sprintf(ollamaConfig, fmt.Sprintf(native, url)))
	l.write("corpus.jsonl", labCorpus(2))
	return l
}

func TestDoctorNamesTheCommandThatGetsAMissingModel(t *testing.T) {
	t.Parallel()
	url, pulls := registry(t)
	r := pullLab(t, url).must(exitProvider, "doctor")
	if !strings.Contains(r.out, "hint: `OLLAMA_HOST="+url+" ollama pull tiny:1`, or `gen doctor --pull`") || pulls.Load() > 0 {
		t.Errorf("%d pulls\n%s", pulls.Load(), r.out)
	}
}

func TestDoctorPullsAMissingModelOnceAndShowsProgress(t *testing.T) {
	t.Parallel()
	url, pulls := registry(t, `{"status":"pulling manifest"}`, `{"status":"pulling 5f0d","total":2147483648,"completed":1073741824}`,
		`{"status":"pulling 5f0d","total":2147483648,"completed":1073741825}`, `{"status":"success"}`)
	r := pullLab(t, url).must(exitOK, "doctor", "--pull")
	for _, want := range []string{"pull tiny:1: pulling manifest\n", "pull tiny:1: pulling 5f0d 50% of 2.0 GB\n", "pull tiny:1: success\n"} {
		if strings.Count(r.err, want) != 1 {
			t.Errorf("not once %q in\n%s", want, r.err)
		}
	}
	if pulls.Load() != 1 || strings.Contains(r.out, "FAIL") {
		t.Errorf("%d pulls\n%s", pulls.Load(), r.out)
	}
}

func TestAPullThatFailsOrBreaksOffIsNoSuccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ line, want string }{
		"refused":    {`{"error":"pull model manifest: file does not exist"}`, "file does not exist"},
		"broken off": {`{"status":"pulling 5f0d","total":10,"completed":5}`, "the server broke off"},
	} {
		url, _ := registry(t, c.line)
		if r := pullLab(t, url).must(exitProvider, "doctor", "--pull", "--set", "models.small.provider=offline", "--set", "models.large.provider=offline"); !strings.Contains(r.out, c.want) {
			t.Errorf("%s:\n%s", name, r.out)
		}
	}
}
