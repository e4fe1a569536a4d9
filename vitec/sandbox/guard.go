package sandbox

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// guard keeps other sites' pages away from what the sandbox shows and from
// what can be done to it. It answers what it refuses, and false.
//
// A page of another site must not change anything: browsers say where a request
// comes from. Nor may it read anything, not even by letting its own name lead
// to this machine (DNS rebinding): over the loopback, the sandbox answers to the
// loopback's names only. The API itself is not guarded; programs call it by
// whatever name they like.
func guard(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if onLoopback(r) && !loopbackName(r.Host) {
		reply(w, http.StatusMisdirectedRequest, failure{"this computer's sandbox is called localhost or 127.0.0.1, not by another name"})
		return false
	}
	if err := new(http.CrossOriginProtection).Check(r); err != nil {
		reply(w, http.StatusForbidden, failure{"this is not for other sites' pages"})
		return false
	}
	return true
}

// onLoopback says whether a request came in over the loopback.
func onLoopback(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && local.IP.IsLoopback()
}

// loopbackName says whether a Host header names the loopback.
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
