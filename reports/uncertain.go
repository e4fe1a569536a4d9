package reports

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	unicodeenc "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// uncertainHeader are the columns of uncertain.csv. The last three are empty,
// to be filled in by a person.
var uncertainHeader = [...]string{
	"run", "row", "participant", "customer_id", "viewing_id", "time_slot_id", "submitted_at", "seen", "http_status",
	"booked_id", "not_booked", "reason",
}

// uncertainCSV writes uncertain.csv, if there is anything to write into it.
type uncertainCSV struct {
	stage *staging
	run   int64
	comma rune
	file  *file
	out   *csv.Writer
}

func (u *uncertainCSV) add(r *record) error {
	if r.Outcome != ledger.Uncertain {
		return nil
	}
	if u.file == nil {
		if err := u.open(); err != nil {
			return err
		}
	}
	// The submission belongs to the run that sent it; that is the row to settle.
	run, row := u.run, r.Number
	if r.Ref != (ledger.Ref{}) && r.first.run != 0 && r.first.row != 0 {
		run, row = r.first.run, r.first.row
	}
	submitted, status := "", ""
	if !r.SubmittedAt.IsZero() {
		submitted = stamp(r.SubmittedAt)
	}
	if r.HTTPStatus != 0 {
		status = strconv.Itoa(r.HTTPStatus)
	}
	return u.out.Write([]string{
		strconv.FormatInt(run, 10), strconv.Itoa(row), Inert(r.participant),
		inertID(r.Slot.CustomerId), inertID(r.Slot.ViewingId), inertID(r.Slot.TimeSlotId),
		submitted, Inert(r.message), status, "", "", "",
	})
}

func (u *uncertainCSV) open() error {
	f, err := u.stage.create("uncertain.csv")
	if err != nil {
		return err
	}
	u.file = f
	if _, err := f.Write([]byte("\ufeff")); err != nil {
		return err
	}
	u.out = csv.NewWriter(f)
	u.out.Comma, u.out.UseCRLF = u.comma, true
	return u.out.Write(uncertainHeader[:])
}

func (u *uncertainCSV) finish() error {
	if u.file == nil {
		return nil
	}
	u.out.Flush()
	return errors.Join(u.out.Error(), u.file.done())
}

func (u *uncertainCSV) abort() error {
	if u.file == nil {
		return nil
	}
	return u.file.Close()
}

// Settled is what a person filled in for one uncertain row.
type Settled struct {
	Line      int    // of uncertain.csv, 1-based
	Run       int64  // that sent the row
	Row       int    // the spreadsheet's row in that run, 1-based
	BookingID string // empty if the row is not booked
	NotBooked bool
	Reason    string
}

// SettlementError is a mistake in a filled-in uncertain.csv.
type SettlementError struct {
	Line         int        // 1-based; 0 = of the whole file
	Reason, Hint words.Text // the hint may be empty
}

// Error returns the place and the reason in English, without the hint.
func (e *SettlementError) Error() string { return words.English.Of(e) }

// Message returns the place and the reason, to be said in a language.
func (e *SettlementError) Message() (format string, args []any) {
	if e.Line == 0 {
		return e.Reason.Message()
	}
	return "line %d: %s", []any{e.Line, e.Reason}
}

// maxSettlements is the largest file that ParseSettlements reads, in bytes.
const maxSettlements = 64 << 20

// ParseSettlements reads an uncertain.csv that a person has filled in, as
// whatever program has saved it: with , ; or tabs, in UTF-8, UTF-16 or
// Windows-1252, columns in any order. Rows in which nothing is filled in are
// left out. The error joins all mistakes of the file, each a *SettlementError;
// with a mistake nothing is returned.
func ParseSettlements(r io.Reader) ([]Settled, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSettlements+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxSettlements {
		return nil, &SettlementError{Reason: words.Textf("the file is larger than 64 MB")}
	}
	text, err := decode(data)
	if err != nil {
		return nil, err
	}
	p := settlements{seen: map[origin]int{}}
	p.read(text)
	if len(p.mistakes) > 0 {
		return nil, errors.Join(p.mistakes...)
	}
	return p.list, nil
}

// decode turns what a spreadsheet program saves into UTF-8.
func decode(data []byte) ([]byte, error) {
	var t transform.Transformer
	switch {
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		t = unicodeenc.UTF16(unicodeenc.LittleEndian, unicodeenc.ExpectBOM).NewDecoder()
	case !utf8.Valid(data):
		t = charmap.Windows1252.NewDecoder()
	}
	if t != nil {
		text, _, err := transform.Bytes(t, data)
		if err != nil {
			return nil, &SettlementError{Reason: words.Textf("the file is in no encoding that is known"), Hint: words.Textf("save it as CSV UTF-8")}
		}
		data = text
	}
	if !utf8.Valid(data) {
		return nil, &SettlementError{Reason: words.Textf("the file is not all UTF-8"), Hint: words.Textf("save it as CSV UTF-8")}
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, &SettlementError{Reason: words.Textf("the file is not a CSV file"), Hint: words.Textf("save it as CSV UTF-8")}
	}
	return data, nil
}

