package ledger

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ncruces/go-sqlite3/driver"
)

// Seen is what a report folder says of a run.
type Seen struct {
	Ledger      string // the ledger's ID
	Run         int64
	StartedAt   time.Time // to the second
	InputSHA256 string
	Counts      Counts
}

// Compare holds what a report folder says against this ledger. It returns nil if
// the run is this ledger's own; else an *[Error] with ErrOther: another ledger,
// or an older copy of the same, would book people again. With whole it also
// holds how the run's rows ended against what the ledger knows, which takes the
// longer the more they are; of the newest run that is enough.
func (l *Ledger) Compare(ctx context.Context, s Seen, whole bool) error {
	other := func(format string, args ...any) error {
		return &Error{Path: l.Path(), Err: ErrOther, Reason: Say(format, args...)}
	}
	return l.read(ctx, func(t *turn) error {
		var last, forgotten int64
		err := t.row("SELECT runs, (SELECT count(*) FROM forgotten WHERE ledger = $1 AND run = $2) FROM ledger", s.Ledger, s.Run).Scan(&last, &forgotten)
		switch {
		case err != nil || forgotten > 0:
			return err
		case s.Ledger != l.id:
			return other("run %d was recorded in another ledger: this one does not know whom it has booked", s.Run)
		case s.Run > last:
			return other("this is an older copy: it does not know run %d", s.Run)
		}
		runs, err := t.headers(s.Run, s.Run)
		if err != nil || len(runs) == 0 { // purged
			return err
		}
		r := runs[0]
		if r.Input.SHA256 != s.InputSHA256 || !r.StartedAt.Truncate(time.Second).Equal(s.StartedAt.Truncate(time.Second)) {
			return other("this is a copy that has gone its own way: its run %d is another one", s.Run)
		}
		if !whole {
			return nil
		}
		counts, err := t.counts("run = $1", s.Run)
		if err == nil && !counts[s.Run].follow(s.Counts) {
			err = other("this is an older copy: it knows less of run %d", s.Run)
		}
		return err
	})
}

// follow reports whether these counts can have come out of earlier ones: rows
// that were not sent or uncertain can have become another outcome, all others
// stay.
func (now Counts) follow(was Counts) bool {
	total := func(c Counts) (n int) {
		for _, k := range c {
			n += k
		}
		return n
	}
	for _, o := range [...]Outcome{Invalid, Duplicate, Skipped} {
		if now[o] != was[o] {
			return false
		}
	}
	for _, o := range [...]Outcome{Booked, AlreadyBooked, Rejected} {
		if now[o] < was[o] {
			return false
		}
	}
	return total(now) == total(was)
}

// ForgetRuns has the runs of report folders not held against this ledger any
// more. The numbers of later runs follow theirs.
func (l *Ledger) ForgetRuns(ctx context.Context, folders []Seen) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.take(func(t *turn) error {
		for _, s := range folders {
			if _, err := t.exec("INSERT INTO forgotten (ledger, run) VALUES ($1, $2) ON CONFLICT DO NOTHING", s.Ledger, s.Run); err != nil {
				return err
			}
			if _, err := t.exec("UPDATE ledger SET runs = $1 WHERE runs < $1", s.Run); err != nil {
				return err
			}
		}
		return nil
	})
}

// Left lists the runs that are over and have left something to do: rows that are
// uncertain and not settled, and rows that were not sent, unless another run has
// sent them since, or has had the same list, and tells of them itself. Their
// Counts tell how many: Uncertain and NotSent, and nothing else.
func (l *Ledger) Left(ctx context.Context) (left []RunInfo, err error) {
	err = l.read(ctx, func(t *turn) error {
		runs, err := t.headers(0, 1<<62)
		if err != nil {
			return err
		}
		counts, err := t.counts("outcome = 'not_sent' OR outcome = 'uncertain' AND submitted")
		if err != nil {
			return err
		}
		for i, r := range runs {
			c := counts[r.ID]
			again := slices.ContainsFunc(runs[i+1:], func(o RunInfo) bool { return o.Target == r.Target && o.Input.SHA256 == r.Input.SHA256 })
			if again || !r.Ended && !r.Interrupted {
				c[NotSent] = 0
			} else if c[NotSent] > 0 {
				if err := t.row(unsentStatement, r.ID).Scan(&c[NotSent]); err != nil {
					return err
				}
			}
			if c != (Counts{}) {
				r.Counts = c
				left = append(left, r)
			}
		}
		return nil
	})
	return left, err
}

