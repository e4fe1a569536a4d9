package reports

import (
	"fmt"
	"strconv"
	"strings"

	"vitec-import/importer/ledger"
)

// Language names the language of what people read in a report. What programs
// read (report.csv's header, the outcomes' words, summary.json) has none.
type Language string

// The languages that there are words for. The zero Language is English.
const (
	English Language = "en"
	Swedish Language = "sv"
)

// words is every text that the package shows to a person, in one language. A
// text may hold verbs of package fmt; the number that decides between one and
// many is always the first argument.
type words map[key]phrase

// phrase is a text for exactly one and for any other number.
type phrase struct{ one, other string }

// key names a text.
type key string

// dictionary returns the words of a language.
func dictionary(l Language) (words, error) {
	switch l {
	case "", English:
		return english(), nil
	case Swedish:
		return swedish(), nil
	}
	return nil, fmt.Errorf("reports: there are no words in the language %q", l)
}

// text returns the text of k.
func (w words) text(k key, args ...any) string {
	if len(args) == 0 {
		return w[k].other
	}
	return fmt.Sprintf(w[k].other, args...)
}

// count returns the text of k for n things; n is the first argument of the text.
func (w words) count(k key, n int, args ...any) string {
	form := w[k].other
	if n == 1 {
		form = w[k].one
	}
	if !strings.Contains(form, "%") {
		return form
	}
	return fmt.Sprintf(form, append([]any{number(n)}, args...)...)
}

// decimal writes a number with the language's decimal sign, in as few digits as
// tell it apart, or rounded to so many significant ones (-1 = all).
func (w words) decimal(v float64, digits int) string {
	return w.localize(strconv.FormatFloat(v, 'g', digits, 64))
}

// localize gives a number that was written with a decimal point the language's
// own sign.
func (w words) localize(s string) string { return strings.Replace(s, ".", w.text("decimal"), 1) }

// outcome returns the name of an outcome.
func (w words) outcome(o ledger.Outcome) string { return w[key("outcome."+o.String())].other }

// outcomeMeaning says in a sentence what an outcome means.
func (w words) outcomeMeaning(o ledger.Outcome) string { return w[key("meaning."+o.String())].other }

// number writes n with narrow spaces between the thousands, as both English
// and Swedish readers take it.
func number(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

func always(s string) phrase { return phrase{one: s, other: s} }
