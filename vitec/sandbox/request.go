package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"vitec-import/vitec"
)

// maxBody is the largest body that is read, ASP.NET's own limit.
const maxBody = 4 << 20

// exchange is one request to the API and what becomes of it.
type exchange struct {
	s   *Server
	w   http.ResponseWriter
	r   *http.Request
	req Request // what will be remembered
}

// api answers as the API does.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	x := &exchange{s: s, w: w, r: r}
	x.begin()
	defer x.end()
	x.serve()
}

// begin numbers the request and remembers that it arrived.
func (x *exchange) begin() {
	x.req = Request{Method: x.r.Method, Path: x.r.URL.Path, Time: x.s.config.now()}
	x.req.Username, _, _ = x.r.BasicAuth()
	if strings.EqualFold(x.r.PathValue("viewing"), "Viewing") && strings.EqualFold(x.r.PathValue("participant"), "Participant") {
		x.req.Target = vitec.Target{
			CustomerId: x.r.PathValue("customerId"), ViewingId: x.r.PathValue("viewingId"), TimeSlotId: x.r.PathValue("timeSlotId"),
		}
	}
	if n, ok := x.r.Context().Value(requestsKey{}).(*atomic.Int64); ok {
		x.req.Reused = n.Add(1) > 1
	}
	seen := &x.s.seen
	seen.Lock()
	defer seen.Unlock()
	x.req.Number = seen.count + 1
	seen.add(x.req)
}

// end remembers what became of it.
func (x *exchange) end() {
	x.req.Duration = x.s.config.now().Sub(x.req.Time)
	seen := &x.s.seen
	seen.Lock()
	defer seen.Unlock()
	seen.statuses[x.req.Status]++
	if r := seen.at(x.req.Number); r != nil {
		*r = x.req
	}
	if r := seen.at(x.req.Number - keptTexts); r != nil {
		r.Sent, r.Answer = "", ""
	}
}

// serve takes a request from its header to its answer. The order matters: the
// whole body has been read before a fault replaces the answer, so that "before
// the commit" means a request that arrived and was not processed. And the
// commit stands before anything is written, so that "after the commit" is exact.
func (x *exchange) serve() {
	delays, fault := chooseFaults(*x.s.faults.Load(), x.req)
	for _, d := range delays {
		x.req.Delayed = append(x.req.Delayed, d.text)
	}
	if fault != nil && fault.name == resetInRequest {
		x.req.Fault = fault.text
		x.resetInRequest()
		return
	}
	var body bytes.Buffer
	_, err := body.ReadFrom(http.MaxBytesReader(x.w, x.r.Body, maxBody))
	tooLarge := (*http.MaxBytesError)(nil)
	if err != nil && !errors.As(err, &tooLarge) {
		panic(http.ErrAbortHandler) // the client left before its request was whole
	}
	x.req.Sent = x.keep(body.Bytes())
	x.delay(delays, false)
	if fault != nil && !fault.processes() {
		x.req.Fault = fault.text
		fault.kind.answer(x, fault, nil)
		return
	}

	var a *answer
	if tooLarge != nil {
		a = refused(http.StatusRequestEntityTooLarge, "Begäran är för stor.")
	} else {
		a = x.process(body.Bytes(), fault != nil && fault.name == sameId)
	}
	x.req.Commit = a.commit
	if a.commit != 0 {
		x.delay(delays, true)
	}
	if fault == nil || a.commit == 0 && (fault.afterCommit || fault.name == sameId) {
		x.write(a)
		return
	}
	x.req.Fault = fault.text
	fault.kind.answer(x, fault, a)
}

// process does what the API does with a whole request: it checks the path and
// the login, then books or lists.
func (x *exchange) process(body []byte, repeatId bool) *answer {
	path := x.r.URL.Path
	if strings.ContainsAny(path, `<>*%&:\?`) || strings.ContainsFunc(path, func(r rune) bool { return r < ' ' }) {
		return webServerPage(http.StatusBadRequest) // the web server in front refuses such a path
	}
	method, customer, estate := http.MethodPost, x.req.Target.CustomerId, x.r.PathValue("estateId")
	if estate != "" && x.r.Method == http.MethodGet && strings.EqualFold(x.r.PathValue("viewing"), "Viewing") {
		method, customer = http.MethodGet, x.r.PathValue("customerId")
	}
	if customer == "" {
		return &answer{status: http.StatusNotFound, fault: apiError{
			Message:       "Det finns ingen HTTP-resurs som motsvarar den begärda adressen.",
			MessageDetail: "Ingen typ hittades som motsvarar kontrollanten.",
		}}
	}
	if x.r.Method != method {
		a := refused(http.StatusMethodNotAllowed, fmt.Sprintf("Den begärda resursen stöder inte HTTP-metoden %s.", x.r.Method))
		a.header = [2]string{"Allow", method}
		return a
	}
	username, password, _ := x.r.BasicAuth()
	accepted, allowed := x.s.config.authorise(username, password, customer)
	switch {
	case !accepted:
		return unauthorised()
	case !allowed:
		return forbidden()
	case method == http.MethodGet:
		return x.s.office.list(customer, estate)
	}

	mediaType, charset, known := requestType(x.r.Header.Get("Content-Type"))
	if len(body) == 0 {
		return invalid("participant", "En begärandetext krävs.")
	}
	if !known {
		return refused(http.StatusUnsupportedMediaType, fmt.Sprintf("Begärandeenhetens medietyp %q stöds inte för den här resursen.", mediaType))
	}
	o := order{target: x.req.Target, body: new(vitec.AddNewViewingParticipant), request: x.req.Number, repeatId: repeatId}
	var state modelState
	var err error
	if text := decodeText(body, charset); strings.HasSuffix(mediaType, "/json") {
		o.format = "json"
		state, err = readJSON(text, o.body)
	} else {
		o.format = "xml"
		err = readXML(text, o.body)
	}
	switch {
	case err != nil:
		return invalid("participant", "Begärandetexten kunde inte läsas.")
	case state != nil:
		return invalidState(state)
	}
	return x.s.office.book(o)
}

