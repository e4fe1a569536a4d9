package main

import (
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
)

// progressView shows how a run goes: a line that moves on a terminal, a plain
// line now and then elsewhere, nothing beside a log.
type progressView struct {
	w        *world
	out      io.Writer
	terminal bool
	silent   bool
	stop     <-chan struct{}

	progress *importer.Progress
	quit     chan struct{}
	done     sync.WaitGroup
}

const (
	redraw    = 100 * time.Millisecond
	plainLine = 30 * time.Second
)

func newProgressView(w *world, out io.Writer, f *runFlags) *progressView {
	return &progressView{w: w, out: out, terminal: w.terminalErr, silent: f.quiet || f.logFormat != "", stop: w.stop, quit: make(chan struct{})}
}

// start begins to show p. It is the importer's Watch.
func (v *progressView) start(p *importer.Progress) {
	v.progress = p
	if v.silent || p.State().Total == 0 {
		return
	}
	v.done.Go(func() {
		if v.terminal {
			v.bar()
		} else {
			v.lines()
		}
	})
}

// end shows the last state and stops. It may be called without start.
func (v *progressView) end() {
	close(v.quit)
	v.done.Wait()
}

func (v *progressView) bar() {
	total := v.progress.State().Total
	bar := progressbar.NewOptions(total,
		progressbar.OptionSetWriter(v.out),
		progressbar.OptionThrottle(redraw),
		progressbar.OptionSetWidth(12),
		progressbar.OptionSetPredictTime(false), // its estimate does not know the limit
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionClearOnFinish(),
	)
	tick := time.NewTicker(redraw)
	defer tick.Stop()
	stop := v.stop
	for {
		select {
		case <-v.quit:
			// A display that cannot be drawn is no reason to fail a run.
			_ = bar.Clear()
			return
		case <-stop:
			stop = nil
			_ = bar.Clear()
			v.stopping()
		case <-tick.C:
		}
		s := v.progress.State()
		bar.Describe(v.describe(s, time.Now()))
		_ = bar.Set(s.Done)
	}
}

func (v *progressView) lines() {
	tick := time.NewTicker(plainLine)
	defer tick.Stop()
	stop := v.stop
	for {
		select {
		case <-v.quit:
			return
		case <-stop:
			stop = nil
			v.stopping()
		case <-tick.C:
			s := v.progress.State()
			fmt.Fprintln(v.out, v.w.say("progress.plain", s.Done, s.Total, v.describe(s, time.Now())))
		}
	}
}

func (v *progressView) stopping() {
	text := v.w.count("progress.stopping", v.progress.State().InFlight)
	fmt.Fprintln(v.out, fold(text, v.w.width(v.out)))
}

// describe is the state in a few words.
func (v *progressView) describe(s importer.State, now time.Time) string {
	w := v.w
	text := w.counts(sentOutcomes(s))
	if s.Limit > 0 && !math.IsInf(s.Limit, 1) {
		text += ", " + w.say("progress.limit", w.lang.Decimal(s.Limit, 3))
	}
	switch wait := s.PausedUntil.Sub(now); {
	case s.Stopping != nil:
		text += ", " + w.say("progress.ending")
	case wait > 0:
		text += ", " + w.say("progress.pause", wait.Round(time.Second))
	default:
		if left, ok := timeLeft(s, now); ok {
			text += ", " + w.say("progress.left", left)
		}
	}
	return text
}

// sentOutcomes are the outcomes that came while sending.
func sentOutcomes(s importer.State) [len(ledger.Outcomes)]int {
	o := s.Outcomes
	o[ledger.NotSent], o[ledger.AlreadyBooked], o[ledger.Invalid], o[ledger.Duplicate], o[ledger.Skipped] = 0, 0, 0, 0, 0
	return o
}

// timeLeft is the longer of what the limit allows and what the pace so far
// promises.
func timeLeft(s importer.State, now time.Time) (time.Duration, bool) {
	rest := float64(s.Total - s.Done)
	passed := now.Sub(s.StartedAt).Seconds()
	if s.Done == 0 || passed < 1 {
		if s.Limit > 0 && !math.IsInf(s.Limit, 1) {
			return round(rest / s.Limit), true
		}
		return 0, false
	}
	seconds := rest * passed / float64(s.Done)
	if s.Limit > 0 && !math.IsInf(s.Limit, 1) {
		seconds = math.Max(seconds, rest/s.Limit)
	}
	return round(seconds), true
}

func round(seconds float64) time.Duration {
	d := time.Duration(seconds * float64(time.Second))
	if d > 10*time.Minute {
		return d.Round(time.Minute)
	}
	return d.Round(time.Second)
}
