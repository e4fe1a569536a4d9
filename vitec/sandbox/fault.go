package sandbox

import (
	"vitec-import/vitec"
)

// Fault is one way in which the server misbehaves, and when. It is written as
// a short text, see [ParseFault].
type Fault struct {
	// Name is one of [KnownFaults], or a status from 200 to 999.
	Name string
	// AfterCommit: the request is processed and, if that made a booking, its
	// answer is lost to the fault. Requests that make no booking are answered
	// as ever. Otherwise nothing is processed. Faults that need a true answer
	// to damage process the request in any case.
	AfterCommit bool
	// Value is the fault's argument: a time, an address, a number.
	Value string

	// The rest says which requests it strikes: those that meet all of it. The
	// zero value is every request.

	// Target restricts to a customer, viewing or slot, where not empty.
	Target vitec.Target
	// Reused restricts to connections that have carried a request before.
	Reused bool
	// Match restricts further, by what is known when the header is read.
	Match func(Request) bool
	// First and Last are the first and the last request to be struck, counted
	// from 1 over the requests that meet the restrictions above.
	// Last 0: no end.
	First, Last int
	// Every strikes each n-th of those only. 0 and 1: each.
	Every int
	// Share strikes that share of those, by dice from [Config].Seed. 0: all.
	Share float64
	// Times is how often it strikes at most. 0: no limit.
	Times int
}

// ParseFault reads the text form of a fault.
func ParseFault(text string) (Fault, error) { panic("not yet") }

// MustFault is [ParseFault] for tests: it panics if the text is wrong.
func MustFault(text string) Fault {
	f, err := ParseFault(text)
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	return f
}

// String returns the text form, which [ParseFault] reads back. Match is not in it.
func (f Fault) String() string { panic("not yet") }

// MarshalText is [Fault.String].
func (f Fault) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText is [ParseFault].
func (f *Fault) UnmarshalText(text []byte) (err error) {
	*f, err = ParseFault(string(text))
	return err
}

// FaultInfo describes a fault to people.
type FaultInfo struct {
	Name     string `json:"name"`
	Argument string `json:"argument,omitempty"` // what stands behind "=", empty for nothing
	// Committed: "no", "yes", or "choice" where "-after-commit" may be added.
	Committed string `json:"committed"`
	Doc       string `json:"doc"`
}

// KnownFaults lists every fault by name, for help texts.
func KnownFaults() []FaultInfo { panic("not yet") }
