package mapping

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// emailText is what RFC 6531 lets stand unquoted before the @, and behind it a host
// name with a top-level domain.
var emailText = regexp.MustCompile("^" + atom + `(\.` + atom + ")*@(" + label + `\.)+` + label + "$")

const (
	atom  = "[\\pL\\pM\\pN!#$%&'*+/=?^_`{|}~-]+"
	label = `[\pL\pM0-9]([\pL\pM0-9-]{0,61}[\pL\pM0-9])?`
)

// toEmail reads one e-mail address. It refuses what no server could deliver
// to; whether the address exists is not its business.
func toEmail(text string, _ *surroundings) (any, *fault) {
	if len(text) > 7 && strings.EqualFold(text[:7], "mailto:") {
		text = text[7:]
	}
	at := strings.LastIndexByte(text, '@')
	dot := strings.LastIndexByte(text, '.')
	switch {
	case strings.Count(text, "@") > 1 && strings.ContainsAny(text, ",;/| \n"):
		return nil, &fault{code: "many_emails"}
	case !emailText.MatchString(text) || at > 64 || len(text)-at > 254 || len(text)-dot < 3 || !strings.ContainsFunc(text[dot:], unicode.IsLetter):
		return nil, &fault{code: "email"}
	}
	return text, nil
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
	parts := swedishZip.FindStringSubmatch(strings.ReplaceAll(text, " ", ""))
	switch swedish := s.country == "" || s.country == "SE"; {
	case parts != nil && (swedish || s.country == "?"):
		return parts[1] + " " + parts[2], nil
	case swedish:
		return nil, &fault{code: "zip"}
	}
	return text, nil
}

// swedishZip is a Swedish postal code without its spaces.
var swedishZip = regexp.MustCompile(`^(?i:SE-|S-|SE)?([1-9]\d\d)-?(\d\d)$`)
