package corpus

import (
	"fmt"
	"math"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// mteb: a retrieval set as MTEB has them on the Hub, in three tables: corpus, queries, and qrels, which may be the default config; one of
// several languages has a set of tables for each, such as en-corpus. A table is a config of the card, or a folder; it is in Parquet, JSON
// lines or, for qrels, in TSV.
var _ = register(format{
	name:    "mteb",
	layout:  mtebLayout,
	anyKind: true,
	read: func(in *input, emit func(Record) bool) error {
		return readTable(in, newSchema(in.o.Fields, true), emit)
	},
	queries:    readMTEBQueries,
	judgements: readMTEBQrels,
})

// retrievalSet is the tables of a language; its name is "" where there is only one.
type retrievalSet struct {
	name                   string
	corpus, queries, qrels *hubConfig
}

// The names of the tables of a retrieval set, each at the end of what the set is called. Of qrels the first that is there is meant.
var (
	corpusTables  = []string{"corpus"}
	queriesTables = []string{"queries", "query"}
	qrelsTables   = []string{"qrels", "default"}
	otherTables   = []string{"top_ranked", "instruction"} // for rerankers and models that follow instructions: nothing here takes them
)

// tableOf takes a name of a table apart.
func tableOf(config string, tables []string) (set string, ok bool) {
	for _, t := range tables {
		if config == t {
			return "", true
		}
		if set, ok := strings.CutSuffix(config, "-"+t); ok && set != "" {
			return set, true
		}
	}
	return "", false
}

// retrievalSets are the sets of which all three tables are there, in the order of their corpora.
func retrievalSets(configs []hubConfig) (sets []retrievalSet) {
	find := func(set string, tables []string) *hubConfig {
		for _, t := range tables {
			want := t
			if set != "" {
				want = set + "-" + t
			}
			if i := slices.IndexFunc(configs, func(c hubConfig) bool { return c.name == want }); i >= 0 {
				return &configs[i]
			}
		}
		return nil
	}
	for i, c := range configs {
		name, ok := tableOf(c.name, corpusTables)
		if !ok {
			continue
		}
		s := retrievalSet{name, &configs[i], find(name, queriesTables), find(name, qrelsTables)}
		if s.queries != nil && s.qrels != nil {
			sets = append(sets, s)
		}
	}
	return sets
}

// setNames are the names by which one of several sets is asked for.
func setNames(configs []hubConfig) (names []string) {
	for _, s := range retrievalSets(configs) {
		if s.name != "" {
			names = append(names, s.name)
		}
	}
	return names
}

// mtebLayout recognises a retrieval set. A config that is asked for is the name of a set, or its qrels, which make sense only with the
// others; any other one is read by itself.
func mtebLayout(dir string, choice Hub) (l layout, ok bool, err error) {
	configs, names, err := hubConfigs(dir, choice)
	if err != nil {
		return l, false, err
	}
	s, ok, err := chooseSet(dir, configs, choice.Config)
	if err != nil || !ok {
		return l, false, err
	}
	qrels := choice.Split
	if qrels == "" {
		qrels = everySplit
	}
	if l.judgements, err = chooseSplits(dir, *s.qrels, names, qrels); err != nil {
		return l, false, err
	}
	for _, t := range []struct {
		config *hubConfig
		files  *[]string
	}{{s.corpus, &l.passages}, {s.queries, &l.queries}} {
		split := everySplit // of a table that is not divided as the qrels are
		if slices.Contains(t.config.splitNames(), qrels) {
			split = qrels
		}
		found, err := chooseSplits(dir, *t.config, names, split)
		if err != nil {
			return l, false, err
		}
		*t.files = pathsOf(found)
	}
	for _, c := range configs {
		if set, ok := tableOf(c.name, otherTables); ok && set == s.name {
			l.unread = append(l.unread, "config "+c.name)
		}
	}
	return l, true, nil
}

// chooseSet finds the set that is asked for: the one of no name, or the only one. Where the card has another main config, that is meant.
func chooseSet(dir string, configs []hubConfig, want string) (s retrievalSet, ok bool, err error) {
	sets := retrievalSets(configs)
	if len(sets) == 0 {
		return s, false, nil
	}
	if want != "" {
		i := slices.IndexFunc(sets, func(s retrievalSet) bool { return want == s.name || want == s.qrels.name })
		if i < 0 {
			return s, false, nil
		}
		return sets[i], true, nil
	}
	if i := slices.IndexFunc(configs, func(c hubConfig) bool { return c.isMain }); i >= 0 {
		tables := slices.Concat(corpusTables, queriesTables, qrelsTables)
		if _, ok := tableOf(configs[i].name, tables); !ok {
			return s, false, nil
		}
		for _, s := range sets {
			if s.qrels == &configs[i] {
				return s, true, nil
			}
		}
	}
	if len(sets) == 1 || sets[0].name == "" {
		return sets[0], true, nil
	}
	return s, false, severalConfigs(dir, setNames(configs))
}

// tablesByName are the tables of retrieval sets without a card: folders, or files, of their names. There are none where no set is whole.
func tablesByName(dir string) (configs []hubConfig, names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, &Error{File: dir, Rule: "stream", Message: "cannot be read", Err: err}
	}
	for _, e := range entries {
		table := e.Name()
		if !e.IsDir() {
			table = tableName(e.Name())
		}
		known := slices.Concat(corpusTables, queriesTables, qrelsTables)
		if _, ok := tableOf(table, known); ok && !slices.ContainsFunc(configs, func(c hubConfig) bool { return c.name == table }) {
			configs = append(configs, hubConfig{name: table, dir: table})
		}
	}
	if len(retrievalSets(configs)) == 0 {
		return nil, nil, nil // most folders end here, without a look into others
	}
	isTable := func(folder string) bool {
		return slices.ContainsFunc(configs, func(c hubConfig) bool { return c.name == folder })
	}
	if names, err = hubFiles(dir, isTable); err != nil {
		return nil, nil, err
	}
	for i := range configs {
		configs[i].splits = splitsOfTable(names, configs[i].name)
	}
	configs = slices.DeleteFunc(configs, func(c hubConfig) bool { return len(c.splits) == 0 })
	if len(retrievalSets(configs)) == 0 {
		return nil, nil, nil
	}
	return configs, names, nil
}

