package vitec

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	testUser     = "åsa@office"
	testPassword = "hemligt lösen: <&>"
)

// target is a place whose ids need escaping.
func target() Target {
	return Target{CustomerId: "M11385", ViewingId: "VIS+1", TimeSlotId: "slot@1=2"}
}

func logins(customerId string) (Credentials, bool) {
	return Credentials{testUser, testPassword}, customerId == "M11385"
}

// serve starts a server and a client under a base path, so that a request to an
// absolute path fails loudly.
func serve(t testing.TB, c Config, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.RequestURI, "/base%20path/Viewing/") {
			t.Errorf("a request to %s", r.RequestURI)
		}
		h(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	c.BaseURL = s.URL + "/base%20path"
	return dialTo(t, c, s)
}

// dialTo makes a client, and closes both it and the server at the end.
func dialTo(t testing.TB, c Config, s *httptest.Server) *Client {
	t.Helper()
	if c.Credentials == nil {
		c.Credentials = logins
	}
	if c.BaseURL == "" {
		c.BaseURL = s.URL
	}
	client, err := NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		s.CloseClientConnections()
		s.Close()
	})
	return client
}

func TestRequest(t *testing.T) {
	for _, f := range []Format{JSON, XML} {
		var got *http.Request
		var body string
		client := serve(t, Config{Format: f, UserAgent: "vitec-import/1.2"}, func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			got, body = r, string(b)
			io.WriteString(w, `"VID1"`)
		})
		a, err := client.AddViewingParticipant(t.Context(), target(), sample())
		if err != nil || a != (Answer{"VID1", 200}) {
			t.Fatalf("%+v, %v", a, err)
		}
		if got.Method != "POST" || got.RequestURI != "/base%20path/Viewing/M11385/VIS+1/slot@1=2/Participant" {
			t.Errorf("%s %s", got.Method, got.RequestURI)
		}
		if want := encode(t, f, sample()); body != want || got.ContentLength != int64(len(want)) {
			t.Errorf("body of %d bytes is %s", got.ContentLength, body)
		}
		media := "application/" + f.String()
		want := http.Header{
			"Authorization":   {"Basic " + base64.StdEncoding.EncodeToString([]byte(testUser+":"+testPassword))},
			"Accept":          {media},
			"Accept-Encoding": {"identity"},
			"Content-Type":    {media + "; charset=utf-8"},
			"Content-Length":  {fmt.Sprint(len(body))},
			"User-Agent":      {"vitec-import/1.2"},
		}
		if !reflect.DeepEqual(got.Header, want) {
			t.Errorf("header is %v\nwant %v", got.Header, want)
		}
		if got.Proto != "HTTP/1.1" {
			t.Error(got.Proto)
		}
	}
}

func TestDefaults(t *testing.T) {
	c, err := NewClient(Config{Credentials: logins})
	if err != nil {
		t.Fatal(err)
	}
	if c.base.String() != DefaultBaseURL || c.timeout != 30*time.Second || !strings.HasPrefix(c.userAgent, "vitec-import/") {
		t.Errorf("%+v", c)
	}
}

func TestBaseURL(t *testing.T) {
	for _, good := range []string{
		"https://connect.maklare.vitec.net", "https://connect.maklare.vitec.net/", "HTTPS://example.com:8443/a/b/",
		"http://localhost", "http://LOCALHOST:8080/api", "http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]:80", "http://[::ffff:127.0.0.1]",
	} {
		if _, err := NewClient(Config{BaseURL: good, Credentials: logins}); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"connect.maklare.vitec.net", "//example.com", "https://", "https:example.com", "https:///path", "https://:443",
		"http://example.com", "http://10.0.0.1", "http://localhost.example.com", "http://[fe80::1]", "ftp://localhost", "file:///etc",
		"https://example.com?x=1", "https://example.com?", "https://example.com#top", "https://example.com#",
		"https://example.com:0", "https://example.com:70000", "https://example.com:x", "https://exa mple.com", "https://example.com/%zz", "https://example.com\n",
		"https://user:s3cret@example.com", "https://user:s3cret@", "https://user@example.com", "user:s3cret@example.com", "https://us%zzer:s3cret@example.com", ":",
	} {
		_, err := NewClient(Config{BaseURL: bad, Credentials: logins})
		var c *ConfigError
		if !errors.As(err, &c) || c.Reason.String() == "" || c.Hint.String() == "" || strings.Count(err.Error(), "\n") != 1 {
			t.Errorf("%s: %v", bad, err)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error tells the password: %v", bad, err)
		}
	}
	if _, err := NewClient(Config{}); err == nil {
		t.Error("a client without logins")
	}
}

