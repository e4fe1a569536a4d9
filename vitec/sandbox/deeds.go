package sandbox

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// deed is what a fault does.
type deed struct {
	FaultInfo
	parse func(*rule, string) error // reads the value, where there is one

	// Exactly one of the next four says how it comes about.
	delays    bool // holds the request back, before or after it is processed
	inRequest bool // ends the connection while the body is being read
	sameId    bool // has the booking made with the last booking's id
	// play answers instead. a is the true answer, nil if nothing was processed.
	play func(x *exchange, b *blow, a *answer)
}

// statusName stands for every status in the table.
const statusName = "STATUS"

// deeds are all faults, in the order in which people are told of them.
var deeds = []deed{
	{FaultInfo: FaultInfo{Name: "latency", Argument: "DURATION[..DURATION]", Commits: CommitsChoice, Doc: "holds the request back for that long, then processes it; with -after-commit, holds the answer back"},
		parse: parseLatency, delays: true},
	{FaultInfo: FaultInfo{Name: statusName, Argument: "[TEXT]", Commits: CommitsChoice, Doc: "answers with that status, 200 to 999; TEXT is the Location of a 3xx, otherwise Retry-After: seconds, or date+DURATION for a date so far ahead, or any text"},
		parse: parseHeader, play: playStatus},
	{FaultInfo: FaultInfo{Name: "rate-limit", Argument: "RATE[,BURST]", Commits: CommitsNever, Doc: "answers 429 with Retry-After to what is over RATE requests a second; BURST may come at once, a second's worth if it is left out"},
		parse: parseRate, play: playRateLimit},
	{FaultInfo: FaultInfo{Name: "rate-limit-silent", Argument: "RATE[,BURST]", Commits: CommitsNever, Doc: "the same, without Retry-After"},
		parse: parseRate, play: playRateLimit},
	{FaultInfo: FaultInfo{Name: "reset", Commits: CommitsChoice, Doc: "resets the connection without an answer"},
		play: func(x *exchange, _ *blow, _ *answer) { x.cutOff(nil, true) }},
	{FaultInfo: FaultInfo{Name: "reset-in-request", Commits: CommitsNever, Doc: "resets the connection in the middle of the request's body"},
		inRequest: true},
	{FaultInfo: FaultInfo{Name: "reset-in-answer", Commits: CommitsAlways, Doc: "resets the connection in the middle of the answer"},
		play: func(x *exchange, _ *blow, a *answer) { x.cutOff(half(x.raw(a, true)), true) }},
	{FaultInfo: FaultInfo{Name: "close", Commits: CommitsChoice, Doc: "closes the connection without an answer"},
		play: func(x *exchange, _ *blow, _ *answer) { x.cutOff(nil, false) }},
	{FaultInfo: FaultInfo{Name: "close-after-answer", Commits: CommitsAlways, Doc: "closes the connection behind a whole answer that has not announced it"},
		play: func(x *exchange, _ *blow, a *answer) { x.cutOff(x.raw(a, true), false) }},
	{FaultInfo: FaultInfo{Name: "cut", Commits: CommitsAlways, Doc: "closes the connection in the middle of the answer's body"},
		play: func(x *exchange, _ *blow, a *answer) { x.cutOff(half(x.raw(a, true)), false) }},
	{FaultInfo: FaultInfo{Name: "cut-unframed", Commits: CommitsAlways, Doc: "the same, of an answer that has not told its length"},
		play: func(x *exchange, _ *blow, a *answer) { x.cutOff(half(x.raw(a, false)), false) }},
	{FaultInfo: FaultInfo{Name: "stall", Commits: CommitsChoice, Doc: "never answers; the connection stays open until the client leaves"},
		play: func(x *exchange, _ *blow, _ *answer) { x.wait(-1); panic(http.ErrAbortHandler) }},
	{FaultInfo: FaultInfo{Name: "drip", Argument: "DURATION", Commits: CommitsAlways, Doc: "answers a byte at a time, so far apart"},
		parse: parseLatency, play: playDrip},
	{FaultInfo: FaultInfo{Name: "html", Commits: CommitsChoice, Doc: "answers 200 with an HTML page"},
		play: text("text/html; charset=utf-8", fmt.Sprintf(page, "Underhåll", "Vi är snart tillbaka"))},
	{FaultInfo: FaultInfo{Name: "empty", Commits: CommitsChoice, Doc: "answers 200 with nothing"},
		play: text("", "")},
	{FaultInfo: FaultInfo{Name: "null", Commits: CommitsChoice, Doc: "answers 200 with null"},
		play: text("application/json; charset=utf-8", "null")},
	{FaultInfo: FaultInfo{Name: "number", Commits: CommitsChoice, Doc: "answers 200 with a number"},
		play: text("application/json; charset=utf-8", "4711")},
	{FaultInfo: FaultInfo{Name: "wrong-xml", Commits: CommitsChoice, Doc: "answers 200 with an XML element that is not the one"},
		play: text("application/xml; charset=utf-8", `<int xmlns="`+spaceStrings+`">4711</int>`)},
	{FaultInfo: FaultInfo{Name: "answer", Argument: "TEXT", Commits: CommitsChoice, Doc: "answers 200 with that text for a body"},
		play: func(x *exchange, b *blow, _ *answer) {
			x.send(http.StatusOK, x.answerType()+"; charset=utf-8", []byte(b.Value))
		}},
	{FaultInfo: FaultInfo{Name: "bom", Commits: CommitsAlways, Doc: "puts a byte order mark before the answer"},
		play: func(x *exchange, _ *blow, a *answer) {
			contentType, b := a.encode(x.answerType())
			x.send(a.status, contentType, append([]byte("\ufeff"), b...))
		}},
	{FaultInfo: FaultInfo{Name: "same-id", Commits: CommitsAlways, Doc: "books under the booking id of the last booking"},
		sameId: true},
	{FaultInfo: FaultInfo{Name: "garbage", Commits: CommitsChoice, Doc: "answers with a status line that is none"},
		play: raw("HTTP/1.1 two hundred OK\r\nContent-Type: application/json\r\n\r\n\"VID\"")},
	{FaultInfo: FaultInfo{Name: "goaway", Commits: CommitsChoice, Doc: "answers with the frames by which HTTP/2 says that it goes away"},
		play: raw("\x00\x00\x00\x04\x00\x00\x00\x00\x00" + "\x00\x00\x08\x07\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x07")},
	{FaultInfo: FaultInfo{Name: "endless-headers", Commits: CommitsChoice, Doc: "answers with headers that never end"},
		play: playEndlessHeaders},
	{FaultInfo: FaultInfo{Name: "endless-body", Commits: CommitsChoice, Doc: "answers with a body that never ends"},
		play: playEndlessBody},
	{FaultInfo: FaultInfo{Name: "gzip-bomb", Commits: CommitsChoice, Doc: "answers with 1 MB of gzip that is 1 GiB unpacked, asked for or not"},
		play: playGzipBomb},
}

