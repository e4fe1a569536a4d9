package propose

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"vitec-import/mapping"

	"pgregory.net/rapid"
)

// propose makes a proposal for a list whose first row is its header.
func proposed(t *testing.T, o Options, rows ...string) *Proposal {
	t.Helper()
	s := New(strings.Split(rows[0], "|"))
	for _, r := range rows[1:] {
		s.Add(strings.Split(r, "|"))
	}
	p, err := s.Propose(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *Proposal) at(field string) (header, rule string) {
	for _, s := range p.Mapped {
		if s.Field == field {
			return s.Header, oneLine(s.rule.node())
		}
	}
	return "", ""
}

func (p *Proposal) doubted(field, header string) string {
	for _, s := range p.Unsure {
		if s.Field == field && s.Header == header {
			return s.Why.String()
		}
	}
	return ""
}

func TestProposeByCells(t *testing.T) {
	mobiles := []string{"Namn|Telefon"}
	for range 10 {
		mobiles = append(mobiles, "Anna Ek|070-174 06 05")
	}
	for _, test := range []struct {
		name                string
		rows                []string
		field, header, rule string
	}{
		{"mobile numbers under a phone", mobiles, "updatePerson.cellPhone", "Telefon", ""},
		{"a phone at home stays one", []string{"Namn|Telefon", "Anna Ek|08-12 34 56"}, "updatePerson.telePhone", "Telefon", ""},
		{"a whole name", []string{"Namn|E-post", "Anna Ek|a@example.com"}, "updatePerson.lastName", "Namn", "{column: Namn, split: last}"},
		{"a first name beside a last name", []string{"Namn|Efternamn|E-post", "Anna|Ek|a@example.com"}, "updatePerson.firstName", "Namn", "Namn"},
		{"addresses of the other kind", []string{"Namn|Adress", "Anna Ek|a@example.com"}, "updatePerson.email.emailAddress", "Adress", ""},
		{"a column that only its cells explain", []string{"Namn|Svar", "Anna Ek|a@example.com"}, "updatePerson.email.emailAddress", "Svar", ""},
		{"the only names", []string{"Spekulant|Mobil", "Anna Ek|0701740605", "Bo Ek|0701740606"}, "updatePerson.firstName", "Spekulant", ""},
		{"a consent that is a date", []string{"Mobil|Samtycke", "0701740605|2026-03-04"}, "updatePerson.gdprApprovalDate", "Samtycke", "Samtycke"},
		{"another way of writing dates", []string{"Mobil|Informerad", "0701740605|24.3.2026"}, "updatePerson.gdprApprovalDate", "Informerad", "{column: Informerad, layout: D.M.YYYY}"},
		{"words for how", []string{"Mobil|Hur", "0701740605|Besök", "0701740606|e-post"}, "updatePerson.obtainThrough", "Hur", "{column: Hur, lookup: informedBy}"},
		{"ids need no lookup", []string{"Mobil|Visning", "0701740605|VIS4A1F0C7B2D9E4C35A6F8B0D1E2C3F4A5"}, "viewingId", "Visning", "Visning"},
		{"a whole address", []string{"E-post|Adress", "a@example.com|Storgatan 1, 903 25 Umeå"}, "updatePerson.address.city", "Adress", "{column: Adress, split: city}"},
		{"a street beside a postal code", []string{"E-post|Adress|Postnr", "a@example.com|Storgatan 1, 903 25 Umeå|90325"}, "updatePerson.address.zipCode", "Postnr", "Postnr"},
		{"a postal code with its city", []string{"E-post|Gata|Ort", "a@example.com|Storgatan 1|903 25 Umeå"}, "updatePerson.address.zipCode", "Ort", "{column: Ort, split: zip}"},
		{"numbered questions", []string{"1. Namn|2. Din e-post?|3) Mobil", "Anna Ek|a@example.com|0701740605"}, "updatePerson.cellPhone", "3) Mobil", ""},
		{"lettered questions", []string{"A. Förnamn|B. Efternamn|C. E-post", "Anna|Ek|a@example.com"}, "updatePerson.lastName", "B. Efternamn", ""},
		{"an initial is no letter that counts", []string{"F. namn|E. namn|E-post", "Anna|Ek|a@example.com"}, "updatePerson.firstName", "F. namn", "F. namn"},
		{"letters of another encoding", []string{"AnmÃ¤rkning|E-post", "ringer|a@example.com"}, "updatePerson.note", "AnmÃ¤rkning", ""},
		{"phones by noun and kind", []string{"Namn|Tfn arb|Bost.tel|Tele mob", "Anna Ek|0812345678|0812345679|0701740605"}, "updatePerson.workPhone", "Tfn arb", ""},
		{"roman questions", []string{"I. Namn|II. Telefon", "Anna Ek|08-12 34 56"}, "updatePerson.telePhone", "II. Telefon", ""},
		{"both names behind a word", []string{"Ditt för- och efternamn|E-post", "Anna Ek|a@example.com"}, "updatePerson.firstName", "Ditt för- och efternamn", "{column: Ditt för- och efternamn, split: first}"},
		{"a field behind its group", []string{"Full Name - First Name|E-post", "Anna|a@example.com"}, "updatePerson.firstName", "Full Name - First Name", ""},
		{"somebody's in the genitive", []string{"Namn|Medsökandes tel", "Anna Ek|0701740605"}, "updatePerson.cellPhone", "", ""},
		{"names of viewings do", []string{"Mobil|Visning", "0701740605|Storgatan 12"}, "viewingId", "Visning", "{column: Visning, lookup: viewings}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := proposed(t, Options{}, test.rows...)
			header, rule := p.at(test.field)
			if header != test.header || test.rule != "" && rule != test.rule {
				t.Errorf("%s is %q by %s; want %q by %s\n%s", test.field, header, rule, test.header, test.rule, p.YAML(english))
			}
		})
	}
}

