package sandbox

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Server is the stand-in. Its methods are safe for concurrent use, except
// Listen, which must have returned before Close is called.
type Server struct {
	// URL is the base address, http://127.0.0.1:port, without a slash at the
	// end. It is empty until the server listens.
	URL string

	config Config
	office *office
	faults atomic.Pointer[[]*activeFault]
	mux    *http.ServeMux

	seen struct {
		sync.Mutex
		journal[Request]
		statuses map[int]int // how many requests have ended with which status
	}

	closing  context.Context // done when Close has been called
	stop     context.CancelFunc
	handlers sync.RWMutex // held for reading by every handler, for writing by Close
	http     *http.Server
	served   chan struct{} // closed when http has stopped serving
}

// New starts a server on a free port of the loopback interface. It panics if
// the Config contradicts itself or no port is free. Close it when finished.
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

// NewUnstarted makes a server that does not listen. Call [Server.Listen], or
// use it as an [http.Handler], for instance under TLS:
//
//	srv, err := sandbox.NewUnstarted(sandbox.Config{})
//	// ...
//	front := httptest.NewTLSServer(srv)
//	defer front.Close()
//	defer srv.Close() // first, so that stalled requests end
//
// The error says what is wrong with the Config.
func NewUnstarted(c Config) (*Server, error) {
	if c.Seed == 0 {
		c.Seed = rand.Uint64() | 1
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	s := &Server{config: c, office: newOffice(c), mux: http.NewServeMux()}
	s.closing, s.stop = context.WithCancel(context.Background())
	s.seen.keep = c.Keep
	s.seen.statuses = make(map[int]int)
	s.mux.HandleFunc("/{viewing}/{customerId}/{viewingId}/{timeSlotId}/{participant}", s.api)
	s.mux.HandleFunc("/{viewing}/{customerId}/{estateId}", s.api)
	s.mux.HandleFunc("/", s.api)
	s.SetFaults(c.Faults...)
	return s, nil
}

// Listen serves on a TCP address until Close, and sets URL. It returns once
// the address answers. A server listens once.
func (s *Server) Listen(addr string) error {
	switch {
	case s.closing.Err() != nil:
		return http.ErrServerClosed
	case s.http != nil:
		return errors.New("sandbox: Listen was called twice")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	at := l.Addr().(*net.TCPAddr).AddrPort()
	if at.Addr().IsUnspecified() { // every address of this computer: name one that a client can use
		at = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port())
	}
	s.URL = "http://" + at.String()
	s.served = make(chan struct{})
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: time.Minute,
		IdleTimeout:       s.config.IdleTimeout,
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, requestsKey{}, new(atomic.Int64))
		},
	}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(l) // ends with ErrServerClosed, or with a broken listener: nothing answers then
	}()
	return nil
}

// requestsKey is the context key of how many requests a connection has
// carried, an *atomic.Int64.
type requestsKey struct{}

// Close stops listening, ends every connection, stalled and endless ones
// included, and waits for the handlers to finish. What was remembered can
// still be read. Closing twice is harmless.
func (s *Server) Close() {
	s.stop()
	if s.http != nil {
		_ = s.http.Close() // there is nothing to lose
		<-s.served
	}
	s.handlers.Lock()
	defer s.handlers.Unlock()
}

// ServeHTTP answers the API, and what was added by [Server.Handle]. A fault
// ends its request by panicking with [http.ErrAbortHandler] where there is no
// connection to end.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handlers.RLock()
	defer s.handlers.RUnlock()
	if s.closing.Err() != nil {
		panic(http.ErrAbortHandler)
	}
	s.mux.ServeHTTP(w, r)
}

// Config returns the configuration, passwords included.
func (s *Server) Config() Config { return s.config }

// Commits returns the bookings in order; with [Config].Keep, the newest of them.
func (s *Server) Commits() []Commit { return s.office.commits(0) }

// Requests returns the requests in the order of arrival; with [Config].Keep,
// the newest of them.
func (s *Server) Requests() []Request { return s.requests(0) }

// Newest returns the newest n bookings and requests, at most, each in order.
// It costs the same however much has happened.
func (s *Server) Newest(n int) ([]Commit, []Request) { return s.office.commits(n), s.requests(n) }

func (s *Server) requests(n int) []Request {
	s.seen.Lock()
	defer s.seen.Unlock()
	return s.seen.newest(n)
}

// Bookings returns who is booked where, in the order of each one's first
// commit; with [Config].Keep, over the commits that are remembered.
func (s *Server) Bookings() []Booking { return bookings(s.Commits()) }

// Slots returns the time slots of the Config and those that have been booked,
// in that order.
func (s *Server) Slots() []SlotState { return s.office.slotStates() }

// Counts returns the totals.
func (s *Server) Counts() Counts {
	c := s.office.counts()
	s.seen.Lock()
	defer s.seen.Unlock()
	c.Requests, c.Statuses = s.seen.count, maps.Clone(s.seen.statuses)
	return c
}

// SetFaults replaces the faults in force. They count requests from now on.
func (s *Server) SetFaults(faults ...Fault) {
	active := make([]*activeFault, len(faults))
	for i, f := range faults {
		active[i] = f.activate(rand.New(rand.NewPCG(s.config.Seed, uint64(i))))
	}
	s.faults.Store(&active)
}

// Faults returns the faults in force.
func (s *Server) Faults() []Fault {
	active := *s.faults.Load()
	faults := make([]Fault, len(active))
	for i, f := range active {
		faults[i] = f.Fault
	}
	return faults
}
