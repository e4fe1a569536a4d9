package ledger

import (
	"bytes"
	"encoding/binary"
	"math"
)

// bundleRows is how many consecutive rows of a run are kept as one packed bundle:
// enough that SQLite's share of a row is small and that what rows have in
// common is kept once, few enough that one row is found fast.
const bundleRows = 64

// A bundle is some consecutive rows of a run, planned and as they went. It is
// unpacked into views of its own bytes, and used again for the next.
//
// Packed, it is the texts that its rows refer to, and the rows one after the
// other; see encode. Whether its bytes are what was written is the disk's care.
type bundle struct {
	id    int64 // rowID of the run and the bundle's number
	rows  []packedRow
	texts [][]byte // what rows refer to by number, from 1; number 0 is the empty text

	packed []byte // what rows and texts point into, if it was read
	body   []byte // scratch of encode
	order  []uint32
	number []uint32
}

// A packedRow is a row as a bundle has it. The zero packedRow is one of which
// nothing is known.
type packedRow struct {
	planned, begun, ended bool

	outcome         Outcome // as planned
	differs         bool
	spreadsheetRow  int
	slot            [3]uint32 // numbers of texts: customer, viewing, time slot
	words, problems uint32    // numbers of texts: words, packed; JSON
	ref             int64     // id of the earlier row that is the same booking; 0 = none
	refRow          int

	submission packedSubmission // if begun
	result     packedResult     // if ended
}

type packedSubmission struct {
	at      int64  // Unix nanoseconds
	has     uint64 // hasContact, hasNumber and hasContent, and the number of traits above them
	digests []byte // contact, number, traits, content
}

const (
	hasContent = 4 // beside hasContact and hasNumber
	hasBits    = 3
)

type packedResult struct {
	outcome          Outcome
	status, attempts int
	duration         int64  // microseconds
	booking          []byte // see appendBooking
	words            uint32 // number of a text
}

// outcomeNow is the row's own outcome, without settlements and references.
func (r *packedRow) outcomeNow() Outcome {
	switch {
	case r.ended:
		return r.result.outcome
	case r.begun:
		return Uncertain
	}
	return r.outcome
}

// live reports whether somebody is, or may be, booked by the row's own
// submission, settlements aside.
func (r *packedRow) live() (yes, booked bool) {
	if !r.begun {
		return false, false
	}
	o := r.outcomeNow()
	return o == Booked || o == Uncertain, o == Booked
}

// close gives a row that was begun and never finished its outcome.
func (p *bundle) close(r *packedRow, why wording) {
	if r.begun && !r.ended {
		r.ended, r.result = true, packedResult{outcome: Uncertain, attempts: 1, booking: appendBooking(nil, ""), words: p.text([]byte(why.packed()))}
	}
}

// firstID is the id of the bundle's first row.
func (p *bundle) firstID() int64 {
	run, number := splitID(p.id)
	return rowID(run, number*bundleRows)
}

// bundleOf returns the id of the bundle that a row is in, and where in it.
func bundleOf(row int64) (bundle int64, at int) {
	run, index := splitID(row)
	return rowID(run, index/bundleRows), index % bundleRows
}

// row returns the row at a position, which may be beyond those that there are.
func (p *bundle) row(at int) *packedRow {
	for at >= len(p.rows) {
		p.rows = append(p.rows, packedRow{})
	}
	return &p.rows[at]
}

func (p *bundle) reset(id int64) { p.id, p.rows, p.texts = id, p.rows[:0], p.texts[:0] }

// text returns the number of a text. The bundle keeps b, as long as it is in use.
func (p *bundle) text(b []byte) uint32 {
	if len(b) == 0 {
		return 0
	}
	for i, t := range p.texts {
		if bytes.Equal(t, b) {
			return uint32(i + 1)
		}
	}
	p.texts = append(p.texts, b)
	return uint32(len(p.texts))
}

func (p *bundle) textOf(number uint32) []byte {
	if number == 0 {
		return nil
	}
	return p.texts[number-1]
}

// The first byte of a packed row: what there is of it and, in three bits, the
// outcome as planned. A row that follows its predecessor has the next row
// number, the same slot, and none of what bundleDetails tell of.
const (
	bundlePlanned = 1 << iota
	bundleBegun
	bundleEnded
	bundleFollows
	bundleOutcome // its lowest bit
)

const (
	detailNumber = 1 << iota
	detailSlot
	detailRef
	detailDiffers
	detailWords
	detailProblems
)