// delay waits for the latencies before or after the commit. A client that
// leaves meanwhile changes nothing: its request is in the server's hands.
func (x *exchange) delay(delays []*hit, afterCommit bool) {
	for _, d := range delays {
		if d.afterCommit != afterCommit {
			continue
		}
		select {
		case <-time.After(d.delay):
		case <-x.s.closing.Done():
			panic(http.ErrAbortHandler)
		}
	}
}

// wait waits, forever if d is negative. It is false when the client leaves or
// the server closes.
func (x *exchange) wait(d time.Duration) bool {
	var after <-chan time.Time
	if d >= 0 {
		after = time.After(d)
	}
	select {
	case <-after:
		return true
	case <-x.r.Context().Done():
	case <-x.s.closing.Done():
	}
	return false
}

// keep is as much of a body as is remembered.
func (x *exchange) keep(b []byte) string {
	if !x.s.config.Texts {
		return ""
	}
	return string(b[:min(len(b), maxText)])
}

// write writes a true answer.
func (x *exchange) write(a *answer) {
	contentType, b := a.encode(x.answerType())
	if a.header[0] != "" {
		x.w.Header().Set(a.header[0], a.header[1])
	}
	x.send(a.status, contentType, b)
}

// send writes a whole answer.
func (x *exchange) send(status int, contentType string, b []byte) {
	x.head(status, contentType, b)
	if len(b) > 0 {
		_, _ = x.w.Write(b) // fails only when the client has gone
	}
}

// head writes the header of an answer, and remembers the body that follows.
func (x *exchange) head(status int, contentType string, b []byte) {
	h := x.w.Header()
	h.Set("Cache-Control", "no-cache")
	h["Content-Type"] = nil // or net/http guesses one
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	x.req.Status, x.req.Answer = status, x.keep(b)
	x.w.WriteHeader(status)
}

// raw is a true answer as it goes over the wire, with or without its length.
func (x *exchange) raw(a *answer, withLength bool) []byte {
	contentType, body := a.encode(x.answerType())
	x.req.Status, x.req.Answer = a.status, x.keep(body)
	length := ""
	if withLength {
		length = fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nDate: %s\r\n%s\r\n%s", a.status, http.StatusText(a.status),
		contentType, time.Now().UTC().Format(http.TimeFormat), length, body)
}

// writeAndClose writes bytes to the connection and ends it, in order or by a
// reset.
func (x *exchange) writeAndClose(b []byte, reset bool) {
	conn, done := x.hijack()
	defer done()
	if _, err := conn.Write(b); err == nil && reset {
		resetConnection(conn)
	}
}

// resetInRequest reads half of the body and resets the connection.
func (x *exchange) resetInRequest() {
	_, err := io.CopyN(io.Discard, x.r.Body, max(x.r.ContentLength/2, 0))
	if err != nil && !errors.Is(err, io.EOF) {
		panic(http.ErrAbortHandler)
	}
	x.writeAndClose(nil, true)
}

// hijack takes the connection over until done, which closes it. Closing the
// server ends it too. Where there is no connection, as in HTTP/2, the exchange
// is aborted, which comes closest.
func (x *exchange) hijack() (conn net.Conn, done func()) {
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	stop := context.AfterFunc(x.s.closing, func() { conn.Close() })
	return conn, func() {
		stop()
		conn.Close()
	}
}

// resetConnection ends a connection with a reset. Under TLS that bypasses the
// layer that would say goodbye first.
func resetConnection(conn net.Conn) {
	if outer, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = outer.NetConn()
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0) // fails only on a connection that is gone
	}
	conn.Close()
}
