package vitec

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func unhidden(s string) string { return s }

func wordsOf(body []byte, hide func(string) string) []string {
	_, words := readWords(body, hide)
	return words
}

func TestParseMessages(t *testing.T) {
	for _, test := range []struct {
		name string
		body string
		want []string
	}{
		{"nothing", "", nil},
		{"blank", "\ufeff \r\n", nil},
		{"null", "null", nil},
		{"empty object", "{}", nil},
		{"empty list", "[]", nil},
		{"binary", "\x1f\x8b\x00\x00", nil},

		{"Web API", `{"Message":"The request is invalid.","ModelState":{"participant.UpdatePerson.CellPhone":["Ogiltigt","För långt"],"participant.UpdatePerson.FirstName":["Saknas"]}}`,
			[]string{"The request is invalid.", "participant.UpdatePerson.CellPhone: Ogiltigt", "participant.UpdatePerson.CellPhone: För långt", "participant.UpdatePerson.FirstName: Saknas"}},
		{"any case, any order", `{"MODELSTATE":{"a":["x"]},"messageDETAIL":"mer","MESSAGE":"fel"}`, []string{"fel", "mer", "a: x"}},
		{"exception", `{"Message":"An error has occurred.","ExceptionMessage":"Boken är full","ExceptionType":"System.Exception","StackTrace":"at x","InnerException":{"Message":"inre"}}`,
			[]string{"An error has occurred.", "Boken är full", "inre"}},
		{"validation texts", `{"validationErrors":["ett","två",""]}`, []string{"ett", "två"}},
		{"validation objects", `{"validationErrors":[{"field":"CellPhone","message":"Ogiltigt","attemptedValue":"070"},{"propertyName":"X","errorMessage":"Fel","errorCode":"E1"}]}`,
			[]string{"CellPhone: Ogiltigt", "X: Fel"}},
		{"validation text", `{"validationErrors":"ett"}`, []string{"ett"}},
		{"list of errors", `[{"message":"ett"},{"message":"två"}]`, []string{"ett", "två"}},
		{"errors as a map", `{"errors":{"$.updatePerson.cellPhone":["Ogiltigt"],"":["Allmänt"]}}`, []string{"Allmänt", "$.updatePerson.cellPhone: Ogiltigt"}},
		{"errors as a list", `{"errors":["ett",{"detail":"två"}]}`, []string{"ett", "två"}},
		{"RFC 9457", `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"One or more validation errors occurred.","status":400,"detail":"Mer","traceId":"00-1","errors":{"FirstName":["För långt"]}}`,
			[]string{"One or more validation errors occurred.", "Mer", "FirstName: För långt"}},
		{"error object", `{"error":{"code":"X1","message":"fel","innererror":{"message":"inre"}}}`, []string{"fel", "inre"}},
		{"error text", `{"error":"invalid_request","error_description":"saknas"}`, []string{"invalid_request", "saknas"}},
		{"the same twice", `{"title":"fel","detail":"fel","errors":["fel"]}`, []string{"fel"}},
		{"numbers and flags", `{"message":404,"errors":[true,null,7]}`, []string{"404", "7"}},
		{"unknown members", `{"status":400,"Felkod":"K17","data":{"orsak":"Full"}}`, []string{`{"status":400,"Felkod":"K17","data":{"orsak":"Full"}}`}},
		{"message without text", `{"message":null,"info":"mer"}`, []string{`{"message":null,"info":"mer"}`}},
		{"text", `"Visningen är full"`, []string{"Visningen är full"}},
		{"cut", `{"message":"fel","errors":["ett","tv`, []string{`{"message":"fel","errors":["ett","tv`}},
		{"cut at once", `{"message":"fe`, []string{`{"message":"fe`}},
		{"like JSON", "[2026-11-21] Felaktigt anrop", []string{"[2026-11-21] Felaktigt anrop"}},

		{"XML", `<Error><Message>The request is invalid.</Message><ModelState><participant.UpdatePerson.CellPhone>Ogiltigt</participant.UpdatePerson.CellPhone><participant.UpdatePerson.CellPhone>För långt</participant.UpdatePerson.CellPhone></ModelState></Error>`,
			[]string{"The request is invalid.", "participant.UpdatePerson.CellPhone: Ogiltigt", "participant.UpdatePerson.CellPhone: För långt"}},
		{"XML exception", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Error>\n  <Message>fel</Message>\n  <ExceptionMessage>full</ExceptionMessage>\n  <StackTrace>at x</StackTrace>\n</Error>", []string{"fel", "full"}},
		{"XML problem", `<problem xmlns="urn:ietf:rfc:7807"><title>fel</title><detail>mer</detail><status>400</status></problem>`, []string{"fel", "mer"}},
		{"XML string", xmlAnswer + "Visningen är full</string>", []string{"Visningen är full"}},
		{"XML list", "<Fel><validationErrors><string>ett</string><string>två</string></validationErrors></Fel>", []string{"ett", "två"}},
		{"cut XML", "<Error><Message>fel</Message><ModelState><a>x", []string{"<Error><Message>fel</Message><ModelState><a>x"}},
		{"like XML", "<<oj>>", []string{"<<oj>>"}},

		{"HTML", "<!DOCTYPE html><html><head><title>404 - Not\n Found</title><style>x{}</style></head><body><script>var x='<b>';</script><h1>Server&nbsp;Error</h1><p>Sidan finns&#32;inte &amp; syns</p><!-- hemligt --></body></html>",
			[]string{"404 - Not Found", "Server Error Sidan finns inte & syns"}},
		{"HTML without a title", "<html><body>Fel</body></html>", []string{"Fel"}},
		{"text of one line", "Service\r\nUnavailable\t!", []string{"Service Unavailable !"}},
		{"Latin-1", "F\xf6r l\xe5ngt", []string{"För långt"}},
		{"UTF-16", utf16le(`{"message":"För långt"}`), []string{"För långt"}},
		{"escapes of a terminal", "\x1b[31mr\u202eött\u200b\x07", []string{"[31mrött"}},
	} {
		if got := wordsOf([]byte(test.body), unhidden); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %q", test.name, got)
		}
	}
}

