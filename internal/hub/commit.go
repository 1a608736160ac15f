package hub

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// commit makes one commit of all files. It is sent once: a second one could be a second commit; that it builds on the commit that
// was looked at keeps it from going over somebody else's.
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
