package generate

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"hardneg"
)

// benchPassages are passages in English of 60 to 200 words, as most corpora have them.
func benchPassages(b *testing.B) []hardneg.Passage {
	b.Helper()
	f, err := os.Open("../testdata/passages.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var out []hardneg.Passage
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var p hardneg.Passage
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			b.Fatal(err)
		}
		if f := FeaturesOf(p); f.Words >= 60 && f.Words <= 200 && f.Language == "en" {
			out = append(out, p)
		}
	}
	if len(out) < 20 {
		b.Fatalf("%d passages", len(out))
	}
	return out
}

const benchQuery = "how many workers does a strong honey bee colony have in early summer"

// BenchmarkCheckNegative checks texts against a positive and, in turn, up to four others.
func BenchmarkCheckNegative(b *testing.B) {
	ps := benchPassages(b)
	b.ReportAllocs()
	var k *Known
	for i := 0; b.Loop(); i++ {
		if i%5 == 0 {
			k = NewKnown(ps[(i+7)%len(ps)].Text)
		}
		CheckNegative(NegativeText{Query: benchQuery, Text: ps[i%len(ps)].Text, Known: k, Min: 60, Max: 200, Language: "en"})
	}
}

func BenchmarkCheckQuery(b *testing.B) {
	ps := benchPassages(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		CheckQuery(benchQuery, ps[i%len(ps)], "en")
	}
}

func BenchmarkFeaturesOf(b *testing.B) {
	ps := benchPassages(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		FeaturesOf(ps[i%len(ps)])
	}
}
