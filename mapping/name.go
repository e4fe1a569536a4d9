package mapping

import (
	"slices"
	"strings"
)

// splitNames is the parts of a cell that are known without a separator.
var splitNames = []string{"first", "last", "street", "zip", "city"}

// splits takes one of these parts: of a person's name, of an address.
var splits = map[string]func(text string) (string, *fault){
	"first":  func(text string) (string, *fault) { first, _, f := splitName(text); return first, f },
	"last":   func(text string) (string, *fault) { _, last, f := splitName(text); return last, f },
	"street": func(text string) (string, *fault) { street, _, _ := splitAddress(text); return street, nil },
	"zip":    func(text string) (string, *fault) { _, zip, _ := splitAddress(text); return zip, nil },
	"city":   func(text string) (string, *fault) { _, _, city := splitAddress(text); return city, nil },
}

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
		if w == "&" || w == "+" || w == "/" || strings.EqualFold(w, "och") || strings.EqualFold(w, "and") || w == "o" { // Sinead O Connor is one person
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
