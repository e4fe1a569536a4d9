package mapping

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	shortened   = regexp.MustCompile(`^[+-]?[0-9.,]*[0-9.,][eE][+-]*[0-9]+$`)
	wholeText   = regexp.MustCompile(`^([-+−]?)(\d+|\d{1,3}(?: \d{3})+)(?:[.,]00?)?$`)
	decimalText = regexp.MustCompile(`^([-+−]?)(\d+|\d{1,3}(?: \d{3})+)(?:[.,](\d+))?$`)
)

// lostDigits reports whether text is a number as Excel shows one that is too
// long for its cell: 1,98501E+11. Its last digits are gone for good.
func lostDigits(text string) bool {
	return strings.ContainsAny(text, "eE") && shortened.MatchString(text)
}

// toInteger reads a whole number, with spaces between groups of thousands; ",0"
// and ".0" after it are no loss.
func toInteger(text string, _ *surroundings) (any, *fault) {
	parts := wholeText.FindStringSubmatch(text)
	switch {
	case lostDigits(text):
		return nil, &fault{code: "lost_digits"}
	case parts == nil:
		return nil, &fault{code: "integer"}
	}
	n, err := strconv.ParseInt(signed(parts[1])+strings.ReplaceAll(parts[2], " ", ""), 10, 32)
	if err != nil {
		return nil, &fault{code: "number_range"}
	}
	return int(n), nil
}

// toDecimal reads a number with a decimal comma or point. A text with both is
// refused: which of them separates thousands cannot be known.
func toDecimal(text string, _ *surroundings) (any, *fault) {
	parts := decimalText.FindStringSubmatch(text)
	switch {
	case lostDigits(text):
		return nil, &fault{code: "lost_digits"}
	case parts == nil:
		return nil, &fault{code: "decimal"}
	}
	f, err := strconv.ParseFloat(signed(parts[1])+strings.ReplaceAll(parts[2], " ", "")+"."+parts[3], 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, &fault{code: "number_range"}
	}
	return f, nil
}

// signed returns a sign as Go reads it. The minus of typography counts.
func signed(sign string) string { return strings.ReplaceAll(sign, "−", "-") }
