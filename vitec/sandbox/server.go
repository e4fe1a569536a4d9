package sandbox

import (
	"net/http"
)

// Server is the stand-in. All its methods are safe for concurrent use.
type Server struct {
	// URL is the base address, http://127.0.0.1:port, without a slash at the
	// end. It is empty until the server listens.
	URL string
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
// be used as an [http.Handler].
func NewUnstarted(c Config) (*Server, error) { panic("not yet") }

// Listen serves on a TCP address until Close, and sets URL. It returns once
// the address answers.
func (s *Server) Listen(addr string) error { panic("not yet") }

// Close stops listening, ends every connection, the stalled and endless ones
// among them, and waits for the handlers to finish. What was remembered can
// still be read.
func (s *Server) Close() {}

// ServeHTTP answers the API, and programs that test a client under /_sandbox/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { panic("not yet") }

// Commits returns the bookings in order; with [Config].Keep, the newest of them.
func (s *Server) Commits() []Commit { panic("not yet") }

// Requests returns the requests in the order of arrival, those under
// /_sandbox/ not among them; with [Config].Keep, the newest of them.
func (s *Server) Requests() []Request { panic("not yet") }

// Bookings returns who is booked where, in the order of the first commit of
// each; with [Config].Keep, over the commits that are remembered.
func (s *Server) Bookings() []Booking { panic("not yet") }

// SetFaults replaces the faults in force. Their counts start anew.
func (s *Server) SetFaults(faults ...Fault) error { panic("not yet") }

// Faults returns the faults in force.
func (s *Server) Faults() []Fault { panic("not yet") }

// Reset forgets all commits, requests and contacts that came by request, and
// numbers from 1 again. Faults stay in force; their counts start anew.
func (s *Server) Reset() { panic("not yet") }
