package desk

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/reports"
	"vitec-import/reports/words"
	"vitec-import/vitec"
)

// checked is the plan of a list, with what a person is shown of it.
type checked struct {
	state    string
	plan     *importer.Plan
	warnings []importer.Problem
	problems []importer.Problem // the first of them
	earlier  []ledger.Row       // rows that need not be sent
	refused  []refusedRow       // that Vitec has refused, in a list of corrections
	names    map[int]string     // of the rows that are named, by their numbers
	places   map[vitec.Target]string
	notes    []said
	cells    map[int][]string // of the rows that are shown
}

// refusedRow is a row of a list of corrections.
type refusedRow struct {
	Row    int
	Reason string
	Cells  []cellView
}

const shownRowsOfPlan = 100 // problems, and rows that are booked already

// check makes the plan of a list, once for as long as nothing changes.
func (d *Desk) check(ctx context.Context, l *list) (*checked, error) {
	lang := d.language_()
	state := l.state() + d.calls.Generation(ctx) + string(lang)
	if src, err := os.ReadFile(l.Mapping); err == nil {
		state += string(src)
	}
	if l.plan != nil && l.plan.state == state {
		return l.plan, nil
	}
	src, err := d.calls.Plan(ctx, Input{l.Path, l.Mapping, l.Read}, false)
	if err != nil {
		return nil, err
	}
	defer src.Close() // nothing was written
	c := &checked{state: state, names: map[int]string{}, places: map[vitec.Target]string{}, cells: map[int][]string{}}
	first := map[vitec.Target]int{}
	named := map[int]bool{}
	src.Job.Problem = func(p importer.Problem) error {
		list := &c.problems
		if p.Warning {
			list = &c.warnings
		}
		if len(*list) < shownRowsOfPlan {
			*list = append(*list, p)
			named[p.Row] = true
		}
		return nil
	}
	src.Job.Planned = func(row ledger.Row) error {
		t := vitec.Target{CustomerId: row.Slot.CustomerId, ViewingId: row.Slot.ViewingId, TimeSlotId: row.Slot.TimeSlotId}
		if first[t] == 0 {
			first[t] = row.Number
			named[row.Number] = true
		}
		if row.Ref != (ledger.Ref{}) && len(c.earlier) < shownRowsOfPlan {
			c.earlier = append(c.earlier, row)
			named[row.Number] = true
		}
		return nil
	}
	if c.plan, err = src.Job.Check(ctx); err != nil {
		return nil, err
	}
	info := src.Job.File.Info()
	for _, w := range info.Warnings {
		c.notes = append(c.notes, warningOf(lang, w))
	}
	if src.Cut > 0 {
		c.notes = append(c.notes, said{lang.Say("The file ends in the middle of row %d: it may be half copied.", src.Cut), lang.Say("Look whether the last row is whole before you go on, or copy the file again.")})
	}
	for _, w := range src.Mapping.Warnings() {
		c.notes = append(c.notes, said{lang.Of(w.Reason), ""})
	}
	mapper := src.Job.Mapper
	viewing, slot, names := mapper.FieldColumns("viewingId"), mapper.FieldColumns("timeSlotId"), mapper.NameColumns()
	reason := slices.IndexFunc(info.Header, func(h string) bool { return reports.Aside(h) && strings.Contains(h, "reason") })
	for row, err := range src.Job.File.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		if row.Err == nil && reason >= 0 && row.Cells[reason] != "" && len(c.refused) < shownRowsOfPlan {
			r := refusedRow{Row: row.Number, Reason: row.Cells[reason]}
			for column := range info.Header {
				if mapper.Reads(column) {
					r.Cells = append(r.Cells, cellView{row.Number, column, info.Header[column], row.Cells[column]})
				}
			}
			c.refused = append(c.refused, r)
			named[row.Number] = true
		}
		if row.Err != nil || !named[row.Number] {
			continue
		}
		c.names[row.Number] = reports.Participant(row.Cells, names)
		c.cells[row.Number] = slices.Clone(row.Cells)
		for t, number := range first {
			if number == row.Number {
				c.places[t] = reports.Place(reports.Participant(row.Cells, viewing), reports.Participant(row.Cells, slot), ledger.Slot{CustomerId: t.CustomerId, ViewingId: t.ViewingId, TimeSlotId: t.TimeSlotId})
			}
		}
	}
	l.plan = c
	return c, nil
}

