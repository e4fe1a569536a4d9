package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// office is a server that books, behind whatever a test puts before it. It
// counts what it has done.
type office struct {
	*httptest.Server
	mu     sync.Mutex
	asked  int            // requests
	booked map[string]int // bookings by first name
	times  []time.Time
}

// before stands in front of the office. It answers, or has the office book;
// n counts the requests from 1 on.
type before func(n int, name string, w http.ResponseWriter, book func() (id string))

func newOffice(t *testing.T, f before) *office {
	o := &office{booked: map[string]int{}}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var sent struct {
			UpdatePerson struct{ FirstName string }
		}
		if err = errors.Join(err, json.Unmarshal(body, &sent)); err != nil {
			t.Error(err)
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		o.asked++
		o.times = append(o.times, time.Now())
		name := sent.UpdatePerson.FirstName
		f(o.asked, name, w, func() string {
			o.booked[name]++
			return fmt.Sprintf("VID%032X", 1000+o.asked)
		})
	}))
	t.Cleanup(o.Close)
	return o
}

func answer(w http.ResponseWriter, id string) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "%q", id)
}

// client is a real one.
func (o *office) client(t *testing.T) *vitec.Client {
	c, err := vitec.NewClient(vitec.Config{BaseURL: o.URL, Timeout: 10 * time.Second,
		Credentials: func(string) (vitec.Credentials, bool) { return vitec.Credentials{Username: "u", Password: "p"}, true }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// send runs people against the office.
func (o *office) send(t *testing.T, n int, change ...func(*Job)) (*Result, *fixture) {
	f := newFixture(t)
	res := f.run(people(n), &server{}, append([]func(*Job){func(j *Job) { j.Client = o.client(t) }}, change...)...)
	o.mu.Lock()
	defer o.mu.Unlock()
	for name, times := range o.booked {
		if times > 1 {
			t.Errorf("%s is booked %d times", name, times)
		}
	}
	for _, row := range f.last {
		there := o.booked[fmt.Sprintf("P%d", row.Index+1)] > 0
		if row.Outcome == ledger.Booked && !there && len(o.booked) > 0 || row.Outcome == ledger.NotSent && there || row.Outcome == ledger.Rejected && there {
			t.Errorf("row %d is %s; booked at the server: %v", row.Number, row.Outcome, there)
		}
	}
	return res, f
}

// Faults 1, 2 and 25: what stands before the API loses patience after the API
// has booked, or refuses by itself and looks the same. Nobody is sent twice.
func TestLateRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status int
		header map[string]string
		paused bool
	}{
		{503, map[string]string{"Retry-After": "1", "Via": "1.1 varnish", "X-Varnish": "32770"}, true},
		{503, nil, true},
		{408, map[string]string{"Connection": "close"}, false},
		{499, nil, false},
		{460, nil, false},
		{502, nil, false},
		{504, map[string]string{"Retry-After": "1"}, true},
	} {
		t.Run(fmt.Sprint(tt.status, len(tt.header)), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(n int, _ string, w http.ResponseWriter, book func() string) {
				id := book()
				if n%5 != 2 {
					answer(w, id)
					return
				}
				for name, value := range tt.header {
					w.Header().Set(name, value)
				}
				w.WriteHeader(tt.status)
			})
			res, f := o.send(t, 10, func(j *Job) { j.Concurrency = 1 })
			f.want(res, ExitUncertain, map[ledger.Outcome]int{ledger.Booked: 8, ledger.Uncertain: 2})
			if o.asked != 10 {
				t.Errorf("%d requests for 10 rows", o.asked)
			}
			// What follows each of the two refusals; a busy machine may hold up one.
			pause := min(o.times[2].Sub(o.times[1]), o.times[7].Sub(o.times[6]))
			if (pause >= shortRest) != tt.paused {
				t.Errorf("it paused for %s; a pause is wanted: %v", pause, tt.paused)
			}
		})
	}
}

// Fault 3: a text that is no id books nobody for sure.
func TestAnswersThatAreNoIDs(t *testing.T) {
	for _, body := range []string{`"Visningen är fullbokad."`, `"OK"`, `"false"`, `"null"`, `"-1"`, `null`, `""`, `<html>OK</html>`, `"00000000-0000-0000-0000-000000000000"`} {
		t.Run(body, func(t *testing.T) {
			o := newOffice(t, func(_ int, _ string, w http.ResponseWriter, _ func() string) {
				w.Header().Set("Content-Type", "application/json")
				io.WriteString(w, body)
			})
			res, f := o.send(t, 10)
			f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.Uncertain: 3, ledger.NotSent: 7})
			if res.Stopped.Code != StopUncertain {
				t.Errorf("stopped: %+v", res.Stopped)
			}
		})
	}
}

