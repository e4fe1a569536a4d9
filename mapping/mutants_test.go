package mapping

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// good is a mapping that uses the whole language.
const good = `version: 1
target:
  customerId: {value: M11385}
  viewingId: Visning
  timeSlotId: {column: Tid, lookup: slots}
participant:
  updatePerson:
    firstName: {column: Namn, split: first}
    lastName: {column: Namn, split: last, case: title}
    email: {emailAddress: [E-post, Epost]}
    cellPhone: {column: Mobil, as: phone, empty: error}
    telePhone: {column: Telefon, when: {column: Typ, is: [Hem, Bostad]}}
    note: {join: [Kommentar, Ort], separator: "; "}
    categoryIds: {column: Kategorier, split: ","}
    gdprApprovalDate: {column: Informerad, as: date, layout: YYYY-MM-DD, zone: Europe/Stockholm}
    obtainThrough: {column: Källa, lookup: {visning: Visit}, otherwise: Other}
    wishAdvertising: {column: Nyhetsbrev, default: false}
    address: {city: {column: Ort, choices: [Umeå, Luleå]}, zipCode: Postnr}
    customField: {name: {value: källa}, value: {computed: 'upper(column("Källa"))'}}
  participated: {value: false}
  reminderTime: {value: 60}
  options: {isDeadlineValidationEnabled: {value: false}}
lookups:
  slots: {"18:00": TS-1, "18:30": TS-2}
input: {sheet: Deltagare, headerRow: 4, delimiter: semicolon}
identity: [updatePerson.email.emailAddress]
skip:
  - {column: Status, is: Avbokad, reason: avbokad}
`

var goodHeader = []string{
	"Visning", "Tid", "Namn", "Epost", "Mobil", "Telefon", "Typ", "Kommentar", "Ort", "Kategorier", "Informerad",
	"Källa", "Nyhetsbrev", "Postnr", "Status",
}

