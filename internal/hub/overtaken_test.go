package hub

import (
	"context"
	"errors"
	"strings"
	"testing"

	"hardneg/internal/hubtest"
)

// TestACommitOnTopOfSomebodyElses: theirs comes between our look at what is there and our commit, and ours is made anew on top of it.
func TestACommitOnTopOfSomebodyElses(t *testing.T) {
	for name, propose := range map[string]bool{"pushed": false, "proposed": true} {
		h := hubtest.New(t)
		p := Push{Repo: "u/d", Stale: func(path string) bool { return strings.HasPrefix(path, "data/") }}
		if _, err := client(h, nil).Push(context.Background(), folder(t, map[string]string{"README.md": small["README.md"], "data/b.parquet": "B"}), p); err != nil {
			t.Fatal(err)
		}
		theirs := func() {
			h.Put("main", "notes.txt", "theirs")
			h.Put("main", "README.md", "theirs")
			h.Put("main", "data/old.parquet", "theirs")
			h.Put("main", "data/b.parquet", "theirs") // which we had, and had not to send
		}
		c := client(h, nil)
		c.Say = func(format string, _ ...any) {
			if strings.HasPrefix(format, "uploading") && theirs != nil {
				theirs()
				theirs = nil
			}
		}
		p.CreatePR = propose
		ours := map[string]string{"README.md": small["README.md"], "data/a.parquet": "A", "data/b.parquet": "B"}
		r, err := c.Push(context.Background(), folder(t, ours), p)
		if err != nil || r.Commit == "" || h.Seen("POST /api/datasets/u/d/commit/") != 3 {
			t.Errorf("%s: %+v, %v, %d commits sent", name, r, err, h.Seen("/commit/"))
		}
		ours["notes.txt"] = "theirs"
		same(t, h.Files("main"), ours)
	}
}

func TestWhoIsAlwaysOvertakenGivesUp(t *testing.T) {
	for _, status := range []int{409, 412} {
		h := hubtest.New(t)
		h.Fail(hubtest.Fault{Path: "/commit/", Status: status, Times: 100})
		_, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d"})
		if !errors.Is(err, ErrOvertaken) || h.Seen("/commit/") != tries || h.Commits("main") != 0 {
			t.Errorf("%d: %v, %d commits sent", status, err, h.Seen("/commit/"))
		}
	}
	h := hubtest.New(t) // the answer said that it wasn't made, and it was
	h.Fail(hubtest.Fault{Path: "/commit/", Status: 409, Times: 1, After: true})
	if r, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); err != nil || h.Commits("main") != 1 || r.Uploaded != 1 {
		t.Errorf("made all the same: %+v, %v", r, err)
	}
}
