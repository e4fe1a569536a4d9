package ledger

import (
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
	err := l.read(ctx, func(c *conn) (err error) {
		m := matcher{c: c, bundles: bundlesOf(c)}
		if m.segments, err = readSegments(c); err != nil {
			return err
		}
		if err := m.loadOpenRuns(); err != nil {
			return err
		}
		if len(m.segments) == 0 && len(m.openIDs) == 0 {
			return nil
		}
		for i := range keys {
			if i%1024 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
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
	c        *conn
	bundles  *bundles
	segments []segment
	// Submissions of runs that are on, or were cut off and not yet recovered:
	// they are in no segment.
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

// loadOpenRuns files the submissions of the runs that are in no segment.
func (m *matcher) loadOpenRuns() error {
	runs, err := openRuns(m.c)
	if err != nil {
		return err
	}
	for _, run := range runs {
		err := m.bundles.each(run, func(p *bundle) error {
			for i := range p.rows {
				live, booked := p.rows[i].live()
				if !live {
					continue
				}
				x := &m.inDoubt
				if booked {
					x = &m.booked
				}
				p.rows[i].submission.keys(&m.keys)
				x.Add(len(m.openIDs), m.keys)
				m.openIDs = append(m.openIDs, p.firstID()+int64(i))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
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
	k.probes(func(p place, last uint64) {
		if best.Outcome == Booked {
			return
		}
		for _, s := range m.segments {
			if e := m.scan(s, indexKeyOf(p), indexKey(last), consider); e != nil && err == nil {
				err = e
			}
			if err != nil {
				return
			}
		}
	})
	for _, x := range [...]*Index{&m.booked, &m.inDoubt} {
		if err == nil && best.Outcome != Booked {
			if ref, ok := x.Find(*k); ok {
				consider(m.openIDs[ref])
			}
		}
	}
	return best, err
}

// scan considers the submissions that a segment has filed under a key, from its
// class to the last one. Of a class it goes no further than the first booked
// one, the earliest.
func (m *matcher) scan(s segment, from, last indexKey, consider func(int64) bool) error {
	id := rowID(s.id, blockOf(from, s.cut))
	b, _, done := readBlock(m.c, id, id)
	if b == nil {
		return done()
	}
	settled := indexKey(1) << indexKeyBits // the class that has given its booked one: none
	for i := b.find(from); i < b.len() && b.key(i) <= from&^3|last; i++ {
		if e := b.entry(i); e.key != settled && consider(e.id) {
			settled = e.key
		}
	}
	return done()
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
	r, err := m.bundles.row(id)
	if err != nil || r == nil {
		return c, err
	}
	live, booked := r.live()
	if !live {
		return c, nil
	}
	s := &r.submission
	if s.keys(&m.keys); !m.keys.Same(*k) {
		return c, nil
	}
	c.live = true
	c.match = Match{Found: true, Outcome: Uncertain, Content: s.content(), SubmittedAt: fromNanos(s.at)}
	c.match.Run, c.match.Index = splitID(id)
	if r.planned {
		c.match.Row = r.spreadsheetRow
	}
	if booked {
		c.match.Outcome, c.match.BookingID = Booked, bookingID(r.result.booking)
		return c, nil
	}
	t, err := settlementOf(m.c, id)
	if err != nil || t == nil {
		return c, err
	}
	c.live = t.BookingID != ""
	c.match.Outcome, c.match.BookingID = Booked, t.BookingID
	return c, nil
}
