package table

import "strings"

// doubleEncoded reports whether a text looks as if UTF-8 had been taken for
// windows-1252 and saved again: å has become Ã¥. Such text is left as it is,
// for it cannot be told from text that is meant so, and warned of.
func doubleEncoded(s string) bool {
	for rest := s; ; {
		i := strings.IndexRune(rest, 'Ã')
		if i < 0 {
			return strings.Contains(s, "â€")
		}
		rest = rest[i+len("Ã"):]
		for _, second := range []string{"¥", "¤", "¶", "…", "„", "–", "©", "‰", "¼", "œ", "¦", "†", "¸", "˜", "¡", "³"} {
			if strings.HasPrefix(rest, second) {
				return true
			}
		}
	}
}
