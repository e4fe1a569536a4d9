package mapping

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"vitec-import/vitec"
)

// bind parses a mapping and binds it to a header.
func bind(t *testing.T, src string, header ...string) *Mapper {
	t.Helper()
	m, err := Parse("mapping.yaml", []byte(src), Options{Today: today})
	if err != nil {
		t.Fatal(err)
	}
	mp, err := m.Bind(header)
	if err != nil {
		t.Fatal(err)
	}
	return mp
}

// codes returns the problems as "field code column", warnings with a ? before.
func codes(problems []Problem) []string {
	var all []string
	for _, p := range problems {
		text := fmt.Sprintf("%s %s %d", p.Field, p.Code, p.Column)
		if p.Warning {
			text = "?" + text
		}
		all = append(all, text)
	}
	return all
}

func TestMap(t *testing.T) {
	mp := bind(t, good, goodHeader...)
	row := []string{
		"VIS1", "18:00", "Anna Maria EK", "anna@example.com", "70-1740605", "08-123 456 78", "Hem", "ringer", "Umeå", "K1,K2",
		"2026-03-04", "Visning", "", "90325", "",
	}
	var s Submission
	if p := mp.Map(row, &s); len(p) > 0 {
		t.Fatal(codes(p))
	}
	yes, no, hour := true, false, 60
	want := vitec.AddNewViewingParticipant{
		UpdatePerson: vitec.UpdatePerson{
			CustomerId: "M11385", FirstName: "Anna Maria", LastName: "EK",
			Email:     vitec.Email{EmailAddress: "anna@example.com"},
			CellPhone: "0701740605", TelePhone: "08-123 456 78", Note: "ringer; Umeå", CategoryIds: []string{"K1", "K2"},
			ObtainThrough: "Visit", WishAdvertising: &no,
			Address:     vitec.Address{City: "Umeå", ZipCode: "903 25"},
			CustomField: vitec.CustomField{Name: "källa", Value: "VISNING"},
		},
		Participated: &no, ReminderTime: &hour, ReturnBookingId: &yes,
		Options: vitec.ViewingParticipantBookingOptions{IsDeadlineValidationEnabled: &no, EnableBookingLimitValidation: &yes},
	}
	if got := s.Body.UpdatePerson.GDPRApprovalDate.Format("2006-01-02T15:04:05Z07:00"); got != "2026-03-04T00:00:00+01:00" {
		t.Errorf("the date is %s", got)
	}
	want.UpdatePerson.GDPRApprovalDate = s.Body.UpdatePerson.GDPRApprovalDate
	if diff := cmp.Diff(want, s.Body); diff != "" {
		t.Error(diff)
	}
	if want := (vitec.Target{CustomerId: "M11385", ViewingId: "VIS1", TimeSlotId: "TS-1"}); s.Target != want {
		t.Errorf("the target is %+v", s.Target)
	}
	if diff := cmp.Diff([]int{2}, mp.NameColumns()); diff != "" {
		t.Error(diff)
	}
	for i := -1; i <= len(goodHeader); i++ {
		if want := i >= 0 && i < len(goodHeader) && i != 6; mp.Reads(i) != want {
			t.Errorf("column %d is read: %v", i, mp.Reads(i))
		}
	}

	row[14] = "AVBOKAD"
	if p := mp.Map(row, &s); len(p) > 0 || s.Skipped != "avbokad" || s.Body.UpdatePerson.FirstName != "" {
		t.Errorf("skipped for %q, with %v and %+v", s.Skipped, codes(p), s.Body)
	}
}

