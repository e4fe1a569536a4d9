package vitec

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// maxId is the longest id that is believed to be one, in bytes. Those that are
// known have 35 characters.
const maxId = 256

// readAnswer reads the id out of an answer with a 2xx status. Its error is an
// *[AnswerError] if there is none that can be used, or a *cutError if the
// connection broke.
func readAnswer(resp *http.Response) (Answer, error) {
	body, err := readBody(resp)
	var reason Text
	switch {
	case errors.Is(err, errTooLong):
		reason = say("the answer is longer than 1 MiB")
	case errors.Is(err, errEncoded):
		reason = say("the answer is compressed in a way that was not asked for")
	case errors.Is(err, io.ErrUnexpectedEOF):
		reason = say("the answer is cut off")
	case err != nil:
		return Answer{}, &cutError{err}
	}
	if !reason.IsZero() {
		return Answer{}, &AnswerError{Status: resp.StatusCode, Reason: reason}
	}
	id, reason := parseId(body)
	if !reason.IsZero() {
		return Answer{}, &AnswerError{Status: resp.StatusCode, Reason: reason}
	}
	return Answer{Id: id, Status: resp.StatusCode}, nil
}

var (
	errTooLong = errors.New("too long")
	errEncoded = errors.New("an unknown or broken encoding")
)

// readBody reads the body of an answer and unpacks it. What is cut off or
// stalls is returned up to there, with an error.
func readBody(resp *http.Response) ([]byte, error) {
	if resp.ContentLength > maxAnswer {
		return nil, errTooLong
	}
	body, err := limited(resp.Body)
	if err != nil {
		return body, err
	}
	codings := strings.Split(strings.ToLower(strings.Join(resp.Header.Values("Content-Encoding"), ",")), ",")
	for _, coding := range slices.Backward(codings) { // the last one was applied last
		var unpack func(io.Reader) (io.Reader, error)
		switch strings.TrimSpace(coding) {
		case "gzip", "x-gzip":
			unpack = func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }
		case "deflate": // zlib by the standard, bare by some servers
			unpack = func(r io.Reader) (io.Reader, error) {
				if z, err := zlib.NewReader(bytes.NewReader(body)); err == nil {
					return z, nil
				}
				return flate.NewReader(r), nil
			}
		case "br", "zstd", "compress", "x-compress", "dcb", "dcz":
			return nil, errEncoded
		default: // identity, none, UTF-8: no encoding, whatever the server calls it
			continue
		}
		r, err := unpack(bytes.NewReader(body))
		if err == nil {
			body, err = limited(r)
		}
		if errors.Is(err, errTooLong) {
			return nil, err
		}
		if err != nil {
			return nil, errEncoded
		}
	}
	return body, nil
}

func limited(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	if len(body) > maxAnswer {
		return body[:maxAnswer], errTooLong
	}
	return body, err
}

// parseId takes an id out of the two forms in which the specification shows an
// answer: a JSON string, or the XML element string; the content shows which. A
// byte order mark and white space around it do not matter. What is cut off is
// never whole in either form.
func parseId(body []byte) (id string, reason Text) {
	text, ok := decodeText(body)
	if !ok {
		return "", say("the answer is not valid UTF-8")
	}
	switch text = strings.Trim(text, " \t\r\n"); {
	case text == "":
		return "", say("the answer is empty")
	case text[0] == '"':
		if err := json.Unmarshal([]byte(text), &id); err != nil {
			return "", say("the answer is cut off or not valid JSON")
		}
	case looksLikeHTML(text):
		return "", say("the answer is an HTML page")
	case text[0] == '<':
		id, reason = parseXMLString(text)
	case text == "null":
		return "", say("the answer is null")
	case text[0] == '{':
		return "", say("the answer is an object, not a text")
	case text[0] == '[':
		return "", say("the answer is a list, not a text")
	default:
		return "", say("the answer is neither a JSON text nor an XML string")
	}
	if !reason.IsZero() {
		return "", reason
	}
	if reason = CheckBookingId(id); !reason.IsZero() {
		return "", say("the text in the answer is not an id: it %s", reason)
	}
	return id, Text{}
}

// parseXMLString reads a document that is one element <string> with nothing but
// text in it, in any namespace.
func parseXMLString(text string) (s string, reason Text) {
	var answer struct {
		XMLName xml.Name
		Text    string     `xml:",chardata"`
		Inside  []struct{} `xml:",any"`
	}
	d := newXMLDecoder(text)
	if err := d.Decode(&answer); err != nil {
		return "", say("the answer is cut off or not valid XML")
	}
	for { // nothing stands behind it but comments and white space
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		data, blank := token.(xml.CharData)
		_, comment := token.(xml.Comment)
		if err != nil || !comment && (!blank || !isBlank(string(data))) {
			return "", say("the answer is cut off or not valid XML")
		}
	}
	if answer.XMLName.Local != "string" || len(answer.Inside) > 0 || strings.Contains(text, "<!DOCTYPE") {
		return "", say("the answer is XML, but not one string")
	}
	return answer.Text, Text{}
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
	if !bytes.HasPrefix(b, []byte("\xFF\xFE")) && !bytes.HasPrefix(b, []byte("\xFE\xFF")) {
		return strings.TrimPrefix(string(b), "\uFEFF"), utf8.Valid(b)
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(b)
	return string(text), err == nil && !bytes.ContainsRune(text, utf8.RuneError)
}

// looksLikeHTML reports whether text begins like a page for people.
func looksLikeHTML(text string) bool {
	head := strings.ToLower(strings.TrimSpace(text[:min(len(text), 1024)]))
	for _, start := range [...]string{"<head", "<body", "<title", "<h1"} {
		if strings.HasPrefix(head, start) {
			return true
		}
	}
	return strings.HasPrefix(head, "<") && (strings.Contains(head, "<!doctype html") || strings.Contains(head, "<html"))
}
