package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"hardneg/internal/export"
	"hardneg/internal/hub"
)

// pushFlags is what is asked of `gen export --push`.
type pushFlags struct {
	repo, revision        string
	private, propose, dry bool

	empty string // the flag that was given with an empty value, as a variable of the shell that is not set gives it
}

const tokenHint = "put a token with write access into HF_TOKEN, or log in with `hf auth login`"

// check refuses what can't be pushed, before anything is written.
func (p pushFlags) check(formats []string) error {
	switch {
	case p.empty != "":
		return usage("is a variable of the shell empty? For example: --push me/my-negatives --revision v1", "%s: it is given, and names nothing", p.empty)
	case p.repo == "" && (p.revision != "" || p.private || p.propose || p.dry):
		return usage("add --push USER/NAME", "--private, --revision, --create-pr and --dry-run are about a push")
	case p.repo == "":
		return nil
	case len(formats) != 1:
		return usage("push each format to a repository of its own", "--push takes one format, not %s: a repository has one card", strings.Join(formats, ", "))
	}
	if err := hub.CheckRepo(p.repo); err != nil {
		return usage("for example: --push me/my-negatives", "--push: %v", err)
	}
	if err := hub.CheckRevision(p.revision); err != nil {
		return usage("name a branch, for example --revision v1", "--revision: %v", err)
	}
	return nil
}

// pusher is the client for the Hub, with the endpoint and the token that its own tools would take.
func (a *app) pusher() (*hub.Client, error) {
	token, err := a.hubToken()
	if err != nil {
		return nil, err
	}
	endpoint := a.variable("HF_ENDPOINT")
	if endpoint == "" {
		endpoint = hub.DefaultEndpoint
	}
	if u, err := url.Parse(endpoint); err == nil && u.Scheme == "http" && !local([]string{endpoint}) {
		a.warn("warning: HF_ENDPOINT: the token goes to " + (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String() + " unencrypted; use https")
	}
	return hub.New(endpoint, token, func(format string, args ...any) { fmt.Fprintf(a.err, "push: "+format+"\n", args...) }), nil
}

// hubToken looks where the Hub's own tools look.
func (a *app) hubToken() (string, error) {
	if t := strings.TrimSpace(a.variable("HF_TOKEN")); t != "" {
		return t, nil
	}
	file := a.variable("HF_TOKEN_PATH")
	if file == "" {
		home := a.variable("HF_HOME")
		if home == "" {
			home = filepath.Join(cmp.Or(a.variable("XDG_CACHE_HOME"), filepath.Join(a.variable("HOME"), ".cache")), "huggingface")
		}
		file = filepath.Join(home, "token")
	}
	raw, err := os.ReadFile(file)
	if t := strings.TrimSpace(string(raw)); err == nil && t != "" {
		return t, nil
	}
	return "", usage(tokenHint, "--push: there is no token for the Hub")
}

// variable is one of the environment.
func (a *app) variable(name string) string {
	for _, v := range a.env {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// push puts an export that stands in a folder onto the Hub, in one commit, or tells what it would put there.
func (a *app) push(ctx context.Context, c *hub.Client, dir string, p pushFlags, m export.Manifest) error {
	to := hub.Push{Repo: p.repo, Private: p.private, Revision: p.revision, CreatePR: p.propose, Stale: export.OwnName,
		Summary: fmt.Sprintf("Upload %s: %s", m.Format, describeRows(m.Rows))}
	if p.dry {
		plan, err := c.Plan(ctx, dir, to)
		if err != nil {
			return pushFailure(ctx, p, dir, err)
		}
		a.tellPlan(p, plan)
		return nil
	}
	r, err := c.Push(ctx, dir, to)
	switch {
	case err != nil:
		return pushFailure(ctx, p, dir, err)
	case r.Unchanged:
		fmt.Fprintf(a.out, "%s has all of it already\n", p.repo)
	case r.PullRequest != "":
		fmt.Fprintf(a.out, "proposed: %s\n", r.PullRequest)
	default:
		fmt.Fprintf(a.out, "pushed: %s\n", r.Commit)
	}
	return nil
}

// pushFailure says what a push that failed leaves, and what helps.
func pushFailure(ctx context.Context, p pushFlags, dir string, err error) error {
	err = fmt.Errorf("push to %s: %w", p.repo, err)
	var card *hub.CardError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, hub.ErrToken):
		return &failure{code: exitProvider, err: err, hint: tokenHint + "; the export stands in " + dir}
	case errors.Is(err, hub.ErrOvertaken):
		return &failure{code: exitProvider, err: err,
			hint: "somebody else is committing to it; when they are done, the same command with --force goes on where it stopped; the export stands in " + dir}
	case errors.Is(err, hub.ErrElsewhere):
		return &failure{code: exitProvider, err: err,
			hint: "if the data set was renamed, push to its new name; if the Hub moved, name it by HF_ENDPOINT; the export stands in " + dir}
	case errors.Is(err, hub.ErrPublic):
		return &failure{code: exitUsage, err: err,
			hint: "nothing was sent; make it private on the Hub, name another, or leave --private out; the export stands in " + dir}
	case errors.As(err, &card) && strings.Contains(strings.ToLower(card.Said), "license"):
		return &failure{code: exitUsage, err: err,
			hint: "export.license must be an identifier of the Hub, such as cc-by-sa-4.0; the export stands in " + dir}
	case errors.As(err, &card):
		return &failure{code: exitUsage, err: err, hint: "mend the lines between --- at the top of " + filepath.Join(dir, "README.md") +
			", and send the export with `hf upload " + p.repo + " " + dir + " . --repo-type dataset`"}
	case errors.Is(err, hub.ErrBranch):
		return &failure{code: exitUsage, err: err, hint: "a proposal goes to a branch that is there; push to it first without --create-pr; the export stands in " + dir}
	}
	return &failure{code: exitProvider, err: err,
		hint: "nothing of it shows on the Hub; the same command with --force goes on where it stopped; the export stands in " + dir}
}

// tellPlan lists what a push would do, a file a line.
func (a *app) tellPlan(p pushFlags, plan hub.Plan) {
	if plan.NewRepo {
		fmt.Fprintf(a.out, "%s would be created\n", p.repo)
	}
	if plan.NewBranch {
		fmt.Fprintf(a.out, "the branch %s would be made of main\n", p.revision)
	}
	for _, c := range plan.Changes {
		fmt.Fprintf(a.out, "  %-18s %12d  %s\n", c.What, c.Size, c.Path)
	}
	fmt.Fprintln(a.out, "dry run: nothing was uploaded or changed; the Hub was shown the card and, if it has the data set, the beginnings of the files")
}
