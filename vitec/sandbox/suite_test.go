package sandbox_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"vitec-import/vitec/sandbox"
)

// TestSuite is the contract that a client may lean on. Against the sandbox it
// runs always; the package documentation tells how to point it elsewhere.
func TestSuite(t *testing.T) {
	t.Run("sandbox", func(t *testing.T) {
		srv := sandbox.New(sandbox.Config{
			Logins: []sandbox.Login{
				{Username: "user", Password: "lösen:ord", Customers: []string{"M1"}},
				{Username: "user", Password: "other", Customers: []string{"M2"}},
			},
			Viewings: []sandbox.Viewing{
				{CustomerId: "M1", ViewingId: "VIS+1", Slots: []sandbox.Slot{{TimeSlotId: "TS=1"}}},
				{CustomerId: "M2", ViewingId: "VIS2", Slots: []sandbox.Slot{{TimeSlotId: "TS2"}}},
			},
		})
		defer srv.Close()
		srv.Control()
		runSuite(t, suite{
			url: srv.URL, username: "user", password: "lösen:ord",
			customer: "M1", viewing: "VIS+1", slot: "TS=1", foreign: "M2", closed: true,
		})
	})
	t.Run("elsewhere", func(t *testing.T) {
		env := func(name string) string { return os.Getenv("VITEC_IMPORT_SUITE_" + name) }
		if env("URL") == "" {
			t.Skip("VITEC_IMPORT_SUITE_URL is not set")
		}
		runSuite(t, suite{
			url: strings.TrimSuffix(env("URL"), "/"), username: env("USERNAME"), password: env("PASSWORD"),
			customer: env("CUSTOMER"), viewing: env("VIEWING"), slot: env("SLOT"), foreign: env("FOREIGN_CUSTOMER"),
			closed: env("FOREIGN_CUSTOMER") != "",
		})
	})
}

// suite says where the server is, and what there is at it.
type suite struct {
	url, username, password string
	customer, viewing, slot string
	foreign                 string // a customer that the login has no right to, "" if there is none
	closed                  bool   // logins and viewings are checked: others are refused
}

// path is the call's, for ids that need escaping too.
func (s suite) path(customer, viewing, slot string) string {
	return "/Viewing/" + url.PathEscape(customer) + "/" + url.PathEscape(viewing) + "/" + url.PathEscape(slot) + "/Participant"
}

// exchange is one request of the suite and what must come of it.
type exchange struct {
	name        string
	method      string // "" is POST
	path        string // "" is the call's
	username    string // "" is the login's
	noLogin     bool
	contentType string // "" is application/json, "-" none
	accept      string
	body        string
	status      int
	answer      func(t *testing.T, contentType, body string) // nil: whatever it says
}

