package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vitec-import/vitec"
)

// A value is what a field gets: a string, bool, int, float64, time.Time or
// []string, as the field's kind says. It is nil if the field is left out.

// fault is why a text has no value. Its arguments are for the message and never
// personal.
type fault struct {
	code string
	args []string
}

// surroundings are what a conversion depends on besides its text, and what it
// tells besides its result.
type surroundings struct {
	today   time.Time // for the century of a personal number
	foreign bool      // the personal number is not Swedish
	country string    // of the address: ISO code, "" if the row has none, "?" if it cannot be read

	doubts []string   // codes of what should be looked at, although it can be sent
	how    vitec.Text // the value came about, if not by the field's own rule
}

// convert is one converter with its settings.
type convert func(text string, s *surroundings) (any, *fault)

// show returns a value for a person.
func show(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.Format(time.RFC3339)
	case []string:
		return strings.Join(v, ", ")
	case nil:
		return ""
	}
	return fmt.Sprint(value)
}

// freeText is the paths of the texts that a person writes for a person. They
// may have several lines, and may hold what any converter makes.
var freeText = []string{
	"updatePerson.note", "contactMessage", "updatePerson.task.note",
	"updatePerson.customField.name", "updatePerson.customField.value",
}

// converters are those that have no settings.
var converters = map[string]convert{
	"phone": toPhone, "personnummer": toPersonnummer, "boolean": toBoolean, "integer": toInteger, "decimal": toDecimal,
	"email": toEmail, "country": toCountry, "zip": toZip,
}

// ofKind and ofPath are the converters that a field has: the first by itself, the
// others where "as" chooses them. What a path has goes before what its kind has.
var (
	ofKind = map[vitec.Kind][]string{
		vitec.KindBoolean: {"boolean"}, vitec.KindInteger: {"integer"}, vitec.KindDecimal: {"decimal"},
		vitec.KindDateTime: {"datetime", "date"}, vitec.KindTextList: {"list"}, vitec.KindText: {"text"},
	}
	ofPath = map[string][]string{
		"updatePerson.cellPhone":            {"phone", "text"},
		"updatePerson.telePhone":            {"phone", "text"},
		"updatePerson.workPhone":            {"phone", "text"},
		"updatePerson.otherPhone":           {"phone", "text"},
		"updatePerson.email.emailAddress":   {"email", "text"},
		"updatePerson.email.emailAddress2":  {"email", "text"},
		"updatePerson.address.zipCode":      {"zip", "text"},
		"updatePerson.address.countryCode":  {"country", "text"},
		"updatePerson.socialSecurityNumber": {"personnummer", "text"},
		"updatePerson.obtainThrough":        {"choice", "text"},
	}
)

func convertersOf(f vitec.Field) []string {
	switch own := ofPath[f.Path]; {
	case own != nil:
		return own
	case slices.Contains(freeText, f.Path):
		return []string{"text", "date"}
	}
	return ofKind[f.Kind]
}

// texter returns the converter of a text that is sent as it is.
func texter(lines bool) convert {
	return func(text string, _ *surroundings) (any, *fault) {
		if !lines {
			text = oneLine(text)
		}
		return text, nil
	}
}

// chooser returns the converter of a text of which some values are known: these
// are sent as they are written here, in whatever case they come; others as they
// are, and are warned of.
func chooser(values []string) convert {
	return func(text string, _ *surroundings) (any, *fault) {
		text = oneLine(text)
		for _, v := range values {
			if strings.EqualFold(v, text) {
				text = v
			}
		}
		return text, nil
	}
}

// lister returns the converter of several texts in one cell. An empty
// separator means comma, semicolon, bar or line break.
func lister(separator string) convert {
	return func(text string, _ *surroundings) (any, *fault) {
		parts := strings.Split(text, separator)
		if separator == "" {
			parts = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|\n", r) })
		}
		var list []string
		for _, p := range parts {
			if p = oneLine(strings.TrimSpace(p)); p != "" && !slices.Contains(list, p) {
				list = append(list, p)
			}
		}
		if list == nil {
			return nil, nil
		}
		return list, nil
	}
}

// booleanWords are what a constant that is no boolean may have meant.
var booleanWords = []string{"true", "false", "ja", "nej"}

// toBoolean knows the words of Swedish and English lists and of Excel.
func toBoolean(text string, _ *surroundings) (any, *fault) {
	switch fold(text) {
	case "ja", "j", "yes", "y", "sant", "true", "1", "x", "✓", "✔":
		return true, nil
	case "nej", "n", "no", "falskt", "false", "0":
		return false, nil
	}
	return nil, &fault{code: "boolean"}
}
