package ledger

import (
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A committer writes begins and finishes in the order in which they came. All
// that have come while it was committing go into its next transaction, so that
// the busier a run is, the more rows share a commit.
type committer struct {
	l    *Ledger
	line chan *op
	done chan struct{} // closed when nothing more is written

	mu     sync.RWMutex // held for reading while something joins the line
	closed bool
}

// An op is a begin or a finish on its way to the disk.
type op struct {
	run   *Run
	sub   *Submission // of a begin; nil for a finish
	index int
	res   Result
	told  chan error // has room for the answer: nil when it is durable
}

// mostTogether is how many ops share a transaction at most.
const mostTogether = 1024

func newCommitter(l *Ledger) *committer {
	c := &committer{l: l, line: make(chan *op, mostTogether), done: make(chan struct{})}
	go c.work()
	return c
}

// write puts an op at the end of the line, and waits until it is durable or has
// failed.
func (c *committer) write(o *op) error {
	o.told = make(chan error, 1)
	c.mu.RLock()
	closed := c.closed
	if !closed {
		c.line <- o
	}
	c.mu.RUnlock()
	if closed {
		return ErrClosed
	}
	return <-o.told
}

// stop waits until all that is in the line is written.
func (c *committer) stop() {
	c.mu.Lock()
	c.closed = true
	close(c.line)
	c.mu.Unlock()
	<-c.done
}

func (c *committer) work() {
	defer close(c.done)
	for o := range c.line {
		batch := []*op{o}
		for len(c.line) > 0 && len(batch) < mostTogether {
			batch = append(batch, <-c.line)
		}
		c.l.commit(batch)
	}
}

// commit writes a batch in one transaction and tells everybody. Of a row that
// was finished and is begun again, the finish came first; a begin is waited for
// before its finish can come. So all finishes go before all begins.
func (l *Ledger) commit(batch []*op) {
	var finishes, begins []*op
	for _, o := range batch {
		if o.sub == nil {
			finishes = append(finishes, o)
		} else {
			begins = append(begins, o)
		}
	}
	var refused map[*op]error
	err := l.take(func(t *turn) error {
		refused = map[*op]error{}
		if err := t.finish(finishes); err != nil {
			return err
		}
		return t.beginAll(begins, refused)
	})
	late := err
	if err != nil && len(finishes) > 0 && l.Shared() {
		late = l.takeLate(func(t *turn) error { return t.finish(finishes) })
	}
	for _, o := range batch {
		switch {
		case err == nil:
			o.told <- refused[o]
		case o.sub == nil:
			o.told <- late
		default:
			o.told <- err
		}
	}
}

// takeLate is take that tries again, until a while after the connection to a
// server was lost: what is known is recorded, though nothing new is begun.
func (l *Ledger) takeLate(f func(t *turn) error) error {
	err := l.take(f)
	for l.Shared() && errors.Is(err, ErrDisk) {
		l.write.Lock()
		err = l.word(l.taking(f))
		end := l.brokenAt.Add(patience)
		l.write.Unlock()
		if time.Now().After(end) {
			break
		}
		if err != nil {
			time.Sleep(patience / 60)
		}
	}
	return err
}

// together are for how many rows at once a statement is executed on SQLite, so
// that there are few statements to be prepared. On PostgreSQL they are as many as
// there are, because each statement is a way to the server and back.
var together = [...]int{64, 8, 1}

// A bulk is a statement that is executed for many rows at once. In its text,
// {rows} stands for the parameters of all rows.
type bulk struct {
	text  string
	width int // parameters a row
}

// bulks are all such statements.
var bulks = []bulk{insertPlan, insertIdentities, insertSubmissions, finishSubmissions}

// prepare prepares them for SQLite, which would take most of its time for reading
// them.
func (l *Ledger) prepare() error {
	if l.Shared() || l.hot != nil {
		return nil
	}
	hot := map[string]*sql.Stmt{}
	for _, b := range bulks {
		for _, n := range together {
			text := b.of(n)
			stmt, err := l.writer.Prepare(text)
			if err != nil {
				return err
			}
			hot[text] = stmt
		}
	}
	l.hot = hot
	return nil
}

func (b bulk) of(rows int) string {
	return strings.Replace(b.text, "{rows}", parameters(rows, b.width), 1)
}

// bulk executes a statement for many rows. It returns how many were changed.
func (t *turn) bulk(b bulk, rows [][]any) (changed int64, err error) {
	var args []any
	for len(rows) > 0 {
		n := min(len(rows), mostTogether)
		if !t.l.Shared() { // where the statements are prepared
			n = together[slices.IndexFunc(together[:], func(size int) bool { return size <= len(rows) })]
		}
		args = args[:0]
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		c, err := t.exec(b.of(n), args...)
		if err != nil {
			return 0, err
		}
		changed += c
		rows = rows[n:]
	}
	return changed, nil
}

// parameters are n rows of so many parameters: ($1, $2), ($3, $4).
func parameters(n, width int) string {
	var b []byte
	for i := range n * width {
		switch {
		case i == 0:
			b = append(b, '(')
		case i%width == 0:
			b = append(b, "), ("...)
		default:
			b = append(b, ", "...)
		}
		b = strconv.AppendInt(append(b, '$'), int64(i+1), 10)
	}
	return string(append(b, ')'))
}

// A run that was given up may finish late: what is known counts, unless somebody
// has found it out meanwhile.
var finishSubmissions = bulk{`INSERT INTO submissions (run, idx, outcome, booking, status, attempts, duration_us, code, reason) VALUES {rows}
	ON CONFLICT (run, idx) DO UPDATE SET outcome = excluded.outcome, booking = excluded.booking, status = excluded.status,
		attempts = excluded.attempts, duration_us = excluded.duration_us, code = excluded.code, reason = excluded.reason
	WHERE (submissions.outcome IS NULL OR submissions.outcome = 'not_sent')
		AND NOT EXISTS (SELECT 1 FROM settlements t WHERE t.run = submissions.run AND t.idx = submissions.idx)`, 9}

// What was finished as not sent can be begun again; and so can what was begun by
// a commit that nobody has heard of. That the run itself begins nothing twice is
// held by its row states.
var insertSubmissions = bulk{`INSERT INTO submissions (run, idx, begun, content, contact, personal) VALUES {rows}
	ON CONFLICT (run, idx) DO UPDATE SET begun = excluded.begun, content = excluded.content, contact = excluded.contact,
		personal = excluded.personal, outcome = NULL
	WHERE submissions.outcome IS NULL OR submissions.outcome = 'not_sent'`, 6}

func (t *turn) finish(ops []*op) error {
	var rows [][]any
	for _, o := range ops {
		r := &o.res
		rows = append(rows, []any{o.run.id, o.index, r.Outcome.String(), orNull(r.BookingID), r.HTTPStatus, r.Attempts,
			r.Duration.Microseconds(), orNull(r.Code), r.Reason.kept()})
	}
	if err := t.submissionsChanged(); err != nil {
		return err
	}
	_, err := t.bulk(finishSubmissions, rows)
	return err
}

// beginAll begins submissions, each of which is durable when the turn is; or
// says in refused why one is not begun.
func (t *turn) beginAll(ops []*op, refused map[*op]error) error {
	if len(ops) == 0 {
		return nil
	}
	byRun := map[*Run][]*op{}
	for _, o := range ops {
		byRun[o.run] = append(byRun[o.run], o)
	}
	for r, ops := range byRun {
		err := t.renew(r, runOn, runOn)
		if errors.Is(err, ErrLost) {
			for _, o := range ops {
				refused[o] = err
			}
			continue
		}
		if err != nil {
			return err
		}
		if t.l.Shared() {
			if ops, err = t.untaken(r, ops, refused); err != nil {
				return err
			}
		}
		var rows [][]any
		for _, o := range ops {
			s := o.sub
			rows = append(rows, []any{r.id, s.Index, stamp(s.At), orNull(s.Content), orNull(s.Keys.Contact), orNull(s.Keys.Number)})
		}
		n, err := t.bulk(insertSubmissions, rows)
		if err != nil {
			return err
		}
		if n != int64(len(rows)) {
			return misuse("%d of %d rows were begun before", int64(len(rows))-n, len(rows))
		}
	}
	return nil
}

// renew takes a run's lease for another while and brings it from one state to the
// next, or leaves it in its state; ErrLost if the lease has run out.
func (t *turn) renew(r *Run, from, to int) error {
	n, err := t.exec(renewStatement, to, r.id, t.l.owner, from)
	if err == nil && n != 1 {
		err = errLost(t.l, r.id)
	}
	return err
}

const renewStatement = "UPDATE runs SET state = $1, lease = {lease} WHERE run = $2 AND owner = $3 AND state IN ($1, $4) AND lease >= {now}"
