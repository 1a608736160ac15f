package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// maxViolations bounds what is reported of one file.
const maxViolations = 100

// Violation is one broken promise of a data set.
type Violation struct {
	File    string // relative to the data set
	Row     int64  // row or line, from 1; 0 is the whole file
	Rule    string // see the Rule constants
	Message string
}

func (v Violation) String() string {
	if v.Row == 0 {
		return fmt.Sprintf("%s: %s: %s", v.File, v.Rule, v.Message)
	}
	return fmt.Sprintf("%s:%d: %s: %s", v.File, v.Row, v.Rule, v.Message)
}

// The rules that Check knows.
const (
	RuleManifest      = "manifest"       // the manifest cannot be read or contradicts itself
	RuleMissing       = "missing"        // a file of the manifest is not there
	RuleExtra         = "extra"          // a file is not in the manifest
	RuleChanged       = "changed"        // size or hash of a file differ, or the manifest is not what it was
	RuleUnreadable    = "unreadable"     // a file is not what its name says
	RuleSchema        = "schema"         // a Parquet file has other columns than the manifest says, or is not stored as its readers need it
	RuleInvalidJSON   = "invalid-json"   // a line is not one object of the schema
	RuleRows          = "rows"           // another number of rows than the manifest says
	RuleOrder         = "order"          // query ids do not rise
	RuleDuplicate     = "duplicate"      // a query has two rows, or its text is another one's too
	RuleSplit         = "split"          // a passage has queries in two splits
	RuleEmpty         = "empty"          // a row without positive or negative
	RuleFalseNegative = "false-negative" // a negative is also a positive of its query, or a hard query one that the passage answers
	RuleNegativeGrade = "negative-grade" // a negative is graded above the manifest's max_negative_grade
	RuleUndecided     = "undecided"      // a negative that nobody decided on
	RuleRepeated      = "repeated"       // a text stands twice in its row, or a row twice
	RuleShape         = "shape"          // a row is not what the format's trainers take
	RuleOrigin        = "origin"         // the share of generated text is not what the manifest says
	RuleScore         = "score"          // a score or similarity outside its range or order
	RuleID            = "id"             // a text has no id, or an id stands for two texts
	RuleReference     = "reference"      // a text, query or passage that is not where it is to be
)

// Check verifies one export directory against its manifest and the rules of its rows. The error is for what cannot be
// checked at all: no manifest (fs.ErrNotExist), one of a newer version, an unknown format, a failing disk.
func Check(dir string) (Manifest, []Violation, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Manifest{}, nil, err
	}
	defer root.Close()
	m, v, err := readManifest(root)
	if err != nil || v != nil {
		return m, v, err
	}
	f, err := lookup(m.Format)
	if err != nil {
		return m, nil, fmt.Errorf("%s: %w", dir, err)
	}
	found, err := verify(root, f, m, nil)
	if err != nil {
		return m, nil, fmt.Errorf("%s: %w", dir, err)
	}
	return m, found, nil
}

// verify reads every file of a data set and compares it with the manifest, whose files are in the order of their paths; those that were
// just written by their quick sums.
func verify(root *os.Root, f *format, m Manifest, written map[string]uint64) ([]Violation, error) {
	c := newChecker(root, f, m)
	c.written = written
	c.columns()
	if err := c.listing(); err != nil {
		return nil, err
	}
	for _, file := range m.Files {
		if err := c.file(file); err != nil {
			return nil, fmt.Errorf("%s: %w", file.Path, err)
		}
	}
	c.totals()
	return c.found, nil
}

func readManifest(root *os.Root) (Manifest, []Violation, error) {
	var m Manifest
	raw, err := root.ReadFile(manifestName)
	if err != nil {
		return m, nil, err
	}
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&m); err != nil {
		return m, []Violation{{File: manifestName, Rule: RuleManifest, Message: err.Error()}}, nil
	}
	if m.SchemaVersion != schemaVersion {
		return m, nil, fmt.Errorf("%s has schema version %d; this program knows %d", manifestName, m.SchemaVersion, schemaVersion)
	}
	sealed := m
	if want, err := sealed.encode(); err != nil || !bytes.Equal(want, raw) { // then what it says of the files proves nothing
		return m, []Violation{{File: manifestName, Rule: RuleChanged, Message: "is not as it was written"}}, err
	}
	slices.SortFunc(m.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return m, nil, nil
}

