package ledger

// Index finds duplicates within one input by the same rule as the ledger, in a
// fixed number of bytes a row. The zero Index is empty and ready. It is not
// safe for concurrent use.
type Index struct{}

// Add records keys under ref, the caller's number for the row (0 or more).
func (x *Index) Add(ref int, k Keys) {}

// Find returns the earliest row added that books the same person.
func (x *Index) Find(k Keys) (ref int, ok bool) { return 0, false }
