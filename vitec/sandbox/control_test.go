package sandbox_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"vitec-import/vitec/sandbox"
)

func TestControl(t *testing.T) {
	srv := start(t, sandbox.Config{})
	srv.Control()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	do := func(method, path, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequest(method, srv.URL+"/_sandbox/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(resp.Body); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, b.String()
	}
	if status, b := do("POST", "faults", `{"faults":["500-after-commit:2-3"]}`); status != 200 || !strings.Contains(b, `"faults":["500-after-commit:2-3"]`) {
		t.Errorf("%d %s", status, b)
	}
	for n := 1; n <= 5; n++ {
		book(t, srv, home, person(n))
	}
	var c struct {
		Commits []sandbox.Commit
	}
	_, b := do("GET", "commits", "")
	if err := json.Unmarshal([]byte(b), &c); err != nil || len(c.Commits) != 5 || c.Commits[1].Seq != 2 || c.Commits[1].Body.UpdatePerson.LastName != "Nr 2" {
		t.Errorf("%v %s", err, b)
	}
	var r struct{ Requests []sandbox.Request }
	_, b = do("GET", "requests", "")
	if err := json.Unmarshal([]byte(b), &r); err != nil || len(r.Requests) != 5 || r.Requests[2].Status != 500 || r.Requests[2].Commit != 3 || r.Requests[2].Fault != "500-after-commit:2-3" {
		t.Errorf("%v %s", err, b)
	}
	if status, b := do("POST", "faults", `{"faults":["resett"]}`); status != 400 || !strings.Contains(b, "did you mean") {
		t.Errorf("%d %s", status, b)
	}
	if status, b := do("POST", "faults", `{"faults":[]}`); status != 200 || len(srv.Faults()) != 0 {
		t.Errorf("%d %s left %v", status, b, srv.Faults())
	}
	if n := len(srv.Requests()); n != 5 {
		t.Errorf("%d requests, its own among them", n)
	}

	foreign := httptest.NewRequest("POST", "/_sandbox/faults", strings.NewReader(`{"faults":[]}`))
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	if srv.ServeHTTP(w, foreign); w.Code != 403 {
		t.Errorf("a foreign page was answered %d", w.Code)
	}
	w = httptest.NewRecorder()
	unstarted(t, sandbox.Config{}).ServeHTTP(w, httptest.NewRequest("GET", "/_sandbox/commits", nil))
	if w.Code != 404 {
		t.Errorf("a sandbox that nobody has opened answered %d", w.Code)
	}
}
