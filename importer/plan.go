package importer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"iter"
	"slices"
	"sort"

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
		pl := planner{job: j, plan: p, yield: yield, duplicates: newDuplicates(), contents: sha256.New(), outcomes: sha256.New()}
		for row, err := range hear(j.Stop, j.prepared(ctx)) {
			if err == nil {
				pl.row(row)
				if len(pl.rows) == matchBatch {
					err = pl.flush(ctx)
				}
			}
			if err != nil {
				pl.end(err)
				return
			}
		}
		if err := pl.flush(ctx); err != nil {
			pl.end(err)
			return
		}
		if j.Sum {
			p.Sum = hex.EncodeToString(pl.outcomes.Sum(pl.contents.Sum(nil)))
		}
		p.finish()
	}
}

// prepared is a row after all that can be found out about it without looking
// at any other.
type prepared struct {
	number   int
	refused  *Problem // nothing else is set
	skipped  string   // the reason of the rule that leaves it out
	problems []Problem
	blocked  bool // one of them is no warning
	slot     ledger.Slot
	called   string // what the list calls the slot
	asks     asked

	// The rest is set only if the row can be sent.
	who     who
	content ledger.Digest
	sum     [sha256.Size]byte // of what would be sent, if the plan is to be known again
}

// asked is what a submission asks of the server besides the booking: messages
// to people; over, to check the deadline of a viewing that is over.
type asked struct{ sms, mail, reminder, over bool }

