package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
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
			Rows: now.Rows, Outcomes: outcomeMap(expected(now.Outcomes)), ToSend: now.ToSend(), Messages: now.Messages, Slots: jsonSlots(now), Sum: now.Sum,
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

// TestSavedPlanIsPrivate: it names the list, the server and the viewings.
func TestSavedPlanIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such rights on Windows")
	}
	t.Parallel()
	o := newOffice(t, guests(3))
	path := filepath.Join(o.dir, "plan.json")
	if e := o.do(nil, "check", o.input, "--url", o.url, "--save", path); e.code != 0 {
		t.Fatal(e.stderr)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestCheckJSONHasWords: whatever comes in the way of a plan is in the object
// and on stderr, in the middle of a reading, too.
func TestCheckJSONHasWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(3000))
	stop := make(chan struct{})
	close(stop)
	e := o.do(stop, "check", o.input, "--url", o.url, "--json")
	var plan jsonPlan
	if err := json.Unmarshal([]byte(e.stdout), &plan); err != nil {
		t.Fatalf("%v: %q", err, e.stdout)
	}
	if e.code != importer.ExitInterrupted || len(plan.Problems) != 1 || plan.Earlier == nil || !strings.Contains(e.stderr, plan.Problems[0].Message) {
		t.Errorf("exit code %d, %+v, %s", e.code, plan, e.stderr)
	}
	if e := o.do(nil, "check", o.input, "--url", o.url, "--json", "--save", filepath.Join(o.dir, "no", "plan.json")); e.code != importer.ExitFailed || !strings.Contains(e.stdout, "the plan cannot be written") {
		t.Errorf("exit code %d: %s%s", e.code, e.stdout, e.stderr)
	}
}
