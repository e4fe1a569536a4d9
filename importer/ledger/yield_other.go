//go:build !linux

package ledger

// yieldProcessor does nothing where the system has no such call, or Go no way
// to it.
func yieldProcessor() {}