// Fault 4: a firewall refuses a row for a word in it. The others go on.
func TestForbiddenRow(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(_ int, name string, w http.ResponseWriter, book func() string) {
		if name == "P4" || name == "P8" {
			w.WriteHeader(403)
			return
		}
		answer(w, book())
	})
	res, f := o.send(t, 12, func(j *Job) { j.Concurrency = 1 })
	f.want(res, ExitProblems, map[ledger.Outcome]int{ledger.Booked: 10, ledger.Rejected: 2})
}

// Fault 5: 403 as a limit of the rate, with a time or without. The run slows
// down and loses no more than the first row of a wave.
func TestForbiddenRate(t *testing.T) {
	for _, header := range []string{"", "1"} {
		t.Run(header, func(t *testing.T) {
			var last time.Time
			o := newOffice(t, func(_ int, _ string, w http.ResponseWriter, book func() string) {
				now := time.Now()
				if now.Sub(last) < 20*time.Millisecond {
					if header != "" {
						w.Header().Set("Retry-After", header)
					}
					w.WriteHeader(403)
					return
				}
				last = now
				answer(w, book())
			})
			res, _ := o.send(t, 30, func(j *Job) { j.Pace = NewPace(80) })
			if res.Outcomes[ledger.Booked] < 24 || res.Stopped != nil {
				t.Errorf("outcomes %v, stopped %+v", res.Outcomes, res.Stopped)
			}
		})
	}
}

// ... and where all is forbidden from some row on it stops.
func TestForbiddenAfterBookings(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(n int, _ string, w http.ResponseWriter, book func() string) {
		if n > 3 {
			w.WriteHeader(403)
			return
		}
		answer(w, book())
	})
	res, f := o.send(t, 30, func(j *Job) { j.Concurrency = 1 })
	f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.Booked: 3, ledger.Rejected: 5, ledger.NotSent: 22})
	if res.Stopped.Code != StopFirewall {
		t.Errorf("stopped: %+v", res.Stopped)
	}
}

// Fault 6: after successes every row gets an answer for which no row can be the
// reason. The run stops, at any time, and the advice is not to correct the rows.
func TestRefusalsOfNoRowsMaking(t *testing.T) {
	page := "<!DOCTYPE html><html><head><title>Not found</title></head><body><h1>404</h1></body></html>"
	for _, tt := range []struct {
		status int
		body   string
		most   int
		code   string
	}{
		{404, page, addressAlike, StopAddress},
		{400, strings.ReplaceAll(page, "Not found", "Bad Request - Invalid Hostname"), addressAlike, StopAddress},
		{405, "", addressAlike, StopAddress},
		{421, "", addressAlike, StopAddress},
		{400, `{"Message": "hostname is invalid"}`, rowsAlike, StopRejected},
		{404, `{"Message": "No HTTP resource was found"}`, rowsAlike, StopRejected},
		{409, "", rowsAlike, StopRejected},
	} {
		t.Run(fmt.Sprint(tt.status, len(tt.body)), func(t *testing.T) {
			o := newOffice(t, func(n int, _ string, w http.ResponseWriter, book func() string) {
				if n <= 10 {
					answer(w, book())
					return
				}
				w.Header().Set("Content-Type", "text/html")
				if strings.HasPrefix(tt.body, "{") {
					w.Header().Set("Content-Type", "application/json")
				}
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			})
			res, f := o.send(t, 60, func(j *Job) { j.Concurrency = 1 })
			f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.Booked: 10, ledger.Rejected: tt.most, ledger.NotSent: 50 - tt.most})
			if res.Stopped.Code != tt.code || !strings.Contains(res.Stopped.Hint().String(), "blame") {
				t.Errorf("stopped: %+v, %s", res.Stopped, res.Stopped.Hint())
			}
		})
	}
}

// Fault 13: an answer that came twice gives the next row the id of another. No
// id is trusted twice.
func TestRepeatedIDs(t *testing.T) {
	last := ""
	o := newOffice(t, func(n int, _ string, w http.ResponseWriter, book func() string) {
		id := book()
		if n%4 == 0 {
			id, last = last, id
		} else {
			last = id
		}
		answer(w, id)
	})
	res, f := o.send(t, 12, func(j *Job) { j.Concurrency = 1 })
	f.want(res, ExitUncertain, map[ledger.Outcome]int{ledger.Booked: 9, ledger.Uncertain: 3})
	for i := 3; i < 12; i += 4 { // it got the id of the row before it, which is told so
		earlier, later := f.last[i-1], f.last[i]
		if p := earlier.Problems; len(p) != 1 || !p[0].Warning || p[0].Code != codeSameId || !strings.Contains(p[0].Reason.String(), fmt.Sprintf("row %d", later.Number)) {
			t.Errorf("row %d: %+v", earlier.Number, p)
		}
		if !strings.Contains(later.Reason.String(), fmt.Sprintf("row %d", earlier.Number)) {
			t.Errorf("row %d: %s", later.Number, later.Reason)
		}
	}
}

