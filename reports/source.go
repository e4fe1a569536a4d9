package reports

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
)

// Source is what a report is made from.
type Source struct {
	Run ledger.RunInfo
	// Rows are the run's rows in input order, as ledger.Rows yields them. They
	// are asked for once, or twice if the input turns out to be another file
	// halfway.
	Rows iter.Seq2[ledger.Row, error]
	// Events are what happened to the run, oldest first.
	Events []ledger.Event
	// Input is the run's input, opened with table.Options.KeepRaw; see
	// [OpenInput]. Nil: it is not at hand, and NoInput says why.
	Input *table.File
	// NoInput is the error that OpenInput returned.
	NoInput error
}

// The reasons for which [OpenInput] does not return the input.
var (
	// ErrInputMissing: there is no file at the recorded path.
	ErrInputMissing = errors.New("the input file is gone")
	// ErrInputChanged: the file is not, byte for byte, what the run read.
	ErrInputChanged = errors.New("the input file was changed after the run")
)

// InputError says why the input of a run is not at hand.
type InputError struct {
	Path string
	Err  error // ErrInputMissing, ErrInputChanged or what table.Open said
}

// Error returns the place and the reason.
func (e *InputError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *InputError) Unwrap() error { return e.Err }

// OpenInput opens the file that a run read, in the way in which the run read
// it. The error is an *InputError if the file is missing, unreadable or not
// the same any more; a report can be written without it.
func OpenInput(run ledger.RunInfo) (*table.File, error) {
	in := run.Input
	o := table.Options{Sheet: in.Sheet, HeaderRow: in.HeaderRow, Encoding: in.Encoding, KeepRaw: true, Known: true}
	if d, size := utf8.DecodeRuneInString(in.Delimiter); size > 0 {
		o.Delimiter = d
	}
	f, err := table.Open(in.Path, o)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &InputError{Path: in.Path, Err: ErrInputMissing}
	case err != nil:
		// A file with other content may well be unreadable with the options of
		// the old one; which of the two it is does not matter to the reader.
		return nil, &InputError{Path: in.Path, Err: err}
	case f.Info().SHA256 != in.SHA256:
		return nil, errors.Join(&InputError{Path: in.Path, Err: ErrInputChanged}, f.Close())
	}
	return f, nil
}

// record is one row as the files of a report show it.
type record struct {
	ledger.Row
	cells       []string        // of the input; nil without it, and for a refused row
	raw         []byte          // of the input, for CSV
	written     []table.Written // of the input, for XLSX
	participant string
	problems    []ledger.Problem // without the warnings
	said                         // for people
	english     said             // for programs
	column      string           // letters of the first problem's column
	code        string           // of the first problem
	refused     table.Code       // why the input's row cannot be read; "" = it can
	// copyOf is the row of which this one, in a corrections file, is the copy.
	copyOf origin
	// first is the earlier row that this one goes back to: the same booking,
	// or else copyOf.
	first origin
}

// origin is an earlier row, as spreadsheets count. The zero origin is none.
type origin struct {
	run int64
	row int // 0 = not known any more
}

// errNoMatch tells that the input's rows are not those that the ledger has.
var errNoMatch = errors.New("its rows are not those of the run")

// records joins the ledger's rows with the input's, which are in the same
// order. An error about the input is an *InputError.
func records(ctx context.Context, src *Source, d describer) iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		next := func() (table.Row, error, bool) { return table.Row{}, nil, false }
		var (
			columns originColumns
			info    table.Info
		)
		if src.Input != nil {
			var stop func()
			next, stop = iter.Pull2(src.Input.Rows(ctx))
			defer stop()
			info = src.Input.Info()
			columns = findOriginColumns(info)
		}
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
			if src.Input != nil {
				in, err, ok := next()
				switch {
				case ok && err != nil:
					unfit(err)
					return
				case !ok || in.Number != row.Number:
					unfit(errNoMatch)
					return
				}
				r.raw, r.written = in.Raw, in.Written
				if in.Err != nil {
					r.refused = in.Err.Code
					r.copyOf = columns.ofRefused(&in, len(info.Header))
					r.first = r.copyOf
				} else {
					r.cells = in.Cells
					r.participant = Participant(in.Cells, src.Run.NameColumns)
					r.copyOf = columns.of(in.Cells)
					r.first = r.copyOf
				}
			}
			d.describe(&r)
			if unread[r.code] {
				r.participant = ""
			}
			if !yield(&r, nil) {
				return
			}
		}
		if src.Input != nil {
			if _, err, ok := next(); ok && err != nil {
				unfit(err)
			} else if ok {
				unfit(errNoMatch)
			}
		}
	}
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

