package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/store"
)

// tasksFormat is the format under which a run keeps the search tasks that queries are written for in place of passages: their numbers,
// for what they are is thought up in stage queries.
const tasksFormat = "tasks"

// tasksKey is where the config says how many there are.
const tasksKey = "generate.queries.tasks.count"

// metaTasks is the name under which a run keeps how many tasks it has, in all its shards.
const metaTasks = "tasks"

// charsOfAnswer is about what the answer to a query of a task has, which stands in the place of a passage.
const charsOfAnswer = 900

// tasksOf is the number of tasks that queries are written for; 0: they are written for passages.
func tasksOf(cfg *config.Config) int {
	if !generate.QueryKindOf(cfg.Generate.Queries.Prompt).Tasks {
		return 0
	}
	return cfg.Generate.Queries.Tasks.Count
}

// hadTasks is how many tasks a run has. It refuses a run of tasks for passages, and one of passages for tasks: their queries would be
// asked for by the wrong prompt. st is nil where there is no run yet.
func hadTasks(ctx context.Context, st *store.Store, cfg *config.Config) (int, error) {
	if st == nil {
		return 0, nil
	}
	b, err := st.Meta(ctx, metaTasks)
	if err != nil {
		return 0, err
	}
	had := 0
	if b != nil {
		if had, err = strconv.Atoi(string(b)); err != nil {
			return 0, &store.Error{Op: "read the number of tasks", Err: err}
		}
	}
	ofTasks, others, err := st.PassagesOf(ctx, tasksFormat)
	switch n := tasksOf(cfg); {
	case err != nil:
		return 0, err
	case n == 0 && ofTasks > 0:
		return 0, usage("set generate.queries.prompt back to query-task, or begin a run of its own with run.dir",
			"the queries of %s are written for tasks, and prompt %q is asked for passages", st.Dir, cfg.Generate.Queries.Prompt)
	case n > 0 && others > 0:
		return 0, usage("begin a run of its own with run.dir", "%s holds %d passages, and prompt %q is asked for tasks alone", st.Dir, others, cfg.Generate.Queries.Prompt)
	case n > 0 && n < had:
		return 0, usage(fmt.Sprintf("set it to %d or more; `gen run --limit %d` does the first ones only", had, n), "%s is %d, and %s has %d tasks", tasksKey, n, st.Dir, had)
	}
	return had, nil
}

// tasks gives the run the numbers of its tasks.
func (im *importer) tasks(ctx context.Context) error {
	had, err := hadTasks(ctx, im.st, im.cfg)
	n := tasksOf(im.cfg)
	if err != nil || n == had {
		return err
	}
	run, err := im.st.BeginImport(store.Imported{Path: tasksKey, Format: tasksFormat, Content: fmt.Sprintf("%d tasks after %d", n, had), Shard: im.shard.String()})
	if err != nil {
		return err
	}
	if err := im.addTasks(ctx, run, had, n); err != nil {
		return errors.Join(err, run.Abort())
	}
	if err := run.Finish(int64(n-had), 0, nil, nil); err != nil {
		return err
	}
	return im.st.SetMeta(map[string][]byte{metaTasks: []byte(strconv.Itoa(n))})
}

func (im *importer) addTasks(ctx context.Context, run *store.Import, from, to int) error {
	var lines []store.PassageLine
	for n := from; n < to; n++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if id := generate.TaskID(n); im.takes(id) {
			lines = append(lines, store.PassageLine{Passage: hardneg.Passage{ID: id, Text: fmt.Sprintf("search task %d", n+1)}, Line: n + 1})
		}
		if len(lines) == importChunk || n == to-1 {
			if err := run.Add(lines); err != nil {
				return err
			}
			lines = lines[:0]
		}
	}
	return nil
}

// firstTasks are the ids of the first n tasks, at most.
func firstTasks(cfg *config.Config, n int) map[string]bool {
	out := map[string]bool{}
	for i := range min(n, tasksOf(cfg)) {
		out[generate.TaskID(i)] = true
	}
	return out
}

// surveyTasks is what a look at a corpus would say of tasks, of which a run has some already.
func surveyTasks(cfg *config.Config, had int, takes func(id string) bool) surveyed {
	out := surveyed{chars: charsOfAnswer, card: generate.NewStyleCard(nil)}
	for n := had; n < tasksOf(cfg); n++ {
		if takes(generate.TaskID(n)) {
			out.passages++
		}
	}
	return out
}

// findTasks is what findFiles does for tasks.
func (o *outlook) findTasks(ctx context.Context) (err error) {
	if o.had, err = hadTasks(ctx, o.st, o.cfg); err != nil {
		return err
	}
	o.files = append(o.files, corpusFile{Type: "file", Path: tasksKey, Imported: o.had == tasksOf(o.cfg)})
	return nil
}

// boundOfTasks is the bound of the first ones.
func (o *outlook) boundOfTasks() store.Bound {
	left := o.limit
	for n := range tasksOf(o.cfg) {
		if id := generate.TaskID(n); o.shard.has(id) {
			if left--; left == 0 {
				return store.Bound{LastKey: id, Set: true}
			}
		}
	}
	return store.Bound{} // fewer than that
}

// thinking is what the tasks take that queries are to be written for, of which some are in the store.
func (o *outlook) thinking(role string) estimate {
	t, q := o.cfg.Generate.Queries.Tasks, o.p.queries
	known := o.replays.stages[stageQueries].asks[askedTasksAt]
	lacks := float64(o.fresh.passages) + known.sends/float64(q.PerPassage)
	calls := math.Ceil(lacks / float64(t.PerRequest))
	r := request{role, q.Settings, float64(len(q.System)) + 150, float64(t.PerRequest) * 120}
	return o.estimate(stageQueries, r, 0, stream{calls, true}, known)
}