// TestProposeDoubts names what is left to a person, and the reason.
func TestProposeDoubts(t *testing.T) {
	for _, test := range []struct {
		name               string
		rows               []string
		field, header, why string
	}{
		{"cells against the heading", []string{"Mobil|E-post", "0701740605|ja"}, "updatePerson.email.emailAddress", "E-post", "0 of 1 cells look like e-mail addresses"},
		{"two columns for one field", []string{"E-post|Mail|Mobil", "a@example.com|b@example.com|"}, "updatePerson.email.emailAddress", "Mail", `column "E-post" fits the field equally well: choose one`},
		{"a whole name too many", []string{"Förnamn|Efternamn|Namn|Mobil", "Anna|Ek|Anna Ek|0701740605"}, "updatePerson.firstName", "Namn", "the file has the first and the last name already"},
		{"dates in two ways", []string{"Mobil|Informerad", "0701740605|04/03/2026"}, "updatePerson.gdprApprovalDate", "Informerad", "its dates can be read in two ways: say which with layout"},
		{"a yes is no date", []string{"Mobil|Samtycke", "0701740605|ja"}, "updatePerson.gdprApprovalDate", "Samtycke", "its cells are not dates written in one way"},
		{"messages to people", []string{"Mobil|SMS-påminnelse", "0701740605|ja"}, "smsReminder", "SMS-påminnelse", "it would send messages to people"},
		{"the same name twice", []string{"E-post|e-post|E-post|Mobil", "a@example.com|||"}, "updatePerson.email.emailAddress", "E-post", "several columns have this name: rename one of them"},
		{"phones under an e-mail address", []string{"Namn|E-post", "Anna Ek|0701740605"}, "updatePerson.cellPhone", "E-post", "its cells are phone numbers, its heading says something else"},
		{"an opt-in to anything", []string{"Mobil|Opt-in", "0701740605|ja"}, "updatePerson.wishAdvertising", "Opt-in", "the heading may mean this, or something else"},
		{"the old consent", []string{"Mobil|approval", "0701740605|ja"}, "updatePerson.approval", "approval", "it is the consent from before the GDPR; map it only if you know that you need it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := proposed(t, Options{}, test.rows...)
			if why := p.doubted(test.field, test.header); why != test.why {
				t.Errorf("reason %q, want %q\n%s", why, test.why, p.YAML(english))
			}
		})
	}
}

// TestProposeSomebodyElse: whoever stands beside the participant in a list is
// not written on the participant's card.
func TestProposeSomebodyElse(t *testing.T) {
	p := proposed(t, Options{},
		"Namn|Mobil|Mäklarens mobil|Säljarens e-post|Objektets adress|Medsökandes namn|Antal deltagare|Företagets telefon",
		"Anna Ek|0701740605|0701740606|s@example.com|Storgatan 1|Bo Ek|2|0812345678")
	var headers []string
	for _, s := range append(p.Mapped, p.Unsure...) {
		headers = append(headers, s.Header)
	}
	slices.Sort(headers)
	if got := strings.Join(slices.Compact(headers), "|"); got != "Mobil|Namn" {
		t.Errorf("uses %s", got)
	}
	if len(p.Unused) != 6 {
		t.Errorf("unused: %v", p.Unused)
	}
}

