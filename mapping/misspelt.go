package mapping

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Forms number their questions, exports number people, and both lose letters
// on the way: what follows finds the heading behind that.

var (
	// numbered is what stands before a heading only to count it: "1.", "(2)",
	// "Q3", "Fråga 4:".
	numbered = lazily(`^(?:(?i:q|fråga|question)\s*\d{1,2}(?:[.:)\]]|\s)|\d{1,2}\.\d{1,2}\s|0\d\s|(?:I{1,3}|IV|VI{0,3}|IX|X)[.)]\s|[(\[]?\d{1,2}(?:\.\d{1,2})?[.:)\]])\s*[-–:]?\s*`)
	lettered = lazily(`^[(\[]?([A-Z])[.:)\]]\s+`)
)

// unnumbered returns headings without what only counts them. Letters count
// only where they do it from A on: "F. namn" is a first name.
func unnumbered(headings []string) []string {
	plain := slices.Clone(headings)
	next := byte('A')
	for _, h := range headings {
		if m := lettered().FindStringSubmatch(h); m != nil && m[1][0] == next {
			next++
		}
	}
	for i, h := range headings {
		rest := numbered().ReplaceAllString(h, "")
		if m := lettered().FindStringSubmatch(h); next > 'B' && m != nil && m[1][0] < next {
			rest = h[len(m[0]):]
		}
		if strings.ContainsFunc(rest, unicode.IsLetter) {
			plain[i] = rest
		}
	}
	return plain
}

// secondPersons tells the headings that speak of somebody beside the
// participant: with "Namn 2" in the header, "Mobil 2" is not another number of
// the participant's.
func (d dictionary) secondPersons(headings []string) []bool {
	ofSecond := func(heading string) (number, rest string) {
		words := headingWords(heading)
		at := slices.IndexFunc(words, func(w string) bool { return len(w) == 1 && w[0] >= '2' && w[0] <= '9' })
		if at < 0 {
			return "", ""
		}
		return words[at], strings.Join(slices.Concat(words[:at], words[at+1:]), " ")
	}
	named := map[string]bool{}
	for _, h := range headings {
		if number, rest := ofSecond(h); number != "" && personName(d.read(rest).field) {
			named[number] = true
		}
	}
	second := make([]bool, len(headings))
	for i, h := range headings {
		number, _ := ofSecond(h)
		second[i] = named[number]
	}
	return second
}

// mostLost is how many lost letters of a heading are guessed.
const mostLost = 3

// restored returns what a heading may have been before its å, ä and ö were
// lost: read in the wrong encoding ("FÃ¶rnamn"), or replaced ("F?rnamn").
func restored(heading string) []string {
	if was, err := charmap.Windows1252.NewEncoder().String(heading); err == nil && was != heading && utf8.ValidString(was) {
		return []string{was}
	}
	runes := []rune(strings.ReplaceAll(heading, "ï¿½", "\ufffd"))
	var lost []int
	for i, r := range runes {
		inWord := i+1 < len(runes) && unicode.IsLetter(runes[i+1])
		if r == '\ufffd' || r == '?' && inWord {
			lost = append(lost, i)
		}
	}
	if len(lost) == 0 || len(lost) > mostLost {
		return nil
	}
	readings := []string{""}
	from := 0
	for _, at := range lost {
		var longer []string
		for _, r := range readings {
			r += string(runes[from:at])
			longer = append(longer, r+"ö", r+"ä", r+"é") // å reads as ä
		}
		readings, from = longer, at+1
	}
	for i := range readings {
		readings[i] += string(runes[from:])
	}
	return readings
}

// Headings shorter than these are too near to other words to be read through
// a slip of the hand: what names look like, the cells of many columns do.
const (
	shortestMisspelt     = 5
	shortestMisspeltName = 7
)

// misspelt returns the meaning of the headings that are one edit away, if they
// all have the same.
func (d dictionary) misspelt(heading string) meaning {
	all := headingWords(heading)
	if hasAny(all, others) {
		return meaning{}
	}
	found := ""
	for _, words := range [][]string{all, without(all, noise)} {
		word := strings.Join(words, "")
		for name, field := range d {
			if len(name) < shortestMisspelt || name[len(name)-1] <= '9' || !oneEdit(word, name) {
				continue // a number at the end is no slip
			}
			if personName(field) && len(name) < shortestMisspeltName || found != "" && found != field {
				return meaning{}
			}
			found = field
		}
	}
	return meaning{field: found, misspelt: found != ""}
}

func personName(field string) bool {
	return field == fullName || field == "updatePerson.firstName" || field == "updatePerson.lastName"
}

// oneEdit reports whether a and b, of small letters without accents, are one
// edit apart, as [suggest] counts them. It is asked for every heading that is
// known.
func oneEdit(a, b string) bool {
	longer := max(len(a), len(b))
	if longer-min(len(a), len(b)) > 1 {
		return false
	}
	front := 0
	for front < len(a) && front < len(b) && a[front] == b[front] {
		front++
	}
	back := 0
	for back < len(a)-front && back < len(b)-front && a[len(a)-1-back] == b[len(b)-1-back] {
		back++
	}
	switch longer - front - back {
	case 1:
		return true
	case 2:
		return len(a) == len(b) && a[front] == b[front+1] && a[front+1] == b[front]
	}
	return false
}
