package export

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFrontOfSeveralTables(t *testing.T) {
	configs := []config{
		{name: "corpus", files: "corpus.jsonl", columns: []Column{{Name: "_id", Type: "string"}}},
		{name: "default", files: "qrels/SPLIT.tsv", columns: []Column{{Name: "scores", Type: "list<float64>"}}},
	}
	m := Manifest{Rows: map[string]int64{"test": 20_000, "train": 90_000}, Columns: columnsOf(configs), Files: []File{
		{Path: "corpus.jsonl", Rows: 7, Bytes: 100}, {Path: "qrels/test.tsv", Rows: 20_000, Bytes: 10}, {Path: "qrels/train.tsv", Rows: 90_000, Bytes: 30}}}
	_, got, _ := strings.Cut(front(&format{}, configs, m, Info{}, map[string]int64{"corpus.jsonl": 200, "qrels/test.tsv": 5, "qrels/train.tsv": 6}), "---\n")
	want := `pretty_name: Hard-negative training data
size_categories:
- 100K<n<1M
annotations_creators:
- machine-generated
tags:
- sentence-transformers
- hard-negatives
- synthetic
dataset_info:
- config_name: corpus
  features:
  - name: _id
    dtype: string
  splits:
  - name: corpus
    num_bytes: 200
    num_examples: 7
  download_size: 100
  dataset_size: 200
- config_name: default
  features:
  - name: scores
    list: float64
  splits:
  - name: train
    num_bytes: 6
    num_examples: 90000
  - name: test
    num_bytes: 5
    num_examples: 20000
  download_size: 40
  dataset_size: 11
configs:
- config_name: corpus
  data_files:
  - split: corpus
    path: corpus.jsonl
- config_name: default
  default: true
  data_files:
  - split: train
    path: qrels/train.tsv
  - split: test
    path: qrels/test.tsv
---
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := flatColumns("", m.Columns)[1].Name; got != "default: scores" {
		t.Error(got)
	}
}

func TestSizeCategory(t *testing.T) {
	for rows, want := range map[int64]string{
		1: "n<1K", 999: "n<1K", 1000: "1K<n<10K", 9999: "1K<n<10K", 10_000: "10K<n<100K",
		1_000_000: "1M<n<10M", 999_999_999_999: "100B<n<1T", 1_000_000_000_000: "n>1T",
	} {
		if got := sizeCategory(rows); got != want {
			t.Errorf("%d: %s, want %s", rows, got, want)
		}
	}
}