// listing finds files that the manifest does not name, and links, which could lead out of the directory.
func (c *checker) listing() error {
	known := map[string]bool{manifestName: true}
	for _, f := range c.manifest.Files {
		known[f.Path] = true
	}
	return fs.WalkDir(c.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() && !known[name] {
			c.add(name, 0, RuleExtra, "is not in the manifest")
		}
		return nil
	})
}

// file checks one file of the manifest. An error is one of the disk.
func (c *checker) file(f File) error {
	if !filepath.IsLocal(f.Path) {
		c.add(manifestName, 0, RuleManifest, fmt.Sprintf("the path %q leaves the directory", f.Path))
		return nil
	}
	st, err := c.root.Lstat(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.add(f.Path, 0, RuleMissing, "is in the manifest but not in the directory")
		return nil
	case err != nil:
		return err
	case !st.Mode().IsRegular():
		c.add(f.Path, 0, RuleUnreadable, "is not a regular file")
		return nil
	}
	r, err := c.root.Open(f.Path)
	if err != nil {
		return err
	}
	defer r.Close()
	sum := &summing{r: r, h: sha256.New()}
	if c.written != nil {
		sum.h = xxhash.New()
	}
	if f.Path == cardName || path.Ext(f.Path) == ".parquet" {
		// A damaged binary file is not decoded: its lengths could ask for any amount of memory.
		if same, err := c.content(f, sum, len(c.found)); err != nil || !same || f.Path == cardName {
			return err
		}
		c.rows(f, r, st.Size())
		return nil
	}
	first := len(c.found)
	c.rows(f, sum, st.Size())
	_, err = c.content(f, sum, first)
	return err
}

// content compares size and hash of a file, and reads what of it was not read yet. What it finds comes before what its rows broke.
func (c *checker) content(f File, r *summing, first int) (same bool, err error) {
	rest, err := io.CopyBuffer(r.h, io.NewSectionReader(r.r, r.n, math.MaxInt64-r.n), make([]byte, 256<<10))
	if err != nil {
		return false, err
	}
	r.n += rest
	broken := ""
	if r.n != f.Bytes {
		broken = fmt.Sprintf("has %d bytes, the manifest says %d", r.n, f.Bytes)
	} else if quick, ok := r.h.(*xxhash.Digest); ok {
		if quick.Sum64() != c.written[f.Path] {
			broken = "is not what was written"
		}
	} else if sum := hex.EncodeToString(r.h.Sum(nil)); sum != f.SHA256 {
		broken = fmt.Sprintf("has the sha256 %s, the manifest says %s", sum, f.SHA256)
	}
	if broken != "" {
		c.perFile[f.Path]++
		c.found = slices.Insert(c.found, first, Violation{File: f.Path, Rule: RuleChanged, Message: broken})
	}
	return broken == "", nil
}

// summing is a file that is hashed as far as it is read from its beginning on, without a gap.
type summing struct {
	r io.ReaderAt
	h hash.Hash
	n int64 // bytes that were hashed
}

func (s *summing) ReadAt(b []byte, at int64) (int, error) {
	n, err := s.r.ReadAt(b, at)
	if at <= s.n && s.n < at+int64(n) {
		s.h.Write(b[s.n-at : n])
		s.n = at + int64(n)
	}
	return n, err
}

// Unchanged reports whether every file of an export has the hash that its manifest gives, without looking at its rows. What can't
// be read is changed; the error is the cause of the context's end.
func Unchanged(ctx context.Context, dir string) (bool, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, nil //nolint:nilerr // see above
	}
	defer root.Close()
	m, v, err := readManifest(root)
	if err != nil || v != nil {
		return false, nil //nolint:nilerr // see above
	}
	c := newChecker(root, nil, m)
	for _, f := range m.Files {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		if same, err := c.hashed(f); err != nil || !same {
			return false, nil //nolint:nilerr // see above
		}
	}
	return true, nil
}

func (c *checker) hashed(f File) (bool, error) {
	if st, err := c.root.Lstat(f.Path); err != nil || !st.Mode().IsRegular() || st.Size() != f.Bytes {
		return false, err
	}
	r, err := c.root.Open(f.Path)
	if err != nil {
		return false, err
	}
	defer r.Close()
	return c.content(f, &summing{r: r, h: sha256.New()}, len(c.found))
}
