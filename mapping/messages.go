package mapping

import "strings"

// wording is what a person reads about a code.
type wording struct{ message, hint string }

// Language names the language of what people read about a row.
type Language string

// The languages that there are messages in.
const (
	English Language = "en"
	Swedish Language = "sv"
)

// messages returns every message about a row, by code; English for a language
// that there is none in. {0} and {1} stand for a problem's arguments.
func (l Language) messages() map[string]wording {
	if l == Swedish {
		return swedish
	}
	return english
}

// Wording returns what [Problem.MessageIn] and [Problem.HintIn] say of a
// problem with this code and these arguments, for those who have kept no more
// of it. It reports false for a code that is not this package's.
func Wording(l Language, code string, args []string) (message, hint string, ok bool) {
	w, ok := l.messages()[code]
	return withArgs(w.message, args), withArgs(w.hint, args), ok
}

// withArgs puts the arguments where a text has {0} and {1}.
func withArgs(text string, args []string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	arg := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return "?"
	}
	return strings.NewReplacer("{0}", arg(0), "{1}", arg(1)).Replace(text)
}

// unworded is the code whose message tells a code that has none of its own.
const unworded = "unworded"

// english is every message in English. The other languages have the same codes.
var english = map[string]wording{
	// converters
	"lost_digits":          {"the number has lost its last digits", "the spreadsheet has shortened it; format the column as text and fill it in again"},
	"phone":                {"not a phone number", "check the number, or send it as it is with as: text"},
	"phone_letters":        {"not a phone number: it contains letters", "keep the number alone, or cut the words off with replace"},
	"phone_prefix":         {"not a phone number: it begins with neither 0 nor +", "add the area code, or + and the country code; if the spreadsheet has taken the first zero, format the column as text"},
	"many_phones":          {"more than one phone number", "keep one number in this column"},
	"personnummer":         {"not a personal number", "write YYYYMMDD-NNNC; for foreign numbers use as: text"},
	"personnummer_length":  {"not a personal number: it has {0} digits, not 10 or 12", "if leading zeros are lost, format the column as text and fill it in again"},
	"personnummer_check":   {"not a personal number: the check digit does not fit", "a wrong number would overwrite somebody else; check it"},
	"personnummer_date":    {"not a personal number: it does not begin with a date of birth", "write YYYYMMDD-NNNC; for foreign numbers use as: text"},
	"personnummer_century": {"the personal number is read as that of a child", "write the year with four digits if the person is a hundred years older"},
	"date":                 {"not a date (want {0})", "say how the dates are written with layout"},
	"date_range":           {"the year of the date is not between 1900 and 2100", ""},
	"time_missing":         {"the time does not exist: the clocks of {0} skipped it", "write the time with its offset, or correct it"},
	"time_twice":           {"the time is not clear: the clocks of {0} showed it twice", "write the time with its offset"},
	"boolean":              {"neither yes nor no", "ja, j, yes, y, sant, true, 1, x; nej, n, no, falskt, false, 0; other words by a lookup"},
	"integer":              {"not a whole number", ""},
	"decimal":              {"not a number", "write digits with one decimal comma or point"},
	"number_range":         {"the number is too large", ""},
	"choice":               {"none of the values that are allowed", "allowed: {0}"},
	"email":                {"not an e-mail address", ""},
	"many_emails":          {"more than one e-mail address", "keep one here and put the second into emailAddress2"},
	"country":              {"not a country", "write a code as SE, or a name as Sverige or Sweden"},
	"zip":                  {"not a Swedish postal code", "write NNN NN, map countryCode, or send it as it is with as: text"},
	"name":                 {"not a name that can be taken apart", "write First Last, or Last, First"},
	"two_people":           {"more than one person", "give each person a row"},

	// rules of the mapping
	"empty":    {"the cell is empty", "the mapping asks for a value here (empty: error)"},
	"lookup":   {"the lookup does not know this value", "it knows {0}"},
	"computed": {"the expression gives no text for this row", ""},
	"internal": {"the value does not fit its field", "this is a mistake of the program"},

	// rules of the API
	"required":          {"a value is missing", ""},
	"no_contact":        {"neither an e-mail address nor a phone number", "the server requires one of email.emailAddress, telePhone, workPhone and cellPhone"},
	"too_long":          {"too long: {1} characters, at most {0}", ""},
	"bad_id":            {"not an id", `an id is not empty and has no spaces at its ends and none of / \ ? # % & * : < >`},
	"customer_mismatch": {"not the customerId of the address", "leave updatePerson.customerId out of the mapping"},
	"negative":          {"the number is negative", ""},
	"out_of_range":      {"the number is larger than the server is likely to take", ""},
	"unknown_value":     {"a value that the server is not known to take", "known: {0}"},
	"not_said":          {"the field is left out, and what then holds is not known", ""},
	"bad_text":          {"the text contains bytes that are no characters", ""},
	"control":           {"the text contains a character that XML cannot carry", ""},

	// any other code
	unworded: {"the value is not accepted ({0})", ""},
}
