package mapping

import (
	"strings"
	"unicode"
)

// toPhone reads one telephone number, Swedish unless it says its country, and
// returns it in one way of writing: a Swedish one as the digits that are
// dialled in Sweden (0701740605), another in E.164 (+4790012345). Both fit
// the 17 characters that the server keeps.
func toPhone(text string, _ *surroundings) (value, *fault) {
	if lostDigits(text) {
		return value{}, &fault{code: "lost_digits"}
	}
	if strings.HasPrefix(text, "-") { // a spreadsheet that is given +46-701740605 calculates
		return value{}, &fault{code: "phone"}
	}
	if number, ok := plainSwedish(text); ok {
		return value{text: number}, nil
	}
	return phoneByNumbering(text)
}

// plainSwedish reads the numbers that nearly all lists consist of, a hundred
// times as fast as [phoneByNumbering] and with the same result: the zero or +46 or
// 0046, then a mobile number or one of a large town, with spaces and dashes
// between. It also restores the zero, or the plus, that a spreadsheet has
// taken from a mobile number: what then begins with 7 is nothing else.
func plainSwedish(text string) (string, bool) {
	var buf [16]byte
	digits := buf[:1] // room for the zero
	plus := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			if len(digits) == len(buf) {
				return "", false
			}
			digits = append(digits, c)
		case c == '+' && i == 0:
			plus = true
		case c == ' ' || c == '-':
		default:
			return "", false
		}
	}
	number := digits[1:]
	whole := true // said with a zero or its country
	switch {
	case plus && len(number) > 2 && number[0] == '4' && number[1] == '6':
		number = number[2:]
	case plus:
		return "", false
	case len(number) > 4 && string(number[:4]) == "0046":
		number = number[4:]
	case len(number) > 1 && number[0] == '0':
		number = number[1:]
	case len(number) == 11 && number[0] == '4' && number[1] == '6':
		number, whole = number[2:], false
	default:
		whole = false
	}
	if len(number) < 7 || len(number) > 9 {
		return "", false
	}
	mobile, fixed := swedishRange(10*int(number[0]-'0')+int(number[1]-'0'), len(number))
	if mobile || fixed && whole {
		return "0" + string(number), true
	}
	return "", false
}

// swedishRange reports what Swedish numbers are that have these two first
// digits, without the zero, and this many in all: mobile, in the network of a
// town with a short area code, or neither of these for sure.
func swedishRange(prefix, length int) (mobile, fixed bool) {
	switch prefix {
	case 70, 72, 73, 76, 79:
		return length == 9, false
	case 11, 13, 16, 21, 23, 26, 33, 35, 36, 40, 42, 44, 46, 60, 63, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89:
		return false, length >= 7
	case 18, 19, 31, 54:
		return false, length >= 8
	}
	return false, false
}

// phoneByNumbering reads every other number. What stands before the first digit
// or plus does not count; behind it nothing but digits and what sets them apart.
func phoneByNumbering(text string) (value, *fault) {
	var digits []byte
	first := rune(0)
	odd := false // something stands between the digits that does not belong there
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9':
			if first == 0 {
				first = r
			}
			digits = append(digits, byte(r))
		case r == '+':
			if len(digits) > 0 {
				return value{}, &fault{code: "many_phones"}
			}
			odd = odd || first != 0 && text[i-1] != '+'
			first = r
		case unicode.IsLetter(r):
			return value{}, &fault{code: "phone_letters"}
		case strings.ContainsRune("/,;|\n&", r):
			if i > 0 && len(digits) >= 5 {
				return value{}, &fault{code: "many_phones"}
			}
			odd = odd || first != 0 && r != '/'
		case strings.ContainsRune(" -.()–−‐‑", r):
		default:
			return value{}, &fault{code: "phone"}
		}
	}
	switch {
	case len(digits) == 0:
		return value{}, &fault{code: "phone"}
	case len(digits) > 15:
		return value{}, &fault{code: "many_phones"}
	case first != '+' && first != '0':
		return value{}, &fault{code: "phone_prefix"}
	}
	code, number, ok := dialled(string(digits), first == '+')
	switch {
	case odd || !ok:
		return value{}, &fault{code: "phone"}
	case code == "46":
		return value{text: "0" + number}, nil
	}
	return value{text: "+" + code + number}, nil
}
