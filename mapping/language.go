package mapping

// The types below are the language: the reader fills them from the YAML tree
// by their json tags, and refuses what they do not have. A JSON Schema made
// from them describes the same language.

// document is one mapping file.
type document struct {
	Version     scalar       `json:"version" doc:"file.version"`
	Input       inputClause  `json:"input" doc:"file.input"`
	Target      targetClause `json:"target" doc:"file.target"`
	Participant participant  `json:"participant" doc:"file.participant"`
	Lookups     lookups      `json:"lookups" doc:"file.lookups"`
	Skip        skips        `json:"skip" doc:"file.skip"`

	pos pos // of its first key
}

// inputClause is the document's "input".
type inputClause struct {
	Sheet     scalar `json:"sheet" doc:"input.sheet"`
	HeaderRow scalar `json:"headerRow" doc:"input.headerRow"`
	Encoding  scalar `json:"encoding" doc:"input.encoding"`
	Delimiter scalar `json:"delimiter" doc:"input.delimiter"`
}

// targetClause is the document's "target".
type targetClause struct {
	CustomerId *rule `json:"customerId" doc:"target.customerId"`
	ViewingId  *rule `json:"viewingId" doc:"target.viewingId"`
	TimeSlotId *rule `json:"timeSlotId" doc:"target.timeSlotId"`

	pos pos
}

// rule is how one field gets its value. In YAML it is a column's name, a list
// of names of which the header has one, or a block with these keys.
type rule struct {
	Column   scalars  `json:"column" doc:"rule.column"`
	Value    constant `json:"value" doc:"rule.value"`
	Join     scalars  `json:"join" doc:"rule.join"`
	Computed scalar   `json:"computed" doc:"rule.computed"`

	Separator scalar  `json:"separator" doc:"rule.separator"`
	Split     split   `json:"split" doc:"rule.split"`
	Replace   table   `json:"replace" doc:"rule.replace"`
	Lookup    lookup  `json:"lookup" doc:"rule.lookup"`
	Otherwise scalar  `json:"otherwise" doc:"rule.otherwise"`
	As        scalar  `json:"as" doc:"rule.as"`
	Layout    scalars `json:"layout" doc:"rule.layout"`
	Default   scalar  `json:"default" doc:"rule.default"`
	Empty     scalar  `json:"empty" doc:"rule.empty"`

	pos    pos
	path   string
	broken bool // mistakes were found while it was read
}

// condition is one test of a cell. Exactly one of Is, Not and Filled is said.
type condition struct {
	Column scalars `json:"column" doc:"condition.column"`
	Is     scalars `json:"is" doc:"condition.is"`
	Not    scalars `json:"not" doc:"condition.not"`
	Filled scalar  `json:"filled" doc:"condition.filled"`

	pos pos
}

// skipRule is a condition under which a row is left out, and the reason that
// the report gives.
type skipRule struct {
	condition
	Reason scalar `json:"reason" doc:"skip.reason"`
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
	Separator scalar `json:"separator" doc:"split.separator"`
	Part      scalar `json:"part" doc:"split.part"`

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

// skips is the rules of which one is enough.
type skips []skipRule

// participant is the rules of the request body by their path.
type participant struct {
	rules []*rule
	pos   pos
}

// rules returns all rules, those of the address first.
func (d *document) rules() []*rule {
	var rules []*rule
	byPath := d.Target.rules()
	for _, path := range targetPaths {
		if r := byPath[path]; r != nil {
			rules = append(rules, r)
		}
	}
	return append(rules, d.Participant.rules...)
}
