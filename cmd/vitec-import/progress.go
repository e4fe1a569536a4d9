package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

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
	pace     []sample // of the last seconds

	state func() importer.State
	quit  chan struct{}
	done  sync.WaitGroup
}

const (
	redraw    = 100 * time.Millisecond
	plainLine = 30 * time.Second
	barRoom   = 13 // columns of the bar's own, beside its width: percent, edges, and free ones for the echo of Ctrl-C
)

func newProgressView(w *world, out io.Writer, f *runFlags) *progressView {
	return &progressView{w: w, out: out, terminal: w.terminalErr && w.getenv("TERM") != "dumb", silent: f.quiet || f.logFormat != "", stop: w.stop, quit: make(chan struct{})}
}

// start begins to show a run. It is the importer's Watch.
func (v *progressView) start(state func() importer.State) {
	v.state = state
	if v.silent || state().Total == 0 {
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
	total := v.state().Total
	bar := newBar(v.out, total)
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
		s := v.state()
		width := v.w.width(v.out)
		if width == 0 {
			width = 80
		}
		drawBar(bar, v.describe(s, time.Now(), width-barRoom), s.Done, width)
	}
}

func newBar(out io.Writer, total int) *progressbar.ProgressBar {
	return progressbar.NewOptions(total,
		progressbar.OptionSetWriter(out),
		progressbar.OptionThrottle(redraw),
		progressbar.OptionSetPredictTime(false), // its estimate does not know the limit
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionClearOnFinish(),
	)
}

// drawBar draws a bar behind a text, both in one line of the terminal: one that
// goes on in the next line could not be cleared.
func drawBar(bar *progressbar.ProgressBar, text string, done, width int) {
	progressbar.OptionSetWidth(max(1, min(16, width-barRoom-utf8.RuneCountInString(text))))(bar)
	bar.Describe(text)
	_ = bar.Set(done)
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
			s := v.state()
			fmt.Fprintln(v.out, v.describe(s, time.Now(), math.MaxInt))
		}
	}
}

func (v *progressView) stopping() {
	text := v.w.count(v.state().InFlight, "stopping: waiting for %d request under way; press Ctrl-C again to leave at once", "stopping: waiting for %d requests under way; press Ctrl-C again to leave at once")
	fmt.Fprintln(v.out, fold(text, v.w.width(v.out)))
}

// describe is the state in one line of so many columns at most: in words, or
// where they do not fit in signs.
func (v *progressView) describe(s importer.State, now time.Time, room int) string {
	w, o := v.w, s.Outcomes
	booked, problems := o[ledger.Booked], o[ledger.Rejected]+o[ledger.Uncertain]
	rate := w.lang.Decimal(v.rate(s.Requests, now), 2)
	limit := ""
	if s.Limit > 0 && !math.IsInf(s.Limit, 1) {
		limit = w.lang.Decimal(s.Limit, 3)
	}
	long := []string{
		w.say("%d of %d", s.Done, s.Total), w.count(booked, "1 booked", "%d booked"), w.count(problems, "%d problem", "%d problems"),
	}
	short := []string{fmt.Sprintf("%d/%d", s.Done, s.Total), fmt.Sprintf("✓%d", booked), fmt.Sprintf("!%d", problems)}
	if limit != "" {
		long, short = append(long, w.say("%s of %s requests/s", rate, limit)), append(short, w.say("%s/%s per s", rate, limit))
	} else {
		long, short = append(long, w.say("%s/s", rate)), append(short, w.say("%s/s", rate))
	}
	switch wait := s.PausedUntil.Sub(now); {
	case s.Stopping != nil:
		long, short = append(long, w.say("stopping")), append(short, w.say("stopping"))
	case wait > 0:
		wait = (wait + time.Second - 1).Truncate(time.Second) // never a pause of 0 s
		long, short = append(long, w.say("the server asked for a pause of %s", elapsed(wait))), append(short, w.say("pause %s", elapsed(wait)))
	default:
		if left, ok := timeLeft(s, now); ok {
			long, short = append(long, w.say("%s left", elapsed(left))), append(short, left.String())
		}
	}
	if text := strings.Join(long, ", "); utf8.RuneCountInString(text) <= room {
		return text
	}
	for _, spare := range [...]int{3, 1} { // first the rate, then the bookings
		if utf8.RuneCountInString(strings.Join(short, " ")) > room {
			short = slices.Delete(short, spare, spare+1)
		}
	}
	return strings.Join(short, " ")
}

// sample is how many requests there were at a time.
type sample struct {
	at       time.Time
	requests int
}

// rate is how many requests a second there were in the last seconds.
func (v *progressView) rate(requests int, now time.Time) float64 {
	const window = 5 * time.Second
	for len(v.pace) > 1 && now.Sub(v.pace[0].at) > window {
		v.pace = v.pace[1:]
	}
	v.pace = append(v.pace, sample{now, requests})
	first := v.pace[0]
	if passed := now.Sub(first.at).Seconds(); passed > 0 {
		return float64(requests-first.requests) / passed
	}
	return 0
}

// elapsed is a time as both languages write it: 45 s, 3 min 20 s, 2 h 5 min.
func elapsed(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
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