// Two spellings of one address are one.
func TestAddressesAreNormal(t *testing.T) {
	for want, spellings := range map[string][]string{
		"https://api.test":          {"https://api.test", "HTTPS://API.Test/", "https://api.test.", "https://api.test:443", "https://api.test:0443/", "https://api.test:/", "https://api.test/.", "https://api.test/v1/..", "https://api.test//", "https://api.test/%2e"},
		"https://api.test:8443/v1":  {"https://api.test:8443/v1", "https://API.test.:08443/v1/", "https://api.test:8443/./v1/x/..", "https://api.test:8443/v2/../v1", "https://api.test:8443/%761"},
		"https://api.test/V1/a%2Fb": {"https://api.test/V1/a%2Fb", "https://api.test/V1/a%2fb/"},
		"https://xn--exmple-cua.se": {"https://exämple.se", "https://EXÄMPLE.se", "https://xn--exmple-cua.se"},
		"http://127.0.0.1:8080":     {"http://127.0.0.1:8080/"},
		"http://[::1]":              {"http://[::1]:80", "http://[0:0:0:0:0:0:0:1]/"},
	} {
		for _, s := range spellings {
			u, err := ParseBaseURL(s)
			if err != nil || u.String() != want {
				t.Errorf("%s is %v, want %s (%v)", s, u, want, err)
				continue
			}
			if again, err := ParseBaseURL(u.String()); err != nil || again.String() != want {
				t.Errorf("%s is %v in the end: %v", s, again, err)
			}
		}
	}
}

// Nothing is sent that cannot be sent, and the error says where it is wrong.
func TestNothingSent(t *testing.T) {
	var requests atomic.Int32
	var login Credentials
	client := serve(t, Config{Credentials: func(id string) (Credentials, bool) { return login, id != "M0" }},
		func(http.ResponseWriter, *http.Request) { requests.Add(1) })
	good := Credentials{"user", "password"}
	for _, test := range []struct {
		name   string
		change func(*Target, *AddNewViewingParticipant)
		login  Credentials
		path   string
	}{
		{"empty viewing", func(g *Target, _ *AddNewViewingParticipant) { g.ViewingId = "" }, good, "viewingId"},
		{"dots", func(g *Target, _ *AddNewViewingParticipant) { g.TimeSlotId = ".." }, good, "timeSlotId"},
		{"slash", func(g *Target, _ *AddNewViewingParticipant) { g.ViewingId = "VIS/../x" }, good, "viewingId"},
		{"line feed", func(g *Target, _ *AddNewViewingParticipant) { g.CustomerId = "M\n" }, good, "customerId"},
		{"text", func(_ *Target, b *AddNewViewingParticipant) { b.ContactMessage = "\xff" }, good, "contactMessage"},
		{"no login", func(g *Target, _ *AddNewViewingParticipant) { g.CustomerId = "M0" }, good, "customerId"},
		{"empty login", func(*Target, *AddNewViewingParticipant) {}, Credentials{}, "customerId"},
		{"colon", func(*Target, *AddNewViewingParticipant) {}, Credentials{"a:b", "password"}, "customerId"},
	} {
		g, b := target(), sample()
		test.change(&g, b)
		login = test.login
		_, err := client.AddViewingParticipant(t.Context(), g, b)
		var bad *RequestError
		if !errors.As(err, &bad) || bad.Path != test.path || bad.Reason.IsZero() {
			t.Errorf("%s: %v", test.name, err)
		}
		if strings.HasSuffix(test.name, " login") != errors.Is(err, ErrNoCredentials) {
			t.Errorf("%s: %v is ErrNoCredentials or not", test.name, err)
		}
	}
	if n := requests.Load(); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestLoginOfTheCustomer(t *testing.T) {
	var users []string
	client := serve(t, Config{Credentials: func(id string) (Credentials, bool) { return Credentials{"user of " + id, "p"}, true }},
		func(w http.ResponseWriter, r *http.Request) {
			user, _, _ := r.BasicAuth()
			users = append(users, user)
			io.WriteString(w, `"VID1"`)
		})
	for _, id := range []string{"M1", "M2"} {
		if _, err := client.AddViewingParticipant(t.Context(), Target{id, "v", "s"}, sample()); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(users, []string{"user of M1", "user of M2"}) {
		t.Error(users)
	}
}

// Redirects are not followed, whatever kind they are and wherever they point.
func TestRedirects(t *testing.T) {
	var followed atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	defer other.Close()
	host := strings.TrimPrefix(other.URL, "http://")
	for _, status := range []int{300, 301, 302, 303, 304, 305, 307, 308} {
		for location, want := range map[string]string{
			other.URL + "/login?token=x": host,
			"http://u:p@" + host + "/":   host,
			"/relative":                  "own",
			"":                           "",
			"%zz":                        "",
		} {
			var requests atomic.Int32
			client := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				if location != "" {
					w.Header().Set("Location", location)
				}
				w.WriteHeader(status)
			})
			if want == "own" {
				want = client.base.Host
			}
			_, err := client.AddViewingParticipant(t.Context(), target(), sample())
			var s *StatusError
			if !errors.As(err, &s) || s.Status != status || s.Location != want {
				t.Errorf("%d to %q: %#v", status, location, err)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("%d to %q: %d requests", status, location, n)
			}
		}
	}
	if n := followed.Load(); n != 0 {
		t.Errorf("followed %d redirects", n)
	}
}

