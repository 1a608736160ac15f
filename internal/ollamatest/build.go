package ollamatest

import (
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
	"time"

	"github.com/gofrs/flock"
)

// Version is the server that is built: newer ones are not built by the Go tool alone.
const Version = "0.24.0"

const module = "github.com/ollama/ollama"

// A module does not hold folders called vendor, and Ollama keeps three C++ headers in one. One of them is in Debian; the decoders
// of images and sounds, which no model of ours uses, are replaced by stand-ins.
const (
	jsonPackage = "nlohmann-json3-dev"
	jsonHeader  = "nlohmann/json.hpp"
)

//go:embed include
var standIns embed.FS

// environment is what decides the build, beside the version and the stand-ins.
var environment = []string{"CGO_ENABLED=1", "CGO_CFLAGS=-O2", "CGO_CXXFLAGS=-O2", "GOFLAGS=", "GOWORK=off"}

var flags = []string{"install", "-trimpath", "-ldflags", "-s -w -X " + module + "/version.Version=" + Version, module + "@v" + Version}

var built = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	start := time.Now()
	path, err := build(filepath.Join(cache, "hardneg", "ollama"), run)
	if took := time.Since(start); took > time.Minute {
		say("built Ollama, or waited for it, in " + took.Round(time.Second).String())
	}
	return path, err
})

// Binary is the path of the server. The first call on a machine builds it, which takes some minutes; all later ones, in whatever
// process, find it in the user's cache directory. Where it can't be built the test is skipped, but with CI=true it fails: a
// check that nobody notices to be missing is none.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		missing(t, err)
	}
	return path
}

func missing(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("no Ollama server, and CI=true requires one: %v", err)
	}
	t.Skipf("no Ollama server on this machine: %v", err)
}

// recipe is the hash of all that decides the build.
func recipe() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, Version, environment, flags, jsonPackage, runtime.GOOS, runtime.GOARCH)
	err := fs.WalkDir(standIns, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := standIns.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:12], err
}

// command runs a program in a folder; a variable for tests.
type command func(dir string, env []string, name string, args ...string) error

// build makes the server under root, once: a lock lets one process build and the others wait, and the finished folder appears
// under its name at the end of all, so that what is there is whole.
func build(root string, run command) (string, error) {
	hash, err := recipe()
	if err != nil {
		return "", err
	}
	done := filepath.Join(root, Version+"-"+hash)
	path := filepath.Join(done, "bin", "ollama")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", err
	}
	lock := flock.New(done + ".lock")
	if err := lock.Lock(); err != nil {
		return "", fmt.Errorf("lock the build: %w", err)
	}
	defer func() { _ = lock.Unlock() }() // the end of the process unlocks it too
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	// the name has the hash and nothing of this process: the Go tool knows what it has compiled by the paths of headers, so
	// a build that was interrupted goes on where it stopped, and one with other headers begins anew
	half := done + ".half"
	if err := os.RemoveAll(half); err != nil {
		return "", err
	}
	if err := compile(half, run); err != nil {
		return "", err
	}
	return path, os.Rename(half, done)
}

func compile(dir string, run command) error {
	for _, tool := range []string{"go", "c++"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("building it needs %s: %w", tool, err)
		}
	}
	include := filepath.Join(dir, "include")
	if err := os.CopyFS(dir, standIns); err != nil {
		return err
	}
	if err := jsonLibrary(dir, include, run); err != nil {
		return err
	}
	env := append([]string{"CGO_CPPFLAGS=-I" + include, "GOBIN=" + filepath.Join(dir, "bin")}, environment...)
	if err := run(dir, env, "go", flags...); err != nil {
		return fmt.Errorf("go install %s@v%s: %w", module, Version, err)
	}
	_, err := os.Stat(filepath.Join(dir, "bin", "ollama"))
	return err
}

// jsonLibrary puts the headers of nlohmann/json into the folder of headers, unless the compiler finds them anyway.
func jsonLibrary(dir, include string, run command) error {
	if run(dir, nil, "c++", "-x", "c++", "-fsyntax-only", "-include", jsonHeader, os.DevNull) == nil {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("building it needs the C++ header %s (Debian: %s; elsewhere: nlohmann-json)", jsonHeader, jsonPackage)
	}
	if run(dir, nil, "apt-get", "download", jsonPackage) != nil {
		refreshed := run(dir, nil, "apt-get", "update") // there may be no list of packages yet
		if err := run(dir, nil, "apt-get", "download", jsonPackage); err != nil {
			return fmt.Errorf("apt-get download %s: %w", jsonPackage, errors.Join(err, refreshed))
		}
	}
	found, err := filepath.Glob(filepath.Join(dir, jsonPackage+"_*.deb"))
	if err != nil || len(found) == 0 {
		return fmt.Errorf("apt-get download %s brought no package: %w", jsonPackage, err)
	}
	if err := run(dir, nil, "dpkg", "-x", found[0], "."); err != nil {
		return fmt.Errorf("dpkg -x %s: %w", found[0], err)
	}
	return os.Rename(filepath.Join(dir, "usr", "include", "nlohmann"), filepath.Join(include, "nlohmann"))
}

// run runs a program with low priority, because the tests of other packages run beside it.
func run(dir string, env []string, name string, args ...string) error {
	if name == "go" {
		say("building Ollama " + Version + " from source, once; this takes some minutes")
	}
	if nice, err := exec.LookPath("nice"); err == nil {
		name, args = nice, append([]string{"-n", "10", name}, args...)
	}
	c := exec.CommandContext(context.Background(), name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, tail(string(out), 1500))
	}
	return nil
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// say tells of progress, which the Go tool shows at once only where one package is tested.
func say(s string) { fmt.Fprintln(os.Stderr, "ollamatest: "+s) }
