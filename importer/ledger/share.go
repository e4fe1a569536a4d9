package ledger

// untaken leaves of the rows that a run wants to begin those that no other run
// has begun or booked, and whose time slots no other run is sending. It is asked
// in the turn that begins them.
func (t *turn) untaken(r *Run, ops []*op, refused map[*op]error) (free []*op, err error) {
	keys, found := make([]Keys, len(ops)), make([]Match, len(ops))
	for i, o := range ops {
		keys[i] = o.sub.Keys
		keys[i].Shared = nil // decides nothing
	}
	if err := t.match(keys, found, r.id); err != nil {
		return nil, err
	}
	slots := map[Digest]Match{} // who sends them; the zero Match is this run
	for i, o := range ops {
		m := found[i]
		if !m.Found && o.sub.Slot != (Slot{}) {
			slot := t.l.digest("slot", r.target, o.sub.Slot.CustomerId, o.sub.Slot.ViewingId, o.sub.Slot.TimeSlotId)
			holder, known := slots[slot]
			if !known {
				if holder, err = t.claim(r, slot); err != nil {
					return nil, err
				}
				slots[slot] = holder
			}
			m = holder
		}
		switch {
		case !m.Found && !m.UnderWay:
			free = append(free, o)
			continue
		case m.Found && (!m.UnderWay || o.sub.Last):
			m.UnderWay = false
			if err := t.refer(r, o, m); err != nil {
				return nil, err
			}
		}
		refused[o] = &TakenError{m}
	}
	return free, nil
}

// claim gives a time slot to the run, unless another run that is on has it: then
// it returns which.
func (t *turn) claim(r *Run, slot Digest) (holder Match, err error) {
	n, err := t.exec(`INSERT INTO slots (slot, run) VALUES ($1, $2) ON CONFLICT (slot) DO UPDATE SET run = excluded.run
		WHERE slots.run = excluded.run OR NOT EXISTS (SELECT 1 FROM runs r WHERE r.run = slots.run AND r.state = 1 AND NOT ({over}))`, slot[:], r.id)
	if err != nil || n == 1 {
		return Match{}, err
	}
	holder.UnderWay = true
	err = t.row("SELECT r.run, r.host FROM slots s JOIN runs r ON r.run = s.run WHERE s.slot = $1", slot[:]).Scan(&holder.Run, &holder.Host)
	return holder, err
}

// refer records that a planned row is another run's.
func (t *turn) refer(r *Run, o *op, m Match) error {
	outcome := AlreadyBooked
	if m.Outcome == Uncertain {
		outcome = Uncertain
	}
	_, err := t.exec("UPDATE plan SET outcome = $1, ref_run = $2, ref_idx = $3, ref_row = $4, differs = $5 WHERE run = $6 AND idx = $7",
		outcome.String(), m.Run, m.Index, m.Row, number(m.Content != o.sub.Content), r.id, o.index)
	if err == nil { // what it was released with counts no longer
		_, err = t.exec("DELETE FROM submissions WHERE run = $1 AND idx = $2 AND outcome = 'not_sent'", r.id, o.index)
	}
	return err
}
