package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hardneg/internal/hubtest"
)

func keepAll(string) bool { return false }

func TestWhatPassesIsTriedAgain(t *testing.T) {
	for _, path := range []string{"create", "validate-yaml", "preupload", "batch", "/put/", "/verify", "tree", "/revision/", "/branch/"} {
		for _, status := range []int{429, 500, 503} {
			h, waits := hubtest.New(t), []time.Duration(nil)
			h.Fail(hubtest.Fault{Path: path, Status: status, Times: 3})
			_, err := client(h, &waits).Push(context.Background(), folder(t, small), Push{Repo: "u/d", Revision: "v1", Stale: keepAll})
			if err != nil || h.Commits("v1") != 1 {
				t.Errorf("%d of %s: %v, %d commits", status, path, err, h.Commits("v1"))
			}
			if want := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}; !slices.Equal(waits, want) {
				t.Errorf("%d of %s: waited %v, want %v", status, path, waits, want)
			}
		}
	}
	h, waits := hubtest.New(t), []time.Duration(nil)
	h.Fail(hubtest.Fault{Path: "preupload", Status: 503, Times: 100})
	if _, err := client(h, &waits).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); err == nil || len(waits) != tries-1 || h.Seen("preupload") != tries {
		t.Errorf("a server that stays down: %v after %v", err, waits)
	}
	h = hubtest.New(t)
	h.Fail(hubtest.Fault{Path: "preupload", Status: 400, Times: 100})
	if _, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); err == nil || h.Seen("preupload") != 1 {
		t.Errorf("a request that is wrong is repeated %d times: %v", h.Seen("preupload"), err)
	}
}

func TestAServerSaysHowLongToWait(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	date := at.Format(http.TimeFormat)
	for _, c := range []struct {
		name   string
		header map[string]string
		want   time.Duration
	}{
		{"seconds", map[string]string{"Retry-After": "7"}, 7 * time.Second},
		{"a date, by the server's clock", map[string]string{"Retry-After": at.Add(40 * time.Second).Format(http.TimeFormat), "Date": date}, 40 * time.Second},
		{"the window of the Hub", map[string]string{"RateLimit": `"api";r=0;t=55`}, 55 * time.Second},
		{"both", map[string]string{"RateLimit": `"api";r=0;t=55`, "Retry-After": "3"}, 3 * time.Second},
		{"nonsense", map[string]string{"Retry-After": "soon"}, time.Second},
		{"a date that is over", map[string]string{"Retry-After": at.Add(-time.Hour).Format(http.TimeFormat), "Date": date}, time.Second},
	} {
		h, waits := hubtest.New(t), []time.Duration(nil)
		h.Fail(hubtest.Fault{Path: "preupload", Status: 429, Header: c.header, Times: 1})
		if _, err := client(h, &waits).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); err != nil || !slices.Equal(waits, []time.Duration{c.want}) {
			t.Errorf("%s: waited %v, want %s; %v", c.name, waits, c.want, err)
		}
	}
	h, waits := hubtest.New(t), []time.Duration(nil)
	h.Fail(hubtest.Fault{Path: "preupload", Status: 429, Header: map[string]string{"Retry-After": "86400"}, Times: 1})
	if _, err := client(h, &waits).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); err == nil || len(waits) > 0 || !strings.Contains(err.Error(), "asks to wait 24h") {
		t.Errorf("a day is waited: %v, %v", waits, err)
	}
}

func TestAStopEndsAWait(t *testing.T) {
	h := hubtest.New(t)
	h.Fail(hubtest.Fault{Path: "create", Status: 503, Header: map[string]string{"Retry-After": "600"}, Times: 1})
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := errors.New("stopped")
	c := New(h.URL, hubtest.Token, func(string, ...any) { cancel(stop) }) // said before the wait
	if _, err := c.Push(ctx, folder(t, small), Push{Repo: "u/d"}); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// TestACommitIsMadeOnce: whatever happens to the request, what was committed is not committed again, and what was not is.
func TestACommitIsMadeOnce(t *testing.T) {
	for name, f := range map[string]hubtest.Fault{
		"refused before it was looked at": {Path: "/commit/", Status: 429, Times: 2},
		"failed":                          {Path: "/commit/", Status: 503, Times: 2},
		"made, and the answer lost":       {Path: "/commit/", Status: 504, Times: 1, After: true},
	} {
		h := hubtest.New(t)
		h.Fail(f)
		r, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d", Stale: keepAll})
		if err != nil || h.Commits("main") != 1 || r.Commit == "" {
			t.Errorf("%s: %+v, %v, %d commits", name, r, err, h.Commits("main"))
		}
		same(t, h.Files("main"), small)
	}
	h := hubtest.New(t)
	if _, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); err != nil {
		t.Fatal(err)
	}
	h.Fail(hubtest.Fault{Path: "/commit/", Status: 503, Times: 1})
	c := client(h, nil)
	c.sleep = func(context.Context, time.Duration) error {
		h.Put("main", "README.md", "somebody else's")
		return nil
	}
	_, err := c.Push(context.Background(), folder(t, map[string]string{"a.txt": "1"}), Push{Repo: "u/d"})
	if err == nil || !strings.Contains(err.Error(), "another commit") || h.Files("main")["a.txt"] != "" {
		t.Errorf("somebody else's commit between: %v", err)
	}
}

// TestAPushGoesOnByHash: of two large files one is stored and the other fails for good; the second push sends that one alone.
func TestAPushGoesOnByHash(t *testing.T) {
	h := hubtest.New(t)
	files := map[string]string{"README.md": small["README.md"], "a.parquet": "first", "b.parquet": "second"}
	second := fmt.Sprintf("/put/%s", "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4") // sha256 of "second"
	h.Fail(hubtest.Fault{Path: second, Status: 400, Times: 1})
	if _, err := client(h, nil).Push(context.Background(), folder(t, files), Push{Repo: "u/d"}); err == nil || h.Stored() != 1 || len(h.Files("main")) != 0 {
		t.Fatalf("the first push: %v, %d objects, %d files", err, h.Stored(), len(h.Files("main")))
	}
	r, err := client(h, nil).Push(context.Background(), folder(t, files), Push{Repo: "u/d"})
	if err != nil || r.Uploaded != 1 || h.Seen("PUT ") != 3 {
		t.Errorf("the second push: %+v, %v, %d objects sent in all", r, err, h.Seen("PUT "))
	}
	same(t, h.Files("main"), files)
}

// TestAnAddressThatRanOut: the storage refuses an address of an hour ago, which has nothing to do with the token.
func TestAnAddressThatRanOut(t *testing.T) {
	h := hubtest.New(t)
	h.Fail(hubtest.Fault{Path: "/put/", Status: 403, Times: 1})
	if _, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); err != nil || h.Seen("objects/batch") != 2 {
		t.Errorf("%v, %d addresses asked for", err, h.Seen("objects/batch"))
	}
	h = hubtest.New(t)
	h.Fail(hubtest.Fault{Path: "/put/", Status: 403, Times: 9})
	if _, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); err == nil || errors.Is(err, ErrToken) || strings.Contains(err.Error(), "signature") {
		t.Error(err)
	}
}
