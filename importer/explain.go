package importer

import (
	"context"

	"vitec-import/importer/ledger"
)

// ErrNoRow is returned by Job.Explain for a row that the input has not.
var ErrNoRow error = &textError{ledger.Say("there is no such row")}

// Explain plans the input up to the row with this number, the spreadsheet's
// own, and returns that row with the outcome that it would have. cells are
// what stands in it; they are nil for a row that the table's reader refuses.
func (j *Job) Explain(ctx context.Context, number int) (row ledger.Row, cells []string, err error) {
	found := false
	for in, err := range j.File.Rows(ctx) {
		if err != nil {
			return row, nil, err
		}
		if found = in.Number == number; found {
			if in.Err == nil {
				cells = append([]string{}, in.Cells...)
			}
			break
		}
		if in.Number > number {
			break
		}
	}
	if !found {
		return row, nil, ErrNoRow
	}
	for row, err := range j.plan(ctx, newPlan()) {
		if err != nil || row.Number == number {
			return row, cells, err
		}
	}
	return row, nil, ErrNoRow
}
