// Package hub puts a data set onto the Hugging Face Hub: one commit with all files of a folder.
//
// It speaks the Hub's own protocol: the repository is created if it is not there, the card is checked, the Hub says for each file
// whether it goes into the commit or to large-file storage, and one commit makes everything visible at once. Until that commit
// nobody sees anything, and a push that is repeated uploads only what is not there yet. It knows nothing of runs or exports.
package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// DefaultEndpoint is the Hub.
const DefaultEndpoint = "https://huggingface.co"

// What a caller branches on.
var (
	ErrToken = errors.New("the Hub refused the token")
	ErrRepo  = errors.New("a repository is named user/name, of letters, digits, dots, - and _")
	ErrCard  = errors.New("the Hub refused the card")
)

// Client speaks to one Hub. The token goes to the endpoint and nowhere else: not to the storage that uploads are sent to.
type Client struct {
	Endpoint string
	Token    string
	HTTP     *http.Client
	Pause    time.Duration // before the second try of a request; twice as long before the third
	Say      func(format string, args ...any)
}

// New is a client with a second of pause.
func New(endpoint, token string, say func(string, ...any)) *Client {
	return &Client{Endpoint: strings.TrimRight(endpoint, "/"), Token: token, HTTP: &http.Client{}, Pause: time.Second, Say: say}
}

// Push is where a folder goes.
type Push struct {
	Repo     string // user/name
	Private  bool   // if the repository is created
	Revision string // "" is main
	CreatePR bool   // propose the commit instead of making it
	Summary  string // first line of the commit

	// Stale reports whether a file that is there and not in the folder is to be deleted, nil for none.
	Stale func(path string) bool
}

// Result is what came of it.
type Result struct {
	Commit      string // URL
	PullRequest string // URL, with CreatePR
	Uploaded    int    // files that went to large-file storage
	Unchanged   bool   // everything was there already; no commit was made
}

var repoName = regexp.MustCompile(`^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$`)

// CheckRepo refuses what cannot be the name of a repository.
func CheckRepo(name string) error {
	if !repoName.MatchString(name) || strings.Contains(name, "..") {
		return fmt.Errorf("%q: %w", name, ErrRepo)
	}
	return nil
}

// Push uploads a folder and commits it.
func (c *Client) Push(ctx context.Context, dir string, p Push) (Result, error) {
	if err := CheckRepo(p.Repo); err != nil {
		return Result{}, err
	}
	if p.Revision == "" {
		p.Revision = "main"
	}
	files, err := list(dir)
	if err != nil {
		return Result{}, err
	}
	if err := c.create(ctx, p); err != nil {
		return Result{}, err
	}
	if err := c.validateCard(ctx, files); err != nil {
		return Result{}, err
	}
	parent, err := c.preupload(ctx, p, files)
	if err != nil {
		return Result{}, err
	}
	stale, err := c.stale(ctx, p, files)
	if err != nil {
		return Result{}, err
	}
	changed := changedOf(files)
	if len(changed) == 0 && len(stale) == 0 {
		return Result{Unchanged: true}, nil
	}
	uploaded, err := c.upload(ctx, p, changed)
	if err != nil {
		return Result{}, err
	}
	r, err := c.commit(ctx, p, parent, changed, stale)
	r.Uploaded = uploaded
	return r, err
}

// create makes the repository, unless it is there.
func (c *Client) create(ctx context.Context, p Push) error {
	user, name, _ := strings.Cut(p.Repo, "/")
	visibility := "public"
	if p.Private {
		visibility = "private"
	}
	err := c.post(ctx, "/api/repos/create", map[string]any{"name": name, "organization": user, "type": "dataset", "visibility": visibility}, nil)
	var refused *statusError
	if errors.As(err, &refused) && refused.code == http.StatusConflict {
		return nil
	}
	return err
}

// validateCard asks the Hub what it thinks of the front matter, before anything is uploaded. A Hub without that question is not asked.
func (c *Client) validateCard(ctx context.Context, files []*file) error {
	for _, f := range files {
		if f.path != "README.md" {
			continue
		}
		content, err := f.read()
		if err != nil {
			return err
		}
		var answer struct {
			Errors, Warnings []struct{ Message string }
		}
		err = c.post(ctx, "/api/validate-yaml", map[string]any{"content": string(content), "repoType": "dataset"}, &answer)
		var refused *statusError
		if errors.As(err, &refused) && refused.code == http.StatusNotFound {
			return nil
		}
		if errors.As(err, &refused) && refused.code == http.StatusBadRequest || len(answer.Errors) > 0 {
			return fmt.Errorf("%w: %v %v", ErrCard, answer.Errors, err)
		}
		for _, w := range answer.Warnings {
			c.Say("the Hub on the card: %s", w.Message)
		}
		return err
	}
	return nil
}
