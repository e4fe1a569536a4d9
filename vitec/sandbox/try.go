package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"vitec-import/vitec"
)

// handTimeout is how long a request by hand waits for its answer, as long as a
// client would by default.
const handTimeout = 30 * time.Second

// maxHandAnswer is how much of an answer the form reads, headers and all.
const maxHandAnswer = 256 << 10

// form is the form that sends one request, as it is to be shown. There is no
// password in it: that is typed each time.
type form struct {
	Methods  []string
	Method   string
	Target   vitec.Target
	Username string
	Format   string // "json" or "xml"
	Sample   string // which sample the body is, "" for none
	Body     string
}

// The samples that the form fills in.
const (
	sampleSpecification = "specification"
	samplePerson        = "person"
)

var handMethods = []string{http.MethodPost, http.MethodGet, http.MethodPut, http.MethodDelete}

// newForm is the form as it is first seen: the specification's sample, and the
// first time slot there is, or one that suits the sample.
func newForm(s *Server) form {
	f := form{Methods: handMethods, Method: http.MethodPost, Username: "user", Format: vitec.JSON.String(), Sample: sampleSpecification}
	f.Target = vitec.Target{CustomerId: "sample string 2", ViewingId: "VIS1", TimeSlotId: "TS1"}
	if t, ok := s.config.firstSlot(); ok {
		f.Target = t
	}
	if len(s.config.Logins) > 0 {
		f.Username = s.config.Logins[0].Username
	}
	f.fill()
	return f
}

// fill writes the sample into the body.
func (f *form) fill() {
	body := specificationSample()
	if f.Sample == samplePerson {
		body = personSample(f.Target.CustomerId)
	}
	format, err := vitec.ParseFormat(f.Format)
	if err != nil {
		format = vitec.JSON
	}
	f.Body = encodeSample(format, body)
}

// fillForm completes the page with the form.
func (v *overviewView) fillForm(s *Server, f form) {
	v.Form = f
	v.LoginNote = v.Text("try.login.any")
	if len(s.config.Logins) > 0 {
		v.LoginNote = v.Text("try.login.some")
	}
	add := func(list *[]string, id string) {
		if len(*list) < shownSlots && !slices.Contains(*list, id) {
			*list = append(*list, id)
		}
	}
	for _, viewing := range v.Viewings {
		add(&v.Known.Customers, viewing.Customer)
		add(&v.Known.Viewings, viewing.Viewing)
		for _, slot := range viewing.Slots {
			add(&v.Known.Slots, slot.Slot)
		}
	}
}

// try does what the form's button says: it fills a sample in, or sends the request.
func (s *Server) try(w http.ResponseWriter, r *http.Request) {
	get := r.PostFormValue
	f := form{
		Methods: handMethods, Method: get("method"), Username: get("username"), Format: get("format"), Body: get("body"),
		Target: vitec.Target{CustomerId: get("customerId"), ViewingId: get("viewingId"), TimeSlotId: get("timeSlotId")},
	}
	if !slices.Contains(handMethods, f.Method) {
		f.Method = http.MethodPost
	}
	if f.Format != vitec.XML.String() {
		f.Format = vitec.JSON.String()
	}
	// A browser sends each line's end as two characters.
	f.Body = strings.ReplaceAll(f.Body, "\r\n", "\n")

	var got *handAnswer
	switch sample := get("do"); sample {
	case sampleSpecification, samplePerson:
		f.Sample = sample
		if sample == sampleSpecification && len(s.config.Viewings) == 0 {
			f.Target.CustomerId = newForm(s).Target.CustomerId
		}
		f.fill()
	default:
		got = s.byHand(r.Context(), f, get("password"))
	}
	v := s.look(r) // afterwards, so that the request is on the page
	v.fillForm(s, f)
	if got != nil {
		v.Result = v.result(s, got)
	}
	render(w, http.StatusOK, v.texts, "overview", v)
}

// callPath is the path of the call, with the ids escaped.
func callPath(t vitec.Target) string {
	return "/Viewing/" + url.PathEscape(t.CustomerId) + "/" + url.PathEscape(t.ViewingId) + "/" + url.PathEscape(t.TimeSlotId) + "/Participant"
}

// handAnswer is what came back for a request by hand.
type handAnswer struct {
	sent   string // the head of the request, without the password
	number int    // of the Request, 0 if it did not get there
	took   time.Duration
	resp   *http.Response // nil if no answer could be read
	raw    []byte         // all that came
	body   []byte
	cut    bool // the answer did not come in full
	large  bool // only its beginning was read
	late   bool // the time was up
}

