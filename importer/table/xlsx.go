package table

// openXLSX is not built yet.
func openXLSX(src *source, o Options, info *Info) (reader, error) {
	return nil, &Error{File: src.name, Code: CodeNotTable, Reason: "workbooks are not read yet", Hint: "save it as CSV"}
}
