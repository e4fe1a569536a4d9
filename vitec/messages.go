package vitec

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/encoding/charmap"
)

const (
	maxMessages      = 20
	maxMessageLength = 500            // in characters
	maxRetryAfter    = 24 * time.Hour // a longer wait is cut to this
)

// statusError reads an answer that is not 2xx. Its status is known whatever
// becomes of its body, so nothing here is an error.
func statusError(resp *http.Response, l Credentials) *StatusError {
	e := &StatusError{Status: resp.StatusCode}
	if u, err := resp.Location(); err == nil && resp.StatusCode < 400 {
		e.Location = oneLine(l.hide(u.Host), maxMessageLength)
	}
	e.RetryAfter, e.HasRetryAfter = retryAfter(resp.Header, time.Now())
	body, _ := readBody(resp) // what is cut off or stalls has its words up to there
	e.Page, e.Messages = readWords(body, l.hide)
	e.Page = e.Page || strings.Contains(strings.ToLower(resp.Header.Get("Content-Type")), "text/html")
	return e
}

// readWords returns the server's words in the body of an error, without what hide
// takes out, and whether it is a page.
func readWords(body []byte, hide func(string) string) (page bool, words []string) {
	text, ok := decodeText(body)
	if !ok { // as old Swedish servers write
		decoded, _ := charmap.Windows1252.NewDecoder().Bytes(body)
		text = string(decoded)
	}
	for _, w := range serverWords(strings.TrimSpace(text)) {
		// Hidden before it is cut, lest a piece is left that is not recognised,
		// and once more for what only shows now that it is one line.
		w = hide(oneLine(hide(w), maxMessageLength))
		if w != "" && len(words) < maxMessages && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return looksLikeHTML(text), words
}

// retryAfter reads a Retry-After header: seconds, or an HTTP date, which is
// taken against the server's own Date so that nobody's clock matters. What lies
// in the past is 0, what is more than maxRetryAfter is cut to it, and what
// cannot be read does not count.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	s := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		// Out of range ParseInt returns the nearest that is in it.
		return time.Duration(min(max(seconds, 0), int64(maxRetryAfter/time.Second))) * time.Second, true
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), maxRetryAfter), true
}

// serverWords takes the server's words out of the body of an error: out of the
// members that ASP.NET and RFC 9457 use, a bare JSON string, the title of a page;
// else it is the text itself. What the body looks like is not documented.
func serverWords(text string) []string {
	if text == "" || strings.ContainsRune(text, 0) || text == "null" || text == "true" || text == "false" {
		return nil
	}
	if looksLikeHTML(text) {
		return pageWords(text)
	}
	var v any
	var node xmlNode
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	switch {
	case d.Decode(&v) == nil && !d.More():
	case text[0] == '<' && newXMLDecoder(text).Decode(&node) == nil:
		v = node.value()
	default:
		return []string{text}
	}
	words := flat("", v)
	if m, ok := v.(map[string]any); ok && len(m) > 0 && (!isProblem(m) || len(words) == 0) {
		return []string{text}
	}
	return words
}

// messageNames are the members that hold messages, in the order in which they are
// read; aboutNames say, beside them, what they are about.
var (
	messageNames = []string{
		"message", "title", "error", "errormessage", "msg", "messagedetail", "detail", "description", "error_description",
		"exceptionmessage", "innerexception", "innererror", "modelstate", "errors", "validationerrors",
	}
	aboutNames = []string{"field", "fieldname", "property", "propertyname", "member", "key", "name"}
)

func isProblem(m map[string]any) bool {
	for name := range m {
		if slices.Contains(messageNames, strings.ToLower(name)) {
			return true
		}
	}
	return false
}

// flat lists the texts of a JSON value, each with the name of what it is about.
func flat(about string, v any) (words []string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			words = append(words, flat(about, e)...)
		}
	case map[string]any:
		if !isProblem(v) {
			for _, name := range slices.Sorted(maps.Keys(v)) {
				words = append(words, flat(name, v[name])...)
			}
			return words
		}
		members := map[string]any{}
		for name, member := range v {
			members[strings.ToLower(name)] = member
		}
		for _, name := range aboutNames {
			if text, ok := members[name].(string); ok && about == "" {
				about = text
			}
		}
		for _, name := range messageNames {
			words = append(words, flat(about, members[name])...)
		}
	case string, json.Number:
		if text := strings.TrimSpace(fmt.Sprint(v)); text != "" && about != "" {
			words = []string{about + ": " + text}
		} else if text != "" {
			words = []string{text}
		}
	}
	return words
}

// An xmlNode is an element of an XML document.
type xmlNode struct {
	XMLName xml.Name
	Text    string    `xml:",chardata"`
	Nodes   []xmlNode `xml:",any"`
}

// value returns what JSON would have in the element's place.
func (n *xmlNode) value() any {
	if len(n.Nodes) == 0 {
		return n.Text
	}
	members := map[string]any{}
	var list []any
	for _, kid := range n.Nodes {
		name := kid.XMLName.Local
		if name == "string" {
			list = append(list, kid.value())
		} else if earlier, twice := members[name]; twice {
			members[name] = []any{earlier, kid.value()}
		} else {
			members[name] = kid.value()
		}
	}
	if len(list) > 0 {
		return list
	}
	return members
}

var (
	pageTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)(?:</title|$)`)
	pageTags  = regexp.MustCompile(`(?is)<(?:title|script|style|template|svg)\b.*?(?:</(?:title|script|style|template|svg)[^>]*>|$)|<!--.*?-->|<[^>]*>?`)
)

// pageWords are the title of a page and the beginning of its text.
func pageWords(text string) []string {
	const enough = 200 // characters
	var title string
	if m := pageTitle.FindStringSubmatch(text); m != nil {
		title = m[1]
	}
	body := pageTags.ReplaceAllString(text, " ")
	return []string{html.UnescapeString(title), oneLine(html.UnescapeString(body), enough)}
}

// oneLine makes one line of s: white space and control characters become single
// blanks, characters that only steer the display go, and what is longer than
// limit characters is cut.
func oneLine(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	line := []rune(strings.Join(strings.Fields(s), " "))
	if len(line) > limit {
		return strings.TrimRight(string(line[:limit-1]), " ") + "…"
	}
	return string(line)
}
