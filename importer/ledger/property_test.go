package ledger

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"vitec-import/vitec/testenv"
)

// drawKeys draws keys out of few digests, so that people have some in common.
func drawKeys(t *rapid.T, label string) Keys {
	digest := func(kind byte, n int) Digest {
		if n == 0 {
			return Digest{}
		}
		// In pairs that the database keeps at the same place.
		return Digest{0: kind, 1: byte(n / 2), 7: 0xff, 8: byte(n)}
	}
	k := Keys{
		Contact: digest(1, rapid.IntRange(0, 3).Draw(t, label+" contact")),
		Number:  digest(2, rapid.IntRange(0, 3).Draw(t, label+" number")),
	}
	for i := range rapid.IntRange(0, 3).Draw(t, label+" traits") {
		k.Traits = append(k.Traits, digest(3, rapid.IntRange(0, 6).Draw(t, fmt.Sprint(label, " trait ", i))))
	}
	return k
}

func TestSameIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawKeys(t, "a"), drawKeys(t, "b")
		if a.Same(b) != b.Same(a) {
			t.Fatalf("%v and %v", a, b)
		}
		common := false
		a.each(func(d Digest) { b.each(func(e Digest) { common = common || d == e }) })
		if a.Same(b) != (common && a.sameAs(b.Contact, b.Number)) {
			t.Fatalf("%v and %v have a key in common: %v, and are the same: %v", a, b, common, a.Same(b))
		}
	})
}

// TestHashesStay holds the hashes against their definition, written plainly,
// and two of them against values of old: another value would make strangers of
// all whom the ledgers out there know.
func TestHashesStay(t *testing.T) {
	secret := []byte("0123456789abcdef0123456789abcdef")
	l := &Ledger{secret: secret}
	plain := func(parts ...string) (d Digest) {
		m := hmac.New(sha256.New, secret)
		for _, p := range parts {
			m.Write(binary.AppendUvarint(nil, uint64(len(p))))
			m.Write([]byte(p))
		}
		copy(d[:], m.Sum(nil))
		return d
	}
	for want, got := range map[string]Digest{
		"7fdc425462d53a0d6e7fa44506429f82": l.Content([]byte("{}")),
		"4f037284de7387d8829f477afd00e728": l.Keys("t", Slot{"c", "v", "s"}, Identity{Traits: []string{"x"}}).Traits[0],
	} {
		if got.String() != want {
			t.Errorf("the hash is %s, was %s", got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringN(0, -1, 300))
		target, s := text.Draw(t, "target"), Slot{text.Draw(t, "customer"), text.Draw(t, "viewing"), text.Draw(t, "slot")}
		id := Identity{Contact: text.Draw(t, "contact"), Number: text.Draw(t, "number"), Traits: rapid.SliceOfN(text, 0, 5).Draw(t, "traits")}
		key := func(kind, text string) Digest {
			if text == "" {
				return Digest{}
			}
			return plain("identity", target, s.CustomerId, s.ViewingId, s.TimeSlotId, kind, text)
		}
		want := Keys{Contact: key("contact", id.Contact), Number: key("number", id.Number)}
		for _, text := range id.Traits {
			if text != "" {
				want.Traits = append(want.Traits, key("trait", text))
			}
		}
		got := l.Keys(target, s, id)
		if got.Contact != want.Contact || got.Number != want.Number || !slices.Equal(got.Traits, want.Traits) {
			t.Fatalf("keys are %v, want %v", got, want)
		}
		if got, want := l.Content([]byte(target)), plain("content", target); got != want || l.digest(target, id.Contact) != plain(target, id.Contact) {
			t.Fatalf("a content's hash is %v, want %v", got, want)
		}
	})
}

