// Package ledger is the durable memory of every submission ever begun, across
// files and runs.
//
// It is what keeps the promise that nobody is booked twice: a submission is
// begun, durably, before the first byte of its request leaves, and finished,
// durably, before anybody is told how it ended. What was begun and never
// finished is uncertain, whatever cut the run off. The package knows nothing
// about HTTP or spreadsheets, and keeps nothing about people but keyed hashes.
//
// A ledger is a handful of plain tables, in a SQLite file or in a PostgreSQL
// database; the folder schema has them. Every transaction that writes first
// changes the one row of the table ledger, so that there is one writer at a
// time on either database and the same statements are right on both.
//
// A SQLite file belongs to one run at a time, which holds a lock on the file
// itself. A file beside it, the mark, remembers the number of the last
// transaction: with it a lost log, an older copy or another ledger in the same
// place is told from the one that was there. Page checksums turn a changed byte
// into an error. See sqlite.go and guard.go.
//
// A PostgreSQL database serves any number of runs on any hosts. Each holds a
// lease by the database's clock; without it a run can begin nothing, and what it
// has begun and not finished is uncertain for everybody. A begin looks for
// other runs' submissions of the same person in its own transaction. See
// postgres.go.
//
// Begins and finishes share transactions: while one is being committed, those
// that arrive wait in line, and all of them go with the next. After the first
// write that fails nothing is begun any more: see [ErrDisk].
package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// Ledger is an open ledger. All methods are safe for concurrent use.
type Ledger struct {
	store
	*dialect
	db, writer *sql.DB              // db reads; writer is nil if the ledger was opened for reading
	hot        map[string]*sql.Stmt // prepared for the writer; nil where that buys nothing
	id         string
	secret     []byte // keys all hashes
	created    bool
	doubt      error
	owner      string        // tells this process from others
	leaseTime  time.Duration // how long a run may be silent before it is taken for dead; 0 where no other run can ask

	write     sync.Mutex // held while a transaction writes
	gone      bool       // closed, and nothing is on its way any more
	closed    atomic.Bool
	broken    atomic.Pointer[error]
	brokenAt  time.Time
	commitBy  func(commit func() error) error
	committer *committer // nil: opened for reading
	leases    sync.WaitGroup
	closing   chan struct{} // closed by Close
}

// store is what SQLite and PostgreSQL do each in their own way.
type store interface {
	Path() string
	// Shared reports whether runs of several hosts may be on at once.
	Shared() bool
	// alone makes sure, before a turn, that nobody writes whom the turn would not
	// keep out.
	alone() error
	// reconnect has the next turn use no connection that there was before.
	reconnect()
	// committed hears that the turn with this number is durable.
	committed(number int64)
	// word says an error of the database in words.
	word(err error) error
	close(l *Ledger) error
}

// dialect is where the databases' SQL differs.
type dialect struct {
	*strings.Replacer
	direct string         // has the keys of a transaction's queries looked up one by one
	sight  *sql.TxOptions // of a transaction that sees one state throughout
}

// newDialect takes what stands in statements for
//
//	{now}            microseconds by the database's clock
//	{lease}          until when a run that begins something now may go on
//	{over}           whether a run without an end is over
//	{durable}        what makes a turn's transaction durable, whatever the session's settings are
//	{keys}           the keys in $1, a JSON array of hexadecimal texts
//	{without rowid}  a table that is its own index
func newDialect(direct string, sight sql.TxOptions, words ...string) *dialect {
	return &dialect{strings.NewReplacer(words...), direct, &sight}
}

//go:embed schema/1.sql
var schema string

// schemaVersion is that of the tables; a higher one is refused. What brings tables
// from one to the next will stand beside them in the folder, by its number.
const schemaVersion = 1

// makeTables makes the tables of a new ledger.
func makeTables(db *sql.DB, d *dialect) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	_, err = tx.Exec(d.Replace(schema))
	if err == nil {
		_, err = tx.Exec("INSERT INTO ledger (one, version, secret, commits, generation, runs, adopted, held) VALUES (1, $1, $2, 0, 0, 0, 0, 0)", schemaVersion, newSecret())
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}

// state is where a ledger stands.
type state struct {
	secret        []byte
	commits       int64
	adopted, held bool
}

