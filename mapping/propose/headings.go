package propose

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"vitec-import/mapping"
	"vitec-import/vitec"
)

// meaning is what a heading says about its column by itself.
type meaning struct {
	field string // path, one of the fields together, or "" where it says nothing
	// sure: the heading is enough, if the cells do not speak against it. Else
	// it is enough only if the cells speak for it.
	sure bool
	// exact: no word had to be left out to understand it.
	exact bool
	// other: it names something of somebody or something else (the broker's
	// phone, the address of the home). Nothing is ever mapped by such a heading.
	other bool
	// role is whose field it is, where the heading says so: "order", "guest".
	role string
}

//go:embed headings.txt
var headingsText string

// dictionary is what headings mean.
type dictionary struct {
	fields map[string]string // compact heading → field
	hints  map[string][]string
	// informed is the API's word for a way in which somebody was informed.
	informed map[string]string
	sets     map[string]map[string]bool // doubtful, direct, noise, roles, others
}

var known = sync.OnceValue(func() *dictionary {
	d := &dictionary{fields: map[string]string{}, hints: map[string][]string{}, informed: map[string]string{}, sets: map[string]map[string]bool{}}
	phones := map[string][]string{} // "phones nouns", "phones updatePerson.cellPhone"
	section := ""
	for line := range strings.Lines(headingsText) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		default:
			for _, name := range strings.Fields(line) {
				kind, rest, _ := strings.Cut(section, " ")
				switch {
				case kind == "phones":
					phones[rest] = append(phones[rest], name)
				case kind == "hint":
					d.hints[name] = strings.Fields(rest)
				case kind == "informed":
					d.informed[name] = rest
				case kind == "words":
					if d.sets[rest] == nil {
						d.sets[rest] = map[string]bool{}
					}
					d.sets[rest][name] = true
				default:
					d.add(name, section)
				}
			}
		}
	}
	// "Tfn bost.", "Work tel": nouns and kinds, in either order.
	for _, noun := range phones["nouns"] {
		for field, kinds := range phones {
			for _, kind := range kinds {
				if field != "nouns" {
					d.add(noun+kind, field)
					d.add(kind+noun, field)
				}
			}
		}
	}
	// The API's own names: the whole path, and as much of its end as tells the
	// field apart.
	for _, f := range vitec.Fields() {
		for path, more := f.Path, true; more; _, path, more = strings.Cut(path, ".") {
			if path == f.Path || strings.Contains(path, ".") {
				d.add(compact(path), f.Path)
			}
		}
	}
	return d
})

func (d *dictionary) add(name, field string) {
	if _, taken := d.fields[name]; !taken {
		d.fields[name] = field
	}
}

// counters are what stands before a heading only to count it: "1.", "(2)", "Q3",
// "Fråga 4:", "II.", "B.".
var counters = regexp.MustCompile(`^(?:(?i:q|fråga|question)\s*\d{1,2}(?:[.:)\]]|\s)|0\d\s|\d{1,2}\.\d{1,2}\s|[(\[]?(?:I{1,3}|IV|VI{0,3}|IX|X|[A-Za-z])[.:)\]]\s|[(\[]?\d{1,2}(?:\.\d{1,2})?[.:)\]])\s*[-–:]?\s*`)

// uncounted returns a heading without what only counts it. "F. namn" has a meaning
// with its letter.
func (d *dictionary) uncounted(heading string) string {
	rest := counters.ReplaceAllString(heading, "")
	if field, _ := d.find(compact(heading)); field != "" || !strings.ContainsFunc(rest, unicode.IsLetter) {
		return heading
	}
	return rest
}

// secondPersons marks the headings that speak of somebody beside the
// participant: with "Namn 2" in the header, "Mobil 2" is not another number of
// the participant's.
func (d *dictionary) secondPersons(headings []string) []bool {
	numbers, named := make([]string, len(headings)), map[string]bool{}
	for i, h := range headings {
		list := headingWords(h)
		if at := slices.IndexFunc(list, func(w string) bool { return len(w) == 1 && w[0] >= '2' && w[0] <= '9' }); at >= 0 {
			numbers[i] = list[at]
			named[numbers[i]] = named[numbers[i]] || isName(d.meaning(strings.Join(slices.Delete(list, at, at+1), " ")).field)
		}
	}
	second := make([]bool, len(headings))
	for i := range headings {
		second[i] = named[numbers[i]]
	}
	return second
}

func isName(field string) bool {
	return field == FullName || field == "updatePerson.firstName" || field == "updatePerson.lastName"
}

