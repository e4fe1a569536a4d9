package mapping

import (
	"strconv"
	"strings"
	"time"
)

// youngest is the age in years below which a person of ten digits is
// suspected to be a hundred years older.
const youngest = 16

// toPersonnummer reads a Swedish personal or coordination number of ten or
// twelve digits and returns its twelve, without a sign between them. With a
// foreign number the text stays as it is.
//
// The server overwrites whoever has the number, so nothing is mended here: a
// number that lost a digit is refused even where only one would fit.
func toPersonnummer(text string, s *surroundings) (any, *fault) {
	if s.foreign {
		return oneLine(text), nil
	}
	if lostDigits(text) {
		return nil, &fault{code: "lost_digits"}
	}
	compact := text
	if strings.ContainsAny(text, " –−‐‑") {
		compact = strings.NewReplacer(" ", "", "–", "-", "−", "-", "‐", "-", "‑", "-").Replace(text)
	}
	mark := byte(0)
	if n := len(compact); n > 5 && (compact[n-5] == '-' || compact[n-5] == '+') {
		mark = compact[n-5]
		compact = compact[:n-5] + compact[n-4:]
	}
	switch {
	case !allDigits(compact):
		return nil, &fault{code: "personnummer"}
	case len(compact) == 9 || len(compact) == 11 || len(compact) == 8:
		return nil, &fault{code: "personnummer_length", args: []string{strconv.Itoa(len(compact))}}
	case len(compact) != 10 && len(compact) != 12:
		return nil, &fault{code: "personnummer"}
	}
	short := compact[len(compact)-10:]
	if !luhn(short) {
		return nil, &fault{code: "personnummer_check"}
	}
	today := s.today
	century := 0
	if len(compact) == 12 {
		century, _ = strconv.Atoi(compact[:2])
		if century < 18 || !realDay(century, short, today) {
			return nil, &fault{code: "personnummer_date"}
		}
		return compact, nil
	}
	century = today.Year() / 100
	if !realDay(century, short, today) {
		century--
	}
	if mark == '+' {
		century--
	}
	if !realDay(century, short, today) {
		return nil, &fault{code: "personnummer_date"}
	}
	number := strconv.Itoa(century) + short
	if year, _ := strconv.Atoi(number[:4]); mark != '+' && today.Year()-year < youngest {
		s.doubts = append(s.doubts, "personnummer_century")
	}
	return number, nil
}

// realDay reports whether the six first digits of a ten-digit number are a
// day of that century that is not after today. Coordination numbers add 60.
func realDay(century int, short string, today time.Time) bool {
	year, _ := strconv.Atoi(short[:2])
	month, _ := strconv.Atoi(short[2:4])
	day, _ := strconv.Atoi(short[4:6])
	if day > 60 {
		day -= 60
	}
	year += 100 * century
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if d.Day() != day || int(d.Month()) != month {
		return false
	}
	y, m, t := today.Date()
	return !d.After(time.Date(y, m, t, 0, 0, 0, 0, time.UTC))
}

// luhn reports whether the last of ten digits is the check digit of the
// others.
func luhn(digits string) bool {
	sum := 0
	for i := 0; i < len(digits); i++ {
		n := int(digits[i] - '0')
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}
