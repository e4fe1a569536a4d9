package mapping

import (
	"strconv"
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
	number := swedish(text)
	switch {
	case lostDigits(text):
		return nil, &fault{code: "lost_digits"}
	case strings.HasPrefix(text, "-"): // a spreadsheet that is given +46-701740605 calculates
		return nil, &fault{code: "phone"}
	case number == nil:
		if why := notOneNumber(text); why != nil {
			return nil, why
		}
		var err error
		if number, err = phonenumbers.Parse(text, "SE"); err != nil {
			return nil, &fault{code: "phone"}
		}
	}
	if !phonenumbers.IsValidNumber(number) {
		return nil, &fault{code: "phone"}
	}
	if number.GetCountryCode() == 46 {
		return "0" + phonenumbers.GetNationalSignificantNumber(number), nil
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

var betweenDigits = strings.NewReplacer(" ", "", "-", "")

// swedish takes apart a number that is written in the Swedish way, as nearly all
// are, or returns nil: the library parses with a dozen regular expressions, which
// cost more than all else that is done with a row. It puts back the zero or the
// plus that a spreadsheet has taken from a mobile number: nine digits that begin
// with 70, 72, 73, 76 or 79 are nothing else.
func swedish(text string) *phonenumbers.PhoneNumber {
	digits := betweenDigits.Replace(text)
	for _, prefix := range []string{"+46", "0046", "46", "0", ""} {
		rest, ok := strings.CutPrefix(digits, prefix)
		mobile := len(rest) == 9 && rest[0] == '7' && strings.IndexByte("02369", rest[1]) >= 0
		if !ok || len(rest) < 7 || len(rest) > 12 || rest[0] == '0' || !allDigits(rest) || !mobile && (prefix == "46" || prefix == "") {
			continue
		}
		country := int32(46)
		n, _ := strconv.ParseUint(rest, 10, 64) // of twelve digits at most
		return &phonenumbers.PhoneNumber{CountryCode: &country, NationalNumber: &n}
	}
	return nil
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
