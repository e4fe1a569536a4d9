package sandbox_test

import (
	"encoding/json"
	"strings"
	"testing"

	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
)

func TestParseFault(t *testing.T) {
	for text, want := range map[string]string{
		// The happy half.
		"500-after-commit:10%":                "",
		"latency=200ms":                       "",
		"latency=10ms..2s:50%":                "",
		"401:50+":                             "",
		"429=date+3s:3-7":                     "",
		"403:customer=M2":                     "",
		`302="http://127.0.0.1:9/":/5`:        "",
		"429=wait:over=20,5":                  "",
		"503:0.5%:over=2.5":                   "",
		`429="Wed, 21 Oct 2015 07:28:00 GMT"`: "",
		"503:2:1+":                            "",
		"answer-after-commit":                 "",
		`answer=""`:                           "",
		"html=404:7+":                         "",
		"cut=reset":                           "",
		`answer="{\"message\":null}":customer="M 1"`: "",

		// The sad half: what is wrong.
		"":                              "error: there is no fault",
		"x2":                            "error: there is no fault",
		"500-after-comit":               "error: there is no fault",
		"rest":                          `error: did you mean "reset"?`,
		"endles=body":                   `error: did you mean "endless"?`,
		"99":                            "error: want a status from 200",
		"199":                           "error: want a status from 200",
		"STATUS":                        "error: there is no fault",
		"latency":                       "error: latency=DURATION",
		"latency=soon":                  "error: not a duration",
		"latency=2s..1s":                "error: not a duration from 2s up",
		"latency=":                      "error: latency=DURATION",
		"reset=1":                       "error: takes no value",
		"cut-after-commit":              "error: always books",
		"cut=short":                     "error: want unframed or reset",
		"endless":                       "error: endless=headers|body",
		"html=99":                       "error: not a status",
		"reset-in-request-after-commit": "error: never books",
		"429:over=0":                    "error: does not say when",
		"429:over=5,0":                  "error: does not say when",
		"500:0":                         "error: does not say when",
		"500:0%":                        "error: does not say when",
		"500:101%":                      "error: does not say when",
		"500:NaN%":                      "error: does not say when",
		"500:7-3":                       "error: does not say when",
		"500:often":                     "error: does not say when",
		"500:":                          "error: does not say when",
		"500:customer=":                 "error: does not say when",
		"302=http://127.0.0.1/":         "error: quotes around",
		`302="http`:                     "error: in quotes",
		`answer="x"y`:                   "error: in quotes",
		"429=\"\\n\"":                   "error: cannot stand in a header",
	} {
		f, err := sandbox.ParseFault(text)
		if want == "" {
			if err != nil || f.String() != text {
				t.Errorf("%s is written %s: %v", text, f, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(want, "error: ")) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func FuzzParseFault(f *testing.F) {
	for _, s := range []string{"500-after-commit:10%", `302="http://a:1/":3+`, "latency=1ms..2s:/5", `stall:customer="a:b":over=2,1:1-2`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := sandbox.ParseFault(text)
		if err != nil {
			return
		}
		srv, err := sandbox.NewUnstarted(sandbox.Config{Faults: []sandbox.Fault{fault}})
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		if got := srv.Faults(); len(got) != 1 || got[0].String() != text {
			t.Errorf("%q is kept as %v", text, got)
		}
	})
}

// TestWhen strikes some of 100 requests and looks at which.
func TestWhen(t *testing.T) {
	for when, want := range map[string]func(n int) bool{
		"500":               func(n int) bool { return true },
		"500:3":             func(n int) bool { return n == 3 },
		"500:90+":           func(n int) bool { return n >= 90 },
		"500:3-7":           func(n int) bool { return n >= 3 && n <= 7 },
		"500:/10":           func(n int) bool { return n%10 == 0 },
		"500:5+:/10":        func(n int) bool { return n >= 5 && (n-4)%10 == 0 },
		"500:100%":          func(n int) bool { return true },
		"500:customer=M2":   func(n int) bool { return n%2 == 0 },
		"500:customer=M2:2": func(n int) bool { return n == 4 },
		"500:customer=M9":   func(n int) bool { return false },
		"500:over=0.01,7":   func(n int) bool { return n > 7 },
	} {
		srv := unstarted(t, sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault(when)}})
		for n := 1; n <= 100; n++ {
			odd := []vitec.Target{{CustomerId: "M2", ViewingId: "V2", TimeSlotId: "TS2"}, {CustomerId: "M1", ViewingId: "V1", TimeSlotId: "TS1"}}[n%2]
			if hit := book(t, srv, odd, person(n)).status == 500; hit != want(n) {
				t.Errorf("%s: request %d hit %v", when, n, hit)
			}
		}
	}
}

// TestShare throws the dice of several seeds.
func TestShare(t *testing.T) {
	series := map[string]bool{}
	for seed := uint64(1); seed <= 5; seed++ {
		var same string
		for range 2 {
			srv := unstarted(t, sandbox.Config{Seed: seed, Faults: []sandbox.Fault{sandbox.MustFault("500:20%")}})
			var b strings.Builder
			for n := range 1000 {
				b.WriteByte("-x"[min(book(t, srv, home, person(n)).status/500, 1)])
			}
			if n := strings.Count(b.String(), "x"); n < 150 || n > 250 {
				t.Errorf("seed %d: %d of 1000 hit at 20%%", seed, n)
			}
			if same != "" && same != b.String() {
				t.Errorf("seed %d: not the same twice", seed)
			}
			same = b.String()
		}
		series[same] = true
	}
	if len(series) != 5 {
		t.Errorf("5 seeds gave %d series", len(series))
	}
}

func TestSeveralFaults(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Faults: []sandbox.Fault{
		sandbox.MustFault("latency=1ms"), sandbox.MustFault("409:2"), sandbox.MustFault("500-after-commit:2-3"),
		hook("410", func(r sandbox.Request) bool { return r.Number == 4 }),
	}})
	for n, want := range []int{200, 409, 500, 410, 200} {
		if got := book(t, srv, home, person(n)); got.status != want {
			t.Errorf("request %d answered %d, want %d", n+1, got.status, want)
		}
	}
	if n := len(srv.Commits()); n != 3 {
		t.Errorf("%d commits", n)
	}
	for _, r := range srv.Requests() {
		if len(r.Delayed) != 1 || r.Delayed[0] != "latency=1ms" {
			t.Errorf("request %d delayed by %v", r.Number, r.Delayed)
		}
	}
}

// TestAfterCommitNeedsACommit: a request that is refused is told so.
func TestAfterCommitNeedsACommit(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault("500-after-commit")}})
	if got := book(t, srv, home, vitec.AddNewViewingParticipant{}); got.status != 400 {
		t.Errorf("answered %d", got.status)
	}
	if r := srv.Requests()[0]; r.Fault != "" || r.Commit != 0 {
		t.Errorf("remembered as %+v", r)
	}
}

func TestSameId(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault("same-id:2+")}})
	for n := range 3 {
		book(t, srv, home, person(n))
	}
	c := srv.Commits()
	if c[0].BookingId != c[1].BookingId || c[1].BookingId != c[2].Answer || c[0].ContactId == c[1].ContactId {
		t.Errorf("%+v", c)
	}
}

func TestSetFaults(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault("500:1")}})
	b, err := json.Marshal(srv.Faults())
	if err != nil || string(b) != `["500:1"]` {
		t.Errorf("marshalled %s, %v", b, err)
	}
}