// TestProposeSecondPerson: numbers are of the participant's, unless they count
// people.
func TestProposeSecondPerson(t *testing.T) {
	for heading, want := range map[string]bool{
		"Namn|E-post|E-post 2|Mobil|Mobil 2":                  true,
		"Namn 1|E-post 1|Namn 2|E-post 2|Mobil 2":             false,
		"förnamn_1|epost_1|förnamn_2|epost_2":                 false,
		"Person 1 namn|Person 1 epost|Person 2 namn|E-post 2": false,
	} {
		cells := make([]string, strings.Count(heading, "|")+1)
		p := proposed(t, Options{}, heading, strings.Join(cells, "|"))
		header, _ := p.at("updatePerson.email.emailAddress2")
		other, _ := p.at("updatePerson.otherPhone")
		if got := header+other != ""; got != want {
			t.Errorf("%s: %q and %q are mapped", heading, header, other)
		}
	}
}

// TestProposeRepeated: what is the same in all rows tells nobody apart.
func TestProposeRepeated(t *testing.T) {
	rows := []string{"Namn|Mobil|E-post|Adress|Ort"}
	for i := range 12 {
		rows = append(rows, fmt.Sprintf("Anna %c|07017406%02d|kontoret@example.com|Storgatan %d|Umeå", 'A'+i, 10+i, i%2))
	}
	p := proposed(t, Options{}, rows...)
	for field, column := range map[string]string{"updatePerson.email.emailAddress": "E-post", "updatePerson.address.streetAddress": "Adress"} {
		if header, _ := p.at(field); header != "" {
			t.Errorf("%q is mapped", header)
		}
		if why := p.doubted(field, column); !strings.Contains(why, "somebody else's") {
			t.Errorf("the reason is %q", why)
		}
	}
	if header, _ := p.at("updatePerson.address.city"); header != "Ort" {
		t.Error("the city, which many have in common, is not mapped")
	}
}

func TestProposeFile(t *testing.T) {
	p := proposed(t, Options{Table: "list.csv", Schema: "mapping.schema.json", Set: []string{"customerId=M11385"}},
		"Namn|Mobil|Telefon|Personnummer|Visning|Tid|Status",
		"Anna Ek|0701740605||199006022397|Storgatan 12|17:00|klar",
		"Bo Ek|0701740606|08123456|199107172380|Sjövägen 4|17:00|")
	want := `# yaml-language-server: $schema=mapping.schema.json
# Which column of the list goes where. Proposed for list.csv: read it through,
# above all what is marked "unsure". The keys are the API's own names.
# Write an id wherever there is a "?".
version: 1

target:
  customerId: {value: M11385}
  viewingId: {column: Visning, lookup: viewings}
  timeSlotId: {join: [Visning, Tid], lookup: slots} # the same time stands beside several viewings: a time slot is known by both together

participant:
  updatePerson:
    firstName: {column: Namn, split: first}
    lastName: {column: Namn, split: last}
    # unsure, column "Personnummer": the server overwrites whoever has the number; remove the # only if you need to send it
    # socialSecurityNumber: Personnummer
    telePhone: Telefon
    cellPhone: Mobil
  # unsure, column "Status": the heading may mean this, or something else
  # participated: {column: Status, lookup: {klar: "?"}}
  returnBookingId: {value: true}
  options:
    isDeadlineValidationEnabled: {value: true} # false for a list that is imported after the viewing
    enableBookingLimitValidation: {value: true} # false to book more people than there are places

lookups:
  viewings:
    Storgatan 12: "?" # rows: 1
    Sjövägen 4: "?" # rows: 1
  slots:
    "Storgatan 12 17:00": "?" # rows: 1
    "Sjövägen 4 17:00": "?" # rows: 1
`
	if got := string(p.YAML(english)); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := fmt.Sprint(p.Missing()); got != `[viewingId, for texts of column "Visning": 2 timeSlotId, for texts of column "Tid": 2]` {
		t.Errorf("missing: %s", got)
	}
	// What is to be filled in is refused, each at its place, and nothing else is.
	_, err := mapping.Parse("mapping.yaml", p.YAML(english), mapping.Options{})
	var mistakes mapping.Errors
	if !errors.As(err, &mistakes) || len(mistakes) != 4 {
		t.Fatalf("mistakes: %v", err)
	}
	for _, m := range mistakes {
		if m.Code != "unfilled" || m.Line < 28 {
			t.Errorf("mistake: %v", m)
		}
	}
	m, err := mapping.Parse("mapping.yaml", p.YAML(english), mapping.Options{Trial: true})
	if err != nil {
		t.Fatal(err)
	}
	mp, err := m.Bind(strings.Split("Namn|Mobil|Telefon|Personnummer|Visning|Tid|Status", "|"))
	if err != nil {
		t.Fatal(err)
	}
	var one, two mapping.Submission
	mp.Map(strings.Split("Anna Ek|0701740605||199006022397|Storgatan 12|17:00|klar", "|"), &one)
	mp.Map(strings.Split("Bo Ek|0701740606|08123456|199107172380|Sjövägen 4|17:00|", "|"), &two)
	if one.Target.ViewingId == two.Target.ViewingId || one.Target.TimeSlotId == two.Target.TimeSlotId || one.Target.CustomerId != "M11385" {
		t.Errorf("targets %v and %v", one.Target, two.Target)
	}
}

