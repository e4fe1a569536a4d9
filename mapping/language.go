package mapping

import (
	"slices"

	"vitec-import/vitec"
)

// The types below are the language. A file is read into them by their tags: a key
// that no tag names is a mistake. The JSON Schema is made from the same tags, and
// says of each key what it means.

// document is one mapping file.
type document struct {
	Version     scalar      `key:"version" means:"version of this language: 1"`
	Input       inputClause `key:"input" means:"how to read the spreadsheet, where detection is not enough"`
	Target      group       `key:"target" means:"where to book: the three ids of the address"`
	Participant group       `key:"participant" means:"the request body, under the specification's own names"`
	Lookups     lookups     `key:"lookups" means:"named tables from what a cell holds to what is sent"`
	Skip        skips       `key:"skip" means:"rows to leave out"`

	pos pos // of its first key
}

// inputClause is the document's "input".
type inputClause struct {
	Sheet     scalar `key:"sheet" means:"name of the sheet"`
	HeaderRow scalar `key:"headerRow" means:"number of the row that names the columns, 1 being the first"`
	Encoding  scalar `key:"encoding" means:"character encoding of a CSV file"`
	Delimiter scalar `key:"delimiter" means:"one or two signs between two cells, or comma, semicolon, tab, pipe"`
}

// group is the rules of the fields at some paths, in blocks as the paths say.
type group struct {
	paths []string
	rules []*rule
	pos   pos // of its key
}

// rule is how one field gets its value. In YAML it is a column's name, a list
// of names of which the header has one, or a block with these keys.
type rule struct {
	Column   scalars  `key:"column" means:"the column, or several of which the first that the header has is read"`
	Value    constant `key:"value" means:"the same value for every row"`
	Join     scalars  `key:"join" means:"columns whose filled cells are put together"`
	Computed scalar   `key:"computed" means:"an expression whose result is a text"`

	Separator scalar  `key:"separator" means:"what stands between the parts of join, or of a list"`
	Split     split   `key:"split" means:"the part of the cell to take"`
	Replace   table   `key:"replace" means:"texts to replace, in this order"`
	Lookup    lookup  `key:"lookup" means:"a table's name, or a table"`
	Otherwise scalar  `key:"otherwise" means:"what is sent when the lookup knows nothing; an empty text sends nothing"`
	As        scalar  `key:"as" means:"the converter: text or date"`
	Layout    scalars `key:"layout" means:"how the date is written: YYYY-MM-DD HH:mm"`
	Default   scalar  `key:"default" means:"what is sent when the cell is empty"`
	Empty     scalar  `key:"empty" means:"error: an empty cell is a problem"`

	path   string
	pos    pos      // of its key
	said   []scalar // its block's keys, each with the place of its value
	broken bool     // mistakes were found while it was read
}

// condition is one test of a cell. Exactly one of Is, Not and Filled is said.
type condition struct {
	Column scalars `key:"column" means:"the column, or several of which the first that the header has is read"`
	Is     scalars `key:"is" means:"the cell holds one of these"`
	Not    scalars `key:"not" means:"the cell holds none of these"`
	Filled scalar  `key:"filled" means:"true: the cell is not empty; false: it is"`
	Reason scalar  `key:"reason" means:"what the report says about the row"`
}

// skips are conditions of which one is enough to leave a row out.
type skips []condition

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
	Separator scalar `key:"separator" means:"what stands between the parts"`
	Part      scalar `key:"part" means:"the number of the part, 1 being the first and -1 the last"`

	name scalar // one of splitNames
	pos  pos
}

// table is pairs of texts, in the file's order.
type table []entry

type entry struct{ from, to scalar }

// lookup is a table's name, or a table.
type lookup struct {
	name  scalar
	table table
}

// lookups is the named tables.
type lookups struct {
	names  []string
	tables map[string]table
}

// gone is what was part of the language once, and what to use instead: keys, and
// words that stood behind a key that is still there.
var gone = []struct {
	key     string
	words   []string // nil for the key itself
	instead vitec.Text
}{
	{"include", nil, say("--set, or a column for what differs between offices")},
	{"identity", nil, say("the ledger's own rule, which needs no key")},
	{"when", nil, say("skip to leave rows out, or computed")},
	{"choices", nil, say("a lookup: {column: Hur, lookup: {visning: Visit}}")},
	{"zone", nil, say("Swedish times, or write the offset: 2026-03-04T18:30+02:00")},
	{"trim", nil, say(`replace: {"Tel:": ""}`)},
	{"case", nil, say("computed, with upper, lower or title")},
	{"empty", []string{"omit"}, say("the rule without it: an empty cell is left out")},
	{"as", []string{"phone", "personnummer", "datetime", "boolean", "integer", "decimal", "choice", "list", "email", "country", "zip"}, say("the field's own way to read a cell, as: text or as: date")},
}

// gone tells a key, or a word behind one, that was part of the language once, and
// reports whether it was.
func (m *mistakes) gone(p pos, key, word string) bool {
	for _, g := range gone {
		if g.key == key && (word == "" && g.words == nil || slices.Contains(g.words, word)) {
			was := say("%q", key)
			if word != "" {
				was = say("%s: %s", key, word)
			}
			m.fail(p, "gone", "%v is no longer part of the language; use %v", was, g.instead)
			return true
		}
	}
	return false
}
