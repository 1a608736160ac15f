package hub

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hardneg/internal/hubtest"
)

// client is one that does not wait; its waits are noted.
func client(h *hubtest.Hub, waits *[]time.Duration) *Client {
	c := New(h.URL+"/", hubtest.Token, func(string, ...any) {})
	c.sleep = func(_ context.Context, d time.Duration) error {
		if waits != nil {
			*waits = append(*waits, d)
		}
		return nil
	}
	return c
}

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
	for name, part := range map[string]int{"in one piece": 0, "in parts": 1001} {
		t.Run(name, func(t *testing.T) {
			h := hubtest.New(t)
			h.Set(func(h *hubtest.Hub) { h.Part = part })
			p := Push{Repo: "u/d", Private: true, Summary: "s", Stale: func(path string) bool { return strings.HasPrefix(path, "data/") }}
			r, err := client(h, nil).Push(context.Background(), folder(t, small), p)
			if err != nil || r.Uploaded != 1 || r.Commit == "" {
				t.Fatalf("%+v, %v", r, err)
			}
			same(t, h.Files("main"), small)
			if !strings.Contains(h.Created(), `"visibility":"private"`) || !strings.Contains(h.Created(), `"organization":"u"`) {
				t.Errorf("created as %s", h.Created())
			}
			again, err := client(h, nil).Push(context.Background(), folder(t, small), p)
			if err != nil || !again.Unchanged || h.Commits("main") != 1 {
				t.Errorf("the same again: %+v, %v, %d commits", again, err, h.Commits("main"))
			}
			h.Put("main", "notes.txt", "mine")
			next := map[string]string{"README.md": small["README.md"], "data/train-00000-of-00002.parquet": "a", "data/train-00001-of-00002.parquet": "b"}
			if _, err := client(h, nil).Push(context.Background(), folder(t, next), p); err != nil {
				t.Fatal(err)
			}
			next["notes.txt"], next["manifest.json"], next["empty.parquet"] = "mine", "{}", ""
			same(t, h.Files("main"), next)
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
	h := hubtest.New(t)
	p := Push{Repo: "u/d", CreatePR: true}
	r, err := client(h, nil).Push(context.Background(), folder(t, small), p)
	if err != nil || r.PullRequest != "pr" || h.Seen("/commit/main?create_pr=1") != 1 || h.Seen("/preupload/main?create_pr=1") != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	h.Fail(hubtest.Fault{Path: "/create", Status: 403, Times: 1}) // the repository is somebody else's
	if r, err := client(h, nil).Push(context.Background(), folder(t, map[string]string{"a": "b"}), p); err != nil || r.PullRequest != "pr" {
		t.Errorf("to another user's repository: %+v, %v", r, err)
	}
	h.Fail(hubtest.Fault{Path: "/commit/", Status: 500, Times: 1})
	if _, err := client(h, nil).Push(context.Background(), folder(t, map[string]string{"a": "c"}), p); err == nil || h.Seen("/commit/") != 3 {
		t.Errorf("a proposal that may have been made: %v, %d commits sent", err, h.Seen("/commit/"))
	}
}

func TestRefusals(t *testing.T) {
	h := hubtest.New(t)
	c := client(h, nil)
	c.Token = "hf_another"
	if _, err := c.Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); !errors.Is(err, ErrToken) || strings.Contains(err.Error(), "hf_another") {
		t.Error(err)
	}
	bad := map[string]string{"README.md": "no front matter"}
	if _, err := client(h, nil).Push(context.Background(), folder(t, bad), Push{Repo: "u/d"}); err == nil || err.Error() != "the Hub refused the card: no license" || h.Stored() > 0 {
		t.Error(err)
	}
	for body, want := range map[string]string{
		`{"errors":[{"message":"\"tags\" must be an array"},{"message":"b of hf_secret"}],"warnings":[]}`: `"tags" must be an array; b of …`,
		`{"error":"no YAML"}`: "no YAML", `{"errors":[]}`: `{"errors":[]}`, "<html>": "<html>",
		`{"errors":[{"message":"` + strings.Repeat("long", 200) + `"}]}`: strings.Repeat("long", 125),
	} {
		var card *CardError
		h.Fail(hubtest.Fault{Path: "/validate-yaml", Status: 400, Body: body, Times: 1})
		if _, err := client(h, nil).Plan(context.Background(), folder(t, small), Push{Repo: "u/d"}); !errors.As(err, &card) || card.Said != want {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
		h.Fail(hubtest.Fault{Path: "/validate-yaml", Status: 200, Body: body, Times: 1})
		if _, err := client(h, nil).Plan(context.Background(), folder(t, small), Push{Repo: "u/d"}); strings.Contains(body, "message") && (!errors.As(err, &card) || card.Said != want) {
			t.Errorf("%s, as an answer: %v, want %s", body, err, want)
		}
	}
	for name, ok := range map[string]bool{"v1": true, "team/v1.2": true, "refs/pr/3": true, "a b": false, "-x": false, "a..b": false, "a\nb": false,
		"0123456789abcdef0123456789abcdef01234567": false} {
		if err := CheckRevision(name); errors.Is(err, ErrBranch) == ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A token may be good for one repository alone.
func TestATokenThatMayNotCreate(t *testing.T) {
	h := hubtest.New(t)
	forbidden := hubtest.Fault{Path: "/create", Status: 403, Times: 1}
	h.Fail(forbidden)
	if _, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); !errors.Is(err, ErrToken) || !strings.Contains(err.Error(), "there is no u/d") {
		t.Errorf("nothing is there: %v", err)
	}
	if _, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); err != nil {
		t.Fatal(err)
	}
	h.Fail(forbidden)
	if r, err := client(h, nil).Push(context.Background(), folder(t, map[string]string{"a": "b"}), Push{Repo: "u/d"}); err != nil || r.Commit == "" {
		t.Errorf("it is there: %+v, %v", r, err)
	}
}

func TestEmptyFilesAreNeverLarge(t *testing.T) {
	h := hubtest.New(t)
	if _, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); err != nil || h.Stored() != 1 {
		t.Errorf("%v, %d objects", err, h.Stored())
	}
}

func TestABranchIsMadeOnce(t *testing.T) {
	h := hubtest.New(t)
	on := func(revision string, propose bool) error {
		_, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d", Revision: revision, CreatePR: propose})
		return err
	}
	if err := errors.Join(on("", false), on("team/v1", false), on("team/v1", false)); err != nil {
		t.Fatal(err)
	}
	same(t, h.Files("team/v1"), small)
	if n := h.Seen("POST /api/datasets/u/d/branch/team%2Fv1"); n != 1 {
		t.Errorf("the branch was made %d times", n)
	}
	if err := on("v2", true); !errors.Is(err, ErrBranch) || h.Files("v2") != nil {
		t.Errorf("a proposal to a branch that is not there: %v", err)
	}
	if err := on("refs/pr/7", false); !errors.Is(err, ErrBranch) {
		t.Errorf("a proposal that is not there: %v", err)
	}
}

func TestALongListingIsReadToItsEnd(t *testing.T) {
	for name, alien := range map[string]bool{"of the Hub": false, "behind a mirror": true} {
		h := hubtest.New(t)
		h.Set(func(h *hubtest.Hub) { h.Page, h.Alien = 2, alien })
		many := map[string]string{}
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			many["data/"+name] = name
		}
		p := Push{Repo: "u/d", Stale: func(path string) bool { return path >= "data/f" }}
		if _, err := client(h, nil).Push(context.Background(), folder(t, many), p); err != nil {
			t.Fatal(err)
		}
		if _, err := client(h, nil).Push(context.Background(), folder(t, small), p); err != nil {
			t.Fatal(err)
		}
		if files := h.Files("main"); files["data/f"] != "" || files["data/g"] != "" || files["data/e"] != "e" || len(files) != 5+len(small) {
			t.Errorf("%s: on the last page something stays: %d files", name, len(files))
		}
	}
}

