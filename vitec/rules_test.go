package vitec

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// acceptable is a submission that breaks no rule.
func acceptable() (Target, *AddNewViewingParticipant) {
	return Target{"M11385", "VIS1", "slot-1"}, &AddNewViewingParticipant{
		UpdatePerson: UpdatePerson{
			CustomerId: "M11385",
			FirstName:  "Åsa",
			Email:      Email{EmailAddress: "asa@example.com"},
		},
		Options: ViewingParticipantBookingOptions{ptr(true), ptr(false)},
	}
}

func TestCheck(t *testing.T) {
	type change = func(*Target, *AddNewViewingParticipant)
	person := func(f func(p *UpdatePerson)) change {
		return func(_ *Target, b *AddNewViewingParticipant) { f(&b.UpdatePerson) }
	}
	one := func(path, code string) []Violation { return []Violation{{Path: path, Code: code}} }
	warning := func(path, code string) []Violation { return []Violation{{Path: path, Code: code, Warning: true}} }
	for _, test := range []struct {
		name   string
		change change
		want   []Violation
	}{
		{"nothing wrong", func(*Target, *AddNewViewingParticipant) {}, nil},
		{"no customer in the body", person(func(p *UpdatePerson) { p.CustomerId = "" }), one("updatePerson.customerId", CodeRequired)},
		{"another customer", person(func(p *UpdatePerson) { p.CustomerId = "m11385" }), one("updatePerson.customerId", CodeCustomerMismatch)},
		{"no customer in the path", func(g *Target, _ *AddNewViewingParticipant) { g.CustomerId = "" }, one("customerId", CodeRequired)},
		{"blank viewing", func(g *Target, _ *AddNewViewingParticipant) { g.ViewingId = " \u00a0" }, one("viewingId", CodeRequired)},
		{"no contact", person(func(p *UpdatePerson) { p.Email.EmailAddress = "" }), one("updatePerson.email.emailAddress", CodeNoContact)},
		{"blank contact", person(func(p *UpdatePerson) { p.Email.EmailAddress, p.CellPhone = " ", "\u00a0" }), one("updatePerson.email.emailAddress", CodeNoContact)},
		{"contact that does not count", person(func(p *UpdatePerson) {
			p.Email = Email{EmailAddress2: "a@example.com"}
			p.OtherPhone = "070"
		}), one("updatePerson.email.emailAddress", CodeNoContact)},
		{"telephone", person(func(p *UpdatePerson) { p.Email.EmailAddress, p.TelePhone = "", "070" }), nil},
		{"work phone", person(func(p *UpdatePerson) { p.Email.EmailAddress, p.WorkPhone = "", "070" }), nil},
		{"mobile", person(func(p *UpdatePerson) { p.Email.EmailAddress, p.CellPhone = "", "070" }), nil},
		{"negative reminder", func(_ *Target, b *AddNewViewingParticipant) { b.ReminderTime = ptr(-5) }, []Violation{{Path: "reminderTime", Code: CodeNegative, Got: -5}}},
		{"reminder at once", func(_ *Target, b *AddNewViewingParticipant) { b.ReminderTime = ptr(0) }, nil},
		{"huge reminder", func(_ *Target, b *AddNewViewingParticipant) { b.ReminderTime = ptr(1 << 31) }, []Violation{{Path: "reminderTime", Code: CodeOutOfRange, Got: 1 << 31, Warning: true}}},
		{"negative score", person(func(p *UpdatePerson) { p.LeadScore = ptr(-1 << 31) }), nil},
		{"no number", person(func(p *UpdatePerson) { p.Coordinate.Latitud = ptr(math.NaN()) }), one("updatePerson.coordinate.latitud", CodeOutOfRange)},
		{"no year", person(func(p *UpdatePerson) { p.ApprovalDate = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }), one("updatePerson.approvalDate", CodeOutOfRange)},
		{"another way", person(func(p *UpdatePerson) { p.ObtainThrough = "Chatt" }), warning("updatePerson.obtainThrough", CodeUnknownValue)},
		{"a known way", person(func(p *UpdatePerson) { p.ObtainThrough = "NotAsked" }), nil},
		{"no options", func(_ *Target, b *AddNewViewingParticipant) { b.Options = ViewingParticipantBookingOptions{} }, []Violation{
			{Path: "options.isDeadlineValidationEnabled", Code: CodeNotSaid, Warning: true},
			{Path: "options.enableBookingLimitValidation", Code: CodeNotSaid, Warning: true},
		}},
		{"invalid text", person(func(p *UpdatePerson) { p.LastName = "\xe5" }), one("updatePerson.lastName", CodeBadText)},
		{"invalid text in a list", person(func(p *UpdatePerson) { p.CategoryIds = []string{"a", "\xe5"} }), one("updatePerson.categoryIds", CodeBadText)},
		{"control character", person(func(p *UpdatePerson) { p.Note = "a\vb" }), warning("updatePerson.note", CodeControl)},
		{"in order", func(g *Target, b *AddNewViewingParticipant) {
			g.TimeSlotId = "a/b"
			b.UpdatePerson = UpdatePerson{CustomerId: "X", Address: Address{CountryCode: "SWE"}}
			b.ReminderTime = ptr(-1)
		}, []Violation{
			{Path: "timeSlotId", Code: CodeBadId},
			{Path: "updatePerson.customerId", Code: CodeCustomerMismatch},
			{Path: "updatePerson.address.countryCode", Code: CodeTooLong, Limit: 2, Got: 3},
			{Path: "updatePerson.email.emailAddress", Code: CodeNoContact},
			{Path: "reminderTime", Code: CodeNegative, Got: -1},
		}},
	} {
		g, b := acceptable()
		test.change(&g, b)
		if got := Check(g, b); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}

// The limits of the vendor's documentation, in UTF-16 code units.
func TestLengths(t *testing.T) {
	limits := map[string]int{
		"updatePerson.contactId": 40, "updatePerson.customerId": 40,
		"updatePerson.firstName": 30, "updatePerson.lastName": 30, "updatePerson.socialSecurityNumber": 20,
		"updatePerson.telePhone": 17, "updatePerson.workPhone": 17, "updatePerson.cellPhone": 17, "updatePerson.otherPhone": 17,
		"updatePerson.email.emailAddress": 100, "updatePerson.email.emailAddress2": 100,
		"updatePerson.address.streetAddress": 68, "updatePerson.address.zipCode": 15,
		"updatePerson.address.city": 25, "updatePerson.address.countryCode": 2,
	}
	for _, f := range Fields() {
		limit := limits[f.Path]
		if f.MaxLength != limit {
			t.Errorf("%s may have %d, want %d", f.Path, f.MaxLength, limit)
		}
		if f.Kind != KindText || f.Values != nil {
			continue
		}
		for text, length := range map[string]int{
			strings.Repeat("x", limit): limit, strings.Repeat("x", limit+1): limit + 1,
			strings.Repeat("å", limit): limit, strings.Repeat("å", limit+1): limit + 1,
			strings.Repeat("😀", limit/2): limit / 2 * 2, strings.Repeat("😀", limit/2+1): limit/2*2 + 2,
		} {
			g, b := acceptable()
			f.Set(b, text)
			if f.Path == "updatePerson.customerId" {
				g.CustomerId = text
			}
			var want []Violation
			if limit > 0 && length > limit {
				want = []Violation{{Path: f.Path, Code: CodeTooLong, Limit: limit, Got: length}}
			}
			got := slices.DeleteFunc(Check(g, b), func(v Violation) bool { return v.Path == "customerId" }) // letters beyond ASCII
			if text != "" && !slices.Equal(got, want) {
				t.Errorf("%s with %d: %+v", f.Path, length, got)
			}
		}
	}
}

func TestIds(t *testing.T) {
	for _, good := range []string{"M11385", "VIS" + strings.Repeat("0aF", 10) + "12", "1", "...", ".a", "18.30", "TS-1", "slot_1", "(a)=b+c~d!e@f$", "{guid}", strings.Repeat("x", 1000)} {
		if code, reason := checkId(good); code != "" {
			t.Errorf("%q: %s %s", good, code, reason)
		}
	}
	for _, bad := range []string{".", "..", "a/b", `a\b`, "a?b", "a#b", "a%20b", "a&b", "a*b", "a:b", "a<b", "a>b", "a\nb", "a\x00", "\x7f", "a\u0085", "\xff",
		"VIS1, VIS2", "VIS1,VIS2", "VIS1;VIS2", "Storgatan 12", "a b", " VIS1", "VIS1\u00a0", "\u200bVIS1", "åäö", "ＶＩＳ１", "ja", "Nej", "null", "OK", "-",
		`"VIS1"`, "'VIS1'", "VIS1’", "“VIS1”", "”VIS1”", "»VIS1«", "„VIS1"} {
		if code, reason := checkId(bad); code != CodeBadId || reason.IsZero() {
			t.Errorf("%q: %s", bad, code)
		}
	}
	for _, empty := range []string{"", " ", "\t", "\u00a0"} {
		if code, _ := checkId(empty); code != CodeRequired {
			t.Errorf("%q: %s", empty, code)
		}
	}
}

// An id that begins like a known kind without its shape is looked at by a person.
func TestIdNote(t *testing.T) {
	hex := strings.Repeat("0123456789abcdef", 2)
	for _, test := range []struct {
		path, id string
		note     bool
	}{
		{"viewingId", "VIS" + hex, false}, {"viewingId", "VIS" + strings.ToUpper(hex), false}, {"viewingId", "VIS" + hex[1:], true}, {"viewingId", "VIS" + hex + "0", true},
		{"viewingId", "VIS" + hex[1:] + "o", true}, {"viewingId", "vis" + hex[2:], true}, {"viewingId", "VIS1", false}, {"viewingId", "other-than-known-before", false},
		{"viewingId", "VID" + hex, true}, {"timeSlotId", "VIS" + hex, true}, {"customerId", "ADR" + hex, true}, {"customerId", "M11385", false}, {"timeSlotId", hex, false},
		{"contactId", "ADR" + hex, false}, {"userId", "HAN" + hex[1:], true}, {"bookingId", "VID" + hex, false}, {"bookingId", "VID" + hex[1:], true},
	} {
		if note := IdNote(test.path, test.id); note.IsZero() == test.note {
			t.Errorf("%s %s: %q", test.path, test.id, note)
		}
		if test.path == "viewingId" {
			g, b := acceptable()
			g.ViewingId = test.id
			vs := Check(g, b)
			if odd := len(vs) == 1 && vs[0] == (Violation{Path: "viewingId", Code: CodeOddId, Warning: true}); odd != test.note {
				t.Errorf("%s: %+v", test.id, vs)
			}
		}
	}
}

// What breaks no rule can be sent; what cannot be sent breaks one.
func TestCheckedIsSendable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := anyBody(t)
		for _, f := range fields {
			if rapid.IntRange(0, 20).Draw(t, "spoil "+f.Path) > 0 {
				continue
			}
			switch f.Kind {
			case KindText:
				f.Set(b, rapid.SampledFrom([]string{"\xff", "\x00", "\ufffe", "\ufffd"}).Draw(t, "text"))
			case KindTextList:
				f.Set(b, []string{"a", rapid.SampledFrom([]string{"\xff", "\v"}).Draw(t, "text")})
			case KindDecimal:
				f.Set(b, rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}).Draw(t, "number"))
			case KindDateTime:
				f.Set(b, time.Date(rapid.SampledFrom([]int{-1, 0, 10000}).Draw(t, "year"), 6, 1, 0, 0, 0, 0, time.UTC))
			}
		}
		unsendable := map[Format]bool{}
		for _, v := range Check(Target{}, b) {
			switch {
			case v.Code == CodeBadText || v.Code == CodeOutOfRange && !v.Warning:
				unsendable[JSON], unsendable[XML] = true, true
			case v.Code == CodeControl:
				unsendable[XML] = true
			}
		}
		for _, f := range []Format{JSON, XML} {
			if _, err := Encode(f, b); (err != nil) != unsendable[f] {
				t.Fatalf("%v: %v, and Check says %v", f, err, Check(Target{}, b))
			}
		}
	})
}

// What is let through without looking is what the lists of faults let through.
func TestPlainIds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[-0-9A-Za-z_.]{0,12}`).Draw(t, "id")
		for _, f := range slices.Concat(idFaults, pathFaults, bookingFaults) {
			if isPlain(id) && f.pattern.MatchString(id) {
				t.Errorf("%q %s", id, f.said)
			}
		}
	})
}
