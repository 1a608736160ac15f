package main

import (
	"context"

	"hardneg/internal/corpus"
	"hardneg/store"
)

// corpusFile is a file that corpus.path names.
type corpusFile struct {
	content  string // hash, of a file that is not imported
	Type     string `json:"type"`
	Path     string `json:"path"`
	Imported bool   `json:"imported"`
	As       string `json:"as,omitempty"` // the path under which the same content was imported
	Passages int64  `json:"passages"`     // that would be added
}

// findFiles asks of each file whether its content was imported, as the importer does.
func (o *outlook) findFiles(ctx context.Context) error {
	if tasksOf(o.cfg) > 0 {
		return o.findTasks(ctx)
	}
	if _, err := hadTasks(ctx, o.st, o.cfg); err != nil {
		return err
	}
	if err := sameChunks(ctx, o.st, o.cfg); err != nil {
		return err
	}
	paths, gone, err := corpusPaths(ctx, o.st, o.cfg)
	if err != nil {
		return err
	}
	for _, path := range gone {
		o.files = append(o.files, corpusFile{Type: "file", Path: path, Imported: true})
	}
	seen := map[string]string{}
	for _, path := range paths {
		f := corpusFile{Type: "file", Path: path}
		if o.st != nil {
			quick, err := corpus.QuickStamp(path, corpusOptions(o.cfg))
			if err != nil {
				return err
			}
			if f.Imported, f.As, err = o.imported(ctx, path, quick, ""); err != nil {
				return err
			}
		}
		if !f.Imported {
			stamp, err := corpus.StampOf(path, corpusOptions(o.cfg))
			if err != nil {
				return err
			}
			if f.Imported, f.As, err = o.imported(ctx, path, "", stamp.SHA256); err != nil {
				return err
			}
			if first, ok := seen[stamp.SHA256]; ok && !f.Imported {
				f.Imported, f.As = true, first
			}
			seen[stamp.SHA256] = path
			f.content = stamp.SHA256
		}
		o.files = append(o.files, f)
	}
	return nil
}

func (o *outlook) imported(ctx context.Context, path, quick, content string) (bool, string, error) {
	if o.st == nil {
		return false, "", nil
	}
	found, ok, err := o.st.FindImport(ctx, path, quick, content)
	if !ok || found.Path == path {
		found.Path = ""
	}
	return ok, found.Path, err
}

// bound finds the last of the first passages by key, those that would be imported included.
func (o *outlook) bound(ctx context.Context) (store.Bound, error) {
	var none store.Bound
	if o.limit == 0 {
		return none, nil
	}
	if tasksOf(o.cfg) > 0 {
		return o.boundOfTasks(), nil
	}
	var keys []string
	if o.st != nil {
		var err error
		if keys, err = o.st.LowestKeys(ctx, o.limit); err != nil {
			return none, err
		}
	}
	for _, f := range o.files {
		if f.Imported {
			continue
		}
		src, err := openCorpus(o.cfg, f.Path, o.cfg.Corpus.Format)
		if err != nil {
			return none, err
		}
		defer src.Close()
		for rec, err := range src.Passages() {
			if err != nil {
				return none, err
			}
			if o.shard.has(rec.Passage.ID) {
				keys = lowest(keys, rec.Passage.ID, o.limit)
			}
		}
	}
	if len(keys) < o.limit {
		return none, nil // fewer passages than that: no bound
	}
	return store.Bound{LastKey: keys[len(keys)-1], Set: true}, nil
}

// surveyFiles looks at the files that would be imported.
func (o *outlook) surveyFiles(ctx context.Context, b store.Bound) error {
	if tasksOf(o.cfg) > 0 {
		o.fresh = surveyTasks(o.cfg, o.had, func(id string) bool { return o.shard.has(id) && (!b.Set || id <= b.LastKey) })
		o.files[0].Passages = o.fresh.passages
		return nil
	}
	known := map[string]bool{}
	v := surveyor{cfg: o.cfg}
	v.takes = func(id string) bool { return o.shard.has(id) && !known[id] && (!b.Set || id <= b.LastKey) }
	v.stands = func(id string) bool { return known[id] && (!b.Set || id <= b.LastKey) }
	var fresh []string
	for _, f := range o.files {
		if !f.Imported {
			fresh = append(fresh, f.Path)
		}
	}
	if err := v.prepare(fresh); err != nil {
		return err
	}
	if o.st != nil && len(fresh) > 0 {
		ids, err := o.st.PassageIDs(ctx)
		if err != nil {
			return err
		}
		own, err := o.st.OwnPassageIDs(ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			known[id] = true // a file that grew repeats what was imported before
		}
		for _, id := range own {
			v.owned[id] = true
		}
	}
	for i, f := range o.files {
		if f.Imported {
			continue
		}
		n, err := v.file(ctx, f.Path)
		if err != nil {
			return err
		}
		o.files[i].Passages = n
	}
	o.fresh = v.result()
	return nil
}
