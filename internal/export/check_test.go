package export

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestCheckPassesWhatWasWritten(t *testing.T) {
	dir := t.TempDir()
	for _, f := range Formats() {
		write(t, f, dir, Options{limits: &limits{groupRows: 7, groupBytes: 1 << 20, fileBytes: 9000}}, examples(100))
	}
	all, err := CheckAll(dir)
	if err != nil || len(all) != len(Formats()) {
		t.Fatal(all, err)
	}
	for _, r := range all {
		if r.Violations != nil || r.Manifest.Format != filepath.Base(r.Dir) {
			t.Errorf("%s: %v", r.Dir, r.Violations)
		}
	}
	one, err := CheckAll(filepath.Join(dir, "hf"))
	if err != nil || len(one) != 1 {
		t.Error(one, err)
	}
}

func TestAFormatWithoutItsManifestIsBroken(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"hf/data", "jsonl/data", "other"} {
		if err := os.MkdirAll(filepath.Join(dir, f), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for at, want := range map[string]int{dir: 2, filepath.Join(dir, "hf"): 1} {
		all, err := CheckAll(at)
		if err != nil || len(all) != want {
			t.Fatal(all, err)
		}
		for _, r := range all {
			if len(r.Violations) != 1 || r.Violations[0].Rule != RuleMissing || r.Violations[0].File != manifestName {
				t.Errorf("%s: %v", r.Dir, r.Violations)
			}
		}
	}
}

func TestCheckWithoutExport(t *testing.T) {
	if _, err := CheckAll(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, _, err := Check(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// flip changes one bit in the middle of a file.
func flip(t *testing.T, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	put(t, file, raw)
}

func put(t *testing.T, file string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(file, raw, 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestCheckFindsDamage(t *testing.T) {
	const train = "data/train-00000-of-00001.parquet"
	cases := []struct {
		name   string
		damage func(t *testing.T, dir string)
		want   string // file: rule
	}{
		{"flipped bit in the data", func(t *testing.T, dir string) { flip(t, filepath.Join(dir, train)) }, train + ": changed"},
		{"flipped bit in the card", func(t *testing.T, dir string) { flip(t, filepath.Join(dir, cardName)) }, cardName + ": changed"},
		{"longer file", func(t *testing.T, dir string) {
			raw, _ := os.ReadFile(filepath.Join(dir, train))
			put(t, filepath.Join(dir, train), append(raw, 0))
		}, train + ": changed"},
		{"deleted file", func(t *testing.T, dir string) { _ = os.Remove(filepath.Join(dir, train)) }, train + ": missing"},
		{"extra file", func(t *testing.T, dir string) { put(t, filepath.Join(dir, "data/train-1.parquet"), nil) }, "data/train-1.parquet: extra"},
		{"file replaced by a link", func(t *testing.T, dir string) {
			_ = os.Remove(filepath.Join(dir, train))
			_ = os.Symlink("/etc/passwd", filepath.Join(dir, train))
		}, train + ": unreadable"},
		{"broken manifest", func(t *testing.T, dir string) { put(t, filepath.Join(dir, manifestName), []byte(`{"schema_version":`)) },
			manifestName + ": manifest"},
		{"path that leaves the directory", func(t *testing.T, dir string) {
			edit(t, dir, func(m *Manifest) { m.Files = append(m.Files, File{Path: "../../etc/passwd"}) })
		}, manifestName + ": manifest"},
		{"wrong rows of a file", func(t *testing.T, dir string) {
			edit(t, dir, func(m *Manifest) {
				m.Files[2].Rows++
				m.Rows["train"]++
			})
		}, train + ": rows"},
		{"wrong rows of a split", func(t *testing.T, dir string) { edit(t, dir, func(m *Manifest) { m.Rows["test"]++ }) },
			manifestName + ": manifest"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, "hf", dir, Options{}, examples(10))
			c.damage(t, filepath.Join(dir, "hf"))
			_, v, err := Check(filepath.Join(dir, "hf"))
			if err != nil || len(v) != 1 || v[0].File+": "+v[0].Rule != c.want {
				t.Errorf("got %v, %v; want %s", v, err, c.want)
			}
		})
	}
}

// edit changes a manifest.
func edit(t *testing.T, dir string, change func(*Manifest)) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		t.Fatal(err)
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	change(&m)
	if raw, err = m.encode(); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, manifestName), raw)
}

// replaceFile puts another content behind a file of the manifest, with matching size and hash.
func replaceFile(t *testing.T, dir, name string, raw []byte) {
	t.Helper()
	put(t, filepath.Join(dir, name), raw)
	sum := sha256.Sum256(raw)
	edit(t, dir, func(m *Manifest) {
		for i := range m.Files {
			if m.Files[i].Path == name {
				m.Files[i].Bytes, m.Files[i].SHA256 = int64(len(raw)), hex.EncodeToString(sum[:])
			}
		}
	})
}

func TestCheckSurvivesAnyDamagedFooter(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "hf")
	const name = "data/train-00000-of-00001.parquet"
	write(t, "hf", filepath.Dir(dir), Options{}, examples(3))
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	for cut := 1; cut < len(raw); cut += 97 {
		replaceFile(t, dir, name, raw[:cut])
		_, v, err := Check(dir)
		if err != nil || len(v) == 0 || v[0].Rule != RuleUnreadable {
			t.Fatalf("cut at %d: %v, %v", cut, v, err)
		}
	}
}

func TestViolationString(t *testing.T) {
	v := Violation{File: "data/train.jsonl", Row: 7, Rule: RuleOrder, Message: "m"}
	if got := v.String(); got != "data/train.jsonl:7: order: m" {
		t.Error(got)
	}
}

func TestCheckFindsAnyFlippedBitOfTheManifest(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "st-pair")
	file := filepath.Join(dir, manifestName)
	write(t, "st-pair", filepath.Dir(dir), Options{}, examples(3))
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for at := range raw {
		for bit := range 8 {
			put(t, file, flippedBit(raw, at, bit))
			if _, v, err := Check(dir); err == nil && len(v) == 0 {
				t.Fatalf("bit %d of byte %d, %q, can change", bit, at, raw[max(0, at-20):min(len(raw), at+20)])
			}
		}
	}
	for name, changed := range map[string][]byte{"spaces": append(raw[:len(raw):len(raw)], ' '), "a second object": append(raw[:len(raw):len(raw)], raw...)} {
		put(t, file, changed)
		if _, v, err := Check(dir); err != nil || len(v) != 1 || v[0].Rule != RuleChanged {
			t.Errorf("%s after the manifest: %v, %v", name, v, err)
		}
	}
}

func flippedBit(raw []byte, at, bit int) []byte {
	out := append([]byte(nil), raw...)
	out[at] ^= 1 << bit
	return out
}
