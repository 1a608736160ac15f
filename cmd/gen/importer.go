package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/corpus"
	"hardneg/internal/work"
	"hardneg/store"
)

// importedMethod is the method of what came with an import.
const importedMethod = "imported"

// importer brings files into a run.
type importer struct {
	cfg   *config.Config
	st    *store.Store
	say   func(format string, args ...any)
	shard shard
	only  map[string]bool // passages to take; nil: all of the shard
	done  []store.Imported
	twins twins
	ids   *givenIDs // nil before the first file
}

// corpus imports what corpus.path names and has not been imported, by content.
func (im *importer) corpus(ctx context.Context) error {
	if tasksOf(im.cfg) > 0 {
		return im.tasks(ctx)
	}
	if _, err := hadTasks(ctx, im.st, im.cfg); err != nil {
		return err
	}
	if err := sameChunks(ctx, im.st, im.cfg); err != nil {
		return err
	}
	paths, gone, err := corpusPaths(ctx, im.st, im.cfg)
	if err != nil {
		return err
	}
	for _, path := range gone {
		im.say("note: %s is not there any more; it was imported before, and its passages are in the run", path)
	}
	for _, path := range paths {
		if _, err := im.file(ctx, path, im.cfg.Corpus.Format); err != nil {
			return err
		}
	}
	return rememberTaken(ctx, im.st, im.cfg.Corpus.Path)
}

// file imports one file or BEIR folder, unless a file of the same content was imported before.
func (im *importer) file(ctx context.Context, path, format string) (store.Imported, error) {
	if err := im.keepChunks(ctx); err != nil {
		return store.Imported{}, err
	}
	quick, err := corpus.QuickStamp(path, corpusOptions(im.cfg))
	if err != nil {
		return store.Imported{}, err
	}
	if found, ok, err := im.st.FindImport(ctx, path, quick, ""); err != nil || ok {
		return found, err
	}
	stamp, err := corpus.StampOf(path, corpusOptions(im.cfg))
	if err != nil {
		return store.Imported{}, err
	}
	if found, ok, err := im.st.FindImport(ctx, path, quick, stamp.SHA256); err != nil || ok {
		if ok {
			im.say("%s has the content of %s, which was imported before", path, found.Path)
		}
		return found, err
	}
	src, err := openCorpus(im.cfg, path, format)
	if err != nil {
		return store.Imported{}, err
	}
	defer src.Close()
	run, err := im.st.BeginImport(store.Imported{Path: path, Format: src.Format(), Content: stamp.SHA256, Quick: quick, Shard: im.shard.String()})
	if err != nil {
		return store.Imported{}, err
	}
	if err := im.read(ctx, src, run); err != nil {
		if undo := run.Abort(); undo != nil {
			return store.Imported{}, undo
		}
		return store.Imported{}, err
	}
	im.done = append(im.done, run.Info)
	im.say("imported %s (%s): %s", path, src.Format(), describeImport(run.Info))
	if told := im.twins.told(); told != "" {
		im.say("warning: %s", told)
	}
	return run.Info, nil
}

func describeImport(i store.Imported) string {
	s := fmt.Sprintf("%d passages", i.Added)
	for _, part := range []struct {
		n    int64
		text string
	}{{i.Repeated, "repeated ones"}, {i.Bad, "bad lines"}, {i.Queries, "own queries"}, {i.Duplicates, "of these with the text of another query of their passage, rejected as duplicates"}, {i.Candidates, "judged candidates of these"},
		{i.Unjudged, "queries without a relevant passage here"}, {i.Merged, "rows about a query that another row brought"},
		{i.RepeatedTexts, "texts that their query has already"}, {i.Contradictions, "of these both positive and negative of it"}} {
		if part.n > 0 {
			s += fmt.Sprintf(", %d %s", part.n, part.text)
		}
	}
	return s
}

