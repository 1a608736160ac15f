package hub

import (
	"context"
	"net/http"
)

// What a push would do with a file.
const (
	Uploaded  = "upload" // to large-file storage, and into the commit
	Committed = "commit"
	There     = "there already"
	Ignored   = "ignored by the Hub"
	Deleted   = "delete"
)

// Change is what a push would do with one file.
type Change struct {
	Path string
	Size int64 // bytes; 0 of one that is deleted
	What string
}

// Plan is what a push would do.
type Plan struct {
	NewRepo, NewBranch bool
	Changes            []Change
}

// Plan asks what a push would do, and changes nothing.
func (c *Client) Plan(ctx context.Context, dir string, p Push) (plan Plan, err error) {
	p, files, err := prepared(dir, p)
	if err != nil {
		return plan, err
	}
	if err := c.private(ctx, p, false); err != nil {
		return plan, err
	}
	if err := c.validateCard(ctx, files); err != nil {
		return plan, err
	}
	_, _, stale, err := c.differences(ctx, p, files)
	if refused(err, http.StatusNotFound) && p.Revision != mainBranch { // it would be made of main
		plan.NewBranch, p.Revision = true, mainBranch
		_, _, stale, err = c.differences(ctx, p, files)
	}
	if refused(err, http.StatusNotFound) {
		plan.NewRepo, err = true, nil
	}
	if err != nil {
		return plan, err
	}
	for _, f := range files {
		plan.Changes = append(plan.Changes, Change{f.path, f.size, f.fate()})
	}
	for _, path := range stale {
		plan.Changes = append(plan.Changes, Change{Path: path, What: Deleted})
	}
	return plan, nil
}

// fate of a file of which the Hub was asked; of one that it does not know yet, without a repository, it is that it is committed.
func (f *file) fate() string {
	switch {
	case f.ignored:
		return Ignored
	case f.unchanged:
		return There
	case f.large:
		return Uploaded
	}
	return Committed
}