// encode packs the bundle. Texts that no row refers to any more are left out.
func (p *bundle) encode(b []byte) []byte {
	p.number = append(p.number[:0], make([]uint32, len(p.texts)+1)...)
	p.order = p.order[:0]
	use := func(text uint32) uint64 {
		if text != 0 && p.number[text] == 0 {
			p.order = append(p.order, text)
			p.number[text] = uint32(len(p.order))
		}
		return uint64(p.number[text])
	}
	n := len(p.rows)
	for n > 0 && !p.rows[n-1].planned && !p.rows[n-1].begun && !p.rows[n-1].ended {
		n--
	}
	body := p.body[:0]
	var at int64
	var before packedRow
	for i := range p.rows[:n] {
		r := &p.rows[i]
		body = appendPlanned(body, r, &before, use)
		if r.begun {
			body = appendSubmission(body, r.submission.at-at, r.submission.has)
			body = append(body, r.submission.digests...)
			at = r.submission.at
		}
		if r.ended {
			s := &r.result
			body = appendResult(body, s.outcome, s.status, s.attempts, s.duration)
			body = append(body, s.booking...)
			body = binary.AppendUvarint(body, use(s.words))
		}
	}
	p.body = body
	b = binary.AppendUvarint(b, uint64(len(p.order)))
	for _, text := range p.order {
		b = appendText(b, p.texts[text-1])
	}
	return append(b, body...)
}

func appendPlanned(b []byte, r, before *packedRow, use func(uint32) uint64) []byte {
	var first, details byte
	if r.begun {
		first |= bundleBegun
	}
	if r.ended {
		first |= bundleEnded
	}
	if !r.planned {
		return append(b, first)
	}
	first |= bundlePlanned | byte(r.outcome)*bundleOutcome
	for _, d := range [...]struct {
		is  bool
		bit byte
	}{
		{r.spreadsheetRow != before.spreadsheetRow+1, detailNumber},
		{r.slot != before.slot, detailSlot},
		{r.ref != 0, detailRef},
		{r.differs, detailDiffers},
		{r.words != 0, detailWords},
		{r.problems != 0, detailProblems},
	} {
		if d.is {
			details |= d.bit
		}
	}
	if details == 0 {
		first |= bundleFollows
	}
	b = append(b, first)
	if details != 0 {
		b = append(b, details)
		if details&detailNumber != 0 {
			b = binary.AppendVarint(b, int64(r.spreadsheetRow-before.spreadsheetRow))
		}
		if details&detailSlot != 0 {
			for _, t := range r.slot {
				b = binary.AppendUvarint(b, use(t))
			}
		}
		if details&detailRef != 0 {
			b = binary.AppendUvarint(b, uint64(r.ref))
			b = binary.AppendVarint(b, int64(r.refRow))
		}
		if details&detailWords != 0 {
			b = binary.AppendUvarint(b, use(r.words))
		}
		if details&detailProblems != 0 {
			b = binary.AppendUvarint(b, use(r.problems))
		}
	}
	before.spreadsheetRow, before.slot = r.spreadsheetRow, r.slot
	return b
}

// appendSubmission packs the head of a submission; the digests follow.
func appendSubmission(b []byte, at int64, has uint64) []byte {
	return binary.AppendUvarint(binary.AppendVarint(b, at), has)
}

// appendResult packs the head of a result; booking and words follow.
func appendResult(b []byte, o Outcome, status, attempts int, duration int64) []byte {
	b = append(b, byte(o))
	b = binary.AppendVarint(b, int64(status))
	b = binary.AppendVarint(b, int64(attempts))
	return binary.AppendVarint(b, duration)
}

func appendText[T []byte | string](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// The API's ids end in 32 hexadecimal digits, which take half the room.
const (
	bookingPlain = iota
	bookingLower
	bookingUpper
	bookingKinds = 1 << 2
	hexDigits    = 32
)

// appendBooking packs a booking id: the length of what is kept as it is with
// the kind of the digits after it, and both.
func appendBooking(b []byte, id string) []byte {
	kind, digits := bookingPlain, [hexDigits / 2]byte{}
	if len(id) >= hexDigits {
		kind = parseDigits(id[len(id)-hexDigits:], &digits)
	}
	if kind == bookingPlain {
		b = binary.AppendUvarint(b, uint64(len(id))*bookingKinds)
		return append(b, id...)
	}
	head := id[:len(id)-hexDigits]
	b = binary.AppendUvarint(b, uint64(len(head))*bookingKinds|uint64(kind))
	b = append(b, head...)
	return append(b, digits[:]...)
}

// parseDigits reads hexadecimal digits that are all of one case, else it
// returns bookingPlain.
func parseDigits(s string, to *[hexDigits / 2]byte) (kind int) {
	kind = bookingPlain
	for i := range hexDigits {
		var d byte
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			d = c - '0'
		case c >= 'a' && c <= 'f' && kind != bookingUpper:
			kind, d = bookingLower, c-'a'+10
		case c >= 'A' && c <= 'F' && kind != bookingLower:
			kind, d = bookingUpper, c-'A'+10
		default:
			return bookingPlain
		}
		to[i/2] = to[i/2]<<4 | d
	}
	return max(kind, bookingLower)
}

