package importer

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"vitec-import/vitec"
)

// mask stands where a server's words may have held personal data.
const mask = "•••"

// maxWords is how much of a server's words is kept, in characters.
const maxWords = 500

// scrub returns what the ledger may keep of a server's words. A server echoes
// what it was sent in more ways than can be undone: escaped, cut off, in another
// encoding. So only what certainly is no value of the request stays: the ids of
// the call, names of fields, and plain words and small numbers that no value
// resembles. The words themselves are for the report alone.
func scrub(words []string, t vitec.Target, body *vitec.AddNewViewingParticipant) string {
	if len(words) == 0 {
		return ""
	}
	values, keep := valuesOf(body), []string{}
	for _, chunk := range strings.Fields(strings.Join(words, "; ")) {
		bare := strings.TrimRight(strings.TrimLeft(chunk, `("'“”«»[`), `.,:;!?)"'“”«»]…`)
		before, after, _ := strings.Cut(chunk, bare)
		switch {
		case bare == "", bare == t.CustomerId, bare == t.ViewingId, bare == t.TimeSlotId, values.lack(bare),
			isFieldName(bare) && (strings.Contains(bare, ".") || !values.resemble(skeleton(bare))):
			keep = append(keep, chunk)
		case len(keep) > 0 && strings.HasSuffix(keep[len(keep)-1], mask) && before == "":
			keep[len(keep)-1] += after
		default:
			keep = append(keep, before+mask+after)
		}
	}
	return shorten(strings.Join(keep, " "), maxWords)
}

// values are the texts of a request, as their words and digits.
type values struct {
	words  []string // see skeleton; of three letters or more
	digits []string
}

func valuesOf(body *vitec.AddNewViewingParticipant) (v values) {
	add := func(s string) {
		v.words = append(v.words, strings.FieldsFunc(skeleton(s), func(r rune) bool { return !unicode.IsLetter(r) })...)
		if d := strings.Map(only(unicode.IsDigit), s); d != "" {
			v.digits = append(v.digits, d)
		}
	}
	for _, f := range vitec.Fields() {
		value, _ := f.Get(body)
		switch value := value.(type) {
		case string:
			add(value)
		case []string:
			for _, s := range value {
				add(s)
			}
		}
	}
	return v
}

var (
	plainWord   = regexp.MustCompile(`^(?:[A-ZÅÄÖÉÜ]?[a-zåäöéü]*|[A-ZÅÄÖÉÜ]+)$`)
	smallNumber = regexp.MustCompile(`^\d{1,4}$`)
	wordBreak   = regexp.MustCompile(`[-_/.]`)
)

// lack reports whether a text is made of plain words and small numbers of which
// no value has any.
func (v *values) lack(text string) bool {
	for _, part := range wordBreak.Split(text, -1) {
		switch {
		case smallNumber.MatchString(part):
			for _, d := range v.digits {
				if strings.Contains(d, part) {
					return false
				}
			}
		case !plainWord.MatchString(part) || v.resemble(skeleton(part)):
			return false
		}
	}
	return true
}

// resemble reports whether a word is one of the values', or a part of it, or
// has one in it.
func (v *values) resemble(word string) bool {
	for _, w := range v.words {
		if w == word || len(word) > 2 && strings.Contains(w, word) || len(w) > 2 && strings.Contains(word, w) {
			return true
		}
	}
	return false
}

var transliterated = strings.NewReplacer("oe", "o", "ae", "a", "aa", "a", "ue", "u", "ß", "ss", "ø", "o", "æ", "a", "đ", "d", "ð", "d", "ł", "l")

// skeleton is a text in small letters without accents, also where they were
// written out.
func skeleton(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(cases.Fold().String(s)))
	return transliterated.Replace(s)
}

// only keeps the characters that are of a kind.
func only(is func(rune) bool) func(rune) rune {
	return func(r rune) rune {
		if is(r) {
			return r
		}
		return -1
	}
}

// fieldNames are the names of the body's members, in small letters.
var fieldNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{"participant": true, "customerid": true, "viewingid": true, "timeslotid": true}
	for _, f := range vitec.Fields() {
		for name := range strings.SplitSeq(f.Path, ".") {
			names[strings.ToLower(name)] = true
		}
	}
	return names
})

// isFieldName reports whether a text is the path of a field, in whatever case.
func isFieldName(text string) bool {
	for name := range strings.SplitSeq(text, ".") {
		if !fieldNames()[strings.ToLower(name)] {
			return false
		}
	}
	return true
}

func shorten(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return string(r[:limit-1]) + "…"
}
