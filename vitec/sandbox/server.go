package sandbox

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Server is the stand-in. Its methods are safe for concurrent use, but for
// Listen, which is to have returned before Close is called.
type Server struct {
	// URL is the base address, http://127.0.0.1:port, without a slash at the
	// end. It is empty until the server listens.
	URL string

	config Config
	office *office
	rules  atomic.Pointer[rules]
	ruled  atomic.Int64 // counts the times that they were set

	seen struct {
		sync.Mutex
		journal[Request]
		era     int         // counts the resets
		ended   int         // requests that have been answered, or never will be
		answers map[int]int // how many ended with which status
		scripts transcripts
	}

	closing  context.Context // done when Close has been called
	stop     context.CancelFunc
	handlers sync.RWMutex // held for reading by every handler, for writing by Close
	http     *http.Server
	served   chan struct{} // closed when http has stopped serving
}

// New starts a server on a free port of the loopback. It panics where a test
// could only give up: a Config that contradicts itself, or no port to be had.
// Close it when finished.
func New(c Config) *Server {
	s, err := NewUnstarted(c)
	if err == nil {
		err = s.Listen("127.0.0.1:0")
	}
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	return s
}

// NewUnstarted makes a server that does not listen: for [Server.Listen], or to
// be used as an [http.Handler], say under TLS by [net/http/httptest]:
//
//	srv, err := sandbox.NewUnstarted(sandbox.Config{})
//	// ...
//	front := httptest.NewTLSServer(srv)
//	defer front.Close()
//	defer srv.Close() // first, so that stalled requests end
//
// The error tells what in the Config cannot be.
func NewUnstarted(c Config) (*Server, error) {
	if c.Seed == 0 {
		c.Seed = rand.Uint64() | 1
	}
	if c.Keep < 0 {
		return nil, wrong("keep must not be negative")
	}
	s := &Server{config: c}
	s.closing, s.stop = context.WithCancel(context.Background())
	s.seen.keep = c.Keep
	s.seen.answers = make(map[int]int)
	var err error
	if s.office, err = newOffice(&s.config, s.id); err != nil {
		return nil, err
	}
	return s, s.SetFaults(c.Faults...)
}

// id is the n-th id: 32 hex digits that look drawn by lot, each different.
func (s *Server) id(n uint64) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], mix(s.config.Seed+n))
	binary.BigEndian.PutUint64(b[8:], mix(^s.config.Seed+n))
	return hex.EncodeToString(b[:])
}

// Listen serves on a TCP address until Close, and sets URL. It returns once
// the address answers. A server listens once.
func (s *Server) Listen(addr string) error {
	switch {
	case s.closing.Err() != nil:
		return errors.New("the server is closed")
	case s.http != nil:
		return wrong("listening on %s already", s.URL)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	at := l.Addr().(*net.TCPAddr).AddrPort()
	if at.Addr().IsUnspecified() { // every address of this machine: name one that a client can use
		at = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port())
	}
	s.URL = "http://" + at.String()
	s.served = make(chan struct{})
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: time.Minute,
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, carried{}, new(carried))
		},
	}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(l) // ends with ErrServerClosed, or with a listener that broke: nothing answers then
	}()
	return nil
}

// carried is what a connection has carried; its zero value is the context key
// of the pointer to it.
type carried struct {
	requests atomic.Int64 // how many
	last     atomic.Int64 // Number of the newest
}

// Close stops listening, ends every connection, the stalled and endless ones
// among them, and waits for the handlers to finish. What was remembered can
// still be read. Closing twice is harmless.
func (s *Server) Close() {
	s.stop()
	if s.http != nil {
		_ = s.http.Close() // nothing is left to be lost
		<-s.served
	}
	s.handlers.Lock()
	defer s.handlers.Unlock()
}

// ServeHTTP answers the API at
//
//	POST Viewing/{customerId}/{viewingId}/{timeSlotId}/Participant
//
// and, unless [Config].Private, programs that test a client, in JSON:
//
//	GET    /_sandbox/                what there is: counts of requests, commits, messages
//	GET    /_sandbox/commits         {"total", "commits": [Commit…]}
//	GET    /_sandbox/requests        {"total", "requests": [Request…]}
//	GET    /_sandbox/bookings        {"bookings": [Booking…]}
//	GET    /_sandbox/faults          {"faults": ["500-after-commit:10%"…], "known": [FaultInfo…]}
//	POST   /_sandbox/faults          the same, {"faults": […]}: replaces those in force
//	DELETE /_sandbox/faults          takes them away
//	POST   /_sandbox/reset           is Reset
//
// commits and requests take ?after=N, only what has a greater number, and
// ?limit=N. For people there is a page at GET / on which all that can be
// watched, with a form to send a request by hand. A fault ends its request by
// panicking with [http.ErrAbortHandler] where there is no connection to end.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handlers.RLock()
	defer s.handlers.RUnlock()
	if s.closing.Err() != nil {
		panic(http.ErrAbortHandler)
	}
	if !s.config.Private && s.own(w, r) {
		return
	}
	s.api(w, r)
}

