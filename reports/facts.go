package reports

import (
	"fmt"
	"strconv"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// moment is a time as people read it.
func moment(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateTime) }

// date is a day as people write it: 4 March 2026.
func (w texts) date(t time.Time) string {
	months := [...]string{
		w.Say("January"), w.Say("February"), w.Say("March"), w.Say("April"), w.Say("May"), w.Say("June"),
		w.Say("July"), w.Say("August"), w.Say("September"), w.Say("October"), w.Say("November"), w.Say("December"),
	}
	return fmt.Sprintf("%d %s %d", t.Day(), months[t.Month()-1], t.Year())
}

// facts lists what a reader may want to look up about a run.
func facts(run *ledger.RunInfo, w texts, zone *time.Location, t *tally) []Fact {
	var list []Fact
	add := func(name, value string) {
		if value != "" {
			list = append(list, Fact{name, value})
		}
	}
	in := &run.Input
	add(w.Say("Run"), strconv.FormatInt(run.ID, 10))
	add(w.Say("List"), in.Path)
	add(w.Say("Sheet"), in.Sheet)
	add(w.Say("SHA-256 of the list"), in.SHA256)
	add(w.Say("Mapping"), run.Mapping)
	add(w.Say("Sent to"), run.Target)
	add(w.Say("Started"), moment(run.StartedAt, zone))
	if run.Ended {
		add(w.Say("Finished"), moment(run.FinishedAt, zone))
		add(w.Say("Took"), w.elapsed(run.FinishedAt.Sub(run.StartedAt)))
		add(w.Say("Requests"), t.answers.say(w, run))
		add(w.Say("Exit code"), strconv.Itoa(run.ExitCode))
	}
	return list
}

// answers counts how long answers took.
type answers struct {
	n            int
	sum, longest time.Duration
}

func (a *answers) add(r *ledger.Row) {
	if r.Duration <= 0 || r.HTTPStatus == 0 { // a request that ran out of time has no answer
		return
	}
	a.n++
	a.sum += r.Duration
	a.longest = max(a.longest, r.Duration)
}

// say puts the run's requests into a few words.
func (a *answers) say(w texts, run *ledger.RunInfo) string {
	n := words.Number(run.Requests).String()
	if a.n == 0 {
		return n
	}
	return w.Say("%s; an answer took %s on average, %s at most", n, w.elapsed(a.sum/time.Duration(a.n)), w.elapsed(a.longest))
}

// elapsed is a duration as people read it: 130 ms, 1.5 s, 12 s, 3 min 20 s, 2 h 5 min.
func (w texts) elapsed(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(0, d.Milliseconds()))
	case d < 10*time.Second:
		return w.Localize(fmt.Sprintf("%.1f s", d.Seconds()))
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		d = d.Round(time.Second)
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
}