// TestProposeCommentsHold: what is only a comment parses as soon as its mark is
// taken away, and a table stands in it, because there is none below.
func TestProposeCommentsHold(t *testing.T) {
	p := proposed(t, Options{}, "Namn|Mobil|Datum|Källa", "Anna Ek|0701740605|2026-10-01|Besök", "Bo Ek|0701740606|2026-10-02|Telefon")
	text := string(p.YAML(english))
	for _, line := range []string{
		`  # viewingId: {column: Datum, lookup: {"2026-10-01": "?", "2026-10-02": "?"}}`,
		`    # obtainThrough: {column: Källa, lookup: {Besök: Visit, Telefon: Phone}}`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("there is no line %s in\n%s", line, text)
		}
	}
	text = strings.Replace(text, `  viewingId: {value: "?"}`, "  #", 1)
	text = strings.Replace(strings.Replace(text, "# viewingId", "viewingId", 1), "# obtainThrough", "obtainThrough", 1)
	if _, err := mapping.Parse("mapping.yaml", []byte(text), mapping.Options{Trial: true}); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

// TestProposeParses: whatever a table has for a header and for cells, the file
// that is proposed parses and binds to that header, unless nothing was found by
// which people can be reached.
func TestProposeParses(t *testing.T) {
	text := rapid.OneOf(
		rapid.SampledFrom([]string{
			"Förnamn", "Namn", "E-post", "e-post", "Mail", "Mobil", "Telefon", "Tel 2", "Visning", "Tid", "Informerad", "Hur", "Kom", "Nyhetsbrev", "Anteckning", "Övrigt",
			"approval", "true", "null", "~", "- a", "a: b", "a #b", "'", "\"", "{", "[x]", "&a", "*b", "!c", "%d", "@e", "`f", "?", "", " ", "x\ny", "\u00a0", "\\", "100", "1.5", "0701740605",
		}),
		rapid.String(),
	)
	cell := rapid.OneOf(
		rapid.SampledFrom([]string{"", "a@example.com", "070-174 06 05", "ja", "nej", "2026-03-04", "17:00", "Storgatan 12", "Besök", "199006022397", "114 31", "?", "true", "Ja: nej", "STORGATAN 12"}),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		header := rapid.SliceOfN(text, 1, 8).Draw(t, "header")
		s := New(header)
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			s.Add(rapid.SliceOfN(cell, len(header), len(header)).Draw(t, "cells"))
		}
		p, err := s.Propose(Options{Table: "list.csv", Schema: "mapping.schema.json"})
		if err != nil {
			t.Fatal(err)
		}
		e, err := NewEdit(p.YAML(english))
		if err != nil {
			t.Fatal(err)
		}
		if same, err := e.Bytes(); err != nil || !bytes.Equal(same, p.YAML(english)) {
			t.Fatalf("unchanged, it became\n%s\nfrom\n%s\n%v", same, p.YAML(english), err)
		}
		m, err := mapping.Parse("mapping.yaml", p.YAML(english), mapping.Options{Trial: true})
		if !p.Reachable() {
			return
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, p.YAML(english))
		}
		if _, err := m.Bind(header); err != nil {
			t.Fatalf("%v\n%s", err, p.YAML(english))
		}
	})
}

func english(v any) string { return fmt.Sprint(v) }

