// Package testenv is what the tests of all packages need from outside: programs
// that may be missing, and a browser. Nothing but tests imports it.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
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

// Sampled is how many of the cases of a test there are: few, to fit into some
// minutes on two cores, or with VITEC_IMPORT_TEST_FULL=1 all.
func Sampled(few, all int) int {
	if os.Getenv("VITEC_IMPORT_TEST_FULL") != "" {
		return all
	}
	return few
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

// Convert has LibreOffice save a file in another format, such as "csv" or "xlsx",
// with what it calls a filter behind a colon, and returns where. It keeps its own
// files in the folder home, and starts sooner where it finds them again.
func Convert(t testing.TB, home, path, format string) string {
	t.Helper()
	out := t.TempDir()
	cmd := exec.Command(Program(t, "libreoffice", "soffice", "libreoffice"), "-env:UserInstallation=file://"+filepath.Join(home, "profile"),
		"--headless", "--convert-to", format, "--outdir", out, path)
	cmd.Env = append(os.Environ(), "HOME="+home)
	EndWithTest(cmd)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	extension, _, _ := strings.Cut(format, ":")
	return filepath.Join(out, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))+"."+extension)
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