// describer puts into words what became of a row.
type describer struct {
	run     *ledger.RunInfo
	words   texts
	wording wording
	zone    *time.Location
	// english describes the row for programs, which know one language; nil
	// if this one does.
	english *describer
}

// said is what became of a row and what to do about it, in words.
type said struct{ message, hint string }

// wording finds the words for a problem by its code. It may be nil.
type wording func(code string, args []string) (message, hint string, ok bool)

// of returns the words for a problem: its own, in English, if there are no
// others.
func (f wording) of(p *ledger.Problem) said {
	if f != nil {
		if message, hint, ok := f(p.Code, p.Args); ok {
			return said{oneLine(message), oneLine(hint)}
		}
	}
	return said{oneLine(p.Message), oneLine(p.Hint)}
}

// why says why a row or a run ended, as the ledger keeps it: to be said in any
// language, or else in English alone.
func (w texts) why(reason ledger.Text, message string) string {
	if reason.IsZero() {
		return message
	}
	return w.Of(reason)
}

func (d *describer) describe(r *record) {
	for _, p := range r.Problems {
		if !p.Warning {
			r.problems = append(r.problems, p)
		}
	}
	if r.Ref != (ledger.Ref{}) {
		r.first = origin{run: r.Ref.Run, row: r.Ref.Row}
		if r.first.run == 0 {
			r.first.run = d.run.ID
		}
	}
	if r.Outcome == ledger.Invalid && len(r.problems) > 0 {
		r.column, r.code = table.ColumnName(r.problems[0].Column), r.problems[0].Code
	}
	r.said = d.say(r)
	r.english = r.said
	if d.english != nil {
		r.english = d.english.say(r)
	}
}

// say returns what there is to say of a row.
func (d *describer) say(r *record) (s said) {
	w := d.words
	switch r.Outcome {
	case ledger.Invalid:
		s = d.problems(r)
	default:
		s.message = oneLine(w.why(r.Reason, r.Message))
	}
	if s.message == "" {
		s.message = d.fallback(r)
	}
	switch r.Outcome {
	case ledger.Uncertain:
		s.hint = w.Say("look it up in Vitec, then settle it with resolve")
	case ledger.NotSent:
		if d.run.Ended || d.run.Interrupted {
			s.hint = w.Say("run the file again")
		}
	}
	if by := r.Settled; by != nil {
		settled := "settled by hand as not booked on %s; the next run sends it"
		if by.BookingID != "" {
			settled = "settled by hand as booked on %s"
		}
		s.message = w.Say(settled, by.At.In(d.zone).Format(time.DateOnly))
		if reason := oneLine(by.Reason); reason != "" {
			s.message = s.message + " (" + reason + ")"
		}
	}
	if r.ContentDiffers {
		s.message += "; " + w.Say("the booked data differ")
	}
	return s
}

// problems joins the problems of a row, with the hint of the first.
func (d *describer) problems(r *record) (s said) {
	var texts []string
	for i := range r.problems {
		p := &r.problems[i]
		one := d.wording.of(p)
		if p.Header != "" && !strings.Contains(one.message, p.Header) {
			one.message = oneLine(p.Header) + ": " + one.message
		}
		texts = append(texts, one.message)
		if i == 0 {
			s.hint = one.hint
		}
	}
	s.message = strings.Join(texts, "; ")
	return s
}

