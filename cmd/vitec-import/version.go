package main

import (
	"cmp"
	"runtime/debug"
)

// release is the version that a release was built as; "" in any other build.
var release string

// version is the version of this build: the release's, or the module's as the
// build recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return cmp.Or(release, "devel")
	}
	return cmp.Or(release, info.Main.Version)
}
