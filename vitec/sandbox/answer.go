package sandbox

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// answer is what the server says to a request: an id, a list, a web server's
// page or a fault, in this order.
type answer struct {
	status int
	header [2]string // a header of its own: name, value
	id     string
	list   any    // of a read, always in JSON
	html   string // a page of the web server in front
	fault  apiError
	commit int // Seq of the booking that was made, 0 for none
}

// apiError is an error in ASP.NET Web API's form.
type apiError struct {
	Message       string     `json:"message"`
	MessageDetail string     `json:"messageDetail,omitempty"`
	ModelState    modelState `json:"modelState,omitempty"`
}

// modelState is what is wrong with a body: texts by the member's .NET path.
type modelState map[string][]string

// encode returns the answer's body in a media type.
func (a *answer) encode(mediaType string) (contentType string, body []byte) {
	var v any = a.fault
	switch {
	case a.html != "":
		return "text/html; charset=utf-8", []byte(a.html)
	case a.list != nil:
		mediaType, v = mediaTypes[0], a.list
	case a.id != "":
		v = a.id
	}
	contentType = mediaType + "; charset=utf-8"
	if strings.HasSuffix(mediaType, "/xml") {
		return contentType, a.xml()
	}
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts, numbers and booleans always marshal
	}
	return contentType, body
}

func (a *answer) xml() []byte {
	var b bytes.Buffer
	element := func(start, text, end string) {
		if text != "" {
			b.WriteString("<" + start + ">")
			_ = xml.EscapeText(&b, []byte(text)) // a Buffer takes everything
			b.WriteString("</" + end + ">")
		}
	}
	if a.id != "" {
		element(`string xmlns="http://schemas.microsoft.com/2003/10/Serialization/"`, a.id, "string")
		return b.Bytes()
	}
	b.WriteString("<Error>")
	element("Message", a.fault.Message, "Message")
	element("MessageDetail", a.fault.MessageDetail, "MessageDetail")
	if len(a.fault.ModelState) > 0 {
		b.WriteString("<ModelState>")
		for _, key := range slices.Sorted(maps.Keys(a.fault.ModelState)) {
			element(key, strings.Join(a.fault.ModelState[key], " "), key)
		}
		b.WriteString("</ModelState>")
	}
	b.WriteString("</Error>")
	return b.Bytes()
}

// refused is an error in one sentence.
func refused(status int, message string) *answer {
	return &answer{status: status, fault: apiError{Message: message}}
}

// invalidState is the 400 of Web API's model validation.
func invalidState(m modelState) *answer {
	return &answer{status: http.StatusBadRequest, fault: apiError{Message: "Begäran är ogiltig.", ModelState: m}}
}

func invalid(key, message string) *answer { return invalidState(modelState{key: {message}}) }

func unauthorised() *answer {
	a := refused(http.StatusUnauthorized, "Auktorisering har nekats för den här begäran.")
	a.header = [2]string{"WWW-Authenticate", `Basic realm="Vitec Connect"`}
	return a
}

func forbidden() *answer { return refused(http.StatusForbidden, "Åtkomst till begärda data saknas.") }

// withStatus is what the API, or what stands in front of it, says with a status.
func withStatus(status int) *answer {
	switch {
	case status == http.StatusUnauthorized:
		return unauthorised()
	case status == http.StatusForbidden:
		return forbidden()
	case status == http.StatusInternalServerError:
		return refused(status, "Ett fel har inträffat.")
	case status/100 == 4:
		return refused(status, "Begäran avvisades.")
	}
	return webServerPage(status)
}

// webServerPage is the HTML page of a web server, a cache or a gateway.
func webServerPage(status int) *answer {
	title := strconv.Itoa(status)
	switch text := http.StatusText(status); {
	case status == http.StatusOK:
		title = "Underhåll: vi är snart tillbaka"
	case text != "":
		title += " - " + text
	}
	return &answer{status: status, html: fmt.Sprintf("<!DOCTYPE html>\r\n<html><head><title>%[1]s</title></head><body><h1>%[1]s</h1></body></html>\r\n", title)}
}

// mediaTypes are those that the API reads and writes.
var mediaTypes = []string{"application/json", "text/json", "application/xml", "text/xml"}

// requestType returns the media type and the charset of a body, and whether
// the API reads it.
func requestType(contentType string) (mediaType, charset string, known bool) {
	mediaType, params, err := mime.ParseMediaType(contentType)
	return mediaType, params["charset"], err == nil && slices.Contains(mediaTypes, mediaType)
}

// answerType is what the request wants to be answered in: the first media type
// in Accept that the API writes, else the type of the request, else JSON.
func (x *exchange) answerType() string {
	accepted := strings.Split(strings.Join(x.r.Header.Values("Accept"), ","), ",")
	for _, t := range append(accepted, x.r.Header.Get("Content-Type")) {
		if t, _, known := requestType(t); known {
			return t
		}
	}
	return mediaTypes[0]
}
