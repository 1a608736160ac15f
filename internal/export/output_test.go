package export

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cespare/xxhash/v2"
)

// newTestFiles are files in a folder that is there.
func newTestFiles(t *testing.T) (files *Files, dir string) {
	t.Helper()
	dir = t.TempDir()
	files, err := newFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(files.abandon)
	return files, dir
}

func TestAFileIsWhatWasWritten(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, outputBlockSize - 1, outputBlockSize, outputBlockSize + 1, outputBlockSize * outputBlocks, 3*syncEach/2 + 7} {
		files, dir := newTestFiles(t)
		o, err := files.Create(File{Path: "x"})
		if err != nil {
			t.Fatal(err)
		}
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(random.Uint32())
		}
		for rest := want; len(rest) > 0; {
			n := min(len(rest), random.IntN(2*outputBlockSize))
			if wrote, err := o.Write(rest[:n]); err != nil || wrote != n {
				t.Fatalf("%d of %d: %v", wrote, n, err)
			}
			rest = rest[n:]
		}
		if err := o.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, "x"))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes are not what was written: %v", size, err)
		}
		sum := sha256.Sum256(want)
		if o.SHA256 != hex.EncodeToString(sum[:]) || o.quick.Sum64() != xxhash.Sum64(want) || o.Bytes != int64(size) {
			t.Errorf("%d bytes: %s, %x, %d", size, o.SHA256, o.quick.Sum64(), o.Bytes)
		}
	}
}

// A disk that is full is told of while there is more to write, or at the end, and nothing waits for ever.
func TestADiskThatBecomesFull(t *testing.T) {
	for _, room := range []int64{0, 3 * outputBlockSize, 20 * outputBlockSize} {
		files, _ := newTestFiles(t)
		var left atomic.Int64
		left.Store(room)
		create := files.create
		files.create = func(name string) (handle, error) {
			h, err := create(name)
			return fullDisk{h, &left}, err
		}
		o, err := files.Create(File{Path: "x"})
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if _, err = o.Write(make([]byte, outputBlockSize+1)); err != nil {
				break
			}
		}
		if err == nil {
			err = o.Close()
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("with room for %d bytes: %v", room, err)
		}
	}
}
