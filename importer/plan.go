package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"iter"
	"sort"
	"strings"

	"vitec-import/importer/ledger"
	"vitec-import/mapping"
	"vitec-import/vitec"
)

// Plan is what a run over the input would do, found without any network: how
// many rows would end in which outcome, and why. It grows with the number of
// slots and of kinds of problems, not with the rows, but for twelve bytes a
// row and the identity hashes.
type Plan struct {
	// Rows is the number of rows read, the header and blank rows aside.
	Rows int
	// Outcomes counts the rows by the outcome that they would have. NotSent
	// counts those that are to be sent.
	Outcomes [len(ledger.Outcomes)]int
	// Slots counts the rows by their place and the outcome that they would have.
	// Rows whose ids are not all known are in none.
	Slots map[vitec.Target]ledger.Counts
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

	entries entries
	causes  map[causeKey]*Cause
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
	seen := map[string]bool{}
	var list []string
	for t, o := range p.Slots {
		if o[ledger.NotSent] > 0 && !seen[t.CustomerId] {
			seen[t.CustomerId] = true
			list = append(list, t.CustomerId)
		}
	}
	sort.Strings(list)
	return list
}

// entry is what the plan remembers of a row, so that the second reading can
// tell that it has the same row before it.
type entry struct {
	content [7]byte // the beginning of the body's keyed digest
	outcome ledger.Outcome
	number  uint32 // the spreadsheet's row
}

// entries is a list that grows without copying what it has.
type entries struct {
	blocks [][]entry
	n      int
}

const entryBlock = 1 << 12

func (e *entries) add(x entry) {
	if e.n%entryBlock == 0 {
		e.blocks = append(e.blocks, make([]entry, 0, entryBlock))
	}
	last := &e.blocks[len(e.blocks)-1]
	*last = append(*last, x)
	e.n++
}

func (e *entries) at(i int) entry { return e.blocks[i/entryBlock][i%entryBlock] }

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
	return &Plan{Slots: map[vitec.Target]ledger.Counts{}, causes: map[causeKey]*Cause{}}
}

// plan reads the input once, fills p, and yields every row with the outcome
// that it has before anything is sent, in input order.
func (j *Job) plan(ctx context.Context, p *Plan) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		pl := planner{job: j, plan: p, yield: yield, contents: sha256.New(), outcomes: sha256.New()}
		for row, err := range j.prepare(ctx) {
			if err != nil {
				yield(ledger.Row{}, err)
				return
			}
			if !pl.row(row) || len(pl.rows) == matchBatch && !pl.flush(ctx) {
				return
			}
		}
		if !pl.flush(ctx) {
			return
		}
		if j.Sum {
			p.Sum = hex.EncodeToString(pl.outcomes.Sum(pl.contents.Sum(nil)))
		}
		p.finish()
	}
}

// planner holds the rows between being read and being looked up in the ledger.
type planner struct {
	job   *Job
	plan  *Plan
	yield func(ledger.Row, error) bool

	index ledger.Index

	rows  []ledger.Row
	keys  []ledger.Keys
	looks []int // for each key, the row of rows that it is for
	asks  []asked

	contents, outcomes hash.Hash // of the rows, for the plan's Sum
}

// asked is what a submission asks of the server besides the booking: messages
// to people; over, to check the deadline of a viewing that is over.
type asked struct{ sms, mail, reminder, over bool }

func (pl *planner) add(row ledger.Row, a asked) {
	row.Index = pl.plan.Rows
	pl.plan.Rows++
	pl.rows = append(pl.rows, row)
	pl.asks = append(pl.asks, a)
}

// refuse takes a row that the table reader would not vouch for.
func (pl *planner) refuse(number int, p Problem) bool {
	pl.add(ledger.Row{Number: number, Outcome: ledger.Invalid, Problems: []ledger.Problem{kept(p)}}, asked{})
	return pl.tell(p)
}

func (pl *planner) row(in *prepared) bool {
	j := pl.job
	if in.refused != nil {
		return pl.refuse(in.number, refused(in.number, in.refused))
	}
	out := ledger.Row{Number: in.number, Slot: slotOf(in.target)}
	for _, mp := range in.problems {
		p := j.mapped(in.number, mp)
		out.Problems = append(out.Problems, kept(p))
		if !p.Warning {
			out.Outcome = ledger.Invalid
		}
		if !pl.tell(p) {
			return false
		}
	}
	switch {
	case in.skipped != "":
		out.Outcome, out.Reason, out.Message = ledger.Skipped, ledger.TextOf(in.skipped), in.skipped
	case out.Outcome == ledger.Invalid:
	case in.unsendable != nil:
		return pl.refuse(in.number, Problem{File: j.File.Info().Name, Sheet: j.File.Info().Sheet, Row: in.number, Code: codeUnsendable, Message: in.unsendable.Error()})
	default:
		out.Content = in.content
		if j.Sum {
			pl.contents.Write(in.sum[:])
		}
		if first, ok := pl.index.Find(in.keys); ok {
			out.Outcome = ledger.Duplicate
			e := pl.entry(first)
			out.Ref = ledger.Ref{Index: first, Row: int(e.number)}
			out.ContentDiffers = e.content != begin(in.content)
			break
		}
		pl.index.Add(pl.plan.Rows, in.keys)
		pl.keys = append(pl.keys, in.keys)
		pl.looks = append(pl.looks, len(pl.rows))
	}
	pl.add(out, in.asks)
	return true
}