// bookingID unpacks what appendBooking packed, and unpacker.booking has checked.
func bookingID(b []byte) string {
	u := unpacker{b: b}
	head := u.uint()
	id := u.bytes(head / bookingKinds)
	kind := head % bookingKinds
	if kind == bookingPlain {
		return string(id)
	}
	digits := "0123456789abcdef"
	if kind == bookingUpper {
		digits = "0123456789ABCDEF"
	}
	long := make([]byte, 0, 64)
	long = append(long, id...)
	for _, d := range u.b {
		long = append(long, digits[d>>4], digits[d&15])
	}
	return string(long)
}

// decode unpacks a bundle out of bytes that it copies. It reports whether they
// are one.
func (p *bundle) decode(id int64, packed []byte) bool {
	p.reset(id)
	p.packed = append(p.packed[:0], packed...)
	u := unpacker{b: p.packed}
	for n := u.uint(); n > 0 && !u.bad; n-- {
		p.texts = append(p.texts, u.bytes(u.uint()))
	}
	text := func() uint32 {
		n := u.uint()
		if n > uint64(len(p.texts)) {
			u.bad = true
			return 0
		}
		return uint32(n)
	}
	var at int64
	var before packedRow
	for len(u.b) > 0 {
		if len(p.rows) == bundleRows {
			return false
		}
		p.rows = append(p.rows, packedRow{})
		r := &p.rows[len(p.rows)-1]
		first := u.byte()
		if r.planned = first&bundlePlanned != 0; r.planned {
			r.outcome = Outcome(first / bundleOutcome)
			r.spreadsheetRow, r.slot = before.spreadsheetRow+1, before.slot
			if first&bundleFollows == 0 {
				u.details(r, &before, text)
			}
			before.spreadsheetRow, before.slot = r.spreadsheetRow, r.slot
		}
		if r.begun = first&bundleBegun != 0; r.begun {
			r.submission = u.submission()
			r.submission.at += at
			at = r.submission.at
		}
		if r.ended = first&bundleEnded != 0; r.ended {
			r.result = u.result()
			r.result.words = text()
		}
		if u.bad || int(r.outcome) >= len(Outcomes) {
			return false
		}
	}
	return !u.bad
}

// An unpacker reads packed bytes. When they are not what they should be it is
// bad, and all that it returns is zero.
type unpacker struct {
	b   []byte
	bad bool
}

func (u *unpacker) fail() { u.b, u.bad = nil, true }

