package reports

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// Summary is a run in brief: what the terminal, the workbook and the page say
// of it, computed once. It holds no personal data.
type Summary struct {
	Run      ledger.RunInfo
	Total    int     // rows of the input
	Outcomes []Share // all eight, in the order in which people are told of them
	// Headline says how many of the rows are booked.
	Headline string
	// Left says in a sentence whether anything is left to do.
	Left string
	// Steps are what is left to do, the most pressing first.
	Steps []Step
	// Notes are what else the reader has to know: why the run stopped, that
	// the input is gone.
	Notes []string
	// Differing counts the rows that were booked by an earlier run with other
	// content than they have now.
	Differing int
	// Elapsed is the time from start to finish; 0 while the run is on.
	Elapsed time.Duration
}

// Share is how many rows ended in an outcome.
type Share struct {
	Outcome ledger.Outcome
	Name    string // for people
	Meaning string // for people, a sentence
	Symbol  string // tells outcomes apart where colours cannot
	Count   int
	Percent string // of all rows, as "12 %", "< 1\u00a0%"; empty without rows
}

// Step is something that is left to do.
type Step struct {
	Count int    // rows that it is about
	Text  string // in plain words; the command follows
	// Command is what to type, ready for the shell of this system; empty if
	// there is nothing to type.
	Command string
}

// Paths are what the commands of a [Summary] are made of.
type Paths struct {
	Program     string   // how the program is called; empty: vitec-import
	Input       string   // the input as the user named it; empty: as the run recorded it
	Mapping     string   // empty: as the run recorded it
	Corrections string   // empty: there is no such file
	Uncertain   string   // empty: there is no such file
	RunFlags    []string // further flags for run, such as --sandbox
	Flags       []string // further flags for every command, such as --ledger PATH
}

// Tally is what is counted while a run's rows pass by.
type Tally struct {
	Rows      int
	Outcomes  [len(ledger.Outcomes)]int // by Outcome
	Differing int
}

// Add counts a row.
func (t *Tally) Add(row *ledger.Row) {
	t.Rows++
	t.Outcomes[row.Outcome]++
	if row.Outcome == ledger.AlreadyBooked && row.ContentDiffers {
		t.Differing++
	}
}

// Check reports whether the rows are as many as the outcomes add up to and as
// the run has. It is the conservation rule of every report.
func (t *Tally) Check(run *ledger.RunInfo) error {
	sum := 0
	for _, n := range t.Outcomes {
		sum += n
	}
	if sum != t.Rows {
		return errConservation("the report does not add up: %d rows, but their outcomes add up to %d; nothing was written", t.Rows, sum)
	}
	if t.Rows != run.Rows {
		return errConservation("the report does not add up: %d rows, but the run has %d; nothing was written", t.Rows, run.Rows)
	}
	return nil
}

// Summarize puts a run into words. With rows still to come (a run that is on)
// t is what has been counted so far.
func Summarize(run ledger.RunInfo, t Tally, p Paths, l words.Language) *Summary {
	w := textsIn(l)
	s := &Summary{Run: run, Total: t.Rows, Differing: t.Differing}
	if !run.FinishedAt.IsZero() {
		s.Elapsed = run.FinishedAt.Sub(run.StartedAt)
	}
	for _, o := range ledger.Outcomes {
		s.Outcomes = append(s.Outcomes, Share{
			Outcome: o, Name: w.outcome(o), Meaning: w.outcomeMeaning(o), Symbol: symbol(o),
			Count: t.Outcomes[o], Percent: percent(t.Outcomes[o], t.Rows),
		})
	}
	booked := t.Outcomes[ledger.Booked] + t.Outcomes[ledger.AlreadyBooked]
	switch {
	case t.Rows == 0:
		s.Headline = w.Say("The input has no rows")
	case booked == t.Rows && booked == 1:
		s.Headline = w.Say("The only row is booked")
	case booked == t.Rows:
		s.Headline = w.Say("All %v rows are booked", words.Number(t.Rows))
	default:
		s.Headline = w.Say(words.Plural(booked, "%v of %s rows is booked", "%v of %s rows are booked"), words.Number(booked), words.Number(t.Rows))
	}
	s.steps(w, &t, p)
	switch {
	case run.Stopped != "":
		s.Notes = append(s.Notes, w.Say("The run stopped early: %s.", strings.TrimRight(oneLine(run.Stopped), ".")))
	case run.Interrupted:
		s.Notes = append(s.Notes, w.Say("The run was cut off. What was under way is uncertain; nothing is lost."))
	case !run.Ended:
		s.Notes = append(s.Notes, w.Say("The run is still on, or was cut off; this report shows how far it had come. If it was cut off, run the file again."))
	}
	return s
}

