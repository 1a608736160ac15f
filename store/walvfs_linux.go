package store

/*
#cgo LDFLAGS: -Wl,--unresolved-symbols=ignore-in-object-files
int gen_wal_vfs(const char *name);
*/
import "C"

import (
	"sync"
)

// walVFS returns the name of the VFS that the writer opens its file with, "" for SQLite's own. SQLite's functions are those of the
// driver's package, in the same program: the linker finds them there, not in this package alone.
var walVFS = sync.OnceValue(func() string {
	const name = "gen-wal"
	if C.gen_wal_vfs(C.CString(name)) != 0 { // the name is kept for good
		return ""
	}
	return name
})
