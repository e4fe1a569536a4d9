package ledger

import (
	"encoding/binary"

	sqlite3 "modernc.org/sqlite/lib"
)

const (
	applicationID = 0x56_69_74_4c // "VitL"
	version       = 1             // of the schema and the page format; a higher one is refused
	oldestSQLite  = 3_051_003     // before, a checkpoint and a commit at the same moment could damage a WAL database
)

// schema is the whole of it. A row's id is its run's id and its index, so that
// a run's rows lie together and in input order, and so do its submissions and
// results: what a run adds is added at the end of its tables, which keeps the
// pages that a commit has to write few.
const schema = `
-- One row: the secret that keys all hashes, and what the ledger counts.
CREATE TABLE ledger (
	id         INTEGER PRIMARY KEY CHECK (id = 1),
	secret     BLOB    NOT NULL,
	commits    INTEGER NOT NULL,  -- all
	generation INTEGER NOT NULL   -- those that changed a submission
);

CREATE TABLE runs (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	started    INTEGER NOT NULL,
	header     BLOB    NOT NULL,  -- JSON
	state      INTEGER NOT NULL,  -- 0 on, 1 ended, 2 interrupted
	indexed    INTEGER NOT NULL,  -- 1 once its submissions are in identities
	purged     INTEGER NOT NULL,
	finished   INTEGER NOT NULL,
	exit_code  INTEGER NOT NULL,
	requests   INTEGER NOT NULL,
	stopped    TEXT    NOT NULL,
	report_dir TEXT    NOT NULL,
	counts     BLOB               -- rows per outcome, once the run is over
);

CREATE TABLE slots (
	id       INTEGER PRIMARY KEY,
	customer TEXT NOT NULL,
	viewing  TEXT NOT NULL,
	slot     TEXT NOT NULL,
	UNIQUE (customer, viewing, slot)
);

-- As planned. Purge deletes from here.
CREATE TABLE rows (
	id       INTEGER PRIMARY KEY,
	number   INTEGER NOT NULL,
	outcome  INTEGER NOT NULL,
	slot     INTEGER,
	ref      INTEGER,             -- id of the earlier row that is the same booking
	ref_row  INTEGER,
	differs  INTEGER,
	message  TEXT,
	problems BLOB                 -- JSON
);
CREATE INDEX rows_in_doubt ON rows (ref) WHERE outcome = 4;

-- Begun, and not released since.
CREATE TABLE submissions (
	id      INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL,
	content BLOB,
	keys    BLOB NOT NULL
);

CREATE TABLE results (
	id       INTEGER PRIMARY KEY,
	outcome  INTEGER NOT NULL,
	status   INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	duration INTEGER NOT NULL,    -- microseconds
	booking  TEXT,
	message  TEXT
);
CREATE INDEX results_in_doubt ON results (id) WHERE outcome = 4;

CREATE TABLE settlements (
	seq        INTEGER PRIMARY KEY AUTOINCREMENT,
	submission INTEGER NOT NULL UNIQUE,
	booking    TEXT NOT NULL,     -- empty = not booked
	reason     TEXT NOT NULL,
	at         INTEGER NOT NULL
);

CREATE TABLE events (
	seq    INTEGER PRIMARY KEY,
	run    INTEGER NOT NULL,
	at     INTEGER NOT NULL,
	kind   TEXT NOT NULL,
	detail TEXT NOT NULL
);
CREATE INDEX events_of_run ON events (run);

-- Where to look for a key: its first 62 bits and its class (see keyOf). The
-- submission's own keys decide.
CREATE TABLE identities (
	key        INTEGER NOT NULL,
	submission INTEGER NOT NULL,
	PRIMARY KEY (key, submission)
) WITHOUT ROWID;
`

const (
	runOn = iota
	runEnded
	runInterrupted
)

// rowID is the id of a row in rows, submissions and results.
func rowID(run int64, index int) int64 { return run<<32 | int64(index) }

// validRow reports whether there can be such a row, so that it has an id of its own.
func validRow(run int64, index int) bool {
	return run > 0 && run < 1<<31 && index >= 0 && int64(index) < 1<<32
}

func splitID(id int64) (run int64, index int) { return id >> 32, int(id & (1<<32 - 1)) }

// idsOf returns the first and last id that a run's rows can have.
func idsOf(run int64) (first, last int64) { return rowID(run, 0), rowID(run, 1<<32-1) }

// firstPage is an empty database in SQLite's format, in WAL mode and with room
// for a checksum at the end of each page. SQLite itself can only be told so by
// the header that it finds. See https://sqlite.org/fileformat2.html.
func firstPage() []byte {
	p := make([]byte, pageSize)
	copy(p, sqliteMagic)
	binary.BigEndian.PutUint16(p[16:], pageSize)
	p[18], p[19] = 2, 2 // write and read version: WAL
	p[20] = sumSize
	p[21], p[22], p[23] = 64, 32, 32            // fixed fractions
	binary.BigEndian.PutUint32(p[24:], 1)       // change counter
	binary.BigEndian.PutUint32(p[28:], 1)       // pages
	binary.BigEndian.PutUint32(p[44:], 4)       // schema format
	binary.BigEndian.PutUint32(p[56:], 1)       // UTF-8
	binary.BigEndian.PutUint32(p[60:], version) // user_version
	binary.BigEndian.PutUint32(p[68:], applicationID)
	binary.BigEndian.PutUint32(p[92:], 1) // the change counter that the next is valid for
	binary.BigEndian.PutUint32(p[96:], sqlite3.SQLITE_VERSION_NUMBER)
	p[100] = 13 // an empty table leaf
	binary.BigEndian.PutUint16(p[105:], pageSize-sumSize)
	sealPage(1, p)
	return p
}

const sqliteMagic = "SQLite format 3\x00"

// What a page with a wrong checksum is.
const (
	pageDamaged = iota + 1
	firstPageForeign
	firstPageNewer
)

func judgeFirstPage(p []byte) int32 {
	switch {
	case binary.BigEndian.Uint32(p[68:]) != applicationID:
		return firstPageForeign
	case binary.BigEndian.Uint32(p[60:]) > version && string(p[:len(sqliteMagic)]) == sqliteMagic:
		return firstPageNewer
	}
	return pageDamaged
}
