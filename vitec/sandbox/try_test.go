package sandbox_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"vitec-import/vitec/sandbox"
)

// canary is a password that must be seen nowhere.
const canary = "canary-Hemligt-4711"

var answerPart = regexp.MustCompile(`(?s)<div id="answer".*?</section>`)

// byHand sends a request by the form, and returns what the page says of the answer.
func byHand(t testing.TB, srv *sandbox.Server, fields ...string) string {
	t.Helper()
	all := append([]string{
		"do", "send", "method", "POST", "customerId", "M1", "viewingId", "VIS1", "timeSlotId", "TS1",
		"username", "user", "password", canary, "format", "json", "body", `{"updatePerson":{"customerId":"M1","cellPhone":"070-1740605"}}`,
	}, fields...)
	w := submit(t, srv, "try", all...)
	page := w.Body.String()
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, page)
	}
	if strings.Contains(page, canary) {
		t.Error("the page shows the password")
	}
	m := answerPart.FindString(page)
	if m == "" {
		t.Fatal("no answer on the page")
	}
	return html.UnescapeString(m)
}

func TestForm(t *testing.T) {
	xml := `<AddNewViewingParticipant xmlns="` + spaceViewing + `">` + "\r\n" + `<UpdatePerson><CellPhone>070-1740605</CellPhone><CustomerId>M1</CustomerId></UpdatePerson></AddNewViewingParticipant>`
	for _, tt := range []struct {
		name   string
		fault  string
		fields []string
		booked bool
		want   []string
	}{
		{name: "json", booked: true, want: []string{"200 OK", "Booked: booking 1.", `"ADR`, "application/json; charset=utf-8", "POST /Viewing/M1/VIS1/TS1/Participant HTTP/1.1", "Authorization: Basic ••••••", `href="../../#b1"`}},
		{name: "xml", fields: []string{"format", "xml", "body", xml}, booked: true, want: []string{"200 OK", "<string xmlns=", "application/xml; charset=utf-8"}},
		{name: "swedish", fields: []string{"lang", "sv"}, booked: true, want: []string{"Bokat: bokning 1."}},
		{name: "no login", fields: []string{"username", ""}, want: []string{"401 Unauthorized", "Nothing was booked.", "Www-Authenticate"}},
		{name: "another method", fields: []string{"method", "GET"}, want: []string{"405 Method Not Allowed", "Allow"}},
		{name: "a method that is none", fields: []string{"method", "GET / HTTP/1.1\r\nX: y"}, booked: true, want: []string{"200 OK"}},
		{name: "ids that need escaping", fields: []string{"viewingId", "å b/c", "timeSlotId", "x\r\ny"}, want: []string{"/Viewing/M1/%C3%A5%20b%2Fc/x%0D%0Ay/Participant"}},
		{name: "no ids", fields: []string{"viewingId", ""}, want: []string{"404 Not Found"}},
		{name: "no body", fields: []string{"body", ""}, want: []string{"400 Bad Request", "En begärandetext krävs."}},
		{name: "status", fault: "503-after-commit=7", booked: true, want: []string{"503 Service Unavailable", "Retry-After", "Booked: booking 1.", "A fault struck: 503-after-commit=7."}},
		{name: "reset", fault: "reset-after-commit", booked: true, want: []string{"No answer", "The connection was closed without an answer."}},
		{name: "reset in the request", fault: "reset-in-request", want: []string{"The connection was closed without an answer."}},
		{name: "cut", fault: "cut", booked: true, want: []string{"200 OK", "The answer was cut off."}},
		{name: "garbage", fault: "garbage", want: []string{"No answer", "What came back is no HTTP answer.", "two hundred OK"}},
		{name: "goaway", fault: "goaway", want: []string{"What came back is no HTTP answer."}},
		{name: "html", fault: "html", want: []string{"200 OK", "Underhåll", "Nothing was booked."}},
		{name: "endless headers", fault: "endless-headers", want: []string{"Only the first 256 kB were read."}},
		{name: "endless body", fault: "endless-body-after-commit", booked: true, want: []string{"Only the first 256 kB were read."}},
		{name: "gzip bomb", fault: "gzip-bomb", want: []string{"Only the first 256 kB were read.", "1f 8b 08"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c sandbox.Config
			if tt.fault != "" {
				c.Faults = []sandbox.Fault{sandbox.MustFault(tt.fault)}
			}
			srv := unstarted(t, c)
			has(t, byHand(t, srv, tt.fields...), tt.want...)
			if got := len(srv.Commits()) == 1; got != tt.booked {
				t.Errorf("booked %v", got)
			}
			if n := len(srv.Requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
			_, page := get(t, srv, "/")
			if strings.Contains(page, canary) || strings.Contains(fmt.Sprint(srv.Requests(), srv.Commits()), canary) {
				t.Error("the password is remembered")
			}
		})
	}
}

var bodyPart = regexp.MustCompile(`(?s)<textarea id="body"[^>]*>\n(.*?)</textarea>`)

// The form begins with the specification's sample; both samples come in both
// formats, and the person can be booked.
func TestFormSamples(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	bodyOf := func(page string) string {
		t.Helper()
		m := bodyPart.FindStringSubmatch(page)
		if m == nil {
			t.Fatal("no body")
		}
		return html.UnescapeString(m[1])
	}
	_, page := get(t, srv, "/")
	first := bodyOf(page)
	has(t, first, "{\n  \"updatePerson\": {\n    \"contactId\": \"sample string 1\",\n    \"customerId\": \"sample string 2\"", "\"approvalDate\": \"2024-11-21T09:52:41.0807795+01:00\"")
	has(t, byHand(t, srv, "customerId", "sample string 2", "body", first), "400 Bad Request", "maxlängden 2") // as its countryCode has fifteen characters

	for _, format := range []string{"json", "xml"} {
		page := submit(t, srv, "try", "do", "specification", "format", format, "customerId", "M9", "username", "u", "password", canary).Body.String()
		has(t, bodyOf(page), "sample string 11", "Interest")
		has(t, page, `value="sample string 2" list="customers"`, `value="u"`, `value="`+format+`" checked`)
		page = submit(t, srv, "try", "do", "person", "format", format, "customerId", "M9").Body.String()
		has(t, byHand(t, srv, "format", format, "customerId", "M9", "body", bodyOf(page)), "200 OK", "Booked")
	}
	if n := len(srv.Commits()); n != 2 {
		t.Errorf("%d booked", n)
	}
}

// Closing the server ends a request by hand that would never be answered.
func TestFormWhileClosing(t *testing.T) {
	srv := start(t, sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault("stall-after-commit")}})
	page := make(chan string, 1)
	go func() {
		w := submit(t, srv, "try", "do", "send", "method", "POST", "customerId", "M1", "viewingId", "V", "timeSlotId", "T", "username", "u", "format", "json",
			"body", `{"updatePerson":{"customerId":"M1","cellPhone":"070-1740605"}}`)
		page <- w.Body.String()
	}()
	await(t, "commit", func() bool { return len(srv.Commits()) > 0 })
	srv.Close()
	has(t, <-page, "No answer")
}

// The ids of a Config fill the form.
func TestFormKnowsTheSlots(t *testing.T) {
	srv := unstarted(t, sandbox.Config{
		Logins:   []sandbox.Login{{Username: "anna", Password: canary}},
		Viewings: []sandbox.Viewing{{CustomerId: "M7", ViewingId: "VIS7", Slots: []sandbox.Slot{{TimeSlotId: "TS7"}, {TimeSlotId: "TS8"}}}},
	})
	_, page := get(t, srv, "/")
	has(t, page, `name="customerId" value="M7"`, `name="viewingId" value="VIS7"`, `name="timeSlotId" value="TS7"`, `value="anna"`, `<option value="TS8">`, "1 login is let in.")
	if strings.Contains(page, canary) {
		t.Error("the page shows a login's password")
	}
}
