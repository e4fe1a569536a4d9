package table

import (
	"strconv"
	"strings"
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
	op    string // condition: "<", "<=", ">", ">=", "=", "<>", or ""
	limit float64

	date     bool // shows a year, month or day
	time     bool // shows an hour, minute or second
	elapsed  bool // [h], [m] or [s]: hours may be more than 23
	fraction bool // shows fractions of a second
	text     bool // @
	mask     bool // pads with zeros or has digits of its own, without decimals
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
		f.plain = f.plain && !s.date && !s.time && !s.mask
		if rest == "" || len(f.sections) == 4 {
			return f
		}
	}
}

// parseSection reads up to the next semicolon.
func parseSection(code string) (s section, rest string) {
	zeros, ownDigits, decimal := 0, false, false
	var last byte // the last date letter: h, s, m, or another
	minutes := func() { s.time = true }
	pendingM := false // an m that is a month unless an s follows
	i := 0
loop:
	for i < len(code) {
		c := code[i]
		switch c {
		case ';':
			break loop
		case '"':
			n := strings.IndexByte(code[i+1:], '"')
			if n < 0 {
				n = len(code) - i - 1
			}
			ownDigits = ownDigits || strings.ContainsAny(code[i+1:i+1+n], "0123456789")
			i += n + 2
			continue
		case '\\', '_', '*':
			_, n := utf8.DecodeRuneInString(code[min(i+1, len(code)):])
			if c == '\\' && i+1 < len(code) && code[i+1] >= '0' && code[i+1] <= '9' {
				ownDigits = true
			}
			i += 1 + n
			continue
		case '[':
			n := strings.IndexByte(code[i:], ']')
			if n < 0 {
				i = len(code)
				continue
			}
			inner := code[i+1 : i+n]
			i += n + 1
			switch lower := strings.ToLower(inner); {
			case lower != "" && strings.Trim(lower, "h") == "", lower != "" && strings.Trim(lower, "m") == "", lower != "" && strings.Trim(lower, "s") == "":
				s.time, s.elapsed = true, true
				last = lower[0]
			case inner != "" && strings.IndexByte("<>=", inner[0]) >= 0:
				op := strings.TrimLeft(inner, "<>=")
				if limit, err := strconv.ParseFloat(strings.TrimSpace(op), 64); err == nil {
					s.op, s.limit = inner[:len(inner)-len(op)], limit
				}
			}
			continue
		case '0':
			if last == 's' && decimal {
				s.fraction = true
			}
			zeros++
		case '1', '2', '3', '4', '5', '6', '7', '8', '9':
			ownDigits = true
		case '.':
			decimal = true
		case '@':
			s.text = true
		}
		switch c | 0x20 {
		case 'e':
			if i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-') {
				decimal = true // an exponent
				i++
			} else {
				s.date = true
			}
		case 'y', 'd', 'b':
			s.date = true
			last = 'd'
			pendingM = false
		case 'g':
			if len(code)-i >= 7 && strings.EqualFold(code[i:i+7], "general") {
				i += 7
				continue
			}
			s.date = true
		case 'h':
			s.time = true
			last = 'h'
			pendingM = false
		case 's':
			s.time = true
			if pendingM {
				minutes()
				pendingM = false
			}
			last = 's'
		case 'm':
			n := 1
			for i+n < len(code) && code[i+n]|0x20 == 'm' {
				n++
			}
			switch {
			case last == 'h' && n <= 2:
				minutes()
			default:
				if secondsFollow(code[i+n:]) && n <= 2 {
					minutes()
				} else {
					s.date = true
				}
			}
			last = 'm'
			i += n
			continue
		case 'a':
			for _, word := range []string{"am/pm", "a/p"} {
				if len(code)-i >= len(word) && strings.EqualFold(code[i:i+len(word)], word) {
					s.time = true
					i += len(word) - 1
					break
				}
			}
			if strings.HasPrefix(strings.ToLower(code[i:]), "aaa") { // day names in Japanese and others
				s.date = true
			}
		case '%' | 0x20, '/' | 0x20:
			if c == '%' || c == '/' && !s.date && !s.time {
				decimal = true
			}
		case ',' | 0x20:
			if c == ',' {
				decimal = true
			}
		}
		i++
	}
	s.mask = !s.date && !s.time && !decimal && (zeros >= 2 || ownDigits) && (zeros > 0 || strings.IndexByte(code[:min(i, len(code))], '#') >= 0)
	if i >= len(code) {
		return s, ""
	}
	return s, code[i+1:]
}

// secondsFollow reports whether the next date letter in a section is an s.
func secondsFollow(code string) bool {
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == ';':
			return false
		case code[i] == '"':
			n := strings.IndexByte(code[i+1:], '"')
			if n < 0 {
				return false
			}
			i += n + 1
		case code[i] == '\\':
			i++
		case code[i] == '[':
			return len(code) > i+1 && code[i+1]|0x20 == 's'
		case c == 's':
			return true
		case c == 'h', c == 'd', c == 'y', c == 'm':
			return false
		}
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

// builtinFormats are the number formats that workbooks use without defining
// them. Those with dates are written so that they are seen as such; what they
// look like in which country does not matter here.
func builtinFormat(id int) (code string, ok bool) {
	switch {
	case id >= 0 && id <= 4, id >= 9 && id <= 11, id >= 37 && id <= 44, id == 48, id >= 59 && id <= 62, id >= 5 && id <= 8, id >= 63 && id <= 66:
		return "General", true
	case id == 12, id == 13, id == 49, id >= 67 && id <= 70:
		return "General", true
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58, id >= 71 && id <= 74:
		return "yyyy-mm-dd", true
	case id == 18, id == 19, id == 20, id == 21, id >= 32 && id <= 35, id == 45, id == 47, id == 55, id == 56, id >= 75 && id <= 76, id >= 79 && id <= 80:
		return "h:mm", true
	case id == 22, id >= 77 && id <= 78:
		return "yyyy-mm-dd h:mm", true
	case id == 46, id == 81:
		return "[h]:mm:ss", true
	case id >= 23 && id <= 26, id == 82:
		return "General", true
	}
	return "", false
}
