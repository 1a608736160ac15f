package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// plannedCalls are the calls of a plan as "stage model calls", those of none left out.
func (l *lab) plannedCalls(args ...string) (out []string) {
	l.t.Helper()
	all, _ := l.objects(append([]string{"plan"}, args...)...)
	sums, order := map[string]int64{}, []string{}
	for _, o := range all {
		if key := o.Stage + " " + o.Role; o.Type == "stage" && o.Role != "" && o.Calls > 0 {
			if !slices.Contains(order, key) {
				order = append(order, key)
			}
			sums[key] += o.Calls
		}
	}
	for _, key := range order {
		out = append(out, fmt.Sprint(key, " ", sums[key]))
	}
	return out
}

// Twelve passages, one query each, unless something else is said. What is assumed where nothing was measured: a judge leaves a tenth of the
// passages to the next one in stage verify, passes on .9 of the texts at forward_at 1 and .05 at 3; a judge that quotes has something to rank
// in .66 of its slates.
func TestPlansWorkedOutByHand(t *testing.T) {
	t.Parallel()
	const hardAnd = "generate.negatives=[{strategy: hard-query, model: writer, check: large, count: 3}, {strategy: query-only, model: writer, count: %d}]"
	for name, c := range map[string]struct {
		files map[string]string
		sets  []string
		want  []string
	}{
		// A slate for each hard query and one for the texts, 4 of a query, of both judges; a check by two prompts.
		"hard queries, two checks, two judges beside one another": {sets: []string{fmt.Sprintf(hardAnd, 2), "judge.cascade=[{model: small, slate: 8, also: [{model: large, prompt: answerable}]}]"},
			want: []string{"queries writer 12", "verify small 12", "verify large 12", "negatives writer 24", "negatives large 24", "judge small 48", "judge large 48"}},
		// The first judge looks twice at the slate of texts, not at a single query, which has no order; the one beside it looks once.
		"looked at again in the opposite order": {sets: []string{fmt.Sprintf(hardAnd, 2), "judge.cascade=[{model: small, slate: 8, again: 1, also: [{model: large}]}]"},
			want: []string{"queries writer 12", "verify small 12", "verify large 12", "negatives writer 24", "negatives large 24", "judge small 60", "judge large 48"}},
		"looked at again in the same words": {sets: []string{fmt.Sprintf(hardAnd, 2), "judge.cascade=[{model: small, slate: 8, again: 1, again_by: repeat}]"},
			want: []string{"queries writer 12", "verify small 12", "negatives writer 24", "negatives large 24", "judge small 96"}},
		// Hard queries are graded, by which nothing is ranked: 36 and 12 · 1.66.
		"a judge that ranks": {sets: []string{fmt.Sprintf(hardAnd, 2), "judge.cascade=[{model: small, prompt: snippet, slate: 8}]"},
			want: []string{"queries writer 12", "verify small 12", "negatives writer 24", "negatives large 24", "judge small 56"}},
		// Of 8 texts .05 go on, and half of the others are drawn: 4.2, one slate.
		"audit of many": {sets: []string{"generate.negatives=[{strategy: query-only, model: writer, count: 8}]", "judge.cascade=[{model: small, slate: 8, forward_at: 3, audit: 0.5}, {model: large, slate: 8}]"},
			want: []string{"queries writer 12", "verify small 12", "verify large 1", "negatives writer 12", "judge small 12", "judge large 12"}},
		// Of one text .525 go on, for as many queries.
		"audit of one": {sets: []string{"generate.negatives=[{strategy: query-only, model: writer, count: 1}]", "judge.cascade=[{model: small, slate: 8, forward_at: 3, audit: 0.5}, {model: large, slate: 8}]"},
			want: []string{"queries writer 12", "verify small 12", "verify large 1", "negatives writer 12", "judge small 12", "judge large 6"}},
		// BM25 asks nobody, neither for the queries to be found again nor for negatives: 6 texts in slates of 2.
		"round trip by BM25": {sets: []string{"generate.queries.round_trip={by: bm25, top: 20}", minesOnly, "judge.cascade=[{model: small, slate: 2}]"},
			want: []string{"queries writer 12", "verify small 12", "judge small 36"}},
		// Two own queries, of three relevant passages and one that is judged not to be: 6 mined and 1 imported text each, in slates of 2.
		"own queries alone": {files: map[string]string{"own/queries.jsonl": `{"_id":"a","text":"which ledger did the warden keep"}` + "\n" + `{"_id":"b","text":"which gate was closed in winter"}` + "\n",
			"own/corpus.jsonl": labCorpus(12), "own/qrels/test.tsv": "query-id\tcorpus-id\tscore\na\tp00002\t1\na\tp00003\t1\nb\tp00007\t1\nb\tp00009\t0\nb\tnowhere\t1\n"},
			sets: []string{"corpus.path=[own]", "generate.queries.per_passage=0", minesOnly, "judge.cascade=[{model: small, slate: 2}]"},
			want: []string{"verify small 2", "judge small 8"}},
		// The same beside generated ones for the nine passages that answer none: 11 queries, each with 6 mined texts and 2/11 of an imported one.
		"own queries and generated ones": {files: map[string]string{"own/queries.jsonl": `{"_id":"a","text":"which ledger did the warden keep"}` + "\n" + `{"_id":"b","text":"which gate was closed in winter"}` + "\n",
			"own/corpus.jsonl": labCorpus(12), "own/qrels/test.tsv": "query-id\tcorpus-id\tscore\na\tp00002\t1\na\tp00003\t1\nb\tp00007\t1\nb\tp00009\t0\n"},
			sets: []string{"corpus.path=[own]", minesOnly, "judge.cascade=[{model: small, slate: 25}]"},
			want: []string{"queries writer 9", "verify small 11", "judge small 11"}},
		// Two queries with a positive and two negatives each; one without a positive is no query, though its text is another's negative.
		"an import with a query without a positive": {files: map[string]string{"set.jsonl": `{"query":"a","positive":"the text that answers a","negative":"another text of a"}` + "\n"},
			sets: []string{"corpus.path=[pairs.jsonl]", "corpus.format=st", "generate.queries.per_passage=0", "generate.negatives=[]", "judge.cascade=[{model: small, slate: 1}]"},
			want: []string{"verify small 2", "judge small 4"}},
		// A judge that compares is shown the further positive of each query apart from the three negatives.
		"an import with further positives": {files: map[string]string{"set.jsonl": tevatronSet(9)},
			sets: []string{"corpus.path=[set.jsonl]", "generate.queries.per_passage=0", "generate.negatives=[]", "judge.cascade=[{model: small, prompt: rlhn, slate: 25}]"},
			want: []string{"verify small 9", "judge small 18"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 12, mockllm.Config{})
			l.beirTest("own")
			for file, text := range c.files {
				l.write(file, text)
			}
			l.write("pairs.jsonl", labelledPairs)
			args := []string{"--set", "generate.queries.per_passage=1"}
			for _, s := range c.sets {
				args = append(args, "--set", s)
			}
			if got := l.plannedCalls(args...); !slices.Equal(got, c.want) {
				t.Errorf("planned\n%q, want\n%q", got, c.want)
			}
			l.must(0, append([]string{"import"}, append(importedBy(args), args...)...)...)
			if got := l.plannedCalls(args...); !slices.Equal(got, c.want) {
				t.Errorf("planned after the import\n%q, want\n%q", got, c.want)
			}
		})
	}
}

// importedBy is the file that the flags name as the corpus.
func importedBy(args []string) []string {
	for _, a := range args {
		if path, ok := strings.CutPrefix(a, "corpus.path=["); ok {
			path = strings.TrimSuffix(path, "]")
			if slices.Contains(args, "corpus.format=st") {
				return []string{path, "--format", "st"}
			}
			return []string{path}
		}
	}
	return []string{"corpus.jsonl"}
}

const labelledPairs = `{"query":"which bees are kept","text":"the bees of the north are kept in hives","label":1}
{"query":"which bees are kept","text":"the locks of the river were rebuilt twice","label":0}
{"query":"which bees are kept","text":"the bread of the south is baked at night","label":0}
{"query":"what was rebuilt","text":"the locks of the upper river were rebuilt in spring","label":1}
{"query":"what was rebuilt","text":"the kettles of the town are made of copper","label":0}
{"query":"what was rebuilt","text":"the bees of the south have no queen this year","label":0}
{"query":"who answers nothing","text":"the kettles of the town are made of copper","label":0}
`
