package vitec

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// Format is one of the two formats in which the specification shows the body.
type Format uint8

const (
	JSON Format = iota // application/json, the default
	XML                // application/xml, as .NET's DataContractSerializer reads it
)

// ParseFormat reads "json" or "xml", in any case.
func ParseFormat(s string) (Format, error) {
	switch strings.ToLower(s) {
	case "json":
		return JSON, nil
	case "xml":
		return XML, nil
	}
	return JSON, fmt.Errorf("unknown format %q (want json or xml)", s)
}

// String returns "json" or "xml".
func (f Format) String() string {
	if f == XML {
		return "xml"
	}
	return "json"
}

// MediaType returns the format's media type without parameters, as it stands
// in an Accept header.
func (f Format) MediaType() string { return "application/" + f.String() }

// ContentType returns the format's media type with its charset.
func (f Format) ContentType() string { return f.MediaType() + "; charset=utf-8" }

// Encode appends b in format f to dst and returns the extended buffer. Members
// that are empty are left out, and so are members that hold nothing but empty
// members; nothing is ever null.
//
// What the format cannot hold is a *[RequestError] that names the field, and
// dst is then returned as it was: invalid UTF-8, a number that is not finite, a
// year outside 1 to 9999, and in XML a character that XML 1.0 does not have.
func Encode(dst []byte, f Format, b *AddNewViewingParticipant) ([]byte, error) {
	if f == XML {
		return b.AppendXML(dst)
	}
	return b.AppendJSON(dst)
}

// unsendable finds the member for which an encoder gave up.
func unsendable(f Format, b *AddNewViewingParticipant) error {
	for _, field := range fields {
		var reason Text
		switch v := field.at(b).(type) {
		case *string:
			reason = badText(f, *v)
		case *[]string:
			for _, s := range *v {
				if reason = badText(f, s); !reason.IsZero() {
					break
				}
			}
		case **float64:
			if *v != nil && !isFinite(**v) {
				reason = say("is not a finite number")
			}
		case *time.Time:
			if !v.IsZero() && !sendableTime(*v) {
				reason = say("has a year outside 1 to 9999")
			}
		}
		if !reason.IsZero() {
			return &RequestError{Path: field.Path, Reason: reason}
		}
	}
	return &RequestError{Reason: say("the body cannot be written as %s", f.String())}
}

func badText(f Format, s string) Text {
	if isPrintable(s) {
		return Text{}
	}
	if !utf8.ValidString(s) {
		return say("is not valid UTF-8")
	}
	if f == XML {
		for _, r := range s {
			if !isXMLChar(r) {
				return say("contains the character %s, which XML cannot carry", fmt.Sprintf("%U", r))
			}
		}
	}
	return Text{}
}

// isPrintable reports whether s is printable ASCII, as most texts are: either
// format can hold that, and it takes one look at each byte to know.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i]-' ' > '~'-' ' {
			return false
		}
	}
	return true
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// isXMLChar reports whether XML 1.0 can hold r, escaped or not
// (https://www.w3.org/TR/xml/#charsets).
func isXMLChar(r rune) bool {
	return r >= 0x20 && r <= 0xD7FF || r == '\t' || r == '\n' || r == '\r' ||
		r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}

// timeLayout is RFC 3339 with an explicit offset and at most seven digits of a
// second's fraction: .NET's DateTime counts in units of 100 ns.
const timeLayout = "2006-01-02T15:04:05.9999999Z07:00"

// sendableTime reports whether the year is one of four digits. For nearly all
// times that does not depend on the zone, which takes longest to find out.
func sendableTime(t time.Time) bool {
	if s := t.Unix(); s >= year2 && s < year9999 {
		return true
	}
	t = sentTime(t)
	return t.Year() >= 1 && t.Year() <= 9999
}

// The seconds at which these years begin.
var (
	year2    = time.Date(2, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	year9999 = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

// sentTime returns t in a zone that RFC 3339 can write: offsets of the years
// before standard time have seconds.
func sentTime(t time.Time) time.Time {
	if _, offset := t.Zone(); offset%60 != 0 {
		return t.UTC()
	}
	return t
}

// appendTime writes a time as timeLayout. Whole seconds, as all that people
// write are, have a layout that package time writes three times as fast.
func appendTime(dst []byte, t time.Time) []byte {
	t = sentTime(t)
	if t.Nanosecond() == 0 {
		return t.AppendFormat(dst, time.RFC3339)
	}
	return t.AppendFormat(dst, timeLayout)
}
