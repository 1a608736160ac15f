package corpus

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkRead reads 20,000 passages of about 700 bytes, the median of Wikipedia paragraphs.
func BenchmarkRead(b *testing.B) {
	const n = 20_000
	body := strings.Repeat(`The quick \"brown\" fox jumps over the lazy dog. `, 14)
	plain := strings.ReplaceAll(body, `\"`, `'`)
	for _, tt := range []struct {
		name, header string
		row          func(i int) string
	}{
		{"a.jsonl", "", func(i int) string { return fmt.Sprintf(`{"_id":"%d","title":"t","text":"%s","metadata":{}}`, i, body) }},
		{"hashed.jsonl", "", func(i int) string { return fmt.Sprintf(`{"text":"%s%d"}`, body, i) }},
		{"a.csv", "id,text\n", func(i int) string { return strconv.Itoa(i) + `,"` + plain + `"` }},
		{"a.tsv", "id\ttext\n", func(i int) string { return strconv.Itoa(i) + "\t" + plain }},
	} {
		b.Run(tt.name, func(b *testing.B) {
			var all strings.Builder
			all.WriteString(tt.header)
			for i := range n {
				all.WriteString(tt.row(i) + "\n")
			}
			s := open(b, write(b, tt.name, all.String()), Options{})
			b.SetBytes(int64(all.Len()))
			for b.Loop() {
				if got, err := countPassages(s); err != nil || got != n {
					b.Fatal(got, err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "passages/s")
		})
	}
}

func countPassages(s *Source) (n int, err error) {
	for _, err := range s.Passages() {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
