package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func drawBundle(t *rapid.T) *bundle {
	var p bundle
	p.reset(rowID(rapid.Int64Range(1, 1<<31-1).Draw(t, "run"), 3))
	text := func(label string) uint32 {
		return p.text([]byte(rapid.SampledFrom([]string{"", "a", "TS-1", "M11385", "Ö", string(make([]byte, 300))}).Draw(t, label)))
	}
	for range rapid.IntRange(0, bundleRows).Draw(t, "rows") {
		r := p.row(len(p.rows))
		if r.planned = rapid.Bool().Draw(t, "planned"); r.planned {
			r.outcome = Outcome(rapid.IntRange(0, len(Outcomes)-1).Draw(t, "outcome"))
			r.spreadsheetRow = rapid.OneOf(rapid.Just(len(p.rows)+1), rapid.Int()).Draw(t, "number")
			if len(p.rows) > 1 && rapid.Bool().Draw(t, "same slot") {
				r.slot = p.rows[len(p.rows)-2].slot
			} else {
				r.slot = [3]uint32{text("customer"), text("viewing"), text("slot")}
			}
			r.words, r.problems = text("words"), text("problems")
			if rapid.Bool().Draw(t, "refers") {
				r.ref, r.refRow = rapid.Int64Range(1, 1<<63-1).Draw(t, "ref"), rapid.Int().Draw(t, "ref row")
				r.differs = rapid.Bool().Draw(t, "differs")
			}
		}
		if r.begun = rapid.Bool().Draw(t, "begun"); r.begun {
			var content Digest
			if rapid.Bool().Draw(t, "content") {
				content[0] = 7
			}
			k := drawKeys(t, "row")
			r.submission = packedSubmission{rapid.Int64().Draw(t, "at"), submissionHas(k, content), appendDigests(nil, k, content)}
		}
		if r.ended = rapid.Bool().Draw(t, "ended"); r.ended {
			r.result = packedResult{
				outcome: Outcome(rapid.IntRange(0, len(Outcomes)-1).Draw(t, "result")),
				status:  rapid.Int().Draw(t, "status"), attempts: rapid.Int().Draw(t, "attempts"), duration: rapid.Int64().Draw(t, "duration"),
				booking: appendBooking(nil, drawBooking(t)), words: text("said"),
			}
		}
	}
	return &p
}

func drawBooking(t *rapid.T) string {
	return rapid.OneOf(rapid.Just(""), rapid.String(), rapid.StringMatching(`(VID)?[0-9a-f]{32}`),
		rapid.StringMatching(`VID[0-9A-F]{32}`), rapid.StringMatching(`[0-9a-fA-F]{32}`), rapid.StringMatching(`x?[0-9]{32}`)).Draw(t, "booking")
}

// readable is a bundle with its texts in place of their numbers, and without
// rows of which nothing is known at its end.
func readable(p *bundle) (rows []any) {
	rows = []any{}
	for i := range p.rows {
		r := p.rows[i]
		var texts [6]string
		for j, n := range [...]*uint32{&r.slot[0], &r.slot[1], &r.slot[2], &r.words, &r.problems, &r.result.words} {
			texts[j] = string(p.textOf(*n))
			*n = 0
		}
		var k Keys
		r.submission.keys(&k)
		content := r.submission.content()
		id := ""
		if r.ended {
			id = bookingID(r.result.booking)
		}
		rows = append(rows, []any{r.planned, r.begun, r.ended, r.outcome, r.differs, r.spreadsheetRow, r.ref, r.refRow, texts,
			r.submission.at, k.Contact, k.Number, append([]Digest{}, k.Traits...), content,
			r.result.outcome, r.result.status, r.result.attempts, r.result.duration, id})
	}
	for n := len(p.rows); n > 0 && !p.rows[n-1].planned && !p.rows[n-1].begun && !p.rows[n-1].ended; n-- {
		rows = rows[:n-1]
	}
	return rows
}

func TestBundleComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawBundle(t)
		var got bundle
		if packed := p.encode(nil); !got.decode(p.id, packed) {
			t.Fatalf("%x is not read", packed)
		}
		if diff := cmp.Diff(readable(p), readable(&got)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestBookingIDComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := drawBooking(t)
		packed := appendBooking(nil, id)
		u := unpacker{b: append(packed, "rest"...)}
		if got := bookingID(u.booking()); got != id || string(u.b) != "rest" {
			t.Fatalf("%q comes back as %q, before %q", id, got, u.b)
		}
	})
}

// FuzzBundle reads garbage, as a ledger that somebody has forged might have it:
// it is refused, or says the same when it is packed again.
func FuzzBundle(f *testing.F) {
	for _, rows := range []int{0, 1, 3} {
		var p bundle
		p.reset(1)
		for i := range rows {
			r := p.row(i)
			r.planned, r.spreadsheetRow, r.words = true, i+2, p.text([]byte("x"))
			r.begun, r.submission = true, packedSubmission{at: time.Hour.Nanoseconds(), has: hasNumber, digests: make([]byte, 16)}
			r.ended, r.result = true, packedResult{outcome: Booked, booking: appendBooking(nil, "VID")}
		}
		f.Add(p.encode(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var p, again bundle
		if !p.decode(1, b) {
			return
		}
		if !again.decode(1, p.encode(nil)) {
			t.Fatal("what was read cannot be read again")
		}
		if diff := cmp.Diff(readable(&p), readable(&again)); diff != "" {
			t.Error(diff)
		}
	})
}
