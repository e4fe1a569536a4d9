package mapping

import (
	"fmt"
	"strings"
	"testing"
)

// TestDoubts: what is doubtful about a text, by the kind of field that it is
// for. With a ! the row is refused.
func TestDoubts(t *testing.T) {
	const first, last, city, email, phone, note = "updatePerson.firstName", "updatePerson.lastName", "updatePerson.address.city",
		"updatePerson.email.emailAddress", "updatePerson.cellPhone", "contactMessage"
	for _, test := range []struct{ path, text, want string }{
		{first, "NULL", "null_name!"}, {last, "(null)", "null_name!"}, {last, `\N`, "null_name!"}, {last, "-", "null_name!"}, {first, "#N/A", "formula_error!"},
		{first, "N/A", "null_name!"}, {last, "Null", "null_word"}, {last, "okänd", "null_word"}, {first, "Nan", ""}, {first, "Tom", ""},
		{city, "NULL", "null_word"}, {note, "-", "null_word"}, {note, "N/A", "null_word"}, {city, "saknas", "null_word"}, {phone, "NULL", "null_word!"}, {"viewingId", "null", "null_word!"},
		{note, "- kommer sent", ""}, {note, "okänd väg dit, ring mig", ""},
		{first, "0", "zero!"}, {last, "0,00", "zero!"}, {city, "0", "zero"}, {note, "0", "zero"}, {note, "10", ""},
		{last, "'Rask", "apostrophe"}, {email, "'cilla@example.com", "apostrophe!"}, {phone, "'070-1740605", "apostrophe!"}, {city, "'Umeå", "apostrophe"},
		{note, "'=hej", "apostrophe"}, {city, "'s-Gravenhage", ""}, {last, "'t Hooft", ""}, {last, "O'Brien", ""}, {last, "’Ek", "apostrophe"},
		{first, "G&ouml;ran", "escaped"}, {last, "O&#39;Brien", "escaped"}, {note, "Vi &auml;r tv&aring; &amp; kommer sent", "escaped"}, {note, "Hej!<br>Bo", "escaped"},
		{first, "=C3=85sa", "escaped"}, {first, "%C3%85sa", "escaped"}, {first, `\u00c5sa`, "escaped"}, {note, "=?UTF-8?Q?=C3=85?=", "escaped"}, {note, "100 % säkert, 5 < 6 & 7", ""},
		{first, "GÃ¶ran", "encoded_twice"}, {first, "Ã…sa", "encoded_twice"}, {note, "itâ€™s", "encoded_twice"}, {last, "JOÃO", ""}, {first, "Zoë", ""},
		{first, "Bj?rn", "lost_letters"}, {first, "Bj\ufffdrn", "lost_letters"}, {note, "Kan jag komma? Vi är två", ""},
		{first, "Exempel: Anna", "example!"}, {first, "Obligatorisk", "example!"}, {first, "t.ex. Anna", "example!"}, {last, "(exempel)", "example!"}, {first, "Förnamn*", "example!"},
		{last, "Exempelsson", ""}, {first, "Test", ""}, {last, "Testsson", "test"}, {first, "test test", "test"}, {last, "Testarossa", ""},
		{first, "Asta & Bo", "two_people!"}, {first, "Cilla och Dan", "two_people!"}, {last, "Rask/Holm", "two_people!"}, {first, "Eva, Fia", "two_people!"}, {first, "Anna +1", "two_people!"},
		{first, "Anna o Bo", "two_people!"}, {first, "Anna m.fl.", "two_people!"}, {first, "Anna m fl", "two_people!"}, {first, "Bo med sambo", "two_people!"}, {last, "Fam. Berg", "two_people!"}, {first, "Familjen Berg", "two_people!"}, {last, "Medin", ""}, {first, "Fam", ""}, {last, "O Connor", ""}, {first, "Anna-Lena", ""}, {last, "von Essen", ""}, {city, "Köpenhamn & Malmö", ""}, {last, "Ochsner", ""},
		{city, "#REF!", "formula_error!"}, {note, "#######", "formula_error!"}, {note, "#metoo", ""}, {city, "Upplands Väsby", ""},
	} {
		var around surroundings
		_, why := doubting(whereIs(test.path), texter(true))(test.text, &around)
		got := strings.Join(around.doubts, " ")
		if why != nil {
			got += why.code + "!"
		}
		if got != test.want {
			t.Errorf("%s %q: %q, want %q", test.path, test.text, got, test.want)
		}
	}
}

// TestMapDoubts: of a doubtful text the row is refused or noted, with its cell.
func TestMapDoubts(t *testing.T) {
	m, err := Parse("mapping.yaml", []byte(`version: 1
target: {customerId: {value: M1}, viewingId: {value: VIS1}, timeSlotId: {value: TS1}}
participant: {updatePerson: {firstName: Förnamn, lastName: Efternamn, cellPhone: Mobil, address: {city: {column: Ort, lookup: {saknas: Umeå}, otherwise: Kil}}}, contactMessage: Meddelande}
`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	mp, err := m.Bind([]string{"Förnamn", "Efternamn", "Mobil", "Ort", "Meddelande"})
	if err != nil {
		t.Fatal(err)
	}
	for row, want := range map[string]string{
		"Asta|Lind|0701740605|Umeå|hej":       "",
		"Asta|Lind|0701740605|saknas|-":       "4 null_word note",
		"NULL|Lind|0701740605|Umeå|":          "0 null_name",
		"Asta & Bo|Lind|0701740605|Umeå|":     "0 two_people",
		"Asta|Lind|'070-1740605|Umeå|":        "2 apostrophe",
		"G&ouml;ran|0|0701740605|Umeå|A&amp;": "0 escaped note, 1 zero, 4 escaped note",
	} {
		var s Submission
		var got []string
		for _, p := range mp.Map(strings.Split(row, "|"), &s) {
			one := fmt.Sprintf("%d %s", p.Column, p.Code)
			if p.Warning {
				one += " note"
			}
			got = append(got, one)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", row, got, want)
		}
	}
}
