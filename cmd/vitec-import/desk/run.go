package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"vitec-import/importer"
	"vitec-import/reports"
	"vitec-import/reports/words"
	"vitec-import/vitec"
)

// Run is what the person wants to have run.
type Run struct {
	Input
	Trial    bool
	Skip     bool               // leave rows with problems out
	Messages int                // to people, that the person has agreed to
	New      bool               // a ledger may be made, if there is none
	Login    *vitec.Credentials // that the person has typed; nil = the program knows one
	// Agreed is asked whether the plan is the one that the person has seen.
	Agreed func(*importer.Plan) error
	Stop   <-chan struct{}
	// Watch is given what tells how the run goes, when the sending begins.
	Watch func(state func() (importer.State, string))
	Lang  words.Language
}

// Ended is how a run ended. Report is nil if it could not be written.
type Ended struct {
	Result *importer.Result
	Report *reports.Report
}

// running is the run that is on. There is one at a time.
type running struct {
	list  *list
	trial bool
	stop  chan struct{}
	once  sync.Once
	done  chan struct{} // closed when it has ended

	mu    sync.Mutex
	state func() (importer.State, string)
	err   error
}

func (r *running) end() { r.once.Do(func() { close(r.stop) }) }

// on is the run of a list that is on; nil = there is none.
func (d *Desk) running(l *list) *running {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.run; r != nil && r.list == l {
		return r
	}
	return nil
}

// start begins a run of a list.
func (d *Desk) start(v *visit, o Run) error {
	l := v.list
	r := &running{list: l, trial: o.Trial, stop: make(chan struct{}), done: make(chan struct{})}
	d.mu.Lock()
	select {
	case <-d.closing:
		d.mu.Unlock()
		return problem("the program is being closed")
	default:
	}
	if d.run != nil {
		d.mu.Unlock()
		return problem("a run is on: wait until it has ended")
	}
	d.run = r
	d.mu.Unlock()
	o.Input, o.Skip, o.Stop, o.Lang = Input{l.Path, l.Mapping, l.Read}, l.Skip, r.stop, v.lang
	o.Watch = func(state func() (importer.State, string)) {
		r.mu.Lock()
		r.state = state
		r.mu.Unlock()
	}
	l.Failed, l.JustRun = "", false
	go func() {
		ended, err := d.calls.Run(context.Background(), o)
		l.mu.Lock()
		if ended != nil && ended.Result != nil {
			id := &l.Run
			if o.Trial {
				id = &l.Trial
			}
			*id = ended.Result.Run
			l.JustRun = !o.Trial
			d.ended(ended)
		} else if err != nil {
			l.Failed = d.trouble(err).Message
		}
		l.plan = nil
		_ = l.save() // the ledger knows the run; the page is told of it below
		l.mu.Unlock()
		d.mu.Lock()
		d.run = nil
		d.mu.Unlock()
		r.mu.Lock()
		r.err = err
		r.mu.Unlock()
		close(r.done)
	}()
	return nil
}

// ended takes note of how a run ended.
func (d *Desk) ended(e *Ended) {
	if e.Report != nil {
		d.mu.Lock()
		d.reports[e.Result.Run] = e.Report
		d.mu.Unlock()
	}
	d.mu.Lock()
	login, keep := d.login, d.keep
	refused := e.Result.Stopped != nil && e.Result.Stopped.Code == importer.StopLogin
	if refused {
		d.login, d.wrong, d.keep = nil, true, false
	} else if login != nil && e.Result.Requests > 0 {
		d.wrong, d.keep = false, false
	}
	d.mu.Unlock()
	if keep && login != nil && !refused && e.Result.Requests > 0 {
		_ = d.calls.Keep(*login) // where there is no store, it is asked for again
	}
}

// runView is a page that begins a run, or shows how it goes.
type runView struct {
	On                        bool
	Trial                     bool
	Line                      string
	Done, Total               int
	Stopping                  bool
	Failed                    string
	ToSend, Problems, Skipped int
	Messages                  int
	Sum                       string
	Tried                     *reports.Summary // the trial that was made
	TriedRun                  int64
	NeedsLogin                bool
	New                       bool // there is no ledger yet
	Ready                     bool
}

// trialPage offers a trial, at a stand-in inside the program.
func (d *Desk) trialPage(v *visit) error { return d.runPages(v, true) }

// runPage asks once more, and books.
func (d *Desk) runPage(v *visit) error { return d.runPages(v, false) }