// checkView is the page that shows what would happen.
type checkView struct {
	Rows, ToSend, Problems int
	Counts                 []count
	Slots                  []slotView
	Causes                 []causeView
	More                   int // problems that are not shown
	Warnings               []rowNote
	Earlier                []rowNote
	Refused                []refusedRow
	Notes                  []said
	Messages               int
	Over                   int
	Skip                   bool
	Copy                   string // the name of the copy that is corrected
	Names                  map[int]string
	NeedsLogin             bool
	New                    bool // there is no ledger yet
	Sum                    string
}

type count struct {
	Name string
	N    int
}

type slotView struct {
	Place, IDs string
	ToSend     int
	Rest       string
}

// causeView is one kind of problem in one column, with its rows.
type causeView struct {
	What, Hint string
	Rows       int
	Cells      []cellView
}

// cellView is a cell that can be corrected.
type cellView struct {
	Row, Column int // the column is 0-based
	Header      string
	Text        string
}

// Key is what the cell is called in the form.
func (c cellView) Key() string { return fmt.Sprintf("cell-%d-%d", c.Row, c.Column) }

type rowNote struct {
	Row        int
	Name, Text string
}

// checkPage shows the plan, and takes corrections of single cells.
func (d *Desk) checkPage(v *visit) error {
	if v.list.Mapping == "" {
		return v.to("columns")
	}
	_, p, _, _, err := d.proposal(v.ctx(), v.list)
	if err != nil {
		return err
	}
	if len(missing(p)) > 0 {
		return v.to("ids")
	}
	if v.posted() {
		if err := v.r.ParseForm(); err != nil {
			return err
		}
		if v.r.Form.Has("skip") {
			v.list.Skip = v.r.Form.Get("skip") == "1"
			if err := v.save(); err != nil {
				return err
			}
		}
		if err := d.correct(v); err != nil {
			return err
		}
		return v.to("check")
	}
	c, err := d.check(v.ctx(), v.list)
	if err != nil {
		return err
	}
	plan := c.plan
	view := checkView{
		Rows: plan.Rows, ToSend: plan.ToSend(), Problems: plan.Problems, Messages: plan.Messages.Total(), Over: plan.Over, Skip: v.list.Skip,
		Refused: c.refused, Notes: c.notes, Names: c.names, NeedsLogin: !d.hasLogin(plan.Customers()), Sum: plan.Sum, New: d.calls.New(v.ctx()),
	}
	if v.list.Original != "" {
		view.Copy = v.list.Name()
	}
	for _, o := range ledger.Outcomes {
		if n := plan.Outcomes[o]; n > 0 && o != ledger.NotSent {
			view.Counts = append(view.Counts, count{v.lang.Of(outcomeNames[o]), n})
		}
	}
	view.Slots = slotViews(v.lang, c)
	view.Causes, view.More = causeViews(v.lang, c)
	for _, w := range c.warnings {
		view.Warnings = append(view.Warnings, rowNote{w.Row, c.names[w.Row], v.lang.Of(w.Reason)})
	}
	for _, row := range c.earlier {
		view.Earlier = append(view.Earlier, rowNote{row.Number, c.names[row.Number], earlierText(v.lang, row)})
	}
	d.show(v.w, v.r, http.StatusOK, "check", pageData{List: v.list, Step: v.step, D: view})
	return nil
}

// outcomeNames are what rows are that need not, or cannot, be sent.
var outcomeNames = map[ledger.Outcome]words.Text{
	ledger.AlreadyBooked: words.Textf("booked already"), ledger.Uncertain: words.Textf("may be booked already: to be settled"),
	ledger.Invalid: words.Textf("with problems"), ledger.Duplicate: words.Textf("in the list twice"), ledger.Skipped: words.Textf("left out by a rule of the mapping"),
}