// Fault 25: a web server's own limit says 503. The pace slows down; where it
// does not help, the run stops before most is in doubt.
func TestLimitThatSays503(t *testing.T) {
	bucket := tokenBucket(20, 5)
	o := newOffice(t, func(_ int, _ string, w http.ResponseWriter, book func() string) {
		if bucket(time.Now()) != taken {
			w.WriteHeader(503)
			return
		}
		answer(w, book())
	})
	res, _ := o.send(t, 40, func(j *Job) { j.Pace = NewPace(40) })
	if res.Outcomes[ledger.Uncertain] > 6 || res.Stopped != nil {
		t.Errorf("outcomes %v, stopped %+v", res.Outcomes, res.Stopped)
	}
	every := newOffice(t, func(n int, _ string, w http.ResponseWriter, book func() string) {
		if n%5 > 2 {
			w.WriteHeader(500)
			return
		}
		answer(w, book())
	})
	res, _ = every.send(t, 100, func(j *Job) { j.Concurrency = 1 })
	if res.Outcomes[ledger.Uncertain] != uncertainOfThose || res.Stopped == nil || res.Stopped.Code != StopDoubts {
		t.Errorf("outcomes %v, stopped %+v", res.Outcomes, res.Stopped)
	}
}

// A wrong login costs one request, whatever came before it, and one for each
// customer.
func TestWrongLoginAfterRefusals(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(n int, _ string, w http.ResponseWriter, _ func() string) {
		if n <= maxTries {
			w.WriteHeader(429)
			return
		}
		w.WriteHeader(401)
	})
	res, f := o.send(t, 20)
	f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.NotSent: 20})
	if wrong := o.asked - maxTries; wrong != 1 {
		t.Errorf("%d wrong logins, want 1", wrong)
	}
}

// Retry-After in both of its forms holds all eight requests.
func TestRetryAfterHoldsAll(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"seconds", "date"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			var refused time.Time
			early := 0
			o := newOffice(t, func(n int, _ string, w http.ResponseWriter, book func() string) {
				switch now := time.Now(); {
				case n == 20:
					refused = now
					w.Header().Set("Retry-After", "2")
					if form == "date" {
						w.Header().Set("Retry-After", now.Add(3*time.Second).UTC().Format(http.TimeFormat))
					}
					w.WriteHeader(429)
				default:
					if since := now.Sub(refused); !refused.IsZero() && since > 300*time.Millisecond && since < 1900*time.Millisecond {
						early++
					}
					answer(w, book())
				}
			})
			res, f := o.send(t, 60)
			f.want(res, ExitDone, map[ledger.Outcome]int{ledger.Booked: 60})
			if early > 0 {
				t.Errorf("%d requests came in the pause", early)
			}
		})
	}
}

// Fault 22: the reader of the log stands still. The run goes on and ends.
func TestStalledLog(t *testing.T) {
	stalled := make(chan struct{})
	defer close(stalled)
	log := slog.New(slog.NewJSONHandler(writerFunc(func(b []byte) (int, error) { <-stalled; return len(b), nil }), &slog.HandlerOptions{Level: slog.LevelDebug}))
	f, s := newFixture(t), &server{}
	f.want(f.run(people(logRoom/4), s, func(j *Job) { j.Log = log }), ExitDone, map[ledger.Outcome]int{ledger.Booked: logRoom / 4})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// A drive that stalls while the list is read does not keep a run from being
// stopped.
func TestStalledReadHearsStop(t *testing.T) {
	stop, stalled := make(chan struct{}), make(chan struct{})
	defer close(stalled)
	n := 0
	for _, err := range hear(stop, func(yield func(int, error) bool) {
		for i := range 2 * readAhead {
			yield(i, nil)
		}
		<-stalled
	}) {
		if n++; n == 2*readAhead {
			close(stop)
		}
		if err != nil && !errors.Is(err, ErrInterrupted) {
			t.Error(err)
		}
	}
	if n != 2*readAhead+1 {
		t.Errorf("%d values", n)
	}
}
