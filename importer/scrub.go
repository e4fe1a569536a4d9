package importer

import (
	"regexp"
	"strings"

	"vitec-import/vitec"
)

// mask stands where personal data stood.
const mask = "•••"

// personal finds what looks like an e-mail address, or a phone or personal
// number, in a text that nobody here wrote.
var personal = regexp.MustCompile(`[^\s"'<>(),;:]+@[^\s"'<>(),;:]+|\+?\d[\d\s()-]{4,}\d`)

// scrub takes personal data out of what a server said, before it is kept: the
// values of the request itself, wherever they are echoed, and whatever else
// looks like an address or a number of a person. The ids of the call stay.
func scrub(words []string, t vitec.Target, body *vitec.AddNewViewingParticipant) string {
	if len(words) == 0 {
		return ""
	}
	return between(strings.Join(words, "; "), []string{t.ViewingId, t.TimeSlotId, t.CustomerId}, func(text string) string {
		for _, f := range vitec.Fields() {
			v, _ := f.Get(body)
			switch v := v.(type) {
			case string:
				text = replaceFold(text, v)
			case []string:
				for _, s := range v {
					text = replaceFold(text, s)
				}
			}
		}
		return personal.ReplaceAllString(text, mask)
	})
}

// between applies f to what stands between the ids in text.
func between(text string, ids []string, f func(string) string) string {
	if len(ids) == 0 {
		return f(text)
	}
	if ids[0] == "" {
		return between(text, ids[1:], f)
	}
	parts := strings.Split(text, ids[0])
	for i, part := range parts {
		parts[i] = between(part, ids[1:], f)
	}
	return strings.Join(parts, ids[0])
}

// replaceFold masks every occurrence of value in text, in any letter case.
// Values of one or two letters are left: they would mask the words around them.
func replaceFold(text, value string) string {
	value = strings.TrimSpace(value)
	if len([]rune(value)) < 3 {
		return text
	}
	re, err := regexp.Compile(`(?i)` + regexp.QuoteMeta(value))
	if err != nil {
		return mask
	}
	return re.ReplaceAllString(text, mask)
}
