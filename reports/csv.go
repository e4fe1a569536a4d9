package reports

import (
	"bufio"
	"encoding/csv"
	"errors"
	"strconv"
	"time"

	"github.com/gocarina/gocsv"

	"vitec-import/importer/ledger"
)

// Line is a line of report.csv. Other programs rely on its columns: they are
// added at the end, never renamed and never moved. Its texts are in English
// whatever the language of the report.
type Line struct {
	Row         int    `csv:"row"`         // the spreadsheet's row, or the line on which the record starts; 1-based
	Sheet       string `csv:"sheet"`       // of a workbook
	Participant string `csv:"participant"` // name as the input has it; empty if the input is not at hand
	Outcome     string `csv:"outcome"`     // one of the eight words
	BookingID   string `csv:"booking_id"`
	HTTPStatus  string `csv:"http_status"` // of the last answer; empty if there was none
	Message     string `csv:"message"`
	Column      string `csv:"column"` // letters of the column of the first problem
	Hint        string `csv:"hint"`
	ViewingID   string `csv:"viewing_id"`
	TimeSlotID  string `csv:"time_slot_id"`
	Attempts    int    `csv:"attempts"`     // requests made for this row in this run
	SubmittedAt string `csv:"submitted_at"` // of the last request, RFC 3339 in UTC; empty if there was none
	DurationMS  string `csv:"duration_ms"`  // of the last request; empty if there was none

	CustomerID     string `csv:"customer_id"`
	Code           string `csv:"code"`            // of the first problem, for programs
	RunOfFirst     string `csv:"run_of_first"`    // the earlier row that is the same booking,
	RowOfFirst     string `csv:"row_of_first"`    // or of which this one is the mended copy
	ContentDiffers string `csv:"content_differs"` // "true": from that row
	Settled        string `csv:"settled"`         // "booked", "not_booked": by hand
}

// line is a record as report.csv shows it.
func line(r *record, sheet string) Line {
	l := Line{
		Row:         r.Number,
		Sheet:       Inert(sheet),
		Participant: Inert(r.participant),
		Outcome:     r.Outcome.String(),
		BookingID:   inertID(r.BookingID),
		Message:     Inert(r.english.message),
		Column:      r.column,
		Hint:        Inert(r.english.hint),
		ViewingID:   inertID(r.Slot.ViewingId),
		TimeSlotID:  inertID(r.Slot.TimeSlotId),
		Attempts:    r.Attempts,
		CustomerID:  inertID(r.Slot.CustomerId),
		Code:        r.code,
		Settled:     settled(r.Settled),
	}
	if r.HTTPStatus != 0 {
		l.HTTPStatus = strconv.Itoa(r.HTTPStatus)
	}
	if !r.SubmittedAt.IsZero() {
		l.SubmittedAt = stamp(r.SubmittedAt)
	}
	if r.Duration > 0 {
		l.DurationMS = strconv.FormatInt(r.Duration.Round(time.Millisecond).Milliseconds(), 10)
	}
	if r.first.run != 0 {
		l.RunOfFirst = strconv.FormatInt(r.first.run, 10)
	}
	if r.first.row != 0 {
		l.RowOfFirst = strconv.Itoa(r.first.row)
	}
	if r.ContentDiffers {
		l.ContentDiffers = "true"
	}
	return l
}

func settled(s *ledger.Settlement) string {
	switch {
	case s == nil:
		return ""
	case s.BookingID != "":
		return "booked"
	}
	return "not_booked"
}

// stamp is a time as programs read it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// reportCSV writes report.csv.
type reportCSV struct {
	sheet string
	file  *file
	buf   *bufio.Writer
	out   *csv.Writer
	batch []Line
}

// batchLines is how many lines are marshalled at once. gocsv marshals slices
// or channels; its channels write no header for a run without rows.
const batchLines = 512

func newReportCSV(s *staging, sheet string) (*reportCSV, error) {
	f, err := s.create("report.csv")
	if err != nil {
		return nil, err
	}
	buf := bufio.NewWriterSize(f, 64<<10)
	c := &reportCSV{sheet: sheet, file: f, buf: buf, out: csv.NewWriter(buf), batch: make([]Line, 0, batchLines)}
	if err := gocsv.MarshalCSV(c.batch, c.out); err != nil { // the header
		return nil, errors.Join(err, f.Close())
	}
	return c, nil
}

func (c *reportCSV) add(r *record) error {
	if c.batch = append(c.batch, line(r, c.sheet)); len(c.batch) == batchLines {
		return c.flush()
	}
	return nil
}

func (c *reportCSV) flush() error {
	err := gocsv.MarshalCSVWithoutHeaders(c.batch, c.out)
	c.batch = c.batch[:0]
	return err
}

func (c *reportCSV) finish() error {
	if err := c.flush(); err != nil {
		return err
	}
	return errors.Join(c.buf.Flush(), c.file.done())
}

func (c *reportCSV) abort() error { return c.file.Close() }
