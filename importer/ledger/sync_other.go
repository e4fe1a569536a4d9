//go:build !linux

package ledger

func syncData(uintptr) (rc int32, ok bool) { return 0, false }
