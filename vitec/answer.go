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

// readAnswer reads the id out of an answer with a 2xx status. Its error is an
// *[AnswerError] if there is none that can be used, or that of the connection.
func readAnswer(resp *http.Response) (Answer, error) {
	body, err := readBody(resp)
	if err != nil {
		return Answer{}, err
	}
	id, reason := parseId(body)
	if !reason.IsZero() {
		return Answer{}, &AnswerError{Status: resp.StatusCode, Reason: reason}
	}
	return Answer{Id: id, Status: resp.StatusCode}, nil
}

// readBody reads the body of an answer and unpacks it. What is cut off or
// stalls is returned up to there, with the connection's error; what cannot be an
// answer is an *[AnswerError].
func readBody(resp *http.Response) ([]byte, error) {
	unusable := func(reason Text) error { return &AnswerError{Status: resp.StatusCode, Reason: reason} }
	tooLong := unusable(say("the answer is longer than 1 MiB"))
	read := func(r io.Reader) ([]byte, error) {
		body, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
		if len(body) > maxAnswer {
			return body[:maxAnswer], tooLong
		}
		return body, err
	}
	body, err := read(resp.Body)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = unusable(say("the answer is cut off"))
	}
	codings := strings.Split(strings.ToLower(strings.Join(resp.Header.Values("Content-Encoding"), ",")), ",")
	for _, coding := range slices.Backward(codings) { // the last one was applied last
		if err != nil {
			return body, err
		}
		var unpacked io.Reader
		switch strings.TrimSpace(coding) {
		case "gzip", "x-gzip":
			unpacked, err = gzip.NewReader(bytes.NewReader(body))
		case "deflate": // zlib by the standard, bare by some servers
			if unpacked, err = zlib.NewReader(bytes.NewReader(body)); err != nil {
				unpacked, err = flate.NewReader(bytes.NewReader(body)), nil
			}
		case "br", "zstd", "compress", "x-compress", "dcb", "dcz":
			err = errors.ErrUnsupported
		default: // identity, none, UTF-8: no encoding, whatever the server calls it
			continue
		}
		if err == nil {
			body, err = read(unpacked)
		}
		if err != nil && err != tooLong {
			return nil, unusable(say("the answer is compressed in a way that was not asked for"))
		}
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
	if err := d.Decode(&answer); err != nil || !isBlank(text[d.InputOffset():]) {
		return "", say("the answer is cut off or not valid XML")
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
