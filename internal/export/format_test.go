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
	m := Manifest{Rows: map[string]int64{"test": 20_000, "train": 90_000}, Columns: columnsOf(configs)}
	_, got, _ := strings.Cut(front(&format{}, configs, m, Info{}), "---\n")
	want := `size_categories:
- 100K<n<1M
tags:
- hard-negatives
- synthetic
dataset_info:
- config_name: corpus
  features:
  - name: _id
    dtype: string
- config_name: default
  features:
  - name: scores
    list: float64
configs:
- config_name: corpus
  data_files: corpus.jsonl
- config_name: default
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