// byHand sends one request, over a connection that does not leave the process
// but is one in all else: what strikes the requests of others strikes this one.
func (s *Server) byHand(ctx context.Context, f form, password string) *handAnswer {
	media := "application/" + f.Format
	t := f.Target
	u := &url.URL{
		Scheme: "http", Host: "sandbox",
		Path:    "/Viewing/" + t.CustomerId + "/" + t.ViewingId + "/" + t.TimeSlotId + "/Participant",
		RawPath: callPath(t),
	}
	req := &http.Request{Method: f.Method, URL: u, Host: u.Host, Header: http.Header{"Accept": {media}, "User-Agent": {"sandbox form"}}, Close: true}
	if f.Method != http.MethodGet {
		req.Header.Set("Content-Type", media+"; charset=utf-8")
		req.ContentLength = int64(len(f.Body))
		req.Body = io.NopCloser(strings.NewReader(f.Body))
	}
	a := &handAnswer{sent: fmt.Sprintf("%s %s HTTP/1.1\n", f.Method, u.RequestURI())}
	for _, name := range []string{"Accept", "Content-Type"} {
		if value := req.Header.Get(name); value != "" {
			a.sent += name + ": " + value + "\n"
		}
	}
	if f.Username != "" {
		req.SetBasicAuth(f.Username, password)
		a.sent += "Authorization: Basic ••••••"
	}

	near, far := net.Pipe()
	line, done := new(carried), make(chan struct{})
	srv := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(done)
			s.handlers.RLock()
			defer s.handlers.RUnlock()
			if s.closing.Err() != nil {
				panic(http.ErrAbortHandler)
			}
			s.api(w, r)
		}),
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context { return context.WithValue(ctx, carried{}, line) },
	}
	listener := newPipeListener(far)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = srv.Serve(listener) // ends with ErrServerClosed
	}()
	hangUp := func() { near.Close() }
	defer func() {
		hangUp()
		srv.Close()
		<-served
	}()
	defer context.AfterFunc(ctx, hangUp)()
	defer context.AfterFunc(s.closing, hangUp)()

	start := time.Now()
	_ = near.SetDeadline(start.Add(handTimeout)) // a pipe has deadlines
	go func() { _ = req.Write(near) }()          // whether it arrived in full, the answer tells
	a.read(near, req)
	a.took = time.Since(start)
	hangUp()
	select { // what became of the request is remembered when its handler ends, a moment later
	case <-done:
	case <-time.After(time.Second): // or much later: a fault keeps it
	case <-s.closing.Done():
	}
	a.number = int(line.last.Load())
	return a
}

// read reads the answer, whatever it is.
func (a *handAnswer) read(conn io.Reader, req *http.Request) {
	var raw bytes.Buffer
	limited := &io.LimitedReader{R: conn, N: maxHandAnswer}
	resp, err := http.ReadResponse(bufio.NewReader(io.TeeReader(limited, &raw)), req)
	if err == nil {
		a.resp = resp
		a.body, err = io.ReadAll(resp.Body)
	}
	a.raw = raw.Bytes()
	a.large = limited.N == 0
	a.cut = err != nil && !a.large
	var timeout net.Error
	a.late = errors.As(err, &timeout) && timeout.Timeout()
}

// pipeListener is a listener at which one connection arrives.
type pipeListener struct {
	conn   chan net.Conn
	closed chan struct{}
	addr   net.Addr
}

