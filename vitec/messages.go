package vitec

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
)

const (
	maxMessages      = 20
	maxMessageLength = 500            // in characters
	maxRetryAfter    = 24 * time.Hour // a longer wait is cut to this

	// What is kept of an error's body while it is looked through.
	maxNodes    = 10_000
	maxDepth    = 32
	maxNodeText = 8 << 10 // bytes after which an element's text is not added to
)

// statusError reads an answer that is not 2xx. Its status is known whatever
// becomes of its body, so nothing here is an error.
func statusError(resp *http.Response, l *login) *StatusError {
	e := &StatusError{Status: resp.StatusCode, Location: locationHost(resp, l)}
	e.RetryAfter, e.HasRetryAfter = retryAfter(resp.Header, time.Now())
	if contentCoding(resp) == "" {
		// A body that is cut off or stalls has its messages up to there.
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
		e.Messages = parseMessages(body, l.hide)
	}
	return e
}

// locationHost returns the host to which a redirect points; a relative Location
// points to the host that answered.
func locationHost(resp *http.Response, l *login) string {
	u, err := resp.Location()
	if err != nil || resp.StatusCode > 399 {
		return ""
	}
	return oneLine(l.hide(u.Host), maxMessageLength)
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

// parseMessages takes the server's words out of the body of an error. What the
// body looks like is not documented, so it is read as whatever it looks like:
// JSON or XML with the members that ASP.NET and RFC 9457 use, in any case; a
// bare JSON string; an HTML page; or plain text. What hide takes out of a text
// does not show.
func parseMessages(body []byte, hide func(string) string) []string {
	text, ok := decodeText(body)
	if !ok {
		text = latin1(body)
	}
	c := collector{hide: hide}
	switch text = strings.TrimSpace(text); {
	case text == "" || strings.ContainsRune(text, 0):
		// Nothing, or nothing that was meant to be read.
	case strings.ContainsRune(`{["`, rune(text[0])):
		root, whole := parseJSONTree(text)
		c.document(root, whole, text)
	case looksLikeHTML(text):
		c.page(text)
	case text[0] == '<':
		root, whole := parseXMLTree(text)
		c.document(root, whole, text)
	case text == "null" || text == "true" || text == "false":
		// A value, but no word.
	default:
		c.add("", text)
	}
	return c.messages
}

// latin1 decodes text that is not UTF-8 the way old Swedish servers mean it.
func latin1(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}

// oneLine makes one line of s: white space and control characters become single
// blanks, characters that only steer the display go, and what is longer than
// limit characters is cut.
func oneLine(s string, limit int) string {
	var b strings.Builder
	n, cut, blank := 0, 0, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			blank = n > 0
			continue
		case unicode.Is(unicode.Cf, r):
			continue
		}
		if n < limit {
			cut = b.Len()
		}
		if blank {
			b.WriteByte(' ')
			n++
			blank = false
		}
		if n >= limit {
			return b.String()[:cut] + "…"
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// A node is a value of a JSON or XML document, in the document's order: a text,
// or the members of an object, the entries of a list (which have no name), the
// children of an element.
type node struct {
	name string
	text string
	kids []*node
}

// treeBuilder keeps a hostile document from growing a large tree.
type treeBuilder struct{ nodes int }

var errTooLarge = errors.New("too many values or too deep")

func (t *treeBuilder) child(parent *node, name string, depth int) (*node, error) {
	if t.nodes++; t.nodes > maxNodes || depth > maxDepth {
		return nil, errTooLarge
	}
	n := &node{name: name}
	parent.kids = append(parent.kids, n)
	return n, nil
}

// parseJSONTree returns as much of the document as can be read, and whether
// that was all of it.
func parseJSONTree(text string) (*node, bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var t treeBuilder
	root := new(node)
	err := t.json(d, root, 0)
	return root, err == nil
}

func (t *treeBuilder) json(d *json.Decoder, n *node, depth int) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case string:
		n.text = v
	case json.Number:
		n.text = v.String()
	case json.Delim:
		for d.More() {
			name := ""
			if v == '{' {
				key, err := d.Token()
				if err != nil {
					return err
				}
				name, _ = key.(string)
			}
			kid, err := t.child(n, name, depth+1)
			if err != nil {
				return err
			}
			if err := t.json(d, kid, depth+1); err != nil {
				return err
			}
		}
		_, err = d.Token() // the end of the object or list
	}
	return err
}

// parseXMLTree is parseJSONTree for XML.
func parseXMLTree(text string) (*node, bool) {
	d := newXMLDecoder(text)
	d.Strict = false
	var t treeBuilder
	open := []*node{new(node)}
	for {
		token, err := d.Token()
		if err != nil {
			document := open[0]
			if len(document.kids) > 0 {
				document = document.kids[0]
				document.name = ""
			}
			return document, err == io.EOF
		}
		top := open[len(open)-1]
		switch v := token.(type) {
		case xml.StartElement:
			kid, err := t.child(top, v.Name.Local, len(open))
			if err != nil {
				return open[0], false
			}
			open = append(open, kid)
		case xml.EndElement:
			if len(open) > 1 {
				open = open[:len(open)-1]
			}
		case xml.CharData:
			if len(open) > 1 && len(top.text) < maxNodeText {
				top.text += string(v)
			}
		}
	}
}

// A collector gathers messages.
type collector struct {
	messages []string
	hide     func(string) string
}

