package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	oldestPostgres = 14
	// leaseTime is how long a run may be silent before others take it for dead.
	leaseTime = time.Minute
	// patience is for how long outcomes are tried to be recorded after the
	// connection to the server was lost.
	patience = 30 * time.Second
	// idleConns are kept for the next turn.
	idleConns = 4
)

const (
	pgNow = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
	// Whatever the session's settings are: a commit is durable, and a program
	// that stands still in a transaction loses it, so that others can go on.
	pgDurable = ` AND set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN 'on'
		ELSE current_setting('synchronous_commit') END, true) IS NOT NULL AND set_config('idle_in_transaction_session_timeout', '15s', true) IS NOT NULL`
)

// pgDirect has the tables joined as a query says, row by row: a server that has
// no statistics yet would read all keys for each begin.
const pgDirect = `SELECT set_config('join_collapse_limit', '1', true), set_config('enable_seqscan', 'off', true),
	set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`

// postgres is a ledger in a PostgreSQL database. It keeps nothing in the
// session, so that a pooler may stand before it in transaction mode.
type postgres struct {
	db    *sql.DB
	where string // without a password
}

// IsDatabase reports whether a ledger's place is a database's address and not a
// file's path.
func IsDatabase(where string) bool {
	return strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://")
}

// HasPassword reports whether a database's address carries a password.
func HasPassword(where string) bool {
	u, err := url.Parse(where)
	if err != nil {
		return true // nobody can say
	}
	_, set := u.User.Password()
	return set || u.Query().Has("password")
}

