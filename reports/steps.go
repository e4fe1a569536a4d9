package reports

import (
	"errors"
	"net/http"
	"path/filepath"
	"strconv"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

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
	Program     string   // how the program is called, ready for the shell; empty: vitec-import
	Input       string   // the input as the user named it; empty: as the run recorded it
	Mapping     string   // empty: as the run recorded it
	Corrections string   // empty: there is no such file
	Uncertain   string   // empty: there is no such file
	RunFlags    []string // further flags for run, such as --sheet; nil: those of an earlier report
	URL         string   // the address for run; empty: the usual one
	Flags       []string // further flags for every command, such as --ledger PATH
}

func (p Paths) filled(run *ledger.RunInfo) Paths {
	if p.Program == "" {
		p.Program = "vitec-import"
	}
	if p.Input == "" {
		p.Input = run.Input.Path
	}
	if p.Mapping == "" {
		p.Mapping = run.Mapping
	}
	return p
}

// command is a call of the program, with the mapping and the flags that it
// needs.
func (p *Paths) command(verb, file string, flags []string) string {
	args := []string{verb, file}
	if p.Mapping != "" {
		args = append(args, "--mapping", p.Mapping)
	}
	if verb == "run" && p.URL != "" {
		args = append(args, "--url", p.URL)
	}
	return command(p.Program, append(append(args, flags...), p.Flags...))
}

// steps says what is left to do: first what may be booked without anyone
// knowing, then what a person has to correct, then what only has to go again.
func (s *Summary) steps(w texts, t *tally, p Paths, src *Source) {
	step := func(n int, command, one, other string, args ...any) {
		args = append([]any{words.Number(n)}, args...)
		s.Steps = append(s.Steps, Step{Count: n, Text: w.Say(words.Plural(n, one, other), args...), Command: command})
	}
	again := p.command("run", p.Input, p.RunFlags)
	if p.Corrections != "" {
		s.correct = p.command("run", p.Corrections, p.RunFlags)
	}
	uncertain, refused, left := t.Outcomes[ledger.Uncertain], t.refused(), t.Outcomes[ledger.NotSent]
	if uncertain > 0 {
		resolve := command(p.Program, append([]string{"resolve", p.Uncertain}, p.Flags...))
		name := filepath.Base(p.Uncertain)
		if s.Trial {
			step(uncertain, resolve,
				"%v row would be uncertain: in a real run it may be booked, and is looked up in Vitec. To try that, fill in %s and settle it:",
				"%v rows would be uncertain: in a real run they may be booked, and are looked up in Vitec. To try that, fill in %s and settle them:", name)
		} else {
			step(uncertain, resolve,
				"%v row is uncertain: it may be booked. Look it up in Vitec, fill in %s, and settle it:",
				"%v rows are uncertain: they may be booked. Look them up in Vitec, fill in %s, and settle them:", name)
		}
	}
	blamed, why := t.blame.mapping(w)
	if blamed > 0 {
		const text = "%v rows were refused for one cause, which lies in the mapping or in an id and not in the rows: %s. Correct the mapping, and run the list again; what is already booked is not sent again:"
		step(blamed, again, text, text, why)
	}
	switch rows := refused - blamed; {
	case rows <= 0:
	case s.Trial:
		step(rows, "",
			"%v row has a problem or would be rejected. Correct it in the list.",
			"%v rows have problems or would be rejected. Correct them in the list.")
	case p.Corrections != "":
		step(rows, s.correct,
			"%v row has a problem or was rejected. Correct it in %s and run that file:",
			"%v rows have problems or were rejected. Correct them in %s and run that file:", filepath.Base(p.Corrections))
	default:
		step(rows, again,
			"%v row has a problem or was rejected. Correct it in the list and run that again; what is already booked is not sent again:",
			"%v rows have problems or were rejected. Correct them in the list and run that again; what is already booked is not sent again:")
	}
	// What is in the list's place now may hold other people.
	switch over := s.Run.Ended || s.Run.Interrupted; {
	case !over || left == 0 || s.Trial:
	case src.Input == nil && errors.Is(src.NoInput, ErrInputMissing):
		step(left, again,
			"%v row was not sent, and the list is gone. Put it back and run it; what is already booked is not sent again:",
			"%v rows were not sent, and the list is gone. Put it back and run it; what is already booked is not sent again:")
	case src.Input == nil && src.NoInput != nil:
		step(left, again,
			"%v row was not sent, and the list has changed since. If the person is still to be booked and is on the list, run it; what is already booked is not sent again:",
			"%v rows were not sent, and the list has changed since. If these people are still to be booked and are on the list, run it; what is already booked is not sent again:")
	default:
		step(left, again,
			"%v row was not sent. Run the file again; what is already booked is not sent again:",
			"%v rows were not sent. Run the file again; what is already booked is not sent again:")
	}
	if t.Differing > 0 {
		step(t.Differing, "",
			"%v row was booked by an earlier run with other content. Nothing was sent; change it in Vitec if it matters.",
			"%v rows were booked by an earlier run with other content. Nothing was sent; change them in Vitec if it matters.")
	}
	if s.Trial && t.Rows > 0 {
		s.Steps = append(s.Steps, Step{Count: t.Rows, Text: w.Say("To book for real, run:"), Command: again})
	}
	switch n := uncertain + refused + left; {
	case t.Rows == 0:
	case s.Trial && n > 0:
		s.Left = w.Say(words.Plural(n, "Nobody is booked yet. %v row needs attention first.", "Nobody is booked yet. %v rows need attention first."), words.Number(n))
	case s.Trial:
		s.Left = w.Say("Nobody is booked yet: this was a trial.")
	case n > 0:
		s.Left = w.Say(words.Plural(n, "%v row needs attention.", "%v rows need attention."), words.Number(n))
	default:
		s.Left = w.Say("Nothing is left to do.")
	}
}

// blame finds refusals that lie in the mapping or in an id: those of every row
// of a viewing, for one cause.
type blame struct{ viewings map[string]*viewing }

type viewing struct {
	name     string // in the list's own words
	answered int    // rows that the server decided about
	causes   map[string]int
	status   int
}

func (b *blame) add(r *record) {
	if r.Outcome != ledger.Booked && r.Outcome != ledger.Rejected {
		return
	}
	v := b.viewings[r.Slot.ViewingId]
	if v == nil {
		v = &viewing{name: r.viewing, causes: map[string]int{}}
		b.viewings[r.Slot.ViewingId] = v
	}
	v.answered++
	if r.Outcome == ledger.Rejected && len(v.causes) < 3 {
		cause := strconv.Itoa(r.HTTPStatus)
		if r.HTTPStatus != http.StatusNotFound { // what is not there is not there, in whatever words
			cause += r.english.message
		}
		v.causes[cause]++
		v.status = r.HTTPStatus
	}
}

// A viewing that does not exist refuses all rows alike; of other causes it takes
// more rows to rule out chance.
const enoughForMissing, enoughForOther = 2, 5

// mapping returns how many rows were refused for what no row has caused, and
// why in words.
func (b *blame) mapping(w texts) (rows int, why string) {
	for id, v := range b.viewings {
		enough := enoughForOther
		if v.status == http.StatusNotFound {
			enough = enoughForMissing
		}
		for _, n := range v.causes {
			if n != v.answered || n < enough {
				continue
			}
			rows += n
			name := ShortID(id)
			if v.name != "" && v.name != id {
				name = v.name + " (" + name + ")"
			}
			if why == "" || n > 1 && name < why {
				why = w.Say("status %d for every row of the viewing %s", v.status, name)
			}
		}
	}
	return rows, why
}