func (c *collector) full() bool { return len(c.messages) >= maxMessages }

// add adds a message, with the name of what it is about if there is one.
func (c *collector) add(about, text string) {
	if c.full() {
		return
	}
	if text = c.clean(text); text == "" {
		return
	}
	if about = c.clean(about); about != "" {
		text = oneLine(about+": "+text, maxMessageLength)
	}
	if !slices.Contains(c.messages, text) {
		c.messages = append(c.messages, text)
	}
}

// clean hides before it cuts, lest a piece is left that is not recognised, and
// once more for what only showed when it was one line.
func (c *collector) clean(s string) string {
	return c.hide(oneLine(c.hide(s), maxMessageLength))
}

// The members that are looked for, by their names in lower case without
// anything but letters and digits.
var (
	// generalNames come first, then detailNames, whatever order they stand in.
	generalNames = []string{"message", "title", "error", "errormessage", "errortext", "faultstring", "msg", "meddelande", "felmeddelande"}
	detailNames  = []string{"messagedetail", "detail", "details", "exceptionmessage", "errordescription", "description", "reason"}
	// nestedNames hold further messages: lists, or objects whose names say what
	// the messages are about.
	nestedNames = []string{"modelstate", "errors", "validationerrors", "innerexception", "innererror"}
	// aboutNames say, in an entry of such a list, what it is about.
	aboutNames = []string{"field", "fieldname", "property", "propertyname", "member", "membernames", "key", "name", "parameter", "path", "pointer", "source"}
	// plainNames name an entry of a list and say nothing about it.
	plainNames = []string{"", "string", "item", "text", "value", "anytype", "validationerror", "modelerror"}
	// deafNames are for machines.
	deafNames = []string{"stacktrace", "exceptiontype", "type", "status", "statuscode", "traceid", "requestid", "correlationid", "instance", "timestamp"}
)

func isOneOf(name string, names ...[]string) bool {
	key := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
	for _, list := range names {
		if slices.Contains(list, key) {
			return true
		}
	}
	return false
}

// document gathers the messages of a JSON or XML document. If it has none
// because it could not be read to its end, it is plain text after all.
func (c *collector) document(root *node, whole bool, text string) {
	c.nested(root, "")
	if len(c.messages) == 0 {
		c.leaves(root, "")
	}
	if len(c.messages) == 0 && !whole {
		c.add("", text)
	}
}

// nested gathers what is in a list, or in an object that is a map from names to
// messages; about is what they are about.
func (c *collector) nested(n *node, about string) {
	if c.full() {
		return
	}
	if len(n.kids) == 0 {
		c.add(about, n.text)
		return
	}
	if c.object(n, about) {
		return
	}
	for _, kid := range n.kids {
		if isOneOf(kid.name, deafNames) {
			continue
		}
		name := about
		if !isOneOf(kid.name, plainNames, generalNames, nestedNames) {
			name = kid.name
		}
		c.nested(kid, name)
	}
}

// object gathers what is in an object that has members by the known names; it
// reports false if it has none.
func (c *collector) object(n *node, about string) bool {
	known := false
	for _, kid := range n.kids {
		known = known || isOneOf(kid.name, generalNames, detailNames, nestedNames)
	}
	if !known {
		return false
	}
	for _, kid := range n.kids {
		if !isOneOf(kid.name, aboutNames) {
			continue
		}
		if name := firstText(kid); name != "" {
			about = name
			break
		}
	}
	for _, names := range [][]string{generalNames, detailNames} {
		for _, kid := range n.kids {
			if len(kid.kids) == 0 && isOneOf(kid.name, names) {
				c.add(about, kid.text)
			}
		}
	}
	for _, kid := range n.kids {
		if len(kid.kids) > 0 && isOneOf(kid.name, generalNames, detailNames, nestedNames) ||
			len(kid.kids) == 0 && isOneOf(kid.name, nestedNames) {
			c.nested(kid, about)
		}
	}
	return true
}

// leaves gathers every text, for a document without any known name.
func (c *collector) leaves(n *node, about string) {
	if len(n.kids) == 0 {
		c.add(about, n.text)
	}
	for _, kid := range n.kids {
		if name := kid.name; name == "" {
			c.leaves(kid, about)
		} else if !isOneOf(name, deafNames) {
			c.leaves(kid, name)
		}
	}
}

func firstText(n *node) string {
	for len(n.kids) > 0 {
		n = n.kids[0]
	}
	return n.text
}

// maxPageText is how much of a page's visible text is kept, in characters.
const maxPageText = 200

// page gathers the title and the beginning of the visible text of a page.
func (c *collector) page(text string) {
	var title, body strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	hidden, inTitle := "", false
	for body.Len() < maxPageText*4 { // bytes: at most four a character
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		tag, _ := z.TagName()
		switch name := string(tag); {
		case kind == html.TextToken && inTitle:
			title.Write(z.Text())
		case kind == html.TextToken && hidden == "":
			body.Write(z.Text())
		case name == "title":
			inTitle = kind == html.StartTagToken
		case kind == html.StartTagToken && hidden == "" && (name == "script" || name == "style" || name == "template" || name == "svg"):
			hidden = name
		case kind == html.EndTagToken && name == hidden:
			hidden = ""
		case kind != html.TextToken:
			body.WriteByte(' ')
		}
	}
	c.add("", title.String())
	c.add("", oneLine(body.String(), maxPageText))
}
