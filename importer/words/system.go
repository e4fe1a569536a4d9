package words

import (
	"crypto/tls"
	"crypto/x509"
	"embed"
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

//go:embed system.*.yaml
var systemFiles embed.FS

var systemTexts = Load(systemFiles)

// System is what the operating system or the network says against something, without the
// operation and the path, which the reader has been told. The commonest is said
// in the program's own words: few systems know both languages, and Windows
// knows one, whichever it is.
type System struct{ Err error }

// Error is what [System.In] says in English.
func (s System) Error() string { return s.In(English) }

// Unwrap returns the system's error.
func (s System) Unwrap() error { return s.Err }

// refusals are what a system says most often, by the ids of our words for it.
// What a system numbers otherwise is in own.
var refusals = []struct {
	id   string
	like error
}{
	{"not_exist", fs.ErrNotExist},
	{"permission", fs.ErrPermission},
	{"full", syscall.ENOSPC},
	{"read_only", syscall.EROFS},
	{"io", syscall.EIO},
	{"refused", syscall.ECONNREFUSED},
	{"in_use", syscall.EADDRINUSE},
	{"elsewhere", syscall.EADDRNOTAVAIL},
	{"timeout", os.ErrDeadlineExceeded},
	{"timeout", syscall.ETIMEDOUT},
	{"reset", syscall.ECONNRESET},
	{"reset", syscall.ECONNABORTED},
	{"reset", syscall.EPIPE},
	{"no_way", syscall.ENETUNREACH},
	{"no_way", syscall.EHOSTUNREACH},
}

// Closed is the id of what is to be said, by [SystemText], of a connection that
// ends too early.
const Closed = "closed"

// Known returns the id of our words for what the system or the network says,
// and what fills them, for [SystemText]; "" = there are none.
func Known(err error) (id string, args []string) {
	if id, args = certificate(err); id != "" {
		return id, args
	}
	var (
		lookup *net.DNSError
		record tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return "no_host", []string{lookup.Name}
	case errors.As(err, &lookup):
		return "no_answer_on_host", []string{lookup.Name}
	case errors.As(err, &record):
		return "no_tls", nil
	}
	for _, r := range refusals {
		if errors.Is(err, r.like) {
			return r.id, nil
		}
	}
	for number, id := range own {
		if errors.Is(err, number) {
			return id, nil
		}
	}
	return "", nil
}

// certificate is Known for a server's certificate that is refused.
func certificate(err error) (id string, args []string) {
	var (
		invalid x509.CertificateInvalidError
		issuer  x509.UnknownAuthorityError
		name    x509.HostnameError
	)
	switch {
	case errors.As(err, &name):
		return "certificate_name", []string{name.Host}
	case errors.As(err, &issuer):
		return "certificate_issuer", nil
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		if from := invalid.Cert.NotBefore; time.Now().Before(from) {
			return "certificate_early", []string{from.Format(time.DateOnly)}
		}
		return "certificate_expired", []string{invalid.Cert.NotAfter.Format(time.DateOnly)}
	}
	return "", nil
}

// SystemText says what [Known] returns in a language; "" for an id that it does
// not return.
func SystemText(l Language, id string, args ...string) string {
	w := systemTexts.In(l)
	if !w.Has(id) {
		return ""
	}
	fill := make([]any, len(args))
	for i, a := range args {
		fill[i] = a
	}
	return w.Text(id, fill...)
}

// Held reports whether the system says that another program has the file open,
// and lets nobody else near it. Only Windows does.
func (s System) Held() bool { id, _ := Known(s.Err); return id == "held" }

// In says it in a language.
func (s System) In(l Language) string {
	if id, args := Known(s.Err); id != "" {
		return SystemText(l, id, args...)
	}
	var (
		path *fs.PathError
		link *os.LinkError
	)
	switch {
	case errors.As(s.Err, &path):
		return path.Err.Error()
	case errors.As(s.Err, &link):
		return link.Err.Error()
	}
	return s.Err.Error()
}
