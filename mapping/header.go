package mapping

import (
	"slices"
	"strings"
)

// header is the names of the columns, as they are compared.
type header []string

func newHeader(cells []string) header {
	h := make(header, len(cells))
	for i, cell := range cells {
		h[i] = headerKey(cell)
	}
	return h
}

// headerKey returns the name of a column as it is compared: cleaned, with one
// space for each run of spaces and line breaks.
func headerKey(cell string) string {
	cell = clean(cell)
	if !strings.Contains(cell, "  ") && !strings.Contains(cell, "\n") {
		return cell
	}
	return strings.Join(strings.Fields(cell), " ")
}

// find returns the 0-based cells that a name means: one if it is sound, none
// if there is no such column, several if the name does not tell them apart. An
// exact match wins over one that differs in letter case.
func (h header) find(name string) []int {
	var exact, folded []int
	name = headerKey(name)
	for i, n := range h {
		if n == name && n != "" {
			exact = append(exact, i)
		}
		if fold(n) == fold(name) && n != "" {
			folded = append(folded, i)
		}
	}
	if exact != nil {
		return exact
	}
	return folded
}

// filled returns the names that are not empty.
func (h header) filled() []string {
	return slices.DeleteFunc(slices.Clone(h), func(n string) bool { return n == "" })
}
