package sandbox

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"

	"vitec-import/vitec"
)

// Fault is one way in which the server misbehaves, and when. [ParseFault] tells
// how it is written.
type Fault struct {
	// Name is one of [KnownFaults], or a status from 200 to 999.
	Name string
	// AfterCommit: the request is processed first, and if that makes a
	// booking, the fault strikes. A request that makes none is answered as
	// ever. Without it nothing is processed at all. Only for the faults that
	// leave the choice.
	AfterCommit bool
	// Value is the fault's argument: a duration, an address, a number.
	Value string

	// The rest says which requests are struck: those that meet all of it.
	// The zero value is every request.

	// Target restricts to a customer, viewing or slot, where not empty.
	Target vitec.Target
	// Reused restricts to connections that have carried a request before.
	Reused bool
	// Match restricts by all that is known once the header has been read.
	Match func(Request) bool
	// First and Last are the first and the last request to be struck, counted
	// from 1 over those that meet the restrictions above. Last 0: no end.
	First, Last int
	// Every strikes each n-th of those. 0: each.
	Every int
	// Share strikes that share of those, above 0 up to 1, by dice from
	// [Config].Seed. 0: all.
	Share float64
	// Times is how often the fault strikes at most, requests that make no
	// booking for an AfterCommit to strike among them. 0: no limit.
	Times int
}

// ParseFault reads a fault from its text:
//
//	NAME [ "-after-commit" ] [ "=" VALUE ] { ":" WHEN }
//
// Names and their values are listed by [KnownFaults]. Each WHEN narrows the
// requests that are struck:
//
//	10%          a share of them, by dice
//	3  3+  3-7   the third, all from the third on, the third to the seventh
//	/5           each fifth
//	x2           twice at most
//	reused       those on a connection that has carried a request before
//	customer=ID  viewing=ID  slot=ID
//
// A value with a colon stands in quotes: 302="http://127.0.0.1:9/". "-after"
// may be written for "-after-commit", and "-before-commit" for nothing.
// Examples:
//
//	500-after-commit:10%   latency=200ms   reset-after-commit:3   401:50+
//	429=2:/20              403:customer=M2 rate-limit=20          stall:7:x1
func ParseFault(text string) (Fault, error) {
	f, err := parseFault(text)
	if err != nil {
		return Fault{}, wrong("fault %q: %s", text, err)
	}
	return f, nil
}

func parseFault(text string) (f Fault, err error) {
	end := strings.IndexAny(text, "=:")
	if end < 0 {
		end = len(text)
	}
	name, rest := text[:end], text[end:]
	for _, s := range []string{"-before-commit", "-before", "-after-commit", "-after"} {
		if base, ok := strings.CutSuffix(name, s); ok {
			name, f.AfterCommit = base, strings.HasPrefix(s, "-after")
			break
		}
	}
	f.Name = name
	if value, ok := strings.CutPrefix(rest, "="); ok {
		if f.Value, rest, err = cutValue(value); err != nil {
			return f, err
		}
		if f.Value == "" {
			return f, wrong("there is nothing behind %q", "=")
		}
	}
	for rest != "" {
		term, ok := strings.CutPrefix(rest, ":")
		if !ok {
			return f, wrong("want a colon before %q", rest)
		}
		if rest, err = f.parseWhen(term); err != nil {
			return f, err
		}
	}
	_, err = f.compile()
	return f, err
}

// cutValue takes a value, quoted or plain, off the front of a text.
func cutValue(s string) (value, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexByte(s, ':')
		if end < 0 {
			end = len(s)
		}
		if strings.HasPrefix(s[end:], "://") {
			return "", "", wrong("an address stands in quotes: %q", s)
		}
		return s[:end], s[end:], nil
	}
	quoted, err := strconv.QuotedPrefix(s)
	if err == nil {
		value, err = strconv.Unquote(quoted)
	}
	if err != nil {
		return "", "", wrong("a quote is not closed")
	}
	return value, s[len(quoted):], nil
}

// parseWhen reads one condition and returns what stands behind it.
func (f *Fault) parseWhen(s string) (rest string, err error) {
	for _, id := range []struct {
		prefix string
		field  *string
	}{{"customer=", &f.Target.CustomerId}, {"viewing=", &f.Target.ViewingId}, {"slot=", &f.Target.TimeSlotId}} {
		if value, ok := strings.CutPrefix(s, id.prefix); ok {
			*id.field, rest, err = cutValue(value)
			if err == nil && *id.field == "" {
				err = wrong("there is nothing behind %q", id.prefix)
			}
			return rest, err
		}
	}
	term, rest := s, ""
	if end := strings.IndexByte(s, ':'); end >= 0 {
		term, rest = s[:end], s[end:]
	}
	if term == "reused" {
		f.Reused = true
		return rest, nil
	}
	if share, ok := strings.CutSuffix(term, "%"); ok {
		p, err := strconv.ParseFloat(share, 64)
		if err != nil || !(p > 0 && p <= 100) {
			return "", wrong("%q is not a share; want more than 0%% and up to 100%%", term)
		}
		f.Share = p / 100
		return rest, nil
	}
	if every, ok := strings.CutPrefix(term, "/"); ok {
		f.Every, err = parseCount(every)
		return rest, err
	}
	if times, ok := strings.CutPrefix(term, "x"); ok {
		f.Times, err = parseCount(times)
		return rest, err
	}
	from, to, span := strings.Cut(term, "-")
	from, open := strings.CutSuffix(from, "+")
	if from == "" || from[0] < '0' || from[0] > '9' || open && span {
		return "", wrong("%q does not say when; want 10%%, 3, 3+, 3-7, /5, x2, reused, customer=ID, viewing=ID or slot=ID", term)
	}
	if f.First, err = parseCount(from); err != nil {
		return "", err
	}
	f.Last = f.First
	switch {
	case open:
		f.Last = 0
	case span:
		if f.Last, err = parseCount(to); err != nil {
			return "", err
		}
		if f.Last < f.First {
			return "", wrong("%q ends before it begins", term)
		}
	}
	return rest, nil
}

