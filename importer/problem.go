package importer

import (
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

func (j *Job) mapped(row int, p mapping.Problem) Problem {
	info := j.File.Info()
	return Problem{
		File: info.Name, Sheet: info.Sheet, Row: row, Column: p.Column + 1, Header: p.Header, Field: p.Field,
		Code: p.Code, Message: p.Reason().String(), Hint: p.Hint().String(), Value: p.Value, Masked: p.Masked(), Args: p.Args, Warning: p.Warning,
	}
}

func refused(row int, e *table.Error) Problem {
	return Problem{
		File: e.File, Sheet: e.Sheet, Row: row, Column: e.Column, Header: e.Header,
		Code: string(e.Code), Message: e.Reason.String(), Hint: e.Hint.String(), Value: e.Value, Args: e.Args(),
	}
}