// readState reads it, and refuses what is not a ledger of this version.
func readState(ctx context.Context, s store, db *sql.DB) (at state, err error) {
	var version int
	err = db.QueryRowContext(ctx, "SELECT version, secret, commits, adopted, held FROM ledger").Scan(&version, &at.secret, &at.commits, &at.adopted, &at.held)
	switch {
	case errors.Is(err, sqlite3.ERROR), errors.Is(err, sql.ErrNoRows):
		return at, errDamaged(s.Path(), Say("its tables are missing"))
	case err != nil:
		return at, s.word(err)
	case version > schemaVersion:
		return at, errNewer(s.Path())
	case version < 1, len(at.secret) != secretSize:
		return at, errDamaged(s.Path(), Say("its secret is missing"))
	}
	return at, nil
}

// Options are how a ledger is opened.
type Options struct {
	// Booking opens the ledger for a run that books people: one that only trials
	// have used counts as none.
	Booking bool
	// Create makes a ledger where there is none.
	Create bool
	// Trial opens the ledger for trying things out, where nobody can be booked
	// twice: what would be refused is told by Doubt.
	Trial bool
	// Lease is how long a run on a shared database may be silent before others
	// take it for dead; 0 = a minute.
	Lease time.Duration
	// Commit, if not nil, is what tests do instead of a commit, which it is given.
	Commit func(commit func() error) error
}

