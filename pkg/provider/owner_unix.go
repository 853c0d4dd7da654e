//go:build unix

package provider

import (
	"fmt"
	"io/fs"
	"syscall"
)

// private rejects files that other users can read or could have written.
func private(info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok || int64(stat.Uid) != int64(syscall.Geteuid()):
		return errForeign
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("its permissions are %#o: others must have none", info.Mode().Perm())
	}
	return nil
}
