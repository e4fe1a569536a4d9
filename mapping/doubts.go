package mapping

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A doubt is a text that a cell can hold and a person hardly means: NULL as a
// name, an example of a template, letters that were encoded on the way.
type doubt struct {
	code string
	// signs are characters of which the text has one; "" where it may have any.
	// They spare the other said, which are nearly all, the look at the pattern.
	signs string
	match func(text string) bool
	// in are the fields that it is looked for in. In those of refused the row
	// is not sent, in the others the cell is noted.
	in, refused where
}

// where is a set of kinds of fields.
type where uint8

const (
	ids      where = 1 << iota // of the address
	contacts                   // e-mail addresses and phones
	names
	general // addresses, messages, notes and the like

	said     = names | general
	anywhere = ids | contacts | said
)

// doubts are all doubts about values, in the order in which they are told. What
// is said of each stands with the other problems.
var doubts = []doubt{
	{"formula_error", "#", formulaError.MatchString, anywhere, anywhere},
	{"null_word", "", isNullWord, anywhere, ids | contacts},
	{"null_name", "", isNoName, names, names},
	{"zero", "0", zeroText.MatchString, said, names},
	{"apostrophe", "'’‘`´", hasApostrophe, contacts | said, contacts},
	{"escaped", `&<=%\`, escapedText.MatchString, contacts | said, 0},
	{"encoded_twice", "Ãâ", encodedTwice.MatchString, contacts | said, 0},
	{"lost_letters", "?\ufffd", lostLetters.MatchString, names | general, 0},
	{"example", "", isExample, names, names},
	{"test", "Tt", testName.MatchString, names, 0},
	{"two_people", "&/;+, .", isTwoPeople, names, names},
}

var (
	formulaError = regexp.MustCompile(`(?i)^#(REF|REFERENS|N/A|SAKNAS|NAMN|NAME|VALUE|VÄRDEFEL|DIV/0|DIVISION/0|NULL|SKÄRNING|NUM|OGILTIGT|SPILL|CALC)[!?]?$|^#{3,}$`)
	zeroText     = regexp.MustCompile(`^0+([.,]0+)?$`)
	escapedText  = regexp.MustCompile(`&(#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]+);|</?(br|p|b|i|u|em|strong|div|span|a|li|ul)\b[^>]*>|` +
		`(=[0-9A-F]{2}){2}|=\?[\w-]+\?[BbQq]\?|(%[0-9A-Fa-f]{2}){2}|\pL%20\pL|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}`)
	encodedTwice = regexp.MustCompile(`Ã[^\pL\s]|â€|Ã[ŠšŒœŽžŸ]`)
	lostLetters  = regexp.MustCompile(`\x{FFFD}|\pL\?\pL`)
	testName     = regexp.MustCompile(`(?i)^test(are|sson|person|namn|ning)$|^test test`)
	dutchName    = regexp.MustCompile(`^['’][st][- ]\pL`)
	entity       = regexp.MustCompile(`&(#\w+|\w+);`)
)

// nullWords is how lists and databases write that there is nothing.
var nullWords = []string{
	"null", "(null)", "<null>", "[null]", "none", "(none)", "nil", "nan", "undefined", `\n`, "n/a", "#n/a", "n.a.", "(tom)", "(tomt)", "(blank)", "(empty)",
	"-", "--", "---", "–", "—", ".", "?", "??", "saknas", "okänd", "okänt", "unknown", "ej angivet", "ej angiven", "ej ifyllt", "inget", "ingen", "not provided",
}

// isNullWord reports whether a text says that there is none. Somebody may be
// called Null, Nan or Nil, and nobody writes those in capitals or small.
func isNullWord(text string) bool {
	return len(text) <= 14 && slices.Contains(nullWords, fold(text)) && text != "Nan" && text != "Nil"
}

// isNoName reports whether a text is surely no name, because it says that there
// is none.
func isNoName(text string) bool {
	return isNullWord(text) && (!strings.ContainsFunc(text, unicode.IsLetter) || strings.ContainsAny(text, `(<[\/#`) || text == "NULL" || text == "null" || text == "undefined")
}

// hasApostrophe reports whether a text begins with the apostrophe by which
// spreadsheets are told to take a cell as text. 's-Gravenhage and 't Hooft have
// one of their own.
func hasApostrophe(text string) bool {
	return strings.IndexAny(text, "'’‘`´") == 0 && len(text) > 1 && !dutchName.MatchString(text)
}

// instructions are what templates write below their headings.
var instructions = []string{
	"obligatorisk", "obligatoriskt", "required", "mandatory", "valfri", "valfritt", "optional", "text", "fritext",
	"förnamn", "efternamn", "namn", "first name", "last name", "firstname", "lastname", "surname", "name", "full name",
}

// instructionsBegin is how examples and longer instructions begin.
var instructionsBegin = []string{"exempelrad", "exempel", "example", "t.ex", "t ex", "t. ex", "ex:", "ex.", "e.g.", "ange ", "skriv ", "fyll i ", "enter ", "please ", "endast ", "bara ", "only "}

func isExample(text string) bool {
	text = strings.Trim(fold(text), "*:<>[]()\"' ")
	for _, begin := range instructionsBegin {
		if rest, ok := strings.CutPrefix(text, begin); ok {
			next, _ := utf8.DecodeRuneInString(rest)
			return !unicode.IsLetter(next) || strings.HasSuffix(begin, " ") // Exempelsson is a name
		}
	}
	return slices.Contains(instructions, text)
}

// isTwoPeople reports whether a name is that of more than one person. "Sinead O
// Connor" is one, "Anna o Bo" are two, and "Fam. Berg" are some.
func isTwoPeople(text string) bool {
	if strings.Contains(text, "&") {
		text = entity.ReplaceAllString(text, "")
	}
	_, behind, _ := strings.Cut(text, ",")
	if strings.ContainsAny(text, "&/;+") || len(strings.TrimSpace(behind)) > 1 || strings.Contains(text, " o ") {
		return true
	}
	text = " " + fold(text) + " "
	return slices.ContainsFunc([]string{" och ", " and ", " samt ", " und ", " med ", " m.fl", " m fl ", " fam ", " fam.", " familjen "}, func(and string) bool { return strings.Contains(text, and) })
}

// doubting has a text looked at before it is converted. Of a doubt that refuses
// the row nothing else is told.
func doubting(kind where, next convert) convert {
	return func(text string, s *surroundings) (any, *fault) {
		var found []string
		for _, d := range doubts {
			if d.in&kind == 0 || d.signs != "" && !strings.ContainsAny(text, d.signs) || !d.match(text) {
				continue
			}
			if d.refused&kind != 0 {
				return nil, &fault{code: d.code}
			}
			found = append(found, d.code)
		}
		s.doubts = append(s.doubts, found...)
		return next(text, s)
	}
}

// whereIs returns the kind of a field.
func whereIs(path string) where {
	switch {
	case slices.Contains(targetPaths, path):
		return ids
	case path == "updatePerson.firstName" || path == "updatePerson.lastName":
		return names
	case slices.Contains(contactPaths, path), path == "updatePerson.otherPhone", path == "updatePerson.email.emailAddress2":
		return contacts
	}
	return general
}
