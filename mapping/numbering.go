package mapping

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// numberings says how the telephone numbers of the world are built. It is made
// from the tables of Google's libphonenumber (Apache License 2.0), which the
// package github.com/nyaruka/phonenumbers carries: a test writes it anew with
// -update and finds out when the two differ. The package itself unpacks all
// tables whenever a program starts, though most lists have none but Swedish
// numbers; so the program has its own reader, which takes what it needs when a
// number needs it, and the tests hold one to the other.
//
// A line is a region of a country code, the main one first. Its cells are set
// apart by tabs: the country code; the lengths that a number of it may have;
// what stands before a number when it is dialled within the country, and what
// takes its place; what every number looks like; and what the kinds of numbers
// look like. A number is one of them if it looks like every number and like one
// of the kinds.
//
//go:embed numbering.tsv
var numberings string

// numbering is how the numbers of a country code are built.
type numbering struct {
	lengths []int
	prefix  pattern // of the main region; is not set where there is none
	replace string
	regions []numberingRegion
}

type numberingRegion struct {
	shape pattern
	kinds []pattern
}

// whole is a pattern that a whole number fits.
func whole(expr string) pattern { return lazily("^(?:" + expr + ")$") }

// numberingOf returns how the numbers of each country code are built. The lines
// of a code are taken apart when the first number of it is read.
var numberingOf = sync.OnceValue(func() map[string]func() *numbering {
	lines := map[string][]string{}
	for line := range strings.Lines(numberings) {
		code, line, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		lines[code] = append(lines[code], line)
	}
	of := make(map[string]func() *numbering, len(lines))
	for code, lines := range lines {
		of[code] = sync.OnceValue(func() *numbering { return readNumbering(lines) })
	}
	return of
})

func readNumbering(lines []string) *numbering {
	n := new(numbering)
	for i, line := range lines {
		cells := strings.Split(line, "\t")
		lengths, prefix, replace, shape, kinds := cells[0], cells[1], cells[2], cells[3], cells[4:]
		if i == 0 {
			for s := range strings.SplitSeq(lengths, ",") {
				length, _ := strconv.Atoi(s) // digits by the table
				n.lengths = append(n.lengths, length)
			}
			if prefix != "" {
				n.prefix, n.replace = lazily("^(?:"+prefix+")"), replace
			}
		}
		r := numberingRegion{shape: whole(shape)}
		for _, kind := range kinds {
			r.kinds = append(r.kinds, whole(kind))
		}
		n.regions = append(n.regions, r)
	}
	return n
}

// dialled takes a number apart that is dialled in Sweden, in digits alone, into
// its country code and what follows it. abroad tells that a plus stood before
// the digits. A number that no country has is not ok.
func dialled(digits string, abroad bool) (code, number string, ok bool) {
	// Both the plus and the zeros before the country code are written now and then.
	rest, zeros := strings.CutPrefix(digits, "00")
	switch {
	case zeros:
		code, number, ok = cutCountry(rest)
	case abroad:
		code, number, ok = cutCountry(digits)
	default:
		code, number, ok = "46", digits, true
	}
	if !ok {
		return "", "", false
	}
	n := numberingOf()[code]()
	number = n.cutPrefix(number)
	return code, number, n.has(number)
}

// cutCountry cuts a number behind its country code. No code is the beginning of
// another one.
func cutCountry(digits string) (code, rest string, ok bool) {
	for i := 1; i <= 3 && i <= len(digits); i++ {
		if _, ok := numberingOf()[digits[:i]]; ok {
			return digits[:i], digits[i:], true
		}
	}
	return "", "", false
}

// cutPrefix takes off what stands before a number when it is dialled within its
// country, unless what remains is no number.
func (n *numbering) cutPrefix(number string) string {
	if n.prefix == nil {
		return number
	}
	found := n.prefix().FindStringSubmatchIndex(number)
	if found == nil {
		return number
	}
	rest := number[found[1]:]
	if n.replace != "" && found[len(found)-2] >= 0 { // the last group took part
		rest = n.prefix().ReplaceAllString(number, n.replace)
	}
	if !slices.Contains(n.lengths, len(rest)) || !n.regions[0].shape.matches(rest) {
		return number
	}
	return rest
}

// has reports whether there can be such a number.
func (n *numbering) has(number string) bool {
	return slices.ContainsFunc(n.regions, func(r numberingRegion) bool {
		return r.shape.matches(number) && slices.ContainsFunc(r.kinds, func(k pattern) bool { return k.matches(number) })
	})
}
