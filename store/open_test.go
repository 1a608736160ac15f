package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hardneg"
)

func TestPragmasAreInForce(t *testing.T) {
	r := newRig(t)
	for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000",
		"trusted_schema": "0", "cell_size_check": "1", "wal_autocheckpoint": "2000", "temp_store": "2"} {
		var got string
		must(t, r.s.w.conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&got))
		if got != want {
			t.Errorf("writer: pragma %s is %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"query_only": "1", "busy_timeout": "5000", "foreign_keys": "1"} {
		var got string
		must(t, r.s.readers.QueryRow("PRAGMA "+name).Scan(&got))
		if got != want {
			t.Errorf("readers: pragma %s is %q, want %q", name, got, want)
		}
	}
	r.wantNumber(int64(len(migrationNames())), "PRAGMA user_version")
	r.wantNumber(applicationID, "PRAGMA application_id")
}

func TestWrongPragmaIsRefused(t *testing.T) {
	r := newRig(t)
	if _, err := r.s.w.conn.ExecContext(ctx, "PRAGMA synchronous = NORMAL"); err != nil {
		t.Fatal(err)
	}
	e := wantStorageError(t, r.s.w.checkPragmas())
	if !strings.Contains(e.Error(), "synchronous") {
		t.Error(e)
	}
}

func TestNewRunIsReadableByItsOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a ?%41#b", "run")
	s, err := Open(dir, Options{})
	must(t, err)
	defer s.Close()
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, FileName): 0o600, filepath.Join(dir, "lock"): 0o600, ownerFile(dir): 0o600} {
		st, err := os.Stat(path)
		must(t, err)
		if st.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", path, st.Mode().Perm(), want)
		}
	}
	if s.w.grace != 30*time.Second {
		t.Errorf("a write waits %s for a full disk", s.w.grace)
	}
}

func TestOpenReadOnlyWithoutARunSaysSo(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir, Options{ReadOnly: true}); !errors.Is(err, ErrNoRun) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("a read-only open made %v (%v)", left, err)
	}
}

// What a kill leaves between the creation of the file and its schema.
func TestAFileWithoutATableIsARunWithNothingInIt(t *testing.T) {
	for name, made := range map[string][]string{"empty": nil, "no table": {"PRAGMA journal_mode = WAL", "CREATE TABLE x (y)", "DROP TABLE x"}} {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, FileName), nil, 0o600))
		if made != nil {
			tamper(t, dir, made...)
		}
		s, err := Open(dir, Options{ReadOnly: true})
		must(t, err)
		totals, err := s.Totals(ctx)
		must(t, err)
		found, err := s.Check(ctx)
		must(t, err)
		if len(totals) > 0 || len(found) > 0 {
			t.Errorf("%s: totals %v, violations %v", name, totals, found)
		}
		must(t, s.Close())
		r := rigAt(t, dir)
		r.wantClean()
		must(t, r.s.Close())
	}
}

// refuses opens a directory in both ways; both must be a storage error that contains want, and leave the file as it is.
func refuses(t *testing.T, dir, want string) {
	t.Helper()
	before, err := os.ReadFile(filepath.Join(dir, FileName))
	must(t, err)
	for _, readOnly := range []bool{true, false} {
		s, err := Open(dir, Options{ReadOnly: readOnly})
		if err == nil {
			s.Close()
		}
		if e := wantStorageError(t, err); !strings.Contains(e.Error(), want) {
			t.Errorf("read-only %v: %v does not say %q", readOnly, e, want)
		}
	}
	if after, err := os.ReadFile(filepath.Join(dir, FileName)); err != nil || string(after) != string(before) {
		t.Errorf("the refused file was changed (%v)", err)
	}
	if _, running := Running(dir); running {
		t.Error("the lock is still held")
	}
}

func TestFileThatIsNoDatabaseIsRefused(t *testing.T) {
	for _, content := range []string{"xy", strings.Repeat("no database ", 1000), "SQLite format 3\x00" + strings.Repeat("?", 5000)} {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, FileName), []byte(content), 0o600))
		refuses(t, dir, "")
	}
}

func TestDatabaseOfAnotherProgramIsRefused(t *testing.T) {
	for _, made := range []string{
		"CREATE TABLE theirs (x)", "PRAGMA user_version = 1", "PRAGMA application_id = 7",
	} {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, FileName), nil, 0o600))
		tamper(t, dir, "PRAGMA journal_mode = WAL", "CREATE TABLE notes (x)", made)
		refuses(t, dir, "another program")
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	r := newRig(t)
	must(t, r.s.Close())
	tamper(t, r.dir, fmt.Sprintf("PRAGMA user_version = %d", len(migrationNames())+1))
	refuses(t, r.dir, fmt.Sprintf("schema %d", len(migrationNames())+1))
}

func TestFailedUpgradeLeavesTheOldFile(t *testing.T) {
	r := newRig(t)
	must(t, r.s.SetMeta(map[string][]byte{"a": []byte("1")}))
	wantStorageError(t, r.s.w.apply(ctx, migrationNames(), 0)) // its tables stand already
	must(t, r.s.SetMeta(map[string][]byte{"b": []byte("2")}))
	r.wantNumber(int64(len(migrationNames())), "PRAGMA user_version")
	r.wantClean()
}

func TestDirectoryThatCannotBeMadeIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(filepath.Join(file, "run"), Options{})
	if e := wantStorageError(t, err); e.Hint == "" {
		t.Error("no hint")
	}
}

func TestFreeBytesOfADirectory(t *testing.T) {
	if n, err := FreeBytes(t.TempDir()); err != nil || n <= 0 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := FreeBytes(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("free space of nothing")
	}
}

func TestRecipesAreFoundByTheirChain(t *testing.T) {
	r := newRig(t)
	again := r.recipes("")
	if again != r.c {
		t.Errorf("recipes %+v, before %+v", again, r.c)
	}
	other := r.recipes("other judge")
	if other.Negatives != r.c.Negatives || other.Judge == r.c.Judge || other.Relabel == r.c.Relabel {
		t.Errorf("%+v and %+v", other, r.c)
	}
	got, err := r.s.FindRecipe(ctx, hardneg.KeyOf("chain", "relabel", "other judge"))
	must(t, err)
	want := Recipe{ID: other.Relabel, Stage: "relabel", Own: hardneg.KeyOf("own", "relabel", "other judge"),
		Hash: hardneg.KeyOf("chain", "relabel", "other judge"), Parent: other.Judge, About: "relabel"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if none, err := r.s.FindRecipe(ctx, hardneg.KeyOf("none")); err != nil || none.ID != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}