func (u *unpacker) uint() uint64 {
	if len(u.b) > 0 && u.b[0] < 0x80 {
		v := u.b[0]
		u.b = u.b[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(u.b)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return v
}

func (u *unpacker) int() int64 {
	v := u.uint()
	return int64(v>>1) ^ -int64(v&1)
}

func (u *unpacker) byte() byte {
	if len(u.b) == 0 {
		u.fail()
		return 0
	}
	v := u.b[0]
	u.b = u.b[1:]
	return v
}

func (u *unpacker) bytes(n uint64) []byte {
	if n > uint64(len(u.b)) {
		u.fail()
		return nil
	}
	v := u.b[:n:n]
	u.b = u.b[n:]
	return v
}

// details reads what a planned row has that its predecessor does not tell.
func (u *unpacker) details(r, before *packedRow, text func() uint32) {
	details := u.byte()
	if details&detailNumber != 0 {
		r.spreadsheetRow = before.spreadsheetRow + int(u.int())
	}
	if details&detailSlot != 0 {
		for i := range r.slot {
			r.slot[i] = text()
		}
	}
	if details&detailRef != 0 {
		ref := u.uint()
		if r.ref = int64(ref); ref == 0 || ref > math.MaxInt64 {
			u.fail()
		}
		r.refRow = int(u.int())
	}
	r.differs = details&detailDiffers != 0
	if details&detailWords != 0 {
		r.words = text()
	}
	if details&detailProblems != 0 {
		r.problems = text()
	}
}

func (u *unpacker) submission() (s packedSubmission) {
	s.at, s.has = u.int(), u.uint()
	digests := s.has >> hasBits
	for bits := s.has & (1<<hasBits - 1); bits != 0; bits &= bits - 1 {
		digests++
	}
	if digests > uint64(len(u.b)) { // before it is multiplied
		u.fail()
		return s
	}
	s.digests = u.bytes(digests * uint64(len(Digest{})))
	return s
}

// result reads all of a result but its words.
func (u *unpacker) result() (r packedResult) {
	r.outcome = Outcome(u.byte())
	if int(r.outcome) >= len(Outcomes) {
		u.fail()
	}
	r.status, r.attempts, r.duration = int(u.int()), int(u.int()), u.int()
	r.booking = u.booking()
	return r
}

func (u *unpacker) booking() []byte {
	all := u.b
	head := u.uint()
	u.bytes(head / bookingKinds)
	switch head % bookingKinds {
	case bookingPlain:
	case bookingLower, bookingUpper:
		u.bytes(hexDigits / 2)
	default:
		u.fail()
	}
	if u.bad {
		return nil
	}
	return all[: len(all)-len(u.b) : len(all)-len(u.b)]
}

// submissionHas is the head of a submission's digests.
func submissionHas(k Keys, content Digest) (has uint64) {
	if !k.Contact.IsZero() {
		has |= hasContact
	}
	if !k.Number.IsZero() {
		has |= hasNumber
	}
	if !content.IsZero() {
		has |= hasContent
	}
	for _, t := range k.Traits {
		if !t.IsZero() {
			has += 1 << hasBits
		}
	}
	return has
}

// appendDigests packs a submission's digests in the order of packedSubmission.
func appendDigests(b []byte, k Keys, content Digest) []byte {
	if !k.Contact.IsZero() {
		b = append(b, k.Contact[:]...)
	}
	if !k.Number.IsZero() {
		b = append(b, k.Number[:]...)
	}
	for _, t := range k.Traits {
		if !t.IsZero() {
			b = append(b, t[:]...)
		}
	}
	if !content.IsZero() {
		b = append(b, content[:]...)
	}
	return b
}

// keys unpacks the submission's keys into k, whose Traits are reused.
func (s *packedSubmission) keys(k *Keys) {
	*k = Keys{Traits: k.Traits[:0]}
	b := s.digests
	next := func() (d Digest) {
		b = b[copy(d[:], b):]
		return d
	}
	if s.has&hasContact != 0 {
		k.Contact = next()
	}
	if s.has&hasNumber != 0 {
		k.Number = next()
	}
	for range s.has >> hasBits {
		k.Traits = append(k.Traits, next())
	}
}

// content returns the digest of the body.
func (s *packedSubmission) content() (d Digest) {
	if s.has&hasContent != 0 {
		copy(d[:], s.digests[len(s.digests)-len(d):])
	}
	return d
}

// readBundle reads the first bundle with an id from first to last; ok is false if
// there is none.
func readBundle(c *conn, p *bundle, first, last int64) (ok bool, err error) {
	var s *stmt
	if first == last {
		s = c.query("SELECT id, data FROM bundles WHERE id = ?").int(first)
	} else {
		s = c.query("SELECT id, data FROM bundles WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1").int(first).int(last)
	}
	if ok = s.next(); ok {
		id := s.getInt()
		if !p.decode(id, s.getBlob()) {
			err = errUnreadable(c, id)
		}
	}
	if e := s.done(); e != nil {
		err = e
	}
	return ok, err
}

func errUnreadable(c *conn, bundle int64) error {
	run, n := splitID(bundle)
	return errDamaged(c.disk.path, Say("rows %d to %d of run %d cannot be read", n*bundleRows, (n+1)*bundleRows-1, run))
}

// writeBundle writes a bundle; one in which nothing is left is deleted.
func writeBundle(c *conn, p *bundle) error {
	b := p.encode(c.scratch[:0])
	c.scratch = b
	if len(b) == 1 {
		return c.query("DELETE FROM bundles WHERE id = ?").int(p.id).run()
	}
	return c.query("INSERT OR REPLACE INTO bundles VALUES (?, ?)").int(p.id).blob(b).run()
}