// own answers what is not the API's, if the request is for that.
func (s *Server) own(w http.ResponseWriter, r *http.Request) bool {
	rest, control := strings.CutPrefix(r.URL.Path, "/_sandbox/")
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	if !control && !(reading && r.URL.Path == "/") {
		return false
	}
	if !guard(w, r) {
		return true
	}
	switch name, page := strings.CutPrefix(rest, "page/"); {
	case page:
		s.pagePart(w, r, name)
	case control:
		s.control(w, r, rest)
	default:
		s.overview(w, r)
	}
	return true
}

// api answers as the API does.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	x := &exchange{s: s, w: w, r: r}
	era := s.begin(x)
	defer s.end(x, era)
	x.serve()
}

// begin numbers and remembers a request.
func (s *Server) begin(x *exchange) (era int) {
	x.req = Request{Method: x.r.Method, Path: x.r.URL.Path}
	x.req.Target, x.noPath = route(x.r.URL.Path)
	x.req.Username, _, _ = x.r.BasicAuth()
	line, _ := x.r.Context().Value(carried{}).(*carried)
	if line != nil {
		x.req.Reused = line.requests.Add(1) > 1
	}
	s.seen.Lock()
	defer s.seen.Unlock()
	x.req.Time = s.config.now()
	x.req.Number = s.seen.next()
	if line != nil {
		line.last.Store(int64(x.req.Number))
	}
	s.seen.add(x.req)
	return s.seen.era
}

// end completes what is remembered of a request.
func (s *Server) end(x *exchange, era int) {
	x.req.Duration = s.config.now().Sub(x.req.Time)
	s.seen.Lock()
	defer s.seen.Unlock()
	if era == s.seen.era {
		if r := s.seen.at(x.req.Number); r != nil {
			*r = x.req
		}
		s.seen.ended++
		s.seen.answers[x.req.Status]++
		if !s.config.Private {
			s.seen.scripts.keep(x.req.Number, x.transcript())
		}
	}
}

// Commits returns the bookings in order; with [Config].Keep, the newest of them.
func (s *Server) Commits() []Commit { return s.office.commits(0, 0) }

// Requests returns the requests in the order of arrival, those under
// /_sandbox/ not among them; with [Config].Keep, the newest of them.
func (s *Server) Requests() []Request { return s.requests(0, 0) }

func (s *Server) requests(after, limit int) []Request {
	s.seen.Lock()
	defer s.seen.Unlock()
	return s.seen.since(after, limit)
}

// Bookings returns who is booked where, in the order of the first commit of
// each; with [Config].Keep, over the commits that are remembered.
func (s *Server) Bookings() []Booking { return s.office.bookings() }

// Counts are totals since the start or the last Reset, whatever is still
// remembered.
type Counts struct {
	Requests int `json:"requests"`
	Commits  int `json:"commits"`
	// DoubleBookings are the commits of somebody who had the time slot already.
	DoubleBookings int                 `json:"doubleBookings"`
	Messages       map[MessageKind]int `json:"messages"` // those that the real server would have sent
}

// Counts returns the totals.
func (s *Server) Counts() Counts {
	c := s.office.counts()
	s.seen.Lock()
	defer s.seen.Unlock()
	c.Requests = s.seen.count
	return c
}

// SetFaults replaces the faults in force. They count requests from now on. On
// an error, which names the fault, nothing has changed.
func (s *Server) SetFaults(faults ...Fault) error {
	rs := make(rules, len(faults))
	for i, f := range faults {
		r, err := f.compile()
		if err != nil {
			return wrong("fault %q: %s", f, err)
		}
		r.seed = mix(s.config.Seed + uint64(i))
		rs[i] = r
	}
	s.rules.Store(&rs)
	s.ruled.Add(1)
	return nil
}

// Faults returns the faults in force.
func (s *Server) Faults() []Fault {
	rs := *s.rules.Load()
	faults := make([]Fault, len(rs))
	for i, r := range rs {
		faults[i] = r.Fault
	}
	return faults
}

// Reset forgets all requests, commits, and contacts that came by request, and
// numbers from 1 again. Faults stay in force and go on counting. Ids begin
// anew, so do not compare those from before with those from after.
func (s *Server) Reset() {
	s.office.reset()
	s.seen.Lock()
	defer s.seen.Unlock()
	s.seen.journal = journal[Request]{keep: s.config.Keep}
	s.seen.ended, s.seen.answers, s.seen.scripts = 0, make(map[int]int), transcripts{}
	s.seen.era++
}
