package mapping

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestRowsDoNotRememberEachOther maps rows one after the other with one mapper
// and each with a mapper of its own.
func TestRowsDoNotRememberEachOther(t *testing.T) {
	m, err := Parse("mapping.yaml", []byte(`version: 1
target: {customerId: {value: M1}, viewingId: {column: Visning, lookup: viewings, otherwise: VIS0}, timeSlotId: {column: Tid, lookup: slots}}
participant:
  updatePerson:
    firstName: Namn
    cellPhone: Mobil
    socialSecurityNumber: Nummer
    isForeignSocialSecurityNumber: Utländsk
    obtainThrough: {column: Hur, as: choice, choices: [Visit, Phone]}
    wishAdvertising: {column: Reklam, default: "nej"}
    gdprApprovalDate: {column: Informerad, empty: error}
    approvalDate: {column: Klockan, as: datetime, layout: YYYY-MM-DD HH:mm}
    categoryIds: {column: Kategorier, lookup: categories}
    address: {zipCode: Postnr, countryCode: Land}
  options: {isDeadlineValidationEnabled: {value: true}, enableBookingLimitValidation: {value: true}}
lookups:
  viewings: {Storgatan 12: VIS1, Åvägen: VIS2}
  slots: {"17:00": T1, "17:30": T2}
  categories: {A: "1", B: "2, 3"}
`), Options{Today: today})
	if err != nil {
		t.Fatal(err)
	}
	header := []string{"Visning", "Tid", "Namn", "Mobil", "Nummer", "Utländsk", "Hur", "Reklam", "Informerad", "Klockan", "Kategorier", "Postnr", "Land"}
	bind := func() *Mapper {
		mp, err := m.Bind(header)
		if err != nil {
			t.Fatal(err)
		}
		return mp
	}
	first := bind()
	cell := rapid.OneOf(
		rapid.SampledFrom([]string{
			"", "Storgatan 12", "storgatan  12", "ÅVÄGEN", "17:00", "17:30", "7:00", "070-174 06 05", "19900602-2397", "ja", "Ja", "nej", "x",
			"Visit", "visit", "PHONE", "2026-03-04", "2026-03-05", "2026-03-29 02:30", "2026-10-25 02:30", "1,98E+11", "A", "b", "903 25", "90325",
			"NO-0150", "SE", "Norge", "norge", "Ingenstans",
		}),
		rapid.StringN(0, 8, 12),
	)
	for _, mp := range []*Mapper{first, first.Clone()} {
		rapid.Check(t, func(t *rapid.T) {
			cells := rapid.SliceOfN(cell, len(header), len(header)).Draw(t, "cells")
			var got, want Submission
			gotProblems, wantProblems := mp.Map(cells, &got), bind().Map(cells, &want)
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%q (-alone +after others)\n%s", cells, d)
			}
			if d := cmp.Diff(wantProblems, gotProblems); d != "" {
				t.Fatalf("problems of %q (-alone +after others)\n%s", cells, d)
			}
		})
	}
}
