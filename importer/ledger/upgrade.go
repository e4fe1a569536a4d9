package ledger

import (
	"math/bits"
	"slices"
)

// upgrade brings a ledger of the first version up to date, in one transaction:
// whatever cuts it off, the ledger is of one version or of the other. That
// version had a record of each row, one of each submission, one of each result,
// and one of each key of each submission.
//
// What this version has as the first one had it stays untouched. The file takes
// about half as much again for the time being; the room is used again.
func (l *Ledger) upgrade() error {
	return l.change(nothingSubmitted, func(c *conn) error {
		err := c.exec("DROP TABLE identities; ALTER TABLE runs DROP COLUMN indexed;" + rowsSchema)
		if err != nil {
			return err
		}
		u := upgrader{c: c, files: indexer{c: c, most: indexChunk}, slots: map[int64]Slot{}}
		if u.on, err = openRuns(c); err != nil {
			return err
		}
		if err := u.rows(); err != nil {
			return err
		}
		if err := u.files.flush(); err != nil {
			return err
		}
		if err := mergeSegments(c); err != nil {
			return err
		}
		return c.exec("DROP TABLE rows; DROP TABLE submissions; DROP TABLE results; DROP TABLE slots; PRAGMA user_version = 2;")
	})
}

type upgrader struct {
	c      *conn
	on     []int64 // runs that are on: they are filed when they are recovered
	bundle bundle
	files  indexer
	slots  map[int64]Slot
	keys   Keys // scratch
}

// A head is a statement of the first version's tables that yields ascending
// ids, and stands before one.
type head struct {
	*stmt
	id   int64
	over bool
}

func (h *head) next() {
	if h.over = !h.stmt.next(); !h.over {
		h.id = h.getInt()
	}
}

// rows writes a bundle for each bundleRows rows of which there is anything: the
// plan, a submission, a result, or what purging has left of them.
func (u *upgrader) rows() error {
	heads := [...]*head{
		{stmt: u.c.query("SELECT id, number, outcome, slot, ref, ref_row, differs, message, problems FROM rows ORDER BY id")},
		{stmt: u.c.query("SELECT id, at, content, keys FROM submissions ORDER BY id")},
		{stmt: u.c.query("SELECT id, outcome, status, attempts, duration, booking, message FROM results ORDER BY id")},
	}
	read := [...]func(*stmt, *packedRow) error{u.planned, u.begun, u.ended}
	for _, h := range heads {
		h.next()
	}
	err := func() error {
		for {
			id := int64(-1)
			for _, h := range heads {
				if !h.over && (id < 0 || h.id < id) {
					id = h.id
				}
			}
			if id < 0 {
				return u.flush()
			}
			bundle, at := bundleOf(id)
			if bundle != u.bundle.id {
				if err := u.flush(); err != nil {
					return err
				}
				u.bundle.reset(bundle)
			}
			r := u.bundle.row(at)
			for i, h := range heads {
				if h.over || h.id != id {
					continue
				}
				if err := read[i](h.stmt, r); err != nil {
					return err
				}
				h.next()
			}
		}
	}()
	for _, h := range heads {
		if e := h.done(); e != nil {
			err = e
		}
	}
	return err
}

// planned reads a row of the table rows.
func (u *upgrader) planned(s *stmt, r *packedRow) error {
	r.planned = true
	r.spreadsheetRow, r.outcome = int(s.getInt()), Outcome(s.getInt())
	slot, err := u.slot(s.getInt())
	if err != nil {
		return err
	}
	for i, text := range [...]string{slot.CustomerId, slot.ViewingId, slot.TimeSlotId} {
		r.slot[i] = u.bundle.text([]byte(text))
	}
	r.ref, r.refRow, r.differs = s.getInt(), int(s.getInt()), s.getInt() == 1
	r.words = u.bundle.text(slices.Clone(s.getBlob()))
	r.problems = u.bundle.text(slices.Clone(s.getBlob()))
	return nil
}

func (u *upgrader) slot(id int64) (k Slot, err error) {
	k, known := u.slots[id]
	if id == 0 || known {
		return k, nil
	}
	s := u.c.query("SELECT customer, viewing, slot FROM slots WHERE id = ?").int(id)
	if s.next() {
		k = Slot{s.getText(), s.getText(), s.getText()}
	}
	if len(u.slots) == 1<<14 {
		clear(u.slots)
	}
	u.slots[id] = k
	return k, s.done()
}

// begun reads a row of the table submissions. Its keys are a byte that says
// whether there are contact and number, and these and the traits.
func (u *upgrader) begun(s *stmt, r *packedRow) error {
	r.begun = true
	r.submission.at = s.getInt()
	content, keys := slices.Clone(s.getBlob()), slices.Clone(s.getBlob())
	if len(keys) > 0 {
		r.submission.has, keys = uint64(keys[0]), keys[1:]
	}
	r.submission.has |= uint64(len(keys)/len(Digest{})-bits.OnesCount64(r.submission.has)) << hasBits
	if len(content) > 0 {
		r.submission.has |= hasContent
	}
	r.submission.digests = append(keys, content...)
	return nil
}

// ended reads a row of the table results.
func (u *upgrader) ended(s *stmt, r *packedRow) error {
	r.ended = true
	r.result = packedResult{outcome: Outcome(s.getInt()), status: int(s.getInt()), attempts: int(s.getInt()), duration: s.getInt()}
	r.result.booking = appendBooking(nil, s.getText())
	r.result.words = u.bundle.text(slices.Clone(s.getBlob()))
	return nil
}

// flush writes the bundle that was begun, and files its submissions.
func (u *upgrader) flush() error {
	run, _ := splitID(u.bundle.id)
	on := slices.Contains(u.on, run)
	for i := range u.bundle.rows {
		r, id := &u.bundle.rows[i], u.bundle.firstID()+int64(i)
		if r.planned && r.outcome == Uncertain {
			if err := u.inDoubt(r.ref, id); err != nil {
				return err
			}
		}
		live, booked := r.live()
		if !live || on {
			continue
		}
		r.submission.keys(&u.keys)
		if err := u.files.add(id, &u.keys, booked); err != nil {
			return err
		}
		if !booked {
			if err := u.inDoubt(id, id); err != nil {
				return err
			}
		}
	}
	if u.bundle.id == 0 {
		return nil
	}
	return writeBundle(u.c, &u.bundle)
}

// inDoubt notes that a row is in doubt because of a submission, unless that is settled.
func (u *upgrader) inDoubt(submission, row int64) error {
	t, err := settlementOf(u.c, submission)
	if err != nil || t != nil {
		return err
	}
	return u.c.query("INSERT INTO in_doubt VALUES (?, ?)").int(submission).int(row).run()
}
