package export

import (
	"cmp"
	"io"

	"hardneg"
)

func init() {
	register(&format{
		name:  "flagembedding",
		flat:  true,
		row:   "One row a query, as FlagEmbedding and BGE train on it; one JSON object a line.",
		tasks: []string{"text-retrieval"},
		usage: []snippet{{"FlagEmbedding", "sh", `torchrun --nproc_per_node 1 -m FlagEmbedding.finetune.embedder.encoder_only.base \
  --model_name_or_path your/base-model --output_dir out --train_data path/to/this/directory/SPLIT.jsonl \
  --train_group_size 4 --knowledge_distillation True --per_device_train_batch_size 8 --num_train_epochs 1`}},
		limits: []string{titleFirst,
			"`prompt` takes the place of query_instruction_for_retrieval where that option is set; `prompt` and `type` of an imported query are those of its set; else `type` is normal."},
		configs: oneConfig("SPLIT.jsonl", flagColumns),
		scores:  true,
		open: func(f *Files, o Options) (layout, error) {
			return newPerSplit(func(split string) layout {
				return flagLayout{&lines[flagRow]{files: f, as: File{Path: split + ".jsonl", Split: split}, write: writeFlagRow}, o.Prompt}
			}), nil
		},
		read: func(columns []Column, r io.ReaderAt, size int64, visit visitor) error {
			return readLines(io.NewSectionReader(r, 0, size), columns, takeFlagRow, flagRow.row, visit)
		},
	})
}

// flagRow is a row of FlagEmbedding. A row without a negative crashes its loader, as does one with fewer scores than texts.
type flagRow struct {
	Query     string    `json:"query"`
	Pos       []string  `json:"pos"`
	Neg       []string  `json:"neg"`
	PosScores []decimal `json:"pos_scores"`
	NegScores []decimal `json:"neg_scores"`
	Prompt    string    `json:"prompt"`
	Type      string    `json:"type"`
}

func flagColumns(o Options) []Column {
	return []Column{
		{Name: "query", Type: "string", About: "the query"},
		{Name: "pos", Type: "list<string>", About: "texts that answer it"},
		{Name: "neg", Type: "list<string>", About: "texts that do not"},
		{Name: "pos_scores", Type: "list<float64>", About: o.scoreOf("each positive") + ", for knowledge distillation"},
		{Name: "neg_scores", Type: "list<float64>", About: o.scoreOf("each negative")},
		{Name: "prompt", Type: "string", About: "instruction for the query: that of its set, if it was imported with one"},
		{Name: "type", Type: "string", About: "how FlagEmbedding takes the row"},
	}
}

// flagLayout writes SPLIT.jsonl.
type flagLayout struct {
	*lines[flagRow]
	prompt string
}

func (l flagLayout) Write(ex hardneg.Example) error {
	r := flagRow{Query: ex.Query, Prompt: cmp.Or(ex.Tags.Instruction, l.prompt), Type: cmp.Or(ex.Tags.Type, "normal")}
	for _, t := range ex.Positives {
		r.Pos, r.PosScores = append(r.Pos, passageText(t)), append(r.PosScores, decimal(t.Score))
	}
	for _, t := range ex.Negatives {
		r.Neg, r.NegScores = append(r.Neg, passageText(t)), append(r.NegScores, decimal(t.Score))
	}
	return l.add(r)
}

func writeFlagRow(l *jsonLine, r flagRow) {
	text := func(l *jsonLine, s string) { l.text("", s) }
	number := func(l *jsonLine, x decimal) { l.number("", float64(x)) }
	l.text(`{"query":`, r.Query)
	eachOrNull(l, `,"pos":`, r.Pos, text)
	eachOrNull(l, `,"neg":`, r.Neg, text)
	eachOrNull(l, `,"pos_scores":`, r.PosScores, number)
	eachOrNull(l, `,"neg_scores":`, r.NegScores, number)
	l.text(`,"prompt":`, r.Prompt)
	l.text(`,"type":`, r.Type)
	l.raw("}")
}

func takeFlagRow(l *knownLine) (r flagRow) {
	text := func(l *knownLine) string { return l.text("") }
	number := func(l *knownLine) decimal { return l.number("") }
	r.Query = l.text(`{"query":`)
	r.Pos = listOf(l, `,"pos":`, 1, text)
	r.Neg = listOf(l, `,"neg":`, 8, text)
	r.PosScores = listOf(l, `,"pos_scores":`, 1, number)
	r.NegScores = listOf(l, `,"neg_scores":`, 8, number)
	r.Prompt = l.text(`,"prompt":`)
	r.Type = l.text(`,"type":`)
	l.raw("}")
	return r
}

func (r flagRow) row() row {
	w := row{query: r.Query, positives: plainTexts(r.Pos...), negatives: plainTexts(r.Neg...)}
	w.scores = append(floats(r.PosScores), floats(r.NegScores)...)
	w.disorder.inOrder("positive", 1, len(r.PosScores), scoresAlone(r.PosScores))
	w.disorder.inOrder("negative", 0, len(r.NegScores), scoresAlone(r.NegScores))
	if len(r.Pos) != len(r.PosScores) || len(r.Neg) != len(r.NegScores) {
		w.fault = "the numbers of texts and scores differ"
	}
	return w.formed()
}
