package reports

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
)

// record is one row as the files of a report show it.
type record struct {
	ledger.Row
	about
	problems []ledger.Problem // without the warnings
	said                      // for people
	english  said             // for programs
	column   string           // letters of the first problem's column
	code     string           // of the first problem
	words    string           // of the server
	later    int64            // the later run that the outcome is of; 0: this one
	// first is the earlier row that this one goes back to: the same booking,
	// or else copyOf.
	first origin
}

// about is what is known of a row beside what the ledger has.
type about struct {
	number        int
	participant   string
	viewing, slot string    // in the list's own words; empty if it has none
	in            table.Row // of the input; empty without it
	copyOf        origin    // of which this row, in a corrections file, is the copy
	before        *Line     // of an earlier report
}

// refused says why the input's row cannot be read as a whole; "" = it can.
func (a *about) refused() table.Code {
	if a.in.Err == nil {
		return ""
	}
	return a.in.Err.Code
}

// origin is an earlier row, as spreadsheets count. The zero origin is none.
type origin struct {
	run int64
	row int // 0 = not known any more
}

// errNoMatch tells that the input's rows are not those that the ledger has.
var errNoMatch = errors.New("its rows are not those of the run")

// records joins the ledger's rows with what is known of them, which is in the
// same order. An error about the input is an *InputError.
func records(ctx context.Context, src *Source, d *describer) iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		endings, err := endings(ctx, src)
		if err != nil {
			yield(nil, err)
			return
		}
		next, stop := iter.Pull2(src.abouts(ctx))
		defer stop()
		known := src.named()
		unfit := func(err error) { yield(nil, &InputError{Path: src.Run.Input.Path, Err: err}) }
		var r record
		for row, err := range src.Rows {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			r = record{Row: row}
			if known {
				about, err, ok := next()
				switch {
				case ok && err != nil:
					unfit(err)
					return
				case !ok || about.number != row.Number:
					unfit(errNoMatch)
					return
				}
				r.about, r.first = about, about.copyOf
				if r.before != nil {
					r.words = r.before.ServerMessage
				}
			}
			if w := oneLine(src.Words[row.Index]); w != "" {
				r.words = w
			}
			if e, ok := endings[row.Number]; ok {
				r.endIn(e)
			}
			d.describe(&r)
			if !yield(&r, nil) {
				return
			}
		}
		if known {
			if _, err, ok := next(); ok && err != nil {
				unfit(err)
			} else if ok {
				unfit(errNoMatch)
			}
		}
	}
}

// abouts yields what is known of each row, in input order: from the input, or
// else from an earlier report.
func (s *Source) abouts(ctx context.Context) iter.Seq2[about, error] {
	return func(yield func(about, error) bool) {
		switch {
		case s.Input != nil:
			columns := findOriginColumns(s.Input.Info().Header)
			before, stop := iter.Pull2(s.earlierRows())
			defer stop()
			for in, err := range s.Input.Rows(ctx) {
				if err != nil {
					yield(about{}, err)
					return
				}
				a := about{
					number: in.Number, in: in, copyOf: columns.of(&in),
					participant: Participant(in.Cells, s.Run.NameColumns), viewing: Participant(in.Cells, s.ViewingColumns), slot: Participant(in.Cells, s.SlotColumns),
				}
				if line, err, ok := before(); ok && err == nil && line.Row == in.Number {
					a.before = &line
				}
				if !yield(a, nil) {
					return
				}
			}
		case s.earlier != nil:
			for line, err := range s.earlierRows() {
				if err != nil {
					yield(about{}, err)
					return
				}
				a := about{number: line.Row, participant: line.Participant, viewing: line.Viewing, slot: line.TimeSlot, before: &line}
				run, _ := strconv.ParseInt(line.RunOfFirst, 10, 64)
				row, _ := strconv.Atoi(line.RowOfFirst)
				a.copyOf = origin{run, row}
				if !yield(a, nil) {
					return
				}
			}
		}
	}
}

// earlierRows yields the lines of the earlier report, if there is one.
func (s *Source) earlierRows() iter.Seq2[Line, error] {
	if s.earlier == nil {
		return func(func(Line, error) bool) {}
	}
	return s.earlier.rows()
}

// unread are the codes of rows that are no rows of the table at all. Only a run
// can tell, since it knows which columns are wanted.
var unread = map[string]bool{string(table.CodeFooter): true, string(table.CodeRepeatedHeader): true}

// Participant is a person's name as the input has it: the cells of the given
// 0-based columns, joined by spaces. It is what every report calls the person.
func Participant(cells []string, columns []int) string {
	var parts []string
	for _, c := range columns {
		if c >= 0 && c < len(cells) {
			if s := oneLine(cells[c]); s != "" {
				parts = append(parts, s)
			}
		}
	}
	return strings.Join(parts, " ")
}

