package ledger

import (
	"context"
	"encoding/json"
)

// Match looks up who is booked already, or may be: begun, booked or uncertain,
// and not settled as not booked. The answer has one Match for each of keys, in
// order. Where several submissions match, a booked one is preferred, then one
// with the stronger evidence (contact id, personal number, the traits in their
// order), then the earliest. It is made for batches of hundreds.
func (l *Ledger) Match(ctx context.Context, keys []Keys) ([]Match, error) {
	found := make([]Match, len(keys))
	err := l.read(ctx, func(t *turn) error { return t.match(keys, found, 0) })
	if err != nil {
		return nil, err
	}
	return found, nil
}

// candidate is a submission that has a key in common with what is looked for.
type candidate struct {
	Match
	contact, personal Digest
}

// match is Match within a transaction. Submissions of the run but are left out.
func (t *turn) match(keys []Keys, found []Match, but int64) error {
	var all []string
	seen := map[Digest]bool{}
	add := func(d Digest) {
		if !seen[d] {
			seen[d] = true
			all = append(all, d.String())
		}
	}
	for i := range keys {
		keys[i].each(add)
		for _, d := range keys[i].Shared {
			add(d)
		}
	}
	byKey := map[Digest][]candidate{}
	if len(all) > 0 {
		if t.l.direct != "" {
			if _, err := t.exec(t.l.direct); err != nil {
				return err
			}
		}
		list, err := json.Marshal(all)
		if err != nil {
			return err
		}
		err = t.query(func(scan func(...any) error) error {
			var (
				key, contact, personal, content []byte
				begun, outcome                  string
				on                              bool
				c                               candidate
			)
			err := scan(&key, &c.Run, &c.Index, &contact, &personal, &content, &begun, &outcome, &c.BookingID, &c.Row, &on, &c.Host)
			if err != nil {
				return err
			}
			c.Found, c.Outcome = true, Uncertain
			if outcome == "booked" || c.BookingID != "" {
				c.Outcome = Booked
			}
			c.UnderWay = on && outcome == ""
			copy(c.contact[:], contact)
			copy(c.personal[:], personal)
			copy(c.Content[:], content)
			if c.SubmittedAt, err = fromStamp(begun); err != nil {
				return err
			}
			var d Digest
			copy(d[:], key)
			byKey[d] = append(byKey[d], c)
			return nil
		}, matchStatement, string(list), but)
		if err != nil {
			return err
		}
	}
	for i := range keys {
		best := &found[i]
		namesakes := map[Ref]bool{}
		keys[i].each(func(d Digest) { // the strongest evidence first
			for _, c := range byKey[d] {
				namesakes[c.Ref()] = true
				if keys[i].sameAs(c.contact, c.personal) && better(&c.Match, best) {
					*best = c.Match
				}
			}
		})
		if best.Found {
			continue
		}
		for _, d := range keys[i].Shared {
			for _, c := range byKey[d] {
				if ref := c.Ref(); !namesakes[ref] && (best.Sharing == Ref{} || ref.before(best.Sharing)) {
					best.Sharing = ref
				}
			}
		}
	}
	return nil
}

func (r Ref) before(o Ref) bool { return r.Run < o.Run || r.Run == o.Run && r.Index < o.Index }

// better reports whether a submission found by a later key is to be preferred:
// only if it is booked and the other one is not.
func better(a, b *Match) bool {
	return !b.Found || a.Outcome == Booked && b.Outcome != Booked
}

// matchStatement finds the submissions that count by their keys, the earliest
// first. It begins with the keys on either database: CROSS JOIN says so to SQLite.
const matchStatement = `SELECT i.key, s.run, s.idx, s.contact, s.personal, s.content, coalesce(s.begun, ''), coalesce(s.outcome, ''),
		coalesce(t.booking, s.booking, ''), coalesce(p.number, 0), coalesce(r.state = 1 AND NOT ({over}), FALSE), coalesce(r.host, '')
	FROM ({keys}) k CROSS JOIN identities i
	JOIN submissions s ON s.run = i.run AND s.idx = i.idx
	LEFT JOIN settlements t ON t.run = s.run AND t.idx = s.idx
	LEFT JOIN plan p ON p.run = s.run AND p.idx = s.idx
	LEFT JOIN runs r ON r.run = s.run
	WHERE i.key = k.key AND i.run <> $2 AND (s.outcome IS NULL OR s.outcome IN ('booked', 'uncertain')) AND coalesce(t.booking, 'x') <> ''
	ORDER BY s.run, s.idx`
