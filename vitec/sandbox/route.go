package sandbox

import (
	"net/http"
	"strings"

	"vitec-import/vitec"
)

// The web server in front refuses a path that holds one of these.
const dangerous = `<>*%&:\?`

// route reads a decoded path. It returns the place of the booking, or what the
// server says of such a path.
func route(path string) (vitec.Target, *answer) {
	if strings.ContainsAny(path, dangerous) || strings.ContainsFunc(path, func(r rune) bool { return r < ' ' }) {
		a := serverError(http.StatusBadRequest)
		return vitec.Target{}, a
	}
	var parts [5]string
	rest := strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/")
	for i := range parts {
		var more bool
		parts[i], rest, more = strings.Cut(rest, "/")
		if parts[i] == "" || more != (i < len(parts)-1) {
			return vitec.Target{}, noRoute()
		}
	}
	if !strings.EqualFold(parts[0], "Viewing") || !strings.EqualFold(parts[4], "Participant") {
		return vitec.Target{}, noRoute()
	}
	return vitec.Target{CustomerId: parts[1], ViewingId: parts[2], TimeSlotId: parts[3]}, nil
}

func noRoute() *answer {
	return &answer{
		status:  http.StatusNotFound,
		message: "Det finns ingen HTTP-resurs som motsvarar den begärda adressen.",
		detail:  "Ingen typ hittades som motsvarar kontrollanten.",
	}
}
