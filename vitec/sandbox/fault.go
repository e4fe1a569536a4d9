package sandbox

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/agnivade/levenshtein"
	"golang.org/x/time/rate"
)

// Fault is one way in which the server misbehaves, and when. [ParseFault] says
// how it is written.
type Fault struct {
	// Name is one of [KnownFaults], or a status from 200 to 999.
	Name string
	// AfterCommit processes the request first. If that makes a booking, the
	// fault applies; a request that makes none is answered as usual. Without
	// AfterCommit nothing is processed. Only for faults that leave the choice.
	AfterCommit bool
	// Value is the fault's argument: a duration, a text, a number.
	Value string

	// The rest says which requests the fault hits: those that meet all of it.
	// The zero value is every request.

	// Customer is the only customerId that it hits, if not empty.
	Customer string
	// Match decides by all that is known once the header has been read.
	Match func(Request) bool
	// First and Last are the first and the last request to hit, counted from
	// 1 over those that meet the conditions above. Last 0: no end.
	First, Last int
	// Every hits every n-th of those. 0: each.
	Every int
	// Share hits that share of those, above 0 up to 1, at random by
	// [Config].Seed. 0: all.
	Share float64
	// Over hits those above a rate: "RATE" or "RATE,BURST" requests a second.
	// BURST is how many may come at once, a second's worth if it is left out.
	Over string
}

// ParseFault reads a fault from its text:
//
//	NAME [ "-after-commit" ] [ "=" VALUE ] { ":" WHEN }
//
// Names and their values are listed by [KnownFaults]. Each WHEN narrows down
// which requests the fault hits:
//
//	10%          a share of them, at random
//	3  3+  3-7   the third, all from the third on, the third to the seventh
//	/5           every fifth
//	over=20,5    those above 20 a second, of which 5 may come at once
//	customer=ID  those for one customer
//
// A value with a colon stands in quotes: 302="http://127.0.0.1:9/". "-after"
// may be written for "-after-commit". Examples:
//
//	500-after-commit:10%   latency=200ms     reset-after-commit:3   401:50+
//	429=wait:over=20       403:customer=M2   503-after-commit=5:/20
func ParseFault(text string) (Fault, error) {
	f, err := parseFault(text)
	if err != nil {
		return Fault{}, wrong("fault %q: %s", text, err)
	}
	return f, nil
}

func parseFault(text string) (f Fault, err error) {
	end := strings.IndexAny(text+":", "=:")
	name, rest := text[:end], text[end:]
	for _, suffix := range []string{"-after-commit", "-after"} {
		if base, ok := strings.CutSuffix(name, suffix); ok {
			name, f.AfterCommit = base, true
			break
		}
	}
	f.Name = name
	if value, ok := strings.CutPrefix(rest, "="); ok {
		if f.Value, rest, err = cutValue(value); err != nil {
			return f, err
		}
	}
	for rest != "" {
		if rest[0] != ':' {
			return f, wrong("a colon is missing before %q", rest)
		}
		if rest, err = f.parseWhen(rest[1:]); err != nil {
			return f, err
		}
	}
	_, err = f.compile()
	return f, err
}

// cutValue takes a value, quoted or plain, off the front of a text.
func cutValue(s string) (value, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		value, _, _ = strings.Cut(s, ":")
		rest = s[len(value):]
		switch {
		case strings.HasPrefix(rest, "://"):
			return "", "", wrong("write an address in quotes: %q", s)
		case value == "":
			return "", "", wrong("a value is missing before %q", s)
		}
		return value, rest, nil
	}
	quoted, err := strconv.QuotedPrefix(s)
	if err == nil {
		value, err = strconv.Unquote(quoted)
	}
	if err != nil {
		return "", "", wrong("a closing quote is missing")
	}
	return value, s[len(quoted):], nil
}

