package reports

// Participant returns a person's name as the input has it: the cells of
// columns (0-based, see ledger.RunInfo.NameColumns) in one line.
func Participant(cells []string, columns []int) string { return participant(cells, columns) }
