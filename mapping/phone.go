package mapping

import (
	"regexp"
	"strconv"
	"strings"

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
		if !ok || len(rest) < 7 || len(rest) > 12 || rest[0] == '0' || !mobile && (prefix == "46" || prefix == "") {
			continue
		}
		country := int32(46)
		n, err := strconv.ParseUint(rest, 10, 64)
		if err != nil {
			return nil // other signs than digits
		}
		return &phonenumbers.PhoneNumber{CountryCode: &country, NationalNumber: &n}
	}
	return nil
}

var (
	isLetter   = regexp.MustCompile(`\pL`)
	foreign    = regexp.MustCompile(`[^0-9+/,;|\n& .()–−‐‑-]`)
	secondPlus = regexp.MustCompile(`\d[^+]*\+`)
	listed     = regexp.MustCompile(`(?:\d\D*){5}[/,;|\n&]`)
	apart      = regexp.MustCompile(`[+\d]\D*[,;|\n&]|\+[^\d]+\+`)
	dialled    = regexp.MustCompile(`^[^+\d]*[+0]`)
)

// notOneNumber says why a text cannot be one telephone number that is dialled
// as it stands, or nil.
func notOneNumber(text string) *fault {
	digits := len(strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text))
	code := ""
	switch {
	case isLetter.MatchString(text):
		code = "phone_letters"
	case foreign.MatchString(text) || digits == 0:
		code = "phone"
	case secondPlus.MatchString(text), listed.MatchString(text), digits > 18:
		code = "many_phones"
	case apart.MatchString(text):
		code = "phone"
	case !dialled.MatchString(text):
		code = "phone_prefix"
	default:
		return nil // more digits than a number has, though not two numbers: the library says so
	}
	return &fault{code: code}
}
