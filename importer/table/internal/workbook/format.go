package workbook

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A numFormat is what a number format says about the numbers under it, as far
// as it matters for reading them: are they dates, do they show digits that
// the number has not.
type numFormat struct {
	code     string
	sections []section
	plain    bool // numbers under it are read as they are
	unknown  bool // the workbook refers to it and does not define it
}

// section is one of the parts of a format between semicolons.
type section struct {
	code  string  // as it stands in the format
	op    string  // condition: "<", "<=", ">", ">=", "=", "<>", or ""
	limit float64 // what is compared with

	date     bool // shows a year, month or day
	time     bool // shows an hour, minute or second
	elapsed  bool // [h], [m] or [s]: hours may be more than 23
	fraction bool // shows fractions of a second
	mask     bool // pads with zeros or has digits or words of its own before the number, without decimals

	words        bool   // shows words before the number or instead of it
	placeholders int    // for digits
	literal      string // the text that it shows itself
}

// parseFormat reads a format code as it stands in a workbook, in English
// whatever the language of Excel is.
func parseFormat(code string) numFormat {
	f := numFormat{code: code, plain: true}
	rest := code
	for {
		var s section
		s, rest = parseSection(rest)
		f.sections = append(f.sections, s)
		f.plain = f.plain && !s.date && !s.time && !s.mask && !s.words
		if rest == "" || len(f.sections) == 4 {
			return f
		}
	}
}

// showText returns a text as the format shows it, which may put words around it.
func (f *numFormat) showText(text string) string {
	code := f.sections[0].code
	if len(f.sections) == 4 {
		code = f.sections[3].code
	}
	if !strings.Contains(code, "@") || code == "@" {
		return text
	}
	before, behind, words, seen := "", "", false, false
	for code != "" {
		kind, literal, rest := nextToken(code)
		switch {
		case kind == tokenSign && literal == "@":
			seen = true
		case kind == tokenText && seen:
			behind += literal
		case kind == tokenText:
			before += literal
		}
		words = words || kind == tokenText && strings.ContainsFunc(literal, unicode.IsLetter)
		code = rest
	}
	if !words || !seen {
		return text
	}
	return before + text + behind
}

// tokenKind is what a part of a format code is.
type tokenKind uint8

const (
	tokenSign    tokenKind = iota // a character that may mean something
	tokenText                     // text that is shown as it stands
	tokenBracket                  // what stands in brackets: a colour, a condition, elapsed time
	tokenGeneral                  // the word General
)

// nextToken parts the first token from a format code, which is not empty.
func nextToken(code string) (kind tokenKind, text, rest string) {
	_, n := utf8.DecodeRuneInString(code)
	switch code[0] {
	case '"':
		text, rest, _ = strings.Cut(code[1:], `"`)
		return tokenText, text, rest
	case '\\', '_', '*': // the character itself, a space as wide as it, as many as fit
		_, m := utf8.DecodeRuneInString(code[1:])
		text = map[byte]string{'\\': code[1 : 1+m], '_': " ", '*': ""}[code[0]]
		return tokenText, text, code[1+m:]
	case '[':
		text, rest, _ = strings.Cut(code[1:], "]")
		if symbol, ok := strings.CutPrefix(text, "$"); ok { // a currency and a language, either may be missing
			symbol, _, _ = strings.Cut(symbol, "-")
			return tokenText, symbol, rest
		}
		return tokenBracket, text, rest
	case 'G', 'g', 'S', 's':
		for _, word := range []string{"general", "standard", "standaard"} { // not all programs write it in English
			if m := len(word); len(code) >= m && strings.EqualFold(code[:m], word) {
				return tokenGeneral, code[:m], code[m:]
			}
		}
	}
	return tokenSign, code[:n], code[n:]
}