// place is what people call the row's viewing and slot: the list's own words,
// or the ids where it has none.
func (r *record) place() string { return Place(r.viewing, r.slot, r.Slot) }

// cell is the place of the first problem of a row, as D14.
func (r *record) cell() string {
	if r.column == "" {
		return ""
	}
	return r.column + strconv.Itoa(r.Number)
}

// Place is what people call a viewing and a slot: the list's own words for
// them, or the ids where it has none.
func Place(viewing, slot string, ids ledger.Slot) string {
	if viewing == "" || viewing == ids.ViewingId {
		viewing = ShortID(ids.ViewingId)
	}
	if slot == "" || slot == ids.TimeSlotId {
		slot = ShortID(ids.TimeSlotId)
	}
	switch {
	case viewing == "" || viewing == slot:
		return slot
	case slot == "":
		return viewing
	}
	return viewing + " · " + slot
}

// ShortID is an id that two can be told apart by: VIS5D41…C592.
func ShortID(id string) string {
	if r := []rune(id); len(r) > 16 {
		return string(r[:7]) + "…" + string(r[len(r)-4:])
	}
	return id
}

// ending is how a row ended in a later run.
type ending struct {
	row ledger.Row
	run int64
}

// endings tells how rows ended in later runs, by their numbers: those of the
// same list, and those that stand in its corrections.
func endings(ctx context.Context, src *Source) (map[int]ending, error) {
	all := map[int]ending{}
	for i := range src.Later {
		later := &src.Later[i]
		if later.Input == nil {
			later.recall("")
		}
		add := func(number int, row ledger.Row) {
			if before, ok := all[number]; !ok || better(row.Outcome, before.row.Outcome) {
				all[number] = ending{row, later.Run.ID}
			}
		}
		if later.Run.Input.SHA256 == src.Run.Input.SHA256 {
			for row, err := range later.Rows {
				if err != nil {
					return nil, err
				}
				add(row.Number, row)
			}
			continue
		}
		if !later.named() {
			continue
		}
		alone := *later
		alone.Later = nil
		for r, err := range records(ctx, &alone, &describer{run: &alone.Run, zone: time.UTC}) {
			if err != nil {
				var unfit *InputError
				if errors.As(err, &unfit) {
					break // it is not known of which rows the rest are the copies
				}
				return nil, err
			}
			if r.copyOf.run == src.Run.ID {
				add(r.copyOf.row, r.Row)
			}
		}
	}
	return all, nil
}

// better reports whether a later outcome says more of how a row ended than an
// earlier one. What is booked stays booked.
func better(later, before ledger.Outcome) bool {
	rank := [len(ledger.Outcomes)]int{ledger.Booked: 3, ledger.AlreadyBooked: 3, ledger.Uncertain: 2, ledger.Rejected: 1, ledger.Invalid: 1}
	return rank[later] > rank[before] || rank[later] == rank[before] && rank[later] == 1
}

// endIn takes over how the row ended in a later run, if that says more.
func (r *record) endIn(e ending) {
	if !better(e.row.Outcome, r.Outcome) {
		return
	}
	number, index := r.Number, r.Index
	r.Row = e.row
	r.Number, r.Index = number, index
	r.later, r.words = e.run, ""
	if r.Ref == (ledger.Ref{}) || r.Ref.Run == 0 {
		r.Ref = ledger.Ref{Run: e.run, Index: e.row.Index, Row: e.row.Number}
	}
}

// originColumns are the 0-based columns of a corrections file that tell where
// a row comes from; -1 = there is none.
type originColumns struct{ run, row, width int }

func findOriginColumns(header []string) originColumns {
	column := func(name string) int {
		return slices.IndexFunc(header, func(h string) bool { return reasonColumn(h) == name })
	}
	return originColumns{run: column(columnRun), row: column(columnRow), width: len(header)}
}

// of reads where a row comes from, of a refused one too if its columns can be
// told apart. What is not a number says nothing.
func (c *originColumns) of(in *table.Row) origin {
	cells := in.Cells
	if cells == nil {
		for _, w := range in.Written {
			cells = append(cells, w.Text)
		}
		if len(in.Raw) == c.width {
			for _, raw := range in.Raw {
				cells = append(cells, strings.ReplaceAll(string(raw), "\x00", "")) // digits, in UTF-16 too
			}
		}
	}
	if c.run < 0 || c.row < 0 || max(c.run, c.row) >= len(cells) {
		return origin{}
	}
	run, err1 := strconv.ParseInt(strings.TrimSpace(cells[c.run]), 10, 64)
	row, err2 := strconv.Atoi(strings.TrimSpace(cells[c.row]))
	if err1 != nil || err2 != nil || run < 1 || row < 1 {
		return origin{}
	}
	return origin{run: run, row: row}
}
