package ledger

import (
	"context"
	"time"
)

// A Slot in the pace that all hosts share.
type Turn struct {
	// Wait is how long to wait, from now on, before the request may leave.
	Wait time.Duration
	// Refusals is how often the server has refused a request of any host. Who
	// sees it grow slows down.
	Refusals int64
}

// Reserve takes the next turn of all hosts for a request: every is the time
// between two requests, and key the target and the login. On a ledger that is
// not shared every request may leave at once; the pace is the caller's.
func (l *Ledger) Reserve(ctx context.Context, key string, every time.Duration) (t Turn, err error) {
	if !l.Shared() {
		return Turn{}, nil
	}
	var wait int64
	// A turn that is lost when the server fails harms nobody, so nobody waits
	// for its disk.
	err = l.db.QueryRowContext(ctx, l.dialect().sql(`INSERT INTO pace (target, next, refusals)
		SELECT CAST($1 AS TEXT), {now} + CAST($2 AS BIGINT), 0 WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL
		ON CONFLICT (target) DO UPDATE SET next = greatest(pace.next, {now}) + $2 RETURNING next - $2 - {now}, refusals`),
		l.hasher.digest("pace", key).String(), every.Microseconds()).Scan(&wait, &t.Refusals)
	t.Wait = max(0, time.Duration(wait)*time.Microsecond)
	return t, l.word(err)
}

// Refused tells all hosts that the server has refused a request: none leaves
// before the pause is over.
func (l *Ledger) Refused(ctx context.Context, key string, pause time.Duration) error {
	if !l.Shared() {
		return nil
	}
	_, err := l.db.ExecContext(ctx, l.dialect().sql(`INSERT INTO pace (target, next, refusals) VALUES ($1, {now} + CAST($2 AS BIGINT), 1)
		ON CONFLICT (target) DO UPDATE SET next = greatest(pace.next, {now} + $2), refusals = pace.refusals + 1`),
		l.hasher.digest("pace", key).String(), pause.Microseconds())
	return l.word(err)
}