func parseCount(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n == 0 {
		return 0, wrong("%q is not a number from 1", s)
	}
	return int(n), nil
}

// MustFault is [ParseFault] for tests: it panics if the text is wrong.
func MustFault(text string) Fault {
	f, err := ParseFault(text)
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	return f
}

// String returns the text that [ParseFault] reads back. Match is not in it.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.Name)
	if f.AfterCommit {
		b.WriteString("-after-commit")
	}
	if f.Value != "" {
		b.WriteString("=" + quoteValue(f.Value))
	}
	for _, id := range [...][2]string{{"customer", f.Target.CustomerId}, {"viewing", f.Target.ViewingId}, {"slot", f.Target.TimeSlotId}} {
		if id[1] != "" {
			b.WriteString(":" + id[0] + "=" + quoteValue(id[1]))
		}
	}
	if f.Reused {
		b.WriteString(":reused")
	}
	switch {
	case f.First == 0 && f.Last == 0:
	case f.Last == 0:
		fmt.Fprintf(&b, ":%d+", f.First)
	case f.First == f.Last:
		fmt.Fprintf(&b, ":%d", f.First)
	default:
		fmt.Fprintf(&b, ":%d-%d", max(f.First, 1), f.Last)
	}
	if f.Every > 0 {
		fmt.Fprintf(&b, ":/%d", f.Every)
	}
	if f.Share > 0 {
		b.WriteString(":" + strconv.FormatFloat(f.Share*100, 'g', 12, 64) + "%")
	}
	if f.Times > 0 {
		fmt.Fprintf(&b, ":x%d", f.Times)
	}
	return b.String()
}

// quoteValue quotes what would not be read back as it stands.
func quoteValue(s string) string {
	if strings.ContainsAny(s, ":\"\\") || strconv.Quote(s) != `"`+s+`"` {
		return strconv.Quote(s)
	}
	return s
}

// MarshalText is [Fault.String].
func (f Fault) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText is [ParseFault].
func (f *Fault) UnmarshalText(text []byte) (err error) {
	*f, err = ParseFault(string(text))
	return err
}

// FaultInfo describes a fault to people.
type FaultInfo struct {
	Name     string     `json:"name"`
	Argument string     `json:"argument,omitempty"` // what stands behind "="; in brackets if it may be missing
	Commits  CommitKind `json:"commits"`
	Doc      string     `json:"doc"` // in English
}

// Message is what the fault does, to be said in a language.
func (i FaultInfo) Message() (format string, args []any) { return i.Doc, nil }

// Usage is how the fault is written: "stall[-after-commit]", "drip=DURATION".
func (i FaultInfo) Usage() string {
	s := i.Name
	if i.Commits == CommitsChoice {
		s += "[-after-commit]"
	}
	if optional, ok := strings.CutPrefix(i.Argument, "["); ok {
		s += "[=" + optional
	} else if i.Argument != "" {
		s += "=" + i.Argument
	}
	return s
}

// CommitKind says whether a struck request is processed.
type CommitKind string

// What [FaultInfo].Commits says.
const (
	CommitsNever  CommitKind = "never"
	CommitsAlways CommitKind = "always"
	CommitsChoice CommitKind = "with -after-commit"
)

// KnownFaults lists every fault, for help texts.
func KnownFaults() []FaultInfo {
	infos := make([]FaultInfo, len(deeds))
	for i, d := range deeds {
		infos[i] = d.FaultInfo
	}
	return infos
}

// compile checks the fault as a whole and finds what it does.
func (f *Fault) compile() (*rule, error) {
	d := findDeed(f.Name)
	if d == nil {
		return nil, unknownFault(f.Name)
	}
	if f.AfterCommit && d.Commits != CommitsChoice {
		if d.Commits == CommitsAlways {
			return nil, wrong("%s always books, so that it takes no -after-commit", d.Name)
		}
		return nil, wrong("%s never books, so that it takes no -after-commit", d.Name)
	}
	switch {
	case d.Argument == "" && f.Value != "":
		return nil, wrong("%s takes no value", d.Name)
	case d.Argument != "" && d.Argument[0] != '[' && f.Value == "":
		return nil, wrong("%s wants a value: %s=%s", d.Name, d.Name, d.Argument)
	}
	if f.First < 0 || f.Last < 0 || f.Every < 0 || f.Times < 0 || f.Last > 0 && f.Last < f.First {
		return nil, wrong("%s: the requests to be struck are not a range", d.Name)
	}
	if !(f.Share >= 0 && f.Share <= 1) || math.IsNaN(f.Share) {
		return nil, wrong("%s: the share is not between 0 and 1", d.Name)
	}
	r := &rule{Fault: *f, deed: d, text: f.String()}
	if d.parse != nil && f.Value != "" {
		if err := d.parse(r, f.Value); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// unknownFault suggests the name that was perhaps meant.
func unknownFault(name string) error {
	best, distance := "", max(len(name)/2, 1)
	for i := range deeds {
		if d := levenshtein.ComputeDistance(name, deeds[i].Name); d <= distance && deeds[i].Name != statusName {
			best, distance = deeds[i].Name, d-1
		}
	}
	if best != "" {
		return wrong("there is no fault %q; did you mean %q?", name, best)
	}
	return wrong("there is no fault %q; want a status from 200 to 999 or a name from the list of faults", name)
}
