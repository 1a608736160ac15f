package store

import (
	"fmt"
	"syscall"
)

// networkFS are the file system magics whose locks SQLite can't rely on.
var networkFS = map[int64]string{
	0x6969: "NFS", 0x517b: "SMB", 0xff534d42: "CIFS", 0xfe534d42: "SMB2", 0x01021997: "9p", 0x65735546: "FUSE", 0x5346414f: "AFS",
}

// localDisk refuses network file systems.
func localDisk(dir string) error {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return err
	}
	if name, ok := networkFS[int64(st.Type)&0xffffffff]; ok {
		return fmt.Errorf("%s is on a network file system (%s)", dir, name)
	}
	return nil
}

// FreeBytes is the space left for dir's owner.
func FreeBytes(dir string) (int64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
