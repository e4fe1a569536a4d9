package mapping

import (
	"time"

	"vitec-import/vitec"
)

// Options is what [Parse] needs besides the file itself. The zero value
// parses a file that includes no other.
type Options struct {
	// Load returns the content of a file that the mapping includes; name is
	// the text that stands in the mapping. The caller decides what a name is
	// relative to. With a nil Load an include is a mistake.
	Load func(name string) ([]byte, error)

	// Set holds constants that override the mapping, as "field=value":
	// "viewingId=VIS1", "updatePerson.obtainThrough=Visit".
	Set []string

	// Today decides the century of a personal number with ten digits. The
	// zero Time means now; it is read once, so that one mapping gives one
	// answer however long the run takes.
	Today time.Time
}

// Input is what the mapping says about reading the spreadsheet. Zero values
// mean that it is detected.
type Input struct {
	Sheet     string
	HeaderRow int // 1-based
	Encoding  string
	Delimiter rune
}

// Mapping is a parsed mapping file. It is immutable and safe for concurrent
// use.
type Mapping struct {
	name     string
	input    Input
	identity []string
	warnings []*Warning
}

// Parse reads a mapping file and everything that it includes. name is only
// used to say where a mistake stands. The error is an [Errors] that holds all
// mistakes, sorted by place.
func Parse(name string, src []byte, o Options) (*Mapping, error) { panic("not yet") }

// Input returns what the mapping says about reading the spreadsheet.
func (m *Mapping) Input() Input { return m.input }

// Identity returns the paths of the fields that make two submissions the same
// booking, or nil where the mapping leaves that to the ledger's own rule.
func (m *Mapping) Identity() []string { return m.identity }

// Warnings returns what is allowed but seldom meant, in the file's order.
func (m *Mapping) Warnings() []*Warning { return m.warnings }

// SHA256 returns a hex digest of the file, of all that it includes and of the
// constants that override it. It changes when the mapping may mean something
// else.
func (m *Mapping) SHA256() string { panic("not yet") }

// Fits reports how many of the columns that the mapping asks for are among
// cells, so that a reader can find the header row.
func (m *Mapping) Fits(cells []string) int { panic("not yet") }

// Bind finds the mapping's columns in a header. The error is an [Errors] with
// all columns that are missing or stand there twice.
func (m *Mapping) Bind(header []string) (*Mapper, error) { panic("not yet") }

// Mapper maps the rows of one header. It reuses memory between rows and is
// not safe for concurrent use; binding again is cheap.
type Mapper struct{}

// Map turns the cells of a row into s, which is overwritten. cells is not
// kept and need not be as long as the header. With a problem that is not a
// warning s must not be sent. The problems are valid until the next call.
func (mp *Mapper) Map(cells []string, s *Submission) []Problem { panic("not yet") }

// Trace maps a row as Map does and tells how each field got its value. It is
// for showing one row to a person; it is slower than Map.
func (mp *Mapper) Trace(cells []string) Trace { panic("not yet") }

// NameColumns returns the 0-based cells that make a person's name, in the
// order in which they are read. It is nil if no name is mapped.
func (mp *Mapper) NameColumns() []int { panic("not yet") }

// Columns returns the 0-based cells that the mapping reads, ascending.
func (mp *Mapper) Columns() []int { panic("not yet") }

// Submission is one row on its way to a time slot.
type Submission struct {
	Target vitec.Target
	Body   vitec.AddNewViewingParticipant

	// Skipped is the reason of the skip rule that leaves the row out, or ""
	// if none does. A skipped row has no target, no body and no problems.
	Skipped string
}

// Trace is how one row became a submission.
type Trace struct {
	Submission Submission
	Steps      []Step    // in the order of the request: target, then body
	Problems   []Problem // as Map returns them
}

// Step is how one field got its value. Inputs and Value are personal.
type Step struct {
	Field      string   // path: "viewingId", "updatePerson.cellPhone"
	Columns    []int    // 0-based cells that were read
	Headers    []string // their header cells
	Inputs     []string // their content, as read
	Conversion string   // what was done, in words: `lookup "slots", text`
	Value      string   // what is sent; "" if nothing
	Omitted    bool     // the member is left out of the request
	Problem    *Problem // why there is no value, or a warning; nil if none
}