func (d *Desk) runPages(v *visit, trial bool) error {
	page := pageData{List: v.list, Step: v.step}
	status := http.StatusOK
	if r := d.running(v.list); r != nil {
		if r.trial != trial {
			return v.to(stepOf(r.trial))
		}
		page.D, page.Refresh = d.progress(v.lang, r), true
		d.show(v.w, v.r, status, "run", page)
		return nil
	}
	if !trial && !v.posted() && v.list.JustRun { // the page of the run is loaded again when it has ended
		v.list.JustRun = false
		return v.to("result")
	}
	c, err := d.check(v.ctx(), v.list)
	if err != nil {
		return v.to("check") // which says it
	}
	plan := c.plan
	view := runView{
		Trial: trial, Failed: v.list.Failed, ToSend: plan.ToSend(), Problems: plan.Problems, Messages: plan.Messages.Total(), Sum: plan.Sum,
		NeedsLogin: !trial && !d.hasLogin(plan.Customers()),
	}
	view.New = !trial && d.calls.New(v.ctx())
	view.Ready = plan.ToSend() > 0 && (plan.Problems == 0 || v.list.Skip)
	if trial && v.list.Trial > 0 {
		if rep, err := d.report(v.ctx(), v.lang, v.list.Trial); err == nil {
			view.Tried, view.TriedRun = rep.Summary, v.list.Trial
		}
	}
	if v.posted() {
		o := Run{Trial: trial, Login: d.typedLogin()}
		switch {
		case !view.Ready:
			page.Trouble = &said{v.lang.Say("some rows have problems"), v.lang.Say("correct them, or leave them out, on the page \"Check\"")}
		case view.NeedsLogin:
			return v.to("login")
		case !trial && view.Messages > 0 && v.r.FormValue("messages") != strconv.Itoa(view.Messages):
			page.Trouble = &said{v.lang.Say("the number of messages is not right, and nothing was sent"), v.lang.Say("type %d if that many messages shall be sent to people", view.Messages)}
		default:
			seen := v.r.FormValue("sum")
			o.Messages, o.New = view.Messages, v.r.FormValue("new") != ""
			o.Agreed = func(p *importer.Plan) error {
				if p.Sum != seen && !trial {
					return problem("the list, its mapping or what is booked has changed since you looked; nothing was sent")
				}
				return nil
			}
			if err := d.start(v, o); err != nil {
				return err
			}
			return v.to(v.step)
		}
		status = http.StatusUnprocessableEntity
	}
	page.D = view
	d.show(v.w, v.r, status, "run", page)
	return nil
}

func stepOf(trial bool) string {
	if trial {
		return "trial"
	}
	return "run"
}

// progress is how a run goes.
func (d *Desk) progress(l words.Language, r *running) runView {
	view := runView{On: true, Trial: r.trial}
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.stop:
		view.Stopping = true
	default:
	}
	if r.state == nil {
		view.Line = l.Say("the list is being read")
		return view
	}
	s, line := r.state()
	view.Line, view.Done, view.Total = line, s.Done, s.Total
	return view
}

// events tells a page how its list's run goes, until it has ended.
func (d *Desk) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	run := d.running(d.list(r.PathValue("id")))
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for run != nil {
		view := d.progress(d.language_(), run)
		news, err := json.Marshal(map[string]any{"line": view.Line, "done": view.Done, "total": view.Total})
		if err != nil {
			return
		}
		fmt.Fprintf(w, "data: %s\n\n", news)
		if out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-run.done:
			run = nil
		case <-tick.C:
		}
	}
	fmt.Fprint(w, "event: ended\ndata: \n\n")
	_ = out.Flush() // fails only when the browser has gone
}

// stop ends a run: what is under way is waited for.
func (d *Desk) stop(w http.ResponseWriter, r *http.Request) {
	l := d.list(r.PathValue("id"))
	run := d.running(l)
	if run == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	run.end()
	http.Redirect(w, r, l.url(stepOf(run.trial)), http.StatusSeeOther)
}

// drain ends the run that is on, and waits for it. say is told before it waits.
func (d *Desk) drain(say func()) {
	d.mu.Lock()
	run := d.run
	select {
	case <-d.closing:
	default:
		close(d.closing)
	}
	d.mu.Unlock()
	if run != nil {
		say()
		run.end()
		<-run.done
	}
}
