package importer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"iter"
	"slices"
	"strings"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/vitec"
)

// Plan is what a run over the input would do, found without any network: how
// many rows would end in which outcome, and why. It grows with the number of
// slots and of kinds of problems, not with the rows, but for some hashes a row.
type Plan struct {
	// Rows is the number of rows read, the header and blank rows aside.
	Rows int
	// Outcomes counts the rows by the outcome that they would have. NotSent
	// counts those that are to be sent.
	Outcomes [len(ledger.Outcomes)]int
	// Slots counts the rows by their place and the outcome that they would have.
	// Rows whose ids are not all known are in none.
	Slots map[vitec.Target]ledger.Counts
	// Called is what the list itself calls a place, by the first row that has it.
	// It is empty unless the job can tell.
	Called map[vitec.Target]string
	// Messages counts the people whom the server would write to.
	Messages Messages
	// Differing counts the rows that are booked already, with other content.
	Differing int
	// Causes groups the problems and warnings, most rows first.
	Causes []Cause
	// Problems counts the rows with problems, Warnings the warnings.
	Problems, Warnings int
	// Over counts the rows that are to be sent with the deadline check on,
	// although their viewing is known to be over: the person took part, or the
	// cells that name the viewing have a day in them that is over.
	Over int
	// Sum tells two plans apart that differ in a row, in what it says or in what
	// would become of it. It is set if the job asks for it.
	Sum string

	entries  []entry
	nameless map[int]int // of rows without a name: see [who.identity]; 0 is left out
	causes   map[causeKey]*Cause
}

// Messages counts the messages that the server would send to people.
type Messages struct {
	SMSConfirmation  int `json:"sms_confirmation"`
	MailConfirmation int `json:"mail_confirmation"`
	SMSReminder      int `json:"sms_reminder"`
}

// Total is the number of messages of all kinds.
func (m Messages) Total() int { return m.SMSConfirmation + m.MailConfirmation + m.SMSReminder }

// ToSend is the number of rows that are to be sent.
func (p *Plan) ToSend() int { return p.Outcomes[ledger.NotSent] }

