package mapping

import (
	"cmp"
	"slices"
	"strings"
)

// suggest returns the candidate that was probably meant by word, or "" if
// none is near. It is for messages only: nothing is ever mapped by it.
//
// An edit is a character put in, left out, replaced or exchanged with its
// neighbour; letter case costs nothing. Among equally near candidates the one
// that begins most like the word wins, then the one of most similar length,
// then the first.
func suggest(word string, candidates []string) string {
	type near struct {
		text                  string
		edits, prefix, length int
	}
	var found []near
	w := []rune(strings.ToLower(word))
	for _, c := range candidates {
		r := []rune(strings.ToLower(c))
		n := near{c, edits(w, r), commonPrefix(w, r), max(len(w), len(r)) - min(len(w), len(r))}
		if n.edits <= max(1, min(len(w), len(r))/3) {
			found = append(found, n)
		}
	}
	if found != nil {
		return slices.MinFunc(found, func(a, b near) int {
			return cmp.Or(a.edits-b.edits, b.prefix-a.prefix, a.length-b.length)
		}).text
	}
	// "cellPhone" for "updatePerson.cellPhone", "Mobil" for "Mobilnummer":
	// only where one candidate alone fits.
	for _, fits := range []func(c []rune) bool{
		func(c []rune) bool {
			path := strings.Split(string(c), ".")
			return len(path) > 1 && edits(w, []rune(path[len(path)-1])) <= 1
		},
		func(c []rune) bool {
			return min(len(w), len(c)) >= 3 && commonPrefix(w, c) == min(len(w), len(c))
		},
	} {
		var only []string
		for _, c := range candidates {
			if fits([]rune(strings.ToLower(c))) {
				only = append(only, c)
			}
		}
		if len(only) == 1 {
			return only[0]
		}
	}
	return ""
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
