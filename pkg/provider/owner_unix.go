//go:build unix

package provider

import (
	"fmt"
	"io/fs"
	"syscall"
)

// private rejects files that other users can read or could have written.
func private(info fs.FileInfo) error {
	switch {
	case !ownedByUser(info):
		return errForeign
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("its permissions are %#o: others must have none", info.Mode().Perm())
	}
	return nil
}

func ownedByUser(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int64(stat.Uid) == int64(syscall.Geteuid())
}