func runSuite(t *testing.T, s suite) {
	if s.username == "" || s.customer == "" || s.viewing == "" || s.slot == "" {
		t.Fatal("the suite wants a login, a customer, a viewing and a time slot")
	}
	person := newPerson(t)
	jsonBody := func(rest string) string {
		return fmt.Sprintf(`{"updatePerson":{"customerId":%q,"firstName":"Test","lastName":%q,"email":{"emailAddress":%q}}%s}`,
			s.customer, person, person+"@example.com", rest)
	}
	xmlBody := func(rest string) string {
		return `<AddNewViewingParticipant xmlns="` + spaceViewing + `">` + rest + `<UpdatePerson><CustomerId>` + s.customer +
			`</CustomerId><Email xmlns:m="` + spaceModels + `"><m:EmailAddress>` + person +
			`@example.com</m:EmailAddress></Email><FirstName>Test</FirstName><LastName>` + person + `</LastName></UpdatePerson></AddNewViewingParticipant>`
	}

	exchanges := []exchange{
		{name: "a booking id when asked for", body: jsonBody(`,"returnBookingId":true`), status: 200, answer: jsonId("VID")},
		{name: "a contact id when not", body: jsonBody(`,"returnBookingId":false`), status: 200, answer: jsonId("ADR")},
		{name: "a contact id when nothing is said", body: jsonBody(""), status: 200, answer: jsonId("ADR")},
		{name: "XML in, XML out", contentType: "application/xml", accept: "application/xml", body: xmlBody("<ReturnBookingId>true</ReturnBookingId>"), status: 200, answer: xmlId("VID")},
		{name: "XML in, JSON out", contentType: "text/xml; charset=utf-8", accept: "application/json", body: xmlBody(""), status: 200, answer: jsonId("ADR")},
		{name: "JSON in, XML out", contentType: "text/json", accept: "application/xml", body: jsonBody(""), status: 200, answer: xmlId("ADR")},
		{name: "names in any case", body: strings.NewReplacer("updatePerson", "UPDATEPERSON", "firstName", "Firstname").Replace(jsonBody("")), status: 200, answer: jsonId("ADR")},
		{name: "unknown members are passed over", body: jsonBody(`,"nobody":{"knows":[1,{}]}`), status: 200, answer: jsonId("ADR")},
		{name: "values of the wrong type are passed over", body: jsonBody(`,"returnBookingId":"true","contactMessage":17`), status: 200, answer: jsonId("ADR")},
		{name: "the path in any case", path: strings.NewReplacer("/Viewing", "/vIEWING", "Participant", "participant").Replace(s.path(s.customer, s.viewing, s.slot)), body: jsonBody(""), status: 200},

		{name: "null for a boolean", body: jsonBody(`,"participated":null`), status: 400, answer: says("participated")},
		{name: "a name of 31 characters", body: strings.Replace(jsonBody(""), `"Test"`, `"`+strings.Repeat("å", 31)+`"`, 1), status: 400, answer: says("UpdatePerson.FirstName")},
		{name: "the same in XML", accept: "application/xml", body: strings.Replace(jsonBody(""), `"Test"`, `"`+strings.Repeat("å", 31)+`"`, 1), status: 400, answer: xmlError},
		{name: "a name of 16 characters that are two units each", body: strings.Replace(jsonBody(""), `"Test"`, `"`+strings.Repeat("𝒜", 16)+`"`, 1), status: 400, answer: says("UpdatePerson.FirstName")},
		{name: "a mobile of 18 characters", body: strings.Replace(jsonBody(""), `"firstName"`, `"cellPhone":"070-174 06 05 0000","firstName"`, 1), status: 400, answer: says("UpdatePerson.CellPhone")},
		{name: "no number and no address", body: `{"updatePerson":{"customerId":"` + s.customer + `","firstName":"Test","lastName":"Testsson"}}`, status: 400, answer: says("EmailAddress")},
		{name: "another customer in the body", body: strings.Replace(jsonBody(""), `"`+s.customer+`"`, `"`+s.customer+`x"`, 1), status: 400, answer: says("UpdatePerson.CustomerId")},
		{name: "no customer in the body", body: strings.Replace(jsonBody(""), "customerId", "customer", 1), status: 400, answer: says("UpdatePerson.CustomerId")},
		{name: "a negative reminder", body: jsonBody(`,"reminderTime":-1`), status: 400, answer: says("ReminderTime")},
		{name: "JSON cut off", body: jsonBody("")[:40], status: 400},
		{name: "XML cut off", contentType: "application/xml", body: xmlBody("")[:200], status: 400},
		{name: "an XML element that is another", contentType: "application/xml", body: `<Participant/>`, status: 400},
		{name: "XML out of order is passed over", contentType: "application/xml", accept: "application/json", body: strings.Replace(xmlBody(""), "<UpdatePerson>", "<UpdatePerson><UserId>H</UserId>", 1), status: 400, answer: says("CustomerId")},
		{name: "XML in another namespace is passed over", contentType: "application/xml", accept: "application/json", body: strings.Replace(xmlBody(""), `"`+spaceModels+`"`, `"`+spaceModels+`.Task"`, 1), status: 400, answer: says("EmailAddress")},
		{name: "no body", body: "", status: 400},
		{name: "null for a body", body: "null", status: 400},

		{name: "plain text", contentType: "text/plain", body: jsonBody(""), status: 415},
		{name: "a form", contentType: "application/x-www-form-urlencoded", body: jsonBody(""), status: 415},
		{name: "no content type", contentType: "-", body: jsonBody(""), status: 415},
		{name: "GET", method: "GET", status: 405},
		{name: "PUT", method: "PUT", body: jsonBody(""), status: 405},
		{name: "another path", path: "/Viewing/" + url.PathEscape(s.customer) + "/Participant", body: jsonBody(""), status: 404},
		{name: "a longer path", path: s.path(s.customer, s.viewing, s.slot) + "/1", body: jsonBody(""), status: 404},
		{name: "a path that the web server refuses", path: s.path(s.customer, "a:b", s.slot), body: jsonBody(""), status: 400},
		{name: "no login", noLogin: true, body: jsonBody(""), status: 401},
	}
	if s.closed {
		exchanges = append(exchanges,
			exchange{name: "a wrong login", username: "nobody", body: jsonBody(""), status: 401},
			exchange{name: "an unknown viewing", path: s.path(s.customer, "VIS0", s.slot), body: jsonBody(""), status: 404},
			exchange{name: "an unknown time slot", path: s.path(s.customer, s.viewing, "TS0"), body: jsonBody(""), status: 404},
			exchange{name: "a customer that the login has no right to", path: s.path(s.foreign, s.viewing, s.slot), body: strings.Replace(jsonBody(""), s.customer, s.foreign, 1), status: 403},
		)
	}

	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	look := look{client, s.url}
	inside := look.possible(t)
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) {
			before := 0
			if inside {
				before = look.total(t)
			}
			status, contentType, body := s.do(t, client, e)
			if status != e.status {
				t.Fatalf("answered %d, want %d: %s", status, e.status, body)
			}
			if e.answer != nil {
				e.answer(t, contentType, body)
			}
			if !inside {
				return
			}
			want := before
			if e.status == 200 {
				want++
			}
			if got := look.total(t); got != want {
				t.Errorf("%d commits, want %d", got, want)
			}
		})
	}
	t.Run("client", func(t *testing.T) { runClient(t, s, look, inside) })
	t.Run("one contact for one person", func(t *testing.T) {
		if !inside {
			t.Skip("the server has no /_sandbox/ to look into")
		}
		contacts := map[string]bool{}
		for _, c := range look.commits(t) {
			if c.Body.UpdatePerson.LastName == person {
				contacts[c.ContactId] = true
			}
		}
		if len(contacts) != 1 {
			t.Errorf("%d contacts for one person: %v", len(contacts), contacts)
		}
	})
}

