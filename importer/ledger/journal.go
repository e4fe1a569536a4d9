package ledger

import (
	"encoding/binary"
	"slices"
)

// A journal is what came of a run's rows since their bundles were written: the
// begins and finishes of a commit are one record. It is applied to the bundles
// that are read, and folded into them when it has grown and when the run ends.
type journal struct {
	data []byte
	// ops are sorted: a row's index, and where its begin or finish is in data.
	// So those of one row are in the order in which they came.
	ops []uint64
}

// A packed op is the row's index, doubled, and 1 more if it is a finish; then
// the submission with its digests, or the result with its words.
const opFinish = 1

// opSize is about how many bytes an op takes.
const opSize = 48

func appendOp(b []byte, o *op) []byte {
	if o.begin {
		b = binary.AppendUvarint(b, uint64(o.index)<<1)
		b = appendSubmission(b, nanos(o.sub.At), submissionHas(o.sub.Keys, o.sub.Content))
		return appendDigests(b, o.sub.Keys, o.sub.Content)
	}
	r := &o.res
	b = binary.AppendUvarint(b, uint64(o.index)<<1|opFinish)
	b = appendResult(b, r.Outcome, r.HTTPStatus, r.Attempts, r.Duration.Microseconds())
	b = appendBooking(b, r.BookingID)
	return appendText(b, wording{r.Reason, r.Message, r.Code, r.Args}.packed())
}

// readJournal reads a run's journal. It is empty for a run that is over.
func readJournal(c *conn, run int64) (*journal, error) {
	j := &journal{}
	first, last := idsOf(run)
	s := c.query("SELECT coalesce(sum(length(data)), 0) FROM journal WHERE id BETWEEN ? AND ?").int(first).int(last)
	if s.next() {
		size := int(s.getInt())
		j.data, j.ops = make([]byte, 0, size), make([]uint64, 0, size/opSize)
	}
	if err := s.done(); err != nil {
		return nil, err
	}
	s = c.query("SELECT data FROM journal WHERE id BETWEEN ? AND ? ORDER BY id").int(first).int(last)
	for s.next() {
		j.data = append(j.data, s.getBlob()...)
	}
	if err := s.done(); err != nil {
		return nil, err
	}
	u := unpacker{b: j.data}
	for len(u.b) > 0 {
		at := len(j.data) - len(u.b)
		index := u.uint()
		if index&opFinish == 0 {
			u.submission()
		} else {
			u.result()
			u.bytes(u.uint())
		}
		if u.bad || index>>1 >= 1<<32 {
			return nil, errDamaged(c.disk.path, Say("the journal of run %d cannot be read", run))
		}
		j.ops = append(j.ops, index>>1<<32|uint64(at))
	}
	slices.Sort(j.ops)
	return j, nil
}

// apply brings a bundle up to date. The bundle then points into the journal.
func (j *journal) apply(p *bundle) (changed bool) {
	_, first := splitID(p.firstID())
	from, _ := slices.BinarySearch(j.ops, uint64(first)<<32)
	for _, op := range j.ops[from:] {
		index := int(op >> 32)
		if index >= first+bundleRows {
			break
		}
		changed = true
		r := p.row(index - first)
		u := unpacker{b: j.data[op&(1<<32-1):]}
		if u.uint()&opFinish == 0 {
			r.begun, r.submission = true, u.submission()
			r.ended, r.result = false, packedResult{}
		} else {
			r.ended, r.result = true, u.result()
			r.result.words = p.text(u.bytes(u.uint()))
		}
	}
	return changed
}

// fold moves a run's journal into its bundles.
func fold(c *conn, run int64) error {
	j, err := readJournal(c, run)
	if err != nil {
		return err
	}
	var p bundle
	for at := 0; at < len(j.ops); {
		number := int(j.ops[at]>>32) / bundleRows
		id := rowID(run, number)
		ok, err := readBundle(c, &p, id, id)
		if err != nil {
			return err
		}
		if !ok {
			return errUnreadable(c, id)
		}
		j.apply(&p)
		if err := writeBundle(c, &p); err != nil {
			return err
		}
		for at < len(j.ops) && int(j.ops[at]>>32)/bundleRows == number {
			at++
		}
	}
	return dropJournal(c, run)
}

func dropJournal(c *conn, run int64) error {
	first, last := idsOf(run)
	return c.query("DELETE FROM journal WHERE id BETWEEN ? AND ?").int(first).int(last).run()
}
