package mapping

import "strings"

// suggest returns the candidate that was probably meant by word, or "" if
// none is near. It is for messages only: nothing is ever mapped by it.
//
// An edit is a character put in, left out, replaced or exchanged with its
// neighbour; letter case costs nothing. Among equally near candidates the one
// that begins most like the word wins, then the one of most similar length,
// then the first.
func suggest(word string, candidates []string) string {
	w := []rune(strings.ToLower(word))
	best, bestRank := "", suggestRank{}
	for _, c := range candidates {
		r := []rune(strings.ToLower(c))
		most := max(1, min(len(w), len(r))/3)
		if abs(len(w)-len(r)) > most {
			continue
		}
		rank := suggestRank{
			edits:  edits(w, r),
			prefix: commonPrefix(w, r),
			length: abs(len(w) - len(r)),
		}
		if rank.edits > most {
			continue
		}
		if best == "" || rank.before(bestRank) {
			best, bestRank = c, rank
		}
	}
	if best != "" {
		return best
	}
	// "cellPhone" for "updatePerson.cellPhone", "Mobil" for "Mobilnummer":
	// only where one candidate alone fits.
	for _, fits := range []func(c string) bool{
		func(c string) bool { return strings.HasSuffix(c, "."+strings.ToLower(word)) },
		func(c string) bool {
			i := strings.LastIndexByte(c, '.')
			return i >= 0 && edits(w, []rune(c[i+1:])) <= 1
		},
		func(c string) bool {
			lower := strings.ToLower(word)
			return len(w) >= 3 && strings.HasPrefix(c, lower) || len(c) >= 3 && strings.HasPrefix(lower, c)
		},
	} {
		found := ""
		for _, c := range candidates {
			if !fits(strings.ToLower(c)) {
				continue
			}
			if found != "" {
				found = ""
				break
			}
			found = c
		}
		if found != "" {
			return found
		}
	}
	return ""
}

type suggestRank struct{ edits, prefix, length int }

func (r suggestRank) before(o suggestRank) bool {
	if r.edits != o.edits {
		return r.edits < o.edits
	}
	if r.prefix != o.prefix {
		return r.prefix > o.prefix
	}
	return r.length < o.length
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

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
