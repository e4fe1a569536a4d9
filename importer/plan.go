package importer

import (
	"context"
	"fmt"
	"iter"
	"sort"

	"vitec-import/importer/ledger"
	"vitec-import/mapping"
	"vitec-import/vitec"
)

// Plan is what a run over the input would do, found without any network: how
// many rows would end in which outcome, and why. It grows with the number of
// slots and of kinds of problems, not with the rows, but for sixteen bytes a
// row and the identity hashes.
type Plan struct {
	// Rows is the number of rows read, the header and blank rows aside.
	Rows int
	// Outcomes counts the rows by the outcome that they would have. NotSent
	// counts those that are to be sent.
	Outcomes [len(ledger.Outcomes)]int
	// Slots counts the rows that are to be sent by their place.
	Slots map[vitec.Target]int
	// Messages counts the people whom the server would write to.
	Messages Messages
	// Differing counts the rows that are booked already, with other content.
	Differing int
	// Causes groups the problems and warnings, most rows first.
	Causes []Cause
	// Problems counts the rows with problems, Warnings the warnings.
	Problems, Warnings int

	entries []entry
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
	for t := range p.Slots {
		if !seen[t.CustomerId] {
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
	content [8]byte // the first half of the body's keyed digest
	number  uint32  // the spreadsheet's row
	outcome ledger.Outcome
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
	return &Plan{Slots: map[vitec.Target]int{}, causes: map[causeKey]*Cause{}}
}

// plan reads the input once, fills p, and yields every row with the outcome
// that it has before anything is sent, in input order.
func (j *Job) plan(ctx context.Context, p *Plan) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		pl := planner{job: j, plan: p, yield: yield}
		for row, err := range j.File.Rows(ctx) {
			if err != nil {
				yield(ledger.Row{}, err)
				return
			}
			var ok bool
			if row.Err != nil {
				ok = pl.refuse(row.Number, refused(row.Number, row.Err))
			} else {
				ok = pl.row(row.Number, row.Cells)
			}
			if !ok {
				return
			}
			if len(pl.rows) == matchBatch && !pl.flush(ctx) {
				return
			}
		}
		if !pl.flush(ctx) {
			return
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
	sub   mapping.Submission
	body  []byte

	rows  []ledger.Row
	keys  []ledger.Keys
	looks []int // for each key, the row of rows that it is for
	asks  []asked
}

// asked is what a submission asks the server to send to people.
type asked struct{ sms, mail, reminder bool }

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

func (pl *planner) row(number int, cells []string) bool {
	j := pl.job
	out := ledger.Row{Number: number}
	problems := j.Mapper.Map(cells, &pl.sub)
	for _, mp := range problems {
		p := j.mapped(number, mp)
		out.Problems = append(out.Problems, kept(p))
		if !p.Warning {
			out.Outcome = ledger.Invalid
		}
		if !pl.tell(p) {
			return false
		}
	}
	out.Slot = slotOf(pl.sub.Target)
	switch {
	case pl.sub.Skipped != "":
		out.Outcome, out.Message, out.Problems = ledger.Skipped, pl.sub.Skipped, nil
	case out.Outcome == ledger.Invalid:
	default:
		keys, content, err := j.fingerprint(&pl.sub, &pl.body)
		if err != nil {
			return pl.refuse(number, Problem{File: j.File.Info().Name, Sheet: j.File.Info().Sheet, Row: number, Code: codeUnsendable, Message: err.Error()})
		}
		out.Content = content
		if first, ok := pl.index.Find(keys); ok {
			out.Outcome = ledger.Duplicate
			e := pl.entry(first)
			out.Ref = ledger.Ref{Index: first, Row: int(e.number)}
			out.ContentDiffers = e.content != half(content)
			break
		}
		pl.index.Add(pl.plan.Rows, keys)
		pl.keys = append(pl.keys, keys)
		pl.looks = append(pl.looks, len(pl.rows))
	}
	pl.add(out, asks(&pl.sub.Body))
	return true
}

// entry finds the entry of a row by its index, also while the row waits to be
// looked up.
func (pl *planner) entry(index int) entry {
	if index < len(pl.plan.entries) {
		return pl.plan.entries[index]
	}
	row := pl.rows[index-len(pl.plan.entries)]
	return entry{content: half(row.Content), number: uint32(row.Number)}
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
	for i := range pl.rows {
		row := pl.rows[i]
		pl.plan.count(row, pl.asks[i])
		if !pl.yield(row, nil) {
			return false
		}
	}
	pl.rows, pl.keys, pl.looks, pl.asks = pl.rows[:0], pl.keys[:0], pl.looks[:0], pl.asks[:0]
	return true
}

func (p *Plan) count(row ledger.Row, a asked) {
	p.entries = append(p.entries, entry{content: half(row.Content), number: uint32(row.Number), outcome: row.Outcome})
	p.Outcomes[row.Outcome]++
	switch row.Outcome {
	case ledger.NotSent:
		p.Slots[targetOf(row.Slot)]++
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
		c = &Cause{Code: p.Code, Column: p.Column, Header: p.Header, Message: p.Message, Hint: p.Hint, Warning: p.Warning, First: p.Row}
		pl.plan.causes[key] = c
	}
	c.Rows++
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

// fingerprint gives what the ledger needs to know a submission again: whom
// and where it books, and what it says. buf is scratch space that is reused.
func (j *Job) fingerprint(sub *mapping.Submission, buf *[]byte) (ledger.Keys, ledger.Digest, error) {
	body, err := vitec.Encode((*buf)[:0], vitec.JSON, &sub.Body)
	if err != nil {
		return ledger.Keys{}, ledger.Digest{}, fmt.Errorf("the row cannot be written as a request: %w", err)
	}
	*buf = body
	id := identify(&sub.Body, j.Identity)
	return j.Ledger.Keys(j.Target, slotOf(sub.Target), id), j.Ledger.Content(body), nil
}

func half(d ledger.Digest) (h [8]byte) {
	copy(h[:], d[:])
	return h
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
