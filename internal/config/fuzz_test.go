package config

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzLoad feeds any bytes as a file: nothing panics, and what loads is printed so that it loads as the same.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"../../config.yaml", "testdata/wrong.yaml"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "run.seed=1", "GEN_RUN_DIR=x")
	}
	f.Add([]byte(rich), "models.Writer.1.extra.a.b=[1]", "GEN_MODELS_TAPE_RPM=3")
	f.Add([]byte(small), "judge.cascade.2={model: writer}", "GEN_CORPUS_PATH=a,b")
	f.Add([]byte("models: {writer: &a {extra: {x: *a}}, <<: *a}"), "models={a: {}}", "GEN_MODELS=1")
	f.Add([]byte("? {a: b}\n: !!int x\n"), "a", "GEN_")
	f.Fuzz(func(t *testing.T, text []byte, set, env string) {
		c, err := load(text, Sources{File: "config.yaml", Sets: []string{set}, Environ: []string{env}})
		if err != nil {
			if _, ok := err.(Errors); !ok {
				t.Fatalf("not a list of problems: %v", err)
			}
			return
		}
		printed, err := c.YAML()
		if err != nil {
			t.Fatal(err)
		}
		again, err := load(printed, Sources{File: "config.yaml"})
		if err != nil {
			t.Fatalf("printed config does not load: %v\n%s", err, printed)
		}
		c.Warnings, again.Warnings, c.Variables, again.Variables = nil, nil, nil, nil
		if d := cmp.Diff(c, again); d != "" {
			t.Fatalf("(-first +again):\n%s\n%s", d, printed)
		}
	})
}
