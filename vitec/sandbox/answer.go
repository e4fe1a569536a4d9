package sandbox

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// answer is what the server has to say to a request.
type answer struct {
	status int
	header [2]string // a header of its own: name, value
	id     string    // of a 200
	html   string    // a page of the web server in front, instead of a message
	// A complaint, in ASP.NET's form.
	message string
	detail  string
	state   modelState
	commit  int // Seq of the booking that was made, 0 for none
}

// modelState is what is wrong with a body: members by their .NET path, in
// order, with the words for each.
type modelState []complaint

type complaint struct {
	key   string
	words []string
}

func (m modelState) add(key, words string) modelState {
	for i := range m {
		if m[i].key == key {
			m[i].words = append(m[i].words, words)
			return m
		}
	}
	return append(m, complaint{key, []string{words}})
}

// encode returns the answer's body as the type that was asked for.
func (a *answer) encode(mediaType string) (contentType string, body []byte) {
	switch {
	case a.html != "":
		return "text/html; charset=utf-8", []byte(a.html)
	case strings.HasSuffix(mediaType, "/xml"):
		body = a.appendXML(nil)
	default:
		body = a.appendJSON(nil)
	}
	return mediaType + "; charset=utf-8", body
}

func (a *answer) appendJSON(b []byte) []byte {
	if a.id != "" {
		return appendQuoted(b, a.id)
	}
	b = appendQuoted(append(b, `{"message":`...), a.message)
	if a.detail != "" {
		b = appendQuoted(append(b, `,"messageDetail":`...), a.detail)
	}
	if len(a.state) > 0 {
		b = append(b, `,"modelState":{`...)
		for i, c := range a.state {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendQuoted(b, c.key), ':', '[')
			for j, w := range c.words {
				if j > 0 {
					b = append(b, ',')
				}
				b = appendQuoted(b, w)
			}
			b = append(b, ']')
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendQuoted(b []byte, s string) []byte {
	q, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return append(b, q...)
}

func (a *answer) appendXML(b []byte) []byte {
	if a.id != "" {
		b = append(b, `<string xmlns="`+spaceStrings+`">`...)
		b = appendEscaped(b, a.id)
		return append(b, "</string>"...)
	}
	b = appendEscaped(append(b, "<Error><Message>"...), a.message)
	b = append(b, "</Message>"...)
	if a.detail != "" {
		b = appendEscaped(append(b, "<MessageDetail>"...), a.detail)
		b = append(b, "</MessageDetail>"...)
	}
	if len(a.state) > 0 {
		b = append(b, "<ModelState>"...)
		for _, c := range a.state {
			b = append(append(append(b, '<'), c.key...), '>')
			b = appendEscaped(b, strings.Join(c.words, " "))
			b = append(append(append(b, "</"...), c.key...), '>')
		}
		b = append(b, "</ModelState>"...)
	}
	return append(b, "</Error>"...)
}

func appendEscaped(b []byte, s string) []byte {
	var out strings.Builder
	if err := xml.EscapeText(&out, []byte(s)); err != nil {
		panic(err) // a Builder takes everything
	}
	return append(b, out.String()...)
}

// refused is a complaint in one sentence.
func refused(status int, message string) *answer {
	return &answer{status: status, message: message}
}

// invalid is the 400 of Web API's model validation.
func invalid(m modelState) *answer {
	return &answer{status: http.StatusBadRequest, message: "Begäran är ogiltig.", state: m}
}

// serverError is what a 5xx says: Web API's own message, or the page of what
// stands in front of it.
func serverError(status int) *answer {
	if status == http.StatusInternalServerError {
		return refused(status, "Ett fel har inträffat.")
	}
	text := strconv.Itoa(status)
	if t := http.StatusText(status); t != "" {
		text += " - " + t
	}
	return &answer{status: status, html: fmt.Sprintf(page, text, text)}
}

// page is what a web server in front of an application says.
const page = "<!DOCTYPE html>\r\n<html><head><title>%s</title></head><body><h1>%s</h1></body></html>\r\n"

// mediaTypes are those that the API reads and writes.
var mediaTypes = []string{"application/json", "text/json", "application/xml", "text/xml"}

// requestType returns the media type and the charset of a body, and whether
// the API reads it.
func requestType(contentType string) (mediaType, charset string, ok bool) {
	if contentType == "application/json" { // by far the most frequent
		return contentType, "", true
	}
	mediaType, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", "", false
	}
	for _, t := range mediaTypes {
		if t == mediaType {
			return t, params["charset"], true
		}
	}
	return mediaType, "", false
}

// answerType chooses what to answer in, as Web API does: what Accept names,
// the best quality first; else what the request came in; else JSON.
func answerType(accept []string, contentType string) string {
	best, quality, literal := "", 0.0, false
	for _, header := range accept {
		for part := range strings.SplitSeq(header, ",") {
			t, params, err := mime.ParseMediaType(part)
			if err != nil {
				continue
			}
			q := 1.0
			if s, ok := params["q"]; ok {
				if q, err = strconv.ParseFloat(s, 64); err != nil {
					continue
				}
			}
			match, exact := matchType(t)
			if match != "" && q > 0 && (q > quality || q == quality && exact && !literal) {
				best, quality, literal = match, q, exact
			}
		}
	}
	if best != "" {
		return best
	}
	if t, _, ok := requestType(contentType); ok {
		return t
	}
	return mediaTypes[0]
}

// matchType returns the first media type that a range takes in.
func matchType(r string) (mediaType string, exact bool) {
	for _, t := range mediaTypes {
		if t == r {
			return t, true
		}
	}
	for _, t := range mediaTypes {
		if family, _, _ := strings.Cut(t, "/"); r == "*/*" || r == family+"/*" {
			return t, false
		}
	}
	return "", false
}
