package mapping

import "time"

// What follows is for those who look at a table before there is a mapping for
// it: the same cleaning, comparing and converting as for a row.

// Clean returns a cell as it is mapped: on one line, without what cannot be
// seen.
func Clean(cell string) string { return oneLine(clean(cell)) }

// Fold returns what a cleaned text is compared by where letter case does not
// matter, as in a lookup.
func Fold(text string) string { return fold(text) }

// HeaderKey returns the name of a column as it is compared.
func HeaderKey(cell string) string { return headerKey(cell) }

// Converter returns the converter that the field at path has by itself. It
// returns what would be sent of a cleaned text, and false if it is a problem.
func Converter(path string) func(text string) (sent string, ok bool) {
	f, _ := fieldOf(path)
	var c compiler
	c.converter(&rule{}, &f)
	today := time.Now()
	return func(text string) (string, bool) {
		v, why := f.convert(text, &surroundings{today: today})
		return show(v), why == nil
	}
}

// Split returns what the split of a name takes out of a cleaned text: first,
// last, street, zip or city. It returns "" if there is no such part.
func Split(name string) func(text string) string {
	return func(text string) string {
		part, _ := splits[name](text)
		return part
	}
}

// DateReader returns what tells whether a text is a date in a layout, or nil if
// there is no such layout.
func DateReader(layout string) func(text string) bool {
	l, what, _ := parseLayout(layout)
	if what != "" {
		return nil
	}
	return func(text string) bool {
		t, err := l.read(text)
		return err == nil && t.Year() >= 1900 && t.Year() <= 2100
	}
}

// Constants reads constants as [Options].Set has them: the text of each field by
// its path. The error is an [Errors].
func Constants(pairs []string) (map[string]string, error) {
	c := &compiler{doc: &document{}, sound: true, today: time.Now()}
	constants := map[string]string{}
	for _, r := range c.override(nil, pairs) {
		c.field(r)
		constants[r.path] = r.Value.texts[0].text
	}
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	return constants, nil
}
