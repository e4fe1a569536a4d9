package main

import (
	"bytes"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"vitec-import/reports/words"
	"vitec-import/vitec/sandbox"
	"vitec-import/vitec/testenv"
)

// A personal number that is sent, and the password, are in no address, in nothing
// that is printed, and in no file but the list, its copy and its corrections.
func TestDeskCanaries(t *testing.T) {
	t.Parallel()
	const sent, wrong = "19121212-1212", "19811111-1112"
	box := sandbox.New(sandbox.Config{
		Logins: []sandbox.Login{{Username: deskUser, Password: deskPassword}},
		Faults: []sandbox.Fault{sandbox.MustFault("500-after-commit:2"), sandbox.MustFault("400:3")},
	})
	t.Cleanup(box.Close)
	w := deskWorld(t, words.English)
	v, id := mappedDesk(t, w, box.URL, "Anna;Ek;anna@example.com;"+sent+"\nBo;Ek;bo@example.com;"+wrong+"\nCilla;Alm;cilla@example.com;\nDavid;Berg;david@example.com;\n")
	v.sees(v.get(id+"/check"), wrong) // her own cell, to be corrected
	v.post(id+"/check", "cell-3-3", "", "was-3-3", wrong)
	v.post(id+"/login", "username", deskUser, "password", deskPassword, "keep", "1")
	v.post(id + "/trial")
	v.until(id+"/trial", "The trial has ended")
	v.post(id+"/run", "sum", v.sum(v.get(id+"/run")))
	v.until(id+"/result", "How the rows ended")
	v.get("/uncertain")
	v.close()

	if !slices.ContainsFunc(box.Commits(), func(c sandbox.Commit) bool { return c.Body.UpdatePerson.SocialSecurityNumber != "" }) {
		t.Fatal("no personal number was sent: the test shows nothing")
	}
	secrets := []string{deskPassword, sent, wrong, strings.ReplaceAll(sent, "-", ""), strings.ReplaceAll(wrong, "-", "")}
	for _, secret := range secrets {
		if strings.Contains(v.out.String(), secret) {
			t.Errorf("%q is printed", secret)
		}
		if i := slices.IndexFunc(v.visited, func(address string) bool { return strings.Contains(address, secret) }); i >= 0 {
			t.Errorf("%q is in an address: %s", secret, v.visited[i])
		}
	}
	state, err := w.stateDir()
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, root := range []string{state, v.dir} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "deltagare") && filepath.Dir(path) == v.dir || strings.HasPrefix(d.Name(), "corrections.") {
				return err
			}
			src, err := os.ReadFile(path)
			for _, secret := range secrets {
				if bytes.Contains(src, []byte(secret)) {
					t.Errorf("%q is in %s", secret, path)
				}
			}
			read++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 5 {
		t.Errorf("only %d files were looked at", read)
	}
}

// Another user of the computer, who finds the first address, is refused, and the
// desk is still open to its own.
func TestDeskRefusesAnotherUser(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("only Linux tells whose a connection is, and only root can be somebody else")
	}
	v := visitDesk(t, deskWorld(t, words.English))
	cmd := exec.Command(testenv.Program(t, "curl", "curl"), "--silent", "--write-out", "%{http_code}", v.first)
	if err := testenv.AsNobody(cmd); err != nil {
		t.Fatal(err)
	}
	if out, err := cmd.Output(); err != nil || !strings.HasSuffix(string(out), "403") || strings.Contains(string(out), "<") {
		t.Errorf("another user gets %q, %v", out, err)
	}
	v.sees(v.enter(), "Book a list of participants")
}

// A certificate that nobody vouches for stops the run before a byte of it is sent,
// and the page says so, with what to do.
func TestDeskCertificate(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(srv.Close)
	v, id := mappedDesk(t, deskWorld(t, words.English), srv.URL, "Anna;Ek;anna@example.com;\n")
	v.post(id+"/login", "username", deskUser, "password", deskPassword)
	v.post(id+"/run", "sum", v.sum(v.get(id+"/run")))
	v.sees(v.until(id+"/result", "Ended early"), "certificate", "See that the clock of this computer is right.", "Send what is left", "!--url")
	if n := requests.Load(); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// mappedDesk is a desk in front of a list of names, e-mail addresses and personal
// numbers that has its mapping beside it.
func mappedDesk(t *testing.T, w world, url, rows string) (v *visitor, id string) {
	t.Helper()
	path := writeList(t, "deltagare.csv", "Förnamn;Efternamn;E-post;Personnummer\n"+rows)
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "mapping.yaml"), []byte(`version: 1
target: {customerId: {value: M11385}, viewingId: {value: `+deskViewing1+`}, timeSlotId: {value: TS1}}
participant:
  updatePerson: {firstName: Förnamn, lastName: Efternamn, email: {emailAddress: E-post}, socialSecurityNumber: Personnummer}
  options: {isDeadlineValidationEnabled: {value: false}, enableBookingLimitValidation: {value: false}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	v = visitDesk(t, w, "--url", url, path)
	v.dir = filepath.Dir(path)
	return v, regexp.MustCompile(`/lists/[A-Z2-7]{26}`).FindString(v.enter())
}
