package sandbox_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vitec-import/vitec/sandbox"
)

// hook is a fault for the requests that match.
func hook(text string, match func(sandbox.Request) bool) sandbox.Fault {
	f := sandbox.MustFault(text)
	f.Match = match
	return f
}

// TestClose: closing ends what would never end, and what was remembered stays.
func TestClose(t *testing.T) {
	told, match := arrivals()
	srv := start(t, sandbox.Config{Faults: []sandbox.Fault{
		hook("latency=0s", match),
		sandbox.MustFault("stall-after-commit:2"), sandbox.MustFault("endless=headers:3"), sandbox.MustFault("latency=1h:4"),
	}})
	book(t, srv, home, person(1))
	for n := range 3 {
		dial(t, srv).send(booking(n))
	}
	for range 4 {
		<-told
	}
	srv.Close()
	srv.Close()
	if n := len(srv.Commits()); n < 1 {
		t.Errorf("%d commits are left", n)
	}
	if err := srv.Listen("127.0.0.1:0"); err == nil {
		t.Error("a closed server listens")
	}
}

// TestClientLeaves: half a request is no booking; a whole one is, whether or
// not anybody waits for the answer.
func TestClientLeaves(t *testing.T) {
	told, match := arrivals()
	srv := unstarted(t, sandbox.Config{Faults: []sandbox.Fault{hook("latency=20ms", match)}})
	ended := make(chan bool)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { ended <- true }()
		srv.ServeHTTP(w, r)
	}))
	defer front.Close()
	for _, try := range []struct{ missing, commits int }{{5, 0}, {0, 1}} {
		conn, err := net.Dial("tcp", front.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		request := booking(1)
		if _, err := io.WriteString(conn, request[:len(request)-try.missing]); err != nil {
			t.Fatal(err)
		}
		<-told
		conn.Close()
		<-ended
		if n := len(srv.Commits()); n != try.commits {
			t.Errorf("%d bytes missing: %d commits, want %d", try.missing, n, try.commits)
		}
	}
}

func TestKeptAliveConnection(t *testing.T) {
	reused := hook("close-after-commit", func(r sandbox.Request) bool { return r.Reused })
	srv := start(t, sandbox.Config{Faults: []sandbox.Fault{reused}})
	w := dial(t, srv)
	w.send(booking(1))
	if resp, _ := w.answer(); resp.StatusCode != 200 {
		t.Fatalf("answered %d", resp.StatusCode)
	}
	w.send(booking(2))
	if b, err := w.rest(); b != "" || err != nil {
		t.Errorf("read %q, %v", b, err)
	}
	if r := finish(t, srv); !r.Reused || r.Commit != 2 {
		t.Errorf("%+v", r)
	}
}

// TestTLS resets a connection under TLS, where the socket is a layer below.
func TestTLS(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault("reset-after-commit:2")}})
	front := httptest.NewTLSServer(srv)
	defer front.Close()
	client := front.Client()
	for n, whole := range []bool{true, false} {
		r, err := http.NewRequest("POST", front.URL+"/Viewing/M1/VIS1/TS1/Participant", strings.NewReader(`{"updatePerson":{"customerId":"M1","telePhone":"08-4650041"}}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.SetBasicAuth("u", "p")
		resp, err := client.Do(r)
		if err == nil {
			resp.Body.Close()
		}
		if whole != (err == nil) || !whole && !isReset(err) && !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("request %d: %v", n+1, err)
		}
	}
	if n := len(srv.Commits()); n != 2 {
		t.Errorf("%d commits", n)
	}
}

// TestExtraAnswer: what is left over after an answer is there before the answer
// to the next request, on a connection that is served on.
func TestExtraAnswer(t *testing.T) {
	for fault, want := range map[string][]int{"extra:1": {0, 0, 1}, `extra="\r\n":1`: {0, 1}} {
		srv := start(t, sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault(fault)}})
		w := dial(t, srv)
		w.send(booking(1))
		_, first := w.answer()
		w.send(booking(2))
		answers := []string{first}
		if strings.Contains(fault, "=") { // textproto reads no answer that begins with an empty line
			if b, err := w.r.Peek(2); err != nil || string(b) != "\r\n" {
				t.Fatalf("%s: %q, %v", fault, b, err)
			}
			_, _ = w.r.Discard(2)
		}
		for range len(want) - 1 {
			_, b := w.answer()
			answers = append(answers, b)
		}
		commits := srv.Commits()
		if len(commits) != 2 {
			t.Fatalf("%s: %d commits", fault, len(commits))
		}
		for i, n := range want {
			if answers[i] != `"`+commits[n].Answer+`"` {
				t.Errorf("%s: answer %d is %s, want that of commit %d", fault, i+1, answers[i], n+1)
			}
		}
	}
}

// TestIdleTimeout: an idle connection is closed.
func TestIdleTimeout(t *testing.T) {
	srv := start(t, sandbox.Config{IdleTimeout: time.Millisecond})
	w := dial(t, srv)
	w.send(booking(1))
	w.answer()
	if b, err := w.rest(); b != "" || err != nil {
		t.Errorf("read %q, %v", b, err)
	}
}
