package mapping

import (
	"strings"
	"unicode"
)

// partOf returns the n-th part of a text between separators, 1 being the
// first and -1 the last; "" if there is none.
func partOf(text, separator string, n int) string {
	if separator == "" {
		return ""
	}
	parts := strings.Split(text, separator)
	switch {
	case n > 0 && n <= len(parts):
		return strings.TrimSpace(parts[n-1])
	case n < 0 && -n <= len(parts):
		return strings.TrimSpace(parts[len(parts)+n])
	}
	return ""
}

// titleCase makes the first letter of each word large and the others small.
func titleCase(text string) string {
	begin := true
	return strings.Map(func(r rune) rune {
		first := begin
		begin = !unicode.IsLetter(r) && r != '\'' && r != '’'
		if first {
			return unicode.ToTitle(r)
		}
		return unicode.ToLower(r)
	}, text)
}
