package mapping

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// glanced parses a mapping that is known to be sound.
func glanced(t testing.TB, src string) *Mapping {
	t.Helper()
	m, err := Parse("mapping.yaml", []byte(src), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What the glance turns away names no column; rows are made of names, of
// names written otherwise, and of anything.
func TestGlanceTurnsNoHeaderAway(t *testing.T) {
	m := glanced(t, `version: 1
target: {customerId: {value: M1}, viewingId: Visning, timeSlotId: Tid}
participant:
  updatePerson:
    firstName: Förnamn
    lastName: [Efternamn, Last  Name]
    email: {emailAddress: E-post}
    address: {city: Ort}
`)
	names := []string{"Visning", "Tid", "Förnamn", "Efternamn", "Last  Name", "E-post", "Ort"}
	cell := rapid.OneOf(
		rapid.SampledFrom(names),
		rapid.Map(rapid.SampledFrom(names), strings.ToUpper),
		rapid.Map(rapid.SampledFrom(names), func(s string) string { return " " + s + "\u00a0" }),
		rapid.Map(rapid.SampledFrom(names), func(s string) string { return "\u200b" + s }),
		rapid.Map(rapid.SampledFrom(names), func(s string) string { return strings.ReplaceAll(s, "ö", "o\u0308") }),
		rapid.Map(rapid.SampledFrom(names), func(s string) string { return strings.ReplaceAll(s, " ", "\n") }),
		rapid.String(),
		rapid.StringMatching(`[A-Za-zåäöÅÄÖ ]{0,12}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.SliceOfN(cell, 0, 8).Draw(t, "cells")
		if m.named.sees(cells) {
			return
		}
		h := newHeader(cells)
		for names := range m.columns() {
			for _, s := range names {
				if at := h.find(s.text); len(at) > 0 {
					t.Fatalf("%q names %q", cells, s.text)
				}
			}
		}
	})
}

func BenchmarkFits(b *testing.B) {
	m := glanced(b, `version: 1
target: {customerId: {value: M1}, viewingId: Visning, timeSlotId: Tid}
participant: {updatePerson: {firstName: Förnamn, lastName: Efternamn, email: {emailAddress: E-post}, cellPhone: Mobil}}
`)
	row := []string{"Åsa", "Öberg", "asa.oberg@example.com", "070-1740605", "Storgatan 1", "114 31", "Stockholm", "VIS1", "TS1", "2026-10-01", "Visit", "ja", "Hej på er", "", "Webb"}
	b.ReportAllocs()
	for b.Loop() {
		if m.Fits(row) != 0 {
			b.Fatal("a row of data is no header")
		}
	}
}
