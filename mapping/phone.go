package mapping

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// toPhone reads one telephone number, Swedish unless it says its country, and
// returns it in one way of writing: a Swedish one as the digits that are
// dialled in Sweden (0701740605), another in E.164 (+4790012345). Both fit
// the 17 characters that the server keeps.
//
// The library is generous: it reads letters as a keypad does and two numbers
// as one, so both are refused first.
func toPhone(text string, _ *surroundings) (any, *fault) {
	switch number, ok := swedishMobile(text); {
	case lostDigits(text):
		return nil, &fault{code: "lost_digits"}
	case strings.HasPrefix(text, "-"): // a spreadsheet that is given +46-701740605 calculates
		return nil, &fault{code: "phone"}
	case ok:
		return number, nil
	}
	if why := notOneNumber(text); why != nil {
		return nil, why
	}
	number, err := phonenumbers.Parse(text, "SE")
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return nil, &fault{code: "phone"}
	}
	if number.GetCountryCode() == 46 {
		return "0" + phonenumbers.GetNationalSignificantNumber(number), nil
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

var mobileSigns = strings.NewReplacer(" ", "", "-", "")

// swedishMobile reads a Swedish mobile number, as nearly all cells hold, and
// puts back the zero or the plus that a spreadsheet has taken from it: nine
// digits that begin with 7 are nothing else.
func swedishMobile(text string) (string, bool) {
	digits := mobileSigns.Replace(text)
	for _, prefix := range []string{"+46", "0046", "46", "0", ""} {
		number, ok := strings.CutPrefix(digits, prefix)
		if ok && len(number) == 9 && number[0] == '7' && strings.IndexByte("02369", number[1]) >= 0 && allDigits(number) {
			return "0" + number, true
		}
	}
	return "", false
}

// notOneNumber says why a text cannot be one telephone number that is dialled
// as it stands, or nil.
func notOneNumber(text string) *fault {
	digits, first := 0, rune(0)
	odd := false // something stands between the digits that does not belong there
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9':
			if first == 0 {
				first = r
			}
			digits++
		case r == '+':
			if digits > 0 {
				return &fault{code: "many_phones"}
			}
			odd = odd || first != 0 && text[i-1] != '+'
			first = r
		case unicode.IsLetter(r):
			return &fault{code: "phone_letters"}
		case strings.ContainsRune("/,;|\n&", r):
			if digits >= 5 {
				return &fault{code: "many_phones"}
			}
			odd = odd || first != 0 && r != '/'
		case strings.ContainsRune(" -.()–−‐‑", r):
		default:
			return &fault{code: "phone"}
		}
	}
	switch {
	case digits == 0 || odd && digits <= 15:
		return &fault{code: "phone"}
	case digits > 18:
		return &fault{code: "many_phones"}
	case first != '+' && first != '0':
		return &fault{code: "phone_prefix"}
	}
	return nil // more digits than a number has, though not two numbers: the library says so
}
