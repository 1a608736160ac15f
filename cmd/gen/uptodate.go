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
	conf, err := json.Marshal([]any{e.cfg.Relabel, e.cfg.Export, e.cfg.Models, e.cfg.Generate, e.cfg.Judge, e.declared.shaping()})
	if err != nil {
		panic(err) // plain values
	}
	return hardneg.KeyOf("export", version, fingerprint(e.recipes), strconv.FormatInt(e.snapshot, 10), strconv.FormatBool(complete), string(conf),
		e.tests.digest()).String()
}

// written is what the run remembers of an export: what it was made from, the manifest that was written, and when its files were
// last changed, if that can be told.
type written struct {
	Inputs   string `json:"inputs"`
	Manifest string `json:"manifest"` // sha256
	Stamp    string `json:"stamp,omitempty"`
}

func manifestSum(dir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// standing is what is found of an export that the run may have written before.
type standing struct {
	intact bool // it was written from the same inputs, and every byte is what it was
	read   bool // its files had to be read to tell: their stamp is to be remembered anew
}

// upToDate reports whether an export was written by this run from the same inputs and stands there still, byte by byte.
func upToDate(ctx context.Context, st *store.Store, format, dir, inputs string) (standing, error) {
	b, err := st.Meta(ctx, "export "+format)
	if err != nil || b == nil {
		return standing{}, err
	}
	var w written
	if json.Unmarshal(b, &w) != nil || w.Inputs != inputs {
		return standing{}, nil
	}
	if sum, err := manifestSum(dir); err != nil || sum != w.Manifest {
		return standing{}, nil //nolint:nilerr // what can't be read is written anew
	}
	files, err := manifestFiles(dir)
	if err != nil {
		return standing{}, nil //nolint:nilerr // the same
	}
	if stamp := stampOf(dir, files); stamp != "" && stamp == w.Stamp {
		return standing{intact: true}, nil
	}
	same, err := export.Unchanged(ctx, dir)
	return standing{intact: same, read: true}, err
}

// remember keeps what was written, or was read and found as it was written.
func remember(st *store.Store, inputs, dir string, formats []string) error {
	values := map[string][]byte{}
	for _, f := range formats {
		to := filepath.Join(dir, f)
		sum, err := manifestSum(to)
		if err != nil {
			return err
		}
		stamp, err := settledStamp(to)
		if err != nil {
			return err
		}
		b, err := json.Marshal(written{Inputs: inputs, Manifest: sum, Stamp: stamp})
		if err != nil {
			return err
		}
		values["export "+f] = b
	}
	return st.SetMeta(values)
}