// TestLedgerAsAStateMachine drives a ledger and a model of it through runs,
// settlements, crashes and purges, and compares all that the ledger tells.
func TestLedgerAsAStateMachine(t *testing.T) {
	skipUnderRace(t)
	dir := quickDir(t)
	n := 0
	tt := t
	rapid.Check(t, func(t *rapid.T) {
		most := testenv.Sampled(50, 1000)
		if onPostgres(tt) { // each takes a database of its own
			most = testenv.Sampled(10, 100)
		}
		if n++; n > most {
			return
		}
		m := &machine{dir: filepath.Join(dir, fmt.Sprint(n))}
		if err := os.Mkdir(m.dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if m.path = filepath.Join(m.dir, "ledger.db"); onPostgres(tt) {
			m.path = testenv.Database(tt)
		}
		m.open(t)
		defer func() { m.l.Close() }()
		t.Repeat(map[string]func(*rapid.T){
			"start":  m.start,
			"begin":  m.begin,
			"finish": m.finish,
			"end":    m.end,
			"settle": m.settle,
			"crash":  m.crash,
			"reopen": m.reopen,
			"match":  m.match,
			"":       m.check,
		})
	})
}

// modelRow is a row as it should be.
type modelRow struct {
	keys    Keys
	planned bool // to be sent
	begun   bool // without a result
	done    bool // with a result
	res     Result
	settled *Settlement
	ref     *modelRow // of a row in doubt or booked by an earlier run
	outcome Outcome   // as planned
	run     int64
	index   int
}

// now is the row's outcome and booking id, settlements and references applied.
func (r *modelRow) now() (Outcome, string) {
	switch {
	case r.ref != nil:
		o, id := r.ref.now()
		if o == Booked {
			o = AlreadyBooked
		}
		return o, id
	case !r.planned:
		return r.outcome, ""
	case r.begun:
		return Uncertain, ""
	case r.settled != nil:
		if r.settled.BookingID == "" {
			return NotSent, ""
		}
		return Booked, r.settled.BookingID
	case r.done:
		return r.res.Outcome, r.res.BookingID
	}
	return NotSent, ""
}

type machine struct {
	dir, path string
	l         *Ledger
	run       *Run // the one that is on, or nil
	runs      [][]*modelRow
	crashes   int
}

func (m *machine) open(t *rapid.T) {
	var err error
	if m.l, err = Open(context.Background(), m.path, Options{Create: true}); err != nil {
		t.Fatal(err)
	}
}

func (m *machine) current() []*modelRow { return m.runs[len(m.runs)-1] }

// pick draws a row of the run that is on.
func (m *machine) pick(t *rapid.T, which func(*modelRow) bool) *modelRow {
	if m.run == nil {
		t.Skip("no run is on")
	}
	var some []*modelRow
	for _, r := range m.current() {
		if r.planned && which(r) {
			some = append(some, r)
		}
	}
	if len(some) == 0 {
		t.Skip("no such row")
	}
	return rapid.SampledFrom(some).Draw(t, "row")
}

func (m *machine) start(t *rapid.T) {
	if m.run != nil {
		t.Skip("a run is on")
	}
	var rows []*modelRow
	var plan []Row
	n := rapid.IntRange(0, 6).Draw(t, "rows")
	for i := range n {
		k := drawKeys(t, "row")
		r := &modelRow{keys: k, run: int64(len(m.runs) + 1), index: i}
		row := Row{Index: i, Number: i + 2, Keys: k}
		if k.Traits == nil {
			row.Keys.Traits = []Digest{}
		}
		switch found := m.find(k); {
		case found != nil:
			r.ref = found
			row.Ref = Ref{Run: found.run, Index: found.index, Row: found.index + 2}
			row.Outcome = Uncertain
			if o, _ := found.now(); o == Booked {
				row.Outcome = AlreadyBooked
			}
		case rapid.Bool().Draw(t, "invalid"):
			r.outcome, row.Outcome = Invalid, Invalid
		default:
			r.planned = true
		}
		rows, plan = append(rows, r), append(plan, row)
	}
	var err error
	if m.run, err = m.l.StartRun(context.Background(), RunInfo{StartedAt: noon}, planned(plan...)); err != nil {
		t.Fatal(err)
	}
	m.runs = append(m.runs, rows)
}

func (m *machine) begin(t *rapid.T) {
	r := m.pick(t, func(r *modelRow) bool { return !r.begun && (!r.done || r.res.Outcome == NotSent) })
	if err := m.run.Begin(context.Background(), Submission{Index: r.index, Keys: r.keys, At: noon}); err != nil {
		t.Fatal(err)
	}
	r.begun, r.done = true, false
}

func (m *machine) finish(t *rapid.T) {
	r := m.pick(t, func(r *modelRow) bool { return r.begun })
	r.res = Result{Outcome: rapid.SampledFrom([]Outcome{Booked, Rejected, Uncertain, NotSent}).Draw(t, "outcome")}
	if r.res.Outcome == Booked {
		r.res.BookingID = fmt.Sprintf("VID%d.%d", r.run, r.index)
	}
	if err := m.run.Finish(context.Background(), r.index, r.res); err != nil {
		t.Fatal(err)
	}
	r.begun, r.done = false, true
}

func (m *machine) end(t *rapid.T) {
	if m.run == nil {
		t.Skip("no run is on")
	}
	if err := m.run.End(context.Background(), End{FinishedAt: noon}); err != nil {
		t.Fatal(err)
	}
	m.over()
}

// over is what the end of a run, and its recovery after a crash, do.
func (m *machine) over() {
	if m.run == nil {
		return
	}
	for _, r := range m.current() {
		if r.begun {
			r.begun, r.done, r.res = false, true, Result{Outcome: Uncertain}
		}
	}
	m.run = nil
}

// crash goes on with the files as they are, as after a kill.
func (m *machine) crash(t *rapid.T) {
	if m.l.Shared() { // the lease runs out
		if _, err := m.l.db.Exec("UPDATE runs SET lease = 0"); err != nil {
			t.Fatal(err)
		}
		m.reopen(t)
		return
	}
	m.crashes++
	copied := filepath.Join(m.dir, fmt.Sprint("crash", m.crashes))
	for _, suffix := range []string{"", "-wal", markSuffix} {
		b, err := os.ReadFile(m.path + suffix)
		if err == nil {
			err = os.WriteFile(copied+suffix, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	m.path = copied
	m.reopen(t)
}

func (m *machine) reopen(t *rapid.T) {
	if err := m.l.Close(); err != nil {
		t.Fatal(err)
	}
	m.over()
	m.open(t)
}

func (m *machine) settle(t *rapid.T) {
	var some []*modelRow
	for i, rows := range m.runs {
		for _, r := range rows {
			if m.run != nil && i == len(m.runs)-1 {
				continue
			}
			if o, _ := r.now(); r.planned && o == Uncertain {
				some = append(some, r)
			}
		}
	}
	if len(some) == 0 {
		t.Skip("nothing is in doubt")
	}
	r := rapid.SampledFrom(some).Draw(t, "row")
	s := Settlement{Run: r.run, Index: r.index, Reason: "r", At: noon}
	if rapid.Bool().Draw(t, "booked") {
		s.BookingID = fmt.Sprintf("SET%d.%d", r.run, r.index)
	}
	if err := m.l.Settle(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	r.settled = &s
}

// find is the model's Match: any submission that may be matched.
func (m *machine) find(k Keys) (found *modelRow) {
	for _, rows := range m.runs {
		for _, r := range rows {
			o, _ := r.now()
			if !r.planned || o != Booked && o != Uncertain || !r.keys.Same(k) {
				continue
			}
			if best, _ := found.nowOrNothing(); found == nil || o == Booked && best != Booked {
				found = r
			}
		}
	}
	return found
}

func (r *modelRow) nowOrNothing() (Outcome, string) {
	if r == nil {
		return NotSent, ""
	}
	return r.now()
}

func (m *machine) match(t *rapid.T) {
	k := drawKeys(t, "who")
	found, err := m.l.Match(context.Background(), []Keys{k})
	if err != nil {
		t.Fatal(err)
	}
	got, want := found[0], m.find(k)
	if got.Found != (want != nil) {
		t.Fatalf("%v matches as %+v, want %+v", k, got, want)
	}
	if want == nil {
		return
	}
	// Which one of several is a matter of evidence; that it is one, and booked
	// if any is, is not.
	row := m.runs[got.Run-1][got.Index]
	o, id := row.now()
	if best, _ := want.now(); !row.keys.Same(k) || got.Outcome != o || got.Outcome != best || got.BookingID != id || got.Row != got.Index+2 {
		t.Fatalf("%v matches as %+v, which is %+v; want one like %+v", k, got, row, want)
	}
}

// check compares all rows and counts.
func (m *machine) check(t *rapid.T) {
	ctx := context.Background()
	runs, err := m.l.Runs(ctx)
	if err != nil || len(runs) != len(m.runs) {
		t.Fatalf("%d runs, %v, want %d", len(runs), err, len(m.runs))
	}
	doubt := 0
	for i, rows := range m.runs {
		var counts Counts
		n := 0
		for got, err := range m.l.Rows(ctx, int64(i+1)) {
			if err != nil {
				t.Fatal(err)
			}
			want := rows[got.Index]
			o, id := want.now()
			if got.Index != n || got.Outcome != o || got.BookingID != id {
				t.Fatalf("run %d row %d is %+v, want %s %q", i+1, n, got, o, id)
			}
			if want.planned && o == Uncertain {
				doubt++
			}
			counts[o]++
			n++
		}
		if n != len(rows) || runs[i].Rows != n || runs[i].Counts != counts {
			t.Fatalf("run %d: %d of %d rows, told %d, counted %v, told %v", i+1, n, len(rows), runs[i].Rows, counts, runs[i].Counts)
		}
	}
	for _, err := range m.l.Uncertain(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		doubt--
	}
	if doubt != 0 {
		t.Fatalf("Uncertain lists %d rows too few", doubt)
	}
}
