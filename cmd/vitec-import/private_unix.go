//go:build !windows

package main

import (
	"io/fs"
	"os"
	"slices"
	"syscall"

	"vitec-import/reports"
)

// readByOthers reports whether others than the file's user can read it, and the
// command that corrects that.
//
// Two groups may read: that of a service's file, because systemd gives the
// service's user the right by an access list, which shows as the group's, in a
// folder that is the service's alone; and the process's own, where root has put
// the file on a volume that nobody can write, as Kubernetes does with a Secret.
func readByOthers(path string, info fs.FileInfo, ofService bool) (others bool, correct string, err error) {
	mode := info.Mode().Perm()
	if ofService || mountedSecret(path, info) {
		mode &^= 0o040
	}
	return mode&0o077 != 0, "chmod 600 " + reports.Quote(path), nil
}

func mountedSecret(path string, info fs.FileInfo) bool {
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid != 0 {
		return false
	}
	groups, err := os.Getgroups()
	return err == nil && slices.Contains(append(groups, os.Getegid()), int(owner.Gid)) && readOnly(path)
}
