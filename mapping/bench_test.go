package mapping

import (
	"fmt"
	"testing"
)

// wide is a mapping of fifteen columns, as an office would write it.
const wide = `version: 1
target:
  customerId: {value: M11385}
  viewingId: Visning
  timeSlotId: {column: Tid, lookup: slots}
participant:
  updatePerson:
    firstName: Förnamn
    lastName: Efternamn
    email: {emailAddress: E-post}
    cellPhone: Mobil
    telePhone: Telefon
    socialSecurityNumber: Personnummer
    note: Kommentar
    wishAdvertising: Nyhetsbrev
    gdprApprovalDate: {column: Informerad, layout: YYYY-MM-DD}
    obtainThrough: {value: Visit}
    address: {streetAddress: Adress, zipCode: Postnr, city: Ort, countryCode: Land}
  participated: {value: false}
  options: {isDeadlineValidationEnabled: {value: true}, enableBookingLimitValidation: {value: true}}
lookups:
  slots: {"18:00": TS-1, "18:30": TS-2}
`

var wideHeader = []string{
	"Visning", "Tid", "Förnamn", "Efternamn", "E-post", "Mobil", "Telefon", "Personnummer",
	"Kommentar", "Nyhetsbrev", "Informerad", "Adress", "Postnr", "Ort", "Land",
}

func wideRows(n int) [][]string {
	rows := make([][]string, n)
	for i := range rows {
		rows[i] = []string{
			"VIS1", "18:00", "Åsa", fmt.Sprintf("Lindström%d", i), fmt.Sprintf("asa.%d@example.com", i),
			fmt.Sprintf("070-174 %02d %02d", 6+i%90/10, i%100), "", "19900602-2397",
			"vill gärna se källaren", "ja", "2026-03-04", "Storgatan 12", "903 25", "Umeå", "SE",
		}
	}
	return rows
}

func BenchmarkMap(b *testing.B) {
	m, err := Parse("mapping.yaml", []byte(wide), Options{Today: today})
	if err != nil {
		b.Fatal(err)
	}
	mp, err := m.Bind(wideHeader)
	if err != nil {
		b.Fatal(err)
	}
	rows := wideRows(1000)
	var s Submission
	if p := mp.Map(rows[0], &s); len(p) > 0 {
		b.Fatal(p)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if p := mp.Map(rows[i%len(rows)], &s); len(p) > 0 {
			b.Fatal(p)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkPhone(b *testing.B) {
	around := &surroundings{}
	for _, text := range []string{"070-174 06 05", "08-123 456 78", "+47 22 12 34 56"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, f := toPhone(text, around); f != nil {
					b.Fatal(f)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("mapping.yaml", []byte(wide), Options{Today: today}); err != nil {
			b.Fatal(err)
		}
	}
}
