package store

import (
	"strings"
	"syscall"
	"testing"
)

func TestNetworkFileSystemIsRefused(t *testing.T) {
	dir := t.TempDir()
	var st syscall.Statfs_t
	must(t, syscall.Statfs(dir, &st))
	magic := int64(st.Type) & 0xffffffff
	networkFS[magic] = "a pretended one"
	defer delete(networkFS, magic)
	_, err := Open(dir, Options{})
	if e := wantStorageError(t, err); !strings.Contains(e.Error(), "network file system (a pretended one)") || !strings.Contains(e.Hint, "local disk") {
		t.Errorf("%v, hint %q", e, e.Hint)
	}
}
