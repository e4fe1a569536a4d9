//go:build !windows

package main

import (
	"context"
	"os/exec"
)

// systemLanguages is nil: on these systems the environment tells the language.
var systemLanguages func() []string

// shell runs a command line.
func shell(ctx context.Context, line string) *exec.Cmd {
	return exec.CommandContext(ctx, "/bin/sh", "-c", line)
}
