package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// mainBranch is there from the creation of a repository.
const mainBranch = "main"

// ErrBranch is what a caller branches on where a revision can't be pushed to.
var ErrBranch = errors.New("the revision is no branch")

var hash = regexp.MustCompile(`^[0-9a-f]{40}$`)

// CheckRevision refuses what no push can go to: a commit, which never changes, and what can't be the name of a branch.
func CheckRevision(name string) error {
	odd := strings.ContainsAny(name, " ~^:?*[\\\x7f") || strings.Contains(name, "..") || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' })
	if odd || hash.MatchString(name) || strings.HasPrefix(name, "-") || strings.HasPrefix(name, "/") || strings.HasSuffix(name, "/") {
		return fmt.Errorf("%q: %w", name, ErrBranch)
	}
	return nil
}

// branch makes the branch of a push out of main, unless it is there. A proposal goes to one that is there, and so does what is pushed
// to the branch of a proposal.
func (c *Client) branch(ctx context.Context, p Push) error {
	if p.Revision == mainBranch {
		return nil
	}
	err := c.ask(ctx, http.MethodGet, p.api("revision"), [2]string{"", jsonType}, nil, false, nil)
	switch {
	case !refused(err, http.StatusNotFound):
		return err
	case p.CreatePR || strings.HasPrefix(p.Revision, "refs/"):
		return fmt.Errorf("%s: %w of %s: %w", p.Revision, ErrBranch, p.Repo, err)
	}
	c.Say("creating the branch %s", p.Revision)
	err = c.post(ctx, p.api("branch"), map[string]any{"startingPoint": mainBranch}, nil)
	if refused(err, http.StatusConflict) { // somebody was faster, or this is the second try
		return nil
	}
	return err
}

// stale is the files of the revision that are to go: an export with fewer shards must not leave some of the one before.
func (c *Client) stale(ctx context.Context, p Push, files []*file) (paths []string, err error) {
	if p.Stale == nil {
		return nil, nil
	}
	there, err := c.tree(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, path := range there {
		mine := slices.ContainsFunc(files, func(f *file) bool { return f.path == path })
		if !mine && p.Stale(path) {
			paths = append(paths, path)
		}
	}
	return paths, nil
}

// tree lists the files of the revision, page by page. A revision that is not there has none.
func (c *Client) tree(ctx context.Context, p Push) (paths []string, err error) {
	seen := map[string]bool{}
	for next := p.api("tree") + "?recursive=true"; next != ""; {
		if seen[next] {
			return nil, fmt.Errorf("the listing of %s leads back to a page of it", p.Repo)
		}
		seen[next] = true
		var page []struct{ Type, Path string }
		header, err := c.askForHeader(ctx, request{method: http.MethodGet, url: c.Endpoint + next, types: [2]string{"", jsonType}, token: c.Token, body: again(nil)}, &page)
		if refused(err, http.StatusNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, t := range page {
			if t.Type == "file" {
				paths = append(paths, t.Path)
			}
		}
		if next, err = nextPage(header); err != nil {
			return nil, err
		}
	}
	return paths, nil
}

var nextLink = regexp.MustCompile(`<([^>]+)>;\s*rel="?next"?`)

// nextPage is the path and query of the page that follows, "" after the last. The token goes to our endpoint and nowhere else, so of the
// link, which names the Hub's own host even behind a mirror, the host is left out.
func nextPage(h http.Header) (string, error) {
	m := nextLink.FindStringSubmatch(strings.Join(h.Values("Link"), ", "))
	if m == nil {
		return "", nil
	}
	u, err := url.Parse(m[1])
	if err != nil || !strings.HasPrefix(u.Path, "/api/") {
		return "", fmt.Errorf("the Hub's link to the next page of a listing can't be followed: %q", m[1])
	}
	return u.RequestURI(), nil
}