// parseWhen reads one condition and returns what follows it.
func (f *Fault) parseWhen(s string) (rest string, err error) {
	if value, ok := strings.CutPrefix(s, "customer="); ok {
		f.Customer, rest, err = cutValue(value)
		return rest, err
	}
	if value, ok := strings.CutPrefix(s, "over="); ok {
		f.Over, rest, err = cutValue(value)
		return rest, err
	}
	term, _, _ := strings.Cut(s, ":")
	rest = s[len(term):]
	if share, ok := strings.CutSuffix(term, "%"); ok {
		p, err := strconv.ParseFloat(share, 64)
		f.Share = p / 100
		if err != nil || !(p > 0 && p <= 100) {
			return "", wrong("%q is not a share; want more than 0%% and up to 100%%", term)
		}
		return rest, nil
	}
	if every, ok := strings.CutPrefix(term, "/"); ok {
		f.Every, err = parseCount(every)
		return rest, err
	}
	from, to, span := strings.Cut(term, "-")
	from, open := strings.CutSuffix(from, "+")
	if from == "" || from[0] < '0' || from[0] > '9' || open && span {
		return "", wrong("%q does not say when; want 10%%, 3, 3+, 3-7, /5, over=RATE or customer=ID", term)
	}
	if f.First, err = parseCount(from); err != nil {
		return "", err
	}
	switch {
	case open:
		f.Last = 0
	case span:
		if f.Last, err = parseCount(to); err == nil && f.Last < f.First {
			err = wrong("%q ends before it begins", term)
		}
	default:
		f.Last = f.First
	}
	return rest, err
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
	add := func(before, value string) {
		if value != "" {
			if strings.ContainsAny(value, ":\"\\") || strconv.Quote(value) != `"`+value+`"` {
				value = strconv.Quote(value)
			}
			b.WriteString(before + value)
		}
	}
	add("=", f.Value)
	add(":customer=", f.Customer)
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
	add(":over=", f.Over)
	return b.String()
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
	Name     string
	Argument string // what follows "="; in brackets if it may be left out
	Commits  CommitKind
	Doc      string // in English
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

// CommitKind says whether a request that a fault hits is processed.
type CommitKind string

// What [FaultInfo].Commits says.
const (
	CommitsNever  CommitKind = "never"
	CommitsAlways CommitKind = "always"
	CommitsChoice CommitKind = "with -after-commit"
)

// KnownFaults lists every fault, for help texts.
func KnownFaults() []FaultInfo {
	infos := make([]FaultInfo, len(faultKinds))
	for i, k := range faultKinds {
		infos[i] = k.FaultInfo
	}
	return infos
}

// compile checks the fault as a whole and prepares it.
func (f *Fault) compile() (*activeFault, error) {
	name := f.Name
	if status, err := strconv.Atoi(name); err == nil && len(name) == 3 && status >= 200 {
		name = statusName
	}
	i := slices.IndexFunc(faultKinds, func(k *faultKind) bool { return k.Name == name })
	if i < 0 || f.Name == statusName {
		return nil, unknownFault(f.Name)
	}
	k := faultKinds[i]
	switch {
	case f.AfterCommit && k.Commits == CommitsAlways:
		return nil, wrong("%s always books, so it takes no -after-commit", k.Name)
	case f.AfterCommit && k.Commits == CommitsNever:
		return nil, wrong("%s never books, so it takes no -after-commit", k.Name)
	case k.Argument == "" && f.Value != "":
		return nil, wrong("%s takes no value", k.Name)
	case k.Argument != "" && k.Argument[0] != '[' && f.Value == "":
		return nil, wrong("%s needs a value: %s=%s", k.Name, k.Name, k.Argument)
	case f.First < 0 || f.Last < 0 || f.Every < 0 || f.Last > 0 && f.Last < f.First || !(f.Share >= 0 && f.Share <= 1):
		return nil, wrong("%s: there are no such requests", k.Name)
	}
	a := &activeFault{Fault: *f, kind: k, text: f.String()}
	if k.check != nil && f.Value != "" {
		if err := k.check(a); err != nil {
			return nil, err
		}
	}
	if f.Over != "" {
		number, burst, given := strings.Cut(f.Over, ",")
		limit, err := strconv.ParseFloat(number, 64)
		if err != nil || !(limit > 0 && limit <= 1e9) {
			return nil, wrong("%q is not a number of requests per second", number)
		}
		n := int(math.Ceil(limit))
		if given {
			if n, err = parseCount(burst); err != nil {
				return nil, err
			}
		}
		a.limiter = rate.NewLimiter(rate.Limit(limit), n)
	}
	return a, nil
}

// unknownFault suggests the name that may have been meant.
func unknownFault(name string) error {
	best, distance := "", max(len(name)/2, 1)
	for _, k := range faultKinds {
		if d := levenshtein.ComputeDistance(name, k.Name); d <= distance && k.Name != statusName {
			best, distance = k.Name, d-1
		}
	}
	if best != "" {
		return wrong("there is no fault %q; did you mean %q?", name, best)
	}
	return wrong("there is no fault %q; want a status from 200 to 999 or a name from the list of faults", name)
}

// activeFault is a fault in force.
type activeFault struct {
	Fault
	kind              *faultKind
	text              string
	shortest, longest time.Duration // what a Value says that is a duration
	limiter           *rate.Limiter

	mu     sync.Mutex
	seen   int // requests that met Customer and Match
	random *rand.Rand
}

// hit is a fault that hits one request.
type hit struct {
	*activeFault
	delay time.Duration // between shortest and longest
	wait  time.Duration // until there is room below the rate of Over
}

// processes says whether the request is processed before the fault applies.
func (f *activeFault) processes() bool { return f.kind.Commits == CommitsAlways || f.AfterCommit }

// chooseFaults returns the faults that hit a request: all that hold it back,
// and the first of the others. The rest count it, too.
func chooseFaults(faults []*activeFault, r Request) (delays []*hit, fault *hit) {
	for _, f := range faults {
		if f.Customer != "" && f.Customer != r.Target.CustomerId || f.Match != nil && !f.Match(r) {
			continue
		}
		h := f.choose(fault != nil && f.Name != latency)
		switch {
		case h == nil:
		case f.Name == latency:
			delays = append(delays, h)
		default:
			fault = h
		}
	}
	return delays, fault
}

// choose counts a request, and decides whether to hit it unless it only counts.
func (f *activeFault) choose(onlyCount bool) *hit {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen++
	k := f.seen - max(f.First, 1) + 1 // counted from the first to be hit
	switch {
	case onlyCount, k < 1, f.Last > 0 && f.seen > f.Last, f.Every > 1 && k%f.Every != 0:
		return nil
	case f.Share > 0 && f.random.Float64() >= f.Share:
		return nil
	}
	h := &hit{activeFault: f, delay: f.shortest + time.Duration(f.random.Int64N(int64(f.longest-f.shortest)+1))}
	if f.limiter != nil {
		if f.limiter.Allow() {
			return nil
		}
		h.wait = time.Duration((1 - f.limiter.Tokens()) / float64(f.limiter.Limit()) * float64(time.Second))
	}
	return h
}
