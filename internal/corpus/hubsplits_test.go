package corpus

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// setRowOf is a line of a training set that shows where it stood.
func setRowOf(name string) string { return fmt.Sprintf(`{"query":"q %s","pos":["p"]}`, name) + "\n" }

func TestSplitsOfADirectoryWithoutConfigs(t *testing.T) {
	card := "---\nlicense: mit\n---\n# A set\n"
	flat := []string{"train.jsonl", "dev.jsonl", "test-00000-of-00002.jsonl", "test-00001-of-00002.jsonl"}
	for _, tt := range []struct {
		name  string
		files []string
		split string
		want  []string // files; with none, what the error says is in says
		says  string
	}{
		{"flat", flat, "test", flat[2:], ""},
		{"flat, by the name of the Hub", flat, "validation", flat[1:2], ""},
		{"flat, by the name of its file", flat, "dev", flat[1:2], ""},
		{"flat, by another name than either", flat, "val", flat[1:2], ""},
		{"flat, by a name that only holds one", flat, "test-extra", nil, `has no split "test-extra"`},
		{"flat, all of them", flat, "all", []string{"train.jsonl", "dev.jsonl", flat[2], flat[3]}, ""},
		{"flat, none named", flat, "", nil, "has several splits: train, validation, test"},
		{"flat, one that is not there", flat, "extra", nil, `has no split "extra"; it has train, validation, test`},
		{"flat, beside other files", []string{"train.jsonl", "more.jsonl"}, "train", []string{"train.jsonl"}, ""},
		{"one file alone", []string{"train.jsonl"}, "train", []string{"train.jsonl"}, ""},
		{"one file alone, another split", []string{"train.jsonl"}, "test", nil, `has no split "test"; it has train`},
		{"tables", []string{"train.tsv", "test.csv"}, "test", []string{"test.csv"}, ""},
		{"folders", []string{"train/a.jsonl", "train/b/c.jsonl", "test/0001.jsonl"}, "train", []string{"train/a.jsonl", "train/b/c.jsonl"}, ""},
		{"folders, none named", []string{"train/a.jsonl", "test/0001.jsonl"}, "", nil, "has several splits: train, test"},
		{"the name of a file is nearer than that of its folder", []string{"train/test.jsonl", "train/x.jsonl"}, "test", []string{"train/test.jsonl"}, ""},
		{"folder data", []string{"data/train-00000-of-00001.jsonl", "data/train-extra-00000-of-00001.jsonl"}, "train-extra", []string{"data/train-extra-00000-of-00001.jsonl"}, ""},
		{"folders in data", []string{"data/train/0.jsonl", "data/test/0.jsonl"}, "test", []string{"data/test/0.jsonl"}, ""},
		{"files that describe others", []string{"train.jsonl", "test.jsonl", "dataset_infos.json"}, "train", []string{"train.jsonl"}, ""},
		{"no splits", []string{"a.jsonl", "b.jsonl"}, "train", nil, `has no split "train": neither a README.md nor the names of its files tell of any`},
	} {
		for _, readme := range []string{"", card} {
			files := map[string]string{}
			for _, f := range tt.files {
				files[f] = setRowOf(f)
			}
			if readme != "" {
				files["README.md"] = readme
			}
			dir := beirFolder(t, files)
			got, err := rowsOfSplit(t, dir, Options{Hub: Hub{Split: tt.split}})
			var want []string
			for _, f := range tt.want {
				want = append(want, "q "+f)
			}
			if tt.says != "" {
				if err == nil || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%s: %v", tt.name, err)
				}
				if rule := ruleOf(t, err); tt.split != "" && rule != "choice" {
					t.Errorf("%s: rule %s", tt.name, rule)
				}
			} else if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Error(tt.name, err, diff)
			}
		}
	}
}

// rowsOfSplit expands and opens a directory, as the program does, and reads its queries.
func rowsOfSplit(t *testing.T, dir string, o Options) (queries []string, err error) {
	t.Helper()
	paths, err := Expand([]string{dir}, o)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		for r, err := range open(t, path, o).Rows() {
			if err != nil {
				return nil, err
			}
			queries = append(queries, r.Query)
		}
	}
	return queries, nil
}

func TestADirectoryMayBeALink(t *testing.T) {
	dir := beirFolder(t, map[string]string{"train.jsonl": setRowOf("train"), "test.jsonl": setRowOf("test")})
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if got, err := rowsOfSplit(t, link, Options{Hub: Hub{Split: "test"}}); err != nil || len(got) != 1 || got[0] != "q test" {
		t.Error(got, err)
	}
}

func TestAPlainFolderStaysOne(t *testing.T) {
	for name, files := range map[string][]string{
		"no splits":        {"a.jsonl", "b.jsonl"},
		"some splits":      {"a.jsonl", "test.jsonl", "train.jsonl"},
		"one split":        {"train.jsonl"},
		"folders below it": {"a.jsonl", "test/x.jsonl", "train/x.jsonl"},
	} {
		all := map[string]string{}
		for _, f := range files {
			all[f] = setRowOf(f)
		}
		paths, err := Expand([]string{beirFolder(t, all)}, Options{})
		var top int
		for _, f := range files {
			if !strings.Contains(f, "/") {
				top++
			}
		}
		if err != nil || len(paths) != top || !strings.HasSuffix(paths[0], files[0]) {
			t.Error(name, paths, err)
		}
	}
}

