package vitec

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func ptr[T any](v T) *T { return &v }

// sample is the specification's sample, member by member. Its two forms count
// "sample string" anew in every type, and the JSON one shows what they mean.
func sample() *AddNewViewingParticipant {
	at := time.Date(2024, 11, 21, 9, 52, 41, 80779500, time.FixedZone("", 3600))
	return &AddNewViewingParticipant{
		UpdatePerson: UpdatePerson{
			ContactId:                     "sample string 1",
			CustomerId:                    "sample string 2",
			CategoryIds:                   []string{"sample string 1", "sample string 2"},
			Address:                       Address{"sample string 1", "sample string 2", "sample string 3", "sample string 4"},
			Email:                         Email{"sample string 1", "sample string 2"},
			UserId:                        "sample string 3",
			OtherPhone:                    "sample string 4",
			WishAdvertising:               ptr(true),
			Note:                          "sample string 5",
			Coordinate:                    Coordinate{Longitud: ptr(1.1), Latitud: ptr(2.1)},
			Task:                          Task{"sample string 1", "sample string 2", "sample string 3", "sample string 4"},
			CustomField:                   CustomField{"sample string 1", "sample string 2"},
			FirstName:                     "sample string 6",
			LastName:                      "sample string 7",
			SocialSecurityNumber:          "sample string 8",
			IsForeignSocialSecurityNumber: ptr(true),
			TelePhone:                     "sample string 9",
			WorkPhone:                     "sample string 10",
			CellPhone:                     "sample string 11",
			Approval:                      ptr(true),
			ApprovalDate:                  at,
			GDPRApprovalDate:              at,
			ObtainThrough:                 "Interest",
			LeadScore:                     ptr(1),
		},
		Participated:     ptr(true),
		ReminderTime:     ptr(2),
		SMSReminder:      ptr(true),
		MailConfirmation: ptr(true),
		SMSConfirmation:  ptr(true),
		ReturnBookingId:  ptr(true),
		ContactMessage:   "sample string 7",
		LeadSourceId:     "sample string 8",
		Options: ViewingParticipantBookingOptions{
			IsDeadlineValidationEnabled:  ptr(true),
			EnableBookingLimitValidation: ptr(true),
		},
	}
}

func encode(t testing.TB, f Format, b *AddNewViewingParticipant) string {
	t.Helper()
	out, err := Encode(f, b)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func golden(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSampleJSON(t *testing.T) {
	want := golden(t, "sample.json")
	got := encode(t, JSON, sample())
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(w, g); d != "" {
		t.Errorf("not the specification's sample (-want +got):\n%s", d)
	}
	// The order of members does not matter to a JSON reader; that it is the
	// specification's all the same is for the people who compare them.
	var compact bytes.Buffer
	json.Compact(&compact, want)
	if compact.String() != got {
		t.Errorf("bytes differ:\n%s\n%s", compact.String(), got)
	}
}

func TestSampleXML(t *testing.T) {
	want := string(golden(t, "sample.xml"))
	got := encode(t, XML, sample())
	if d := cmp.Diff(tokens(t, want), tokens(t, got)); d != "" {
		t.Errorf("not the specification's sample (-want +got):\n%s", d)
	}
	// Prefixes and the places of the namespace declarations, too.
	if compact := regexp.MustCompile(`>\s+<`).ReplaceAllString(strings.TrimSpace(want), "><"); compact != got {
		t.Errorf("bytes differ:\n%s\n%s", compact, got)
	}
}

// tokens is a document as a list of elements with resolved namespaces, and of
// texts, without the white space between elements.
func tokens(t *testing.T, doc string) []string {
	t.Helper()
	var out []string
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("%v in %s", err, doc)
		}
		switch v := token.(type) {
		case xml.StartElement:
			out = append(out, fmt.Sprintf("<{%s}%s>", v.Name.Space, v.Name.Local))
		case xml.EndElement:
			out = append(out, fmt.Sprintf("</{%s}%s>", v.Name.Space, v.Name.Local))
		case xml.CharData:
			if s := string(v); strings.TrimSpace(s) != "" {
				out = append(out, s)
			}
		}
	}
}

