package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestMountedSecret: Kubernetes mounts a Secret read-only, as root's file that
// the process's group may read; elsewhere such a file is open to others.
func TestMountedSecret(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount")
	}
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "mode=755"); err != nil {
		t.Skip("nothing can be mounted here: ", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	file := filepath.Join(dir, "logins.yaml")
	if err := os.WriteFile(file, []byte("default: {username: u, password: p}\n"), 0o440); err != nil {
		t.Fatal(err)
	}
	if _, err := readLogins(file, false); err == nil {
		t.Error("the group may read it, on a volume that can be written")
	}
	remount := func(flags uintptr) {
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|flags, "mode=755"); err != nil {
			t.Fatal(err)
		}
	}
	remount(syscall.MS_RDONLY)
	if _, err := readLogins(file, false); err != nil {
		t.Error(err)
	}
	for _, wrong := range []func() error{
		func() error { return os.Chmod(file, 0o444) },
		func() error { return os.Chmod(file, 0o460) },
		func() error { return errors.Join(os.Chmod(file, 0o440), os.Chown(file, 4711, 0)) },
		func() error { return os.Chown(file, 0, 4711) },
	} {
		remount(0)
		if err := wrong(); err != nil {
			t.Fatal(err)
		}
		remount(syscall.MS_RDONLY)
		if _, err := readLogins(file, false); err == nil {
			t.Error("others can read it")
		}
	}
}
