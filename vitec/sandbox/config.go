package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// Config says what exists at the server and who may see it. The zero Config is
// open: any login with a user name, any customer, any viewing and any time
// slot exist, and places never run out.
//
// It is plain data, so that it can be read from YAML or JSON.
type Config struct {
	// Logins are those that are accepted. Empty: any with a user name. The
	// vendor issues one password per customer and group of functions, so a
	// user name may occur more than once.
	Logins []Login `json:"logins,omitempty" yaml:"logins,omitempty"`

	// ClosedCustomers are the customerIds of closed offices: every request
	// for them is answered 403.
	ClosedCustomers []string `json:"closedCustomers,omitempty" yaml:"closedCustomers,omitempty"`

	// Viewings are those that exist; any other viewing, time slot or estate
	// is answered 404. Empty: every one exists.
	Viewings []Viewing `json:"viewings,omitempty" yaml:"viewings,omitempty"`

	// Contacts are known before the first request. Empty: a contactId that
	// has not been seen yet is taken for a contact that the office has had
	// all along. Otherwise such a contactId does not exist.
	Contacts []Contact `json:"contacts,omitempty" yaml:"contacts,omitempty"`

	// Faults are in force from the start, as if set by [Server.SetFaults].
	Faults []Fault `json:"faults,omitempty" yaml:"faults,omitempty"`

	// Seed makes ids and random choices the same each time. 0: different
	// each time.
	Seed uint64 `json:"seed,omitempty" yaml:"seed,omitempty"`

	// Keep is how many of the newest commits and requests are remembered in
	// full. 0: all, about 3 kB a booking. Contacts are matched and places
	// counted over everything, whatever Keep says.
	Keep int `json:"keep,omitempty" yaml:"keep,omitempty"`

	// IdleTimeout closes a connection that has been idle for so long. 0: never.
	IdleTimeout time.Duration `json:"idleTimeout,omitempty" yaml:"idleTimeout,omitempty"`

	// Texts keeps what was sent and answered for the newest 100 requests.
	Texts bool `json:"-" yaml:"-"`

	// Now is the clock for deadlines and for what is remembered.
	// nil: [time.Now].
	Now func() time.Time `json:"-" yaml:"-"`
}

// Login is a user name and a password, and what they give access to.
type Login struct {
	Username string `json:"username" yaml:"username"`
	Password string `json:"password" yaml:"password"`
	// Customers are the customerIds that the login may access. Empty: all.
	Customers []string `json:"customers,omitempty" yaml:"customers,omitempty"`
}

// String leaves the password out.
func (l Login) String() string { return fmt.Sprintf("login %q", l.Username) }

// GoString leaves the password out.
func (l Login) GoString() string { return l.String() }

// Viewing is one viewing of a customer's, with its time slots.
type Viewing struct {
	CustomerId string `json:"customerId" yaml:"customerId"`
	ViewingId  string `json:"viewingId" yaml:"viewingId"`
	// EstateId is the home that is viewed. Empty: any of the customer's.
	EstateId string `json:"estateId,omitempty" yaml:"estateId,omitempty"`
	Slots    []Slot `json:"slots" yaml:"slots"`
}

// Slot is one time slot of a viewing.
type Slot struct {
	TimeSlotId string `json:"timeSlotId" yaml:"timeSlotId"`
	// Places is how many can be booked while a request asks for that limit
	// (options.enableBookingLimitValidation). 0: no limit.
	Places int `json:"places,omitempty" yaml:"places,omitempty"`
	// Taken is how many of the places were gone before the first request.
	Taken int `json:"taken,omitempty" yaml:"taken,omitempty"`
	// Deadline is the last moment of booking while a request asks for it
	// (options.isDeadlineValidationEnabled). Zero: none.
	Deadline time.Time `json:"deadline,omitzero" yaml:"deadline,omitempty"`
	// Start and End are when the slot begins and ends. Zero: unknown.
	Start time.Time `json:"start,omitzero" yaml:"start,omitempty"`
	End   time.Time `json:"end,omitzero" yaml:"end,omitempty"`
}

// check finds what cannot be in a Config. Its faults are checked by SetFaults.
func (c *Config) check() error {
	if c.Keep < 0 {
		return wrong("keep must not be negative")
	}
	type slot struct{ customer, viewing, slot string }
	seen := map[slot]bool{}
	for _, v := range c.Viewings {
		for _, s := range v.Slots {
			if v.CustomerId == "" || v.ViewingId == "" || s.TimeSlotId == "" {
				return wrong("viewing %q: customerId, viewingId and timeSlotId must not be empty", v.ViewingId)
			}
			id := slot{v.CustomerId, v.ViewingId, s.TimeSlotId}
			if seen[id] {
				return wrong("viewing %q: time slot %q is listed twice", v.ViewingId, s.TimeSlotId)
			}
			seen[id] = true
		}
	}
	for _, k := range c.Contacts {
		if k.CustomerId == "" || k.ContactId == "" {
			return wrong("contact %q: customerId and contactId must not be empty", k.ContactId)
		}
	}
	return nil
}

func (c *Config) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// authorise says whether a login is accepted, and whether it may access a
// customer.
func (c *Config) authorise(username, password, customer string) (accepted, allowed bool) {
	if username == "" {
		return false, false
	}
	accepted, allowed = len(c.Logins) == 0, len(c.Logins) == 0
	for _, l := range c.Logins {
		if l.Username == username && l.Password == password {
			accepted = true
			allowed = allowed || len(l.Customers) == 0 || slices.Contains(l.Customers, customer)
		}
	}
	return accepted, allowed && !slices.Contains(c.ClosedCustomers, customer)
}

// wrong returns an error that can be said in other languages by its format.
func wrong(format string, args ...any) error { return configError{format, args} }

// configError is something wrong with a [Fault] or a [Config].
type configError struct {
	format string
	args   []any
}

func (e configError) Error() string { return fmt.Sprintf(e.format, e.args...) }

// Message returns the format and its arguments, to be said in a language.
func (e configError) Message() (format string, args []any) { return e.format, e.args }
