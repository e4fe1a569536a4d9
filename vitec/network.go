package vitec

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// systemReasons are what a system says most often of a connection. Windows has
// numbers of its own beside POSIX's, which no other system has.
var systemReasons = []struct {
	like error
	said string
}{
	{syscall.ECONNREFUSED, "connection refused"}, {windows(10061), "connection refused"},
	{syscall.EADDRINUSE, "address already in use"}, {windows(10048), "address already in use"},
	{syscall.EADDRNOTAVAIL, "this computer does not have that address"}, {windows(10049), "this computer does not have that address"},
	{os.ErrDeadlineExceeded, "it took too long"}, {syscall.ETIMEDOUT, "it took too long"}, {windows(10060), "it took too long"},
	{syscall.ECONNRESET, "the connection was reset"}, {windows(10054), "the connection was reset"},
	{syscall.ECONNABORTED, "the connection was reset"}, {windows(10053), "the connection was reset"},
	{syscall.EPIPE, "the connection was reset"},
	{syscall.ENETUNREACH, "the network is unreachable"}, {windows(10051), "the network is unreachable"},
	{syscall.EHOSTUNREACH, "the network is unreachable"}, {windows(10065), "the network is unreachable"},
}

type windows = syscall.Errno

// SystemReason says in plain words what a system says of a connection; it is zero
// where there are none.
func SystemReason(err error) Text {
	for _, r := range systemReasons {
		if errors.Is(err, r.like) {
			return say(r.said)
		}
	}
	return Text{}
}

// Reason says in plain words what Err says; it is zero where there are none.
func (e *TransportError) Reason() Text {
	reason := networkReason(e.Err)
	switch {
	case e.alert != "":
		return say("the server refused TLS: %s", e.alert)
	case e.Proxy != "" && !reason.IsZero():
		return say("the proxy %s: %s", e.Proxy, reason)
	}
	return reason
}

func networkReason(err error) Text {
	if t := certificateReason(err); !t.IsZero() {
		return t
	}
	var (
		lookup *net.DNSError
		record tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return say("there is no host %q (DNS)", lookup.Name)
	case errors.As(err, &lookup):
		return say("the name service (DNS) does not know where %q is", lookup.Name)
	case errors.As(err, &record):
		return say("the server does not speak https at that address")
	}
	reason := SystemReason(err)
	switch {
	case !reason.IsZero():
	case errors.Is(err, context.DeadlineExceeded):
		reason = say("it took too long")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		reason = say("the server closed the connection")
	}
	return reason
}

// certificateReason is networkReason for a server's certificate that was
// refused.
func certificateReason(err error) Text {
	var (
		invalid x509.CertificateInvalidError
		issuer  x509.UnknownAuthorityError
		name    x509.HostnameError
	)
	switch {
	case errors.As(err, &name):
		return say("the certificate is not for %q", name.Host)
	case errors.As(err, &issuer):
		return say("the certificate is from an issuer that this computer does not know")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		if from := invalid.Cert.NotBefore; time.Now().Before(from) {
			return say("the certificate is not valid before %s", from.Format(time.DateOnly))
		}
		return say("the certificate expired on %s", invalid.Cert.NotAfter.Format(time.DateOnly))
	}
	return Text{}
}