// Open opens the ledger for a run: a file's path, or the address of a
// PostgreSQL database that begins with postgres://. A file is held against other
// runs until Close.
//
// The errors are of type *[Error]: ErrHeld at once if another run holds the
// file, ErrMissing, ErrDamaged, ErrForeign, ErrNewer, ErrDisk.
func Open(ctx context.Context, where string, o Options) (*Ledger, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l := &Ledger{owner: random(), commitBy: o.Commit, closing: make(chan struct{})}
	if l.commitBy == nil {
		l.commitBy = func(commit func() error) error { return commit() }
	}
	open := l.openFile
	if IsDatabase(where) {
		open = l.openDatabase
	}
	if err := open(ctx, where, o); err != nil {
		return nil, err
	}
	if err := l.cutOff(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	l.committer = newCommitter(l)
	return l, nil
}

// OpenReader opens the ledger for reading only. It works while a run is on. A
// missing ledger reads as an empty one with a fresh secret; nothing is created.
// Errors are as of Open, but for ErrHeld.
func OpenReader(ctx context.Context, where string) (*Ledger, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l := &Ledger{}
	open := l.readFile
	if IsDatabase(where) {
		open = l.readDatabase
	}
	if err := open(ctx, where); err != nil {
		return nil, err
	}
	return l, nil
}

// OpenExisting is OpenReader of a ledger that there must be: ErrMissing if there
// is none.
func OpenExisting(ctx context.Context, where string) (*Ledger, error) {
	l, err := OpenReader(ctx, where)
	if err == nil && l.db == nil {
		return nil, errMissing(l.Path())
	}
	return l, err
}

func random() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

const secretSize = 32

func newSecret() []byte {
	b := make([]byte, secretSize)
	rand.Read(b)
	return b
}

func (l *Ledger) setSecret(secret []byte) {
	l.secret = secret
	d := l.digest("ledger")
	l.id = hex.EncodeToString(d[:8])
}

// ID tells this ledger from others. A copy has the same.
func (l *Ledger) ID() string { return l.id }

// Created reports whether Open found no ledger and made a new one, which knows
// of no booking.
func (l *Ledger) Created() bool { return l.created }

// Doubt is what would have been refused if it were no trial; nil = nothing.
func (l *Ledger) Doubt() error { return l.doubt }

// Close waits until all that is on its way is written, and releases the ledger.
// Its error does not mean that anything reported as durable is not.
func (l *Ledger) Close() error {
	if l.closed.Swap(true) {
		return nil
	}
	if l.committer != nil {
		l.committer.stop()
	}
	if l.closing != nil {
		close(l.closing)
	}
	l.leases.Wait()
	l.write.Lock()
	defer l.write.Unlock()
	l.gone = true
	return l.close(l)
}

// read runs f in a transaction that sees one state of the ledger throughout. A
// ledger that does not exist reads as nothing: f is not called.
func (l *Ledger) read(ctx context.Context, f func(t *turn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch {
	case l.closed.Load():
		return ErrClosed
	case l.db == nil:
		return nil
	}
	tx, err := l.db.BeginTx(ctx, l.sight)
	if err != nil {
		return l.word(err)
	}
	defer tx.Rollback()
	return l.word(f(&turn{tx, l, ctx}))
}

// A turn is a transaction, which writes if it was taken.
type turn struct {
	tx  *sql.Tx
	l   *Ledger
	ctx context.Context
}

// exec executes a statement. It returns how many rows were changed.
func (t *turn) exec(statement string, args ...any) (changed int64, err error) {
	statement = t.l.Replace(statement)
	var res sql.Result
	if hot := t.l.hot[statement]; hot != nil {
		res, err = t.tx.StmtContext(t.ctx, hot).ExecContext(t.ctx, args...)
	} else {
		res, err = t.tx.ExecContext(t.ctx, statement, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// row is the answer of a query for one row.
func (t *turn) row(statement string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(t.ctx, t.l.Replace(statement), args...)
}

// query calls row for each row of a query's answer, which it scans.
func (t *turn) query(row func(scan func(...any) error) error, statement string, args ...any) error {
	rows, err := t.tx.QueryContext(t.ctx, t.l.Replace(statement), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// numbers are the answer of a query for one whole number each.
func (t *turn) numbers(statement string, args ...any) (list []int64, err error) {
	err = t.query(func(scan func(...any) error) error {
		var n int64
		err := scan(&n)
		list = append(list, n)
		return err
	}, statement, args...)
	return list, err
}

// take runs f in a turn and commits it. An error while writing breaks the
// ledger: see ErrDisk. A server may end one connection, as it does with that of a
// host which slept in its turn: then f runs again on another one, also if the
// commit was on its way and nobody knows whether it came in time. So whatever f
// does can be done twice.
func (l *Ledger) take(f func(t *turn) error) error {
	l.write.Lock()
	defer l.write.Unlock()
	switch {
	case l.writer == nil:
		return ErrReadOnly
	case l.gone:
		return ErrClosed
	}
	if err := l.brokenErr(); err != nil {
		return err
	}
	err := l.word(l.taking(f))
	if l.Shared() && errors.Is(err, ErrDisk) {
		l.reconnect()
		err = l.word(l.taking(f))
	}
	return l.failed(err)
}

// failed remembers that the ledger failed.
func (l *Ledger) failed(err error) error {
	// A write that failed, and a page that could not be believed, end it all;
	// an answer such as ErrNotFound does not.
	if errors.Is(err, ErrDisk) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrElsewhere) {
		if l.broken.CompareAndSwap(nil, &err) {
			l.brokenAt = time.Now()
		}
	}
	return err
}

func (l *Ledger) taking(f func(t *turn) error) error {
	if err := l.alone(); err != nil {
		return err
	}
	tx, err := l.writer.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	t := &turn{tx, l, context.Background()}
	var number int64
	if err := t.row("UPDATE ledger SET commits = commits + 1 WHERE one = 1{durable} RETURNING commits").Scan(&number); err != nil {
		return err
	}
	if err := f(t); err != nil {
		return err
	}
	if err := l.commitBy(tx.Commit); err != nil {
		return err
	}
	l.committed(number)
	return nil
}

// submissionsChanged notes that the turn changes what has become of a
// submission.
func (t *turn) submissionsChanged() error {
	_, err := t.exec("UPDATE ledger SET generation = commits WHERE one = 1")
	return err
}

func (l *Ledger) brokenErr() error {
	if p := l.broken.Load(); p != nil {
		return *p
	}
	return nil
}

// cutOff marks the runs that are over without having ended, and deletes plans
// that were never agreed to.
func (l *Ledger) cutOff(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.take(func(t *turn) error {
		if _, err := t.exec("UPDATE runs SET state = 3 WHERE state = 1 AND {over}"); err != nil {
			return err
		}
		plans, err := t.numbers("SELECT run FROM runs WHERE state = 0 AND {over} ORDER BY run DESC")
		if err != nil {
			return err
		}
		for _, run := range plans {
			if err := t.discard(run); err != nil {
				return err
			}
		}
		return nil
	})
}

// Generation names the present state of a ledger's submissions. Two are equal
// only if they are of the same ledger and no submission was begun, finished or
// settled between them. It is empty if nothing was ever submitted.
func (l *Ledger) Generation(ctx context.Context) (string, error) {
	var n int64
	err := l.read(ctx, func(t *turn) error { return t.row("SELECT generation FROM ledger").Scan(&n) })
	if err != nil || n == 0 {
		return "", err
	}
	return fmt.Sprintf("%s-%d", l.id, n), nil
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// timeFormat is how times are kept, in UTC: of two, the later is the greater
// text.
const timeFormat = "2006-01-02T15:04:05.000000000Z"

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(timeFormat)
}

func fromStamp(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(timeFormat, s)
}

// orNull is a text's or a digest's place in a column that may be empty.
func orNull[T string | Digest](v T) any {
	var none T
	if v == none {
		return nil
	}
	if d, ok := any(v).(Digest); ok {
		return d[:]
	}
	return v
}
