package reports

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// fact is something about a run that a reader may want to look up.
type fact struct{ Name, Value string }

// moment is a time as people read it.
func moment(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateTime) }

// facts lists what a reader may want to look up about a run.
func facts(run *ledger.RunInfo, w texts, zone *time.Location) []fact {
	var list []fact
	add := func(name, value string) {
		if value != "" {
			list = append(list, fact{name, value})
		}
	}
	in := &run.Input
	add(w.Say("Run"), strconv.FormatInt(run.ID, 10))
	add(w.Say("Input"), in.Path)
	form := []string{strings.ToUpper(in.Format)}
	if in.Sheet != "" {
		form = append(form, w.Say("sheet %s", in.Sheet))
	}
	if in.Encoding != "" {
		form = append(form, in.Encoding)
	}
	if in.Delimiter != "" {
		form = append(form, w.Say("separated by %q", in.Delimiter))
	}
	if in.HeaderRow > 0 {
		form = append(form, w.Say("header on row %d", in.HeaderRow))
	}
	add(w.Say("Read as"), strings.Join(form, ", "))
	add(w.Say("SHA-256 of the input"), in.SHA256)
	add(w.Say("Mapping"), run.Mapping)
	add(w.Say("Sent to"), run.Target)
	add(w.Say("Started"), moment(run.StartedAt, zone))
	if run.Ended {
		add(w.Say("Finished"), moment(run.FinishedAt, zone))
		add(w.Say("Took"), w.elapsed(run.FinishedAt.Sub(run.StartedAt)))
		add(w.Say("Requests"), words.Number(run.Requests).String())
		add(w.Say("Exit code"), strconv.Itoa(run.ExitCode))
	}
	if run.Rate > 0 {
		add(w.Say("Limits"), w.Say("%s requests a second, %d at once", w.Decimal(run.Rate, -1), run.Concurrency))
	} else if run.Concurrency > 0 {
		add(w.Say("Limits"), w.Say("no limit of requests a second, %d at once", run.Concurrency))
	}
	return list
}

// elapsed is a duration as people read it: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min.
func (w texts) elapsed(d time.Duration) string {
	switch {
	case d < 0:
		return ""
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
