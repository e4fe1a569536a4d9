// Package mapping turns the rows of a spreadsheet into requests, by the rules
// of a mapping file.
//
// It knows the mapping's language, the columns of a header and the fields of
// the request. It knows nothing of files: the caller brings the text, the
// header and the cells. And it decides nothing by likeness: a column is mapped
// because the file names it, and what merely looks similar is only suggested.
//
// The invariant: a row either becomes a submission in which every cell that
// the mapping names is either converted without loss or empty, or it has a
// problem that says which cell is to blame. A mapping with a mistake maps no
// row at all.
//
// What the language is, with an example of everything, stands in [Reference],
// which the tests run.
//
// # From a file to a request
//
// [Parse] reads the file, compiles its rules and completes the whole:
//
//	yaml.go        bytes → the YAML library's tree, or what is wrong with the text
//	read.go        tree → document, by the types of language.go: keys, kinds, places
//	field.go       rule → field: three functions, composed once; skip.go the conditions
//	mapping.go     the whole: what is missing, what is sent unasked, what is seldom meant
//
// [Mapping.Bind] finds the columns in a header (header.go), and [Mapper.Map] maps
// a row (mapper.go): cells are cleaned (clean.go), become one text (column, join,
// computed.go), of which a part is taken (name.go, address.go), and that is looked up
// or converted.
//
//	convert.go     which field is read how; texts, lists, booleans
//	date.go        layouts, dates, times
//	phone.go, number.go, personnummer.go, address.go     what their names say
//	doubts.go      texts that a person hardly means: NULL, #REF!, an example
//	problem.go     what is said of a row
//	errors.go      what is said of the file; suggest.go what was probably meant
//	schema.go, fieldinfo.go     the language and the fields, for editors and people
//	ask.go         the same cleaning and converting for those who have no mapping yet
package mapping

import _ "embed"

// Reference is the reference of the mapping language in English: headings in
// capitals, examples indented.
//
//go:embed reference.txt
var Reference string
