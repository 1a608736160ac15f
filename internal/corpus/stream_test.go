package corpus

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// lines makes n records that do not compress to nothing.
func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{\"id\":\"%d\",\"text\":\"passage %d of %s\"}\n", i, i, TextID(fmt.Sprint(i)))
	}
	return b.String()
}

func TestCompressionIsToldByContent(t *testing.T) {
	plain := lines(1000)
	for name, content := range map[string]string{
		"gzip.jsonl":          gzipped(plain),
		"zstd.jsonl.gz":       zstded(plain),
		"plain.jsonl.zst":     plain,
		"members.jsonl":       gzipped(plain[:7001]) + gzipped("") + gzipped(plain[7001:]),
		"frames.jsonl":        zstded(plain[:7001]) + zstded(plain[7001:]),
		"skippable.jsonl":     "\x50\x2a\x4d\x18\x02\x00\x00\x00ab" + zstded(plain),
		"mark.jsonl":          gzipped("\ufeff" + plain),
		"crlf.jsonl":          strings.ReplaceAll(plain, "\n", "\r\n"),
		"cr.jsonl":            strings.ReplaceAll(plain, "\n", "\r"),
		"no final newline":    strings.TrimSuffix(plain, "\n"),
		"blank lines.jsonl":   strings.ReplaceAll(plain, "\n", "\n\n \n"),
		"name without ending": plain,
	} {
		t.Run(name, func(t *testing.T) {
			s, got, err := readAll(write(t, name, content), Options{})
			if err != nil || len(got) != 1000 || s.Format() != "jsonl" {
				t.Fatalf("%d records, %v", len(got), err)
			}
			if got[999].Passage.ID != "999" || s.Stats().Bad != 0 {
				t.Errorf("last %+v, stats %+v", got[999], s.Stats())
			}
		})
	}
}

func flip(s string, at int) string { return s[:at] + string(s[at]^0x10) + s[at+1:] }

func TestBrokenStreamsEndTheSequence(t *testing.T) {
	plain := lines(1000)
	gz, zst := gzipped(plain), zstded(plain)
	for _, tt := range []struct{ name, content string }{
		{"gzip truncated", gz[:len(gz)*3/4]},
		{"gzip without its checksum", gz[:len(gz)-8]},
		{"gzip bit flip in the checksum", flip(gz, len(gz)-6)},
		{"gzip bit flip in the data", flip(gz, len(gz)/2)},
		{"gzip header only", gz[:5]},
		{"gzip trailing garbage", gz + "garbage"},
		{"gzip truncated second member", gz + gz[:len(gz)/2]},
		{"zstd truncated", zst[:len(zst)*3/4]},
		{"zstd bit flip", flip(zst, len(zst)/2)},
		{"zstd trailing garbage", zst + "garbage"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, got, err := readAll(write(t, "a.jsonl", tt.content), Options{Format: "jsonl"})
			if rule := ruleOf(t, err); rule != "stream" {
				t.Fatalf("%d records, rule %q, %v", len(got), rule, err)
			}
			e, _ := errors.AsType[*Error](err)
			if e.Hint == "" || e.Unwrap() == nil {
				t.Errorf("no way on: %+v", e)
			}
		})
	}
}

func TestTruncatedGzipDeliversWhatCameBefore(t *testing.T) {
	gz := gzipped(lines(5000))
	s := open(t, write(t, "a.jsonl", gz[:len(gz)*3/4]), Options{})
	got, err := drain(s)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(got) < 1000 || len(got) >= 5000 {
		t.Errorf("%d records, %v", len(got), err)
	}
	if bad := s.Stats().Bad; bad != 0 {
		t.Errorf("the cut line counts as %d bad ones: it is the stream that is bad", bad)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, file, content, format string
		rule, hint                  string
	}{
		{"UTF-16 little-endian", "a.jsonl", "\xff\xfe{\x00\"\x00", "", "encoding", "iconv -f UTF-16"},
		{"UTF-16 big-endian", "a.jsonl", "\xfe\xff\x00{\x00\"", "", "encoding", "iconv -f UTF-16"},
		{"UTF-16 without mark", "a.txt", "t\x00e\x00x\x00t\x00", "text", "encoding", "iconv -f UTF-16"},
		{"UTF-16 in gzip", "a.jsonl", gzipped("\xff\xfe{\x00"), "", "encoding", "iconv -f UTF-16"},
		{"xz", "a.jsonl.xz", "\xfd7zXZ\x00more", "", "compression", "xz -d"},
		{"bzip2", "a.jsonl", "BZh91AY&SYmore", "", "compression", "bunzip2"},
		{"zip", "a.jsonl", "PK\x03\x04more", "", "compression", "unzip"},
		{"gzip in gzip", "a.jsonl", gzipped(gzipped("x")), "", "compression", "once"},
		{"broken Parquet", "a.parquet", "PAR1more", "", "stream", "fetch it again"},
		{"Parquet in gzip", "a.parquet", gzipped("PAR1more"), "", "format", "unpack"},
		{"JSON as Parquet", "a.parquet", "{}", "parquet", "format", "auto"},
		{"empty", "a.jsonl", "", "", "empty", "right file"},
		{"only a mark", "a.jsonl", "\ufeff", "jsonl", "empty", "right file"},
		{"only blanks", "a.jsonl", " \n\r\n\n", "", "empty", "right file"},
		{"empty gzip", "a.jsonl", gzipped(""), "", "empty", "right file"},
		{"unknown format", "a.jsonl", "{}", "xml", "format", "auto, beir, csv, flagembedding, hf, jsonl, mteb, parquet, st, tevatron, text, triples, tsv"},
		{"undetected format", "a.dat", "some words", "", "format", "corpus.format"},
		{"file as beir", "corpus.jsonl", `{"text":"x"}`, "beir", "format", "folder"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Open(write(t, tt.file, tt.content), Options{Format: tt.format})
			if rule := ruleOf(t, err); rule != tt.rule {
				t.Fatalf("rule %q, want %q: %v", rule, tt.rule, err)
			}
			if e, _ := errors.AsType[*Error](err); !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("hint %q lacks %q", e.Hint, tt.hint)
			}
		})
	}
}

