package desk

import (
	"net/http"
	"slices"
	"time"

	"vitec-import/importer/ledger"
)

// homePage is the first page: lists, earlier runs, and what was going on when the
// program was ended.
type homePage struct {
	Lists     []*list
	Runs      []runLine
	Uncertain int
	CutOff    []runLine
}

type runLine struct {
	ID    int64
	Name  string
	At    time.Time
	Trial bool
	Text  string
}

const (
	shownLists = 8
	shownRuns  = 12
)

func (d *Desk) home(w http.ResponseWriter, r *http.Request) {
	lang := d.language_()
	all := d.known()
	view := homePage{Lists: all[:min(len(all), shownLists)]}
	page := pageData{}
	runs, err := d.calls.Runs(r.Context())
	if err != nil {
		page.Trouble = d.trouble(err)
	}
	slices.Reverse(runs)
	again := map[string]bool{} // lists that a later run has had
	for _, run := range runs {
		line := runLine{ID: run.ID, Name: run.Input.Name, At: run.StartedAt, Trial: d.calls.Trial(run.Target)}
		line.Text = d.calls.Counts(lang, run.Counts)
		if run.Interrupted && !again[run.Input.SHA256] && !line.Trial && time.Since(run.StartedAt) < 30*24*time.Hour {
			view.CutOff = append(view.CutOff, line)
		}
		again[run.Input.SHA256] = true
		if !line.Trial {
			view.Uncertain += run.Counts[ledger.Uncertain]
		}
		if len(view.Runs) < shownRuns {
			view.Runs = append(view.Runs, line)
		}
	}
	page.D = view
	d.show(w, r, http.StatusOK, "home", page)
}
