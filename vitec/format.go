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

// unsendable returns an error for the first member that the format cannot hold.
func unsendable(f Format, b *AddNewViewingParticipant) error {
	for _, field := range fields {
		if reason := field.unsendable(f, b); !reason.IsZero() {
			return &RequestError{Path: field.Path, Reason: reason}
		}
	}
	return nil
}

// unsendable says why a format cannot hold the field's value in b; the zero Text
// means that it can.
func (f *Field) unsendable(format Format, b *AddNewViewingParticipant) Text {
	if f.Kind == KindText { // most are, and a text need not be copied out of b
		return badText(format, f.member(b).String())
	}
	v, _ := f.Get(b)
	switch v := v.(type) {
	case []string:
		return badText(format, strings.Join(v, "\n"))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return say("is not a finite number")
		}
	case time.Time:
		if year := sentTime(v).Year(); year < 1 || year > 9999 {
			return say("has a year outside 1 to 9999")
		}
	}
	return Text{}
}

func badText(f Format, s string) Text {
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

// isXMLChar reports whether XML 1.0 can hold r, escaped or not
// (https://www.w3.org/TR/xml/#charsets).
func isXMLChar(r rune) bool {
	return r >= 0x20 && r <= 0xD7FF || r == '\t' || r == '\n' || r == '\r' ||
		r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}

// sentTime returns t as the request can hold it: in units of 100 ns, as .NET's
// DateTime counts, and in a zone that RFC 3339 can write (offsets of the years
// before standard time have seconds).
func sentTime(t time.Time) time.Time {
	if _, offset := t.Zone(); offset%60 != 0 {
		t = t.UTC()
	}
	return t.Truncate(100 * time.Nanosecond)
}