func TestNothingEmptyIsSent(t *testing.T) {
	const root = `<AddNewViewingParticipant xmlns:i="` + nsInstance + `" xmlns="` + nsViewing + `">`
	for _, b := range []*AddNewViewingParticipant{
		{},
		{UpdatePerson: UpdatePerson{CategoryIds: []string{}}},
	} {
		if got := encode(t, JSON, b); got != "{}" {
			t.Errorf("JSON of an empty body is %s", got)
		}
		if got, want := encode(t, XML, b), root+"</AddNewViewingParticipant>"; got != want {
			t.Errorf("XML of an empty body is %s", got)
		}
	}
	b := &AddNewViewingParticipant{UpdatePerson: UpdatePerson{FirstName: "Åsa", WishAdvertising: ptr(false), LeadScore: ptr(0)}}
	if got, want := encode(t, JSON, b), `{"updatePerson":{"wishAdvertising":false,"firstName":"Åsa","leadScore":0}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want := root + "<UpdatePerson><FirstName>Åsa</FirstName><LeadScore>0</LeadScore><WishAdvertising>false</WishAdvertising></UpdatePerson></AddNewViewingParticipant>"
	if got := encode(t, XML, b); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTimes(t *testing.T) {
	stockholm := time.FixedZone("", 3600)
	for _, test := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2024, 11, 21, 9, 52, 41, 80779500, stockholm), "2024-11-21T09:52:41.0807795+01:00"},
		{time.Date(2024, 11, 21, 9, 52, 41, 80779599, stockholm), "2024-11-21T09:52:41.0807795+01:00"}, // .NET has no more digits
		{time.Date(2024, 11, 21, 9, 52, 41, 0, stockholm), "2024-11-21T09:52:41+01:00"},
		{time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC), "2024-07-01T00:00:00Z"},
		{time.Date(1850, 1, 1, 12, 0, 0, 0, time.FixedZone("LMT", 4332)), "1850-01-01T10:47:48Z"}, // an offset with seconds
		{time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), "9999-12-31T23:59:59Z"},
	} {
		b := &AddNewViewingParticipant{UpdatePerson: UpdatePerson{ApprovalDate: test.at}}
		if got, want := encode(t, JSON, b), `{"updatePerson":{"approvalDate":"`+test.want+`"}}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, want := encode(t, XML, b), "<ApprovalDate>"+test.want+"</ApprovalDate>"; !strings.Contains(got, want) {
			t.Errorf("%s has no %s", got, want)
		}
	}
}

func TestWhatCannotBeSent(t *testing.T) {
	both := []Format{JSON, XML}
	for _, test := range []struct {
		name    string
		path    string
		value   any
		formats []Format
	}{
		{"invalid UTF-8", "updatePerson.note", "a\xffb", both},
		{"half a character at the end", "updatePerson.note", "a\xc3", both},
		{"a surrogate in UTF-8", "updatePerson.note", "a\xed\xa0\x80", both},
		{"invalid UTF-8 in a list", "updatePerson.categoryIds", []string{"a", "\xff"}, both},
		{"not a number", "updatePerson.coordinate.latitud", math.NaN(), both},
		{"infinite", "updatePerson.coordinate.longitud", math.Inf(-1), both},
		{"year 10000", "updatePerson.approvalDate", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), both},
		{"year 0", "updatePerson.gdprApprovalDate", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), both},
		{"NUL", "contactMessage", "a\x00", []Format{XML}},
		{"vertical tab", "updatePerson.task.note", "a\vb", []Format{XML}},
		{"U+FFFE", "updatePerson.firstName", "\uFFFE", []Format{XML}},
		{"U+FFFF in a list", "updatePerson.categoryIds", []string{"\uFFFF"}, []Format{XML}},
	} {
		f, ok := FieldByPath(test.path)
		if !ok {
			t.Fatal(test.path)
		}
		b := sample()
		if err := f.Set(b, test.value); err != nil {
			t.Fatal(err)
		}
		for _, format := range both {
			out, err := Encode(format, b)
			var bad *RequestError
			switch refused := strings.Contains(fmt.Sprint(test.formats), format.String()); {
			case !refused && err != nil:
				t.Errorf("%s: %v refuses it: %v", test.name, format, err)
			case refused && (!errors.As(err, &bad) || bad.Path != test.path || bad.Reason.IsZero() || out != nil):
				t.Errorf("%s: %v gives %q, %v", test.name, format, out, err)
			}
		}
	}
}

func TestTextSurvives(t *testing.T) {
	text := "\t\n\r \"\\/<>&'\u2028\u2029\u007f\u0085åäö €😀]]>&#x41;\ufffd"
	b := &AddNewViewingParticipant{ContactMessage: text}
	var j AddNewViewingParticipant
	if err := json.Unmarshal([]byte(encode(t, JSON, b)), &j); err != nil || j.ContactMessage != text {
		t.Errorf("JSON: %v, %q", err, j.ContactMessage)
	}
	var x struct{ ContactMessage string }
	if err := xml.Unmarshal([]byte(encode(t, XML, b)), &x); err != nil || x.ContactMessage != text {
		t.Errorf("XML: %v, %q", err, x.ContactMessage)
	}
}

