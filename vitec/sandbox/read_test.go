package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vitec-import/vitec"
)

func to[T any](v T) *T { return &v }

func TestReadJSON(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want vitec.AddNewViewingParticipant
	}{
		"nothing":       {`{}`, vitec.AddNewViewingParticipant{}},
		"white space":   {" {\n\t\"contactMessage\" :\r \"a\" , \"reminderTime\": 3 } ", vitec.AddNewViewingParticipant{ContactMessage: "a", ReminderTime: to(3)}},
		"escapes":       {`{"contactMessage":"\u00e5\ud834\udd1e\"\\\/\n","leadSourceId":"\ud800"}`, vitec.AddNewViewingParticipant{ContactMessage: "å𝄞\"\\/\n", LeadSourceId: "\ufffd"}},
		"escaped name":  {`{"contact\u004dessage":"a"}`, vitec.AddNewViewingParticipant{ContactMessage: "a"}},
		"case":          {`{"CONTACTMESSAGE":"a","SmsReminder":true}`, vitec.AddNewViewingParticipant{ContactMessage: "a", SMSReminder: to(true)}},
		"the last one":  {`{"contactMessage":"a","contactMessage":"b"}`, vitec.AddNewViewingParticipant{ContactMessage: "b"}},
		"null texts":    {`{"contactMessage":null,"updatePerson":null,"options":null}`, vitec.AddNewViewingParticipant{}},
		"unknown":       {`{"x":{"contactMessage":"a","y":[{"z":[]},"]}",1]},"leadSourceId":"b"}`, vitec.AddNewViewingParticipant{LeadSourceId: "b"}},
		"wrong types":   {`{"contactMessage":1,"participated":"true","reminderTime":"5","smsReminder":1,"updatePerson":[{}],"options":"x","leadSourceId":{"a":1}}`, vitec.AddNewViewingParticipant{}},
		"no integers":   {`{"reminderTime":1.0}`, vitec.AddNewViewingParticipant{}},
		"too large":     {`{"reminderTime":2147483648}`, vitec.AddNewViewingParticipant{}},
		"exponent":      {`{"reminderTime":1e2}`, vitec.AddNewViewingParticipant{}},
		"decimals":      {`{"updatePerson":{"coordinate":{"longitud":18,"latitud":-5.93e1}}}`, vitec.AddNewViewingParticipant{UpdatePerson: vitec.UpdatePerson{Coordinate: vitec.Coordinate{Longitud: to(18.0), Latitud: to(-59.3)}}}},
		"decimal texts": {`{"updatePerson":{"coordinate":{"longitud":"18","latitud":true}}}`, vitec.AddNewViewingParticipant{}},
		"lists":         {`{"updatePerson":{"categoryIds":["a",1,null,"b",{"c":"d"}]}}`, vitec.AddNewViewingParticipant{UpdatePerson: vitec.UpdatePerson{CategoryIds: []string{"a", "b"}}}},
		"empty list":    {`{"updatePerson":{"categoryIds":[ ]}}`, vitec.AddNewViewingParticipant{}},
		"dates": {`{"updatePerson":{"approvalDate":"2024-11-21T09:52:41.0807795+01:00","gdprApprovalDate":"2026-07-01"}}`,
			vitec.AddNewViewingParticipant{UpdatePerson: vitec.UpdatePerson{
				ApprovalDate: time.Date(2024, 11, 21, 8, 52, 41, 80779500, time.UTC), GDPRApprovalDate: time.Date(2026, 6, 30, 22, 0, 0, 0, time.UTC)}}},
		"no dates": {`{"updatePerson":{"approvalDate":"21/11/2024","gdprApprovalDate":20241121}}`, vitec.AddNewViewingParticipant{}},
	} {
		var got vitec.AddNewViewingParticipant
		state, err := readJSON(c.text, &got)
		if err != nil || state != nil {
			t.Errorf("%s: %v %v", name, state, err)
		}
		utc(&got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func utc(b *vitec.AddNewViewingParticipant) {
	for _, d := range []*time.Time{&b.UpdatePerson.ApprovalDate, &b.UpdatePerson.GDPRApprovalDate} {
		if !d.IsZero() {
			*d = d.UTC()
		}
	}
}

func TestReadJSONMalformed(t *testing.T) {
	for _, text := range []string{"", " ", "null", "[]", `"x"`, "{", `{"a":}`, `{"a":1,}`, `{'a':1}`, `{} {}`, `{"a":01}`} {
		if _, err := readJSON(text, new(vitec.AddNewViewingParticipant)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

// TestNull: what cannot be null on the server, in both formats.
func TestNull(t *testing.T) {
	state, err := readJSON(`{"participated":null,"reminderTime":null,"smsReminder":null,"mailConfirmation":null,"smsConfirmation":null,
		"returnBookingId":null,"updatePerson":{"firstName":null,"leadScore":null,"coordinate":{"latitud":null}}}`, new(vitec.AddNewViewingParticipant))
	const want = "participant.MailConfirmation participant.Participated participant.ReminderTime participant.ReturnBookingId " +
		"participant.SMSConfirmation participant.SMSReminder participant.UpdatePerson.Coordinate.Latitud participant.UpdatePerson.LeadScore"
	if got := strings.Join(slices.Sorted(maps.Keys(state)), " "); err != nil || got != want {
		t.Errorf("complaints %v %v", got, err)
	}
}

var head = `<AddNewViewingParticipant xmlns:i="` + spaceInstance + `" xmlns="` + spaceViewing + `" xmlns:m="` + spaceModels + `" xmlns:t="` + spaces["Task"] + `" xmlns:a="` + spaceArrays + `">`

func TestReadXML(t *testing.T) {
	for name, c := range map[string]struct {
		text string // between head and the end tag
		want vitec.AddNewViewingParticipant
	}{
		"nothing":          {``, vitec.AddNewViewingParticipant{}},
		"text":             {`<ContactMessage>a &amp; <![CDATA[<b>]]>&#229;<!-- c --></ContactMessage>`, vitec.AddNewViewingParticipant{ContactMessage: "a & <b>å"}},
		"white space":      {"\n <ContactMessage> a </ContactMessage>\n <ReminderTime>\n3 </ReminderTime> ", vitec.AddNewViewingParticipant{ContactMessage: " a ", ReminderTime: to(3)}},
		"order":            {`<LeadSourceId>b</LeadSourceId><ContactMessage>a</ContactMessage><ReminderTime>1</ReminderTime>`, vitec.AddNewViewingParticipant{LeadSourceId: "b", ReminderTime: to(1)}},
		"twice":            {`<LeadSourceId>b</LeadSourceId><LeadSourceId>c</LeadSourceId>`, vitec.AddNewViewingParticipant{LeadSourceId: "b"}},
		"unknown":          {`<ContactMessage>a</ContactMessage><ContactMessages><LeadSourceId>x</LeadSourceId></ContactMessages><LeadSourceId>b</LeadSourceId>`, vitec.AddNewViewingParticipant{ContactMessage: "a", LeadSourceId: "b"}},
		"case":             {`<contactMessage>a</contactMessage>`, vitec.AddNewViewingParticipant{}},
		"namespace":        {`<m:ContactMessage>a</m:ContactMessage><LeadSourceId xmlns="">b</LeadSourceId>`, vitec.AddNewViewingParticipant{}},
		"booleans":         {`<MailConfirmation>1</MailConfirmation><Participated> false </Participated>`, vitec.AddNewViewingParticipant{MailConfirmation: to(true), Participated: to(false)}},
		"nil":              {`<ContactMessage i:nil="true"/><LeadSourceId>b</LeadSourceId><Options i:nil="true"><LeadSourceId/></Options>`, vitec.AddNewViewingParticipant{LeadSourceId: "b"}},
		"inner namespaces": {`<UpdatePerson><Email><m:EmailAddress>a@example.com</m:EmailAddress></Email><Task><t:Note>n</t:Note></Task></UpdatePerson>`, vitec.AddNewViewingParticipant{UpdatePerson: vitec.UpdatePerson{Email: vitec.Email{EmailAddress: "a@example.com"}, Task: vitec.Task{Note: "n"}}}},
		"inner order":      {`<UpdatePerson><Address><m:ZipCode>1</m:ZipCode><m:City>c</m:City></Address></UpdatePerson>`, vitec.AddNewViewingParticipant{UpdatePerson: vitec.UpdatePerson{Address: vitec.Address{ZipCode: "1"}}}},
		"lists":            {`<UpdatePerson><CategoryIds><a:string>x</a:string><string>y</string><a:string i:nil="true"/><a:string/></CategoryIds></UpdatePerson>`, vitec.AddNewViewingParticipant{UpdatePerson: vitec.UpdatePerson{CategoryIds: []string{"x", ""}}}},
	} {
		for form, text := range map[string]string{
			"as it stands":  head + c.text + "</AddNewViewingParticipant>",
			"a declaration": `<?xml version="1.0" encoding="utf-8"?>` + "\n" + head + c.text + "</AddNewViewingParticipant>\n",
		} {
			var got vitec.AddNewViewingParticipant
			if err := readXML(text, &got); err != nil {
				t.Errorf("%s, %s: %v", name, form, err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s, %s: (-want +got)\n%s", name, form, diff)
			}
		}
	}
}

func TestReadXMLMalformed(t *testing.T) {
	const end = "</AddNewViewingParticipant>"
	for _, text := range []string{
		"", "x", "<a/>", "<AddNewViewingParticipant/>", head, head + "<a>" + end, head + end + "<b/>", head + end + "x",
		"<!DOCTYPE a [<!ENTITY b 'c'>]>" + head + end,
		head + "text" + end,
		head + "<ContactMessage>a<b/></ContactMessage>" + end,
		head + "<ContactMessage>&nbsp;</ContactMessage>" + end,
		head + "<Participated>ja</Participated>" + end,
		head + "<Participated/>" + end,
		head + `<Participated i:nil="true"/>` + end,
		head + "<ReminderTime>1.5</ReminderTime>" + end,
		head + "<ReminderTime>99999999999</ReminderTime>" + end,
		head + "<UpdatePerson><ApprovalDate>igår</ApprovalDate></UpdatePerson>" + end,
		head + "<UpdatePerson><Coordinate><m:Latitud>59,3</m:Latitud></Coordinate></UpdatePerson>" + end,
		head + "<UpdatePerson><Coordinate><m:Latitud>0x1p2</m:Latitud></Coordinate></UpdatePerson>" + end,
		`<?xml version="1.0" encoding="windows-1252"?>` + head + end,
		strings.Replace(head, "<AddNewViewingParticipant", `<AddNewViewingParticipant i:nil="true"`, 1) + end,
	} {
		if err := readXML(text, new(vitec.AddNewViewingParticipant)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func TestDecodeText(t *testing.T) {
	for _, c := range []struct{ bytes, charset, want string }{
		{"\xc3\xa5", "", "å"},
		{"\xef\xbb\xbf\xc3\xa5", "utf-8", "å"},
		{"\xe5", "utf-8", "\ufffd"},
		{"\xe5", "iso-8859-1", "\ufffd"},
		{"\xff\xfe\xe5\x00", "UTF-16", "å"},
		{"\xe5\x00\x00", "utf-16", "å\ufffd"}, // half a character at the end
		{"\x00\xe5", "utf-16BE", "å"},
	} {
		if got := decodeText([]byte(c.bytes), c.charset); got != c.want {
			t.Errorf("%q as %q is %q, want %q", c.bytes, c.charset, got, c.want)
		}
	}
}

// FuzzReadJSON: what is read, written and read again is the same.
func FuzzReadJSON(f *testing.F) {
	f.Add(`{"updatePerson":{"categoryIds":["a"],"coordinate":{"latitud":1.5},"approvalDate":"2024-11-21T09:52:41+01:00"},"reminderTime":2,"x":[{}]}`)
	f.Add(`{"contactMessage":"\ud834\udd1e","participated":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		var first, second vitec.AddNewViewingParticipant
		state, err := readJSON(decodeText([]byte(text), ""), &first)
		if err != nil {
			return
		}
		validate(vitec.Target{}, &first, false)
		invalidState(state).encode("application/json")
		again, err := json.Marshal(plain(first))
		if err != nil {
			t.Skip(err) // a year beyond 9999
		}
		if _, err := readJSON(string(again), &second); err != nil {
			t.Fatalf("%q became %q: %v", text, again, err)
		}
		if same, err := json.Marshal(plain(second)); err != nil || string(same) != string(again) {
			t.Errorf("%q became %q, and that %q", text, again, same)
		}
	})
}

// plain has the same tags and none of the methods, so that encoding/json
// writes it by itself.
type plain vitec.AddNewViewingParticipant

// FuzzReadXML: every text is read or refused, and neither with a panic.
func FuzzReadXML(f *testing.F) {
	f.Add(head + `<ContactMessage>a</ContactMessage><UpdatePerson><CategoryIds><a:string>x</a:string></CategoryIds></UpdatePerson></AddNewViewingParticipant>`)
	f.Add(head + `<Participated i:nil="true"/></AddNewViewingParticipant>`)
	f.Fuzz(func(t *testing.T, text string) {
		var b vitec.AddNewViewingParticipant
		if readXML(decodeText([]byte(text), ""), &b) == nil {
			validate(vitec.Target{}, &b, false)
		}
	})
}