// TestProposeTwoLists: of two lists beside each other one is proposed, and that
// there are two is said.
func TestProposeTwoLists(t *testing.T) {
	p := proposed(t, Options{}, "Förnamn|Efternamn|E-post|Mobil||Namn|Mejl|Telefon", "Asta|Lind|asta@example.com|0701740605||Cilla Rask|cilla@example.com|0701740607", "||||||eva@example.com|0701740609")
	for _, s := range p.Mapped {
		if s.Column > 3 {
			t.Errorf("%q is mapped to %s", s.Header, s.Field)
		}
	}
	if header, _ := p.at("updatePerson.cellPhone"); header != "Mobil" || len(p.Notes) != 1 || !strings.Contains(p.Notes[0].String(), "several lists") {
		t.Errorf("%q, notes %v", header, p.Notes)
	}
	// A gap in one list makes no second one.
	p = proposed(t, Options{}, "Förnamn|Efternamn||E-post|Mobil", "Asta|Lind||asta@example.com|0701740605")
	if header, _ := p.at("updatePerson.cellPhone"); header != "Mobil" || len(p.Notes) != 0 {
		t.Errorf("%q, notes %v", header, p.Notes)
	}
}

// TestProposeSeveralPeople: of the columns of two people none is chosen.
func TestProposeSeveralPeople(t *testing.T) {
	for _, test := range []struct{ header, row, want string }{
		{"Number|Order Name|Order Email|Order First Name|Order Last Name|Ticket First Name|Ticket Last Name|Ticket Email|Ticket Phone Number|Order Phone",
			"1|Asta Lind|asta@example.com|Asta|Lind|Bo|Ek|bo@example.com|070-1740606|070-1740605", ""},
		{"Köparens e-post|Gästens e-post|Förnamn", "a@example.com|b@example.com|Asta", "Förnamn"},
		{"Beställarens namn|Beställarens mobil|Deltagarens namn|Deltagarens mobil", "Asta Lind|0701740605|Bo Ek|0701740606", ""},
		{"Namn|E-post|Betalarens namn|Betalarens mobil", "Asta Lind|a@example.com|Bo Ek|0701740606", "E-post|Namn"},
		{"Köparens namn|Köparens e-post", "Asta Lind|a@example.com", "Köparens e-post|Köparens namn"},
		{"E-post|Mail|Mobil", "a@example.com|b@example.com|0701740605", "Mobil"},
		{"Besökarens namn|Mobil|Kontaktperson|Kontaktpersonens mobil", "Asta Lind|0701740605|Bo Ek|0701740606", ""},
		{"Deltagarens namn|Deltagarens mobil|Mäklare|Mobil", "Asta Lind|0701740605|Bo Ek|0701740606", ""},
		{"Anmäld av|Anmäld av mobil|Deltagare|Deltagare mobil", "Asta Lind|0701740605|Bo Ek|0701740606", ""},
		{"Viewer name|Viewer mobile|Buyer name|Buyer mobile", "Asta Lind|0701740605|Bo Ek|0701740606", ""},
		{"Mother name|Mother phone|Name|Phone", "Asta Lind|0701740605|Bo Ek|0701740606", "Name|Phone"},
		{"Person A namn|Person A mobil|Person B namn|Person B mobil", "Asta Lind|0701740605|Bo Ek|0701740606", "Person A mobil|Person A namn"},
		{"Kontakt 1|Kontakt 2|Namn", "a@example.com|b@example.com|Asta Lind", "Namn"},
	} {
		p := proposed(t, Options{}, test.header, test.row)
		var headers []string
		for _, s := range p.Mapped {
			headers = append(headers, s.Header)
		}
		slices.Sort(headers)
		if got := strings.Join(slices.Compact(headers), "|"); got != test.want {
			t.Errorf("%s: %q is mapped, want %q", test.header, got, test.want)
		}
	}
}

// TestProposeIDs: headings in the API's words name ids, and no table is made for
// them.
func TestProposeIDs(t *testing.T) {
	for _, header := range []string{
		"customerId|viewingId|timeSlotId|Mobil", "Kundid|Visningsid|Id på visningstillfället|Mobil", "KundId|Visnings-id|Tillfälle-id|Mobil", "Kund-ID|VisningsID|tillfälle-id|Mobil",
	} {
		p := proposed(t, Options{}, header, "M11385|VIS4A1F0C7B2D9E4C35A6F8B0D1E2C3F4A5|1234|0701740605", "M11385|VIS4A1F0C7B2D9E4C35A6F8B0D1E2C3F4A5|1235|0701740606")
		for i, field := range []string{"customerId", "viewingId", "timeSlotId"} {
			if got, rule := p.at(field); got != strings.Split(header, "|")[i] || strings.Contains(rule, "lookup") {
				t.Errorf("%s: %s is %q by %s\n%s", header, field, got, rule, p.YAML(english))
			}
		}
		if len(p.Blanks()) != 0 {
			t.Errorf("%s: to be filled in: %v", header, p.Blanks())
		}
	}
}