// mutants is one mistake each: old becomes new, in which § stands before the
// place that must be told. suggestion is what must be proposed, if anything.
var mutants = []struct{ name, old, new, code, suggestion string }{
	{"key of the document", "target:", "§targt:", "unknown_key", "target"},
	{"key of the document, exchanged", "lookups:", "§lokoups:", "unknown_key", "lookups"},
	{"key in another case", "input:", "§Input:", "unknown_key", "input"},
	{"target", "viewingId: Visning", "§viewingID: Visning", "unknown_key", "viewingId"},
	{"target, foreign", "viewingId: Visning", "§showing: Visning", "unknown_key", ""},
	{"field", "firstName:", "§fristName:", "unknown_key", "firstName"},
	{"field of the specification's table", "lastName:", "§LastName:", "unknown_key", "lastName"},
	{"field of a group", "emailAddress:", "§emailAdress:", "unknown_key", "emailAddress"},
	{"group", "    address:", "    §adress:", "unknown_key", "address"},
	{"field in the wrong group", "  participated: {value: false}", "  §cellPhone: Mobil", "unknown_key", ""},
	{"option", "isDeadlineValidationEnabled", "§isDeadlineValidationEnable", "unknown_key", "isDeadlineValidationEnabled"},
	{"key of a rule", "as: phone", "§az: phone", "unknown_key", "as"},
	{"key of a rule, longer", "separator:", "§seperator:", "unknown_key", "separator"},
	{"key of a condition", "is: [Hem, Bostad]", "§iss: [Hem, Bostad]", "unknown_key", "is"},
	{"key of input", "headerRow:", "§headerrow:", "unknown_key", "headerRow"},
	{"key of skip", "reason:", "§raeson:", "unknown_key", "reason"},
	{"repeated field", "    address:", "    §firstName: Namn\n    address:", "duplicate_key", ""},
	{"repeated block", "lookups:", "§target: {viewingId: Visning}\nlookups:", "duplicate_key", ""},
	{"repeated key of a rule", "as: phone", "as: phone, §as: text", "duplicate_key", ""},
	{"repeated lookup key", `"18:30": TS-2`, `"18:30": TS-2, §"18:00": TS-3`, "duplicate_key", ""},
	{"lookup keys that differ in case", "{visning: Visit}", "{visning: Visit, §VISNING: Other}", "duplicate_key", ""},
	{"converter", "as: date", "as: §datee", "unknown_converter", "date"},
	{"converter, exchanged", "as: phone", "as: §phoen", "unknown_converter", "phone"},
	{"unsuitable converter", "as: phone", "as: §boolean", "unsuitable_converter", ""},
	{"unsuitable converter of a date", "as: date", "as: §email", "unsuitable_converter", ""},
	{"unsuitable converter of a name", "split: first", "as: §date", "unsuitable_converter", ""},
	{"lookup", "lookup: slots", "lookup: §slot", "unknown_lookup", "slots"},
	{"case", "case: title", "case: §titel", "unknown_value", "title"},
	{"trim", "case: title", "trim: §true", "unknown_value", ""},
	{"empty", "empty: error", "empty: §eror", "unknown_value", "error"},
	{"split", "split: first", "split: §frist", "unknown_split", "first"},
	{"layout", "layout: YYYY-MM-DD", "layout: §YYY-MM-DD", "layout", "YYYY-MM-DD"},
	{"layout with the minutes as month", "layout: YYYY-MM-DD", "layout: §YYYY-mm-DD", "layout", "YYYY-MM-DD"},
	{"zone of nowhere", "Europe/Stockholm", "§../zone", "zone", ""},
	{"layout without a day", "layout: YYYY-MM-DD", "layout: §YYYY-MM", "layout", ""},
	{"zone", "Europe/Stockholm", "§Europe/Stokholm", "zone", "Europe/Stockholm"},
	{"layout of no date", "as: phone", "as: phone, layout: §YYYY-MM-DD", "misplaced_key", ""},
	{"choices of no choice", "as: phone", "as: phone, choices: §[a]", "misplaced_key", ""},
	{"separator of nothing", "as: phone", `as: phone, separator: §","`, "misplaced_key", ""},
	{"otherwise without lookup", "default: false", "default: false, otherwise: §true", "misplaced_key", ""},
	{"default beside error", "empty: error", "default: 070-1740605, empty: §error", "misplaced_key", ""},
	{"default beside a constant", "participated: {value: false}", "participated: {value: false, default: §true}", "misplaced_key", ""},
	{"two sources", "{value: M11385}", "{column: Kund, value: §M11385}", "sources", ""},
	{"no source", "{column: Mobil, as: phone, empty: error}", "{as: phone}", "no_source", ""},
	{"empty rule", "viewingId: Visning", "§viewingId:", "empty_value", ""},
	{"empty list", "[E-post, Epost]", "§[]", "empty_value", ""},
	{"empty name of a column", "zipCode: Postnr", `zipCode: §""`, "empty_value", ""},
	{"empty constant", "{value: M11385}", `{value: §""}`, "empty_value", ""},
	{"same candidate twice", "[E-post, Epost]", "[E-post, §E-post]", "duplicate_value", ""},
	{"text for a group", "{emailAddress: [E-post, Epost]}", "§E-post", "wrong_kind", ""},
	{"column for a group", "{emailAddress: [E-post, Epost]}", "{§column: Epost}", "wrong_kind", ""},
	{"environment of the expression", `upper(column("Källa"))`, `§$env`, "expression", ""},
	{"variable in an expression", `upper(column("Källa"))`, `let §a = column("Källa"); a + a`, "expression", ""},
	{"list for a key", "as: phone", "as: §[phone, text]", "wrong_kind", ""},
	{"text for a block", "slots: {\"18:00\": TS-1, \"18:30\": TS-2}", "slots: §TS-1", "wrong_kind", ""},
	{"list for one value", "{value: 60}", "{value: §[60, 30]}", "wrong_kind", ""},
	{"constant of no boolean", "participated: {value: false}", "participated: {value: §flase}", "bad_constant", "false"},
	{"constant of no number", "{value: 60}", "{value: §sextio}", "bad_constant", ""},
	{"negative number", "{value: 60}", "{value: §-60}", "bad_constant", ""},
	{"constant of no id", "{value: M11385}", "{value: §M/11385}", "bad_constant", ""},
	{"constant that is too long", "{column: Namn, split: first}", "{value: §Annabellamariakristinaelisabeth}", "bad_constant", ""},
	{"default of no boolean", "default: false", "default: §aldrig", "bad_constant", ""},
	{"lookup to no id", "TS-2", "§TS?2", "bad_constant", ""},
	{"expression", "upper(column", "§uper(column", "expression", "upper"},
	{"expression of no text", `'upper(column("Källa"))'`, `§'len(column("Källa"))'`, "expression", ""},
	{"expression of a text or a number", `'upper(column("Källa"))'`, `§'column("Källa") == "x" ? "x" : 3'`, "expression", ""},
	{"expression with a loop", `upper(column("Källa"))`, `§map(1..9, "a")[0]`, "expression", ""},
	{"unclosed expression", `upper(column("Källa"))`, `upper(column("Källa"§)`, "expression", ""},
	{"version", "version: 1", "version: §2", "version", ""},
	{"no version", "version: 1\n", "", "missing_key", ""},
	{"condition of nothing", "when: {column: Typ, is: [Hem, Bostad]}", "when: §[]", "empty_value", ""},
	{"skip of nothing", "skip:\n  - {column: Status, is: Avbokad, reason: avbokad}", "skip: §[]", "empty_value", ""},
	{"two offices in one row", "  updatePerson:", "  updatePerson:\n    §customerId: {value: M2}", "customer_mismatch", ""},
	{"no target", "  viewingId: Visning\n", "", "unmapped", ""},
	{"row number", "headerRow: 4", "headerRow: §0", "unknown_value", ""},
	{"delimiter", "semicolon", "§semikolon", "unknown_value", "semicolon"},
	{"identity", "[updatePerson.email.emailAddress]", "[§updatePerson.email.emailAdress]", "unknown_field", "updatePerson.email.emailAddress"},
	{"identity that is not mapped", "[updatePerson.email.emailAddress]", "[§updatePerson.contactId]", "unmapped", ""},
	{"condition of two minds", "is: Avbokad", "is: Avbokad, not: Bokad", "condition", ""},
	{"condition without column", "{column: Status, is: Avbokad", "§{is: Avbokad", "missing_key", ""},
	{"alias", "participated: {value: false}", "participated: §*no", "syntax", ""},
	{"anchor", "participated: {value: false}", "participated: §&no {value: false}", "anchor", ""},
	{"tag", "viewingId: Visning", "viewingId: §!!str Visning", "tag", ""},
	{"merge", "  participated:", "  §<<: {participated: Kom}\n  participated:", "merge", ""},
	{"second document", "identity:", "§---\nidentity:", "second_document", ""},
	{"second document behind an end", "identity:", "§...\nidentity:", "second_document", ""},
	{"directive", "version: 1", "§%YAML 9.9\nversion: 1", "syntax", ""},
	{"include without files", "lookups:", "include: §gemensam.yaml\nlookups:", "include", ""},
	{"unclosed bracket", "[E-post, Epost]}", "§[E-post, Epost}", "syntax", ""},
	{"unclosed quote", "sheet: Deltagare", `sheet: §"Deltagare`, "syntax", ""},
	{"unclosed quote, closed lines later", "viewingId: Visning", `viewingId: §"Visning`, "syntax", ""},
	{"colon in a text", "viewingId: Visning", "viewingId: Visning§: id", "syntax", ""},
	{"tab", "  viewingId:", "§\tviewingId:", "syntax", ""},
	{"control character", "viewingId: Visning", "viewingId: Vis§\x01ning", "encoding", ""},
	{"bytes that are not UTF-8", "viewingId: Visning", "viewingId: Vis§\xe5ning", "encoding", ""},
	{"missing column", "viewingId: Visning", "viewingId: §Visnnig", "missing_column", "Visning"},
	{"missing candidates", "[E-post, Epost]", "[§E-pots, Epots]", "missing_column", "Epost"},
	{"missing column of a condition", "column: Typ", "column: §Tyyp", "missing_column", "Typ"},
	{"missing column of join", "[Kommentar, Ort]", "[Kommentar, §Orrt]", "missing_column", "Ort"},
	{"missing column of an expression", `column("Källa")`, `column(§"Käla")`, "missing_column", "Källa"},
	{"missing column of skip", "column: Status", "column: §Statsu", "missing_column", "Status"},
}