// The bytes are those of the versions before: ledgers keep digests of them.
func TestBytesStay(t *testing.T) {
	b := sample()
	b.UpdatePerson.LeadScore = ptr(-7)
	b.UpdatePerson.Coordinate = Coordinate{Longitud: ptr(1e21), Latitud: ptr(1e-7)}
	b.UpdatePerson.ApprovalDate = time.Date(1850, 1, 2, 3, 4, 5, 123456789, time.FixedZone("", 4332))
	b.UpdatePerson.GDPRApprovalDate = time.Date(2026, 3, 4, 5, 6, 7, 100, time.FixedZone("", -5400))
	for file, name := range map[string]string{
		"testdata/bytes.json": "Åsa \"<&>\" \\ / \u2028 \u2029 \b\f\n\r\t\x01\x7f \ufeff 😀",
		"testdata/bytes.xml":  "Åsa \"<&>\" \\ / \u2028 \r\n\t\x7f \ufeff 😀",
	} {
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := ParseFormat(strings.TrimPrefix(file, "testdata/bytes."))
		b.UpdatePerson.FirstName = name
		if got := encode(t, f, b); got != string(want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// anyBody draws bodies that can be sent, every member now and then empty.
func anyBody(t *rapid.T) *AddNewViewingParticipant {
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("aå\"\\<>&\b\f\n\r\t\x01\x7f\u2028\u2029\ufeff😀"))))
	b := new(AddNewViewingParticipant)
	for _, f := range fields {
		if rapid.Bool().Draw(t, f.Path+" is left out") {
			continue
		}
		var v any
		switch f.Kind {
		case KindText:
			v = text.Draw(t, f.Path)
		case KindBoolean:
			v = rapid.Bool().Draw(t, f.Path)
		case KindInteger:
			v = rapid.Int().Draw(t, f.Path)
		case KindDecimal:
			v = rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, f.Path)
		case KindTextList:
			v = rapid.SliceOf(text).Draw(t, f.Path)
		case KindDateTime:
			zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "offset"))
			v = time.Unix(rapid.Int64Range(-60e9, 250e9).Draw(t, f.Path), 100*rapid.Int64Range(0, 9_999_999).Draw(t, "fraction")).In(zone)
		}
		if err := f.Set(b, v); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// What is sent is what encoding/json writes, with times as the request holds them.
func TestJSONIsEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := anyBody(t)
		got, err := Encode(JSON, b)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(b); err != nil {
			t.Fatal(err)
		}
		if w := strings.TrimSuffix(want.String(), "\n"); w != string(got) {
			t.Fatalf("got  %s\nwant %s", got, w)
		}
	})
}

// Whatever XML is written, a reader gets every member back as it was.
func TestXMLReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := anyBody(t)
		out, err := Encode(XML, b)
		var bad *RequestError
		if errors.As(err, &bad) {
			f, _ := FieldByPath(bad.Path)
			if v, _ := f.Get(b); f.Path == "" || !strings.ContainsFunc(fmt.Sprint(v), func(r rune) bool { return !isXMLChar(r) }) {
				t.Fatalf("%v, but there is nothing wrong with %q", err, v)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var back xmlBody
		if err := xml.Unmarshal(out, &back); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		got, _ := Encode(JSON, back.body())
		want, _ := Encode(JSON, b)
		if string(got) != string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

// xmlBody reads the XML form of the body by name.
type xmlBody struct {
	UpdatePerson struct {
		ContactId, CustomerId string
		CategoryIds           struct {
			String []string `xml:"string"`
		}
		Address                       Address
		Email                         Email
		UserId, OtherPhone            string
		WishAdvertising               *bool
		Note                          string
		Coordinate                    Coordinate
		Task                          Task
		CustomField                   CustomField
		FirstName, LastName           string
		SocialSecurityNumber          string
		IsForeignSocialSecurityNumber *bool
		TelePhone, WorkPhone          string
		CellPhone                     string
		Approval                      *bool
		ApprovalDate                  time.Time
		GDPRApprovalDate              time.Time
		ObtainThrough                 string
		LeadScore                     *int
	}
	Participated     *bool
	ReminderTime     *int
	SMSReminder      *bool
	MailConfirmation *bool
	SMSConfirmation  *bool
	ReturnBookingId  *bool
	ContactMessage   string
	LeadSourceId     string
	Options          ViewingParticipantBookingOptions
}

func (x *xmlBody) body() *AddNewViewingParticipant {
	b := &AddNewViewingParticipant{
		Participated: x.Participated, ReminderTime: x.ReminderTime, SMSReminder: x.SMSReminder,
		MailConfirmation: x.MailConfirmation, SMSConfirmation: x.SMSConfirmation, ReturnBookingId: x.ReturnBookingId,
		ContactMessage: x.ContactMessage, LeadSourceId: x.LeadSourceId, Options: x.Options,
	}
	from, to := reflect.ValueOf(x.UpdatePerson), reflect.ValueOf(&b.UpdatePerson).Elem()
	for i := range from.NumField() {
		if name := from.Type().Field(i).Name; name == "CategoryIds" {
			b.UpdatePerson.CategoryIds = x.UpdatePerson.CategoryIds.String
		} else {
			to.FieldByName(name).Set(from.Field(i))
		}
	}
	return b
}

func TestParseFormat(t *testing.T) {
	for s, want := range map[string]Format{"json": JSON, "JSON": JSON, "xml": XML, "Xml": XML} {
		if got, err := ParseFormat(s); err != nil || got != want {
			t.Errorf("%q is %v, %v", s, got, err)
		}
	}
	if _, err := ParseFormat("yaml"); err == nil {
		t.Error("yaml is a format")
	}
	if got := XML.ContentType(); got != "application/xml; charset=utf-8" {
		t.Error(got)
	}
}