func TestStatuses(t *testing.T) {
	var status int
	client := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, `"VID1"`)
	})
	for status = 200; status <= 599; status++ {
		a, err := client.AddViewingParticipant(t.Context(), target(), sample())
		var s *StatusError
		var no *AnswerError
		switch {
		case status == 204 || status == 205: // have no content; net/http's server may send it for 205
			if !errors.As(err, &no) && a.Id != "VID1" {
				t.Errorf("%d: %v", status, err)
			}
		case status < 300:
			if err != nil || a != (Answer{"VID1", status}) {
				t.Errorf("%d: %v, %v", status, a, err)
			}
		default:
			if !errors.As(err, &s) || s.Status != status || status != 304 && !reflect.DeepEqual(s.Messages, []string{"VID1"}) || a != (Answer{}) {
				t.Errorf("%d: %v", status, err)
			}
		}
	}
}

func TestMessagesOfAnAnswer(t *testing.T) {
	client := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(400)
		io.WriteString(w, `{"Message":"Begäran är ogiltig.","ModelState":{"participant.UpdatePerson.CellPhone":["Ogiltigt nummer"]}}`)
	})
	_, err := client.AddViewingParticipant(t.Context(), target(), sample())
	want := "the server answered 400 Bad Request: Begäran är ogiltig.; participant.UpdatePerson.CellPhone: Ogiltigt nummer"
	var s *StatusError
	if !errors.As(err, &s) || err.Error() != want || s.RetryAfter != 7*time.Second || !s.HasRetryAfter {
		t.Errorf("%#v", err)
	}
}

// An error page that is compressed, though that was not asked for, has no words.
func TestCompressed(t *testing.T) {
	for _, status := range []int{200, 400} {
		client := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(status)
			io.WriteString(w, `"VID1"`)
		})
		_, err := client.AddViewingParticipant(t.Context(), target(), sample())
		var a *AnswerError
		var s *StatusError
		if status == 200 && !errors.As(err, &a) || status == 400 && (!errors.As(err, &s) || len(s.Messages) != 0) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// A server that echoes what it was sent does not get the login into an error.
func TestTheLoginDoesNotShow(t *testing.T) {
	token := base64.StdEncoding.EncodeToString([]byte(testUser + ":" + testPassword))
	echoes := map[string]http.HandlerFunc{
		"plain text": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(401)
			fmt.Fprintf(w, "%s is not right: %s", r.Header.Get("Authorization"), testPassword)
		},
		"at the limit": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(401)
			io.WriteString(w, strings.Repeat("x", maxMessageLength-len(token)/2)+token)
		},
		"JSON": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			fmt.Fprintf(w, `{"message":"a%[1]sb","errors":{%[1]q:[%[2]q]}}`, r.Header.Get("Authorization"), testPassword)
		},
		"escaped HTML": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(403)
			io.WriteString(w, "<html><title>hemligt l&#246;sen: &lt;&amp;&gt;</title>")
		},
		"with what does not show": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			io.WriteString(w, "hemligt\u200b lös\u00aden:\n<&>")
		},
		"Location": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://"+strings.TrimRight(token, "=")+".example.com/"+token)
			w.WriteHeader(302)
		},
		"status line": func(w http.ResponseWriter, r *http.Request) {
			c, _, _ := http.NewResponseController(w).Hijack()
			fmt.Fprintf(c, "HTTP/1.1 %s\r\n\r\n", r.Header.Get("Authorization"))
			c.Close()
		},
		"header": func(w http.ResponseWriter, r *http.Request) {
			c, _, _ := http.NewResponseController(w).Hijack()
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\n%s %s\r\n\r\n", r.Header.Get("Authorization"), testPassword)
			c.Close()
		},
	}
	for name, h := range echoes {
		client := serve(t, Config{}, h)
		_, err := client.AddViewingParticipant(t.Context(), target(), sample())
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			for _, text := range []string{e.Error(), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e)} {
				for _, secret := range []string{testPassword, token[:10], "hemligt l"} {
					if strings.Contains(text, secret) {
						t.Errorf("%s: %s", name, text)
					}
				}
			}
		}
	}
}

func TestNoCookies(t *testing.T) {
	client := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		if len(r.Cookies()) > 0 {
			t.Error("a cookie came back")
		}
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
		io.WriteString(w, `"VID1"`)
	})
	for range 2 {
		if _, err := client.AddViewingParticipant(t.Context(), target(), sample()); err != nil {
			t.Fatal(err)
		}
	}
}

// As many connections are kept as there are calls at once.
func TestConnectionsAreKept(t *testing.T) {
	const concurrency = 8
	var opened atomic.Int32
	together := make(chan struct{}, concurrency)
	release := make(chan struct{})
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		together <- struct{}{}
		<-release
		io.WriteString(w, `"VID1"`)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	client := dialTo(t, Config{Concurrency: concurrency}, s)
	for range 3 {
		done := make(chan error, concurrency)
		for range concurrency {
			go func() {
				_, err := client.AddViewingParticipant(context.Background(), target(), sample())
				done <- err
			}()
		}
		for range concurrency {
			<-together
		}
		for range concurrency {
			release <- struct{}{}
		}
		for range concurrency {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	if n := opened.Load(); n != concurrency {
		t.Errorf("%d connections for %d calls at once", n, concurrency)
	}
}
