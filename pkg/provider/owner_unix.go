//go:build unix

package provider

import (
	"io/fs"
	"syscall"
)

// checksOwner reports whether files here have an owner and permissions that say
// who could have written them.
const checksOwner = true

func ownedByUser(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int64(stat.Uid) == int64(syscall.Geteuid())
}
