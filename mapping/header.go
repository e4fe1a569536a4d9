package mapping

import "strings"

// header finds columns by name. An exact match wins over one that differs in
// letter case.
type header struct {
	names  []string
	exact  map[string][]int
	folded map[string][]int
}

func newHeader(cells []string) *header {
	h := &header{exact: map[string][]int{}, folded: map[string][]int{}}
	for i, cell := range cells {
		name := headerKey(cell)
		h.names = append(h.names, name)
		if name != "" {
			h.exact[name] = append(h.exact[name], i)
			h.folded[fold(name)] = append(h.folded[fold(name)], i)
		}
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
// if there is no such column, several if the name does not tell them apart.
func (h *header) find(name string) []int {
	name = headerKey(name)
	if at := h.exact[name]; at != nil {
		return at
	}
	return h.folded[fold(name)]
}

// filled returns the names that are not empty.
func (h *header) filled() []string {
	var names []string
	for _, n := range h.names {
		if n != "" {
			names = append(names, n)
		}
	}
	return names
}
