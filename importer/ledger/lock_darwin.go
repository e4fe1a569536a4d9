package ledger

// setLock is F_OFD_SETLK, which locks for the open file and not for the process:
// SQLite opens and closes the file as well. Package unix does not have it.
const setLock = 90

// mounted reports whether a file is mounted by itself, which macOS cannot do.
func mounted(string) bool { return false }
