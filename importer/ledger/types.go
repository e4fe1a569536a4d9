package ledger

import "time"

// RunInfo is a run's header: what was run, from what, and how it ended.
type RunInfo struct {
	// What has no column of its own in the table of runs is kept there as JSON.
	Target        string  `json:"target"`
	Input         Input   `json:"input"`
	Mapping       string  `json:"mapping"`        // the mapping file's path
	MappingSHA256 string  `json:"mapping_sha256"` // hex
	NameColumns   []int   `json:"name_columns"`   // 0-based cells that make up a person's name
	Rate          float64 `json:"rate"`           // requests a second; 0 = no limit
	Concurrency   int     `json:"concurrency"`
	Format        string  `json:"format"` // of the request bodies

	ID          int64     `json:"-"` // 1, 2, 3 …; never used twice in one ledger; given by Plan
	Host        string    `json:"-"` // where it ran; given by Plan
	StartedAt   time.Time `json:"-"`
	FinishedAt  time.Time `json:"-"` // zero while the run is on, and if it was cut off
	Rows        int       `json:"-"` // given by Plan
	Requests    int       `json:"-"` // as End was told
	ExitCode    int       `json:"-"` // as End was told
	Ended       bool      `json:"-"` // End was reached
	Interrupted bool      `json:"-"` // the run was cut off; found and marked by a later Open
	Reason      Text      `json:"-"` // why the run stopped early; zero = it did not
	StoppedCode string    `json:"-"` // the same for programs
	ReportDir   string    `json:"-"`
	Counts      Counts    `json:"-"`
}

// Counts are rows per outcome, by Outcome.
type Counts [len(Outcomes)]int

// Input is the file that a run read.
type Input struct {
	Path, Name, SHA256                 string // SHA256 in hex
	Format, Encoding, Delimiter, Sheet string
	Size                               int64 // bytes
	HeaderRow                          int   // 1-based
}

// Row is one row of a run's input, and how it ended.
type Row struct {
	// As planned: given to Plan.
	Run     int64 // ignored by Plan
	Index   int   // 0-based position in the input, 0, 1, 2 … without gaps
	Number  int   // the spreadsheet's row number, 1-based
	Slot    Slot
	Outcome Outcome // planned: NotSent (to be sent), AlreadyBooked, Uncertain, Invalid, Duplicate or Skipped
	Reason  Text    // what there is to say of it, without personal values
	Code    string  // the same for programs
	// Problems are why the row is invalid, and what was remarkable about one that is not.
	Problems []Problem
	// Ref is the earlier row that is the same booking. AlreadyBooked,
	// Uncertain and Duplicate need one; Ref.Run 0 means the run itself.
	Ref            Ref
	ContentDiffers bool // from the row that Ref names
	// Keys are who a row that is to be sent books; Shared among them is filed for
	// later runs. They are not read again.
	Keys Keys

	// As it went: given to Begin and Finish, ignored by Plan. For
	// AlreadyBooked, BookingID is that of the row which Ref names.
	BookingID   string
	HTTPStatus  int
	Attempts    int
	SubmittedAt time.Time     // of the last Begin; UTC
	Duration    time.Duration // of the last request; whole microseconds
	Content     Digest        // as given to Begin
	// Settled is how a person settled the uncertain submission, this row's own
	// or the one that Ref names. Outcome and BookingID have it applied.
	Settled *Settlement
}

// Ref names an earlier row. The zero Ref names none.
type Ref struct {
	Run   int64
	Index int // 0-based
	Row   int // the spreadsheet's row number, 1-based; 0 if the row's details were purged
}

// Problem is why a row cannot be sent, or what is remarkable about it. None of
// its texts contains a personal value.
type Problem struct {
	Column              int // 1-based; 0 = none
	Header, Field, Code string
	Reason, Advice      Text // what is wrong, and what to do about it
	Warning             bool
}

// Submission is a planned row on its way to the server.
type Submission struct {
	Index   int // the row's
	Keys    Keys
	Content Digest    // of the body, to tell later whether it differs
	At      time.Time // when the request is sent
	// Slot is the time slot, for one in which rows leave one after the other.
	// The zero Slot is none.
	Slot Slot
	// Last says that this is the last time that the row is tried: if another
	// run has it under way, that is recorded.
	Last bool
}

// Result is how a submission ended: Booked, Rejected, Uncertain, or NotSent
// for one that was provably not processed.
type Result struct {
	Outcome    Outcome
	BookingID  string // for Booked
	HTTPStatus int    // 0 = no answer
	Reason     Text   // why it ended so, without personal values
	Code       string // the same for programs
	Attempts   int    // requests made for this row in this run
	Duration   time.Duration
}

// Match is what the ledger knows about a person and a slot.
type Match struct {
	Found       bool
	Outcome     Outcome // Booked (also if settled as booked) or Uncertain
	Run         int64
	Index       int // 0-based
	Row         int // the spreadsheet's row number, 1-based; 0 if the row's details were purged
	BookingID   string
	Content     Digest
	SubmittedAt time.Time
	// UnderWay: a run that is on has begun it, or sends the rows of its time
	// slot, and it has no outcome yet. Then Outcome is Uncertain.
	UnderWay bool
	Host     string // of the run
	// Sharing is the earliest other submission that has one of Keys.Shared, if
	// none was found that books the same person; the zero Ref: there is none.
	Sharing Ref
}

// Ref returns the row that was found, as a planned row names it.
func (m Match) Ref() Ref { return Ref{Run: m.Run, Index: m.Index, Row: m.Row} }

// Settlement is a person's word on an uncertain submission.
type Settlement struct {
	Run       int64
	Index     int
	BookingID string // empty = it was not booked, and may be sent again
	Reason    string // as given; kept as it is
	At        time.Time
}

// Event is something that happened to a run rather than to a row: a pause, a
// change of pace, a stop.
type Event struct {
	At     time.Time
	Kind   string
	Detail string
}

// End is how a run ended.
type End struct {
	FinishedAt  time.Time
	ExitCode    int
	Reason      Text   // why it stopped early; zero = it did not
	StoppedCode string // the same for programs
	Requests    int
}
