package sandbox

import (
	"fmt"
	"slices"
	"time"

	"vitec-import/vitec"
)

// Config says what exists at the server and who may see it. The zero Config is
// open: any login with a user name, any customer, any viewing and any time
// slot exist, and places never run out.
//
// It is plain data, so that it can be read from YAML or JSON.
type Config struct {
	// Logins are those that are let in. Empty: any with a user name.
	// The vendor issues a password per customer and group of functions, so
	// one user name may stand here more than once.
	Logins []Login `json:"logins,omitempty" yaml:"logins,omitempty"`

	// ClosedCustomers are customerIds whose office is closed: everybody is
	// answered 403 there.
	ClosedCustomers []string `json:"closedCustomers,omitempty" yaml:"closedCustomers,omitempty"`

	// Viewings are those that exist; any other viewing and time slot is
	// answered 404. Empty: every one exists.
	Viewings []Viewing `json:"viewings,omitempty" yaml:"viewings,omitempty"`

	// Contacts are known before the first request. Empty: a contactId that
	// has not been seen yet is taken for a contact that the office has had
	// all along; otherwise it is one that does not exist.
	Contacts []Contact `json:"contacts,omitempty" yaml:"contacts,omitempty"`

	// Faults are in force from the start, as if by [Server.SetFaults].
	Faults []Fault `json:"faults,omitempty" yaml:"faults,omitempty"`

	// Seed makes ids and the faults' dice come out the same each time.
	// 0: different ones each time.
	Seed uint64 `json:"seed,omitempty" yaml:"seed,omitempty"`

	// Keep is how many of the newest commits and requests are remembered in
	// full. 0: all of them, about 3 kB a booking. Contacts are matched and
	// places are counted over everything, whatever Keep says.
	Keep int `json:"keep,omitempty" yaml:"keep,omitempty"`

	// Private leaves the page and /_sandbox/ out, for a server that is sent
	// real people's data: what it remembers is then seen in its own process
	// only, and the texts of requests and answers are not remembered at all.
	Private bool `json:"private,omitempty" yaml:"private,omitempty"`

	// Say says a text of the page in a language, "en" or "sv": an English format
	// and its arguments. nil: in English.
	Say func(language, format string, args ...any) string `json:"-" yaml:"-"`

	// Now is the clock for deadlines and for what is remembered.
	// nil: [time.Now].
	Now func() time.Time `json:"-" yaml:"-"`
}

// Login is one user name and password, and what they open.
type Login struct {
	Username string `json:"username" yaml:"username"`
	Password string `json:"password" yaml:"password"`
	// Customers are the customerIds that the login has a right to.
	// Empty: all of them.
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
	Slots      []Slot `json:"slots" yaml:"slots"`
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
	// Start is when the slot begins, for the reminders. Zero: not said.
	Start time.Time `json:"start,omitzero" yaml:"start,omitempty"`
}

func (c *Config) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// firstSlot is the first time slot that is named, if any is.
func (c *Config) firstSlot() (vitec.Target, bool) {
	for _, v := range c.Viewings {
		if len(v.Slots) > 0 {
			return vitec.Target{CustomerId: v.CustomerId, ViewingId: v.ViewingId, TimeSlotId: v.Slots[0].TimeSlotId}, true
		}
	}
	return vitec.Target{}, false
}

// closed says whether a customer's office is closed.
func (c *Config) closed(customer string) bool { return slices.Contains(c.ClosedCustomers, customer) }

// authorise says whether a login is let in, and whether it has a right to a
// customer.
func (c *Config) authorise(username, password, customer string) (in, right bool) {
	if username == "" {
		return false, false
	}
	if len(c.Logins) == 0 {
		return true, true
	}
	for _, l := range c.Logins {
		if l.Username == username && l.Password == password {
			in = true
			right = right || len(l.Customers) == 0 || slices.Contains(l.Customers, customer)
		}
	}
	return in, right
}
