package mapping

import (
	"strings"
	"unicode"

	"vitec-import/vitec"
)

// Problem is why a row cannot be sent or, as a Warning, what should be looked
// at. Value is personal; no other member is, and neither is what Reason and
// Hint return.
type Problem struct {
	Column  int      // 0-based cell, -1 if it is no cell's fault
	Header  string   // the header cell of that column, as read
	Field   string   // path of the field, "" if it is the whole row
	Code    string   // what is wrong, for programs and for other languages
	Args    []string // what the message needs, never personal
	Value   string   // the cell, as read; personal
	Warning bool     // the row may be sent
}

// Reason says what is wrong, without the value.
func (p Problem) Reason() vitec.Text {
	if t, ok := problemTexts[p.Code]; ok {
		return fill(t.reason, p.Args)
	}
	return say("the value is not accepted (%v)", p.Code)
}

// Hint says what to do about it; it may say nothing.
func (p Problem) Hint() vitec.Text { return fill(problemTexts[p.Code].hint, p.Args) }

// fill returns a format with as many of the arguments as it has verbs.
func fill(format string, args []string) vitec.Text {
	if format == "" {
		return none
	}
	t := vitec.Text{Format: format}
	verbs := strings.Count(strings.ReplaceAll(format, "%%", ""), "%")
	for i := range min(verbs, len(args)) {
		t.Args = append(t.Args, args[i])
	}
	return t
}

// problemTexts are what is said of each code: what is wrong, and what to do about
// it. Their arguments are the problem's.
var problemTexts = map[string]struct{ reason, hint string }{
	"lost_digits":          {"the number has lost its last digits", "the spreadsheet has shortened it; format the column as text and fill it in again"},
	"phone":                {"not a phone number", "check the number, or send it as it is with as: text"},
	"phone_letters":        {"not a phone number: it contains letters", "keep the number alone, or cut the words off with replace"},
	"phone_prefix":         {"not a phone number: it begins with neither 0 nor +", "add the area code, or + and the country code; if the spreadsheet has taken the first zero, format the column as text"},
	"many_phones":          {"more than one phone number", "keep one number in this column"},
	"personnummer":         {"not a personal number", "write YYYYMMDD-NNNC; for foreign numbers use as: text"},
	"personnummer_length":  {"not a personal number: it has %v digits, not 10 or 12", "if leading zeros are lost, format the column as text and fill it in again"},
	"personnummer_check":   {"not a personal number: the check digit does not fit", "a wrong number would overwrite somebody else; check it"},
	"personnummer_date":    {"not a personal number: it does not begin with a date of birth", "write YYYYMMDD-NNNC; for foreign numbers use as: text"},
	"personnummer_century": {"the personal number is read as that of a child", "write the year with four digits if the person is a hundred years older"},
	"date":                 {"not a date (expected %v)", "say how the dates are written with layout"},
	"date_range":           {"the year of the date is not between 1900 and 2100", ""},
	"time_missing":         {"the time does not exist: the clocks of %v skipped it", "write the time with its offset, or correct it"},
	"time_twice":           {"the time is not clear: the clocks of %v showed it twice", "write the time with its offset"},
	"boolean":              {"neither yes nor no", "ja, j, yes, y, sant, true, 1, x; nej, n, no, falskt, false, 0; other words by a lookup"},
	"integer":              {"not a whole number", ""},
	"decimal":              {"not a number", "write digits with one decimal comma or point"},
	"number_range":         {"the number is too large", ""},
	"choice":               {"not one of the values that are allowed", "allowed: %v"},
	"email":                {"not an e-mail address", ""},
	"many_emails":          {"more than one e-mail address", "keep one here and put the second into emailAddress2"},
	"country":              {"not a country", "write a code as SE, or a name as Sverige or Sweden"},
	"zip":                  {"not a Swedish postal code", "write NNN NN, map countryCode, or send it as it is with as: text"},
	"name":                 {"not a name that can be taken apart", "write First Last, or Last, First"},
	"two_people":           {"more than one person", "give each person a row"},
	"empty":                {"the cell is empty", "the mapping asks for a value here (empty: error)"},
	"lookup":               {"the lookup does not know this value", "it knows %v"},
	"computed":             {"the expression gives no text for this row", ""},
	"internal":             {"the value does not fit its field", "this is a mistake of the program"},
	"required":             {"a value is missing", ""},
	"no_contact":           {"neither an e-mail address nor a phone number", "the server requires one of email.emailAddress, telePhone, workPhone and cellPhone"},
	"too_long":             {"too long: %[2]v characters, at most %[1]v", ""},
	"bad_id":               {"not an id", `an id is not empty and has no spaces at its ends and none of / \ ? # %% & * : < >`},
	"customer_mismatch":    {"not the customerId of the address", "leave updatePerson.customerId out of the mapping"},
	"negative":             {"the number is negative", ""},
	"out_of_range":         {"the number is larger than the server is likely to take", ""},
	"unknown_value":        {"a value that the server is not known to take", "known: %v"},
	"not_said":             {"the field is left out, and nobody knows what the server does then", ""},
	"bad_text":             {"the text contains bytes that are not characters", ""},
	"control":              {"the text contains a character that XML cannot carry", ""},
	"unworded":             {"the value is not accepted (%v)", ""},

	// Doubts about values.
	"odd_id":        {"the id begins like a known kind of id, but does not have its shape", "copy it again from Vitec"},
	"formula_error": {"the cell holds a spreadsheet's error", "correct the formula, or clear the cell"},
	"null_word":     {"the cell says in words that it is empty", "clear the cell, if nothing is meant to stand there"},
	"null_name":     {"not a name: the cell says in words that it is empty", "write the name, or clear the cell"},
	"zero":          {"the cell holds 0, as a formula gives for an empty cell", "write what is meant, or clear the cell"},
	"apostrophe":    {"the text begins with an apostrophe, as spreadsheets mark a text", "remove the apostrophe, if it does not belong to the text"},
	"escaped":       {"the text holds codes instead of letters, such as &ouml; or %%C3%%A5", "export the list again as plain text, or write the letters"},
	"encoded_twice": {"the text looks as if it had been encoded twice", "export the list again as UTF-8"},
	"lost_letters":  {"letters seem to be lost: there is a ? or a replacement character inside a word", "export the list again as UTF-8, or write the letters"},
	"example":       {"not a name: it looks like an example or an instruction from a template", "remove the row, if it is nobody's"},
	"test":          {"the name looks like that of a test", "remove the row, if it is nobody's"},
}

// maskedLength is how many characters of a masked value are shown.
const maskedLength = 40

// Masked returns Value in a form that whoever has the file can recognise and
// nobody else can read: "070-1740605" becomes "0••-•••••••".
func (p Problem) Masked() string {
	var b strings.Builder
	for i, r := range []rune(p.Value) {
		switch {
		case i == maskedLength:
			b.WriteString("…")
			return b.String()
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			b.WriteRune('·')
		case i > 0 && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)):
			b.WriteRune('•')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
