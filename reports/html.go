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
	maxSlots      = 5000   // slots that are told apart
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
	lang   words.Language
	rows   []rowView // the first of them
	total  int
	causes *causes
	slots  map[ledger.Slot]*slotCount
}

func newReportHTML(w io.Writer, src *Source, text texts, o *Options, c *causes) *reportHTML {
	return &reportHTML{
		w: w, run: &src.Run, words: text, zone: o.Zone, lang: cmp.Or(o.Language, words.English), causes: c, slots: map[ledger.Slot]*slotCount{},
	}
}

// rowView is a row as the page shows it. The template writes each cell without
// its end tag, which HTML does not need: a page has many rows.
type rowView struct {
	Class                                       uint8
	Row                                         int
	Participant, Outcome, ID, Message, Slot, At string
}

func (h *reportHTML) add(r *record) error {
	h.count(r)
	h.total++
	if len(h.rows) == maxPageRows {
		return nil
	}
	v := rowView{
		Class: uint8(r.Outcome), Row: r.Number, Participant: r.participant, Outcome: h.words.marked(r.Outcome),
		ID: r.BookingID, Message: shorten(r.message, maxPageText),
	}
	if r.Slot != (ledger.Slot{}) {
		v.Slot = r.place()
	}
	if !r.SubmittedAt.IsZero() {
		v.At = r.SubmittedAt.In(h.zone).Format(time.TimeOnly)
	}
	h.rows = append(h.rows, v)
	return nil
}

// slotCount counts the rows of a viewing and slot.
type slotCount struct {
	name   string
	slot   ledger.Slot
	order  int
	rows   int
	counts ledger.Counts
}

func (h *reportHTML) count(r *record) {
	if r.Slot == (ledger.Slot{}) {
		return
	}
	c := h.slots[r.Slot]
	if c == nil {
		if len(h.slots) == maxSlots {
			return
		}
		c = &slotCount{name: r.place(), slot: r.Slot, order: len(h.slots)}
		h.slots[r.Slot] = c
	}
	c.rows++
	c.counts[r.Outcome]++
}

// pageData is what the page's template shows.
type pageData struct {
	Lang        words.Language
	File        string
	Policy      string
	CSS         template.CSS
	Early, Late template.JS
	Summary     *Summary
	Bars        []barView
	BarsHeight  int
	BarsText    string
	Causes      []causeView
	MoreCauses  string
	Slots       []slotView
	MoreSlots   string
	Filters     []shareView
	Shown       string
	Rows        []rowView
}

type shareView struct {
	Class        uint8
	Symbol, Name string
	Count        int
	Counted      string // the count with the name
}

// barView is a bar of the chart of the outcomes; the chart is 400 wide.
type barView struct {
	shareView
	Y, Width, Text int
}

type causeView struct {
	shareView
	Rows                       int
	Warning                    bool
	Message, Place, Hint, More string
	Spans                      []span
}

type slotView struct {
	Name, IDs string
	Rows      int
	Shares    []shareView
}

func (h *reportHTML) finish(s *Summary) error {
	w := h.words
	tmpl, err := template.New("page").Funcs(template.FuncMap{
		"say":    func(text string) string { return w.Say(text) },
		"n":      func(n int) words.Number { return words.Number(n) },
		"class":  func(o ledger.Outcome) uint8 { return uint8(o) },
		"args":   func(command string) []string { return strings.Split(command, " ") },
		"banner": func() string { return w.Say(trialBanner) },
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(h.w, 64<<10)
	if err := tmpl.Execute(out, h.data(s)); err != nil {
		return err
	}
	return out.Flush()
}

func (h *reportHTML) share(o ledger.Outcome, n int) shareView {
	return shareView{Class: uint8(o), Symbol: symbol(o), Name: h.words.outcome(o), Counted: h.words.counted(o, n), Count: n}
}

func (h *reportHTML) data(s *Summary) *pageData {
	w := h.words
	d := &pageData{Lang: h.lang, File: inputName(h.run), Summary: s, Early: earlyJS, Late: template.JS(pageJS), Rows: h.rows}
	d.CSS = template.CSS(pageCSS)
	d.Policy = "default-src 'none'; style-src " + hashOf(string(d.CSS)) + "; script-src " + hashOf(earlyJS) + " " + hashOf(pageJS) +
		"; base-uri 'none'; form-action 'none'"
	d.bars(h, s)
	list := h.causes.sorted()
	for _, g := range list[:min(len(list), maxPageCauses)] {
		v := causeView{shareView: h.share(g.Outcome, g.Rows), Rows: g.Rows, Warning: g.Warning, Message: shorten(g.Message, maxPageCause), Hint: shorten(g.Hint, maxPageCause)}
		v.Place = g.place()
		var named int
		v.Spans, named = g.spans()
		if more := g.Rows - named; more > 0 {
			v.More = w.Say(" and %d more", more)
		}
		d.Causes = append(d.Causes, v)
	}
	if n := len(list) - len(d.Causes); n > 0 {
		d.MoreCauses = w.Say(words.Plural(n, "and %v more cause, see report.xlsx", "and %v more causes, see report.xlsx"), words.Number(n))
	}
	d.listSlots(h)
	for _, o := range s.Outcomes {
		if o.Count > 0 {
			d.Filters = append(d.Filters, h.share(o.Outcome, o.Count))
		}
	}
	shown := len(h.rows)
	d.Shown = w.Say(words.Plural(shown, "%v row", "%v rows"), words.Number(shown))
	if h.total > shown {
		d.Shown = w.Say("This page shows the first %s of %s rows; report.csv has them all.", words.Number(shown), words.Number(h.total))
		s := *s // the page alone has this note
		s.Notes = append(slices.Clone(s.Notes), d.Shown)
		d.Summary = &s
	}
	return d
}

// bars draws the chart of the outcomes.
func (d *pageData) bars(h *reportHTML, s *Summary) {
	most := 1
	for _, o := range s.Outcomes {
		most = max(most, o.Count)
	}
	for _, o := range s.Outcomes {
		if o.Count == 0 {
			continue
		}
		width := max(3, o.Count*190/most)
		d.Bars = append(d.Bars, barView{h.share(o.Outcome, o.Count), d.BarsHeight, width, 128 + width + 8})
		d.BarsHeight += 34
	}
	d.BarsText = h.words.Say("Rows by outcome") + ": " + altText(s)
}

// listSlots lists viewings and slots by their names.
func (d *pageData) listSlots(h *reportHTML) {
	var all []*slotCount
	for _, c := range h.slots {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *slotCount) int { return cmp.Compare(a.order, b.order) })
	for _, c := range all[:min(len(all), maxPageSlots)] {
		v := slotView{Name: c.name, IDs: strings.Trim(c.slot.ViewingId+" / "+c.slot.TimeSlotId, " /"), Rows: c.rows}
		if v.IDs == v.Name {
			v.IDs = ""
		}
		for _, o := range ledger.Outcomes {
			if n := c.counts[o]; n > 0 {
				v.Shares = append(v.Shares, h.share(o, n))
			}
		}
		d.Slots = append(d.Slots, v)
	}
	if n := len(all) - len(d.Slots); n > 0 {
		d.MoreSlots = h.words.Say(words.Plural(n, "and %v more slot", "and %v more slots"), words.Number(n))
	}
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
