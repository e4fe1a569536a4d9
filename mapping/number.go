package mapping

import (
	"math"
	"strconv"
	"strings"
)

// lostDigits reports whether text is a number as Excel shows one that is too
// long for its cell: 1,98501E+11. Its last digits are gone for good.
func lostDigits(text string) bool {
	if strings.IndexByte(text, 'E') < 0 && strings.IndexByte(text, 'e') < 0 {
		return false
	}
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(text), "E")
	if !ok || mantissa == "" {
		return false
	}
	exponent = strings.TrimLeft(exponent, "+-")
	if exponent == "" || strings.Trim(exponent, "0123456789") != "" {
		return false
	}
	mantissa = strings.TrimLeft(mantissa, "+-")
	return mantissa != "" && strings.Trim(mantissa, "0123456789.,") == ""
}

// ungroup removes the spaces between groups of thousands, where each group
// after the first has three digits; otherwise it returns false.
func ungroup(digits string) (string, bool) {
	if !strings.Contains(digits, " ") {
		return digits, true
	}
	groups := strings.Split(digits, " ")
	for i, g := range groups {
		if i == 0 && (g == "" || len(g) > 3) || i > 0 && len(g) != 3 {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// sign cuts a sign off a number. The minus of typography counts.
func sign(text string) (minus bool, rest string) {
	switch {
	case strings.HasPrefix(text, "-"), strings.HasPrefix(text, "+"):
		return text[0] == '-', text[1:]
	case strings.HasPrefix(text, "−"):
		return true, strings.TrimPrefix(text, "−")
	}
	return false, text
}

func allDigits(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// toInteger reads a whole number; ",0" and ".0" after it are no loss.
func toInteger(text string, _ *surroundings) (any, *fault) {
	if lostDigits(text) {
		return nil, &fault{code: "lost_digits"}
	}
	minus, digits := sign(text)
	for _, end := range []string{",0", ".0", ",00", ".00"} {
		if whole, ok := strings.CutSuffix(digits, end); ok && !strings.ContainsAny(whole, ".,") {
			digits = whole
			break
		}
	}
	digits, ok := ungroup(digits)
	if !ok || !allDigits(digits) {
		return nil, &fault{code: "integer"}
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return nil, &fault{code: "number_range"}
	}
	if minus {
		n = -n
	}
	return int(n), nil
}

// toDecimal reads a number with a decimal comma or point. A text with both is
// refused: which of them separates thousands cannot be known.
func toDecimal(text string, _ *surroundings) (any, *fault) {
	if lostDigits(text) {
		return nil, &fault{code: "lost_digits"}
	}
	minus, digits := sign(text)
	whole, fraction, pointed := strings.Cut(strings.Replace(digits, ",", ".", 1), ".")
	whole, ok := ungroup(whole)
	if !ok || !allDigits(whole) || pointed && !allDigits(fraction) {
		return nil, &fault{code: "decimal"}
	}
	plain := whole
	if pointed {
		plain += "." + fraction
	}
	if minus {
		plain = "-" + plain
	}
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, &fault{code: "number_range"}
	}
	return f, nil
}
