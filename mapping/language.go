package mapping

// The types below are the language: the reader fills them from the YAML tree
// by their json tags, and refuses what they do not have. A JSON Schema made
// from them describes the same language.

// document is one mapping file.
type document struct {
	Version     scalar       `json:"version" doc:"version of this language: 1"`
	Include     scalars      `json:"include" doc:"mapping files whose content this one builds on"`
	Input       inputClause  `json:"input" doc:"how to read the spreadsheet, where detection is not enough"`
	Target      targetClause `json:"target" doc:"where to book: the three ids of the address"`
	Participant participant  `json:"participant" doc:"the request body, under the specification's own names"`
	Lookups     lookups      `json:"lookups" doc:"named tables from what a cell holds to what is sent"`
	Identity    scalars      `json:"identity" doc:"the fields that make two rows the same booking"`
	Skip        skips        `json:"skip" doc:"rows to leave out"`

	pos pos // of its first key
}

// inputClause is the document's "input".
type inputClause struct {
	Sheet     scalar `json:"sheet" doc:"name of the sheet"`
	HeaderRow scalar `json:"headerRow" doc:"number of the row that names the columns, 1 being the first"`
	Encoding  scalar `json:"encoding" doc:"character encoding of a CSV file"`
	Delimiter scalar `json:"delimiter" doc:"the character between two cells, or comma, semicolon, tab, pipe"`
}

// targetClause is the document's "target".
type targetClause struct {
	CustomerId *rule `json:"customerId" doc:"the office's customerId"`
	ViewingId  *rule `json:"viewingId" doc:"the viewing"`
	TimeSlotId *rule `json:"timeSlotId" doc:"the viewing's time slot"`

	pos pos
}

// rule is how one field gets its value. In YAML it is a column's name, a list
// of names of which the header has one, or a block with these keys.
type rule struct {
	Column   scalars  `json:"column" doc:"the column, or several of which the first that the header has is read"`
	Value    constant `json:"value" doc:"the same value for every row"`
	Join     scalars  `json:"join" doc:"columns whose filled cells are put together"`
	Computed scalar   `json:"computed" doc:"an expression whose result is a text"`

	Separator scalar  `json:"separator" doc:"what stands between the parts of join, or of a list"`
	Split     split   `json:"split" doc:"the part of the cell to take"`
	Replace   table   `json:"replace" doc:"texts to replace, in this order"`
	Trim      scalar  `json:"trim" doc:"characters to cut off at both ends, besides spaces"`
	Case      scalar  `json:"case" doc:"upper, lower or title"`
	Lookup    lookup  `json:"lookup" doc:"a table's name, or a table"`
	Otherwise scalar  `json:"otherwise" doc:"what is sent when the lookup knows nothing; an empty text sends nothing"`
	As        scalar  `json:"as" doc:"the converter"`
	Layout    scalars `json:"layout" doc:"how the date is written: YYYY-MM-DD HH:mm"`
	Zone      scalar  `json:"zone" doc:"time zone of the cells"`
	Choices   table   `json:"choices" doc:"the values that are allowed"`
	Default   scalar  `json:"default" doc:"what is sent when the cell is empty"`
	Empty     scalar  `json:"empty" doc:"omit or error"`
	When      when    `json:"when" doc:"map the field only if these hold"`

	pos    pos
	path   string
	broken bool // mistakes were found while it was read
}

// condition is one test of a cell. Exactly one of Is, Not and Filled is said.
type condition struct {
	Column scalars `json:"column" doc:"the column, or several of which the first that the header has is read"`
	Is     scalars `json:"is" doc:"the cell holds one of these"`
	Not    scalars `json:"not" doc:"the cell holds none of these"`
	Filled scalar  `json:"filled" doc:"true: the cell is not empty; false: it is"`

	pos pos
}

// skipRule is a condition under which a row is left out, and the reason that
// the report gives.
type skipRule struct {
	condition
	Reason scalar `json:"reason" doc:"what the report says about the row"`
}

// scalar is one text, as it stands in the file: 0701740605 keeps its zero.
type scalar struct {
	text string
	set  bool
	pos  pos
}

// scalars is one text or several.
type scalars []scalar

// constant is a text, or a list of texts for a field that takes a list.
type constant struct {
	texts scalars
	list  bool
	pos   pos
}

// split is the name of a part that is known without a separator, a separator,
// or a block with a separator and the 1-based number of the part, -1 being the
// last.
type split struct {
	Separator scalar `json:"separator" doc:"what stands between the parts"`
	Part      scalar `json:"part" doc:"the number of the part, 1 being the first and -1 the last"`

	name scalar // one of splitNames
	pos  pos
}

// table is pairs of texts, in the file's order.
type table struct {
	entries []entry
	pos     pos
}

type entry struct{ from, to scalar }

// lookup is a table's name, or a table.
type lookup struct {
	name  scalar
	table table
	pos   pos
}

// lookups is the named tables.
type lookups struct {
	names  []scalar
	tables map[string]table
}

// when is conditions that must all hold.
type when []condition

// skips is the rules of which one is enough.
type skips []skipRule

// participant is the rules of the request body by their path.
type participant struct {
	rules []*rule
	pos   pos
}