func (im *importer) read(ctx context.Context, src *corpus.Source, run *store.Import) error {
	sample := &sampler{}
	if src.IsSet() {
		rows := im.rows
		if src.ByID() {
			rows = im.rowsByID
		}
		if err := rows(ctx, src, run, sample); err != nil {
			return err
		}
		return im.finish(src, run, sample)
	}
	ids, err := im.givenBefore(ctx, false)
	if err != nil {
		return err
	}
	for chunk := range work.Ahead(im.passageChunks(ctx, src, ids, sample), 1, passageChunk.signed) {
		if chunk.err != nil {
			return chunk.err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := run.Add(chunk.passages); err != nil {
			return err
		}
	}
	if err := im.queries(ctx, src, run); err != nil {
		return err
	}
	return im.finish(src, run, sample)
}

func (im *importer) takes(id string) bool {
	if im.only != nil {
		return im.only[id]
	}
	return im.shard.has(id)
}

// queries takes the queries of the user's own, with their judgements.
func (im *importer) queries(ctx context.Context, src *corpus.Source, run *store.Import) error {
	if !src.HasQueries() {
		return nil
	}
	var qs []store.OwnQuery
	for q, err := range src.Queries() {
		if err != nil {
			return err
		}
		if qs = append(qs, store.OwnQuery{ID: q.ID, Text: q.Text, Norm: normOf(q.Text)}); len(qs) == importChunk {
			if err := run.StageOwn(qs, nil); err != nil {
				return err
			}
			qs = qs[:0]
		}
	}
	if err := run.StageOwn(qs, nil); err != nil {
		return err
	}
	var js []store.OwnJudgement
	for j, err := range src.Judgements() {
		if err != nil {
			return err
		}
		if js = append(js, store.OwnJudgement{QueryID: j.QueryID, PassageID: j.PassageID, Grade: j.Grade}); len(js) == importChunk {
			if err := run.StageOwn(nil, js); err != nil {
				return err
			}
			js = js[:0]
		}
	}
	if err := run.StageOwn(nil, js); err != nil {
		return err
	}
	return run.AddOwn(hardneg.Origin{Method: importedMethod})
}

// finish makes the import count, or refuses the file if too many of its lines are bad.
func (im *importer) finish(src *corpus.Source, run *store.Import, sample *sampler) error {
	stats := src.Stats()
	var problems []hardneg.Problem
	for _, p := range src.Problems() {
		problems = append(problems, hardneg.Problem{File: p.File, Line: p.Line, Message: p.String()})
		im.say("warning: %s", p)
	}
	if parts := src.UnreadParts(); len(parts) > 0 {
		im.say("note: %s: of its parts these are not read: %s", src.Path(), strings.Join(parts, ", "))
	}
	if names := src.Unread(); len(names) > 0 {
		im.say("note: %s: of its fields these are not kept: %s", src.Path(), strings.Join(names, ", "))
	}
	lines := stats.Lines - stats.Blank
	if lines > 0 && float64(stats.Bad)/float64(lines) > im.cfg.Corpus.Tolerance {
		return &failure{code: exitInput,
			err: fmt.Errorf("%s: %d of %d lines are bad, more than corpus.tolerance (%g) allows; nothing of this file was imported",
				src.Path(), stats.Bad, lines, im.cfg.Corpus.Tolerance),
			hint: "mend the lines named above, or raise corpus.tolerance to leave them out"}
	}
	return run.Finish(stats.Lines, stats.Bad, sample.samples(), problems)
}

// firstIDs finds the n lowest ids of the corpus.
func firstIDs(cfg *config.Config, n int) (map[string]bool, error) {
	if tasksOf(cfg) > 0 {
		return firstTasks(cfg, n), nil
	}
	paths, err := corpus.Expand(cfg.Corpus.Path, corpusOptions(cfg))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, path := range paths {
		src, err := openCorpus(cfg, path, cfg.Corpus.Format)
		if err != nil {
			return nil, err
		}
		each := eachPassage
		if ownOnly(cfg) {
			each = askedPassages
		}
		err = each(src, func(id string) { ids = lowest(ids, id, n) })
		src.Close()
		if err != nil {
			return nil, err
		}
	}
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

// lowest keeps the n lowest of a sorted list.
func lowest(sorted []string, s string, n int) []string {
	i, found := slices.BinarySearchFunc(sorted, s, cmp.Compare[string])
	if found || i >= n {
		return sorted
	}
	sorted = slices.Insert(sorted, i, s)
	return sorted[:min(n, len(sorted))]
}

// sayTo prints lines.
func sayTo(w io.Writer) func(string, ...any) {
	return func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
}