// withoutPassword is a database's address as it may be shown.
func withoutPassword(where string) string {
	u, err := url.Parse(where)
	if err != nil {
		return "postgres://"
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	if q := u.Query(); q.Has("password") {
		q.Del("password")
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// dialPostgres opens the database, or says what is wrong with the address.
func (l *Ledger) dialPostgres(where string, lease time.Duration) (*postgres, error) {
	l.leaseTime = cmp.Or(lease, leaseTime)
	l.dialect = newDialect(pgDirect, sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		"{now}", pgNow,
		"{lease}", fmt.Sprintf("%s + %d", pgNow, l.leaseTime.Microseconds()),
		"{over}", "lease < "+pgNow,
		"{durable}", pgDurable,
		"{keys}", "SELECT decode(value, 'hex') AS key FROM json_array_elements_text(CAST($1 AS json))",
		"{without rowid}", "")
	p := &postgres{where: withoutPassword(where)}
	config, err := pgx.ParseConfig(where)
	if err != nil {
		return nil, &Error{Path: p.where, Err: ErrDisk, Reason: Say("this is not the address of a PostgreSQL database"),
			Hint: Say("write it as postgres://user@host/database; the password goes into PGPASSWORD or ~/.pgpass")}
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "vitec-import"
	}
	p.db = stdlib.OpenDB(*config)
	p.db.SetMaxOpenConns(8)
	p.db.SetMaxIdleConns(idleConns)
	l.store, l.db = p, p.db
	return p, nil
}

// openDatabase opens the database for writing.
func (l *Ledger) openDatabase(ctx context.Context, where string, o Options) error {
	p, err := l.dialPostgres(where, o.Lease)
	if err != nil {
		return err
	}
	l.writer = p.db
	if err := p.open(ctx, l, o); err != nil {
		return errors.Join(err, p.db.Close())
	}
	return nil
}

func (p *postgres) open(ctx context.Context, l *Ledger, o Options) error {
	there, err := p.server(ctx)
	if err != nil {
		return err
	}
	if !there {
		if !o.Create && !o.Trial {
			return errMissing(p.where)
		}
		if err := makeTables(p.db, l.dialect); err == nil {
			l.created = true
		} else if there, again := p.server(ctx); again != nil || !there { // nobody else has made it meanwhile
			return p.word(err)
		}
	}
	at, err := readState(ctx, p, p.db)
	if err != nil {
		return err
	}
	l.setSecret(at.secret)
	if at.adopted || o.Trial {
		return nil
	}
	if o.Create {
		l.created = true
		_, err := p.db.ExecContext(ctx, "UPDATE ledger SET adopted = 1")
		return p.word(err)
	}
	if o.Booking {
		return errMissing(p.where)
	}
	return nil
}

// readDatabase opens the database for reading.
func (l *Ledger) readDatabase(ctx context.Context, where string) error {
	p, err := l.dialPostgres(where, 0)
	if err != nil {
		return err
	}
	there, err := p.server(ctx)
	if err == nil && !there {
		err = errMissing(p.where)
	}
	if err == nil {
		var at state
		if at, err = readState(ctx, p, p.db); err == nil {
			l.setSecret(at.secret)
		}
	}
	if err != nil {
		return errors.Join(err, p.db.Close())
	}
	return nil
}

// server refuses a server that cannot keep the ledger's promises, and reports
// whether there is a ledger.
func (p *postgres) server(ctx context.Context) (there bool, err error) {
	var version int
	var fsync string
	var standby bool
	err = p.db.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS INTEGER), current_setting('fsync'), pg_is_in_recovery(),
		to_regclass('submissions') IS NOT NULL AND to_regclass('ledger') IS NOT NULL`).Scan(&version, &fsync, &standby, &there)
	if err != nil {
		return false, p.word(err)
	}
	return there, p.unfit(version, fsync, standby)
}

// unfit says why a server cannot keep the promises.
func (p *postgres) unfit(version int, fsync string, standby bool) error {
	switch {
	case version < oldestPostgres*10000:
		return &Error{Path: p.where, Err: ErrDisk, Reason: Say("the server is PostgreSQL %d; %d or newer is needed", version/10000, oldestPostgres)}
	case fsync != "on":
		return &Error{Path: p.where, Err: ErrDisk, Reason: Say("the server runs with fsync = off: after a power failure it would not know who is booked"),
			Hint: Say("set fsync = on in postgresql.conf and restart it")}
	case standby:
		return &Error{Path: p.where, Err: ErrDisk, Reason: Say("the server is a standby, which can only be read"), Hint: Say("name the primary server")}
	}
	return nil
}

func (p *postgres) Path() string    { return p.where }
func (p *postgres) Shared() bool    { return true }
func (p *postgres) alone() error    { return nil } // the turn itself keeps others out
func (p *postgres) committed(int64) {}

func (p *postgres) reconnect() {
	p.db.SetMaxIdleConns(0)
	p.db.SetMaxIdleConns(idleConns)
}

func (p *postgres) close(l *Ledger) error {
	// What is on ends now for everybody, and not when the lease has run out.
	if l.writer != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, _ = p.db.ExecContext(ctx, "UPDATE runs SET lease = 0 WHERE owner = $1 AND state IN (0, 1)", l.owner)
	}
	return p.db.Close()
}

// word says what an error of the server or of the way to it means.
func (p *postgres) word(err error) error {
	var (
		said   *Error
		server *pgconn.PgError
		dial   *pgconn.ConnectError
		wire   net.Error
	)
	refused := func(format string, args ...any) *Error {
		return &Error{Path: p.where, Err: errors.Join(ErrDisk, err), Reason: Say(format, args...)}
	}
	switch {
	case err == nil, errors.As(err, &said), errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &server):
		switch {
		case server.Code == "42501":
			e := refused("the role may not do this: %s", server.Message)
			e.Hint = Say("let a role that may run: vitec-import ledger init --ledger %s; then grant this one SELECT, INSERT, UPDATE and DELETE on its tables", p.where)
			return e
		case strings.HasPrefix(server.Code, "28"), server.Code == "3D000":
			e := refused("the server refuses the connection: %s", server.Message)
			e.Hint = Say("the password goes into PGPASSWORD or ~/.pgpass")
			return e
		case server.Code == "42P01", server.Code == "42703":
			return &Error{Path: p.where, Err: ErrForeign, Reason: Say("the database has other tables than a ledger: %s", server.Message),
				Hint: Say("give the ledger a database of its own")}
		}
		return refused("the server says: %s", server.Message)
	case errors.As(err, &dial):
		return refused("the server cannot be reached: %s", dial.Unwrap())
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.As(err, &wire), pgconn.SafeToRetry(err), strings.Contains(err.Error(), "conn closed"):
		return refused("the connection to the server was lost")
	}
	return err
}
