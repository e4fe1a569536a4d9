package reports

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
)

// correctionsStem is the name of the corrections file without its extension.
const correctionsStem = "corrections"

// The headers of the columns that a corrections file has behind the input's
// own. No mapping names them, so every mapping ignores them. They are written
// anew in a correction of corrections; run and row stay those of the first.
const (
	columnReason = "import: reason"
	columnHint   = "import: hint"
	columnRun    = "import: run"
	columnRow    = "import: row"
)

var reasonColumns = [...]string{columnReason, columnHint, columnRun, columnRow}

// reasonColumn returns which of the reason columns a header names, or "".
func reasonColumn(header string) string {
	h := strings.ToLower(strings.Join(strings.Fields(header), " "))
	for _, c := range reasonColumns {
		if h == c {
			return c
		}
	}
	return ""
}

// Aside reports whether a header names a reason column: it stands beside the
// table, and says nothing of whether a row belongs to it.
func Aside(header string) bool { return reasonColumn(header) != "" }

// corrected reports whether a row belongs into the corrections file.
func corrected(r *record) bool {
	return r.Outcome == ledger.Invalid || r.Outcome == ledger.Rejected
}

// reasons are the cells of the reason columns of a row. The last is never
// empty, so that a reader sees the row in its full width.
func reasons(r *record, run int64) [len(reasonColumns)]string {
	from := r.copyOf
	if from == (origin{}) {
		from = origin{run: run, row: r.Number}
	}
	return [...]string{r.message, r.hint, strconv.FormatInt(from.run, 10), strconv.Itoa(from.row)}
}

// errNoRaw is a mistake of the caller's.
var errNoRaw = errors.New("reports: the input was opened without table.Options.KeepRaw")

// csvCorrections writes corrections.csv: the cells of the input byte for byte,
// with the reason columns behind them. The header, and what stands above it, is
// the input's too, so that the file is read as the input was.
type csvCorrections struct {
	info  table.Info
	run   int64
	spell spelling
	out   *bufio.Writer
	begun bool
}

func newCSVCorrections(w io.Writer, info table.Info, run int64) *csvCorrections {
	return &csvCorrections{info: info, run: run, spell: spellingOf(info), out: bufio.NewWriter(w)}
}

func (c *csvCorrections) add(r *record) error {
	if !corrected(r) {
		return nil
	}
	if r.in.Raw == nil {
		return errNoRaw
	}
	if !c.begun {
		c.begun = true
		header := bytes.Join(c.info.RawHeader, c.spell.delimiter)
		if _, err := c.out.Write(bytes.TrimSuffix(c.info.Head, header)); err != nil {
			return err
		}
		if err := c.write(c.info.RawHeader, reasonColumns); err != nil {
			return err
		}
	}
	why := reasons(r, c.run)
	for i, text := range why {
		why[i] = c.spell.harmless(text)
	}
	return c.write(c.own(r), why)
}

// own are the row's own cells. What they become when the file is read again must
// be what they were, or a refusal; never another row:
//
//   - Missing cells at the end are filled up, empty ones beyond the header are
//     dropped, so that the reasons stand below their headings.
//   - A row that has too many cells keeps them all, and is refused again.
//   - Where it is doubtful what a row is at all (a quotation mark, a broken
//     line, a group above it), its cells are left empty: the person corrects the
//     original, or types the row in. The bytes could become another row between
//     other neighbours.
func (c *csvCorrections) own(r *record) [][]byte {
	width := len(c.info.Header)
	switch {
	case r.refused() == table.CodeTooManyCells:
		return r.in.Raw
	case r.refused() != "" || r.code == string(table.CodeGrouped):
		return make([][]byte, width)
	case len(r.in.Raw) > width:
		return r.in.Raw[:width]
	}
	return append(slices.Clip(r.in.Raw), make([][]byte, width-len(r.in.Raw))...)
}

// write writes a line without an earlier round's reason columns.
func (c *csvCorrections) write(own [][]byte, more [len(reasonColumns)]string) error {
	var line [][]byte
	for i, cell := range own {
		if i >= len(c.info.Header) || reasonColumn(c.info.Header[i]) == "" {
			line = append(line, cell)
		}
	}
	for _, text := range more {
		line = append(line, c.spell.encode(text))
	}
	_, err := c.out.Write(append(bytes.Join(line, c.spell.delimiter), c.spell.lineEnd...))
	return err
}

func (c *csvCorrections) finish(*Summary) error { return c.out.Flush() }

// spelling writes texts of our own beside the cells of a CSV file.
type spelling struct {
	encoder            *encoding.Encoder // nil: UTF-8
	delimiter, lineEnd []byte
	marks              *strings.Replacer // for what a reader could take for a delimiter or a quotation mark
}

func spellingOf(info table.Info) (s spelling) {
	switch name := strings.TrimSuffix(info.Encoding, "-bom"); name {
	case "", "utf-8":
	case "utf-16le":
		s.encoder = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()
	case "utf-16be":
		s.encoder = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()
	case "cp858":
		s.encoder = charmap.CodePage858.NewEncoder()
	default:
		s.encoder = charmap.Windows1252.NewEncoder()
		if e, err := ianaindex.IANA.Encoding(name); err == nil && e != nil {
			s.encoder = e.NewEncoder()
		}
	}
	delimiter := cmp.Or(info.Delimiter, "\t") // none: one column, of which no cell has a tab
	s.delimiter, s.lineEnd = s.encode(delimiter), s.encode(cmp.Or(info.LineEnd, "\r\n"))
	marks := []string{"; ", " / ", ";", "/", ", ", " - ", ",", ".", "|", "/", delimiter, " "}
	if info.Quote == "'" {
		s.marks = strings.NewReplacer(append(marks, `"`, ".", "'", ".")...)
	} else {
		s.marks = strings.NewReplacer(append(marks, `"`, "'")...)
	}
	return s
}

// harmless makes a text fit for a cell without quotation marks: whatever it says,
// the cells beside it stay what they are.
func (s *spelling) harmless(text string) string {
	return s.marks.Replace(Inert(s.marks.Replace(oneLine(text))))
}

// ascii is for the signs of our own texts that an old encoding may lack.
var ascii = strings.NewReplacer("–", "-", "…", "...", "’", "'", "“", "'", "”", "'", "→", "->", "≥", ">=", "≤", "<=", "€", "EUR", "·", "*")

// encode writes a text in the file's encoding, what that lacks as "?".
func (s *spelling) encode(text string) []byte {
	if s.encoder == nil {
		return []byte(text)
	}
	if b, err := s.encoder.Bytes([]byte(text)); err == nil {
		return b
	}
	var out []byte
	for _, r := range norm.NFC.String(text) {
		for _, try := range [...]string{string(r), ascii.Replace(string(r)), "?"} {
			if b, err := s.encoder.Bytes([]byte(try)); err == nil {
				out = append(out, b...)
				break
			}
		}
	}
	return out
}
