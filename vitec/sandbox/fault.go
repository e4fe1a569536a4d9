package sandbox

import (
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/agnivade/levenshtein"
	"golang.org/x/time/rate"
)

// Fault is one way in which the server misbehaves, and when. [ParseFault] makes
// one, which hits the requests that meet all of its conditions.
type Fault struct {
	// Match, if not nil, is one more condition: it decides by all that is known
	// once the header has been read.
	Match func(Request) bool

	text  string // as it was written
	name  string
	kind  *faultKind
	value string // what follows "="

	// afterCommit processes the request first. If that makes a booking, the fault
	// applies; a request that makes none is answered as usual. Without it nothing
	// is processed, unless the fault always books.
	afterCommit bool

	shortest, longest time.Duration // what a value says that is a duration

	customer    string
	first, last int // counted from 1 over those that meet customer and Match; last 0: no end
	every       int
	share       float64
	over        rate.Limit // requests a second that are not hit; 0: there is no such condition
	burst       int
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
// A value with a colon stands in quotes: 302="http://127.0.0.1:9/". Examples:
//
//	500-after-commit:10%   latency=200ms     reset-after-commit:3   401:50+
//	429=wait:over=20       403:customer=M2   503-after-commit=5:/20
func ParseFault(text string) (Fault, error) {
	f := Fault{text: text}
	if err := f.parse(); err != nil {
		return Fault{}, wrong("fault %q: %s", text, err)
	}
	return f, nil
}

// faultPart is NAME=VALUE or WHEN, with the colon behind it.
var faultPart = regexp.MustCompile(`^([^=:]*)(=(?:"(?:[^"\\]|\\.)*"|[^":]*))?(:|$)`)

func (f *Fault) parse() (err error) {
	type pair struct{ key, value string }
	var parts []pair
	for rest, more := f.text, ":"; more != ""; {
		m := faultPart.FindStringSubmatch(rest)
		value := ""
		if m != nil {
			value = strings.TrimPrefix(m[2], "=")
		}
		if strings.HasPrefix(value, `"`) {
			value, err = strconv.Unquote(value)
		}
		if m == nil || err != nil {
			return wrong("%q cannot be read; a value with a colon stands in quotes: 302=\"http://127.0.0.1:9/\"", rest)
		}
		parts = append(parts, pair{m[1], value})
		rest, more = rest[len(m[0]):], m[3]
	}
	for _, when := range parts[1:] {
		if !f.when(when.key, when.value) {
			return wrong("%q does not say when; want 10%%, 3, 3+, 3-7, /5, over=RATE or customer=ID, and quotes around a value with a colon", when.key)
		}
	}
	f.value = parts[0].value
	f.name, f.afterCommit = strings.CutSuffix(parts[0].key, "-after-commit")
	name := f.name
	if status, err := strconv.Atoi(name); err == nil && len(name) == 3 && status >= 200 {
		name = statusName
	}
	i := slices.IndexFunc(faultKinds, func(k *faultKind) bool { return k.Name == name })
	if i < 0 || f.name == statusName {
		return unknownFault(f.name)
	}
	f.kind = faultKinds[i]
	switch k := f.kind; {
	case f.afterCommit && k.Commits == CommitsAlways:
		return wrong("%s always books, so it takes no -after-commit", k.Name)
	case f.afterCommit && k.Commits == CommitsNever:
		return wrong("%s never books, so it takes no -after-commit", k.Name)
	case k.Argument == "" && f.value != "":
		return wrong("%s takes no value", k.Name)
	case k.Argument != "" && k.Argument[0] != '[' && f.value == "":
		return wrong("%s needs a value: %s=%s", k.Name, k.Name, k.Argument)
	case k.check != nil && f.value != "":
		return k.check(f)
	}
	return nil
}

// when reads one condition, and reports whether it is one.
func (f *Fault) when(key, value string) bool {
	from, to, span := strings.Cut(key, "-")
	switch {
	case key == "customer":
		f.customer = value
		return value != ""
	case key == "over":
		number, burst, given := strings.Cut(value, ",")
		perSecond, err := strconv.ParseFloat(number, 64)
		f.over, f.burst = rate.Limit(perSecond), int(math.Ceil(perSecond)) // a second's worth may come at once
		if given {
			f.burst = count(burst)
		}
		return err == nil && perSecond > 0 && perSecond <= 1e9 && f.burst > 0
	case value != "":
		return false
	case strings.HasSuffix(key, "%"):
		percent, err := strconv.ParseFloat(strings.TrimSuffix(key, "%"), 64)
		f.share = percent / 100
		return err == nil && percent > 0 && percent <= 100
	case strings.HasPrefix(key, "/"):
		f.every = count(key[1:])
		return f.every > 0
	case strings.HasSuffix(key, "+"):
		f.first, f.last = count(strings.TrimSuffix(key, "+")), 0
	case span:
		f.first, f.last = count(from), count(to)
		return f.first > 0 && f.first <= f.last
	default:
		f.first, f.last = count(key), count(key)
	}
	return f.first > 0
}

// count reads a number from 1 up; 0 if it is none.
func count(s string) int {
	n, _ := strconv.ParseUint(s, 10, 31)
	return int(n)
}

// MustFault is [ParseFault] for tests: it panics if the text is wrong.
func MustFault(text string) Fault {
	f, err := ParseFault(text)
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	return f
}

// String returns the text that [ParseFault] has read. Match is not in it.
func (f Fault) String() string { return f.text }

// MarshalText is [Fault.String].
func (f Fault) MarshalText() ([]byte, error) { return []byte(f.text), nil }

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
	limiter *rate.Limiter // of over

	mu     sync.Mutex
	seen   int // requests that met customer and Match
	random *rand.Rand
}

func (f Fault) activate(random *rand.Rand) *activeFault {
	a := &activeFault{Fault: f, random: random}
	if f.over > 0 {
		a.limiter = rate.NewLimiter(f.over, f.burst)
	}
	return a
}

// hit is a fault that hits one request.
type hit struct {
	*activeFault
	delay time.Duration // between shortest and longest
	wait  time.Duration // until there is room below the rate of over
}

// processes says whether the request is processed before the fault applies.
func (f *Fault) processes() bool { return f.kind.Commits == CommitsAlways || f.afterCommit }

// chooseFaults returns the faults that hit a request: all that hold it back,
// and the first of the others. The rest count it, too.
func chooseFaults(faults []*activeFault, r Request) (delays []*hit, fault *hit) {
	for _, f := range faults {
		if f.customer != "" && f.customer != r.Target.CustomerId || f.Match != nil && !f.Match(r) {
			continue
		}
		h := f.choose(fault != nil && f.name != latency)
		switch {
		case h == nil:
		case f.name == latency:
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
	k := f.seen - max(f.first, 1) + 1 // counted from the first to be hit
	switch {
	case onlyCount, k < 1, f.last > 0 && f.seen > f.last, f.every > 1 && k%f.every != 0:
		return nil
	case f.share > 0 && f.random.Float64() >= f.share:
		return nil
	}
	h := &hit{activeFault: f, delay: f.shortest + time.Duration(f.random.Int64N(int64(f.longest-f.shortest)+1))}
	if f.limiter != nil {
		if f.limiter.Allow() {
			return nil
		}
		h.wait = time.Duration((1 - f.limiter.Tokens()) / float64(f.over) * float64(time.Second))
	}
	return h
}
