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
    lastName: {column: Namn, split: last}
    email: {emailAddress: [E-post, Epost]}
    cellPhone: {column: Mobil, empty: error}
    telePhone: {column: Telefon, as: text}
    note: {join: [Kommentar, Ort], separator: "; "}
    categoryIds: {column: Kategorier, split: ","}
    gdprApprovalDate: {column: Informerad, as: date, layout: YYYY-MM-DD}
    obtainThrough: {column: Källa, lookup: {visning: Visit}, otherwise: Other}
    wishAdvertising: {column: Nyhetsbrev, default: false}
    address: {city: {column: Ort, replace: {Umea: Umeå}}, zipCode: Postnr}
    customField: {name: {value: källa}, value: {computed: 'upper(column("Källa"))'}}
  participated: {value: false}
  reminderTime: {value: 60}
  options: {isDeadlineValidationEnabled: {value: false}}
lookups:
  slots: {"18:00": TS-1, "18:30": TS-2}
input: {sheet: Deltagare, headerRow: 4, delimiter: semicolon}
skip:
  - {column: Status, is: [Avbokad, Struken], reason: avbokad}
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
	{"key of a rule", "as: text", "§az: text", "unknown_key", "as"},
	{"key of a rule, longer", "separator:", "§seperator:", "unknown_key", "separator"},
	{"key of a condition", "is: [Avbokad", "§iss: [Avbokad", "unknown_key", "is"},
	{"key of input", "headerRow:", "§headerrow:", "unknown_key", "headerRow"},
	{"key of skip", "reason:", "§raeson:", "unknown_key", "reason"},
	{"repeated field", "    address:", "    §firstName: Namn\n    address:", "duplicate_key", ""},
	{"repeated block", "lookups:", "§target: {viewingId: Visning}\nlookups:", "duplicate_key", ""},
	{"repeated key of a rule", "as: text", "as: text, §as: date", "duplicate_key", ""},
	{"repeated lookup key", `"18:30": TS-2`, `"18:30": TS-2, §"18:00": TS-3`, "duplicate_key", ""},
	{"lookup keys that differ in case", "{visning: Visit}", "{visning: Visit, §VISNING: Other}", "duplicate_key", ""},
	{"converter", "as: date", "as: §datee", "unknown_converter", "date"},
	{"converter, exchanged", "as: text", "as: §txet", "unknown_converter", "text"},
	{"unsuitable converter", "as: text", "as: §date", "unsuitable_converter", ""},
	{"unsuitable converter of a flag", "default: false", "default: false, as: §text", "unsuitable_converter", ""},
	{"unsuitable converter of a name", "split: first", "as: §date", "unsuitable_converter", ""},
	{"lookup", "lookup: slots", "lookup: §slot", "unknown_lookup", "slots"},
	{"empty", "empty: error", "empty: §eror", "unknown_value", "error"},
	{"split", "split: first", "split: §frist", "unknown_split", "first"},
	{"layout", "layout: YYYY-MM-DD", "layout: §YYY-MM-DD", "layout", "YYYY-MM-DD"},
	{"layout with the minutes as month", "layout: YYYY-MM-DD", "layout: §YYYY-mm-DD", "layout", "YYYY-MM-DD"},
	{"layout without a day", "layout: YYYY-MM-DD", "layout: §YYYY-MM", "layout", ""},
	{"layout of no date", "as: text", "as: text, layout: §YYYY-MM-DD", "misplaced_key", ""},
	{"separator of nothing", "as: text", `as: text, separator: §","`, "misplaced_key", ""},
	{"otherwise without lookup", "default: false", "default: false, otherwise: §true", "misplaced_key", ""},
	{"default beside error", "empty: error", "default: 070-1740605, empty: §error", "misplaced_key", ""},
	{"default beside a constant", "participated: {value: false}", "participated: {value: false, default: §true}", "misplaced_key", ""},
	{"two sources", "{value: M11385}", "{column: Kund, value: §M11385}", "sources", ""},
	{"no source", "{column: Mobil, empty: error}", "{empty: error}", "no_source", ""},
	{"empty rule", "viewingId: Visning", "§viewingId:", "empty_value", ""},
	{"empty list", "[E-post, Epost]", "§[]", "empty_value", ""},
	{"empty name of a column", "zipCode: Postnr", `zipCode: §""`, "empty_value", ""},
	{"empty constant", "{value: M11385}", `{value: §""}`, "empty_value", ""},
	{"same candidate twice", "[E-post, Epost]", "[E-post, §E-post]", "duplicate_value", ""},
	{"text for a group", "{emailAddress: [E-post, Epost]}", "§E-post", "wrong_kind", ""},
	{"column for a group", "{emailAddress: [E-post, Epost]}", "{§column: Epost}", "wrong_kind", ""},
	{"environment of the expression", `upper(column("Källa"))`, `§$env`, "expression", ""},
	{"variable in an expression", `upper(column("Källa"))`, `let §a = column("Källa"); a + a`, "expression", ""},
	{"list for a key", "as: text", "as: §[text, date]", "wrong_kind", ""},
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
	{"include, which is gone", "lookups:", "§include: gemensam.yaml\nlookups:", "gone", ""},
	{"identity, which is gone", "lookups:", "§identity: [updatePerson.email.emailAddress]\nlookups:", "gone", ""},
	{"when, which is gone", "as: text", "as: text, §when: {column: Typ, is: Hem}", "gone", ""},
	{"choices, which are gone", "as: text", "as: text, §choices: [a]", "gone", ""},
	{"zone, which is gone", "as: date", "as: date, §zone: Europe/Helsinki", "gone", ""},
	{"trim, which is gone", "as: text", `as: text, §trim: "*"`, "gone", ""},
	{"case, which is gone", "as: text", "as: text, §case: title", "gone", ""},
	{"converters that are gone", "as: text", "as: §email", "gone", ""},
	{"omit, which is gone", "empty: error", "empty: §omit", "gone", ""},
	{"two orders of day and month", "layout: YYYY-MM-DD", "layout: [DD/MM/YYYY, §MM/DD/YYYY]", "layout", ""},
	{"two orders of day and month, short", "layout: YYYY-MM-DD", "layout: [D.M.YY, §M.D.YY]", "layout", ""},
	{"two orders of year and day", "layout: YYYY-MM-DD", "layout: [YYMMDD, §DDMMYY]", "layout", ""},
	{"an empty text in a constant list", "{column: Kategorier, split: \",\"}", `{value: [KAT1, §""]}`, "empty_value", ""},
	{"version", "version: 1", "version: §2", "version", ""},
	{"no version", "version: 1\n", "", "missing_key", ""},
	{"skip of nothing", "skip:\n  - {column: Status, is: [Avbokad, Struken], reason: avbokad}", "skip: §[]", "empty_value", ""},
	{"two offices in one row", "  updatePerson:", "  updatePerson:\n    §customerId: {value: M2}", "customer_mismatch", ""},
	{"no target", "  viewingId: Visning\n", "", "unmapped", ""},
	{"row number", "headerRow: 4", "headerRow: §0", "unknown_value", ""},
	{"delimiter", "semicolon", "§semikolon", "unknown_value", "semicolon"},
	{"delimiter of letters", "semicolon", "§ab", "unknown_value", ""},
	{"delimiter of three signs", "semicolon", `§"|||"`, "unknown_value", ""},
	{"condition of two minds", "is: [Avbokad, Struken]", "is: Avbokad, not: Bokad", "condition", ""},
	{"condition without column", "{column: Status, is: [Avbokad", "§{is: [Avbokad", "missing_key", ""},
	{"alias", "participated: {value: false}", "participated: §*no", "syntax", ""},
	{"anchor", "participated: {value: false}", "participated: §&no {value: false}", "anchor", ""},
	{"tag", "viewingId: Visning", "viewingId: §!!str Visning", "tag", ""},
	{"merge", "  participated:", "  §<<: {participated: Kom}\n  participated:", "merge", ""},
	{"second document", "skip:", "§---\nskip:", "second_document", ""},
	{"second document behind an end", "skip:", "§...\nskip:", "second_document", ""},
	{"directive", "version: 1", "§%YAML 9.9\nversion: 1", "syntax", ""},
	{"unclosed bracket", "[E-post, Epost]}", "§[E-post, Epost}", "syntax", ""},
	{"unclosed quote", "sheet: Deltagare", `sheet: §"Deltagare`, "syntax", ""},
	{"unclosed quote, closed lines later", "viewingId: Visning", `viewingId: §"Visning`, "syntax", ""},
	{"colon in a text", "viewingId: Visning", "viewingId: Visning§: id", "syntax", ""},
	{"tab", "  viewingId:", "§\tviewingId:", "syntax", ""},
	{"control character", "viewingId: Visning", "viewingId: Vis§\x01ning", "encoding", ""},
	{"bytes that are not UTF-8", "viewingId: Visning", "viewingId: Vis§\xe5ning", "encoding", ""},
	{"missing column", "viewingId: Visning", "viewingId: §Visnnig", "missing_column", "Visning"},
	{"missing candidates", "[E-post, Epost]", "[§E-pots, Epots]", "missing_column", "Epost"},
	{"missing column of join", "[Kommentar, Ort]", "[Kommentar, §Orrt]", "missing_column", "Ort"},
	{"missing column of an expression", `column("Källa")`, `column(§"Käla")`, "missing_column", "Källa"},
	{"missing column of skip", "column: Status", "column: §Statsu", "missing_column", "Status"},
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
