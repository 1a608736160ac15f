//go:build readers

package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hardneg/internal/hubtest"
	"hardneg/internal/readers"
)

// TestIndependentReaderOfTheHub: what was pushed, through faults, is read by the Hub's own JavaScript client, byte for byte.
func TestIndependentReaderOfTheHub(t *testing.T) {
	e := readers.Need(t)
	l := newOfflineLab(t, 30)
	l.must(0, "run")
	for format, part := range map[string]int{"hf": 0, "mteb": 1000, "beir": 0} {
		h := hubtest.New(t)
		h.Set(func(h *hubtest.Hub) { h.Part, h.Page = part, 2 })
		h.Fail(hubtest.Fault{Path: "/preupload/", Status: 429, Header: map[string]string{"Retry-After": "1"}, Times: 1})
		h.Fail(hubtest.Fault{Path: "/commit/", Status: 504, Times: 1, After: true})
		l.env = []string{"HF_ENDPOINT=" + h.URL, "HF_TOKEN=" + hubtest.Token}
		l.must(0, "export", "--format", format, "--out", "x", "--push", "me/set", "--revision", "v1")
		out := t.TempDir()
		script := e.Script(t, filepath.Join("testdata", "hubread.mjs"), h.URL, "me/set", "v1", out)
		script.Env = append(os.Environ(), "HF_TOKEN="+hubtest.Token)
		said, err := script.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", format, err, said)
		}
		want, got := folderOf(t, filepath.Join(l.dir, "x", format)), folderOf(t, out)
		if !maps.Equal(want, got) || strings.TrimSpace(string(said)) != fmt.Sprintf("%d files", len(want)) {
			t.Errorf("%s: the Hub's client reads %v, written were %v; it says %s", format, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)), said)
		}
	}
}
