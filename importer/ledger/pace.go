package ledger

import (
	"context"
	"time"
)

// A Turn is a request's place in the pace that all hosts share.
type Turn struct {
	// Wait is how long to wait, from now on, before the request may leave.
	Wait time.Duration
	// Refusals is how often the server has made all hosts slow down. Who sees it
	// grow slows down.
	Refusals int64
}

// Reserve takes the next turn of all hosts for a request to a target with a
// login: every is the time between two requests. On a ledger that is not shared
// every request may leave at once; the pace is the caller's.
//
// Who comes late may catch up on half of a turn, so that the time between a turn
// and the next call costs nothing.
func (l *Ledger) Reserve(ctx context.Context, target, login string, every time.Duration) (t Turn, err error) {
	if !l.Shared() {
		return Turn{}, nil
	}
	var wait int64
	// A turn that is lost when the server fails harms nobody, so nobody waits
	// for its disk.
	err = l.db.QueryRowContext(ctx, l.Replace(`INSERT INTO pace (target, next, refusals)
		SELECT CAST($1 AS TEXT), {now} + CAST($2 AS BIGINT), 0 WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL
		ON CONFLICT (target) DO UPDATE SET next = greatest(pace.next, {now} - $2 / 2) + $2 RETURNING next - $2 - {now}, refusals`),
		l.paceKey(target, login), every.Microseconds()).Scan(&wait, &t.Refusals)
	t.Wait = max(0, time.Duration(wait)*time.Microsecond)
	return t, l.word(err)
}

// Refused tells all hosts that the server has refused a request: none leaves
// before the pause is over. It makes them slow down if seen is how often they
// have done so already: else another host has told of the same wave of refusals.
// It returns how often they have now.
func (l *Ledger) Refused(ctx context.Context, target, login string, pause time.Duration, seen int64) (refusals int64, err error) {
	if !l.Shared() {
		return 0, nil
	}
	err = l.db.QueryRowContext(ctx, l.Replace(`INSERT INTO pace (target, next, refusals) VALUES ($1, {now} + CAST($2 AS BIGINT), 1)
		ON CONFLICT (target) DO UPDATE SET next = greatest(pace.next, {now} + $2),
			refusals = pace.refusals + CASE WHEN pace.refusals = CAST($3 AS BIGINT) THEN 1 ELSE 0 END RETURNING refusals`),
		l.paceKey(target, login), pause.Microseconds(), seen).Scan(&refusals)
	return refusals, l.word(err)
}

func (l *Ledger) paceKey(target, login string) string {
	return l.digest("pace", target, login).String()
}
