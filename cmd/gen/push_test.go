package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hardneg/internal/hubtest"
)

// folderOf is the files of a folder, content by slash-separated path.
func folderOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		raw, err := os.ReadFile(name)
		files[filepath.ToSlash(rel)] = string(raw)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files in %s: %v", len(files), dir, err)
	}
	return files
}

func TestPushToTheHub(t *testing.T) {
	t.Parallel()
	l, h := newOfflineLab(t, 30), hubtest.New(t)
	l.must(0, "run")
	l.env = []string{"HF_ENDPOINT=" + h.URL, "HF_TOKEN=" + hubtest.Token}
	push := func(format string, more ...string) []string {
		return append([]string{"export", "--format", format, "--out", "x", "--force", "--push", "me/set", "--private"}, more...)
	}
	secret := func(r result) result {
		t.Helper()
		if strings.Contains(r.out+r.err, hubtest.Token) || strings.Contains(r.err, "signature=secret") {
			t.Errorf("what must be secret is printed:\n%s%s", r.out, r.err)
		}
		return r
	}
	r := secret(l.must(0, push("hf", "--dry-run")...))
	if !strings.Contains(r.out, "me/set would be created") || !regexp.MustCompile(`(?m)^  lfs +\d+  data/train-00000-of-00001\.parquet$`).MatchString(r.out) || h.Created() != "" {
		t.Errorf("a dry run:\n%s", r.out)
	}
	h.Fail(hubtest.Fault{Path: "/create", Status: 429, Header: map[string]string{"Retry-After": "0"}, Times: 1})
	h.Fail(hubtest.Fault{Path: "/put/", Status: 503, Times: 1})
	r = secret(l.must(0, push("hf")...))
	if !strings.Contains(r.out, "pushed: "+h.URL+"/datasets/me/set/commit/x") || h.Commits("main") != 1 || !strings.Contains(r.err, "again in 1s") {
		t.Fatalf("%d commits:\n%s%s", h.Commits("main"), r.out, r.err)
	}
	if want := folderOf(t, filepath.Join(l.dir, "x", "hf")); !maps.Equal(h.Files("main"), want) {
		t.Errorf("there stand %v, written were %v", slices.Sorted(maps.Keys(h.Files("main"))), slices.Sorted(maps.Keys(want)))
	}
	h.Put("main", "notes.md", "mine")
	h.Set(func(h *hubtest.Hub) { h.Page = 2 })
	r = secret(l.must(0, push("flagembedding", "--revision", "v1")...))
	want := folderOf(t, filepath.Join(l.dir, "x", "flagembedding"))
	want["notes.md"] = "mine"
	if got := h.Files("v1"); !maps.Equal(got, want) || h.Files("main")["train.jsonl"] != "" {
		t.Errorf("another format on a new branch: there stand %v, want %v\n%s", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)), r.err)
	}
	if r := l.must(0, push("flagembedding", "--revision", "v1")...); !strings.Contains(r.out, "has all of it already") || h.Commits("v1") != h.Commits("main")+1 {
		t.Errorf("the same again:\n%s", r.out)
	}
	l.env[1] = "HF_TOKEN=hf_bad"
	r = l.must(5, push("flagembedding")...)
	if !strings.Contains(r.err, "refused the token") || !strings.Contains(r.err, "hint: put a token") || strings.Contains(r.err, "hf_bad") {
		t.Errorf("a refused token:\n%s", r.err)
	}
	l.must(0, "check", "x/flagembedding")
}

func TestPushUsage(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 10)
	l.must(0, "run")
	l.env = []string{"HOME=" + l.dir, "HF_TOKEN=", "HF_HOME=", "HF_TOKEN_PATH=", "XDG_CACHE_HOME="}
	for want, args := range map[string][]string{
		"no token":         {"--format", "hf", "--push", "me/set"},
		"one format":       {"--format", "hf,jsonl", "--push", "me/set"},
		"named user/name":  {"--format", "hf", "--push", "set"},
		"without -- or ..": {"--format", "hf", "--push", "me/a--b"},
		"ends with .git":   {"--format", "hf", "--push", "me/x.git", "--dry-run"},
		"about a push":     {"--format", "hf", "--private"},
		"is no branch":     {"--format", "hf", "--push", "me/set", "--revision", "a b"},
		"and --dry-run ar": {"--format", "hf", "--dry-run"},
		"--push: it is gi": {"--format", "hf", "--push", ""},
		"--revision: it i": {"--format", "hf", "--push", "me/set", "--revision", ""},
	} {
		if r := l.must(2, append([]string{"export", "--out", "y"}, args...)...); !strings.Contains(r.err, want) {
			t.Errorf("%v:\n%s", args, r.err)
		}
	}
}

func TestATokenThatGoesUnencryptedIsWarnedOf(t *testing.T) {
	for endpoint, shown := range map[string]string{
		"http://hub.example": "http://hub.example", "HTTP://me:secret@10.0.0.1:8080/hub": "http://10.0.0.1:8080/hub",
		"https://hub.example": "", "": "", "http://localhost:1": "", "http://127.8.0.1": "", "http://[::1]:80": "",
	} {
		var said strings.Builder
		a := &app{env: []string{"HF_ENDPOINT=" + endpoint, "HF_TOKEN=" + hubtest.Token}, err: &said}
		if _, err := a.pusher(); err != nil {
			t.Fatal(err)
		}
		want := ""
		if shown != "" {
			want = "gen: warning: HF_ENDPOINT: the token goes to " + shown + " unencrypted; use https\n"
		}
		if said.String() != want {
			t.Errorf("%s: %q, want %q", endpoint, said.String(), want)
		}
	}
}

// The token is where the Hub's own tools put it.
func TestTheTokenOfALogin(t *testing.T) {
	home := t.TempDir()
	for name, env := range map[string]string{".cache/huggingface": "", "xdg/huggingface": "XDG_CACHE_HOME=" + filepath.Join(home, "xdg"), "hf": "HF_HOME=" + filepath.Join(home, "hf")} {
		dir := filepath.Join(home, name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "token"), []byte("hf_"+name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		a := &app{env: []string{"HOME=" + home, env}}
		if got, err := a.hubToken(); err != nil || got != "hf_"+name {
			t.Errorf("%s: %q, %v", env, got, err)
		}
	}
}
