package sandbox

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"time"
	_ "time/tzdata" // a date without an offset means Swedish time, on every machine
	"unicode/utf16"
)

// errMalformed is all that is said of a body that is not well-formed.
var errMalformed = errors.New("body is not well-formed")

// decodeText turns the bytes of a body into UTF-8, as .NET does: a byte order
// mark is passed over, what does not decode becomes U+FFFD. charset is the
// Content-Type's; only UTF-16 is told from UTF-8.
func decodeText(b []byte, charset string) string {
	switch strings.ToLower(charset) {
	case "utf-16", "utf-16le", "unicode":
		return decodeUTF16(b, binary.LittleEndian)
	case "utf-16be", "unicodefffe":
		return decodeUTF16(b, binary.BigEndian)
	}
	return strings.ToValidUTF8(string(bytes.TrimPrefix(b, []byte("\ufeff"))), "\ufffd")
}

func decodeUTF16(b []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
}

// The server's own dates carry no offset and mean Swedish time.
var stockholm = func() *time.Location {
	l, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err) // the zone is compiled in
	}
	return l
}()

// parseTime reads a date as the server's parsers do: ISO 8601, the time of day,
// its fraction and the offset optional.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, s, stockholm); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
