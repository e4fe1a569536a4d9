package importer

import (
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
)

// Problem is why a row cannot be sent, or, as a warning, what a person should
// look at before it is. Rows and columns are the spreadsheet's own, 1-based;
// 0 = the problem has none.
type Problem struct {
	File    string `json:"-"`
	Row     int    `json:"row"`
	Sheet   string `json:"sheet,omitempty"`
	Column  int    `json:"column,omitempty"`
	Header  string `json:"header,omitempty"`
	Field   string `json:"field,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`

	// Reason and Advice are Message and Hint, to be said in any language.
	Reason ledger.Text `json:"-"`
	Advice ledger.Text `json:"-"`

	// Value is the cell's text. It is personal: it may be shown to the person
	// who looks at the own file, and goes nowhere else.
	Value string `json:"-"`
	// Masked is Value with so little left that it can be found by who knows it.
	Masked  string   `json:"value,omitempty"`
	Args    []string `json:"-"`
	Warning bool     `json:"-"`
}

// Cause is a kind of problem, for grouping: the same code in the same column.
type Cause struct {
	Code    string
	Column  int
	Header  string
	Args    []string // of the first of them
	Message string
	Hint    string
	Reason  ledger.Text // Message and Hint, to be said in any language
	Advice  ledger.Text
	Warning bool
	Mixed   bool   // not all say the same behind the colon: too long: 33 characters
	Rows    int    // how many rows have it
	First   int    // the first of them
	Masked  string // its cell, masked
}

type causeKey struct {
	code    string
	column  int
	warning bool
}

// problem is a problem of a row, without a column.
func (j *Job) problem(row int, code string, reason, advice ledger.Text) Problem {
	i := j.File.Info()
	return Problem{File: i.Name, Sheet: i.Sheet, Row: row, Code: code}.saying(reason, advice)
}

func (p Problem) saying(reason, advice ledger.Text) Problem {
	p.Reason, p.Message = reason, reason.String()
	p.Advice, p.Hint = advice, advice.String()
	return p
}

func (j *Job) mapped(row int, p mapping.Problem) Problem {
	out := j.problem(row, p.Code, ledger.TextOf(p.Reason()), ledger.TextOf(p.Hint()))
	out.Column, out.Header, out.Field, out.Args = p.Column+1, p.Header, p.Field, p.Args
	out.Value, out.Masked, out.Warning = p.Value, p.Masked(), p.Warning
	return out
}

func refused(row int, e *table.Error) *Problem {
	p := Problem{
		File: e.File, Sheet: e.Sheet, Row: row, Column: e.Column, Header: e.Header,
		Code: string(e.Code), Value: e.Value, Args: e.Args(),
	}.saying(ledger.TextOf(e.Reason), ledger.TextOf(e.Hint))
	return &p
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
	return kept(Problem{Code: codeSameId, Warning: true}.saying(
		ledger.Say("the server gave this row's booking id to row %d, too", other), ledger.Say("look in Vitec whether both are booked")))
}
