//go:build !unix

package testenv

import (
	"errors"
	"os/exec"
)

func runAs(*exec.Cmd, int, int) error { return errors.ErrUnsupported }
