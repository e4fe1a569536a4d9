package reports

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

//go:embed page/page.html
var pageHTML string

//go:embed page/page.css
var pageCSS string

//go:embed page/page.js
var pageJS string

// earlyJS runs before anything is painted: where there are scripts, the rows
// wait until they have been cut into pages.
const earlyJS = `document.documentElement.className="js"`

// What a page shows at most, so that a browser shows it at once.
const (
	maxPageRows   = 20_000 // rows; report.csv has them all
	maxPageSlots  = 200    // slots that are listed
	maxPageText   = 120    // characters of what happened to a row
	maxPageCause  = 400    // characters of a cause
	maxPageCauses = 200    // causes that are listed
)

// reportHTML writes report.html, one file that needs nothing but itself.
type reportHTML struct {
	w      io.Writer
	run    *ledger.RunInfo
	words  texts
	zone   *time.Location
	rows   []pageRow // the first of them
	total  int
	causes *causes
	slots  map[ledger.Slot]*slotCount
	listed []*slotCount // in the order in which they were met
}

func newReportHTML(w io.Writer, src *Source, text texts, o *Options, c *causes) *reportHTML {
	return &reportHTML{w: w, run: &src.Run, words: text, zone: o.Zone, causes: c, slots: map[ledger.Slot]*slotCount{}}
}

// pageRow is a row as the page shows it. The template writes each cell without
// its end tag, which HTML does not need: a page has many rows.
type pageRow struct {
	Row                                int
	Outcome                            ledger.Outcome
	Participant, ID, Message, Slot, At string
}

// slotCount counts the rows of a viewing and slot.
type slotCount struct {
	Name, IDs string
	Rows      int
	Counts    ledger.Counts
}

func (h *reportHTML) add(r *record) error {
	h.total++
	row := pageRow{Row: r.Number, Outcome: r.Outcome, Participant: r.participant, ID: r.BookingID, Message: shorten(r.message, maxPageText)}
	if r.Slot != (ledger.Slot{}) {
		row.Slot = r.place()
		h.count(r)
	}
	if !r.SubmittedAt.IsZero() {
		row.At = r.SubmittedAt.In(h.zone).Format(time.TimeOnly)
	}
	if len(h.rows) < maxPageRows {
		h.rows = append(h.rows, row)
	}
	return nil
}

func (h *reportHTML) count(r *record) {
	c := h.slots[r.Slot]
	if c == nil {
		c = &slotCount{Name: r.place(), IDs: strings.Trim(r.Slot.ViewingId+" / "+r.Slot.TimeSlotId, " /")}
		if c.IDs == c.Name {
			c.IDs = ""
		}
		h.slots[r.Slot] = c
		h.listed = append(h.listed, c)
	}
	c.Rows++
	c.Counts[r.Outcome]++
}

// page is what the page's template shows.
type page struct {
	*Summary
	Lang                  words.Language
	File, Policy          string
	CSS                   template.CSS
	Early, Late           template.JS
	Most                  int // rows of the outcome that has most
	Causes                []*cause
	Slots                 []*slotCount
	MoreCauses, MoreSlots string // how many are not listed
	Rows                  []pageRow
	Shown                 string
}

func (h *reportHTML) finish(s *Summary) error {
	w := h.words
	tmpl, err := template.New("page").Funcs(template.FuncMap{
		"say":     func(text string) string { return w.Say(text) },
		"andMore": w.andMore,
		"n":       func(n int) words.Number { return words.Number(n) },
		"class":   func(o ledger.Outcome) uint8 { return uint8(o) },
		"marked":  w.marked,
		"counted": w.counted,
		"args":    func(command string) []string { return strings.Split(command, " ") },
		"short":   func(text string) string { return shorten(text, maxPageCause) },
		"banner":  func() string { return w.Say(trialBanner) },
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	causes, slots := h.causes.sorted(), h.listed
	p := page{
		Summary: s, Lang: cmp.Or(w.Language, words.English), File: inputName(h.run), CSS: template.CSS(pageCSS), Early: earlyJS, Late: template.JS(pageJS),
		Policy: "default-src 'none'; style-src " + hashOf(pageCSS) + "; script-src " + hashOf(earlyJS) + " " + hashOf(pageJS) + "; base-uri 'none'; form-action 'none'",
		Most:   s.most(), Rows: h.rows,
		Causes: causes[:min(len(causes), maxPageCauses)],
		Slots:  slots[:min(len(slots), maxPageSlots)],
	}
	if n := len(causes) - len(p.Causes); n > 0 {
		p.MoreCauses = w.Say(words.Plural(n, "and %v more cause, see report.xlsx", "and %v more causes, see report.xlsx"), words.Number(n))
	}
	if n := len(slots) - len(p.Slots); n > 0 {
		p.MoreSlots = w.Say(words.Plural(n, "and %v more slot", "and %v more slots"), words.Number(n))
	}
	shown := len(h.rows)
	p.Shown = w.Say(words.Plural(shown, "%v row", "%v rows"), words.Number(shown))
	if h.total > shown {
		p.Shown = w.Say("This page shows the first %s of %s rows; report.csv has them all.", words.Number(shown), words.Number(h.total))
		noted := *s // the page alone has this note
		noted.Notes = append(slices.Clone(s.Notes), p.Shown)
		p.Summary = &noted
	}
	out := bufio.NewWriterSize(h.w, 64<<10)
	if err := tmpl.Execute(out, &p); err != nil {
		return err
	}
	return out.Flush()
}

// hashOf is a source of a Content-Security-Policy that allows this text alone.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// shorten cuts a text after so many characters.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		n++
		if n == most {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}