// unsentStatement counts the rows of a run that were not sent, by it or, as far
// as a key in common tells, by another run.
const unsentStatement = `SELECT count(*) FROM results r WHERE r.run = $1 AND r.outcome = 'not_sent' AND NOT EXISTS (
	SELECT 1 FROM identities i JOIN identities j ON j.key = i.key AND j.run <> i.run
		JOIN submissions s ON s.run = j.run AND s.idx = j.idx
		LEFT JOIN settlements t ON t.run = s.run AND t.idx = s.idx
	WHERE i.run = r.run AND i.idx = r.idx AND (s.outcome IS NULL OR s.outcome IN ('booked', 'uncertain')) AND coalesce(t.booking, 'x') <> '')`

// Checked is what Check has found sound.
type Checked struct {
	Runs        int
	Rows        int // that were planned, and not purged
	Submissions int
}

// Check reads the whole ledger: every page with its checksum, every index
// against its table, and whether every run's rows add up. An *[Error] says what
// is wrong.
func (l *Ledger) Check(ctx context.Context) (c Checked, err error) {
	err = l.read(ctx, func(t *turn) error {
		if !l.Shared() {
			var said string
			if err := t.row("PRAGMA integrity_check(1)").Scan(&said); err != nil {
				return err
			}
			if said != "ok" {
				return errDamaged(l.Path(), Say("%s", said))
			}
		}
		err := t.row(`SELECT (SELECT count(*) FROM runs WHERE state > 0), (SELECT count(*) FROM results),
			(SELECT count(*) FROM submissions)`).Scan(&c.Runs, &c.Rows, &c.Submissions)
		if err != nil {
			return err
		}
		strays, err := t.numbers("SELECT count(*) FROM plan p WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.run = p.run)")
		if err == nil && strays[0] > 0 {
			err = errDamaged(l.Path(), Say("%d rows belong to no run", strays[0]))
		}
		return err
	})
	return c, err
}

// Backup copies the ledger into a new file, as it is at one moment, also while a
// run is on. The copy may be used as a ledger. A PostgreSQL database is backed
// up with its own programs.
func (l *Ledger) Backup(ctx context.Context, file string) (err error) {
	if l.Shared() {
		return &Error{Path: l.Path(), Err: ErrOther, Reason: Say("a PostgreSQL database is backed up with pg_dump")}
	}
	if file, err = filepath.Abs(file); err != nil {
		return err
	}
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return &Error{Path: file, Err: fs.ErrExist, Reason: Say("there is such a file already"), Hint: Say("choose another name")}
	}
	return appear(file, func(fresh string) error {
		conn, err := l.db.Conn(ctx)
		if err != nil {
			return err
		}
		err = conn.Raw(func(c any) error { return c.(driver.Conn).Raw().Backup("main", sqliteURI(fresh, "rw")) })
		if err := errors.Join(err, conn.Close()); err != nil {
			return err
		}
		db, err := openSQLite(fresh, "rw", false)
		if err != nil {
			return err
		}
		// It is nobody's now, and whole.
		_, err = db.ExecContext(ctx, "UPDATE ledger SET held = 0; PRAGMA wal_checkpoint(TRUNCATE)")
		if err == nil {
			_, err = (&sqlite{path: fresh}).check(ctx, db)
		}
		return errors.Join(err, db.Close())
	})
}