// settlements reads the records of a filled-in file.
type settlements struct {
	list     []Settled
	seen     map[origin]int // line of each row settled
	mistakes []error
}

func (p *settlements) mistake(line int, hint, reason words.Text) {
	p.mistakes = append(p.mistakes, &SettlementError{Line: line, Reason: reason, Hint: hint})
}

func (p *settlements) read(text []byte) {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	above := 0
	if s := strings.ToLower(strings.Trim(string(first), "\" \r")); strings.HasPrefix(s, "sep=") {
		text = text[min(len(text), len(first)+1):]
		first, _, _ = bytes.Cut(text, []byte("\n"))
		above = 1
	}
	in := csv.NewReader(bytes.NewReader(text))
	in.FieldsPerRecord = -1
	in.Comma = ','
	for _, c := range ";\t" {
		if strings.Count(string(first), string(c)) > strings.Count(string(first), string(in.Comma)) {
			in.Comma = c
		}
	}
	var columns map[string]int
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var pe *csv.ParseError
		if errors.As(err, &pe) {
			p.mistake(pe.Line+above, words.Textf("save the file as CSV again"), words.Textf("the quotation marks do not match"))
			return
		}
		if err != nil {
			p.mistake(0, words.Text{}, words.Textf("the file cannot be read: %v", err))
			return
		}
		line, _ := in.FieldPos(0)
		line += above
		if columns == nil {
			if columns = p.header(line, cells); columns == nil {
				return
			}
			continue
		}
		p.row(line, columns, cells)
	}
	if columns == nil {
		p.mistake(0, words.Textf("use the uncertain.csv of a report"), words.Textf("the file is empty"))
	}
}

// header finds the columns that matter by their names.
func (p *settlements) header(line int, cells []string) map[string]int {
	columns := map[string]int{}
	for i, c := range cells {
		name := strings.ToLower(tidy(c))
		for _, known := range uncertainHeader {
			if name != known {
				continue
			}
			if _, twice := columns[name]; twice {
				p.mistake(line, words.Text{}, words.Textf("the column %q is there twice", name))
			}
			columns[name] = i
		}
	}
	var missing []string
	for _, name := range [...]string{"run", "row", "booked_id", "not_booked"} {
		if _, ok := columns[name]; !ok {
			missing = append(missing, strconv.Quote(name))
		}
	}
	if len(missing) > 0 {
		p.mistake(line, words.Textf("use the uncertain.csv of a report, with its header"), words.Textf("the header lacks %s", strings.Join(missing, ", ")))
	}
	if len(p.mistakes) > 0 {
		return nil
	}
	return columns
}

// mangled is an id of which a spreadsheet has made a number.
var mangled = regexp.MustCompile(`^\d[.,]?\d*[eE]\+\d+$`)

func (p *settlements) row(line int, columns map[string]int, cells []string) {
	cell := func(name string) string {
		if i, ok := columns[name]; ok && i < len(cells) {
			return tidy(cells[i])
		}
		return ""
	}
	id, not, reason := cell("booked_id"), cell("not_booked"), cell("reason")
	if id == "" && not == "" && reason == "" {
		return
	}
	s := Settled{Line: line, BookingID: strings.TrimPrefix(id, "'"), Reason: reason}
	before := len(p.mistakes)
	switch strings.ToLower(not) {
	case "":
	case "x", "yes", "y", "ja", "j", "true", "sant", "1", "not_booked", "not booked":
		s.NotBooked = true
	default:
		p.mistake(line, words.Textf("write x if the row is not booked, and leave the cell empty otherwise"), words.Textf("not_booked says %q", not))
	}
	switch {
	case id != "" && not != "":
		p.mistake(line, words.Textf("fill in one of the two"), words.Textf("both booked_id and not_booked are filled in"))
	case id == "" && not == "":
		p.mistake(line, words.Textf("fill in the booking's id, or x in not_booked"), words.Textf("there is a reason, but neither booked_id nor not_booked"))
	case mangled.MatchString(id):
		p.mistake(line, words.Textf("format the cell as text and type the id again"), words.Textf("booked_id says %q: the spreadsheet has made a number of it", id))
	case strings.IndexFunc(id, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) >= 0:
		p.mistake(line, words.Textf("an id is one word"), words.Textf("booked_id says %q", id))
	}
	var err error
	if s.Run, err = strconv.ParseInt(cell("run"), 10, 64); err != nil || s.Run < 1 {
		p.mistake(line, words.Textf("leave the first columns as they are"), words.Textf("run says %q, which is no run", cell("run")))
	}
	if s.Row, err = strconv.Atoi(cell("row")); err != nil || s.Row < 1 {
		p.mistake(line, words.Textf("leave the first columns as they are"), words.Textf("row says %q, which is no row", cell("row")))
	}
	if len(p.mistakes) > before {
		return
	}
	place := origin{run: s.Run, row: s.Row}
	if first, twice := p.seen[place]; twice {
		p.mistake(line, words.Text{}, words.Textf("run %d, row %d is settled on line %d already", s.Run, s.Row, first))
		return
	}
	p.seen[place] = line
	p.list = append(p.list, s)
}

// tidy trims a cell of what spreadsheets and copying leave around it.
func tidy(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' })
}
