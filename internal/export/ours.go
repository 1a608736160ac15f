package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// isOurs reports whether what stands at a path may be replaced: a folder with nothing in it but what exports are made of, damaged or
// not. Whoever names the wrong folder, or keeps notes beside the data, must not lose what is there.
func isOurs(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err == nil && !ownName.MatchString(filepath.ToSlash(rel)) {
			err = ErrForeign
		}
		return err
	})
	return err == nil
}

// ownName are the names that exports have.
var ownName = regexp.MustCompile(`^(?:\.|README\.md|` + regexp.QuoteMeta(manifestName) + `|data|corpus|queries|qrels|(?:corpus|queries)\.jsonl|` +
	`(?:(?:data|corpus|queries|qrels)/)?(?:train|validation|test)(?:-\d+-of-\d+)?\.(?:parquet|jsonl|tsv))$`)

// OwnName reports whether a slash-separated path is one that files of exports have.
func OwnName(path string) bool { return ownName.MatchString(path) }

// Replaceable reports what stands in the way of DIR/FORMAT, written with Force: ErrForeign or ErrNoFolder. It changes nothing,
// and is for those who want to know before they begin work that ends in an export.
func Replaceable(formatName, dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return fmt.Errorf("%w: %s is not a folder", ErrNoFolder, dir)
	}
	target := filepath.Join(dir, formatName)
	switch _, err := os.Lstat(target); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", ErrNoFolder, err)
	case !isOurs(target):
		return fmt.Errorf("%s: %w", target, ErrForeign)
	}
	return nil
}
