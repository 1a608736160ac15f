package hub

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for path, content := range files {
		name := filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var small = map[string]string{
	"README.md": "---\nlicense: mit\n---\n", "manifest.json": "{}", "data/train-00000-of-00001.parquet": strings.Repeat("PAR1", 1000), "empty.parquet": "",
}

func TestPush(t *testing.T) {
	for name, partial := range map[string]int{"in one piece": 0, "in parts": 1001} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub(t)
			h.partial = partial
			p := Push{Repo: "u/d", Private: true, Summary: "s", Stale: func(path string) bool { return strings.HasPrefix(path, "data/") }}
			r, err := h.client().Push(context.Background(), folder(t, small), p)
			if err != nil || r.Uploaded != 1 || r.Commit == "" {
				t.Fatalf("%+v, %v", r, err)
			}
			same(t, h.files, small)
			if !strings.Contains(h.private, `"visibility":"private"`) || !strings.Contains(h.private, `"organization":"u"`) {
				t.Errorf("created as %s", h.private)
			}
			again, err := h.client().Push(context.Background(), folder(t, small), p)
			if err != nil || !again.Unchanged || h.commits != 1 {
				t.Errorf("the same again: %+v, %v, %d commits", again, err, h.commits)
			}
			h.files["notes.txt"] = "mine"
			next := map[string]string{"README.md": small["README.md"], "data/train-00000-of-00002.parquet": "a", "data/train-00001-of-00002.parquet": "b"}
			if _, err := h.client().Push(context.Background(), folder(t, next), p); err != nil {
				t.Fatal(err)
			}
			next["notes.txt"], next["manifest.json"], next["empty.parquet"] = "mine", "{}", ""
			same(t, h.files, next)
		})
	}
}

func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	for path := range got {
		if got[path] != want[path] {
			t.Errorf("%s is %.40q there, want %.40q", path, got[path], want[path])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files are there, %d were expected", len(got), len(want))
	}
}

func TestAPullRequest(t *testing.T) {
	h := newFakeHub(t)
	r, err := h.client().Push(context.Background(), folder(t, small), Push{Repo: "u/d", CreatePR: true})
	if err != nil || r.PullRequest != "pr" || h.query != "create_pr=1" {
		t.Errorf("%+v, %v, %s", r, err, h.query)
	}
}

func TestWhatPassesIsTriedAgainButTheCommit(t *testing.T) {
	for _, part := range []string{"create", "preupload", "batch", "/put/", "/verify", "tree"} {
		h := newFakeHub(t)
		h.faults[part] = 2
		if _, err := h.client().Push(context.Background(), folder(t, small), Push{Repo: "u/d", Stale: func(string) bool { return false }}); err != nil || h.commits != 1 {
			t.Errorf("%s: %v, %d commits", part, err, h.commits)
		}
	}
	h := newFakeHub(t)
	h.faults["commit"] = 1
	_, err := h.client().Push(context.Background(), folder(t, small), Push{Repo: "u/d"})
	if n := len(slices.DeleteFunc(h.seen, func(s string) bool { return !strings.Contains(s, "/commit/") })); err == nil || n != 1 {
		t.Errorf("a commit was tried %d times; %v", n, err)
	}
}

func TestRefusals(t *testing.T) {
	h := newFakeHub(t)
	c := h.client()
	c.Token = "another"
	if _, err := c.Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); !errors.Is(err, ErrToken) || strings.Contains(err.Error(), "another") {
		t.Error(err)
	}
	bad := map[string]string{"README.md": "no front matter"}
	if _, err := h.client().Push(context.Background(), folder(t, bad), Push{Repo: "u/d"}); !errors.Is(err, ErrCard) || len(h.objects) > 0 {
		t.Error(err)
	}
	for _, name := range []string{"", "d", "u/d/e", "../d", "u/..", "u /d", "https://x/y"} {
		if err := CheckRepo(name); !errors.Is(err, ErrRepo) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestEmptyFilesAreNeverLarge(t *testing.T) {
	h := newFakeHub(t)
	if _, err := h.client().Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); err != nil || h.objects[sha("")] != "" || len(h.objects) != 1 {
		t.Errorf("%v, %d objects", err, len(h.objects))
	}
}
