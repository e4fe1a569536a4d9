package mapping

import (
	"slices"
	"strings"
)

// particles is the words that begin a last name of several words.
var particles = []string{
	"af", "av", "da", "de", "del", "della", "den", "der", "di", "dos", "du", "la", "le", "ten", "ter",
	"van", "von", "vom", "zu", "zum", "zur",
}

// splitName takes a person's name apart. "Anna Maria von Essen" and "von
// Essen, Anna Maria" are read; a name of one word is a first name. A text
// that names two people is refused.
func splitName(text string) (first, last string, f *fault) {
	text = oneLine(text)
	words := strings.Fields(text)
	for _, w := range words {
		if w == "&" || w == "+" || w == "/" || strings.EqualFold(w, "och") || strings.EqualFold(w, "and") || strings.EqualFold(w, "o") {
			return "", "", &fault{code: "two_people"}
		}
	}
	if strings.ContainsAny(text, "&/;") {
		return "", "", &fault{code: "two_people"}
	}
	if before, after, ok := strings.Cut(text, ","); ok {
		if strings.Contains(after, ",") || strings.TrimSpace(before) == "" || strings.TrimSpace(after) == "" {
			return "", "", &fault{code: "name"}
		}
		return strings.Join(strings.Fields(after), " "), strings.Join(strings.Fields(before), " "), nil
	}
	if len(words) < 2 {
		return text, "", nil
	}
	at := len(words) - 1
	for at > 1 && slices.Contains(particles, strings.ToLower(words[at-1])) {
		at--
	}
	return strings.Join(words[:at], " "), strings.Join(words[at:], " "), nil
}
