package sandbox

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Control opens the server to programs that test a client, in JSON. It shows
// all that the server remembers to whoever can reach it.
//
//	GET  /_sandbox/          Counts
//	GET  /_sandbox/commits   {"commits": [Commit…]}
//	GET  /_sandbox/requests  {"requests": [Request…]}
//	GET  /_sandbox/faults    {"faults": ["500-after-commit:10%"…]}
//	POST /_sandbox/faults    the same: replaces those in force
func (s *Server) Control() {
	get := func(pattern string, what func() any) {
		s.Handle("GET /_sandbox/"+pattern, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			reply(w, http.StatusOK, what())
		}))
	}
	faults := func() any { return map[string]any{"faults": s.Faults()} }
	get("{$}", func() any { return s.Counts() })
	get("commits", func() any { return map[string]any{"commits": s.Commits()} })
	get("requests", func() any { return map[string]any{"requests": s.Requests()} })
	get("faults", faults)
	s.Handle("POST /_sandbox/faults", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var set struct{ Faults []Fault }
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
		d.DisallowUnknownFields()
		err := d.Decode(&set)
		if err != nil {
			reply(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		s.SetFaults(set.Faults...)
		reply(w, http.StatusOK, faults())
	}))
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // fails only when the client has gone
}

// Handle serves a pattern of [http.ServeMux] beside the API, and keeps other
// sites' pages away from it. Such a page must not change anything, so it is
// refused by where browsers say that the request comes from. Nor may it read
// anything by letting its own name lead to this computer (DNS rebinding), so
// over the loopback interface only the loopback's names are answered. The API
// itself is not guarded: programs call it by any name.
func (s *Server) Handle(pattern string, h http.Handler) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		local, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
		switch {
		case local != nil && local.IP.IsLoopback() && !loopbackName(r.Host):
			reply(w, http.StatusMisdirectedRequest, map[string]string{"error": "use localhost or 127.0.0.1"})
		case new(http.CrossOriginProtection).Check(r) != nil:
			reply(w, http.StatusForbidden, map[string]string{"error": "not for other sites' pages"})
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// loopbackName says whether a Host header names the loopback interface.
func loopbackName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}
