package importer

import (
	"strings"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
)

// Problem is why a row cannot be sent, or, as a warning, what a person should
// look at before it is. Rows and columns are the spreadsheet's own, 1-based;
// 0 = the problem has none.
type Problem struct {
	ledger.Problem // what the ledger may keep of it: no cell's text
	File           string
	Row            int
	Sheet          string
	// Value is the cell's text. It is personal: it may be shown to the person
	// who looks at the own file, and goes nowhere else.
	Value string
	// Masked is Value with so little left that it can be found by who knows it.
	Masked string
}

// Cause is a kind of problem, for grouping: the same code in the same column.
type Cause struct {
	Problem      // the first of them
	Mixed   bool // not all say the same behind the colon: too long: 33 characters
	Rows    int  // how many rows have it
}

// Say returns what its reason says, in some language, as far as it is true of
// all its rows: what is behind the colon is of single ones.
func (c *Cause) Say(reason string) string {
	if c.Mixed {
		reason, _, _ = strings.Cut(reason, ":")
	}
	return reason
}

type causeKey struct {
	code    string
	column  int
	warning bool
}

// problem is a problem of a row, without a column.
func (j *Job) problem(row int, code string, reason, advice ledger.Text) Problem {
	i := j.File.Info()
	return Problem{File: i.Name, Sheet: i.Sheet, Row: row, Problem: ledger.Problem{Code: code, Reason: reason, Advice: advice}}
}

func (j *Job) mapped(row int, p mapping.Problem) Problem {
	out := j.problem(row, p.Code, ledger.TextOf(p.Reason()), ledger.TextOf(p.Hint()))
	out.Column, out.Header, out.Field = p.Column+1, p.Header, p.Field
	out.Value, out.Masked, out.Warning = p.Value, p.Masked(), p.Warning
	return out
}

func refused(row int, e *table.Error) Problem {
	return Problem{File: e.File, Sheet: e.Sheet, Row: row, Value: e.Value, Problem: ledger.Problem{
		Column: e.Column, Header: e.Header, Code: string(e.Code), Reason: ledger.TextOf(e.Reason), Advice: ledger.TextOf(e.Hint),
	}}
}

// sharing is the note on a row that has the e-mail address or a phone number of
// another in the same slot, of this list or booked by an earlier run, under
// another name: one person twice, or a family.
func (j *Job) sharing(row int, other ledger.Ref) Problem {
	reason := ledger.Say("the same e-mail address or phone number under another name: run %d, row %d", other.Run, other.Row)
	switch {
	case other.Run == 0:
		reason = ledger.Say("the same e-mail address or phone number under another name: row %d", other.Row)
	case other.Row == 0: // its details were purged
		reason = ledger.Say("the same e-mail address or phone number under another name: a row of run %d", other.Run)
	}
	p := j.problem(row, codeSharing, reason, ledger.Say("if it is one person, leave the row out; if not, nothing has to be done"))
	p.Warning = true
	return p
}

const codeSharing = "shared_address"

// sameID is the note on a row whose booking id another row got as well.
func sameID(other int) ledger.Problem {
	return ledger.Problem{
		Code: codeSameId, Warning: true,
		Reason: ledger.Say("the server gave this row's booking id to row %d, too", other), Advice: ledger.Say("look in Vitec whether both are booked"),
	}
}