func TestAPlanChangesNothing(t *testing.T) {
	h := hubtest.New(t)
	c := client(h, nil)
	p := Push{Repo: "u/d", Revision: "v1", Stale: func(path string) bool { return path == "old.json" }}
	plan, err := c.Plan(context.Background(), folder(t, small), p)
	if err != nil || !plan.NewRepo || len(plan.Changes) != len(small) || h.Created() != "" {
		t.Fatalf("without a repository: %+v, %v", plan, err)
	}
	same(t, fates(plan), map[string]string{"README.md": Committed, "manifest.json": Committed, "data/train-00000-of-00001.parquet": "lfs", "empty.parquet": Committed})
	p.Revision = ""
	if _, err := c.Push(context.Background(), folder(t, map[string]string{"manifest.json": "{}", "old.json": "1"}), p); err != nil {
		t.Fatal(err)
	}
	p.Revision = "v1"
	plan, err = c.Plan(context.Background(), folder(t, small), p)
	same(t, fates(plan), map[string]string{"README.md": Committed, "manifest.json": There, "data/train-00000-of-00001.parquet": Uploaded, "empty.parquet": Committed, "old.json": Deleted})
	if err != nil || plan.NewRepo || !plan.NewBranch || h.Files("v1") != nil || h.Stored() != 0 || h.Commits("main") != 1 {
		t.Errorf("%+v, %v", plan, err)
	}
}

func fates(plan Plan) map[string]string {
	by := map[string]string{}
	for _, change := range plan.Changes {
		by[change.Path] = change.What
	}
	return by
}

func TestWhatGoesToStorageFromANewRepository(t *testing.T) {
	for name, want := range map[string]bool{"a.parquet": true, "data/a.jsonl.gz": true, "a.jsonl": false, "parquet": false, "a.parquet.md": false, "A.PARQUET": false} {
		if f := (&file{path: name, size: 10 << 20}); f.largeInANewOne() != want {
			t.Errorf("%s: %v", name, !want)
		}
		if f := (&file{path: name, size: 10<<20 + 1}); !f.largeInANewOne() {
			t.Errorf("%s, of more than 10 MB, is committed", name)
		}
	}
}
