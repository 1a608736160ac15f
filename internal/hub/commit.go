package hub

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// settle makes the commit. Where a server fails in the middle of one nobody knows whether it was made, and a second one could be a second
// commit: then it is looked at what is there, and only what is not there is committed again, if nobody else's commit came between. A
// proposal can't be looked at like that, and is sent once. What the Hub refused because somebody else's commit came first was not made:
// it is made anew on top of that one.
func (c *Client) settle(ctx context.Context, p Push, parent string, files, changed []*file, stale []string) (Result, error) {
	uploaded := 0
	for try := 1; ; try++ {
		r, err := c.commit(ctx, p, parent, changed, stale)
		r.Uploaded = uploaded
		overtaken := refused(err, http.StatusPreconditionFailed) || refused(err, http.StatusConflict)
		switch {
		case overtaken && try == tries:
			return r, fmt.Errorf("%w, %d times in a row: %w", ErrOvertaken, try, err)
		case err == nil || !overtaken && (p.CreatePR || !passes(err)) || try == tries || ctx.Err() != nil:
			return r, err
		}
		if err := c.rest(ctx, try, err); err != nil {
			return r, err
		}
		head, left, gone, lost := c.differences(ctx, p, files)
		switch {
		case lost != nil:
			return r, errors.Join(err, lost)
		case len(left) == 0 && len(gone) == 0:
			c.Say("all of it is there all the same")
			return Result{Commit: c.Endpoint + "/datasets/" + p.Repo + "/commit/" + head, Uploaded: uploaded, Unchanged: p.CreatePR}, nil
		case head != parent && !overtaken:
			return r, fmt.Errorf("%w; and another commit was made meanwhile", err)
		}
		sent, lost := c.upload(ctx, p, left) // what the other commit took away or put another in place of
		if uploaded += sent; lost != nil {
			return r, lost
		}
		parent, changed, stale = head, left, gone
	}
}

// commit makes one commit of all files, and is sent once, or again where the server said that it had not looked at it. That it builds
// on the commit that was looked at keeps it from going over somebody else's.
func (c *Client) commit(ctx context.Context, p Push, parent string, files []*file, stale []string) (Result, error) {
	body, err := commitBody(p, parent, files, stale)
	if err != nil {
		return Result{}, err
	}
	path := p.api("commit")
	if p.CreatePR {
		path += "?create_pr=1"
	}
	var answer struct{ CommitURL, PullRequestURL string }
	if err := c.ask(ctx, http.MethodPost, path, [2]string{ndjsonType, "*/*"}, body, true, &answer); err != nil {
		return Result{}, err
	}
	return Result{Commit: answer.CommitURL, PullRequest: answer.PullRequestURL}, nil
}

// commitBody is one operation a line. What goes to no storage stands in it as a whole: cards, manifests, small text files.
func commitBody(p Push, parent string, files []*file, stale []string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	line := func(key string, value any) error { return e.Encode(map[string]any{"key": key, "value": value}) }
	head := map[string]any{"summary": p.Summary, "description": ""}
	if strings.Trim(parent, "0") != "" {
		head["parentCommit"] = parent
	}
	if err := line("header", head); err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.large {
			if err := line("lfsFile", map[string]any{"path": f.path, "algo": "sha256", "oid": f.oid, "size": f.size}); err != nil {
				return nil, err
			}
			continue
		}
		content, err := f.read()
		if err != nil {
			return nil, err
		}
		if err := line("file", map[string]any{"content": base64.StdEncoding.EncodeToString(content), "path": f.path, "encoding": "base64"}); err != nil {
			return nil, err
		}
	}
	for _, path := range stale {
		if err := line("deletedFile", map[string]any{"path": path}); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