// entry finds the entry of a row by its index, also while the row waits to be
// looked up.
func (pl *planner) entry(index int) entry {
	if index < pl.plan.entries.n {
		return pl.plan.entries.at(index)
	}
	row := pl.rows[index-pl.plan.entries.n]
	return entry{content: begin(row.Content), number: uint32(row.Number)}
}

// flush looks the waiting rows up in the ledger, counts them and yields them.
func (pl *planner) flush(ctx context.Context) bool {
	select {
	case <-pl.job.Stop:
		pl.yield(ledger.Row{}, ErrInterrupted)
		return false
	default:
	}
	if len(pl.keys) > 0 {
		found, err := pl.job.Ledger.Match(ctx, pl.keys)
		if err != nil {
			pl.yield(ledger.Row{}, err)
			return false
		}
		for i, m := range found {
			if m.Found {
				row := &pl.rows[pl.looks[i]]
				row.Outcome = ledger.AlreadyBooked
				if m.Outcome == ledger.Uncertain {
					row.Outcome = ledger.Uncertain
				}
				row.Ref = m.Ref()
				row.ContentDiffers = m.Content != row.Content
			}
		}
	}
	if pl.plan.entries.n == 0 { // the first rows tell how many keys a row has
		pl.index.Reserve(pl.index.Len() * pl.job.File.Info().Rows / max(pl.plan.Rows, 1))
	}
	for i := range pl.rows {
		row := pl.rows[i]
		pl.plan.count(row, pl.asks[i])
		if pl.job.Sum {
			pl.outcomes.Write([]byte{byte(row.Outcome)})
		}
		if pl.job.Planned != nil {
			if err := pl.job.Planned(row); err != nil {
				pl.yield(ledger.Row{}, err)
				return false
			}
		}
		if !pl.yield(row, nil) {
			return false
		}
	}
	pl.rows, pl.keys, pl.looks, pl.asks = pl.rows[:0], pl.keys[:0], pl.looks[:0], pl.asks[:0]
	return true
}

func (p *Plan) count(row ledger.Row, a asked) {
	p.entries.add(entry{content: begin(row.Content), number: uint32(row.Number), outcome: row.Outcome})
	p.Outcomes[row.Outcome]++
	if s := row.Slot; s.CustomerId != "" && s.ViewingId != "" && s.TimeSlotId != "" {
		counts := p.Slots[targetOf(s)]
		counts[row.Outcome]++
		p.Slots[targetOf(s)] = counts
	}
	switch row.Outcome {
	case ledger.NotSent:
		if a.over {
			p.Over++
		}
		if a.sms {
			p.Messages.SMSConfirmation++
		}
		if a.mail {
			p.Messages.MailConfirmation++
		}
		if a.reminder {
			p.Messages.SMSReminder++
		}
	case ledger.AlreadyBooked:
		if row.ContentDiffers {
			p.Differing++
		}
	case ledger.Invalid:
		p.Problems++
	}
}

// tell counts a problem and hands it to who wants to see each of them.
func (pl *planner) tell(p Problem) bool {
	if p.Warning {
		pl.plan.Warnings++
	}
	key := causeKey{p.Code, p.Column, p.Warning}
	c := pl.plan.causes[key]
	if c == nil {
		c = &Cause{Code: p.Code, Column: p.Column, Header: p.Header, Args: p.Args, Message: p.Message, Hint: p.Hint, Warning: p.Warning, First: p.Row, Masked: p.Masked}
		pl.plan.causes[key] = c
	}
	c.Rows++
	if p.Message != c.Message {
		c.Mixed = true
		// What is behind the colon is of single rows: too long: 33 characters.
		c.Message, _, _ = strings.Cut(c.Message, ":")
	}
	if pl.job.Problem != nil {
		if err := pl.job.Problem(p); err != nil {
			pl.yield(ledger.Row{}, err)
			return false
		}
	}
	return true
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

// fingerprinter gives what the ledger needs to know submissions again: whom
// and where each books, and what it says. It is not safe for concurrent use.
type fingerprinter struct {
	job  *Job
	ids  identifier
	body []byte // of the last submission, as it is sent
}

func (f *fingerprinter) of(sub *mapping.Submission) (ledger.Keys, ledger.Digest, error) {
	var err error
	if f.body, err = vitec.Encode(vitec.JSON, &sub.Body); err != nil {
		return ledger.Keys{}, ledger.Digest{}, &textError{ledger.Say("the row cannot be written as a request: %s", err)}
	}
	id := f.ids.identify(&sub.Body, f.job.Identity)
	return f.job.Ledger.Keys(f.job.Target, slotOf(sub.Target), id), f.job.Ledger.Content(f.body), nil
}

func begin(d ledger.Digest) (b [7]byte) {
	copy(b[:], d[:])
	return b
}

func asks(b *vitec.AddNewViewingParticipant) asked {
	yes := func(p *bool) bool { return p != nil && *p }
	return asked{sms: yes(b.SMSConfirmation), mail: yes(b.MailConfirmation), reminder: yes(b.SMSReminder)}
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
		Column: p.Column, Header: p.Header, Field: p.Field, Code: p.Code, Args: p.Args, Message: p.Message, Hint: p.Hint, Warning: p.Warning,
	}
}