// prepared reads the input once and yields its rows, each by itself.
func (j *Job) prepared(ctx context.Context) iter.Seq2[*prepared, error] {
	return func(yield func(*prepared, error) bool) {
		m, sub := j.Mapper, mapping.Submission{}
		for in, err := range j.File.Rows(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			out := &prepared{number: in.Number}
			if e := in.Fault(j.Mapper.Reads); e != nil {
				out.refused = refused(in.Number, e)
			} else {
				j.prepare(out, m, in, &sub)
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}

// prepare maps a row. sub is memory to be used again.
func (j *Job) prepare(out *prepared, m *mapping.Mapper, in table.Row, sub *mapping.Submission) {
	for _, p := range m.Map(in.Cells, sub) {
		out.problems = append(out.problems, j.mapped(in.Number, p))
		out.blocked = out.blocked || !p.Warning
	}
	if out.skipped = sub.Skipped; out.skipped != "" {
		return
	}
	yes := func(p *bool) bool { return p != nil && *p }
	b := &sub.Body
	out.slot = slotOf(sub.Target)
	if j.Called != nil {
		out.called = j.Called(sub.Target, in.Cells)
	}
	out.asks = asked{sms: yes(b.SMSConfirmation), mail: yes(b.MailConfirmation), reminder: yes(b.SMSReminder)}
	out.asks.over = yes(b.Options.IsDeadlineValidationEnabled) && (yes(b.Participated) || m.Past(in.Cells))
	if out.blocked {
		return
	}
	body, err := vitec.Encode(vitec.JSON, b)
	if err != nil {
		p := j.problem(in.Number, codeUnsendable, ledger.Say("the row cannot be written as a request: %s", err), ledger.Text{})
		out.refused = &p
		return
	}
	out.who, out.content = identify(b, j.Identity), j.Ledger.Content(body)
	if j.Sum {
		head := binary.AppendUvarint(nil, uint64(in.Number))
		for _, id := range [...]string{sub.Target.CustomerId, sub.Target.ViewingId, sub.Target.TimeSlotId} {
			head = binary.AppendUvarint(head, uint64(len(id)))
			head = append(head, id...)
		}
		out.sum = sha256.Sum256(append(head, body...))
	}
}

// planned is a row with all that its own list says about it.
type planned struct {
	ledger.Row
	problems []Problem
	asks     asked
}

// planner holds the rows between being read and being looked up in the ledger.
type planner struct {
	job        *Job
	plan       *Plan
	yield      func(ledger.Row, error) bool
	duplicates *duplicates

	rows  []planned
	keys  []ledger.Keys
	looks []int // for each key, the row of rows that it is for

	contents, outcomes hash.Hash // of the rows, for the plan's Sum
}

// end yields the error that ends the plan, unless nobody listens any more.
func (pl *planner) end(err error) {
	if err != errEnough {
		pl.yield(ledger.Row{}, err)
	}
}

// row decides what the row's own list says about it.
func (pl *planner) row(in *prepared) {
	out := planned{Row: ledger.Row{Index: pl.plan.Rows, Number: in.number, Slot: in.slot}, problems: in.problems, asks: in.asks}
	switch {
	case in.refused != nil:
		out.Outcome = ledger.Invalid
		out.problems = append(out.problems, *in.refused)
	case in.skipped != "":
		out.Outcome, out.Reason = ledger.Skipped, ledger.TextOf(in.skipped)
	case in.blocked:
		out.Outcome = ledger.Invalid
	default:
		out.Content = in.content
		if pl.job.Sum {
			pl.contents.Write(in.sum[:])
		}
		m := pl.duplicates.meet(out.Index, in.slot, &in.who)
		if m.nth > 0 {
			pl.plan.nameless[out.Index] = m.nth
		}
		if m.twin >= 0 {
			out.Outcome = ledger.Duplicate
			out.Ref = ledger.Ref{Index: m.twin, Row: pl.number(m.twin)}
			out.ContentDiffers = pl.entry(m.twin).content != beginning(in.content)
			break
		}
		id := in.who.identity(m.nth)
		id.Shared = in.who.shared()
		out.Keys = pl.job.Ledger.Keys(pl.job.Target, in.slot, id)
		look := out.Keys
		if m.other >= 0 {
			out.problems = append(out.problems, pl.job.sharing(in.number, ledger.Ref{Row: pl.number(m.other)}))
			look.Shared = nil // one such note is enough
		}
		pl.keys = append(pl.keys, look)
		pl.looks = append(pl.looks, len(pl.rows))
	}
	if place := targetOf(in.slot); in.called != "" && pl.plan.Called[place] == "" {
		pl.plan.Called[place] = in.called
	}
	pl.plan.Rows++
	pl.plan.entries = append(pl.plan.entries, entry{content: beginning(out.Content), number: uint32(in.number)})
	pl.rows = append(pl.rows, out)
}

func (pl *planner) entry(index int) entry { return pl.plan.entries[index] }
func (pl *planner) number(index int) int  { return int(pl.plan.entries[index].number) }

// flush looks the waiting rows up in the ledger, counts them and yields them.
func (pl *planner) flush(ctx context.Context) error {
	if len(pl.keys) > 0 {
		found, err := pl.job.Ledger.Match(ctx, pl.keys)
		if err != nil {
			return err
		}
		for i, m := range found {
			row := &pl.rows[pl.looks[i]]
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
			row.Problems = append(row.Problems, kept(p))
			if err := pl.tell(p); err != nil {
				return err
			}
		}
		pl.plan.count(row)
		if pl.job.Sum {
			pl.outcomes.Write([]byte{byte(row.Outcome)})
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

func (p *Plan) count(row planned) {
	p.entries[row.Index].outcome = row.Outcome
	p.Outcomes[row.Outcome]++
	if s := row.Slot; s.CustomerId != "" && s.ViewingId != "" && s.TimeSlotId != "" {
		counts := p.Slots[targetOf(s)]
		counts[row.Outcome]++
		p.Slots[targetOf(s)] = counts
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
		c = &Cause{Code: p.Code, Column: p.Column, Header: p.Header, Reason: p.Reason, Advice: p.Advice, Warning: p.Warning, First: p.Row, Masked: p.Masked}
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
	sort.Slice(p.Causes, func(i, k int) bool {
		a, b := p.Causes[i], p.Causes[k]
		if a.Rows != b.Rows {
			return a.Rows > b.Rows
		}
		if a.First != b.First {
			return a.First < b.First
		}
		if a.Column != b.Column {
			return a.Column < b.Column
		}
		return a.Code < b.Code
	})
}

// beginning is enough of a digest to tell that a row was changed.
func beginning(d ledger.Digest) (b [7]byte) {
	copy(b[:], d[:])
	return b
}

func slotOf(t vitec.Target) ledger.Slot {
	return ledger.Slot{CustomerId: t.CustomerId, ViewingId: t.ViewingId, TimeSlotId: t.TimeSlotId}
}

func targetOf(s ledger.Slot) vitec.Target {
	return vitec.Target{CustomerId: s.CustomerId, ViewingId: s.ViewingId, TimeSlotId: s.TimeSlotId}
}

// kept is the part of a problem that the ledger may keep: no cell's text.
func kept(p Problem) ledger.Problem {
	return ledger.Problem{
		Column: p.Column, Header: p.Header, Field: p.Field, Code: p.Code, Reason: p.Reason, Advice: p.Advice, Warning: p.Warning,
	}
}
