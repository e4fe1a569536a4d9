package sandbox_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"vitec-import/vitec/sandbox"
)

// start runs a sandbox for one test.
func start(t *testing.T, c sandbox.Config) *sandbox.Server {
	t.Helper()
	srv := sandbox.New(c)
	t.Cleanup(srv.Close)
	return srv
}

// booking is a request that makes a booking, as text, so that a test decides
// over every byte of the connection.
func booking(n int) string {
	body := fmt.Sprintf(`{"updatePerson":{"customerId":"M1","firstName":"Test","lastName":"Nr %d","cellPhone":"070-17406%02d"},"returnBookingId":true}`, n, n%100)
	return "POST /Viewing/M1/VIS1/TS1/Participant HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Basic dTpw\r\n" +
		"Content-Type: application/json\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n\r\n" + body
}

// wire is one connection to a server.
type wire struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

func dial(t *testing.T, srv *sandbox.Server) *wire {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(srv.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &wire{t, conn, bufio.NewReader(conn)}
}

func (w *wire) send(request string) {
	w.t.Helper()
	if _, err := io.WriteString(w.conn, request); err != nil {
		w.t.Fatal(err)
	}
}

// answer reads one answer that is whole.
func (w *wire) answer() (*http.Response, string) {
	w.t.Helper()
	resp, err := http.ReadResponse(w.r, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, string(b)
}

// rest reads up to the end of the connection.
func (w *wire) rest() (string, error) {
	b, err := io.ReadAll(w.r)
	return string(b), err
}

// isReset knows a reset connection on every system.
func isReset(err error) bool {
	const wsaeConnReset = syscall.Errno(10054)
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, wsaeConnReset)
}

// finish closes the server, which waits for every request to end, and returns
// the last one.
func finish(t *testing.T, srv *sandbox.Server) sandbox.Request {
	t.Helper()
	srv.Close()
	all := srv.Requests()
	if len(all) == 0 {
		t.Fatal("no request has arrived")
	}
	return all[len(all)-1]
}

// arrivals is a fault's Match that tells of every request that arrives.
func arrivals() (told chan sandbox.Request, match func(sandbox.Request) bool) {
	told = make(chan sandbox.Request, 100)
	return told, func(r sandbox.Request) bool {
		told <- r
		return true
	}
}
