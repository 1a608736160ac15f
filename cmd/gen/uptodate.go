package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"

	"hardneg"
	"hardneg/internal/export"
	"hardneg/store"
)

// inputs names everything that decides the bytes of an export.
func (e *exporter) inputs(complete bool) string {
	conf, err := json.Marshal([]any{e.cfg.Relabel, e.cfg.Export, e.cfg.Models, e.cfg.Generate, e.cfg.Judge})
	if err != nil {
		panic(err) // plain values
	}
	return hardneg.KeyOf("export", version, fingerprint(e.recipes), strconv.FormatInt(e.snapshot, 10), strconv.FormatBool(complete), string(conf),
		e.tests.digest()).String()
}

// written is what the run remembers of an export: what it was made from, and the manifest that was written.
type written struct {
	Inputs   string `json:"inputs"`
	Manifest string `json:"manifest"` // sha256
}

func manifestSum(dir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// upToDate reports whether an export was written by this run from the same inputs and stands there still.
func upToDate(ctx context.Context, st *store.Store, format, dir, inputs string) bool {
	b, err := st.Meta(ctx, "export "+format)
	if err != nil || b == nil {
		return false
	}
	var w written
	if json.Unmarshal(b, &w) != nil || w.Inputs != inputs {
		return false
	}
	sum, err := manifestSum(dir)
	return err == nil && sum == w.Manifest && intact(dir)
}

// intact reports whether every file of an export's manifest stands there with its size. Their hashes are `gen check`'s to compare:
// a run with nothing to do must not read gigabytes.
func intact(dir string) bool {
	b, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return false
	}
	var m export.Manifest
	if json.Unmarshal(b, &m) != nil {
		return false
	}
	for _, f := range m.Files {
		info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil || !info.Mode().IsRegular() || info.Size() != f.Bytes {
			return false
		}
	}
	return true
}

// remember keeps what was written.
func remember(st *store.Store, inputs, dir string, formats []string) error {
	values := map[string][]byte{}
	for _, f := range formats {
		sum, err := manifestSum(filepath.Join(dir, f))
		if err != nil {
			return err
		}
		b, err := json.Marshal(written{Inputs: inputs, Manifest: sum})
		if err != nil {
			return err
		}
		values["export "+f] = b
	}
	return st.SetMeta(values)
}