// newPerson returns a last name that nobody has had before.
func newPerson(t *testing.T) string {
	return "Test" + strings.ToLower(rand.Text()[:12])
}

func (s suite) do(t *testing.T, client *http.Client, e exchange) (status int, contentType, body string) {
	t.Helper()
	method, path := e.method, e.path
	if method == "" {
		method = http.MethodPost
	}
	if path == "" {
		path = s.path(s.customer, s.viewing, s.slot)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(e.body))
	if err != nil {
		t.Fatal(err)
	}
	switch e.contentType {
	case "":
		r.Header.Set("Content-Type", "application/json")
	case "-":
	default:
		r.Header.Set("Content-Type", e.contentType)
	}
	if e.accept != "" {
		r.Header.Set("Accept", e.accept)
	}
	if !e.noLogin {
		username := s.username
		if e.username != "" {
			username = e.username
		}
		r.SetBasicAuth(username, s.password)
		// The vendor's samples write the scheme in lower case.
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "Basic", "basic", 1))
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(b)
}

const (
	spaceViewing = "http://schemas.datacontract.org/2004/07/Vitec.Housing.Connect.Api.Models.Viewing"
	spaceModels  = "http://schemas.datacontract.org/2004/07/Vitec.Housing.Connect.Api.Models"
)

// jsonId wants a JSON string that is an id.
func jsonId(prefix string) func(*testing.T, string, string) {
	return func(t *testing.T, contentType, body string) {
		t.Helper()
		var id string
		if err := json.Unmarshal([]byte(body), &id); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if !strings.HasPrefix(contentType, "application/json") {
			t.Errorf("Content-Type %q", contentType)
		}
		wantId(t, id, prefix)
	}
}

// xmlId wants the XML string that is an id.
func xmlId(prefix string) func(*testing.T, string, string) {
	return func(t *testing.T, contentType, body string) {
		t.Helper()
		var s struct {
			XMLName xml.Name `xml:"http://schemas.microsoft.com/2003/10/Serialization/ string"`
			Id      string   `xml:",chardata"`
		}
		if err := xml.Unmarshal([]byte(body), &s); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if !strings.HasPrefix(contentType, "application/xml") {
			t.Errorf("Content-Type %q", contentType)
		}
		wantId(t, s.Id, prefix)
	}
}

func wantId(t *testing.T, id, prefix string) {
	t.Helper()
	hex, ok := strings.CutPrefix(id, prefix)
	if !ok || len(hex) != 32 || strings.Trim(hex, "0123456789abcdefABCDEF") != "" {
		t.Errorf("%q is not %s and 32 hexadecimal digits", id, prefix)
	}
}

// says wants a validation body that names a member.
func says(member string) func(*testing.T, string, string) {
	return func(t *testing.T, _, body string) {
		t.Helper()
		var e struct {
			Message    string              `json:"message"`
			ModelState map[string][]string `json:"modelState"`
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if e.Message == "" || len(e.ModelState) == 0 {
			t.Errorf("no message or no modelState: %s", body)
		}
		if !strings.Contains(strings.ToLower(body), strings.ToLower(member)) {
			t.Errorf("%s is not mentioned: %s", member, body)
		}
	}
}

func xmlError(t *testing.T, contentType, body string) {
	t.Helper()
	var e struct {
		XMLName xml.Name `xml:"Error"`
		Message string
	}
	if err := xml.Unmarshal([]byte(body), &e); err != nil || e.Message == "" {
		t.Errorf("%s: %v", body, err)
	}
}

// look looks into a sandbox from outside.
type look struct {
	client *http.Client
	url    string
}

// possible says whether the server is a sandbox that can be looked into.
func (l look) possible(t *testing.T) bool {
	resp, err := l.client.Get(l.url + "/_sandbox/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode == 200
}

func (l look) get(t *testing.T, path string, into any) {
	t.Helper()
	resp, err := l.client.Get(l.url + "/_sandbox/" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil || resp.StatusCode != 200 {
		t.Fatalf("%s: %d %s %v", path, resp.StatusCode, b.String(), err)
	}
	if err := json.Unmarshal(b.Bytes(), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func (l look) total(t *testing.T) int {
	t.Helper()
	var c sandbox.Counts
	l.get(t, "", &c)
	return c.Commits
}

func (l look) commits(t *testing.T) []sandbox.Commit {
	t.Helper()
	var c struct{ Commits []sandbox.Commit }
	l.get(t, "commits", &c)
	if !slices.IsSortedFunc(c.Commits, func(a, b sandbox.Commit) int { return a.Seq - b.Seq }) {
		t.Error("the commits are not in order")
	}
	return c.Commits
}
