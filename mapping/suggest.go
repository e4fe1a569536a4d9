package mapping

import (
	"slices"
	"strings"
)

// suggest returns the candidate that was probably meant by word, or "" if
// none is near. It is for messages only: nothing is ever mapped by it.
//
// An edit is a character put in, left out, replaced or exchanged with its
// neighbour; letter case costs nothing. Among equally near candidates the one
// that begins most like the word wins, then the first.
func suggest(word string, candidates []string) string {
	best, least, prefix := "", 0, 0
	w := []rune(strings.ToLower(word))
	for _, c := range candidates {
		r := []rune(strings.ToLower(c))
		n, same := edits(w, r), commonPrefix(w, r)
		if n <= max(1, min(len(w), len(r))/3) && (best == "" || n < least || n == least && same > prefix) {
			best, least, prefix = c, n, same
		}
	}
	// "cellPhone" for "updatePerson.cellPhone", "Mobil" for "Mobilnummer": only
	// where one candidate alone fits.
	fits := func(c string) bool {
		r := []rune(strings.ToLower(c))
		end := r[strings.LastIndexByte(string(r), '.')+1:]
		short := min(len(w), len(r))
		return len(end) < len(r) && edits(w, end) <= 1 || short >= 3 && commonPrefix(w, r) == short
	}
	if i := slices.IndexFunc(candidates, fits); best == "" && i >= 0 && !slices.ContainsFunc(candidates[i+1:], fits) {
		return candidates[i]
	}
	return best
}

// edits returns the optimal string alignment distance: Levenshtein's with
// the exchange of neighbours as one edit.
func edits(a, b []rune) int {
	older := make([]int, len(b)+1)
	old := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(b)]
}

func commonPrefix(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