func TestMessagesAreBounded(t *testing.T) {
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf(`"%d"`, i))
	}
	if got := wordsOf([]byte("["+strings.Join(many, ",")+"]"), unhidden); len(got) != maxMessages || got[0] != "0" {
		t.Errorf("%d messages", len(got))
	}
	for name, body := range map[string]string{
		"long":         `{"message":"` + strings.Repeat("å", 1<<16) + `"}`,
		"long name":    `{"errors":{"` + strings.Repeat("å", 1<<16) + `":"x"}}`,
		"deep":         strings.Repeat("[", 1<<19),
		"deep objects": strings.Repeat(`{"errors":`, 1<<16),
		"wide":         "[" + strings.Repeat("null,", 1<<17) + `"x"]`,
		"deep XML":     strings.Repeat("<a>", 1<<18),
		"XML in bits":  "<a>" + strings.Repeat("x<!---->", 1<<17),
		"HTML":         "<html>" + strings.Repeat("<p>x", 1<<18),
		"plain":        strings.Repeat("x y", 1<<18),
		"blank":        strings.Repeat(" ", 1<<20) + "x",
	} {
		start := time.Now()
		got := wordsOf([]byte(body), unhidden)
		for _, m := range got {
			if n := utf8.RuneCountInString(m); n > maxMessageLength {
				t.Errorf("%s: a message of %d characters", name, n)
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"": "", " \n": "", " a\t\r\n b ": "a b", "12345678": "12345678", "123456789": "1234567…", "1234567 9": "1234567…",
		"123456 89": "123456…", "åäöåäöåä": "åäöåäöåä", "åäöåäöåäö": "åäöåäöå…", "a\x00b": "a b", "a\u200bb": "ab", "a\xffb": "a\ufffdb",
	} {
		if got := oneLine(in, 8); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		header, date string
		want         time.Duration
		has          bool
	}{
		{"", "", 0, false},
		{"0", "", 0, true},
		{"120", "", 2 * time.Minute, true},
		{" 120 ", "", 2 * time.Minute, true},
		{"-5", "", 0, true},
		{"-99999999999999999999", "", 0, true},
		{"86400", "", 24 * time.Hour, true},
		{"86401", "", 24 * time.Hour, true},
		{"9223372036854775807", "", 24 * time.Hour, true},
		{"99999999999999999999", "", 24 * time.Hour, true},
		{"soon", "", 0, false},
		{"1.5", "", 0, false},
		{"1e3", "", 0, false},
		{"Mon, 23 Nov 2026 12:00:30 GMT", "", 30 * time.Second, true},
		{"Monday, 23-Nov-26 12:00:30 GMT", "", 30 * time.Second, true},
		{"Mon, 23 Nov 2026 11:00:00 GMT", "", 0, true},
		{"Fri, 31 Dec 9999 23:59:59 GMT", "", 24 * time.Hour, true},
		{"Mon, 01 Jan 0001 00:00:00 GMT", "", 0, true},
		{"Tue, 24 Nov 2026 09:00:10 GMT", "Tue, 24 Nov 2026 09:00:00 GMT", 10 * time.Second, true}, // a clock of its own
		{"Mon, 23 Nov 2026 12:00:30 GMT", "nonsense", 30 * time.Second, true},
	} {
		h := http.Header{"Date": {test.date}}
		if test.header != "" {
			h.Set("Retry-After", test.header)
		}
		if got, has := retryAfter(h, now); got != test.want || has != test.has {
			t.Errorf("%q at %q is %v, %v", test.header, test.date, got, has)
		}
	}
}

func FuzzParseMessages(f *testing.F) {
	for _, seed := range []string{
		`{"Message":"fel","ModelState":{"a.b":["c"]}}`, `{"errors":[{"field":"x","message":"y"}]}`, `"x"`, `[1,{"a":null}]`,
		"<Error><Message>fel</Message></Error>", "<html><title>t</title><body>b</body>", "text", utf16le("text"), "\xe5",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		messages := wordsOf(body, unhidden)
		if len(messages) > maxMessages {
			t.Fatalf("%d messages", len(messages))
		}
		for _, m := range messages {
			if m == "" || m != strings.TrimSpace(m) || utf8.RuneCountInString(m) > maxMessageLength || !utf8.ValidString(m) ||
				strings.ContainsFunc(m, unicode.IsControl) {
				t.Fatalf("%q", m)
			}
		}
	})
}
