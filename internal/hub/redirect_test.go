package hub

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"hardneg/internal/hubtest"
)

// TestARedirectToAnotherServerIsNotFollowed: neither to another port, which Go would show the token, nor to another name of this machine.
func TestARedirectToAnotherServerIsNotFollowed(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("followed by %s %s", r.Method, r.URL) }))
	defer other.Close()
	for _, at := range []string{other.URL, strings.Replace(other.URL, "127.0.0.1", "me:pw@localhost", 1)} {
		for _, path := range []string{"create", "validate-yaml", "preupload", "objects/batch", "/put/", "/verify", "tree", "/commit/"} {
			for _, status := range []int{301, 302, 303, 307, 308} {
				h := hubtest.New(t)
				h.Fail(hubtest.Fault{Path: path, Status: status, Header: map[string]string{"Location": at + "/there?signature=secret"}, Times: 1})
				_, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d", Stale: keepAll})
				if err == nil || errors.Is(err, ErrElsewhere) == (path == "/put/") {
					t.Errorf("%d of %s: %v", status, path, err)
				} else if said := err.Error(); !strings.Contains(said, strings.Replace(at, "me:pw@", "", 1)+"/there, which is not followed") || strings.Contains(said, "secret") || strings.Contains(said, "pw") {
					t.Errorf("%d of %s: %s", status, path, said)
				}
			}
		}
	}
}

// A repository that was renamed is found under its new name, by the same request.
func TestARedirectWithinTheServerIsFollowed(t *testing.T) {
	for _, path := range []string{"/api/datasets/u/d/preupload/main", "/datasets/u/d.git/info/lfs/objects/batch", "/api/datasets/u/d/commit/main", "/api/datasets/u/d/tree/main"} {
		h := hubtest.New(t)
		h.Fail(hubtest.Fault{Path: path, Status: 307, Header: map[string]string{"Location": path}, Times: 1})
		if _, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d", Stale: keepAll}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		same(t, h.Files("main"), small)
	}
	h := hubtest.New(t)
	h.Fail(hubtest.Fault{Path: "preupload", Status: 307, Header: map[string]string{"Location": "/api/datasets/u/d/preupload/main"}, Times: 100})
	if _, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); !errors.Is(err, ErrElsewhere) || h.Seen("preupload") > 10 {
		t.Errorf("in a circle: %v", err)
	}
	for _, status := range []int{301, 302, 303} { // by these, Go asks with a GET and takes the answer to that for a commit
		h := hubtest.New(t)
		h.Fail(hubtest.Fault{Path: "/commit/", Status: status, Header: map[string]string{"Location": "/api/datasets/u/d"}, Times: 1})
		if _, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d"}); !errors.Is(err, ErrElsewhere) || h.Commits("main") > 0 {
			t.Errorf("%d of a commit: %v", status, err)
		}
	}
}

func TestSameServer(t *testing.T) {
	for there, want := range map[string]bool{
		"https://HUB.example/a": true, "https://hub.example:443": true, "https://hub.example:444": false, "http://hub.example": false,
		"http://hub.example:443": false, "https://hub.example.org": false, "https://hub.example@other": false,
	} {
		a, errA := url.Parse(there)
		b, errB := url.Parse("https://hub.example")
		if err := errors.Join(errA, errB); err != nil || sameServer(a, b) != want {
			t.Errorf("%s: %v, %v", there, !want, err)
		}
	}
}
