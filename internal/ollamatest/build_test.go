package ollamatest

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// builder stands in for the tools: it makes the files that they would make.
type builder struct {
	installs atomic.Int32
	ran      []string
	fail     string // the program that fails
}

func (b *builder) run(dir string, _ []string, name string, args ...string) error {
	b.ran = append(b.ran, name+" "+args[0])
	if name == b.fail {
		return errors.New("no network")
	}
	switch name {
	case "c++":
		return errors.New("no such header")
	case "apt-get":
		return os.WriteFile(filepath.Join(dir, jsonPackage+"_3_all.deb"), nil, 0o600)
	case "dpkg":
		return os.MkdirAll(filepath.Join(dir, "usr", "include", "nlohmann"), 0o700)
	case "go":
		b.installs.Add(1)
		if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o700); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, "bin", "ollama"), []byte("#!/bin/sh\n"), 0o700)
	}
	return errors.New("unknown program " + name)
}

// needTools skips where the build would not begin; continuous integration must be able to build.
func needTools(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/usr/bin/apt-get"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no apt-get here, and with CI=true nothing is skipped")
		}
		t.Skip("no apt-get here")
	}
}

func TestTheServerIsBuiltOnceHoweverManyAskForIt(t *testing.T) {
	needTools(t)
	root := t.TempDir()
	all := make([]builder, 4)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			if path, err := build(root, all[i].run); err != nil || !strings.HasPrefix(path, filepath.Join(root, Version+"-")) {
				t.Errorf("%s, %v", path, err)
			}
		})
	}
	wg.Wait()
	sum := int32(0)
	for i := range all {
		sum += all[i].installs.Load()
	}
	if sum != 1 {
		t.Errorf("built %d times", sum)
	}
}

func TestABuildThatFailsLeavesNothingThatLooksWhole(t *testing.T) {
	needTools(t)
	root := t.TempDir()
	for _, fail := range []string{"go", "dpkg", "apt-get"} {
		b := &builder{fail: fail}
		if _, err := build(root, b.run); err == nil || !strings.Contains(err.Error(), "no network") {
			t.Errorf("%s: %v", fail, err)
		}
		if whole, _ := filepath.Glob(filepath.Join(root, "*", "bin", "ollama")); len(whole) > 0 {
			t.Errorf("%s failed, and there is %v", fail, whole)
		}
	}
	b := &builder{}
	path, err := build(root, b.run)
	if err != nil || b.installs.Load() != 1 {
		t.Fatalf("%v after %v", err, b.ran)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestTheListOfPackagesIsFetchedWhereItIsMissing(t *testing.T) {
	needTools(t)
	b := &builder{}
	first := true
	run := func(dir string, env []string, name string, args ...string) error {
		if name == "apt-get" && args[0] == "download" && first {
			first = false
			b.ran = append(b.ran, "apt-get download")
			return errors.New("unable to locate package")
		}
		return b.run(dir, env, name, args...)
	}
	if _, err := build(t.TempDir(), run); err != nil {
		t.Fatal(err)
	}
	if want := []string{"c++ -x", "apt-get download", "apt-get update", "apt-get download", "dpkg -x", "go install"}; !slices.Equal(b.ran, want) {
		t.Errorf("%q", b.ran)
	}
}

// witness keeps what a test would end with.
type witness struct {
	testing.TB
	said string
}

func (w *witness) Helper()                        {}
func (w *witness) Fatalf(format string, _ ...any) { w.said += "failed: " + format }
func (w *witness) Skipf(format string, _ ...any)  { w.said += "skipped: " + format }

func TestAMachineWithoutAServerSkipsAndInCIFails(t *testing.T) {
	for ci, want := range map[string]string{"true": "failed: no Ollama server", "": "skipped: no Ollama server"} {
		t.Setenv("CI", ci)
		var w witness
		missing(&w, errors.New("no compiler"))
		if !strings.HasPrefix(w.said, want) {
			t.Errorf("CI=%s: %s", ci, w.said)
		}
	}
}
