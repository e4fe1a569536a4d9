package reports

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// Summary is a run in brief: what the terminal, the workbook and the page say
// of it, computed once. It holds no personal data.
type Summary struct {
	Run      ledger.RunInfo
	Total    int     // rows of the input
	Outcomes []Share // all eight, in the order in which people are told of them
	Trial    bool    // nobody is booked
	Title    string  // what the report is about
	// Headline says how many of the rows are booked, Occasion when, for which
	// office and where.
	Headline, Occasion string
	// Left says in a sentence whether anything is left to do.
	Left string
	// Steps are what is left to do, the most pressing first.
	Steps []Step
	// Notes are what else the reader has to know: why the run stopped, that
	// the input is gone.
	Notes []string
	// Stopped says why the run ended early; "" = it did not.
	Stopped string
	// Facts are what a reader may want to look up.
	Facts []Fact

	correct string // the command that runs the corrections file
}

// Fact is something about a run that a reader may want to look up.
type Fact struct{ Name, Value string }

// Share is how many rows ended in an outcome.
type Share struct {
	Outcome ledger.Outcome
	Name    string // for people
	Meaning string // for people, a sentence
	Symbol  string // tells outcomes apart where colours cannot
	Count   int
	Percent string // of all rows, as "12 %", "< 1\u00a0%"; empty without rows
}

// trialBanner stands above everything in the report of a trial.
const trialBanner = "TRIAL – nobody is really booked"

// tally is what is counted while a run's rows pass by.
type tally struct {
	Rows      int
	Outcomes  ledger.Counts
	Differing int
	customers []string // the first of them
	blame     blame
	answers   answers
}

func newTally() *tally { return &tally{blame: blame{viewings: map[string]*viewing{}}} }

// maxCustomers is how many offices a summary names.
const maxCustomers = 4

func (t *tally) add(r *record) {
	t.Rows++
	t.Outcomes[r.Outcome]++
	if r.Outcome == ledger.AlreadyBooked && r.ContentDiffers {
		t.Differing++
	}
	if c := r.Slot.CustomerId; c != "" && len(t.customers) < maxCustomers && !slices.Contains(t.customers, c) {
		t.customers = append(t.customers, c)
	}
	t.blame.add(r)
	t.answers.add(&r.Row)
}

// refused is how many rows are in the corrections file.
func (t *tally) refused() int { return t.Outcomes[ledger.Invalid] + t.Outcomes[ledger.Rejected] }

// Check reports whether the rows are as many as the outcomes add up to and as
// the run has. It is the conservation rule of every report.
func (t *tally) Check(run *ledger.RunInfo) error {
	sum := 0
	for _, n := range t.Outcomes {
		sum += n
	}
	if sum != t.Rows {
		return failure("the report does not add up: %d rows, but their outcomes add up to %d; nothing was written", t.Rows, sum)
	}
	if t.Rows != run.Rows {
		return failure("the report does not add up: %d rows, but the run has %d; nothing was written", t.Rows, run.Rows)
	}
	return nil
}

// summarize puts a run into words.
func summarize(src *Source, o *Options, t *tally, p Paths, d *describer) *Summary {
	w, run := d.words, &src.Run
	s := &Summary{Run: *run, Total: t.Rows, Trial: o.Trial, Title: w.Say("Import of %s", inputName(run)), Stopped: d.stopped()}
	for _, o := range ledger.Outcomes {
		text := &outcomeTexts[o]
		s.Outcomes = append(s.Outcomes, Share{
			Outcome: o, Name: w.Say(text.name), Meaning: w.Say(text.meaning), Symbol: text.symbol,
			Count: t.Outcomes[o], Percent: percent(t.Outcomes[o], t.Rows),
		})
	}
	booked := t.Outcomes[ledger.Booked] + t.Outcomes[ledger.AlreadyBooked]
	only, all, one, some := "The only row is booked", "All %v rows are booked", "%v of %s rows is booked", "%v of %s rows are booked"
	if o.Trial {
		only, all, one, some = "The only row would be booked", "All %v rows would be booked", "%v of %s rows would be booked", "%v of %s rows would be booked"
	}
	switch n := words.Number(t.Rows); {
	case t.Rows == 0:
		s.Headline = w.Say("The list has no rows")
	case booked == t.Rows && booked == 1:
		s.Headline = w.Say(only)
	case booked == t.Rows:
		s.Headline = w.Say(all, n)
	default:
		s.Headline = w.Say(words.Plural(booked, one, some), words.Number(booked), n)
	}
	s.Occasion = occasion(run, t, o, w)
	s.Facts = facts(run, w, o.Zone, t)
	s.steps(w, t, p.filled(run), src)
	s.notes(w, src)
	return s
}

