package ledger

import (
	"cmp"
	"context"
	"slices"
)

// Match looks up who is booked already, or may be: begun, booked or uncertain,
// and not settled as not booked. The answer has one Match for each of keys, in
// order. Where several submissions match, a booked one is preferred, then one
// with the stronger evidence (contact id, personal number, the traits in their
// order), then the earliest. It is made for batches of thousands.
func (l *Ledger) Match(ctx context.Context, keys []Keys) ([]Match, error) {
	found := make([]Match, len(keys))
	err := l.read(ctx, func(c *conn) error {
		m := matcher{c: c}
		some, err := c.value("SELECT EXISTS (SELECT 1 FROM identities)")
		if err != nil {
			return err
		}
		m.indexed = some == 1
		if err := m.loadOpenRuns(); err != nil {
			return err
		}
		if !m.indexed && len(m.openIDs) == 0 {
			return nil
		}
		for i := range keys {
			if i%1024 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			var err error
			if found[i], err = m.match(&keys[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

type matcher struct {
	c       *conn
	indexed bool // identities has something
	// Submissions of runs that are on, or were cut off and not yet recovered:
	// they are not in identities.
	booked, inDoubt Index
	openIDs         []int64

	keys Keys // scratch
	seen []candidate
}

// candidate is a submission that was looked at for the present keys.
type candidate struct {
	id    int64
	live  bool
	match Match
}

// loadOpenRuns files the submissions of the runs that are not in identities.
func (m *matcher) loadOpenRuns() error {
	var runs []int64
	s := m.c.query("SELECT id FROM runs WHERE indexed = 0 ORDER BY id")
	for s.next() {
		runs = append(runs, s.getInt())
	}
	if err := s.done(); err != nil {
		return err
	}
	for _, run := range runs {
		err := liveSubmissions(m.c, run, 0, func(id int64, k *Keys, booked bool) bool {
			x := &m.inDoubt
			if booked {
				x = &m.booked
			}
			x.Add(len(m.openIDs), *k)
			m.openIDs = append(m.openIDs, id)
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// liveSubmissions calls f with the submissions of a run that are begun, booked
// or uncertain, after the given id, until f returns false. The keys are valid
// until then.
func liveSubmissions(c *conn, run, after int64, f func(id int64, k *Keys, booked bool) bool) error {
	var k Keys
	first, last := idsOf(run)
	s := c.query(`SELECT s.id, s.keys, coalesce(r.outcome, 4) = 1 FROM submissions s LEFT JOIN results r ON r.id = s.id
		WHERE s.id BETWEEN ? AND ? AND coalesce(r.outcome, 4) IN (1, 4) ORDER BY s.id`).int(max(first, after+1)).int(last)
	for s.next() {
		id := s.getInt()
		decodeKeys(s.getBlob(), &k)
		if !f(id, &k, s.getInt() == 1) {
			break
		}
	}
	return s.done()
}

// match finds the best submission for k.
func (m *matcher) match(k *Keys) (best Match, err error) {
	m.seen = m.seen[:0]
	consider := func(id int64) (booked bool) {
		c, e := m.look(id, k)
		if e != nil {
			err = e
			return true
		}
		if c.live && better(&c.match, &best) {
			best = c.match
		}
		return c.live && c.match.Outcome == Booked
	}
	if m.indexed {
		k.probes(func(p place, last uint64) {
			if best.Outcome == Booked {
				return
			}
			end := int64(p.key&^3 | last)
			for at := int64(p.key); err == nil && at <= end; {
				at = m.scan(at, end, consider, &err)
			}
		})
	}
	for _, x := range [...]*Index{&m.booked, &m.inDoubt} {
		if err == nil && best.Outcome != Booked {
			if ref, ok := x.Find(*k); ok {
				consider(m.openIDs[ref])
			}
		}
	}
	return best, err
}

// scan considers the submissions filed from key at to key end. After the first
// booked one of a class, the earliest, it returns the next class to scan from:
// the others of its class are later ones.
func (m *matcher) scan(at, end int64, consider func(int64) bool, err *error) (next int64) {
	s := m.c.query("SELECT key, submission FROM identities WHERE key BETWEEN ? AND ? ORDER BY key, submission").int(at).int(end)
	next = end + 1
	done := int64(-1) // the class that has given its booked one
	settled := false
	for s.next() {
		key, id := s.getInt(), s.getInt()
		if settled && key == done {
			next = key + 1
			break
		}
		if consider(id) {
			settled, done = true, key
		}
		if *err != nil {
			break
		}
	}
	if e := s.done(); e != nil && *err == nil {
		*err = e
	}
	return next
}

// better reports whether a is to be preferred to b.
func better(a, b *Match) bool {
	switch {
	case !b.Found:
		return true
	case (a.Outcome == Booked) != (b.Outcome == Booked):
		return a.Outcome == Booked
	}
	return rowID(a.Run, a.Index) < rowID(b.Run, b.Index)
}

// look reads a submission and judges it: the same person by its own keys, and
// booked or in doubt still.
func (m *matcher) look(id int64, k *Keys) (*candidate, error) {
	if i := slices.IndexFunc(m.seen, func(c candidate) bool { return c.id == id }); i >= 0 {
		return &m.seen[i], nil
	}
	m.seen = append(m.seen, candidate{id: id})
	c := &m.seen[len(m.seen)-1]
	s := m.c.query(`SELECT s.keys, s.content, s.at, coalesce(r.outcome, 4), r.booking, w.number
		FROM submissions s LEFT JOIN results r ON r.id = s.id LEFT JOIN rows w ON w.id = s.id WHERE s.id = ?`).int(id)
	if s.next() {
		decodeKeys(s.getBlob(), &m.keys)
		if m.keys.Same(*k) {
			c.live = true
			c.match.Found = true
			c.match.Run, c.match.Index = splitID(id)
			copy(c.match.Content[:], s.getBlob())
			c.match.SubmittedAt = fromNanos(s.getInt())
			c.match.Outcome = Outcome(s.getInt())
			c.match.BookingID = s.getText()
			c.match.Row = int(s.getInt())
		}
	}
	if err := s.done(); err != nil || !c.live {
		return c, err
	}
	switch c.match.Outcome {
	case Booked:
	case Uncertain:
		settlement, err := settlementOf(m.c, id)
		if err != nil {
			return c, err
		}
		if settlement != nil {
			c.live = settlement.BookingID != ""
			c.match.Outcome, c.match.BookingID = Booked, settlement.BookingID
		}
	default:
		c.live = false
	}
	return c, nil
}

// index files the submissions of a run that is over in identities. It may be
// cut off at any point and is then done again.
//
// It is done once for a run, and in the order of the keys, not with every
// Begin: hashes lie all over a table, so that each would cost a commit a page
// of its own.
func (l *Ledger) index(run int64) error {
	type filed struct{ key, id int64 }
	var some []filed
	for after, whole := int64(0), false; !whole; {
		err := l.change(false, func(c *conn) error {
			some, whole = some[:0], true
			err := liveSubmissions(c, run, after, func(id int64, k *Keys, _ bool) bool {
				k.places(func(p place) { some = append(some, filed{int64(p.key), id}) })
				after, whole = id, len(some) < indexChunk
				return whole
			})
			if err != nil {
				return err
			}
			slices.SortFunc(some, func(a, b filed) int {
				return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.id, b.id))
			})
			for _, f := range some {
				if err := c.query("INSERT OR IGNORE INTO identities VALUES (?, ?)").int(f.key).int(f.id).run(); err != nil {
					return err
				}
			}
			if !whole {
				return nil
			}
			return c.query("UPDATE runs SET indexed = 1 WHERE id = ?").int(run).run()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// indexChunk bounds the memory that index takes: 16 bytes each.
const indexChunk = 1 << 20