func newPipeListener(c net.Conn) *pipeListener {
	l := &pipeListener{conn: make(chan net.Conn, 1), closed: make(chan struct{}), addr: c.LocalAddr()}
	l.conn <- c
	return l
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error { close(l.closed); return nil }

func (l *pipeListener) Addr() net.Addr { return l.addr }

// result is the answer to a request by hand as the page shows it.
type result struct {
	Class, Status, Summary, Detail string
	Booking                        int
	Headers                        []fact
	Body                           textView
	Sent                           string
}

func (v *visit) result(s *Server, a *handAnswer) *result {
	res := &result{Sent: a.sent}
	s.seen.Lock()
	var req Request
	if r := s.seen.at(a.number); r != nil {
		req = *r
	}
	s.seen.Unlock()

	took := v.Text("answer.took", v.duration(a.took))
	switch {
	case a.resp != nil:
		res.Class, res.Status = statusClass(a.resp.StatusCode, true), a.resp.Status
		if res.Status == "" {
			res.Status = fmt.Sprint(a.resp.StatusCode)
		}
		for _, name := range slices.Sorted(maps.Keys(a.resp.Header)) {
			for _, value := range a.resp.Header[name] {
				res.Headers = append(res.Headers, fact{Name: name, Value: value})
			}
		}
		res.Body = v.textOf(a.body[:min(len(a.body), maxTranscript)], len(a.body))
	default:
		res.Class, res.Status = "lost", v.Text("answer.none.short")
		res.Body = v.textOf(a.raw[:min(len(a.raw), maxTranscript)], len(a.raw))
	}
	switch {
	case req.Commit != 0:
		res.Booking = req.Commit
		res.Summary = v.Text("answer.booked", number(req.Commit))
	default:
		res.Summary = v.Text("answer.notbooked")
	}
	res.Summary += " " + took
	var detail []string
	switch {
	case a.late:
		detail = append(detail, v.Text("answer.late", v.duration(handTimeout)))
	case a.large:
		detail = append(detail, v.Text("answer.large", number(maxHandAnswer/1024)))
	case a.resp == nil && len(a.raw) == 0:
		detail = append(detail, v.Text("answer.closed"))
	case a.resp == nil:
		detail = append(detail, v.Text("answer.unreadable"))
	case a.cut:
		detail = append(detail, v.Text("answer.cut"))
	}
	if f := strings.TrimSpace(strings.Join(append(slices.Clone(req.Delayed), req.Fault), " ")); f != "" {
		detail = append(detail, v.Text("answer.fault", f))
	}
	res.Detail = strings.Join(detail, " ")
	return res
}

// specificationSample is the sample of the vendor's help page.
func specificationSample() *vitec.AddNewViewingParticipant {
	yes, reminder, score, longitud, latitud := true, 2, 1, 1.1, 2.1
	at := time.Date(2024, 11, 21, 9, 52, 41, 80779500, time.FixedZone("", 3600))
	n := func(i int) string { return fmt.Sprint("sample string ", i) }
	return &vitec.AddNewViewingParticipant{
		UpdatePerson: vitec.UpdatePerson{
			ContactId: n(1), CustomerId: n(2), CategoryIds: []string{n(1), n(2)},
			Address: vitec.Address{StreetAddress: n(1), ZipCode: n(2), City: n(3), CountryCode: n(4)},
			Email:   vitec.Email{EmailAddress: n(1), EmailAddress2: n(2)},
			UserId:  n(3), OtherPhone: n(4), WishAdvertising: &yes, Note: n(5),
			Coordinate:  vitec.Coordinate{Longitud: &longitud, Latitud: &latitud},
			Task:        vitec.Task{PredefinedTaskId: n(1), Note: n(2), EstateId: n(3), AssignedTo: n(4)},
			CustomField: vitec.CustomField{Name: n(1), Value: n(2)},
			FirstName:   n(6), LastName: n(7), SocialSecurityNumber: n(8), IsForeignSocialSecurityNumber: &yes,
			TelePhone: n(9), WorkPhone: n(10), CellPhone: n(11),
			Approval: &yes, ApprovalDate: at, GDPRApprovalDate: at, ObtainThrough: "Interest", LeadScore: &score,
		},
		Participated: &yes, ReminderTime: &reminder, SMSReminder: &yes, MailConfirmation: &yes, SMSConfirmation: &yes, ReturnBookingId: &yes,
		ContactMessage: n(7), LeadSourceId: n(8),
		Options: vitec.ViewingParticipantBookingOptions{IsDeadlineValidationEnabled: &yes, EnableBookingLimitValidation: &yes},
	}
}

// personSample is somebody who does not exist, with a number for fiction, on
// whom everything is right.
func personSample(customer string) *vitec.AddNewViewingParticipant {
	yes, no := true, false
	return &vitec.AddNewViewingParticipant{
		UpdatePerson: vitec.UpdatePerson{
			CustomerId: customer, FirstName: "Astrid", LastName: "Lindqvist",
			Email: vitec.Email{EmailAddress: "astrid.lindqvist@example.com"}, CellPhone: "070-174 06 05",
		},
		Participated: &no, ReturnBookingId: &yes,
		Options: vitec.ViewingParticipantBookingOptions{IsDeadlineValidationEnabled: &yes, EnableBookingLimitValidation: &yes},
	}
}

// encodeSample writes a body for people to read.
func encodeSample(f vitec.Format, b *vitec.AddNewViewingParticipant) string {
	text, err := vitec.Encode(f, b)
	if err != nil {
		return err.Error() // a customerId from the form that XML cannot hold
	}
	return readable(text)
}

// indentXML puts the elements of a document on lines of their own, and changes
// nothing else. What is no XML it leaves as it is.
func indentXML(text string) string {
	d := xml.NewDecoder(strings.NewReader(text))
	var out strings.Builder
	depth, from, open := 0, int64(0), false
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			return text
		}
		to := d.InputOffset()
		piece := text[from:to]
		from = to
		line := func() {
			if out.Len() > 0 {
				out.WriteString("\n" + strings.Repeat("  ", depth))
			}
		}
		switch token.(type) {
		case xml.StartElement:
			line()
			depth++
			open = true
		case xml.EndElement:
			depth = max(depth-1, 0)
			if !open && piece != "" {
				line()
			}
			open = false
		case xml.CharData:
		default:
			line()
		}
		out.WriteString(piece)
	}
}
