package ledger

import "strings"

// Empty reports whether nothing was ever submitted: it is how a ledger begins,
// and how one that is not there yet reads.
func (g Generation) Empty() bool { return strings.HasSuffix(string(g), "-0") }
