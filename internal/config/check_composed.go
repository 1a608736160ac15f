package config

import (
	"slices"
	"strconv"
)

// The bounds of tasks: a model that is to think up more than some tens of them at a time repeats itself.
const (
	mostTasks       = 9_999_999
	mostTasksAtOnce = 50
	usualTasks      = 20
)

// settle fills in how tasks are thought up, where queries are written for some.
func (t *Tasks) settle(kind QueryKind) {
	if !kind.Tasks {
		return
	}
	if t.PerRequest == 0 {
		t.PerRequest = usualTasks
	}
	if len(t.Languages) == 0 {
		t.Languages = []string{"en"}
	}
}

// composed checks what belongs to prompts whose replies have documents beside the query.
func (k *checker) composed(kind QueryKind) {
	if kind.Composes {
		k.reader()
		if k.Generate.Queries.PerPassage == 0 {
			k.bad("generate.queries.per_passage", "0 writes no query, and prompt "+quoted(k.Generate.Queries.Prompt)+" writes documents with each",
				"write 1, or prompt: query")
		}
	}
	const tasks = "generate.queries.tasks"
	t := k.Generate.Queries.Tasks
	if !kind.Tasks {
		for name, written := range map[string]bool{"count": t.Count != 0, "per_request": t.PerRequest != 0, "languages": len(t.Languages) > 0} {
			if written {
				k.bad(tasks+"."+name, "prompt "+quoted(k.Generate.Queries.Prompt)+" is not asked for tasks", "leave it out, or write prompt: query-task")
			}
		}
		return
	}
	if t.Count == 0 {
		k.bad(tasks+".count", "is missing", "write how many tasks are to be thought up: tasks: {count: 200}")
	} else {
		whole(k, tasks+".count", t.Count, 1, mostTasks)
	}
	whole(k, tasks+".per_request", t.PerRequest, 1, mostTasksAtOnce)
	for i, code := range t.Languages {
		at := tasks + ".languages." + strconv.Itoa(i)
		if slices.Contains(t.Languages[:i], code) {
			k.bad(at, quoted(code)+" is named twice", "name each language once")
		} else if k.sources.Language != nil && !k.sources.Language(code) {
			k.bad(at, quoted(code)+" is no language that is known here", "write its two letters (ISO 639-1), such as en")
		}
	}
	k.withoutCorpus()
}

// reader checks that the documents are read, by one entry and by the model that wrote them.
func (k *checker) reader() {
	q, at := k.Generate.Queries, -1
	for i, s := range k.Generate.Negatives {
		key := "generate.negatives." + strconv.Itoa(i)
		switch {
		case s.Strategy != "triplet":
		case at >= 0:
			k.bad(key, "the documents of a query are read once, by generate.negatives."+strconv.Itoa(at), "raise the count of that one")
		case len(s.Models) > 0:
			k.bad(key+".models", "the documents come in the replies of generate.queries.model", "write model: "+q.Model)
		case s.Pool > 0:
			k.bad(key+".pool", "the documents of a query all come in its one reply", "raise the count, and let pick choose among them")
		case s.Model != q.Model:
			k.bad(key+".model", quoted(s.Model)+" is not the model that writes the queries with their documents", "write model: "+q.Model)
		}
		if s.Strategy == "triplet" && at < 0 {
			at = i
		}
	}
	if at < 0 {
		k.bad("generate.queries.prompt", "prompt "+quoted(q.Prompt)+" has documents beside each query, and no strategy reads them",
			"add {strategy: triplet, model: "+q.Model+", count: 2} to generate.negatives")
	}
}

// withoutCorpus refuses what needs passages, of which queries of tasks have none.
func (k *checker) withoutCorpus() {
	if len(k.Corpus.Path) > 0 {
		k.bad("corpus.path", "queries are written for tasks, without a corpus"+k.origin("generate.queries.prompt"), "write path: []")
	}
	if by := k.Generate.Queries.RoundTrip.By; by != "" {
		k.bad("generate.queries.round_trip.by", "there are no passages among which a query of a task could find its own", "leave it out")
	}
	for i, s := range k.Generate.Negatives {
		if kind := k.sources.strategy(s.Strategy); kind.Reads != nil && kind.Reads(s.Variant) {
			k.bad("generate.negatives."+strconv.Itoa(i)+".strategy", s.Name()+" reads passages of the run, and queries of tasks have none", "leave it out")
		}
	}
	if !k.Judge.Positives {
		k.bad("judge.positives", "the answer to a query of a task is written by a model, and nobody would judge it",
			"write true; positive_at says from which grade on a query is kept")
	}
}
