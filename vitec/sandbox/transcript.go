package sandbox

import "slices"

// transcript is what went over the wire for one request, as far as a person
// wants to read it: nothing of the login, and of long texts the beginning.
type transcript struct {
	contentType, accept, agent string
	body                       []byte
	bodySize                   int

	answerType, retryAfter, location string
	answer                           []byte
	answerSize                       int
}

// maxTranscript is how many bytes of a text a transcript keeps.
const maxTranscript = 16 << 10

// transcript is taken when the request has ended.
func (x *exchange) transcript() *transcript {
	h := x.r.Header
	t := &transcript{
		contentType: h.Get("Content-Type"), accept: h.Get("Accept"), agent: h.Get("User-Agent"),
		bodySize: len(x.body), answerSize: len(x.sent),
		answerType: x.sentType, retryAfter: x.retryAfter, location: x.location,
	}
	t.body, t.answer = beginning(x.body), beginning(x.sent)
	return t
}

// beginning returns as much of b as a transcript keeps, without holding on to
// a long rest.
func beginning(b []byte) []byte {
	if cap(b) <= maxTranscript {
		return b
	}
	return slices.Clone(b[:min(len(b), maxTranscript)])
}

// transcripts are those of the newest requests, by number.
type transcripts [100]struct {
	number int
	*transcript
}

func (ts *transcripts) keep(number int, t *transcript) {
	if at := &ts[number%len(ts)]; number > at.number { // a late one gives way to its successor
		at.number, at.transcript = number, t
	}
}

func (ts *transcripts) of(number int) *transcript {
	if at := ts[number%len(ts)]; at.number == number {
		return at.transcript
	}
	return nil
}
