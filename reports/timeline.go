package reports

import (
	"math"
	"strconv"
	"strings"
	"time"

	"vitec-import/importer/ledger"
)

// timeline is how fast a run went and how long the answers took, over its
// course, in a fixed amount of memory: when the run turns out to be longer
// than it has room for, each two of its steps become one.
type timeline struct {
	start time.Time
	step  time.Duration
	steps []moments
	last  int // the last step in which something was sent; -1 = none
}

// moments is one step of a timeline.
type moments struct {
	sent  int
	times [timeBins]uint32 // answers by how long they took
}

const (
	timeSteps = 96
	timeBins  = 48 // each 30 % longer than the one before, from a millisecond on
)

func newTimeline(start time.Time) *timeline {
	return &timeline{start: start, step: time.Second, steps: make([]moments, timeSteps), last: -1}
}

func (t *timeline) add(r *ledger.Row) {
	if r.SubmittedAt.IsZero() {
		return
	}
	since := max(0, r.SubmittedAt.Sub(t.start))
	for int64(since/t.step) >= int64(len(t.steps)) {
		t.fold()
	}
	i := int(since / t.step)
	t.last = max(t.last, i)
	t.steps[i].sent++
	if r.Duration > 0 && r.HTTPStatus != 0 { // a request that ran out of time has no answer
		t.steps[i].times[timeBin(r.Duration)]++
	}
}

// fold makes each two steps one.
func (t *timeline) fold() {
	half := len(t.steps) / 2
	for i := range half {
		a, b := t.steps[2*i], t.steps[2*i+1]
		a.sent += b.sent
		for k, n := range b.times {
			a.times[k] += n
		}
		t.steps[i] = a
	}
	clear(t.steps[half:])
	t.step *= 2
	if t.last >= 0 {
		t.last /= 2
	}
}

func timeBin(d time.Duration) int {
	ms := float64(d) / float64(time.Millisecond)
	if ms <= 1 {
		return 0
	}
	return min(timeBins-1, int(math.Log(ms)/math.Log(1.3)))
}

// quantile is how long, in milliseconds, the share q of the answers of a step
// took at most; false if there were none.
func (m *moments) quantile(q float64) (float64, bool) {
	total := uint32(0)
	for _, n := range m.times {
		total += n
	}
	if total == 0 {
		return 0, false
	}
	want, sum := uint32(math.Ceil(q*float64(total))), uint32(0)
	for i, n := range m.times {
		if sum += n; sum >= want {
			return math.Pow(1.3, float64(i)+0.5), true
		}
	}
	return 0, false
}

// pause is a time in which a run sent nothing because the server asked for it.
type pause struct{ from, to time.Time }

// pauses reads them out of a run's events: a pause tells how long it is, or is
// ended by a resume.
func pauses(events []ledger.Event) []pause {
	var list []pause
	open := false
	for _, e := range events {
		switch e.Kind {
		case "pause":
			p := pause{from: e.At, to: e.At}
			wait, known := leadingDuration(e.Detail)
			p.to = e.At.Add(wait)
			open = !known
			if n := len(list); n > 0 && !p.from.After(list[n-1].to) {
				if p.to.After(list[n-1].to) {
					list[n-1].to = p.to
				}
				continue
			}
			list = append(list, p)
		case "resume":
			if open && len(list) > 0 {
				list[len(list)-1].to = e.At
			}
			open = false
		}
	}
	return list
}

// leadingDuration reads the time at the beginning of a text, such as
// "6000 ms, then 5/s" or "6s".
func leadingDuration(s string) (time.Duration, bool) {
	digits := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if digits <= 0 {
		return 0, false
	}
	n, err := strconv.ParseFloat(s[:digits], 64)
	if err != nil {
		return 0, false
	}
	rest := strings.TrimSpace(s[digits:])
	switch {
	case strings.HasPrefix(rest, "ms"):
		return time.Duration(n * float64(time.Millisecond)), true
	case strings.HasPrefix(rest, "s"):
		return time.Duration(n * float64(time.Second)), true
	case strings.HasPrefix(rest, "m"):
		return time.Duration(n * float64(time.Minute)), true
	}
	return 0, false
}
