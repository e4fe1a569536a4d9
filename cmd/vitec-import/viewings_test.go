package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// anEstate serves the viewings of one estate to one login.
func anEstate(t *testing.T) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case r.Method != http.MethodGet:
			w.WriteHeader(http.StatusMethodNotAllowed)
		case user != "office" || password != "secret":
			w.WriteHeader(http.StatusUnauthorized)
		case !strings.HasSuffix(r.URL.Path, "/M11385/OBJ1"):
			w.WriteHeader(http.StatusNotFound)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`[{"id":"VIS1","startsAt":"2026-10-12T17:00:00","endsAt":"2026-10-12T18:00:00","commentary":"Storgatan 12","participantPerTimeSlot":5,
				"timeSlots":[{"id":"TS1","startsAt":"2026-10-12T17:00:00","endsAt":"2026-10-12T17:30:00","participants":[{}]},{"id":"TS2","startsAt":"2026-10-12T17:30:00","endsAt":"2026-10-12T18:00:00","participants":null}]},
				{"id":"VIS2","startsAt":"2026-10-13T12:00:00","endsAt":null,"timeSlots":null}]`))
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func called(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	env := map[string]string{"VITEC_USERNAME": "office", "VITEC_PASSWORD": "secret"}
	var out, errs bytes.Buffer
	w := world{getenv: func(name string) string { return env[name] }, stdin: strings.NewReader(""), stdout: &out, stderr: &errs, stop: make(chan struct{})}
	code = run(context.Background(), args, w)
	return code, out.String(), errs.String()
}

func TestViewings(t *testing.T) {
	url := anEstate(t)
	code, out, errs := called(t, "viewings", "--customer", "M11385", "--estate", "OBJ1", "--url", url)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	for _, words := range []string{"2026-10-12 17:00–18:00", "17:30–18:00", "VIS1", "TS2", "Storgatan 12", "2026-10-13 12:00"} {
		if !strings.Contains(out, words) {
			t.Errorf("%q is not printed:\n%s", words, out)
		}
	}
	code, out, errs = called(t, "viewings", "--customer", "M11385", "--estate", "OBJ1", "--url", url, "--json")
	var list []struct {
		ID        string `json:"id"`
		StartsAt  string `json:"starts_at"`
		TimeSlots []struct {
			ID string `json:"id"`
		} `json:"time_slots"`
	}
	if err := json.Unmarshal([]byte(out), &list); code != 0 || err != nil || len(list) != 2 || list[0].TimeSlots[1].ID != "TS2" || list[0].StartsAt != "2026-10-12T17:00:00+02:00" {
		t.Errorf("exit %d, %v: %s%s", code, err, out, errs)
	}
	for _, wrong := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"viewings", "--estate", "OBJ1", "--url", url}, 2, "--customer"},
		{[]string{"viewings", "--customer", "M11385", "--url", url}, 2, "--estate"},
		{[]string{"viewings", "--customer", "M11385", "--estate", "OBJ2", "--url", url}, 1, "check the id of the estate"},
		{[]string{"viewings", "--customer", "M11385", "--estate", "OBJ 1", "--url", url}, 1, "OBJ 1"},
	} {
		if code, _, errs := called(t, wrong.args...); code != wrong.code || !strings.Contains(errs, wrong.says) {
			t.Errorf("%v: exit %d: %s", wrong.args, code, errs)
		}
	}
}

// TestInitFitsViewings: init fills in the ids of viewings and slots whose time and
// place fit exactly, and lists them all.
func TestInitFitsViewings(t *testing.T) {
	url, dir := anEstate(t), t.TempDir()
	list := filepath.Join(dir, "list.csv")
	rows := "Namn;Mobil;Visning;Tid\nAnna Ek;0701740605;Storgatan 12, 12/10 17:00;17:00\nBo Ek;0701740606;Storgatan 12, 12/10 17:00;17:30\nCilla Ek;0701740607;Sjövägen 4, 13/10 12:00;18:00\n"
	if err := os.WriteFile(list, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := called(t, "init", list, "--estate", "OBJ1", "--url", url); code != 2 || !strings.Contains(errs, "--set customerId=ID") {
		t.Errorf("exit %d: %s", code, errs)
	}
	code, out, errs := called(t, "init", list, "--estate", "OBJ1", "--url", url, "--set", "customerId=M11385")
	if code != 0 || !strings.Contains(out, "VIS2") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	src, err := os.ReadFile(filepath.Join(dir, "mapping.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`"Storgatan 12, 12/10 17:00": VIS1 # rows: 2`, `"Sjövägen 4, 13/10 12:00": "?" # rows: 1`, `"17:00": TS1 # rows: 1`, `"17:30": TS2 # rows: 1`, `"18:00": "?" # rows: 1`,
	} {
		if !strings.Contains(string(src), line) {
			t.Errorf("%q is not written:\n%s", line, src)
		}
	}
}