// parseSection reads up to the next semicolon.
func parseSection(code string) (s section, rest string) {
	least := 0 // how many digits are shown at least
	ownDigits, decimal := false, false
	var last byte // the last date letter: h, s, m, or d for another
	for rest = code; rest != ""; {
		kind, text, next := nextToken(rest)
		here := rest
		rest = next
		switch kind {
		case tokenText:
			ownDigits = ownDigits || strings.ContainsAny(text, "0123456789")
			s.literal += text
			s.words = s.words || s.placeholders == 0 && here[0] != '[' && strings.ContainsFunc(text, unicode.IsLetter)
			continue
		case tokenGeneral:
			s.placeholders++
			continue
		case tokenBracket:
			if letter := s.bracket(text); letter != 0 {
				last = letter
			}
			continue
		}
		if text == ";" {
			code = code[:len(code)-len(here)]
			break
		}
		switch c := text[0]; c {
		case '0':
			if last == 's' && decimal {
				s.fraction = true
			}
			least++
			s.placeholders++
		case '#', '?':
			if s.placeholders++; least > 0 {
				least++
			}
		case '1', '2', '3', '4', '5', '6', '7', '8', '9':
			ownDigits = true
		case '.', ',', '%':
			decimal = true
		case '/':
			decimal = decimal || !s.date && !s.time // of a fraction
		case 'e', 'E':
			if rest != "" && (rest[0] == '+' || rest[0] == '-') {
				decimal = true // an exponent
				rest = rest[1:]
			} else {
				s.date = true
			}
		case 'y', 'Y', 'd', 'D', 'b', 'B', 'g', 'G':
			s.date, last = true, 'd'
		case 'h', 'H', 's', 'S':
			s.time, last = true, c|0x20
		case 'm', 'M':
			rest = strings.TrimLeft(here, "mM")
			if len(here)-len(rest) <= 2 && (last == 'h' || secondsFollow(rest)) {
				s.time = true
			} else {
				s.date = true
			}
			last = 'm'
		case 'a', 'A':
			switch lower := strings.ToLower(here[:min(5, len(here))]); {
			case lower == "am/pm":
				s.time, rest = true, here[5:]
			case strings.HasPrefix(lower, "a/p"):
				s.time, rest = true, here[3:]
			case strings.HasPrefix(lower, "aaa"): // day names in Japanese and others
				s.date = true
			}
		}
	}
	s.code = code
	s.words = s.words && !s.date && !s.time
	s.mask = !s.date && !s.time && !decimal && (least > 1 || (ownDigits || s.words) && s.placeholders > 0)
	return s, rest
}

// bracket takes in what stands in brackets, and returns the letter of an
// elapsed time.
func (s *section) bracket(text string) (letter byte) {
	lower := strings.ToLower(text)
	if lower == "" {
		return 0
	}
	if c := lower[0]; strings.IndexByte("hms", c) >= 0 && strings.Trim(lower, lower[:1]) == "" {
		s.time, s.elapsed = true, true
		return c
	}
	operand := strings.TrimLeft(text, "<>=")
	if limit, err := strconv.ParseFloat(strings.TrimSpace(operand), 64); err == nil && operand != text {
		s.op, s.limit = text[:len(text)-len(operand)], limit
	}
	return 0
}

// secondsFollow reports whether the next date letter in a section is an s.
func secondsFollow(code string) bool {
	for code != "" {
		kind, text, rest := nextToken(code)
		if kind == tokenBracket && text != "" {
			return text[0]|0x20 == 's'
		}
		if kind == tokenSign {
			switch text {
			case "s", "S":
				return true
			case ";", "h", "H", "d", "D", "y", "Y", "m", "M":
				return false
			}
		}
		code = rest
	}
	return false
}

// pick returns the section that applies to a number.
func (f *numFormat) pick(v float64) *section {
	n := min(len(f.sections), 3)
	for i := range n {
		s := &f.sections[i]
		ok := false
		switch s.op {
		case "<":
			ok = v < s.limit
		case "<=":
			ok = v <= s.limit
		case ">":
			ok = v > s.limit
		case ">=":
			ok = v >= s.limit
		case "=":
			ok = v == s.limit
		case "<>":
			ok = v != s.limit
		default:
			switch {
			case i == n-1:
				ok = true
			case i == 0 && n == 2:
				ok = v >= 0
			case i == 0:
				ok = v > 0
			default:
				ok = v < 0
			}
		}
		if ok {
			return s
		}
	}
	return &f.sections[n-1]
}

// builtinFormat returns the number formats that workbooks use without defining
// them. Those with dates are written so that they are seen as such; what they
// look like in which country does not matter here. Where only one country has
// a number format, and programs number their own ones as well, there is none.
func builtinFormat(id int) (code string, ok bool) {
	switch {
	case id >= 0 && id <= 13, id >= 37 && id <= 44, id == 48, id == 49:
		return "General", true
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58, id >= 71 && id <= 74:
		return "yyyy-mm-dd", true
	case id == 18, id == 19, id == 20, id == 21, id >= 32 && id <= 35, id == 45, id == 47, id == 55, id == 56, id >= 75 && id <= 76, id >= 79 && id <= 80:
		return "h:mm", true
	case id == 22, id >= 77 && id <= 78:
		return "yyyy-mm-dd h:mm", true
	case id == 46, id == 81:
		return "[h]:mm:ss", true
	}
	return "", false
}