func findDeed(name string) *deed {
	for i := range deeds {
		if deeds[i].Name == name && name != statusName {
			return &deeds[i]
		}
	}
	if status, err := strconv.Atoi(name); err == nil && len(name) == 3 && status >= 200 {
		for i := range deeds {
			if deeds[i].Name == statusName {
				return &deeds[i]
			}
		}
	}
	return nil
}

func parseLatency(r *rule, value string) (err error) {
	from, to, span := strings.Cut(value, "..")
	if r.shortest, err = time.ParseDuration(from); err != nil || r.shortest < 0 {
		return wrong("%q is not a duration; want 200ms, 1.5s or 2m", from)
	}
	r.longest = r.shortest
	if span {
		if r.longest, err = time.ParseDuration(to); err != nil || r.longest < r.shortest {
			return wrong("%q is not a duration from %s up", to, from)
		}
	}
	return nil
}

func parseRate(r *rule, value string) error {
	number, burst, given := strings.Cut(value, ",")
	limit, err := strconv.ParseFloat(number, 64)
	if err != nil || !(limit > 0 && limit <= 1e9) {
		return wrong("%q is not a number of requests a second", number)
	}
	n := int(math.Ceil(limit))
	if given {
		if n, err = parseCount(burst); err != nil {
			return err
		}
	}
	r.limiter = rate.NewLimiter(rate.Limit(limit), n)
	return nil
}

