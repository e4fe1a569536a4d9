package vitec

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Credentials is a login of the API (HTTP Basic). The vendor issues one per
// customer, or group of customers, and group of functions.
//
// However it is printed, logged or marshalled, the password does not show. Only
// a struct that keeps it in an unexported field can leak it, through package
// fmt: keep it in a closure, as [Config] does.
type Credentials struct {
	Username string
	Password string
}

// ErrNoCredentials is the reason in a [RequestError] when there is no login
// for the customer.
var ErrNoCredentials = errors.New("there is no login for this customer")

// redacted stands where a secret was.
const redacted = "[redacted]"

// String returns the user name, and that there is a password.
func (c Credentials) String() string {
	if c == (Credentials{}) {
		return "no login"
	}
	return fmt.Sprintf("%q:%s", c.Username, redacted)
}

// GoString is String, for %#v.
func (c Credentials) GoString() string { return c.String() }

// Format is String for every verb, because verbs such as %d would print the
// fields.
func (c Credentials) Format(s fmt.State, _ rune) { io.WriteString(s, c.String()) }

// LogValue is String, for slog.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText is String, for JSON, XML and the like.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
