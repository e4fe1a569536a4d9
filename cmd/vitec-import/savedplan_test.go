package main

import (
	"encoding/json"
	"testing"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// TestSavedPlanTampered: whoever agrees to a saved plan agrees to what it says,
// so a plan that says something else than would be done is refused.
func TestSavedPlanTampered(t *testing.T) {
	var counts ledger.Counts
	counts[ledger.NotSent], counts[ledger.Invalid] = 2, 1
	now := &importer.Plan{Rows: 3, Outcomes: counts, Sum: "5A", Slots: map[vitec.Target]ledger.Counts{{CustomerId: "M1", ViewingId: "V1", TimeSlotId: "T1"}: counts}}
	now.Messages.MailConfirmation = 2
	for name, tamper := range map[string]func(*savedPlan){
		"":             func(*savedPlan) {},
		"the sum":      func(p *savedPlan) { p.Sum = "5B" },
		"the rows":     func(p *savedPlan) { p.Rows = 4 },
		"how many":     func(p *savedPlan) { p.ToSend = 1 },
		"an outcome":   func(p *savedPlan) { p.Outcomes["invalid"] = 0 },
		"the messages": func(p *savedPlan) { p.Messages.MailConfirmation = 0 },
		"a time slot":  func(p *savedPlan) { p.Slots[0].TimeSlotId = "T2" },
		"the slots":    func(p *savedPlan) { p.Slots = nil },
	} {
		src, err := json.Marshal(savedPlan{
			Rows: now.Rows, Outcomes: outcomeMap(expected(now)), ToSend: now.ToSend(), Messages: now.Messages, Slots: jsonSlots(now), Sum: now.Sum,
		})
		if err != nil {
			t.Fatal(err)
		}
		var p savedPlan
		if err := json.Unmarshal(src, &p); err != nil {
			t.Fatal(err)
		}
		tamper(&p)
		if err := p.checkRows(now); (err == nil) != (name == "") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
