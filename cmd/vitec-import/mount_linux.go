package main

import "golang.org/x/sys/unix"

// readOnly reports whether the file lies on a volume that cannot be written.
func readOnly(path string) bool {
	var s unix.Statfs_t
	return unix.Statfs(path, &s) == nil && s.Flags&unix.ST_RDONLY != 0
}