// meaning looks a heading up: as it stands, without what is in brackets, without
// words that do not matter. Letters that were read in the wrong encoding
// ("FÃ¶rnamn") are put right first.
func (d *dictionary) meaning(heading string) meaning {
	if was, err := charmap.Windows1252.NewEncoder().String(heading); err == nil && was != heading && utf8.ValidString(was) {
		heading = was
	}
	all := headingWords(heading)
	if len(all) == 0 {
		return meaning{}
	}
	m := meaning{sure: true}
	if at := slices.IndexFunc(all, func(w string) bool { return d.has("roles", w) }); at >= 0 {
		m.role = strings.TrimSuffix(all[at], "s")
	}
	if field, name := d.find(strings.Join(all, "")); field != "" {
		m.field, m.sure, m.exact = field, !d.sets["doubtful"][name], true
		return m
	}
	if d.any("others", all) {
		return meaning{other: true}
	}
	plain := headingWords(brackets.ReplaceAllString(heading, " "))
	for _, kept := range slices.Concat([][]string{plain}, d.shorter(all), d.shorter(plain)) {
		if field, name := d.find(strings.Join(kept, "")); field != "" {
			m.field, m.sure = field, !d.sets["doubtful"][name]
			return m
		}
	}
	// "Full name - First name", "Adress: Ort": the group says nothing else.
	if at := strings.LastIndexAny(heading, "-:"); at > 0 && strings.HasPrefix(heading[at+1:], " ") && d.group(heading[:at]) {
		if inner := d.meaning(heading[at+1:]); inner.field != "" {
			inner.exact = false
			return inner
		}
	}
	// "Name / Namn", "E-post (Email)": each part alone says the same.
	m.field = d.agreed(heading)
	m.sure = m.field != ""
	return m
}

var brackets = regexp.MustCompile(`\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}`)

// group reports whether what stands before a heading's last part is what its
// field belongs to: a name, an address, the participant.
func (d *dictionary) group(heading string) bool {
	all := headingWords(heading)
	if d.any("others", all) {
		return false
	}
	field, _ := d.find(strings.Join(all, ""))
	return len(d.without("noise", all)) == 0 || isName(field) || strings.HasPrefix(field, "updatePerson.address.")
}

var plainSpelling = strings.NewReplacer("oe", "o", "ae", "a", "aa", "a", "adress", "adress", "adr", "adress") // "adress" first, so that it stays

// find looks a compact name up; ö written as oe, and so on, is tried too.
func (d *dictionary) find(name string) (field, found string) {
	if field, ok := d.fields[name]; ok {
		return field, name
	}
	plain := plainSpelling.Replace(name)
	return d.fields[plain], plain
}

// agreed returns the field of which all parts between slashes, bars and
// brackets speak.
func (d *dictionary) agreed(heading string) string {
	agreed, n := "", 0
	for _, part := range strings.FieldsFunc(heading, func(r rune) bool { return strings.ContainsRune("/|()[]\n", r) }) {
		kept := d.without("noise", headingWords(part))
		if len(kept) == 0 {
			continue
		}
		field, _ := d.find(strings.Join(kept, ""))
		if field == "" || agreed != "" && field != agreed {
			return ""
		}
		agreed = field
		n++
	}
	if n < 2 {
		return ""
	}
	return agreed
}

// shorter returns what is left of a heading as its noise is left out: first the
// words before what it says, one more at a time ("ditt för- och efternamn"),
// then all, but not what stands around an "and".
func (d *dictionary) shorter(words []string) [][]string {
	var lists [][]string
	last := words
	for len(last) > 0 && d.has("noise", last[0]) {
		last = last[1:]
		lists = append(lists, last)
	}
	for len(last) > 0 && d.has("noise", last[len(last)-1]) {
		last = last[:len(last)-1]
		lists = append(lists, last)
	}
	if !slices.ContainsFunc(last, func(w string) bool { return w == "och" || w == "and" || w == "eller" || w == "or" }) {
		lists = append(lists, d.without("noise", words))
	}
	return lists
}

// has reports whether a set has a word, or the word whose genitive it is. Roles
// do not change what a heading means, nor do years.
func (d *dictionary) has(set, word string) bool {
	stem := strings.TrimSuffix(word, "s")
	in := func(set string) bool { return d.sets[set][word] || d.sets[set][stem] }
	return in(set) || set == "noise" && (in("roles") || len(word) == 4 && strings.HasPrefix(word, "20"))
}

func (d *dictionary) any(set string, list []string) bool {
	return slices.ContainsFunc(list, func(w string) bool { return d.has(set, w) })
}

func (d *dictionary) without(set string, list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(w string) bool { return d.has(set, w) })
}

// headingWords takes a heading apart into words of small letters and numbers: at
// spaces and signs, and before a large letter that follows a small one. å and ä
// become a, ö becomes o; "what's" is one word.
func headingWords(heading string) []string {
	var list []string
	for _, word := range headingWord.FindAllString(insideWords.ReplaceAllString(norm.NFD.String(mapping.Clean(heading)), ""), -1) {
		list = append(list, otherLetters.Replace(strings.ToLower(word)))
	}
	return list
}

var (
	headingWord = regexp.MustCompile(`\p{Lu}*[^\P{L}\p{Lu}]+|\p{Lu}+|\d+`)
	insideWords = regexp.MustCompile("[\\p{Mn}'’´`]")
)

// otherLetters are those that do not consist of a letter and a mark.
var otherLetters = strings.NewReplacer("æ", "a", "ø", "o", "ß", "ss")

// compact returns a heading as it is looked up.
func compact(heading string) string { return strings.Join(headingWords(heading), "") }
