package vitec

import (
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxId is the longest id that is believed to be one, in bytes. Those that are
// known have 35 characters.
const maxId = 256

// readAnswer reads the id out of an answer with a 2xx status. Either the id can
// be used; or reason is the id of the text that says why there is none; or
// err is what broke the connection.
func readAnswer(resp *http.Response) (id, reason string, err error) {
	if coding := contentCoding(resp); coding != "" {
		return "", "the answer is compressed in a way that was not asked for", nil
	}
	if resp.ContentLength > maxAnswer {
		return "", "the answer is longer than 1 MiB", nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case len(body) > maxAnswer:
		return "", "the answer is longer than 1 MiB", nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "", "the answer is cut off", nil
	case err != nil:
		return "", "", err
	}
	id, reason = parseId(body)
	return id, reason, nil
}

// contentCoding returns the coding of the answer's content, "" if it is plain.
func contentCoding(resp *http.Response) string {
	coding := strings.ToLower(strings.TrimSpace(strings.Join(resp.Header.Values("Content-Encoding"), ", ")))
	if coding == "identity" {
		return ""
	}
	return coding
}

// parseId takes an id out of the two forms in which the specification shows an
// answer: a JSON string, or the XML element string. Which one it is, the
// content tells; a byte order mark and white space around it do not matter.
// What is cut off is never whole in either form.
func parseId(body []byte) (id, reason string) {
	text, ok := decodeText(body)
	if !ok {
		return "", "the answer is not valid UTF-8"
	}
	switch text = strings.Trim(text, " \t\r\n"); {
	case text == "":
		return "", "the answer is empty"
	case text[0] == '"':
		id, reason = parseJSONString(text)
	case looksLikeHTML(text):
		return "", "the answer is an HTML page"
	case text[0] == '<':
		id, reason = parseXMLString(text)
	case text == "null":
		return "", "the answer is null"
	case text[0] == '{':
		return "", "the answer is an object, not a text"
	case text[0] == '[':
		return "", "the answer is a list, not a text"
	default:
		return "", "the answer is neither a JSON text nor an XML string"
	}
	if reason != "" {
		return "", reason
	}
	switch {
	case isBlank(id):
		return "", "the id in the answer is empty"
	case len(id) > maxId:
		return "", "the id in the answer is too long to be one"
	case strings.ContainsAny(id, "<>"):
		return "", "the text in the answer is markup, not an id"
	case strings.ContainsFunc(id, unicode.IsControl):
		return "", "the id in the answer contains a control character"
	case strings.ContainsRune(id, utf8.RuneError):
		return "", "the id in the answer contains a character that cannot be read"
	}
	return id, ""
}

func parseJSONString(text string) (s, reason string) {
	if plain, ok := strings.CutSuffix(text[1:], `"`); ok && !strings.ContainsFunc(plain, isSpecialInJSON) {
		return plain, ""
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return "", "the answer is cut off or not valid JSON"
	}
	return s, ""
}

// isSpecialInJSON reports whether a character within a JSON text does not stand
// for itself.
func isSpecialInJSON(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r == utf8.RuneError }

// parseXMLString reads a document that is one element <string> with nothing but
// text in it, in any namespace.
func parseXMLString(text string) (s, reason string) {
	const broken = "the answer is cut off or not valid XML"
	const other = "the answer is XML, but not one string"
	d := newXMLDecoder(text)
	var b strings.Builder
	depth, roots := 0, 0
	for {
		token, err := d.Token()
		if err == io.EOF && depth == 0 && roots == 1 {
			return b.String(), ""
		}
		if err != nil {
			return "", broken
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth > 0 || roots > 0 || t.Name.Local != "string" {
				return "", other
			}
			depth, roots = 1, 1
		case xml.EndElement:
			depth = 0
		case xml.CharData:
			if depth > 0 {
				b.Write(t)
			} else if !isBlank(string(t)) {
				return "", broken
			}
		case xml.Directive:
			return "", other
		}
	}
}

// newXMLDecoder reads text that is UTF-8 already. A declaration that names
// another encoding is believed only where it makes no difference.
func newXMLDecoder(text string) *xml.Decoder {
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) {
		if strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
			return nil, errors.New("not in UTF-8")
		}
		return input, nil
	}
	return d
}

// decodeText returns a body as text without its byte order mark, which may also
// say that it is UTF-16; false if it is not valid.
func decodeText(b []byte) (string, bool) {
	var order binary.ByteOrder
	switch {
	case len(b) >= 2 && b[0] == 0xFF && b[1] == 0xFE:
		order = binary.LittleEndian
	case len(b) >= 2 && b[0] == 0xFE && b[1] == 0xFF:
		order = binary.BigEndian
	default:
		return strings.TrimPrefix(string(b), "\uFEFF"), utf8.Valid(b)
	}
	if b = b[2:]; len(b)%2 != 0 {
		return "", false
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	text := string(utf16.Decode(units))
	return text, !strings.ContainsRune(text, utf8.RuneError)
}

// looksLikeHTML reports whether text begins like a page for people.
func looksLikeHTML(text string) bool {
	head := strings.ToLower(text[:min(len(text), 1024)])
	for _, start := range [...]string{"<head", "<body", "<title", "<h1"} {
		if strings.HasPrefix(head, start) {
			return true
		}
	}
	return strings.HasPrefix(head, "<") && (strings.Contains(head, "<!doctype html") || strings.Contains(head, "<html"))
}
