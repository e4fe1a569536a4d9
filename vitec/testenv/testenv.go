// Package testenv is what the tests of all packages need from outside: programs
// that may be missing, and a browser. Nothing but tests imports it.
package testenv

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Missing skips a test for which something is missing, or fails it where
// VITEC_IMPORT_TEST_REQUIRE, a list like "chromium,curl", names what.
func Missing(t testing.TB, what, why string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("VITEC_IMPORT_TEST_REQUIRE"), ","), what) {
		t.Fatalf("%s is required: %s", what, why)
	}
	t.Skip(why)
}

// Program returns the path of the first of some programs that is installed. If
// none is, what they are for is [Missing].
func Program(t testing.TB, what string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Missing(t, what, strings.Join(names, ", ")+": not installed")
	return ""
}

// Chromium returns the path of the browser.
func Chromium(t testing.TB) string {
	t.Helper()
	return Program(t, "chromium", "chromium", "chromium-browser", "google-chrome")
}

// Axe returns the source of axe-core, which looks for what keeps people from
// using a page. VITEC_IMPORT_TEST_AXE names its file (axe.min.js of the npm
// package axe-core), which is too large to be kept here.
func Axe(t testing.TB) string {
	t.Helper()
	path := os.Getenv("VITEC_IMPORT_TEST_AXE")
	if path == "" {
		Missing(t, "axe", "VITEC_IMPORT_TEST_AXE does not name axe-core's axe.min.js")
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}
