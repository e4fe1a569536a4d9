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

// networkReasons are what a system says most often of a connection. What
// Windows numbers otherwise is in ownReasons.
var networkReasons = []struct {
	like error
	said string
}{
	{syscall.ECONNREFUSED, "connection refused"},
	{syscall.EADDRNOTAVAIL, "this computer does not have that address"},
	{os.ErrDeadlineExceeded, "it took too long"},
	{syscall.ETIMEDOUT, "it took too long"},
	{syscall.ECONNRESET, "the connection was reset"},
	{syscall.ECONNABORTED, "the connection was reset"},
	{syscall.EPIPE, "the connection was reset"},
	{syscall.ENETUNREACH, "the network is unreachable"},
	{syscall.EHOSTUNREACH, "the network is unreachable"},
	{context.DeadlineExceeded, "it took too long"},
	{io.EOF, "the server closed the connection"},
	{io.ErrUnexpectedEOF, "the server closed the connection"},
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
	for _, r := range networkReasons {
		if errors.Is(err, r.like) {
			return say(r.said)
		}
	}
	for number, said := range ownReasons {
		if errors.Is(err, number) {
			return say(said)
		}
	}
	return Text{}
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
