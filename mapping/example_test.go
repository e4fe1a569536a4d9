package mapping_test

import (
	"fmt"

	"vitec-import/mapping"
)

func Example() {
	m, err := mapping.Parse("mapping.yaml", []byte(`version: 1
target:
  customerId: {value: M11385}
  viewingId: {value: VIS1}
  timeSlotId: {column: Tid, lookup: {"18:00": TS-1, "18:30": TS-2}}
participant:
  updatePerson:
    firstName: {column: Namn, split: first}
    lastName: {column: Namn, split: last}
    cellPhone: Mobil
  options: {isDeadlineValidationEnabled: {value: true}, enableBookingLimitValidation: {value: true}}
`), mapping.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	mapper, err := m.Bind([]string{"Namn", "Tid", "Mobil"})
	if err != nil {
		fmt.Println(err)
		return
	}
	var s mapping.Submission
	for _, row := range [][]string{
		{"Anna von Essen", "18:00", "070-174 06 05"},
		{"Erik Ek", "19:00", "fråga Anna"},
	} {
		for _, p := range mapper.Map(row, &s) {
			fmt.Printf("column %q, %q: %s\n", p.Header, p.Masked(), p.Reason())
		}
		fmt.Printf("%s %q %q %q\n", s.Target.TimeSlotId, s.Body.UpdatePerson.FirstName, s.Body.UpdatePerson.LastName, s.Body.UpdatePerson.CellPhone)
	}
	// Output:
	// TS-1 "Anna" "von Essen" "0701740605"
	// column "Tid", "1•:••": the lookup does not know this value
	// column "Mobil", "f•••• ••••": not a phone number: it contains letters
	//  "Erik" "Ek" ""
}

func ExampleParse_mistakes() {
	_, err := mapping.Parse("mapping.yaml", []byte(`version: 1
target:
  customerId: {value: M11385}
  viewingId: Visning
  timeSlotId: {column: Tid, lookpu: slots}
participant:
  updatePerson:
    cellPhone: {column: Mobil, as: txet}
`), mapping.Options{})
	fmt.Println(err)
	// Output:
	// mapping.yaml:5:29: unknown key "lookpu"; did you mean "lookup"?
	//   5 |   timeSlotId: {column: Tid, lookpu: slots}
	//     |                             ^^^^^^
	// mapping.yaml:8:36: unknown converter "txet"; did you mean "text"?
	//   8 |     cellPhone: {column: Mobil, as: txet}
	//     |                                    ^^^^
}
