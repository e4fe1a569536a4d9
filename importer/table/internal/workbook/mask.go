package workbook

import (
	"strings"

	"vitec-import/importer/table/internal/celltext"
)

// showMask writes a whole number as a section of a number format shows it, if
// the section adds digits: 0000000000 gives a phone its leading zero back, and
// so does 0##-### ## ##. ok is false if what comes out is not that number with
// zeros or other digits before it.
//
// Digits are dealt from the right, one a placeholder; those left over stand
// before the first one. A placeholder without a digit shows a zero if it is 0,
// and nothing if it is # or ?. All else is shown as it stands. It is doubtful
// what a # without a digit shows behind a 0: programs differ.
func showMask(code, plain string) (text string, ok, doubtful bool) {
	var b strings.Builder
	left := len(plain) - countPlaceholders(code) // digits without a placeholder, negative if some have no digit
	first, padded := true, false
	eachMaskToken(code, func(token string, placeholder bool) {
		if !placeholder {
			b.WriteString(token)
			return
		}
		at := left
		if left++; at < 0 {
			if token == "0" {
				padded = true
				b.WriteByte('0')
			}
			doubtful = doubtful || padded && token != "0"
			return
		}
		if first {
			b.WriteString(plain[:at])
			first = false
		}
		b.WriteByte(plain[at])
	})
	text = strings.TrimSpace(b.String())
	digits := celltext.Digits(text)
	return text, digits != plain && strings.HasSuffix(digits, plain), doubtful
}

func countPlaceholders(code string) (n int) {
	eachMaskToken(code, func(_ string, placeholder bool) {
		if placeholder {
			n++
		}
	})
	return n
}

// eachMaskToken takes a section without decimals apart into placeholders and
// the text between them.
func eachMaskToken(code string, token func(token string, placeholder bool)) {
	for code != "" {
		kind, text, rest := nextToken(code)
		switch {
		case kind == tokenText:
			token(text, false)
		case kind == tokenGeneral:
			token("#", true)
		case kind == tokenSign && strings.Contains("0#?", text):
			token(text, true)
		case kind == tokenSign:
			token(text, false)
		}
		code = rest
	}
}
