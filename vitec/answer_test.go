package vitec

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func utf16le(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

const maxId = 256

const xmlAnswer = `<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">`

func TestParseId(t *testing.T) {
	for body, want := range map[string]string{
		`"VID0123456789abcdef0123456789abcdef"`:  "VID0123456789abcdef0123456789abcdef",
		`"VID0000000000000000000000000000000a"`:  "VID0000000000000000000000000000000a",
		" \r\n\t\"VID1\"\n":                      "VID1",
		"\ufeff\"VID1\"":                         "VID1",
		"\ufeff \"VID1\"":                        "VID1",
		utf16le(`"VID1"`):                        "VID1",
		`"\u0056ID\/1"`:                          `VID/1`,
		`"` + strings.Repeat("1", maxId) + `"`:   strings.Repeat("1", maxId),
		`"3f2504e0-4f89-11d3-9a0c-0305e82c3301"`: "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
		xmlAnswer + "VID1</string>":              "VID1",
		"\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n" + xmlAnswer + "VID1</string>\n": "VID1",
		`<?xml version="1.0" encoding="iso-8859-1"?><string>VID1</string>`:                     "VID1",
		utf16le(`<?xml version="1.0" encoding="utf-16"?>` + xmlAnswer + `VID1</string>`):       "VID1",
		"<string>VID1</string>": "VID1",
		`<a:string xmlns:a="http://schemas.microsoft.com/2003/10/Serialization/">V&amp;&#x49;<![CDATA[D1]]></a:string>`: "V&ID1",
		"<!-- a --><string>VI<!-- b -->D1</string>": "VID1",
	} {
		if id, reason := parseId([]byte(body)); id != want || !reason.IsZero() {
			t.Errorf("%q is %q, %s", body, id, reason)
		}
	}
	for _, body := range []string{
		`" VID 1 "`, `"åäö1"`, `"Visningen är fullbokad."`, `"Fullbokad."`, `"OK"`, `"false"`, `"null"`, `"-1"`, `"0"`, `"00000000-0000-0000-0000-000000000000"`, `"VID00000000000000000000000000000000"`, `"ej-bokad"`,
		`"VID1, VID2"`, `"”VID1”"`, `"VID1;"`, `"1,5"`, `"ja"`, `"VID1\""`, `"Fel 17"`, `"sample string 1"`,
		"", " ", "\ufeff", "\xff\xfe", "\r\n\r\n", "null", "NULL", "true", "0", "12345", "-1.5", "VID1", "VID1\n", "'VID1'",
		`""`, `" "`, `"\t"`, `"\u00a0"`, `"\u0000"`, `"VID\n1"`, `"VID\u001b[0m"`, `"\u0085VID"`,
		`"VID1`, `"`, `"VID1\`, `"VID1\u00`, `"VID1" "VID2"`, `"VID1"x`, `"VID1"]`, "\"VID\n1\"", `"\x"`,
		`"\ud83d"`, `"VID\ufffd"`, "\"VID\xff\"", "\"VID1\"\x00",
		`{}`, `{"id":"VID1"}`, `{"message":"fel"}`, `[]`, `["VID1"]`, `"<html>VID1"`, `"<b>VID1</b>"`,
		`"` + strings.Repeat("1", maxId+1) + `"`, `"` + strings.Repeat("å", maxId/2+1) + `"`,
		"<", "<string", "<string>", "<string>VID1", "<string>VID1</strin", "<string>VID1</string", "<string/>", "<string></string>", "<string> </string>",
		`<string i:nil="true" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"/>`, "<string>VID\n1</string>", "<string>VID&#27;1</string>", "<string>&lt;b&gt;</string>",
		"<string>VID1</string><string>VID2</string>", "<string>VID1</string>x", "<string><b>VID1</b></string>", "<string>&undefined;</string>", "<string>\xff</string>",
		"<String>VID1</String>", "<int>1</int>", "<Error><Message>fel</Message></Error>", `<!DOCTYPE string [<!ENTITY a "VID1">]><string>&a;</string>`, "<!DOCTYPE string><string>VID1</string>",
		`<?xml version="1.0" encoding="iso-8859-1"?><string>VIDå</string>`,
		"<!DOCTYPE html><html><head><title>Logga in</title></head></html>", "<html>VID1</html>", "<HTML><BODY>\"VID1\"</BODY></HTML>", "<h1>VID1</h1>",
		utf16le(`"VID1"`)[:11], "\xff\xfe\"\x00\x00\xd8\"\x00",
	} {
		if id, reason := parseId([]byte(body)); id != "" || reason.IsZero() {
			t.Errorf("%q is %q", body, id)
		} else if strings.Contains(reason.String(), "VID") {
			t.Errorf("%q: the server's words in %q", body, reason)
		}
	}
}

// An answer that is cut anywhere has no id.
func TestCutAnswers(t *testing.T) {
	for _, whole := range []string{`"VID1"`, `"\u0056ID1"`, xmlAnswer + "VID1</string>", "<?xml version=\"1.0\"?><string>V&amp;1</string>"} {
		for i := range whole {
			if id, reason := parseId([]byte(whole[:i])); reason.IsZero() {
				t.Errorf("%q is %q", whole[:i], id)
			}
		}
	}
}

func FuzzParseId(f *testing.F) {
	for _, seed := range []string{`"VID1"`, xmlAnswer + "VID1</string>", "null", "{}", "<html>", "\ufeff\"x\"", utf16le(`"x"`), `"\ud800"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		id, reason := parseId(body)
		if (id == "") == (reason.IsZero()) {
			t.Fatalf("%q, %q", id, reason)
		}
		if id == "" {
			return
		}
		if isBlank(id) || len(id) > maxId || !utf8.ValidString(id) || strings.ContainsFunc(id, unicode.IsControl) || strings.ContainsAny(id, "<>\ufffd") {
			t.Fatalf("%q is no id", id)
		}
		// An id that came as JSON is the very one that encoding/json reads.
		var want string
		if json.Unmarshal(body, &want) == nil && want != id {
			t.Fatalf("%q is not %q", id, want)
		}
	})
}
