package ledger

import (
	"encoding/binary"

	sqlite3 "modernc.org/sqlite/lib"
)

const (
	applicationID = 0x56_69_74_4c // "VitL"
	version       = 2             // of the schema and the page format; a higher one is refused
	firstVersion  = 1             // is refused
	oldestSQLite  = 3_051_003     // before, a checkpoint and a commit at the same moment could damage a WAL database
)

// schema is what the first version had already and rowsSchema what has replaced
// the rest of it. A row's id is its run's id and its index, a bundle's is its run's
// and its number, so that what a run adds is added at the end of a table: that
// keeps the pages few that a commit has to write.
const schema = `
-- One row: the secret that keys all hashes, and what the ledger counts. A record
-- of the journal carries the number of its commit itself.
CREATE TABLE ledger (
	id         INTEGER PRIMARY KEY CHECK (id = 1),
	secret     BLOB    NOT NULL,
	commits    INTEGER NOT NULL,  -- the last one's number
	generation INTEGER NOT NULL   -- the last one's that changed a submission
);

CREATE TABLE runs (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	started    INTEGER NOT NULL,
	header     BLOB    NOT NULL,  -- JSON
	state      INTEGER NOT NULL,  -- 0 on, 1 ended, 2 interrupted
	purged     INTEGER NOT NULL,
	finished   INTEGER NOT NULL,
	exit_code  INTEGER NOT NULL,
	requests   INTEGER NOT NULL,
	stopped    TEXT    NOT NULL,
	report_dir TEXT    NOT NULL,
	counts     BLOB               -- rows per outcome, once the run is over
);

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
`

const rowsSchema = `
CREATE INDEX runs_on ON runs (id) WHERE state = 0;

-- A run's rows, bundleRows of them each: see bundle.
CREATE TABLE bundles (
	id   INTEGER PRIMARY KEY,
	data BLOB NOT NULL
);

-- What came of the rows of a run that is on since its bundles were written.
CREATE TABLE journal (
	id     INTEGER PRIMARY KEY,   -- the run's, and the record's number
	number INTEGER NOT NULL,      -- of the commit
	data   BLOB    NOT NULL
);

-- The submissions of runs that are over which are uncertain and not settled,
-- each with itself; and with each of them the planned rows that refer to it.
CREATE TABLE in_doubt (
	submission INTEGER NOT NULL,
	row        INTEGER NOT NULL,
	PRIMARY KEY (submission, row)
) WITHOUT ROWID;

-- Where to look for somebody's submissions of runs that are over: see segment.
CREATE TABLE segments (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	cut     INTEGER NOT NULL,     -- into blocks by so many bits of a key
	entries INTEGER NOT NULL
);
CREATE TABLE identities (
	id   INTEGER PRIMARY KEY,     -- the segment's, and the block's number
	data BLOB NOT NULL
);
`

const (
	runOn = iota
	runEnded
	runInterrupted
)

// rowID is the id of a row.
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