// occasion says when a run was, for which office and where it sent its rows.
func occasion(run *ledger.RunInfo, t *tally, o *Options, w texts) string {
	parts := []string{w.date(run.StartedAt.In(o.Zone))}
	switch n := len(t.customers); {
	case n == maxCustomers:
		parts = append(parts, w.Say("several offices"))
	case n > 0:
		parts = append(parts, w.Say(words.Plural(n, "office %s", "offices %s"), strings.Join(t.customers, ", ")))
	}
	target := run.Target
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		target = u.Host
	}
	if target != "" {
		parts = append(parts, target)
	}
	return strings.Join(parts, " · ")
}

// notes are what the reader has to know beside the figures.
func (s *Summary) notes(w texts, src *Source) {
	add := func(text string) { s.Notes = append(s.Notes, text) }
	switch {
	case s.Stopped != "":
		add(w.Say("The run stopped early: %s.", strings.TrimRight(s.Stopped, ".")))
	case s.Run.Interrupted:
		add(w.Say("The run was cut off. What was under way is uncertain; nothing is lost."))
	case !s.Run.Ended:
		add(w.Say("The run is still on, or was cut off; this report shows how far it had come. If it was cut off, run the file again."))
	}
	if n := len(src.Later); n > 0 {
		ids := make([]string, n)
		for i, l := range src.Later {
			ids[i] = fmt.Sprint(l.Run.ID)
		}
		add(w.Say(words.Plural(n, "This report covers run %d and, for the rows that it sent again, run %s.", "This report covers run %d and, for the rows that they sent again, runs %s."), s.Run.ID, strings.Join(ids, ", ")))
	}
	if src.Input == nil {
		why := w.noInput(src.NoInput, &src.Run)
		switch e := src.earlier; {
		case e == nil:
			add(w.Say("%s. This report therefore names nobody and has no corrections file.", why))
		case e.corrections() != "" && e.Corrections > 0 && e.Corrections < s.count(ledger.Invalid)+s.count(ledger.Rejected):
			add(w.Say("%s. Names are those of the earlier report, and its corrections file has only some of the rows.", why))
		default:
			add(w.Say("%s. Names and corrections are those of the earlier report.", why))
		}
	}
	if most := maxSheetRows(s.Trial); s.Run.Rows > most {
		add(w.Say("report.xlsx holds the first %s rows; report.csv has them all.", words.Number(most)))
	}
}

// count is how many rows ended in an outcome.
func (s *Summary) count(o ledger.Outcome) int {
	i := slices.IndexFunc(s.Outcomes, func(share Share) bool { return share.Outcome == o })
	return s.Outcomes[i].Count
}

// most is how many rows ended in the outcome that has most.
func (s *Summary) most() (n int) {
	for _, share := range s.Outcomes {
		n = max(n, share.Count)
	}
	return n
}

// percent is n of total for people: rounded, but never 0 % or 100 % of what is
// some or not all. The sign is not parted from its number at a line's end.
func percent(n, total int) string {
	switch p := 100 * float64(n) / float64(total); {
	case total == 0:
		return ""
	case n > 0 && p < 1:
		return "< 1\u00a0%"
	case n < total && p > 99:
		return "> 99\u00a0%"
	default:
		return fmt.Sprintf("%.0f\u00a0%%", p)
	}
}