// TestProposeViewingByItsTexts: a column of few texts may be the viewing, whatever
// its heading says, and is never sure.
func TestProposeViewingByItsTexts(t *testing.T) {
	for _, heading := range []string{"Vilket objekt", "Fastighet", "Lägenhet", "Hus", "Kvarter", "Vart vill du gå?"} {
		rows := []string{"Namn|Mobil|Tid|" + heading}
		for i := range 8 {
			rows = append(rows, fmt.Sprintf("Anna %c|07017406%02d|1%d:00|%s", 'A'+i, 10+i, 7+i%2, []string{"Storgatan 12", "Sjövägen 4"}[i%2]))
		}
		p := proposed(t, Options{}, rows...)
		if why := p.doubted("viewingId", heading); why == "" {
			t.Errorf("%s is not proposed\n%s", heading, p.YAML(english))
		}
	}
}

// TestProposeSharedTime: one time at what may be two viewings is two time slots.
func TestProposeSharedTime(t *testing.T) {
	p := proposed(t, Options{}, "Namn|Mobil|Objekt|Tid", "Anna Ek|0701740605|Storgatan 12|17:00", "Bo Ek|0701740606|Sjövägen 4|17:00")
	if _, rule := p.at("timeSlotId"); rule != "{join: [Objekt, Tid], lookup: slots}" {
		t.Errorf("the time slot is %q\n%s", rule, p.YAML(english))
	}
}

// TestProposeFilled: ids that a person has said stand in the file, and nothing is
// missing then.
func TestProposeFilled(t *testing.T) {
	p := proposed(t, Options{}, "Namn|Mobil|Visning", "Anna Ek|0701740605|Storgatan 12", "Bo Ek|0701740606|storgatan 12", "Cilla Ek|0701740607|Sjövägen 4")
	var asked []string
	for i, b := range p.Blanks() {
		asked = append(asked, fmt.Sprintf("%s %s %d", b.Field, b.Text, b.Rows))
		p.Fill(b.Field, b.Text, fmt.Sprintf("ID%d", i))
	}
	if got := strings.Join(asked, ", "); got != "customerId  3, viewingId Storgatan 12 2, viewingId Sjövägen 4 1, timeSlotId  3" {
		t.Errorf("asked for %s", got)
	}
	m, err := mapping.Parse("mapping.yaml", p.YAML(english), mapping.Options{})
	if err != nil || len(p.Missing()) != 0 {
		t.Fatalf("%v, missing %v", err, p.Missing())
	}
	if strings.Contains(string(p.YAML(english)), `"?"`) {
		t.Errorf("it still asks for ids\n%s", p.YAML(english))
	}
	mp, err := m.Bind(strings.Split("Namn|Mobil|Visning", "|"))
	if err != nil {
		t.Fatal(err)
	}
	var s mapping.Submission
	mp.Map(strings.Split("Bo Ek|0701740606|STORGATAN 12", "|"), &s)
	if s.Target.CustomerId != "ID0" || s.Target.ViewingId != "ID1" || s.Target.TimeSlotId != "ID3" {
		t.Errorf("target %v", s.Target)
	}
}

// TestChoose: a person's choice wins, and takes the field and the column from
// what they were.
func TestChoose(t *testing.T) {
	p := proposed(t, Options{}, "E-post|Mail|Vem|Mobil", "a@example.com|b@example.com|Anna Ek|0701740605")
	for _, c := range []struct {
		column int
		field  string
	}{{1, "updatePerson.email.emailAddress"}, {2, FullName}, {3, ""}} {
		if err := p.Choose(c.column, c.field); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Choose(0, "updatePerson.emial"); err == nil {
		t.Error("a field that does not exist is taken")
	}
	var got []string
	for i, c := range p.Columns() {
		got = append(got, fmt.Sprintf("%d %v %v", i, c.Mapped, c.Unsure))
	}
	want := "0 [] [updatePerson.email.emailAddress], 1 [updatePerson.email.emailAddress] [], 2 [updatePerson.firstName updatePerson.lastName] [], 3 [] []"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}