// steps says what is left to do: first what may be booked without anyone
// knowing, then what a person has to mend, then what only has to go again.
func (s *Summary) steps(w texts, t *Tally, p Paths) {
	if p.Program == "" {
		p.Program = "vitec-import"
	}
	if p.Input == "" {
		p.Input = s.Run.Input.Path
	}
	if p.Mapping == "" {
		p.Mapping = s.Run.Mapping
	}
	run := func(file string) string {
		args := []string{p.Program, "run", file}
		if p.Mapping != "" {
			args = append(args, "--mapping", p.Mapping)
		}
		return command(append(append(args, p.RunFlags...), p.Flags...))
	}
	step := func(n int, text, command string) {
		s.Steps = append(s.Steps, Step{Count: n, Text: text, Command: command})
	}
	uncertain := t.Outcomes[ledger.Uncertain]
	refused := t.Outcomes[ledger.Invalid] + t.Outcomes[ledger.Rejected]
	left := t.Outcomes[ledger.NotSent]
	if uncertain > 0 {
		args := []string{p.Program, "resolve"}
		if p.Uncertain != "" {
			args = append(args, p.Uncertain)
		}
		step(uncertain, w.Say(words.Plural(uncertain,
			"%v row is uncertain: it may be booked. Look it up in Vitec, fill in uncertain.csv, and settle it:",
			"%v rows are uncertain: they may be booked. Look them up in Vitec, fill in uncertain.csv, and settle them:"), words.Number(uncertain)), command(append(args, p.Flags...)))
	}
	if refused > 0 && p.Corrections != "" {
		step(refused, w.Say(words.Plural(refused,
			"%v row has a problem or was rejected. Correct it in %s and run that file:",
			"%v rows have problems or were rejected. Correct them in %s and run that file:"), words.Number(refused), filepath.Base(p.Corrections)), run(p.Corrections))
	} else if refused > 0 {
		step(refused, w.Say(words.Plural(refused,
			"%v row has a problem or was rejected. Correct it in the input file and run that again; what is already booked is not sent again:",
			"%v rows have problems or were rejected. Correct them in the input file and run that again; what is already booked is not sent again:"), words.Number(refused)), run(p.Input))
	}
	if left > 0 && (s.Run.Ended || s.Run.Interrupted) {
		step(left, w.Say(words.Plural(left,
			"%v row was not sent. Run the file again; what is already booked is not sent again:",
			"%v rows were not sent. Run the file again; what is already booked is not sent again:"), words.Number(left)), run(p.Input))
	}
	if t.Differing > 0 {
		step(t.Differing, w.Say(words.Plural(t.Differing,
			"%v row was booked by an earlier run with other content. Nothing was sent; change it in Vitec if it matters.",
			"%v rows were booked by an earlier run with other content. Nothing was sent; change them in Vitec if it matters."), words.Number(t.Differing)), "")
	}
	switch n := uncertain + refused + left; {
	case n > 0:
		s.Left = w.Say(words.Plural(n, "%v row needs attention.", "%v rows need attention."), words.Number(n))
	case t.Rows > 0:
		s.Left = w.Say("Nothing is left to do.")
	}
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

// symbol tells an outcome apart without colour.
func symbol(o ledger.Outcome) string {
	switch o {
	case ledger.Booked:
		return "✓"
	case ledger.AlreadyBooked:
		return "≈"
	case ledger.Rejected:
		return "✗"
	case ledger.Uncertain:
		return "?"
	case ledger.Invalid:
		return "!"
	case ledger.Duplicate:
		return "≡"
	case ledger.Skipped:
		return "–"
	}
	return "○"
}

// command joins arguments so that they can be typed into the shell that people
// have on this system.
func command(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = Quote(a)
	}
	return strings.Join(quoted, " ")
}

// Quote writes an argument of a command so that it can be copied into the shell
// that people have on this system.
func Quote(arg string) string { return quote(arg, runtime.GOOS == "windows") }

// quote quotes an argument for cmd.exe and PowerShell, or for a POSIX shell.
func quote(arg string, windows bool) string {
	plain := arg != "" && strings.IndexFunc(arg, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,@+", r) ||
			r >= 0xA1 && r < 0x2000 && r != 0xAD || windows && r == '\\')
	}) < 0
	switch {
	case plain:
		return arg
	case windows:
		return `"` + arg + `"`
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
