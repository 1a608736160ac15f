package hub

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"
)

// What a push would do with a file.
const (
	Uploaded  = "lfs" // to large-file storage, and named in the commit
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
		if plan.NewRepo { // nobody could be asked
			f.large = f.largeInANewOne()
		}
		plan.Changes = append(plan.Changes, Change{f.path, f.size, f.fate()})
	}
	for _, path := range stale {
		plan.Changes = append(plan.Changes, Change{Path: path, What: Deleted})
	}
	return plan, nil
}

// largeFiles are the endings of names in the .gitattributes that the Hub puts into a new repository of a data set.
var largeFiles = strings.Fields(`.7z .arrow .bin .bz2 .ckpt .ftz .gz .h5 .joblib .lz4 .mlmodel .model .msgpack .npy .npz .onnx .ot .parquet .pb .pickle .pkl .pt
	.pth .rar .safetensors .tar .tflite .tgz .wasm .xz .zip .zst .pcm .sam .raw .aac .flac .mp3 .ogg .wav .bmp .gif .png .tiff .jpg .jpeg .webp`)

// largestInGit is the size above which the Hub takes no file into a commit.
const largestInGit = 10 << 20

// largeInANewOne reports whether a file is certain to go to storage from a repository that is created for it. Of others, the Hub decides.
func (f *file) largeInANewOne() bool {
	return f.size > largestInGit || f.size > 0 && slices.Contains(largeFiles, path.Ext(f.path))
}

// fate of a file of which the Hub was asked, or which would be in a new repository.
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