func TestOpenRefusesPaths(t *testing.T) {
	dir := t.TempDir()
	writeIn(t, dir, "plain/a.jsonl", "{}")
	for path, want := range map[string]string{"none.jsonl": "missing", "plain": "folder", "/dev/null": "not_regular"} {
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		_, err := Open(path, Options{})
		if rule := ruleOf(t, err); rule != want {
			t.Errorf("%s: rule %q, want %q", path, rule, want)
		}
	}
	_, err := Open(filepath.Join(dir, "none.jsonl"), Options{})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v is not ErrNotExist", err)
	}
	if _, err = Open(filepath.Join(dir, "plain"), Options{Format: "csv"}); !strings.Contains(err.Error(), "is a folder, format csv is a file") {
		t.Error(err)
	}
}

func TestPrefixBZhIsNotBzip2(t *testing.T) {
	if _, got, err := readAll(write(t, "a.txt", "BZhang wrote this."), Options{}); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestDetection(t *testing.T) {
	for _, tt := range []struct{ name, file, content, want string }{
		{"content before name", "a.csv", `{"text":"x"}`, "jsonl"},
		{"pretty object", "a.txt", "\n {\n \"text\": 1}", "jsonl"},
		{"csv by header", "a.txt", "id,Text\n1,x\n", "csv"},
		{"quoted csv header", "data", "\"id\",\"text\"\n1,x\n", "csv"},
		{"tsv by header", "a.txt", "id\ttext\n1\tx\n", "tsv"},
		{"jsonl by name", "a.NDJSON", "oops\n{}", "jsonl"},
		{"csv by name", "a.csv.zst", "a,b\n1,x\n", "csv"},
		{"text by name", "a.txt.gz", "Prose, text and more.", "text"},
		{"brace is not an object", "a.txt", "{name} wrote", "text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if s := open(t, write(t, tt.file, tt.content), Options{}); s.Format() != tt.want {
				t.Errorf("format %s, want %s", s.Format(), tt.want)
			}
		})
	}
	if s := open(t, write(t, "a", "k,body\n"), Options{Fields: Fields{Text: "body"}}); s.Format() != "csv" {
		t.Errorf("named column: %s", s.Format())
	}
}

func TestOnlyBadLinesIsEmpty(t *testing.T) {
	s, got, err := readAll(write(t, "a.jsonl", "oops\n{}\n"), Options{})
	if ruleOf(t, err) != "empty" || len(got) != 0 || !strings.Contains(err.Error(), "all 2 lines are bad") || len(s.Problems()) != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestBombIsRefused(t *testing.T) {
	first, blanks := `{"text":"x"}`+"\n", strings.Repeat(" ", 16<<20)
	for name, content := range map[string]string{
		"gzip": gzipped(first) + strings.Repeat(gzipped(blanks), 8),
		"zstd": zstded(first) + strings.Repeat(zstded(blanks), 8),
	} {
		_, got, err := readAll(write(t, "a.jsonl", content), Options{})
		if ruleOf(t, err) != "bomb" || len(got) != 1 {
			t.Errorf("%s: %d records, %v", name, len(got), err)
		}
	}
}

func TestFewBlanksAreNoBomb(t *testing.T) {
	content := `{"text":"x"}` + "\n" + strings.Repeat(" ", 16<<20)
	if _, got, err := readAll(write(t, "a.jsonl", zstded(content)), Options{}); err != nil || len(got) != 1 {
		t.Errorf("%d records, %v", len(got), err)
	}
}

func TestFileThatChangesWhileReadIsRefused(t *testing.T) {
	path := write(t, "a.jsonl", lines(5000))
	s := open(t, path, Options{})
	var last error
	n := 0
	for _, err := range s.Passages() {
		if n++; n == 10 {
			f, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			f.WriteString(lines(1))
			f.Close()
		}
		last = err
	}
	if ruleOf(t, last) != "changed" {
		t.Errorf("after %d: %v", n, last)
	}
}

func TestFileThatChangesAfterOpenIsRefused(t *testing.T) {
	path := write(t, "a.jsonl", lines(5))
	s := open(t, path, Options{})
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := drain(s); ruleOf(t, err) != "changed" {
		t.Error(err)
	}
}

func TestSequencesStartAgain(t *testing.T) {
	s := open(t, write(t, "a.jsonl", lines(100)+"oops\n"), Options{})
	for range s.Passages() {
		break
	}
	if st := s.Stats(); st.Good != 1 {
		t.Errorf("after a stop: %+v", st)
	}
	for range 2 {
		got, err := drain(s)
		if err != nil || len(got) != 100 || s.Stats().Good != 100 || len(s.Problems()) != 1 {
			t.Errorf("%d records, %v, %+v", len(got), err, s.Stats())
		}
	}
	s.Close()
	if _, err := drain(s); ruleOf(t, err) != "closed" {
		t.Error(err)
	}
}