func slotViews(l words.Language, c *checked) (all []slotView) {
	for t, counts := range c.plan.Slots {
		s := slotView{Place: cmp.Or(c.places[t], t.ViewingId), IDs: t.ViewingId + " · " + t.TimeSlotId, ToSend: counts[ledger.NotSent]}
		var rest []string
		for _, o := range ledger.Outcomes {
			if o != ledger.NotSent && counts[o] > 0 {
				rest = append(rest, l.Say("%d %s", counts[o], outcomeNames[o]))
			}
		}
		s.Rest = strings.Join(rest, ", ")
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b slotView) int { return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.IDs, b.IDs)) })
	return all
}

// causeViews groups the problems, with the cells to be corrected.
func causeViews(l words.Language, c *checked) (all []causeView, more int) {
	index, rows := map[string]int{}, 0
	for _, p := range c.problems {
		key := fmt.Sprint(p.Code, " ", p.Column)
		at, known := index[key]
		if !known {
			at = len(all)
			index[key] = at
			what := l.Of(p.Reason)
			if p.Header != "" {
				what = p.Header + ": " + what
			}
			all = append(all, causeView{What: what, Hint: plain(l, l.Of(p.Advice))})
		}
		g := &all[at]
		g.Rows++
		rows++
		cell := cellView{Row: p.Row, Column: p.Column - 1, Header: p.Header, Text: p.Value}
		if cells := c.cells[p.Row]; p.Column > 0 && p.Column <= len(cells) {
			cell.Text = cells[p.Column-1]
		}
		g.Cells = append(g.Cells, cell)
	}
	for _, cause := range c.plan.Causes {
		if !cause.Warning {
			more += cause.Rows
		}
	}
	return all, more - rows
}

// earlierText says why a row need not be sent.
func earlierText(l words.Language, row ledger.Row) string {
	text := ""
	switch {
	case row.Outcome == ledger.Duplicate:
		text = l.Say("the same booking as row %d", row.Ref.Row)
	case row.Outcome == ledger.Uncertain:
		text = l.Say("may be booked already, by run %d", row.Ref.Run)
	default:
		text = l.Say("booked already, by run %d", row.Ref.Run)
	}
	if row.ContentDiffers {
		text += l.Say(", with other content")
	}
	return text
}

// correct writes the cells of the form that are not as they were into a copy of the
// list, beside it. The person's own file stays as it is.
func (d *Desk) correct(v *visit) error {
	changed := map[reports.Cell]string{}
	for key, values := range v.r.PostForm {
		var at reports.Cell
		if n, err := fmt.Sscanf(key, "cell-%d-%d", &at.Row, &at.Column); err != nil || n != 2 || at.Column < 0 {
			continue
		}
		if was := v.r.PostForm.Get("was-" + strconv.Itoa(at.Row) + "-" + strconv.Itoa(at.Column)); values[0] != was {
			changed[at] = values[0]
		}
	}
	if len(changed) == 0 {
		return nil
	}
	l, to := v.list, v.list.Path
	if l.Original == "" {
		to = copyName(l.Path, v.lang.Say("corrected"))
	}
	f, err := d.calls.Raw(v.ctx(), Input{l.Path, l.Mapping, l.Read})
	if err != nil {
		return err
	}
	src, err := reports.Corrected(v.ctx(), f, changed)
	_ = f.Close() // nothing was written
	if err != nil {
		return err
	}
	if err := overwrite(to, src); err != nil {
		return problem("the copy of the list cannot be written: %s", err)
	}
	if l.Original == "" {
		l.Original, l.Was, l.Path = l.Path, fileState(l.Path), to
	}
	return l.save()
}

// copyName is the name of a copy beside a file that no other file has.
func copyName(path, how string) string {
	ext := filepath.Ext(path)
	stem := strings.TrimSuffix(path, ext) + "-" + how
	for n := 2; ; n++ {
		if _, err := os.Lstat(stem + ext); err != nil {
			return stem + ext
		}
		stem = strings.TrimSuffix(path, ext) + "-" + how + "-" + strconv.Itoa(n)
	}
}
