package mapping

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"vitec-import/vitec"
)

// fault is why a text cannot be converted, or with doubt why its value should
// be looked at; nil is neither. Args are for the message and never personal.
type fault struct {
	code  string
	args  []string
	doubt bool
}

func (f *fault) bad() bool { return f != nil && !f.doubt }

// value is a converted text. Fields of text take the text; the others take
// typed: a bool, int, float64, time.Time or []string.
type value struct {
	text  string
	typed any
}

// given reports whether a field of this kind gets the value, and is not left
// out.
func (v value) given(k vitec.Kind) bool {
	if k == vitec.KindText {
		return v.text != ""
	}
	return v.typed != nil
}

// truth reports whether the value is a true boolean.
func (v value) truth() bool {
	b, _ := v.typed.(bool)
	return b
}

// show returns the value for a person.
func (v value) show(k vitec.Kind) string {
	if k == vitec.KindText {
		return v.text
	}
	switch t := v.typed.(type) {
	case bool:
		return strconv.FormatBool(t)
	case int:
		return strconv.Itoa(t)
	case float64:
		return strconv.FormatFloat(t, 'g', -1, 64)
	case time.Time:
		return t.Format(time.RFC3339)
	case []string:
		return strings.Join(t, ", ")
	}
	return ""
}

// surroundings is what a conversion depends on besides its text.
type surroundings struct {
	today   time.Time // for the century of a personal number
	foreign bool      // the personal number is not Swedish
	country string    // of the address: ISO code, "" if the row has none, "?" if not yet known
}

// convert is one converter with its settings.
type convert func(text string, s *surroundings) (value, *fault)

// goneConverters could be chosen once: now each field has its own.
var goneConverters = []string{"phone", "personnummer", "datetime", "boolean", "integer", "decimal", "choice", "list", "email", "country", "zip"}

// freeText is the paths of the texts that a person writes for a person. They
// may have several lines, and may hold what any converter makes.
var freeText = []string{
	"updatePerson.note", "contactMessage", "updatePerson.task.note",
	"updatePerson.customField.name", "updatePerson.customField.value",
}

// defaultConverters is the converters of fields that have one other than
// their kind's.
var defaultConverters = map[string]string{
	"updatePerson.cellPhone":            "phone",
	"updatePerson.telePhone":            "phone",
	"updatePerson.workPhone":            "phone",
	"updatePerson.otherPhone":           "phone",
	"updatePerson.email.emailAddress":   "email",
	"updatePerson.email.emailAddress2":  "email",
	"updatePerson.address.zipCode":      "zip",
	"updatePerson.address.countryCode":  "country",
	"updatePerson.socialSecurityNumber": "personnummer",
	"updatePerson.obtainThrough":        "choice",
}

// convertersOf returns the converter that a field has, and behind it those that
// "as" may choose instead.
func convertersOf(f vitec.Field) []string {
	switch f.Kind {
	case vitec.KindBoolean:
		return []string{"boolean"}
	case vitec.KindInteger:
		return []string{"integer"}
	case vitec.KindDecimal:
		return []string{"decimal"}
	case vitec.KindDateTime:
		return []string{"datetime", "date"}
	case vitec.KindTextList:
		return []string{"list"}
	}
	if own := defaultConverters[f.Path]; own != "" {
		return []string{own, "text"}
	}
	if slices.Contains(freeText, f.Path) {
		return []string{"text", "date"}
	}
	return []string{"text"}
}

// texter returns the converter of a text that is sent as it is.
func texter(lines bool) convert {
	return func(text string, _ *surroundings) (value, *fault) {
		if !lines {
			text = oneLine(text)
		}
		return value{text: text}, nil
	}
}

// chooser returns the converter of a text of which some values are known: these
// are sent as they are written here, in whatever case they come; others as they
// are, and are warned of.
func chooser(values []string) convert {
	return func(text string, _ *surroundings) (value, *fault) {
		text = oneLine(text)
		for _, v := range values {
			if strings.EqualFold(v, text) {
				text = v
			}
		}
		return value{text: text}, nil
	}
}

// lister returns the converter of several texts in one cell. An empty
// separator means comma, semicolon, bar or line break.
func lister(separator string) convert {
	return func(text string, _ *surroundings) (value, *fault) {
		var parts []string
		if separator == "" {
			parts = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|\n", r) })
		} else {
			parts = strings.Split(text, separator)
		}
		list := make([]string, 0, len(parts))
		for _, p := range parts {
			if p = oneLine(strings.TrimSpace(p)); p != "" && !slices.Contains(list, p) {
				list = append(list, p)
			}
		}
		if len(list) == 0 {
			return value{}, nil
		}
		return value{typed: list}, nil
	}
}

// toBoolean knows the words of Swedish and English lists and of Excel.
func toBoolean(text string, _ *surroundings) (value, *fault) {
	switch fold(text) {
	case "ja", "j", "yes", "y", "sant", "true", "1", "x", "✓", "✔":
		return value{typed: true}, nil
	case "nej", "n", "no", "falskt", "false", "0":
		return value{typed: false}, nil
	}
	return value{}, &fault{code: "boolean"}
}
