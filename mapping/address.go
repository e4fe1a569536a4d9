package mapping

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// toEmail reads one e-mail address. It refuses what no server could deliver
// to; whether the address exists is not its business.
func toEmail(text string, _ *surroundings) (any, *fault) {
	if len(text) > 7 && strings.EqualFold(text[:7], "mailto:") {
		text = text[7:]
	}
	local, domain, ok := strings.Cut(text, "@")
	switch {
	case strings.Count(text, "@") > 1 && strings.ContainsAny(text, ",;/| \n"):
		return nil, &fault{code: "many_emails"}
	case !ok || !goodLocal(local) || !goodDomain(domain):
		return nil, &fault{code: "email"}
	}
	return text, nil
}

// goodLocal reports whether text may stand before the @: what RFC 6531 lets
// stand there unquoted.
func goodLocal(text string) bool {
	if text == "" || len(text) > 64 || text[0] == '.' || text[len(text)-1] == '.' || strings.Contains(text, "..") {
		return false
	}
	for _, r := range text {
		if r < 0x80 {
			if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r)) {
				return false
			}
		} else if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) {
			return false
		}
	}
	return true
}

// goodDomain reports whether text is a host name with a top-level domain.
func goodDomain(text string) bool {
	if len(text) > 253 {
		return false
	}
	label, dots := 0, 0
	last, letters := rune('.'), 0 // letters of the last label
	for _, r := range text {
		switch {
		case r == '.':
			if label == 0 || label > 63 || last == '-' {
				return false
			}
			label, letters = 0, 0
			dots++
		case r == '-':
			if label == 0 {
				return false
			}
			label++
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= 0x80 && (unicode.IsLetter(r) || unicode.IsMark(r)):
			label++
			letters++
		case r >= '0' && r <= '9':
			label++
		default:
			return false
		}
		last = r
	}
	return dots > 0 && label >= 2 && label <= 63 && letters >= 1 && last != '-'
}

// wholeAddress is a street (or nothing), a postal code, and what follows it.
var wholeAddress = regexp.MustCompile(`^(?:(.*?)[\s,;]+)?(?i:SE?[- ]?)?(\d{3} ?\d{2})[\s,;]+(\p{L}\D*)$`)

// splitAddress takes an address in one cell apart: "Storgatan 1, 903 25 Umeå".
// A country behind the city is left out. A text without a postal code and a
// city is the street as it stands.
func splitAddress(text string) (street, zip, city string) {
	text = oneLine(text)
	parts := wholeAddress.FindStringSubmatch(text)
	if parts == nil {
		return text, "", ""
	}
	street, zip, city = strings.TrimSpace(parts[1]), parts[2], strings.TrimSpace(parts[3])
	if before, after, ok := strings.Cut(city, ","); ok {
		if _, why := toCountry(strings.TrimSpace(after), nil); why == nil {
			city = strings.TrimSpace(before)
		}
	}
	return street, zip, city
}

// toCountry reads a country's ISO code or its Swedish or English name and
// returns the code of two letters.
func toCountry(text string, _ *surroundings) (any, *fault) {
	if code, ok := countries()[fold(oneLine(text))]; ok {
		return code, nil
	}
	return nil, &fault{code: "country"}
}

// countryNames are the countries, each in a line: its code of two letters, that
// of three, its Swedish and its English name if it has them, set apart by tabs.
// A test writes them anew with -update from golang.org/x/text/language/display,
// which brings the names of everything in all languages, and sets them up
// whenever the program starts.
//
//go:embed countries.tsv
var countryNames string

// countries is ISO codes by code and by name, folded. It is made once, when a
// country is first read.
var countries = sync.OnceValue(func() map[string]string {
	known := map[string]string{
		"holland": "NL", "england": "GB", "skottland": "GB", "scotland": "GB", "wales": "GB",
		"nordirland": "GB", "northern ireland": "GB", "great britain": "GB", "storbritannien": "GB",
		"uk": "GB", "usa": "US", "united states of america": "US", "amerikas förenta stater": "US",
		"förenade arabemiraten": "AE", "uae": "AE", "czech republic": "CZ", "tjeckiska republiken": "CZ",
		"turkey": "TR", "makedonien": "MK", "macedonia": "MK", "vitryssland": "BY", "burma": "MM",
		"hong kong": "HK", "hongkong": "HK", "sydkorea": "KR", "south korea": "KR", "nordkorea": "KP",
		"north korea": "KP", "kina": "CN", "elfenbenskusten": "CI", "ivory coast": "CI", "s": "SE",
		"konungariket sverige": "SE", "kingdom of sweden": "SE",
	}
	for line := range strings.Lines(countryNames) {
		names := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		for _, name := range names {
			known[fold(name)] = names[0]
		}
	}
	return known
})

// toZip reads a postal code. A Swedish one is returned as NNN NN; the row is
// Swedish if its country says so or is empty.
func toZip(text string, s *surroundings) (any, *fault) {
	if lostDigits(text) {
		return nil, &fault{code: "lost_digits"}
	}
	text = oneLine(text)
	if s.country != "" && s.country != "SE" && s.country != "?" {
		return text, nil
	}
	if len(text) == 6 && text[0] != '0' && text[3] == ' ' && allDigits(text[:3]) && allDigits(text[4:]) {
		return text, nil // as it shall be
	}
	digits := strings.ReplaceAll(text, " ", "")
	for _, prefix := range []string{"SE-", "S-", "SE"} {
		if len(digits) > len(prefix) && strings.EqualFold(digits[:len(prefix)], prefix) {
			digits = digits[len(prefix):]
			break
		}
	}
	if len(digits) == 6 && digits[3] == '-' {
		digits = digits[:3] + digits[4:]
	}
	switch {
	case len(digits) == 5 && allDigits(digits) && digits[0] != '0':
		return digits[:3] + " " + digits[3:], nil
	case s.country == "?":
		return text, nil
	}
	return nil, &fault{code: "zip"}
}
