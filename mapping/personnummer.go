package mapping

import (
	"fmt"
	"regexp"
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
	text = plainNumber.Replace(text)
	parts := personNumber.FindStringSubmatch(text)
	digits := len(text) - strings.Count(text, "-") - strings.Count(text, "+")
	switch {
	case lostDigits(text):
		return nil, &fault{code: "lost_digits"}
	case parts == nil && almostNumber.MatchString(text) && (digits == 8 || digits == 9 || digits == 11):
		return nil, &fault{code: "personnummer_length", args: []string{strconv.Itoa(digits)}}
	case parts == nil:
		return nil, &fault{code: "personnummer"}
	case !luhn(parts[2] + parts[4]):
		return nil, &fault{code: "personnummer_check"}
	}
	century, _ := strconv.Atoi(parts[1])
	if parts[1] == "" {
		if century = s.today.Year() / 100; !born(century, parts[2], s.today) {
			century--
		}
		if parts[3] == "+" {
			century--
		}
	}
	if century < 18 || !born(century, parts[2], s.today) {
		return nil, &fault{code: "personnummer_date"}
	}
	number := strconv.Itoa(century) + parts[2] + parts[4]
	if year, _ := strconv.Atoi(number[:4]); parts[1] == "" && parts[3] != "+" && s.today.Year()-year < youngest {
		s.doubts = append(s.doubts, "personnummer_century")
	}
	return number, nil
}

var (
	plainNumber  = strings.NewReplacer(" ", "", "–", "-", "−", "-", "‐", "-", "‑", "-")
	personNumber = regexp.MustCompile(`^(\d\d)?(\d{6})([-+]?)(\d{4})$`)
	almostNumber = regexp.MustCompile(`^\d+[-+]?\d{4}$`)
)

// born reports whether six digits are a day of a century that is not after today.
// Coordination numbers add 60 to it.
func born(century int, digits string, today time.Time) bool {
	day, _ := strconv.Atoi(digits[4:])
	if day > 60 {
		day -= 60
	}
	d, err := time.Parse("20060102", fmt.Sprintf("%d%s%02d", century, digits[:4], day))
	return err == nil && d.Format(time.DateOnly) <= today.Format(time.DateOnly)
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
