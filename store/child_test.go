//go:build unix

package store

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"hardneg"
)

// The test binary is also the other process of the tests below: AS_STORE_CHILD names what it does, AS_STORE_DIR where.
const (
	childDoes = "AS_STORE_CHILD"
	childDir  = "AS_STORE_DIR"
)

func TestMain(m *testing.M) {
	do, ok := children[os.Getenv(childDoes)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := do(os.Getenv(childDir)); err != nil {
		var e *Error
		fmt.Printf("storage error: %v; %v\n", errors.As(err, &e), err)
		os.Exit(3)
	}
	fmt.Println("ended")
}

var children = map[string]func(dir string) error{
	"hold":     hold,
	"write":    writeUntilKilled,
	"nobody":   openAsNobody,
	"reader":   checkAsNobody,
	"no-space": writeOverTheLimit,
}

func hold(dir string) error {
	s, err := Open(dir, Options{Command: "gen held"})
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Println("holds")
	select {} // until it is killed
}

// writeUntilKilled prints the number of every call when it is acknowledged.
func writeUntilKilled(dir string) error {
	s, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	im, err := s.BeginImport(Imported{Path: "unfinished"})
	if err == nil {
		err = im.Add(lines("left", "over"))
	}
	if err != nil {
		return err
	}
	errs := make(chan error)
	for w := range 16 {
		go func() {
			for i := w; ; i += 16 {
				if err := s.Record(aCall(hardneg.KeyOf("acknowledged", fmt.Sprint(i)))); err != nil {
					errs <- err
					return
				}
				fmt.Printf("%d\n", i)
			}
		}()
	}
	return <-errs
}

// openAsNobody opens a run without the rights of the superuser, whom no mode of a directory stops.
func openAsNobody(dir string) error {
	if err := becomeNobody(); err != nil {
		return err
	}
	s, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	return s.Close()
}

func becomeNobody() error {
	if os.Geteuid() != 0 {
		return nil
	}
	return errors.Join(syscall.Setgroups(nil), syscall.Setgid(65534), syscall.Setuid(65534))
}

// checkAsNobody reads a run, and says how many calls it holds if all is well.
func checkAsNobody(dir string) error {
	if err := becomeNobody(); err != nil {
		return err
	}
	s, err := Open(dir, Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer s.Close()
	vs, err := s.Check(ctx)
	if err != nil {
		return err
	}
	n := 0
	for _, err := range s.Calls(ctx, hardneg.Key{}) {
		if err != nil {
			return err
		}
		n++
	}
	fmt.Printf("%d violations, %d calls\n", len(vs), n)
	return nil
}

// writeOverTheLimit writes until the file may not grow any more.
func writeOverTheLimit(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	waited := false
	s, err := Open(dir, Options{Grace: time.Millisecond, Notify: func(string) { waited = true }})
	if err != nil {
		return err
	}
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		return err
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 400 << 10, Max: was.Max}); err != nil {
		return err
	}
	for i := range 10_000 {
		c := aCall(hardneg.KeyOf("acknowledged", fmt.Sprint(i)))
		c.Reply = []byte(strings.Repeat(c.Key.String(), 40))
		if err := s.Record(c); err != nil {
			fmt.Printf("failed, waited %v\n", waited)
			return err
		}
		fmt.Printf("%d\n", i)
	}
	return nil
}

// child starts the test binary as another process.
func child(t *testing.T, does, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childDoes+"="+does, childDir+"="+dir)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return c, bufio.NewScanner(out)
}

func TestSecondOpenInTheSameProcessIsRefused(t *testing.T) {
	r := newRig(t)
	_, err := Open(r.dir, Options{Command: "gen again"})
	var in *InUse
	if !errors.As(err, &in) || in.Owner.PID != os.Getpid() || in.Owner.Command != "test" || in.Dir != r.dir {
		t.Fatalf("got %v", err)
	}
	if o, running := Running(r.dir); !running || o != in.Owner {
		t.Errorf("running %v %+v", running, o)
	}
	ro, err := Open(r.dir, Options{ReadOnly: true})
	must(t, err) // readers need no lock
	must(t, ro.Close())
	r.reopen()
	must(t, r.s.Close())
	if o, running := Running(r.dir); running {
		t.Errorf("after Close it runs as %+v", o)
	}
	if _, running := Running(t.TempDir()); running {
		t.Error("an empty directory is running")
	}
}

func TestRunOfAnotherProcessIsRefusedUntilThatIsKilled(t *testing.T) {
	dir := t.TempDir()
	other, out := child(t, "hold", dir)
	if !out.Scan() || out.Text() != "holds" {
		t.Fatalf("the child said %q", out.Text())
	}
	_, err := Open(dir, Options{})
	var in *InUse
	if !errors.As(err, &in) {
		t.Fatalf("got %v", err)
	}
	host, _ := os.Hostname()
	if o := in.Owner; o.PID != other.Process.Pid || o.Command != "gen held" || o.Host != host || o.Since.IsZero() {
		t.Errorf("owner %+v, the child is %d", o, other.Process.Pid)
	}
	for _, part := range []string{dir, fmt.Sprintf("process %d on %s", other.Process.Pid, host), "gen held"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	must(t, other.Process.Kill())
	_ = other.Wait()
	if _, running := Running(dir); running {
		t.Error("a killed process holds the run")
	}
	r := rigAt(t, dir) // no manual step
	defer r.s.Close()
	b, err := os.ReadFile(ownerFile(dir))
	must(t, err)
	var o Owner
	must(t, json.Unmarshal(b, &o))
	if o.PID != os.Getpid() {
		t.Errorf("owner %+v", o)
	}
}

func TestTornOwnerFileLeavesTheOwnerUnnamed(t *testing.T) {
	r := newRig(t)
	must(t, os.WriteFile(ownerFile(r.dir), []byte(`{"pid":`), 0o600))
	_, err := Open(r.dir, Options{})
	var in *InUse
	if !errors.As(err, &in) || in.Owner.PID != 0 || !strings.Contains(err.Error(), "by another process") {
		t.Errorf("got %v", err)
	}
}
