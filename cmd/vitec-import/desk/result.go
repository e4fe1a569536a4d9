package desk

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/reports"
	"vitec-import/reports/words"
	"vitec-import/vitec"
)

// report is the report of a run, written anew if it is not known.
func (d *Desk) report(ctx context.Context, l words.Language, run int64) (*reports.Report, error) {
	d.mu.Lock()
	rep := d.reports[run]
	d.mu.Unlock()
	if rep != nil {
		return rep, nil
	}
	rep, err := d.calls.Report(ctx, l, run)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.reports[run] = rep
	d.mu.Unlock()
	return rep, nil
}

// resultView is the page of a run that has ended.
type resultView struct {
	*reports.Summary
	Dir         string
	Files       []string
	Notes2      []string
	Stop        *said
	Uncertain   int
	Corrections string
	Again       bool // rows are left that a run would send
	WrongLogin  bool
	ListURL     string
	ListLogin   string
}

// resultPage shows how the list's last run ended.
func (d *Desk) resultPage(v *visit) error {
	if d.running(v.list) != nil {
		return v.to(stepOf(d.running(v.list).trial))
	}
	if v.list.Run == 0 {
		return v.to(d.next(v.ctx(), v.list))
	}
	v.list.JustRun = false
	rep, err := d.report(v.ctx(), v.lang, v.list.Run)
	if err != nil {
		return err
	}
	d.showResult(v.w, v.r, v.list, rep)
	return nil
}

// ofRun serves what is about an earlier run.
func (d *Desk) ofRun(serve func(http.ResponseWriter, *http.Request, *reports.Report) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.ParseInt(r.PathValue("run"), 10, 64)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		rep, err := d.report(r.Context(), d.language_(), id)
		if err == nil {
			err = serve(w, r, rep)
		}
		if err != nil {
			d.fail(w, r, http.StatusUnprocessableEntity, err)
		}
	}
}

// earlierRun shows an earlier run.
func (d *Desk) earlierRun(w http.ResponseWriter, r *http.Request, rep *reports.Report) error {
	d.showResult(w, r, nil, rep)
	return nil
}

func (d *Desk) showResult(w http.ResponseWriter, r *http.Request, l *list, rep *reports.Report) {
	lang := d.language_()
	s := rep.Summary
	view := resultView{Summary: s, Dir: rep.Dir, Notes2: rep.Notes, Corrections: correctionsOf(rep)}
	for _, f := range rep.Files {
		view.Files = append(view.Files, filepath.Base(f))
	}
	for _, share := range s.Outcomes {
		switch share.Outcome {
		case ledger.Uncertain:
			view.Uncertain = share.Count
		case ledger.NotSent:
			view.Again = share.Count > 0
		}
	}
	if s.Stopped != "" {
		view.Stop = &said{s.Stopped, lang.Of(stopHints[s.Run.StoppedCode])}
	}
	view.WrongLogin = s.Run.StoppedCode == importer.StopLogin
	if of := d.listOf(s.Run.Input.Path); l != nil {
		view.ListURL, view.ListLogin = l.url("check"), l.url("login")
	} else if of != nil {
		view.ListURL, view.ListLogin = of.url("check"), of.url("login")
	}
	p := pageData{List: l, D: view}
	if l != nil {
		p.Step = "result"
	}
	d.show(w, r, http.StatusOK, "result", p)
}

// stopHints say what can be done about a run that ended early, where the page has no
// button for it: what the commands say of it speaks of flags and of variables.
var stopHints = map[string]words.Text{
	importer.StopForbidden:   words.Textf("Ask Vitec which offices the login is for; each office has a login of its own."),
	importer.StopCertificate: words.Textf("See that the clock of this computer is right. Else whoever looks after your network has to help: something in it may read the traffic, and this computer does not trust it."),
	importer.StopProxy:       words.Textf("Whoever looks after your network has to help: a proxy in it lets nothing through from here. After several wrong passwords an account there may be locked."),
	importer.StopUnreachable: words.Textf("See that this computer has a network, then send what is left."),
	importer.StopLongWait:    words.Textf("Send what is left later."),
	importer.StopFirewall:    words.Textf("Send what is left later; if it happens again, ask Vitec."),
	importer.StopRejected:    words.Textf("The people are hardly to blame. Look the ids of the viewings and time slots through, then send what is left."),
	importer.StopAddress:     words.Textf("The people are not to blame: something between here and Vitec answers. Whoever looks after your network has to help."),
	importer.StopInput:       words.Textf("Leave the file alone until the run has ended, then send what is left."),
	importer.StopLedger:      words.Textf("Nobody is booked unless it can be written down. See that the disk is not full, then send what is left."),
	importer.StopServer:      words.Textf("Nobody is booked unless it can be written down. See that this computer has a network, then send what is left."),
}