// shardEnd is what names of files have behind that of their table or split, where there are several.
var shardEnd = regexp.MustCompile(`-\d{5}-of-\d{5}$`)

// tableName is the name of a file without shard number and endings; "" if it is no data file.
func tableName(file string) string {
	ext := extOf(file)
	if !slices.Contains(dataExts, ext) {
		return ""
	}
	base := uncompressed(path.Base(file))
	return shardEnd.ReplaceAllString(base[:len(base)-len(ext)-1], "")
}

// splitsOfTable are the splits of a table without a card; a file whose name tells none is one of its own name.
func splitsOfTable(names []string, table string) (out []hubSplit) {
	for _, n := range names {
		rest, inFolder := strings.CutPrefix(n, table+"/")
		if !inFolder && (strings.Contains(n, "/") || tableName(n) != table) {
			continue
		}
		split := tableName(rest)
		if told := splitOfFile(rest, ""); told != "" {
			split = told
		}
		i := slices.IndexFunc(out, func(s hubSplit) bool { return s.name == split })
		if i < 0 {
			i, out = len(out), append(out, hubSplit{name: split})
		}
		out[i].files = append(out[i].files, n)
	}
	return out
}

// readTable reads the rows of a table of texts, whatever the kind of its file.
func readTable(in *input, sc schema, emit func(Record) bool) error {
	if in.parquet != nil {
		return readParquet(in, sc, emit)
	}
	return readJSONL(in, sc, emit)
}

func readMTEBQueries(in *input, emit func(Query) bool) error {
	return readTable(in, newSchema(Fields{}, true), func(r Record) bool {
		return emit(Query{ID: r.Passage.ID, Text: r.Passage.Text, File: r.File, Line: r.Line})
	})
}

func readMTEBQrels(in *input, emit func(Judgement) bool) error {
	if in.parquet == nil && extOf(filepath.Base(in.path)) == "tsv" {
		return readQrels(in, emit)
	}
	return in.eachRecord(func(rec record, n int) (bool, error) {
		j, p := judgementIn(rec)
		return in.judge(j, p, n, emit), nil
	})
}

// judgementIn reads the fields of qrels.
func judgementIn(rec record) (j Judgement, p *Problem) {
	for _, f := range []struct {
		name string
		id   *string
	}{{"query-id", &j.QueryID}, {"corpus-id", &j.PassageID}} {
		if *f.id, p = idAt(rec.get(f.name), f.name); p != nil {
			return j, p
		}
		if *f.id == "" {
			return j, &Problem{Field: f.name, Rule: "id", Message: "is missing or empty; name the id"}
		}
	}
	score := rec.get("score")
	x, p := numberAt(score, "score", true)
	if p == nil && (x != math.Trunc(x) || math.Abs(x) > math.MaxInt32) {
		p = &Problem{Field: "score", Rule: "grade", Message: fmt.Sprintf("%s is not a whole number", strconv.FormatFloat(x, 'g', -1, 64))}
	}
	j.Grade = int(x)
	return j, p
}
