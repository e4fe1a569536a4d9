-- One row. Every transaction that writes begins by changing it, so that there
-- is one writer at a time on every database.
CREATE TABLE ledger (
	one        INTEGER PRIMARY KEY CHECK (one = 1),
	version    INTEGER NOT NULL,       -- of this schema
	secret     BYTEA   NOT NULL,       -- keys all hashes
	commits    BIGINT  NOT NULL,       -- the number of the last transaction
	generation BIGINT  NOT NULL,       -- of the last one that changed a submission
	runs       BIGINT  NOT NULL,       -- the number of the last run
	adopted    INTEGER NOT NULL,       -- 0: made by a trial, and not yet used for anything else
	held       INTEGER NOT NULL        -- 1: a program has the file open for writing, or was killed
);

CREATE TABLE runs (
	run        BIGINT  NOT NULL PRIMARY KEY,
	state      INTEGER NOT NULL,       -- 0 planned, 1 on, 2 ended, 3 cut off
	owner      TEXT    NOT NULL,       -- the process
	host       TEXT    NOT NULL,
	lease      BIGINT  NOT NULL,       -- until when it may begin rows, in microseconds by the database's clock
	started    TEXT    NOT NULL,       -- times are in UTC
	finished   TEXT,
	exit_code  INTEGER NOT NULL DEFAULT 0,
	requests   INTEGER NOT NULL DEFAULT 0,
	code       TEXT,                   -- why it stopped early, for programs
	reason     TEXT,                   -- and for people: JSON, a format and its arguments
	report_dir TEXT    NOT NULL,
	header     TEXT    NOT NULL        -- JSON
) {without rowid};

-- The rows of a run as they were planned.
CREATE TABLE plan (
	run      BIGINT  NOT NULL,
	idx      INTEGER NOT NULL,         -- position in the input, from 0
	number   INTEGER NOT NULL,         -- the spreadsheet's row number
	customer TEXT    NOT NULL,
	viewing  TEXT    NOT NULL,
	slot     TEXT    NOT NULL,
	outcome  TEXT    NOT NULL,         -- not_sent: to be sent
	ref_run  BIGINT,                   -- the earlier row that is the same booking
	ref_idx  INTEGER,
	ref_row  INTEGER,
	differs  INTEGER NOT NULL,         -- from that row
	code     TEXT,
	reason   TEXT,                     -- JSON
	problems TEXT,                     -- JSON
	PRIMARY KEY (run, idx)
) {without rowid};

-- Every submission that was ever begun. One without an outcome is under way,
-- or in doubt if its run is over.
CREATE TABLE submissions (
	run         BIGINT  NOT NULL,
	idx         INTEGER NOT NULL,
	begun       TEXT,                  -- when; null: it never was, and reason says why
	content     BYTEA,                 -- keyed hashes
	contact     BYTEA,
	personal    BYTEA,
	outcome     TEXT,
	booking     TEXT,
	status      INTEGER,
	attempts    INTEGER,
	duration_us BIGINT,
	code        TEXT,
	reason      TEXT,                  -- JSON
	PRIMARY KEY (run, idx)
) {without rowid};

-- The keys of the rows that were planned to be sent. They count from the begin
-- of the row's submission on.
CREATE TABLE identities (
	key BYTEA   NOT NULL,
	run BIGINT  NOT NULL,
	idx INTEGER NOT NULL,
	PRIMARY KEY (key, run, idx)
) {without rowid};

-- What people have found out about submissions in doubt.
CREATE TABLE settlements (
	run     BIGINT  NOT NULL,
	idx     INTEGER NOT NULL,
	seq     BIGINT  NOT NULL,
	booking TEXT    NOT NULL,          -- empty: not booked
	reason  TEXT    NOT NULL,
	at      TEXT    NOT NULL,
	PRIMARY KEY (run, idx)
) {without rowid};

CREATE TABLE events (
	run    BIGINT  NOT NULL,
	seq    INTEGER NOT NULL,
	at     TEXT    NOT NULL,
	kind   TEXT    NOT NULL,
	detail TEXT    NOT NULL,
	PRIMARY KEY (run, seq)
) {without rowid};

-- When the next request may leave, by the database's clock in microseconds,
-- for a target and a login; and how often the server has refused one.
CREATE TABLE pace (
	target   TEXT   NOT NULL PRIMARY KEY,
	next     BIGINT NOT NULL,
	refusals BIGINT NOT NULL
) {without rowid};

-- The time slots whose rows leave one after the other, and the run that sends
-- them, until it is over.
CREATE TABLE slots (
	slot BYTEA  NOT NULL PRIMARY KEY,
	run  BIGINT NOT NULL
) {without rowid};

-- Runs that report folders know and this ledger does not, and that are not held
-- against it any more.
CREATE TABLE forgotten (
	ledger TEXT   NOT NULL,
	run    BIGINT NOT NULL,
	PRIMARY KEY (ledger, run)
) {without rowid};

-- What became of every planned row, settlements and references applied.
CREATE VIEW results AS
SELECT p.run, p.idx, p.number, p.customer, p.viewing, p.slot,
	CASE
		WHEN s.run IS NOT NULL THEN CASE
			WHEN coalesce(s.outcome, 'uncertain') <> 'uncertain' THEN s.outcome
			WHEN t.booking IS NULL THEN 'uncertain'
			WHEN t.booking = '' THEN 'not_sent'
			ELSE 'booked' END
		WHEN p.outcome IN ('already_booked', 'uncertain') AND o.run IS NOT NULL THEN CASE
			WHEN o.outcome = 'booked' THEN 'already_booked'
			WHEN coalesce(o.outcome, 'uncertain') <> 'uncertain' THEN 'not_sent'
			WHEN u.booking IS NULL THEN 'uncertain'
			WHEN u.booking = '' THEN 'not_sent'
			ELSE 'already_booked' END
		ELSE p.outcome END AS outcome,
	coalesce(t.booking, s.booking, u.booking, o.booking, '') AS booking,
	coalesce(p.ref_run, 0) AS ref_run, coalesce(p.ref_idx, 0) AS ref_idx, coalesce(p.ref_row, 0) AS ref_row, p.differs,
	coalesce(s.begun, '') AS begun, coalesce(s.status, 0) AS status, coalesce(s.attempts, 0) AS attempts,
	coalesce(s.duration_us, 0) AS duration_us, s.content,
	coalesce(CASE WHEN s.run IS NULL THEN p.code ELSE s.code END, '') AS code,
	coalesce(CASE WHEN s.run IS NULL THEN p.reason ELSE s.reason END, '') AS reason,
	coalesce(p.problems, '') AS problems,
	s.run IS NOT NULL AS submitted, s.run IS NOT NULL AND s.outcome IS NULL AS under_way,
	coalesce(t.run, u.run, 0) AS settled_run, coalesce(t.idx, u.idx, 0) AS settled_idx, coalesce(t.booking, u.booking, '') AS settled_booking,
	coalesce(t.reason, u.reason, '') AS settled_reason, coalesce(t.at, u.at, '') AS settled_at
FROM plan p
LEFT JOIN submissions s ON s.run = p.run AND s.idx = p.idx
LEFT JOIN settlements t ON t.run = s.run AND t.idx = s.idx
LEFT JOIN submissions o ON o.run = p.ref_run AND o.idx = p.ref_idx AND p.outcome IN ('already_booked', 'uncertain')
LEFT JOIN settlements u ON u.run = o.run AND u.idx = o.idx;
