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
	"strings"
	"time"
)

// DefaultEndpoint is the Hub.
const DefaultEndpoint = "https://huggingface.co"

// What a caller branches on.
var (
	ErrToken = errors.New("the Hub refused the token")
	// ErrElsewhere: the Hub redirects to another server, which gets neither the token nor the data.
	ErrElsewhere = errors.New("the Hub is elsewhere")
	// ErrOvertaken: each time somebody else's commit came before ours.
	ErrOvertaken = errors.New("another commit was made meanwhile")
	// ErrPublic: the Hub keeps the visibility of a repository that is there, whatever a push asks for.
	ErrPublic = errors.New("the data set is public on the Hub, and a private one is asked for")
)

// Client speaks to one Hub. The token goes to the endpoint and nowhere else: not to the storage that uploads are sent to.
type Client struct {
	Endpoint string
	Token    string
	HTTP     *http.Client
	Pause    time.Duration // before the second try of a request; twice as long before the third, unless the server says how long
	Say      func(format string, args ...any)

	sleep func(context.Context, time.Duration) error // a variable for tests
}

// longestSilence is how long the Hub may take for an answer: a commit of many files takes minutes.
const longestSilence = 10 * time.Minute

// New is a client with a second of pause.
func New(endpoint, token string, say func(string, ...any)) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = longestSilence
	return &Client{Endpoint: strings.TrimRight(endpoint, "/"), Token: token, HTTP: &http.Client{Transport: transport, CheckRedirect: withinServer},
		Pause: time.Second, Say: say, sleep: sleep}
}

// Push is where a folder goes.
type Push struct {
	Repo     string // user/name
	Private  bool   // create the repository as a private one, and send nothing to a public one
	Revision string // a branch, which is made of main if it is not there; "" is main
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

// Push uploads a folder and commits it.
func (c *Client) Push(ctx context.Context, dir string, p Push) (Result, error) {
	p, files, err := prepared(dir, p)
	if err != nil {
		return Result{}, err
	}
	if err := c.create(ctx, p); err != nil {
		return Result{}, err
	}
	if err := c.private(ctx, p, true); err != nil {
		return Result{}, err
	}
	if err := c.validateCard(ctx, files); err != nil {
		return Result{}, err
	}
	if err := c.branch(ctx, p); err != nil {
		return Result{}, err
	}
	parent, changed, stale, err := c.differences(ctx, p, files)
	if err != nil {
		return Result{}, err
	}
	if len(changed) == 0 && len(stale) == 0 {
		return Result{Unchanged: true}, nil
	}
	uploaded, err := c.upload(ctx, p, changed)
	if err != nil {
		return Result{}, err
	}
	r, err := c.settle(ctx, p, parent, files, changed, stale)
	r.Uploaded += uploaded
	return r, err
}

// prepared checks a push and lists its folder.
func prepared(dir string, p Push) (Push, []*file, error) {
	if err := CheckRepo(p.Repo); err != nil {
		return p, nil, err
	}
	if p.Revision == "" {
		p.Revision = mainBranch
	}
	files, err := list(dir)
	return p, files, err
}

// differences asks what of a folder is not there, and what is there and has to go. It returns the commit that the answer is about.
func (c *Client) differences(ctx context.Context, p Push, files []*file) (parent string, changed []*file, stale []string, err error) {
	if parent, err = c.preupload(ctx, p, files); err != nil {
		return "", nil, nil, err
	}
	stale, err = c.stale(ctx, p, files)
	return parent, changedOf(files), stale, err
}

// create makes the repository, unless it is there.
func (c *Client) create(ctx context.Context, p Push) error {
	user, name, _ := strings.Cut(p.Repo, "/")
	visibility := "public"
	if p.Private {
		visibility = "private"
	}
	err := c.post(ctx, "/api/repos/create", map[string]any{"name": name, "organization": user, "type": "dataset", "visibility": visibility}, nil)
	switch {
	case refused(err, http.StatusConflict):
		return nil
	case !refused(err, http.StatusForbidden):
		return err
	}
	// Who may not create there may have the right to write to what is there, and all may propose.
	lost := c.info(ctx, p, nil)
	if refused(lost, http.StatusNotFound) {
		return fmt.Errorf("%w; and there is no %s", err, p.Repo)
	}
	return lost
}

// info asks what is known of the repository.
func (c *Client) info(ctx context.Context, p Push, answer any) error {
	return c.ask(ctx, http.MethodGet, "/api/datasets/"+p.Repo, [2]string{"", jsonType}, nil, false, answer)
}

// private makes sure that what is to be private goes to no public repository. It is asked of one that was just created too: a server
// that doesn't know how we say so creates a public one. there is that the repository must be there.
func (c *Client) private(ctx context.Context, p Push, there bool) error {
	if !p.Private {
		return nil
	}
	var known struct{ Private *bool }
	err := c.info(ctx, p, &known)
	var s *statusError
	switch {
	case refused(err, http.StatusNotFound) && !there:
		return nil
	case errors.As(err, &s) && s.code/100 == 4 && s.code != http.StatusUnauthorized && !passes(err), err == nil && known.Private == nil:
		c.Say("warning: the Hub does not tell whether %s is private", p.Repo)
		return nil
	case err == nil && !*known.Private:
		return ErrPublic
	}
	return err
}
