package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestAFileThatIsGoneTakesNoCommit(t *testing.T) {
	for name, change := range map[string]func(dir string) error{
		"deleted": os.RemoveAll,
		"moved":   func(dir string) error { return os.Rename(dir, dir+"-2") },
		"replaced": func(dir string) error {
			path := filepath.Join(dir, FileName)
			return errors.Join(os.Rename(path, path+"-2"), os.WriteFile(path, nil, 0o600))
		},
	} {
		r := rigAt(t, filepath.Join(t.TempDir(), "run"))
		must(t, r.s.SetMeta(map[string][]byte{"a": []byte("1")}))
		must(t, r.s.Stands())
		must(t, change(r.dir))
		r.s.w.place.look = time.Now().Add(-lookEvery)
		for _, err := range []error{r.s.SetMeta(map[string][]byte{"b": []byte("2")}), r.s.Stands()} {
			if e := wantStorageError(t, err); !errors.Is(e, ErrGone) || e.Hint == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		_ = r.s.Close()
	}
}
