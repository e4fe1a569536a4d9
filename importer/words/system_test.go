package words_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"vitec-import/importer/words"
	"vitec-import/importer/words/wordstest"
)

func TestSystemTexts(t *testing.T) {
	wordstest.Check(t, wordstest.Package{Files: os.DirFS(".")})
}

func TestSystem(t *testing.T) {
	date := func(year int, month time.Month) time.Time { return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC) }
	old := &x509.Certificate{NotBefore: date(2019, 2), NotAfter: date(2020, 2)}
	early := &x509.Certificate{NotBefore: date(2999, 1), NotAfter: date(2999, 2)}
	type example struct {
		err  error
		want [2]string // System
		of   [2]string // Of
	}
	both := func(err error, english, swedish string) example {
		return example{err, [2]string{english, swedish}, [2]string{err.Error(), err.Error()}}
	}
	full := &fs.PathError{Op: "write", Path: "report.csv", Err: syscall.ENOSPC}
	for _, tt := range []example{
		{full, [2]string{"no space left on device", "disken är full"}, [2]string{full.Error(), "report.csv: disken är full"}},
		{&fs.PathError{Op: "open", Path: "a", Err: errors.New("odd")}, [2]string{"odd", "odd"}, [2]string{"open a: odd", "open a: odd"}},
		{&os.LinkError{Op: "rename", Old: "a", New: "b", Err: errors.New("odd")}, [2]string{"odd", "odd"}, [2]string{"rename a b: odd", "rename a b: odd"}},
		{fs.ErrPermission, [2]string{"permission denied", "åtkomst nekas"}, [2]string{"permission denied", "permission denied"}},
		{
			&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
			[2]string{"connection refused", "anslutningen nekades"},
			[2]string{"dial tcp: connect: connection refused", "dial tcp: connect: connection refused"},
		},
		both(&net.DNSError{Name: "a.b", IsNotFound: true, Err: "no such host"}, `there is no host "a.b" (DNS)`, `"a.b" finns inte i namnregistret (DNS)`),
		both(&net.DNSError{Name: "a.b", IsTimeout: true, Err: "i/o timeout"}, `the name service (DNS) does not say where "a.b" is`, `namnregistret (DNS) svarar inte på frågan var "a.b" finns`),
		both(&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, "the connection was broken off", "anslutningen bröts"),
		both(os.NewSyscallError("connect", syscall.ENETUNREACH), "the network has no way to it", "det finns ingen väg dit genom nätverket"),
		both(os.ErrDeadlineExceeded, "the time is up", "tiden är ute"),
		both(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "the server does not speak https at that address", "servern talar inte krypterat (https) på den adressen"),
		both(&tls.CertificateVerificationError{Err: x509.HostnameError{Host: "a.b", Certificate: old}}, `the certificate is not for "a.b"`, `certifikatet gäller inte för "a.b"`),
		both(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "the certificate is from an issuer that this computer does not know", "certifikatet är utfärdat av någon som datorn inte känner till"),
		both(x509.CertificateInvalidError{Reason: x509.Expired, Cert: old}, "the certificate expired on 2020-02-01", "certifikatet gick ut 2020-02-01"),
		both(x509.CertificateInvalidError{Reason: x509.Expired, Cert: early}, "the certificate is not valid before 2999-01-01", "certifikatet börjar gälla först 2999-01-01"),
		both(x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign, Cert: old}, "x509: certificate is not authorized to sign other certificates", "x509: certificate is not authorized to sign other certificates"),
	} {
		for i, l := range words.Languages {
			if got := (words.System{Err: tt.err}).In(l); got != tt.want[i] {
				t.Errorf("System(%v) in %s = %q, want %q", tt.err, l, got, tt.want[i])
			}
			if got := words.Of(tt.err, l); got != tt.of[i] {
				t.Errorf("Of(%v) in %s = %q, want %q", tt.err, l, got, tt.of[i])
			}
		}
	}
}