func parseHeader(r *rule, value string) error {
	if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' }) {
		return wrong("%q cannot stand in a header", value)
	}
	if r.Name[0] == '3' {
		if _, err := url.Parse(value); err != nil {
			return wrong("%q is not an address", value)
		}
		return nil
	}
	if ahead, ok := strings.CutPrefix(value, "date+"); ok {
		d, err := time.ParseDuration(ahead)
		if err != nil {
			return wrong("%q is not a duration", ahead)
		}
		r.shortest = d
	}
	return nil
}

func playStatus(x *exchange, b *blow, _ *answer) {
	status, _ := strconv.Atoi(b.Name) // compile has read it
	h := x.w.Header()
	switch {
	case b.Value == "":
	case status/100 == 3:
		h.Set("Location", b.Value)
	case strings.HasPrefix(b.Value, "date+"):
		h.Set("Retry-After", time.Now().Add(b.shortest).UTC().Format(http.TimeFormat))
	default:
		h.Set("Retry-After", b.Value)
	}
	var a *answer
	switch {
	case status == http.StatusNoContent || status == http.StatusNotModified:
		x.send(status, "", nil)
		return
	case status == http.StatusUnauthorized:
		a = unauthorised()
	case status == http.StatusForbidden:
		a = forbidden()
	case status >= 500:
		a = serverError(status)
	case status/100 == 4:
		a = refused(status, "Begäran avvisades.")
	default:
		a = &answer{status: status, html: fmt.Sprintf(page, b.Name, b.Name)}
	}
	x.answer(a)
}

func playRateLimit(x *exchange, b *blow, _ *answer) {
	if b.Name == "rate-limit" {
		x.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(b.wait.Seconds()))))
	}
	x.answer(refused(http.StatusTooManyRequests, "För många anrop."))
}

// playDrip sends the true answer's body a byte at a time.
func playDrip(x *exchange, b *blow, a *answer) {
	contentType, body := a.encode(x.answerType())
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	x.head(a.status, contentType)
	x.sent = body
	out := http.NewResponseController(x.w)
	for i := range body {
		if _, err := x.w.Write(body[i : i+1]); err != nil {
			return
		}
		if err := out.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		if !x.wait(b.delay()) {
			panic(http.ErrAbortHandler)
		}
	}
}

// text answers 200 with a fixed body.
func text(contentType, body string) func(*exchange, *blow, *answer) {
	return func(x *exchange, _ *blow, _ *answer) { x.send(http.StatusOK, contentType, []byte(body)) }
}

// raw writes bytes to the connection and closes it.
func raw(bytes string) func(*exchange, *blow, *answer) {
	return func(x *exchange, _ *blow, _ *answer) { x.cutOff([]byte(bytes), false) }
}

// half cuts an answer within its body.
func half(answer []byte) []byte {
	body := bytes.Index(answer, []byte("\r\n\r\n")) + 4
	return answer[:body+(len(answer)-body)/2]
}

func playEndlessHeaders(x *exchange, _ *blow, _ *answer) {
	conn, done := x.hijack()
	defer done()
	x.req.Status = http.StatusOK
	block := []byte("HTTP/1.1 200 OK\r\n")
	for {
		if _, err := conn.Write(block); err != nil {
			return
		}
		block = []byte("X-More: " + strings.Repeat("z", 1000) + "\r\n")
	}
}

func playEndlessBody(x *exchange, _ *blow, _ *answer) {
	x.head(http.StatusOK, x.answerType()+"; charset=utf-8")
	block := []byte(`"`)
	for x.present() {
		if _, err := x.w.Write(block); err != nil {
			break
		}
		block = bytes.Repeat([]byte("z"), 16<<10)
	}
	panic(http.ErrAbortHandler)
}

// bombMember is 1 MiB of spaces in gzip; members one after the other are one file.
var bombMember = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(bytes.Repeat([]byte(" "), 1<<20))
	if err := errors.Join(err, z.Close()); err != nil {
		panic(err) // a Buffer takes everything
	}
	return b.Bytes()
})

func playGzipBomb(x *exchange, _ *blow, _ *answer) {
	x.w.Header().Set("Content-Encoding", "gzip")
	x.head(http.StatusOK, x.answerType()+"; charset=utf-8")
	for range 1 << 10 {
		if _, err := x.w.Write(bombMember()); err != nil {
			return
		}
	}
}
