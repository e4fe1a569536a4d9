package importer

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// Fault 7: a proxy that refuses us is told by its name and asked once, however
// many rows there are: an account is locked after a few wrong passwords.
func TestRefusingProxy(t *testing.T) {
	for _, answer := range []string{"407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate", "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x", "403 Forbidden", "503 Service Unavailable\r\nRetry-After: 1"} {
		t.Run(answer[:3], func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { listener.Close() })
			var asked atomic.Int32
			go func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					go func() {
						defer conn.Close()
						in := bufio.NewReader(conn)
						for {
							if _, err := http.ReadRequest(in); err != nil {
								return
							}
							asked.Add(1)
							if _, err := io.WriteString(conn, "HTTP/1.1 "+answer+"\r\nContent-Length: 0\r\n\r\n"); err != nil {
								return
							}
						}
					}()
				}
			}()
			t.Setenv("HTTPS_PROXY", "http://u:p@"+listener.Addr().String())
			client, err := vitec.NewClient(vitec.Config{BaseURL: "https://api.example.test", Timeout: 5 * time.Second,
				Credentials: func(string) (vitec.Credentials, bool) { return vitec.Credentials{Username: "u", Password: "p"}, true }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.Close)
			f := newFixture(t)
			res := f.run(people(20), &server{}, func(j *Job) { j.Client = client })
			f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.NotSent: 20})
			if n := asked.Load(); n != 1 {
				t.Errorf("the proxy was asked %d times", n)
			}
			if res.Stopped == nil || res.Stopped.Code != codeProxy || !strings.Contains(res.Stopped.Reason.String(), listener.Addr().String()) ||
				!strings.Contains(res.Stopped.Hint().String(), "HTTPS_PROXY") {
				t.Errorf("stopped: %+v", res.Stopped)
			}
		})
	}
}

// A wrong login costs one request for each customer: each has its own.
func TestWrongLoginOfOneCustomer(t *testing.T) {
	f := newFixture(t)
	list := people(60)
	for i := range list {
		list[i].customer = []string{"M1", "M2"}[i/30]
	}
	wrong := 0
	s := &server{}
	s.answer = func(_ int, target vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		if target.CustomerId == "M1" {
			return booked(b), nil
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		wrong++
		return vitec.Answer{}, refusedWith(401)
	}
	res := f.run(list, s, func(j *Job) { j.Concurrency = 8 })
	if wrong != 1 || res.Stopped == nil || res.Stopped.Code != StopLogin {
		t.Errorf("%d wrong logins, stopped %+v", wrong, res.Stopped)
	}
}