// TestMutantsTogether: what the header lacks is told along with what the file
// has wrong, wherever the table can be read.
func TestMutantsTogether(t *testing.T) {
	src := strings.NewReplacer("firstName:", "firsName:", "viewingId: Visning", "viewingId: Visnnig", "column: Status", "column: Statsu", "as: phone", "as: fone").Replace(good)
	for _, c := range []struct {
		header []string
		want   int
	}{{goodHeader, 4}, {nil, 2}, {[]string{"Anna Ek", "0701740605"}, 2}} {
		_, err := Parse("mapping.yaml", []byte(src), Options{Header: func(m *Mapping) []string {
			if in := m.Input(); in.HeaderRow != 4 || m.Fits(goodHeader) < 5 {
				t.Errorf("the header cannot be found by %+v", in)
			}
			return c.header
		}})
		var found Errors
		if errors.As(err, &found); len(found) != c.want {
			t.Errorf("%q: want %d mistakes, got\n%v", c.header, c.want, err)
		}
	}
}

func TestEncoding(t *testing.T) {
	known := func(name string) ([]string, bool) { return []string{"utf-8", "cp850"}, name == "utf-8" }
	for name, want := range map[string]string{"utf-8": "", "cp580": "cp850", "klingon": ""} {
		src := strings.Replace(good, "headerRow: 4", "headerRow: 4, encoding: "+name, 1)
		_, err := Parse("mapping.yaml", []byte(src), Options{Encoding: known})
		var found Errors
		if errors.As(err, &found); (name == "utf-8") != (err == nil) || err != nil && (found[0].Line != 25 || found[0].Suggestion != want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGood(t *testing.T) {
	m, err := Parse("mapping.yaml", []byte(good), Options{Today: today})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Bind(goodHeader); err != nil {
		t.Fatal(err)
	}
}

// TestMutants: every mistake is refused before a row is read, at its place.
func TestMutants(t *testing.T) {
	if len(mutants) < 60 {
		t.Errorf("there are only %d mutants", len(mutants))
	}
	for _, c := range mutants {
		if strings.Count(good, c.old) < 1 {
			t.Errorf("%s: %q is not in the mapping", c.name, c.old)
			continue
		}
		marked := strings.Replace(good, c.old, c.new, 1)
		line, column := 0, 0
		if before, _, ok := strings.Cut(marked, "§"); ok {
			line = 1 + strings.Count(before, "\n")
			column = 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
		}
		m, err := Parse("mapping.yaml", []byte(strings.Replace(marked, "§", "", 1)), Options{Today: today})
		if err == nil {
			_, err = m.Bind(goodHeader)
		}
		var found Errors
		if !errors.As(err, &found) {
			t.Errorf("%s: not refused (%v)", c.name, err)
			continue
		}
		first := found[0]
		if first.Code != c.code || line > 0 && (first.Line != line || first.Column != column) || first.Line == 0 {
			t.Errorf("%s: want %s at %d:%d, got %s:\n%v", c.name, c.code, line, column, first.Code, err)
		}
		if c.suggestion != "" && first.Suggestion != c.suggestion {
			t.Errorf("%s: want the suggestion %q, got\n%v", c.name, c.suggestion, err)
		}
		if len(found) > 2 {
			t.Errorf("%s: one mistake is told as %d:\n%v", c.name, len(found), err)
		}
		for _, e := range found {
			checkWords(t, c.name, e.Reason.String()+" "+e.Hint.String())
		}
	}
}

// checkWords refuses what is no word for a person: Go's types, YAML's tags,
// the libraries' names.
func checkWords(t *testing.T, name, text string) {
	t.Helper()
	for _, word := range []string{"interface", "string", "[]", "map[", "struct", "unmarshal", "!!int", "!!map", "yaml:", "go-yaml", "nil", "%!", "func(", "*mapping", "panic", "goroutine"} {
		if strings.Contains(text, word) && !strings.Contains(text, "tags (") {
			t.Errorf("%s: %q is in %q", name, word, text)
		}
	}
}