// fallback is what to say of a row of which nobody has said anything.
func (d *describer) fallback(r *record) string {
	w := d.words
	switch r.Outcome {
	case ledger.AlreadyBooked:
		return w.origin(r.first, "booked by run %d, row %d", "booked by run %d")
	case ledger.Duplicate:
		return w.Say("same booking as row %d", r.first.row)
	case ledger.Uncertain:
		if r.Ref != (ledger.Ref{}) {
			return w.origin(r.first, "uncertain since run %d, row %d", "uncertain since run %d")
		}
		return w.Say("no trustworthy answer came back")
	case ledger.Rejected:
		return w.Say("the server refused the row and gave no reason (status %d)", r.HTTPStatus)
	case ledger.Invalid:
		return w.Say("the row cannot be sent")
	case ledger.NotSent:
		switch {
		case d.run.Stopped != "":
			return w.Say("the run stopped before this row: %s", oneLine(d.run.Stopped))
		case d.run.Interrupted:
			return w.Say("the run was cut off before this row")
		case !d.run.Ended:
			return w.Say("the run is still on, or was cut off")
		}
		return w.Say("the run ended before this row")
	}
	return ""
}

// origin words a text about an earlier row whose number may be lost.
func (w texts) origin(o origin, withRow, runAlone string) string {
	if o.row == 0 {
		return w.Say(runAlone, o.run)
	}
	return w.Say(withRow, o.run, o.row)
}

// noInput says in a sentence why the input is not at hand.
func (w texts) noInput(err error, run *ledger.RunInfo) string {
	place := run.Input.Path
	if place == "" {
		place = run.Input.Name
	}
	switch {
	case err == nil:
		return w.Say("The input file was not at hand")
	case errors.Is(err, ErrInputMissing):
		return w.Say("The input file is gone: %s", place)
	case errors.Is(err, ErrInputChanged), errors.Is(err, errNoMatch):
		return w.Say("The input file was changed after the run: %s", place)
	}
	var ie *InputError
	if errors.As(err, &ie) {
		err = ie.Err
	}
	return w.Say("The input file cannot be read as the run read it: %v", err)
}

// originColumns are the 0-based columns of a corrections file that tell where
// a row comes from; -1 = there is none.
type originColumns struct {
	run, row int
	dialect  dialect
}

func findOriginColumns(info table.Info) originColumns {
	c := originColumns{run: -1, row: -1, dialect: newDialect(info)}
	for i, h := range info.Header {
		switch reasonColumn(h) {
		case columnRun:
			c.run = i
		case columnRow:
			c.row = i
		}
	}
	return c
}

// of reads where a row comes from. What is not a number says nothing.
func (c *originColumns) of(cells []string) origin {
	if c.run < 0 || c.row < 0 || c.run >= len(cells) || c.row >= len(cells) {
		return origin{}
	}
	run, err1 := strconv.ParseInt(strings.TrimSpace(cells[c.run]), 10, 64)
	row, err2 := strconv.Atoi(strings.TrimSpace(cells[c.row]))
	if err1 != nil || err2 != nil || run < 1 || row < 1 {
		return origin{}
	}
	return origin{run: run, row: row}
}

// ofRefused is of for a row that was refused for what is in one of its cells: it
// has as many as the header, and its columns can be told apart.
func (c *originColumns) ofRefused(in *table.Row, width int) origin {
	if c.run < 0 || c.row < 0 {
		return origin{}
	}
	if in.Written != nil {
		texts := make([]string, len(in.Written))
		for i, w := range in.Written {
			texts[i] = w.Text
		}
		return c.of(texts)
	}
	if in.Raw == nil {
		return origin{}
	}
	cells, _, whole, sound := c.dialect.record(in.Raw)
	if len(cells) != width || whole || !sound {
		return origin{}
	}
	texts := make([]string, len(cells))
	for _, i := range [...]int{c.run, c.row} {
		texts[i] = strings.ReplaceAll(string(cells[i]), "\x00", "") // digits, in UTF-16 too
	}
	return c.of(texts)
}

// inputName is what a report calls the input.
func inputName(run *ledger.RunInfo) string {
	if run.Input.Name != "" {
		return run.Input.Name
	}
	return filepath.Base(run.Input.Path)
}

// errConservation is the error for a report whose rows do not add up.
func errConservation(format string, got, want int) error {
	return failure(format, got, want)
}
