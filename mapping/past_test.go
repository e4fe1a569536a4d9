package mapping

import "testing"

func TestPast(t *testing.T) {
	m, err := Parse("mapping.yaml", []byte(`version: 1
target:
  customerId: {value: M1}
  viewingId: {column: Visning, lookup: {x: V1}}
  timeSlotId: {join: [Dag, Tid]}
participant: {updatePerson: {cellPhone: Mobil, note: Född}}
`), Options{Today: today})
	if err != nil {
		t.Fatal(err)
	}
	mp, err := m.Bind([]string{"Visning", "Dag", "Tid", "Mobil", "Född"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		viewing, day string
		want         bool
	}{
		{"Storgatan 12", "2026-11-22", true},
		{"Storgatan 12", "2026-11-23", false}, // today
		{"Storgatan 12", "2026-11-24", false},
		{"Storgatan 12, 22.11.2026 17:00", "", true},
		{"Storgatan 12 (2.1.2026)", "", true},
		{"Storgatan 12, 24.11.2026", "", false},
		{"Storgatan 12", "2026-13-22", false},
		{"Storgatan 12", "32.1.2026", false},
		{"Storgatan 2020", "", false},
		{"VIS20261122", "", false},
		{"", "", false},
	} {
		if got := mp.Past([]string{test.viewing, test.day, "17:00", "0701740605", "2001-01-01"}); got != test.want {
			t.Errorf("%q, %q: %v", test.viewing, test.day, got)
		}
	}
	if mp.Past(nil) {
		t.Error("a row without cells")
	}
}
