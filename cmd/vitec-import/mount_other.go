//go:build !windows && !linux

package main

// readOnly is of no use here: no container runs on these systems.
func readOnly(string) bool { return false }