func TestSplitsOfBEIR(t *testing.T) {
	dir := beirFolder(t, map[string]string{
		"corpus.jsonl":    oneDoc,
		"queries.jsonl":   `{"_id":"q1","text":"who?"}` + "\n" + `{"_id":"q2","text":"why?"}` + "\n",
		"qrels/train.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\n",
		"qrels/test.tsv":  "query-id\tcorpus-id\tscore\nq2\td1\t1\n",
	})
	for split, want := range map[string]string{"": "q2 test, q1 train", "all": "q2 test, q1 train", "train": "q1 train", "test": "q2 test"} {
		s := open(t, dir, Options{Hub: Hub{Split: split}})
		if got := judgedIn(t, s); got != want || s.Format() != "beir" {
			t.Errorf("split %q: %s", split, got)
		}
	}
	train, err := StampOf(dir, Options{Hub: Hub{Split: "train"}})
	all, err2 := StampOf(dir, Options{})
	if err != nil || err2 != nil || train == all {
		t.Error("a split has the content of all", err, err2)
	}
	for _, tt := range []struct {
		choice Hub
		says   string
	}{
		{Hub{Split: "dev"}, `qrels: has no split "dev"; it has test, train`},
		{Hub{Config: "pairs"}, `has no config "pairs"; it has corpus, qrels, queries`},
	} {
		if _, err := Expand([]string{dir}, Options{Hub: tt.choice}); ruleOf(t, err) != "choice" || !strings.Contains(err.Error(), tt.says) {
			t.Error(tt.choice, err)
		}
	}
	if s := open(t, dir, Options{Hub: Hub{Config: "qrels", Split: "test"}}); judgedIn(t, s) != "q2 test" {
		t.Error("the qrels of a BEIR folder are not found by their name")
	}
	alone := beirFolder(t, map[string]string{"corpus.jsonl": oneDoc, "queries.jsonl": `{"_id":"q1","text":"who?"}`})
	if parts := open(t, alone, Options{}).UnreadParts(); len(parts) != 1 || !strings.HasPrefix(parts[0], "queries.jsonl") {
		t.Error(parts)
	}
	bare := beirFolder(t, map[string]string{"corpus.jsonl": oneDoc})
	if _, err := Open(bare, Options{Hub: Hub{Config: "x"}}); ruleOf(t, err) != "choice" {
		t.Error(err)
	}
	if _, err := Open(bare, Options{Hub: Hub{Split: "dev"}}); ruleOf(t, err) != "choice" || !strings.Contains(err.Error(), "there are no qrels") {
		t.Error(err)
	}
}

// Ids that hold quotes are written in quotes, as the csv module of Python does it, which reads qrels for BEIR.
func TestQuotedIDsOfQrels(t *testing.T) {
	dir := beirFolder(t, map[string]string{
		"corpus.jsonl":    `{"_id":"the \"first\"","text":"one"}` + "\n" + `{"_id":" 2","text":"two"}` + "\n",
		"queries.jsonl":   `{"_id":"\"q\"","text":"who?"}` + "\n",
		"qrels/train.tsv": "query-id\tcorpus-id\tscore\n" + `"""q"""` + "\t" + `"the ""first"""` + "\t1\n" + `"""q"""` + "\t" + `" 2"` + "\t0\n",
	})
	var got []string
	for j, err := range open(t, dir, Options{}).Judgements() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(j.QueryID, "|", j.PassageID, "|", j.Grade))
	}
	if diff := cmp.Diff([]string{`"q"|the "first"|1`, `"q"| 2|0`}, got); diff != "" {
		t.Error(diff)
	}
}

// judgedIn are the queries of the judgements of a source, with their splits.
func judgedIn(t *testing.T, s *Source) string {
	t.Helper()
	var all []string
	for j, err := range s.Judgements() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, j.QueryID+" "+j.Split)
	}
	return strings.Join(all, ", ")
}

func TestPatternsOfTheHub(t *testing.T) {
	for _, tt := range []struct {
		pattern, fits, not string
	}{
		{"data/train-*", "data/train-00000-of-00001.parquet", "data/x/train-0"},
		{"**/*.jsonl", "a/b/c.jsonl", "a/b/c.json"},
		{"train-[0-9]*.jsonl", "train-7.jsonl", "train-x.jsonl"},
		{"[!a-c].csv", "d.csv", "a.csv"},
		{"[z-a].csv", "[z-a].csv", "b.csv"}, // no set of characters
		{"a[b.csv", "a[b.csv", "ab.csv"},
		{"t?st(1).csv", "test(1).csv", "test1.csv"},
	} {
		re := globOf(tt.pattern)
		if !re.MatchString(tt.fits) || re.MatchString(tt.not) {
			t.Errorf("%s: %s %t, %s %t", tt.pattern, tt.fits, re.MatchString(tt.fits), tt.not, re.MatchString(tt.not))
		}
	}
}
