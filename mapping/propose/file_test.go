package propose

import (
	"strings"
	"testing"

	"vitec-import/mapping"
)

func edited(t *testing.T, src string) *Edit {
	t.Helper()
	if _, err := mapping.Parse("mapping.yaml", []byte(src), mapping.Options{Trial: true}); err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	e, err := NewEdit([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *Edit) text(t *testing.T) string {
	t.Helper()
	b, err := e.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mapping.Parse("mapping.yaml", b, mapping.Options{Trial: true}); err != nil {
		t.Errorf("no mapping any more: %v\n%s", err, b)
	}
	return string(b)
}

const byHand = `# Ours, since 2024.
version: 1

target:
  customerId: {value: M11385} # Umeå
  viewingId: {column: Visning, lookup: places}
  timeSlotId: {column: Tid, lookup: times}

participant:
  updatePerson:
    firstName: {column: Namn, split: first}
    lastName: {column: Namn, split: last}
    note: {computed: 'column("Antal") + " personer"'} # asked for by Eva
    email: {emailAddress: [E-post, Epost]}
    cellPhone: {column: Mobil, default: "0701740605"}
  smsReminder: {value: false}

skip: {column: Status, is: [Avbokad], reason: avbokad}

lookups:
  places: {Storgatan 12: VIS1}
  # The evening.
  times:
    "17:00": TS1 # first
    "17:30": "?"
`

// TestEditKeeps: a file that nobody changes stays as it is, and what is changed
// changes alone.
func TestEditKeeps(t *testing.T) {
	e := edited(t, byHand)
	if got := e.text(t); got != byHand {
		t.Errorf("unchanged, it became\n%s", got)
	}
	for _, id := range [][3]string{{"timeSlotId", "17:30", "TS2"}, {"viewingId", "Sjövägen 4", "VIS2"}} {
		if err := e.setID(id[0], id[1], id[2]); err != nil {
			t.Fatal(err)
		}
		if got := e.id(id[0], strings.ToUpper(id[1])); got != id[2] {
			t.Errorf("%v: the id is %q", id, got)
		}
	}
	want := strings.NewReplacer(`"17:30": "?"`, `"17:30": TS2`, `{Storgatan 12: VIS1}`, `{Storgatan 12: VIS1, Sjövägen 4: VIS2}`).Replace(byHand)
	if got := e.text(t); got != want {
		t.Errorf("it became\n%s\nwant\n%s", got, want)
	}
}

// TestAdopt: a proposal says what the file says, leaves alone what it cannot say,
// and both agree on the ids that a new list lacks.
func TestAdopt(t *testing.T) {
	e := edited(t, byHand)
	p := proposed(t, Options{}, "Namn|E-post|Mobil|Visning|Tid|Antal|Status", "Anna Ek|a@example.com|0701740605|Storgatan 12|17:00|2|", "Bo Ek|b@example.com|0701740606|Strandgatan 1|18:00|1|")
	own, err := p.Adopt(e)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, r := range own {
		kept = append(kept, r.Field)
	}
	if got := strings.Join(kept, " "); got != "updatePerson.note" {
		t.Errorf("not said: %s", got)
	}
	if got := strings.Join(p.Columns()[0].Mapped, " "); got != "updatePerson.firstName updatePerson.lastName" {
		t.Errorf("the first column is %s", got)
	}
	var open []string
	for _, b := range p.Blanks() {
		if b.ID == "" {
			open = append(open, b.Text)
			p.Fill(b.Field, b.Text, "ID"+b.Field)
		}
	}
	if got := strings.Join(open, ", "); got != "Strandgatan 1, 18:00" {
		t.Errorf("open: %s", got)
	}
	if err := e.SetIDs(p); err != nil {
		t.Fatal(err)
	}
	if e.id("viewingId", "strandgatan 1") != "IDviewingId" || e.id("timeSlotId", "18:00") != "IDtimeSlotId" || e.id("timeSlotId", "17:00") != "TS1" {
		t.Errorf("the file has\n%s", e.text(t))
	}

	// One time at two viewings: two slots from now on, and none by mistake.
	p = proposed(t, Options{}, "Namn|E-post|Mobil|Visning|Tid|Antal|Status", "Anna Ek|a@example.com|0701740605|Storgatan 12|17:00|2|", "Bo Ek|b@example.com|0701740606|Strandgatan 1|17:00|1|")
	if _, err := p.Adopt(e); err != nil {
		t.Fatal(err)
	}
	open = nil
	for _, b := range p.Blanks() {
		if b.ID == "" {
			open = append(open, b.Text)
		}
	}
	if got := strings.Join(open, ", "); got != "Storgatan 12 17:00, Strandgatan 1 17:00" {
		t.Errorf("open: %s", got)
	}
	if err := e.SetIDs(p); err != nil {
		t.Fatal(err)
	}
	if got := e.rule("timeSlotId").Text; got != "{join: [Visning, Tid], lookup: slots}" {
		t.Errorf("the slots are %s", got)
	}
	e.text(t)
}

// TestEditColumns: a column is given to another field, and taken away.
func TestEditColumns(t *testing.T) {
	e := edited(t, byHand)
	p := proposed(t, Options{}, "Namn|E-post|Mobil|Visning|Tid|Antal|Status|Via", "Anna Ek|a@example.com|0701740605|Storgatan 12|17:00|2||Telefon")
	if _, err := p.Adopt(e); err != nil {
		t.Fatal(err)
	}
	e.Drop("updatePerson.cellPhone")
	for column, field := range map[int]string{2: "updatePerson.workPhone", 7: "updatePerson.obtainThrough"} {
		if err := p.Choose(column, field); err != nil {
			t.Fatal(err)
		}
		e.Take(p, field)
	}
	got := e.text(t)
	for _, want := range []string{"    workPhone: Mobil\n", "    obtainThrough: {column: Via, lookup: informedBy}\n", "  informedBy:\n    Telefon: Phone\n", "# asked for by Eva"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if strings.Contains(got, "cellPhone") {
		t.Errorf("the column still fills what it filled\n%s", got)
	}
	e.SetInput(Input{Sheet: "Blad 2", HeaderRow: 4})
	if got := e.text(t); !strings.Contains(got, "\ninput:\n  sheet: \"Blad 2\"\n  headerRow: 4\n") && !strings.Contains(got, "\ninput:\n  sheet: Blad 2\n  headerRow: 4\n") {
		t.Errorf("the input is missing in\n%s", got)
	}
}

// TestEditFills: a file asks for ids as long as it lacks one.
func TestEditFills(t *testing.T) {
	const asks = `Write an id wherever there is a "?"`
	p := proposed(t, Options{}, "Namn|Mobil|Visning|Status", "Anna Ek|0701740605|Storgatan 12|klar", "Bo Ek|0701740606|Sjövägen 4|")
	e, err := NewEdit(p.YAML(english))
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range p.Blanks() {
		if got := e.text(t); !strings.Contains(got, asks) {
			t.Errorf("before %d it does not ask\n%s", i, got)
		}
		p.Fill(b.Field, b.Text, "ID")
		if err := e.SetIDs(p); err != nil {
			t.Fatal(err)
		}
	}
	if got := e.text(t); strings.Contains(got, asks) || strings.Contains(got, "to be filled in") || !strings.Contains(got, `Storgatan 12: ID # rows: 1`) {
		t.Errorf("with all ids it is\n%s", got)
	}
}