// listOf is the list at a path; nil = the desk does not know it.
func (d *Desk) listOf(path string) *list {
	for _, l := range d.known() {
		if l.Path == path || l.Original == path {
			return l
		}
	}
	return nil
}

// correctionsOf is the file with the rows that have to be corrected; "" for none.
func correctionsOf(rep *reports.Report) string {
	at := slices.IndexFunc(rep.Files, func(f string) bool { return strings.HasPrefix(filepath.Base(f), "corrections.") })
	if at < 0 {
		return ""
	}
	return rep.Files[at]
}

// runFile serves a file of a report. The page among them has its own script and
// style: it is shown apart from the desk, so that it cannot ask it for anything.
func (d *Desk) runFile(w http.ResponseWriter, r *http.Request, rep *reports.Report) error {
	at := slices.IndexFunc(rep.Files, func(f string) bool { return filepath.Base(f) == r.PathValue("file") })
	if at < 0 {
		http.NotFound(w, r)
		return nil
	}
	name := filepath.Base(rep.Files[at])
	if name == "report.html" {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; sandbox allow-scripts allow-downloads allow-popups; frame-ancestors 'none'")
	} else {
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	http.ServeFile(w, r, rep.Files[at])
	return nil
}

// correctRun opens the corrections of a run as a list of their own, with the run's
// mapping.
func (d *Desk) correctRun(w http.ResponseWriter, r *http.Request, rep *reports.Report) error {
	path := correctionsOf(rep)
	if path == "" {
		return problem("there is nothing to correct")
	}
	l := d.listOf(path)
	if l == nil {
		l = d.newList()
		l.Path, l.Mapping = path, rep.Summary.Run.Mapping
		if err := d.add(l); err != nil {
			return err
		}
	}
	http.Redirect(w, r, l.url("check"), http.StatusSeeOther)
	return nil
}

// Uncertain is a row that may be booked, with what is known of it.
type Uncertain struct {
	Run         int64
	Row         int
	Name, Place string
	Seen        string
	At          time.Time
	Trial       bool
}

type uncertainView struct {
	Rows    []Uncertain
	Settled string // what was settled just now
}

// uncertainPage shows the rows that may be booked, and takes a person's word on
// them, one by one.
func (d *Desk) uncertainPage(w http.ResponseWriter, r *http.Request) {
	lang, view, page, status := d.language_(), uncertainView{}, pageData{}, http.StatusOK
	if r.Method == http.MethodPost {
		s, trouble := settledOf(lang, r)
		if trouble == nil {
			if err := d.calls.Settle(r.Context(), lang, []reports.Settled{s}); err != nil {
				trouble = d.trouble(err)
			}
		}
		if trouble == nil {
			d.mu.Lock()
			delete(d.reports, s.Run)
			d.mu.Unlock()
			view.Settled = lang.Say("row %d of run %d is settled", s.Row, s.Run)
		} else {
			page.Trouble, status = trouble, http.StatusUnprocessableEntity
		}
	}
	rows, err := d.calls.Uncertain(r.Context(), lang)
	if err != nil && page.Trouble == nil {
		page.Trouble, status = d.trouble(err), http.StatusUnprocessableEntity
	}
	view.Rows = rows
	page.D = view
	d.show(w, r, status, "uncertain", page)
}

func settledOf(l words.Language, r *http.Request) (s reports.Settled, trouble *said) {
	run, err1 := strconv.ParseInt(r.FormValue("run"), 10, 64)
	row, err2 := strconv.Atoi(r.FormValue("row"))
	s = reports.Settled{Run: run, Row: row, Reason: l.Say("looked up in Vitec")}
	switch id := strings.TrimSpace(r.FormValue("id")); {
	case err1 != nil || err2 != nil:
		return s, &said{l.Say("no such row"), ""}
	case r.FormValue("answer") == "not":
		s.NotBooked = true
	case id == "":
		return s, &said{l.Say("the id of the booking is missing"), l.Say("Vitec shows it beside the booking")}
	case vitec.CheckBookingId(id).String() != "":
		return s, &said{l.Say("%q cannot be the id of a booking", id), l.Of(vitec.CheckBookingId(id))}
	default:
		s.BookingID = id
	}
	return s, nil
}