// Customers are the customerIds of the rows that are to be sent, in order.
func (p *Plan) Customers() []string {
	var list []string
	for t, o := range p.Slots {
		if o[ledger.NotSent] > 0 {
			list = append(list, t.CustomerId)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// entry is what the plan remembers of a row, so that the next reading can tell
// that it has the same row before it.
type entry struct {
	content [7]byte // the beginning of the body's keyed digest
	outcome ledger.Outcome
	number  uint32 // the spreadsheet's row
}

// matchBatch is how many rows are looked up in the ledger at once.
const matchBatch = 512

// Check makes the plan and nothing else: the same code as Run, up to the
// first request.
func (j *Job) Check(ctx context.Context) (*Plan, error) {
	p := newPlan()
	for _, err := range j.plan(ctx, p) {
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

func newPlan() *Plan {
	return &Plan{Slots: map[vitec.Target]ledger.Counts{}, Called: map[vitec.Target]string{}, nameless: map[int]int{}, causes: map[causeKey]*Cause{}}
}

// plan reads the input once, fills p, and yields every row with the outcome
// that it has before anything is sent, in input order.
func (j *Job) plan(ctx context.Context, p *Plan) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		pl := planner{job: j, plan: p, yield: yield, duplicates: newDuplicates(), sum: sha256.New()}
		if err := pl.read(ctx); err != nil && err != errEnough {
			yield(ledger.Row{}, err)
		}
	}
}

// planned is a row with all that its own list says about it.
type planned struct {
	ledger.Row
	problems []Problem
	called   string // what the list calls the slot
	asks     asked
	who      who
	sum      [sha256.Size]byte // of what would be sent, if the plan is to be known again
}

// asked is what a submission asks of the server besides the booking: messages
// to people; over, to check the deadline of a viewing that is over.
type asked struct{ sms, mail, reminder, over bool }

// prepared reads the input once and yields its rows, each by itself.
func (j *Job) prepared(ctx context.Context) iter.Seq2[*planned, error] {
	return func(yield func(*planned, error) bool) {
		var sub mapping.Submission // memory to be used again
		for in, err := range j.File.Rows(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(j.prepare(in, &sub), nil) {
				return
			}
		}
	}
}

// prepare finds out about a row whatever can be without looking at any other.
func (j *Job) prepare(in table.Row, sub *mapping.Submission) *planned {
	out := &planned{Row: ledger.Row{Number: in.Number}}
	if e := in.Fault(j.Mapper.Reads); e != nil {
		out.note(refused(in.Number, e))
		return out
	}
	for _, p := range j.Mapper.Map(in.Cells, sub) {
		out.note(j.mapped(in.Number, p))
	}
	if sub.Skipped != "" {
		out.Outcome, out.Reason = ledger.Skipped, ledger.TextOf(sub.Skipped)
		return out
	}
	yes := func(p *bool) bool { return p != nil && *p }
	b := &sub.Body
	out.Slot = ledger.Slot(sub.Target)
	if j.Called != nil {
		out.called = j.Called(sub.Target, in.Cells)
	}
	out.asks = asked{sms: yes(b.SMSConfirmation), mail: yes(b.MailConfirmation), reminder: yes(b.SMSReminder)}
	out.asks.over = yes(b.Options.IsDeadlineValidationEnabled) && (yes(b.Participated) || j.Mapper.Past(in.Cells))
	if out.Outcome == ledger.Invalid {
		return out
	}
	body, err := vitec.Encode(vitec.JSON, b)
	if err != nil {
		out.note(j.problem(in.Number, codeUnsendable, ledger.Say("the row cannot be written as a request: %s", err), ledger.Text{}))
		return out
	}
	out.who, out.Content = identify(b, j.Identity), j.Ledger.Content(body)
	if j.Sum {
		out.sum = sha256.Sum256(fmt.Appendf(nil, "%d %q %s", in.Number, sub.Target, body))
	}
	return out
}

// note adds a problem, which makes the row invalid unless it is a warning.
func (row *planned) note(p Problem) {
	row.problems = append(row.problems, p)
	if !p.Warning {
		row.Outcome = ledger.Invalid
	}
}

// planner holds the rows between being read and being looked up in the ledger.
type planner struct {
	job        *Job
	plan       *Plan
	yield      func(ledger.Row, error) bool
	duplicates *duplicates

	rows  []*planned
	keys  []ledger.Keys
	looks []*planned // for each key, the row that it is for
	sum   hash.Hash  // of the rows and what becomes of them
}

func (pl *planner) read(ctx context.Context) error {
	for row, err := range hear(pl.job.Stop, pl.job.prepared(ctx)) {
		if err != nil {
			return err
		}
		pl.add(row)
		if len(pl.rows) == matchBatch {
			if err := pl.flush(ctx); err != nil {
				return err
			}
		}
	}
	if err := pl.flush(ctx); err != nil {
		return err
	}
	if pl.job.Sum {
		pl.plan.Sum = hex.EncodeToString(pl.sum.Sum(nil))
	}
	pl.plan.finish()
	return nil
}

// add decides what the rows before it say about a row.
func (pl *planner) add(row *planned) {
	row.Index = pl.plan.Rows
	if row.Outcome == ledger.NotSent {
		pl.compare(row)
	}
	if place := vitec.Target(row.Slot); row.called != "" && pl.plan.Called[place] == "" {
		pl.plan.Called[place] = row.called
	}
	pl.plan.Rows++
	pl.plan.entries = append(pl.plan.entries, entry{content: beginning(row.Content), number: uint32(row.Number)})
	pl.rows = append(pl.rows, row)
}

// compare looks for an earlier row that books the same person, and notes what is
// to be asked of the ledger if there is none.
func (pl *planner) compare(row *planned) {
	m := pl.duplicates.meet(row.Index, row.Slot, &row.who)
	if m.nth > 0 {
		pl.plan.nameless[row.Index] = m.nth
	}
	if m.twin >= 0 {
		twin := pl.plan.entries[m.twin]
		row.Outcome = ledger.Duplicate
		row.Ref = ledger.Ref{Index: m.twin, Row: int(twin.number)}
		row.ContentDiffers = twin.content != beginning(row.Content)
		return
	}
	id := row.who.identity(m.nth)
	id.Shared = row.who.shared()
	row.Keys = pl.job.Ledger.Keys(pl.job.Target, row.Slot, id)
	look := row.Keys
	if m.other >= 0 {
		row.note(pl.job.sharing(row.Number, ledger.Ref{Row: int(pl.plan.entries[m.other].number)}))
		look.Shared = nil // one such note is enough
	}
	pl.keys = append(pl.keys, look)
	pl.looks = append(pl.looks, row)
}

// flush looks the waiting rows up in the ledger, counts them and yields them.
func (pl *planner) flush(ctx context.Context) error {
	if len(pl.keys) > 0 {
		found, err := pl.job.Ledger.Match(ctx, pl.keys)
		if err != nil {
			return err
		}
		for i, m := range found {
			row := pl.looks[i]
			if m.UnderWay && pl.job.Ledger.Shared() {
				continue // it is asked about again when it would be begun
			}
			if m.Found {
				row.Outcome = ledger.AlreadyBooked
				if m.Outcome == ledger.Uncertain {
					row.Outcome = ledger.Uncertain
				}
				row.Ref = m.Ref()
				row.ContentDiffers = m.Content != row.Content
			} else if m.Sharing != (ledger.Ref{}) {
				row.problems = append(row.problems, pl.job.sharing(row.Number, m.Sharing))
			}
		}
	}
	for _, row := range pl.rows {
		for _, p := range row.problems {
			row.Problems = append(row.Problems, p.Problem)
			if err := pl.tell(p); err != nil {
				return err
			}
		}
		pl.plan.count(row)
		if pl.job.Sum {
			pl.sum.Write(append(row.sum[:], byte(row.Outcome)))
		}
		if pl.job.Planned != nil {
			if err := pl.job.Planned(row.Row); err != nil {
				return err
			}
		}
		if !pl.yield(row.Row, nil) {
			return errEnough
		}
	}
	pl.rows, pl.keys, pl.looks = pl.rows[:0], pl.keys[:0], pl.looks[:0]
	return nil
}

func (p *Plan) count(row *planned) {
	p.entries[row.Index].outcome = row.Outcome
	p.Outcomes[row.Outcome]++
	if t := vitec.Target(row.Slot); t.CustomerId != "" && t.ViewingId != "" && t.TimeSlotId != "" {
		counts := p.Slots[t]
		counts[row.Outcome]++
		p.Slots[t] = counts
	}
	switch row.Outcome {
	case ledger.NotSent:
		add := func(to *int, yes bool) {
			if yes {
				*to++
			}
		}
		add(&p.Over, row.asks.over)
		add(&p.Messages.SMSConfirmation, row.asks.sms)
		add(&p.Messages.MailConfirmation, row.asks.mail)
		add(&p.Messages.SMSReminder, row.asks.reminder)
	case ledger.AlreadyBooked:
		if row.ContentDiffers {
			p.Differing++
		}
	case ledger.Invalid:
		p.Problems++
	}
}

// tell counts a problem and hands it to who wants to see each of them.
func (pl *planner) tell(p Problem) error {
	if p.Warning {
		pl.plan.Warnings++
	}
	key := causeKey{p.Code, p.Column, p.Warning}
	c := pl.plan.causes[key]
	if c == nil {
		c = &Cause{Problem: p}
		pl.plan.causes[key] = c
	}
	c.Rows++
	c.Mixed = c.Mixed || p.Reason.String() != c.Reason.String()
	if pl.job.Problem != nil {
		return pl.job.Problem(p)
	}
	return nil
}

func (p *Plan) finish() {
	for _, c := range p.causes {
		p.Causes = append(p.Causes, *c)
	}
	slices.SortFunc(p.Causes, func(a, b Cause) int {
		return cmp.Or(b.Rows-a.Rows, a.Row-b.Row, a.Column-b.Column, strings.Compare(a.Code, b.Code))
	})
}

// beginning is enough of a digest to tell that a row was changed.
func beginning(d ledger.Digest) (b [7]byte) {
	copy(b[:], d[:])
	return b
}
