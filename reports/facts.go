package reports

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/importer/words"
)

// fact is something about a run that a reader may want to look up.
type fact struct{ Name, Value string }

// moment is a time as people read it.
func moment(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateTime) }

// facts lists what a reader may want to look up about a run.
func facts(run *ledger.RunInfo, w texts, zone *time.Location) []fact {
	var list []fact
	add := func(k string, value string) {
		if value != "" {
			list = append(list, fact{w.Text(k), value})
		}
	}
	in := &run.Input
	add("fact.run", strconv.FormatInt(run.ID, 10))
	add("fact.input", in.Path)
	form := []string{strings.ToUpper(in.Format)}
	if in.Sheet != "" {
		form = append(form, w.Text("fact.form.sheet", in.Sheet))
	}
	if in.Encoding != "" {
		form = append(form, in.Encoding)
	}
	if in.Delimiter != "" {
		form = append(form, w.Text("fact.form.delimiter", in.Delimiter))
	}
	if in.HeaderRow > 0 {
		form = append(form, w.Text("fact.form.header", in.HeaderRow))
	}
	add("fact.form", strings.Join(form, ", "))
	add("fact.sha256", in.SHA256)
	add("fact.mapping", run.Mapping)
	add("fact.target", run.Target)
	add("fact.started", moment(run.StartedAt, zone))
	if run.Ended {
		add("fact.finished", moment(run.FinishedAt, zone))
		add("fact.elapsed", w.elapsed(run.FinishedAt.Sub(run.StartedAt)))
		add("fact.requests", words.Number(run.Requests))
		add("fact.exit", strconv.Itoa(run.ExitCode))
	}
	if run.Rate > 0 {
		add("fact.rate", w.Text("fact.rate.value", w.Language().Decimal(run.Rate, -1), run.Concurrency))
	} else if run.Concurrency > 0 {
		add("fact.rate", w.Text("fact.rate.none", run.Concurrency))
	}
	return list
}

// elapsed is a duration as people read it: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min.
func (w texts) elapsed(d time.Duration) string {
	switch {
	case d < 0:
		return ""
	case d < 10*time.Second:
		return w.Language().Localize(fmt.Sprintf("%.1f s", d.Seconds()))
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		d = d.Round(time.Second)
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
}
