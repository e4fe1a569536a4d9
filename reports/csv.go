package reports

import (
	"bufio"
	"encoding/csv"
	"io"
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
	Participant string `csv:"participant"` // name as the input has it; empty if nothing knows it
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
	RowOfFirst     string `csv:"row_of_first"`    // or of which this one is the corrected copy
	ContentDiffers string `csv:"content_differs"` // "true": from that row
	Settled        string `csv:"settled"`         // "booked", "not_booked": by hand
	Viewing        string `csv:"viewing"`         // the viewing in the list's own words; empty if it has none
	TimeSlot       string `csv:"time_slot"`       // the time slot likewise
	EndedInRun     string `csv:"ended_in_run"`    // the later run that the outcome is of; empty: this one
	ServerMessage  string `csv:"server_message"`  // what the server said of the row, in its own words
}

// line is a record as report.csv shows it.
func line(r *record, sheet string) Line {
	return Line{
		Row: r.Number, Sheet: Inert(sheet), Participant: Inert(r.participant), Outcome: r.Outcome.String(),
		BookingID: inertID(r.BookingID), HTTPStatus: figure(int64(r.HTTPStatus)),
		Message: Inert(r.english.message), Column: r.column, Hint: Inert(r.english.hint),
		ViewingID: inertID(r.Slot.ViewingId), TimeSlotID: inertID(r.Slot.TimeSlotId),
		Attempts: r.Attempts, SubmittedAt: stamp(r.SubmittedAt), DurationMS: figure(r.Duration.Round(time.Millisecond).Milliseconds()),
		CustomerID: inertID(r.Slot.CustomerId), Code: r.code, RunOfFirst: figure(r.first.run), RowOfFirst: figure(int64(r.first.row)),
		ContentDiffers: mark(r.ContentDiffers), Settled: settled(r.Settled),
		Viewing: Inert(r.viewing), TimeSlot: Inert(r.slot), EndedInRun: figure(r.later), ServerMessage: Inert(r.words),
	}
}

// figure is a number, empty if it is 0.
func figure(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func mark(yes bool) string {
	if yes {
		return "true"
	}
	return ""
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

// stamp is a time as programs read it; empty if there is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// reportCSV writes report.csv.
type reportCSV struct {
	sheet string
	buf   *bufio.Writer
	out   *csv.Writer
	lines []Line                                  // that are not written yet: gocsv takes slices
	write func(in any, out gocsv.CSVWriter) error // the first time with the header
}

func newReportCSV(w io.Writer, sheet string) *reportCSV {
	buf := bufio.NewWriter(w)
	return &reportCSV{sheet: sheet, buf: buf, out: csv.NewWriter(buf), write: gocsv.MarshalCSV}
}

func (c *reportCSV) add(r *record) error {
	c.lines = append(c.lines, line(r, c.sheet))
	if len(c.lines) < 512 {
		return nil
	}
	return c.flush()
}

func (c *reportCSV) flush() error {
	err := c.write(c.lines, c.out)
	c.lines, c.write = c.lines[:0], gocsv.MarshalCSVWithoutHeaders
	return err
}

func (c *reportCSV) finish(*Summary) error {
	if err := c.flush(); err != nil {
		return err
	}
	return c.buf.Flush()
}