func TestProblems(t *testing.T) {
	mp := bind(t, good, goodHeader...)
	set := func(changes ...string) []string {
		row := []string{
			"VIS1", "18:00", "Anna Ek", "anna@example.com", "070-1740605", "", "", "", "", "", "", "", "", "", "",
		}
		for i := 0; i+1 < len(changes); i += 2 {
			row[slices.Index(goodHeader, changes[i])] = changes[i+1]
		}
		return row
	}
	for _, c := range []struct {
		name string
		row  []string
		want []string
	}{
		{"good", set(), nil},
		{"several", set("Epost", "anna", "Mobil", "070", "Informerad", "igår"), []string{
			"updatePerson.email.emailAddress email 3", "updatePerson.cellPhone phone 4", "updatePerson.gdprApprovalDate date 10",
		}},
		{"lookup", set("Tid", "19:00"), []string{"timeSlotId lookup 1"}},
		{"empty id", set("Visning", " "), []string{"viewingId required 0"}},
		{"bad id", set("Visning", "VIS/1"), []string{"viewingId bad_id 0"}},
		{"required cell", set("Mobil", "\u200b"), []string{"updatePerson.cellPhone empty 4"}},
		{"too long", set("Namn", strings.Repeat("a", 31)+" "+strings.Repeat("😀", 16)), []string{
			"updatePerson.firstName too_long 2", "updatePerson.lastName too_long 2",
		}},
		{"two people", set("Namn", "Anna och Erik Ek"), []string{"updatePerson.firstName two_people 2", "updatePerson.lastName two_people 2"}},
		{"short row", set()[:2], []string{"updatePerson.cellPhone empty 4"}},
		{"empty row", nil, []string{"updatePerson.cellPhone empty 4", "viewingId required 0", "timeSlotId required 1"}},
	} {
		var s Submission
		got := codes(mp.Map(c.row, &s))
		slices.Sort(got)
		slices.Sort(c.want)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestNoContact: the rule that some way to reach the person is needed is told
// at the first of the columns that could hold it, and only if none of them
// has a problem of its own.
func TestNoContact(t *testing.T) {
	mp := bind(t, `version: 1
target: {customerId: {value: K}, viewingId: {value: V}, timeSlotId: {value: T}}
participant:
  updatePerson: {firstName: Namn, cellPhone: Mobil, email: {emailAddress: E-post}}
`, "Namn", "Mobil", "E-post")
	var s Submission
	p := mp.Map([]string{"Anna", "", ""}, &s)
	if diff := cmp.Diff([]string{" no_contact 2"}, codes(p)); diff != "" {
		t.Error(diff)
	}
	p = mp.Map([]string{"Anna", "fråga", ""}, &s)
	if diff := cmp.Diff([]string{"updatePerson.cellPhone phone_letters 1"}, codes(p)); diff != "" {
		t.Error(diff)
	}
	if got := p[0].Reason().String(); got != "not a phone number: it contains letters" {
		t.Errorf("the message is %q", got)
	}
	if p[0].Header != "Mobil" || p[0].Value != "fråga" || p[0].Masked() != "f••••" {
		t.Errorf("the problem is %+v, masked %q", p[0], p[0].Masked())
	}
}

// TestDependentFields: the personal number and the postal code are read by
// what the row says in columns that may stand behind them.
func TestDependentFields(t *testing.T) {
	mp := bind(t, `version: 1
target: {customerId: Kund, viewingId: {value: V}, timeSlotId: {value: T}}
participant:
  updatePerson:
    cellPhone: Mobil
    socialSecurityNumber: Pnr
    isForeignSocialSecurityNumber: Utländskt
    address: {zipCode: Postnr, countryCode: Land}
`, "Kund", "Mobil", "Pnr", "Utländskt", "Postnr", "Land")
	var s Submission
	for _, c := range []struct {
		row  []string
		want []string
		zip  string
	}{
		{[]string{"K1", "0701740605", "010190-123M", "ja", "0150", "Norge"}, nil, "0150"},
		{[]string{"K2", "0701740605", "900602-2397", "nej", "90325", ""}, nil, "903 25"},
		{[]string{"K2", "0701740605", "010190-123M", "", "0150", ""}, []string{
			"updatePerson.address.zipCode zip 4", "updatePerson.socialSecurityNumber personnummer 2",
		}, ""},
		{[]string{"K2", "0701740605", "", "", "0150", "Narnia"}, []string{"updatePerson.address.countryCode country 5"}, "0150"},
	} {
		got := codes(mp.Map(c.row, &s))
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v: %s", c.row, diff)
		}
		if s.Body.UpdatePerson.Address.ZipCode != c.zip {
			t.Errorf("%v: postal code %q", c.row, s.Body.UpdatePerson.Address.ZipCode)
		}
		if s.Target.CustomerId != c.row[0] || s.Body.UpdatePerson.CustomerId != c.row[0] {
			t.Errorf("%v: customer %q in the address, %q in the body", c.row, s.Target.CustomerId, s.Body.UpdatePerson.CustomerId)
		}
	}
}

func TestColumns(t *testing.T) {
	src := mappingOf("updatePerson.firstName", "Förnamn")
	m, err := Parse("mapping.yaml", []byte(src), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		header []string
		want   int // the cell, -1 for none, -2 for several
	}{
		{[]string{"Förnamn"}, 0},
		{[]string{"x", " FÖRNAMN\u00a0"}, 1},
		{[]string{"Fo\u0308rnamn"}, 0},
		{[]string{"\ufeffFörnamn"}, 0},
		{[]string{"För\u00adnamn"}, 0},
		{[]string{"förnamn", "Förnamn"}, 1}, // an exact match wins
		{[]string{"Förnamn", "Förnamn"}, -2},
		{[]string{"förnamn", "FÖRNAMN"}, -2},
		{[]string{"Namn", "Namn", "Förnamn"}, 2}, // what is not mapped may stand twice
		{[]string{"Fornamn"}, -1},
		{[]string{"Förnamn*"}, -1},
		{nil, -1},
	} {
		fits := m.Fits(c.header)
		mp, err := m.Bind(c.header)
		switch {
		case c.want >= 0 && (err != nil || !slices.Equal(mp.NameColumns(), []int{c.want}) || fits != 1):
			t.Errorf("%q: %v, fits %d", c.header, err, fits)
		case c.want < 0 && err == nil:
			t.Errorf("%q is taken", c.header)
		case c.want == -2 && !strings.Contains(err.Error(), "2 columns"), c.want == -1 && !strings.Contains(err.Error(), "no column"):
			t.Errorf("%q: %v", c.header, err)
		}
	}
}

// TestWrongHeader: a row of data that is taken for the header is not told.
func TestWrongHeader(t *testing.T) {
	m, err := Parse("mapping.yaml", []byte(good), Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Bind([]string{"VIS1", "18:00", "Mobila Anna", "anna@example.com"})
	if err == nil || strings.Contains(err.Error(), "anna") || strings.Contains(err.Error(), "Anna") || !strings.Contains(err.Error(), "headerRow") {
		t.Errorf("got %v", err)
	}
}

func TestFits(t *testing.T) {
	m, err := Parse("mapping.yaml", []byte(good), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cells []string
		want  int
	}{
		{goodHeader, 14},
		{[]string{"Deltagare på visningen", "", ""}, 0},
		{[]string{"visning", "tid", "E-post", "Epost"}, 3},
		{nil, 0},
	} {
		if got := m.Fits(c.cells); got != c.want {
			t.Errorf("%q: %d, want %d", c.cells, got, c.want)
		}
	}
}

func TestWarnings(t *testing.T) {
	m, err := Parse("mapping.yaml", []byte(`version: 1
target: {customerId: {value: K}, viewingId: {value: V}, timeSlotId: {value: T}}
participant:
  updatePerson:
    cellPhone: Mobil
    socialSecurityNumber: Pnr
    gdprApprovalDate: Informerad
    obtainThrough: {value: Visitt}
  smsConfirmation: {value: true}
  mailConfirmation: {value: false}
  returnBookingId: {value: false}
  options: {enableBookingLimitValidation: {value: false}}
`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range m.Warnings() {
		got = append(got, fmt.Sprintf("%d:%d %s %s", w.Line, w.Column, w.Code, w.Suggestion))
	}
	want := []string{"3:1 no_name ", "3:1 silent_option ", "6:5 personal_number ", "8:28 unknown_value Visit", "9:3 messages ", "11:3 no_booking_id "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	mp, err := m.Bind([]string{"Mobil", "Pnr", "Informerad"})
	if err != nil {
		t.Fatal(err)
	}
	var s Submission
	if p := mp.Map([]string{"070-1740605", "199006022397", ""}, &s); len(p) > 0 {
		t.Errorf("what the mapping is warned of is told again of a row: %v", codes(p))
	}
}

// TestConcurrentMappers: one mapping serves many at once.
func TestConcurrentMappers(t *testing.T) {
	m, err := Parse("mapping.yaml", []byte(good), Options{Today: today})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			mp, err := m.Bind(goodHeader)
			if err != nil {
				t.Error(err)
				return
			}
			var s Submission
			for range 200 {
				mp.Map([]string{"VIS1", "18:00", "Anna Ek", "", "070-1740605", "", "", "", "", "", "2026-03-04", "Visning"}, &s)
				if s.Body.UpdatePerson.CustomField.Value != "VISNING" {
					t.Errorf("computed %q", s.Body.UpdatePerson.CustomField.Value)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestNameAndInput(t *testing.T) {
	m, err := Parse("kontor.yaml", []byte(good), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if m.Name() != "kontor.yaml" {
		t.Errorf("%s", m.Name())
	}
	if want := (Input{Sheet: "Deltagare", HeaderRow: 4, Delimiter: ";"}); m.Input() != want {
		t.Errorf("input %+v", m.Input())
	}
	if !m.Maps("viewingId") || m.Maps("updatePerson.customerId") || m.Maps("returnBookingId") {
		t.Error("what is not in the mapping counts as mapped, or the reverse")
	}
}

func TestSet(t *testing.T) {
	m, err := Parse("mapping.yaml", []byte(good), Options{Set: []string{
		"viewingId=VIS9", "target.customerId=K9", "updatePerson.note=via mässan = bra", "participant.participated=ja", "contactMessage=hej",
	}})
	if err != nil {
		t.Fatal(err)
	}
	mp, err := m.Bind(goodHeader[1:]) // no column for the viewing is needed any more
	if err != nil {
		t.Fatal(err)
	}
	trace := mp.Trace([]string{"18:00", "Anna Ek", "", "070-1740605"})
	s := trace.Submission
	if len(trace.Problems) > 0 || s.Target.ViewingId != "VIS9" || s.Target.CustomerId != "K9" || s.Body.UpdatePerson.CustomerId != "K9" ||
		s.Body.UpdatePerson.Note != "via mässan = bra" || !*s.Body.Participated || s.Body.ContactMessage != "hej" {
		t.Errorf("%v %+v", codes(trace.Problems), s)
	}
	_, err = Parse("mapping.yaml", []byte(good), Options{Set: []string{
		"viewngId=V", "obtainThrough=Visit", "participated", "participated=kanske", "contactMessage=a", "contactMessage=b", "updatePerson.userId=",
	}})
	var found Errors
	if !errors.As(err, &found) {
		t.Fatal(err)
	}
	var got []string
	for _, e := range found {
		got = append(got, e.Place()+" "+e.Code+" "+e.Suggestion)
	}
	want := []string{
		"--set viewngId unknown_field viewingId", "--set obtainThrough unknown_field updatePerson.obtainThrough", "--set participated set ",
		"--set contactMessage duplicate_key ", "--set participated bad_constant ", "--set updatePerson.userId empty_value ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestUTF16 reads what Windows writes where nobody has said UTF-8.
func TestUTF16(t *testing.T) {
	encoded := func(order binary.AppendByteOrder, text string) []byte {
		b := order.AppendUint16(nil, 0xfeff)
		for _, u := range utf16.Encode([]rune(text)) {
			b = order.AppendUint16(b, u)
		}
		return b
	}
	misspelt := strings.ReplaceAll(strings.Replace(good, "viewingId: Visning", "viewingId: 😀Visnnig", 1), "\n", "\r\n")
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		m, err := Parse("mapping.yaml", encoded(order, good), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Bind(goodHeader); err != nil {
			t.Error(err)
		}
		plain, err := Parse("mapping.yaml", []byte(misspelt), Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, want := plain.Bind(goodHeader)
		m, err = Parse("mapping.yaml", encoded(order, misspelt), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Bind(goodHeader); want == nil || err == nil || err.Error() != want.Error() {
			t.Errorf("got\n%v\nwant\n%v", err, want)
		}
		whole := encoded(order, good)
		for name, broken := range map[string][]byte{
			"half a character": whole[:len(whole)-1],
			"half a pair":      order.AppendUint16(slices.Clip(whole), 0xd83d),
			"a folder's bytes": append(slices.Clip(whole[:2]), 0xdc, 0xdc, 0xdc, 0xdc),
		} {
			_, err := Parse("mapping.yaml", broken, Options{})
			var found Errors
			if !errors.As(err, &found) || len(found) != 1 || found[0].Code != "encoding" {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestErrorText holds the form in which mistakes are shown.
func TestErrorText(t *testing.T) {
	_, err := Parse("mapping.yaml", []byte("version: 1\ntarget: {customerId: {value: K}, viewingId: V, timeSlotId: T}\nparticipant:\n  updatePerson:\n    cellPhone: {column: Mobil, as: txet}\n    firstNam: Namn\n"), Options{})
	want := `mapping.yaml:5:36: unknown converter "txet"; did you mean "text"?
  5 |     cellPhone: {column: Mobil, as: txet}
    |                                    ^^^^
mapping.yaml:6:5: unknown field "firstNam" in "updatePerson"; did you mean "firstName"?
  6 |     firstNam: Namn
    |     ^^^^^^^^`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestAllMistakesAtOnce puts independent mistakes into one file.
func TestAllMistakesAtOnce(t *testing.T) {
	src := good
	for _, c := range [][2]string{
		{"as: text", "as: txet"}, {"as: date", "as: dat"}, {"lookup: slots", "lookup: slot"}, {"split: last", "split: lsat"},
		{"headerRow: 4", "headerRow: fyra"}, {"participated:", "participatd:"}, {"{value: 60}", "{value: snart}"}, {"reason:", "reson:"},
		{"{column: Nyhetsbrev, default: false}", "{colum: Nyhetsbrev, default: flase}"}, // a rule that cannot be read is not checked
	} {
		src = strings.Replace(src, c[0], c[1], 1)
	}
	_, err := Parse("mapping.yaml", []byte(src), Options{})
	var found Errors
	if !errors.As(err, &found) || len(found) != 9 {
		t.Fatalf("%d mistakes:\n%v", len(found), err)
	}
	if !slices.IsSortedFunc(found, func(a, b *Error) int { return a.Line - b.Line }) {
		t.Errorf("not in the file's order:\n%v", err)
	}
}

// TestMessages: what a person reads of a problem never holds the cell.
func TestMessages(t *testing.T) {
	if m := (Problem{Code: "of tomorrow"}).Reason().String(); m == "" {
		t.Error("an unknown code has no message")
	}
	mp := bind(t, good, goodHeader...)
	row := make([]string, len(goodHeader))
	for i := range row {
		row[i] = "Hemlig" + fmt.Sprint(i)
	}
	var s Submission
	problems := mp.Map(row, &s)
	if len(problems) < 5 {
		t.Fatal(codes(problems))
	}
	for _, p := range problems {
		if text := p.Reason().String() + p.Hint().String() + strings.Join(p.Args, ""); strings.Contains(text, "Hemlig") {
			t.Errorf("%s tells the cell: %s", p.Code, text)
		}
		if strings.Contains(p.Masked(), "emlig") {
			t.Errorf("%s shows the cell: %s", p.Code, p.Masked())
		}
	}
}

func TestMasked(t *testing.T) {
	for value, want := range map[string]string{
		"070-1740605":           "0••-•••••••",
		"anna@@example.com":     "a•••@@•••••••.•••",
		"31.02.1990":            "3•.••.••••",
		"":                      "",
		"Åsa\nEk":               "Å••·••",
		strings.Repeat("x", 60): "x" + strings.Repeat("•", 39) + "…",
	} {
		if got := (Problem{Value: value}).Masked(); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}
