package reports

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"errors"
	"html/template"
	"os"
	"slices"
	"strconv"
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

const (
	maxPageRows   = 20_000 // rows that the page shows; report.csv has them all
	maxPageSlots  = 200    // slots that the page lists
	maxPageText   = 120    // characters of what happened to a row
	maxPageCause  = 400    // characters of a cause
	maxPageCauses = 200    // causes that the page lists
)

// reportHTML writes report.html, one file that needs nothing but itself. The
// rows are spooled while they pass by, since the page begins with the summary.
type reportHTML struct {
	stage  *staging
	run    *ledger.RunInfo
	words  texts
	zone   *time.Location
	lang   words.Language
	tmpl   *template.Template
	spool  *os.File
	rows   *bufio.Writer
	line   []byte // of the row at hand
	shown  int
	total  int
	causes *causes
	time   *timeline
	pauses []pause
	slots  slots
}

func newReportHTML(s *staging, src *Source, w texts, o *Options, c *causes) (*reportHTML, error) {
	tmpl, err := template.New("page").Funcs(template.FuncMap{
		"say":   func(text string) string { return w.Say(text) },
		"n":     func(n int) words.Number { return words.Number(n) },
		"class": func(o ledger.Outcome) uint8 { return uint8(o) },
		"args":  func(command string) []string { return strings.Split(command, " ") },
	}).Parse(pageHTML)
	if err != nil {
		return nil, err
	}
	spool, err := os.CreateTemp(s.dir, ".rows-")
	if err != nil {
		return nil, err
	}
	lang := o.Language
	if lang == "" {
		lang = words.English
	}
	return &reportHTML{
		stage: s, run: &src.Run, words: w, zone: o.Zone, lang: lang, tmpl: tmpl, spool: spool, rows: bufio.NewWriterSize(spool, 64<<10),
		causes: c, time: newTimeline(src.Run.StartedAt), pauses: pauses(src.Events), slots: slots{by: map[ledger.Slot]*slotCount{}},
	}, nil
}

func (h *reportHTML) add(r *record) error {
	h.time.add(&r.Row)
	slot := h.slots.add(&r.Row)
	if h.total++; h.shown == maxPageRows {
		return nil
	}
	h.shown++
	h.line = h.appendRow(h.line[:0], r, slot)
	_, err := h.rows.Write(h.line)
	return err
}

// appendRow appends a row as the page shows it. It stands here and not in the
// page's template, which takes ten times as long and would be most of a report.
func (h *reportHTML) appendRow(b []byte, r *record, slot string) []byte {
	number := strconv.Itoa(r.Number)
	b = append(append(b, "<tr class=o"...), strconv.Itoa(int(r.Outcome))...)
	b = append(append(b, " id=r"...), number...)
	b = append(append(b, "><td>"...), number...)
	b = appendHTML(append(b, "<td>"...), r.participant)
	b = append(append(append(b, "<td>"...), symbol(r.Outcome)...), ' ')
	b = appendHTML(b, h.words.outcome(r.Outcome))
	b = append(b, "<td>"...)
	message := shorten(r.message, maxPageText)
	if r.BookingID != "" {
		b = appendHTML(append(b, "<code>"...), r.BookingID)
		b = append(b, "</code>"...)
		if message != "" {
			b = append(b, ' ')
		}
	}
	b = appendHTML(b, message)
	b = appendHTML(append(b, "<td>"...), slot)
	b = append(b, "<td>"...)
	if !r.SubmittedAt.IsZero() {
		b = r.SubmittedAt.In(h.zone).AppendFormat(b, time.TimeOnly)
	}
	b = append(b, "<td>"...)
	if r.Duration > 0 {
		b = strconv.AppendInt(b, r.Duration.Round(time.Millisecond).Milliseconds(), 10)
	}
	return append(b, '\n')
}

// appendHTML appends a text with what means something in HTML escaped, as
// package html/template does it.
func appendHTML(b []byte, s string) []byte {
	plain := 0 // from here to i there is nothing to escape
	for i := range len(s) {
		escaped := ""
		switch s[i] {
		case '&':
			escaped = "&amp;"
		case '<':
			escaped = "&lt;"
		case '>':
			escaped = "&gt;"
		case '"':
			escaped = "&#34;"
		case '\'':
			escaped = "&#39;"
		case '+':
			escaped = "&#43;"
		case 0:
			escaped = "\uFFFD"
		default:
			continue
		}
		b = append(append(b, s[plain:i]...), escaped...)
		plain = i + 1
	}
	return append(b, s[plain:]...)
}

func (h *reportHTML) finish() error { return h.rows.Flush() }

// complete writes the page around the rows.
func (h *reportHTML) complete(s *Summary) (err error) {
	data, err := h.data(s)
	if err != nil {
		return err
	}
	f, err := h.stage.create("report.html")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreClosed(f.Close()))
		}
	}()
	out := bufio.NewWriterSize(f, 64<<10)
	if err := h.tmpl.ExecuteTemplate(out, "top", data); err != nil {
		return err
	}
	if _, err := h.spool.Seek(0, 0); err != nil {
		return err
	}
	if _, err := out.ReadFrom(h.spool); err != nil {
		return err
	}
	if err := h.tmpl.ExecuteTemplate(out, "bottom", data); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := f.done(); err != nil {
		return err
	}
	return h.abort()
}

// abort removes the spooled rows.
func (h *reportHTML) abort() error {
	if h.spool == nil {
		return nil
	}
	spool := h.spool
	h.spool = nil
	return errors.Join(spool.Close(), os.Remove(spool.Name()))
}

// pageData is what the page's template shows.
type pageData struct {
	Lang                    words.Language
	File                    string
	Policy                  string
	CSS                     template.CSS
	Early, Late             template.JS
	Summary                 *Summary
	Outcomes, Rate, Answers template.HTML
	RateNote, AnswersNote   string
	Causes                  []causeView
	MoreCauses              string
	Slots                   []slotView
	MoreSlots               string
	Filters                 []shareView
	Shown                   string
	Facts                   []fact
}

type shareView struct {
	Class        uint8
	Symbol, Name string
	Count        int
	Counted      string // the count with the name
}

type causeView struct {
	shareView
	Rows                       int
	Warning                    bool
	Message, Place, Hint, More string
	Spans                      []span
}

type slotView struct {
	Label, Viewing, Slot string
	Rows                 int
	Shares               []shareView
}

func (h *reportHTML) share(o ledger.Outcome, n int) shareView {
	return shareView{Class: uint8(o), Symbol: symbol(o), Name: h.words.outcome(o), Counted: h.words.counted(o, n), Count: n}
}

func (h *reportHTML) data(s *Summary) (*pageData, error) {
	w := h.words
	d := &pageData{Lang: h.lang, File: inputName(h.run), Summary: s, Early: earlyJS, Late: template.JS(pageJS), Facts: facts(h.run, w, h.zone)}
	looks := &sheet{}
	for _, c := range [...]struct {
		to    *template.HTML
		label string
		draw  func() ([]byte, error)
	}{
		{&d.Outcomes, w.Say("Rows by outcome") + ": " + altText(s), func() ([]byte, error) { return outcomeChart(s) }},
		{&d.Rate, w.Say("Requests per second"), func() ([]byte, error) { return rateChart(h.time, h.run.Rate, h.pauses, w, h.zone) }},
		{&d.Answers, w.Say("Answer times"), func() ([]byte, error) { return answerChart(h.time, w, h.zone) }},
	} {
		svg, err := c.draw()
		if err != nil {
			return nil, err
		}
		if svg != nil {
			*c.to = looks.inline(svg, c.label)
		}
	}
	d.RateNote, d.AnswersNote = h.notes()
	d.CSS = template.CSS(":root{" + variables(false) + "}@media (prefers-color-scheme:dark){:root{" + variables(true) + "}}" +
		"@media print{:root{" + variables(false) + "}}" + outcomeClasses() + pageCSS + looks.css.String())
	d.Policy = "default-src 'none'; style-src " + hashOf(string(d.CSS)) + "; script-src " + hashOf(earlyJS) + " " + hashOf(pageJS) +
		"; base-uri 'none'; form-action 'none'"
	list := h.causes.sorted()
	for _, g := range list[:min(len(list), maxPageCauses)] {
		v := causeView{shareView: h.share(g.Outcome, g.Rows), Rows: g.Rows, Warning: g.Warning, Message: shorten(g.Message, maxPageCause), Hint: shorten(g.Hint, maxPageCause)}
		if g.Column != "" || g.Header != "" {
			v.Place = strings.TrimSpace(g.Column + " " + g.Header)
		}
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
	d.Slots, d.MoreSlots = h.slots.view(h)
	for _, o := range s.Outcomes {
		if o.Count > 0 {
			d.Filters = append(d.Filters, h.share(o.Outcome, o.Count))
		}
	}
	d.Shown = w.Say(words.Plural(h.shown, "%v row", "%v rows"), words.Number(h.shown))
	if h.total > h.shown {
		more := w.Say("This page shows the first %s of %s rows; report.xlsx and report.csv have them all.", words.Number(h.shown), words.Number(h.total))
		d.Shown = more
		s := *s // the page alone has this note
		s.Notes = append(slices.Clone(s.Notes), more)
		d.Summary = &s
	}
	return d, nil
}

// notes put the charts into words, for those who do not see them too.
func (h *reportHTML) notes() (rate, answers string) {
	w := h.words
	sent, most, all := 0, 0, moments{}
	for i := range h.time.steps {
		m := &h.time.steps[i]
		sent += m.sent
		most = max(most, m.sent)
		for k, n := range m.times {
			all.times[k] += n
		}
	}
	per := func(n int) string { return w.Decimal(float64(n)/h.time.step.Seconds(), 3) }
	rate = w.Say(words.Plural(sent, "%v request, at most %s a second.", "%v requests, at most %s a second."), words.Number(sent), per(most))
	if n := len(h.pauses); n > 0 {
		var d time.Duration
		for _, p := range h.pauses {
			d += p.to.Sub(p.from)
		}
		rate += " " + w.Say(words.Plural(n, "%v pause asked for by the server (%s).", "%v pauses asked for by the server (%s in all)."), words.Number(n), w.elapsed(d))
	}
	if half, ok := all.quantile(0.5); ok {
		slow, _ := all.quantile(0.95)
		answers = w.Say("Half of the answers came within about %s, 95 %% within about %s.", w.milliseconds(half), w.milliseconds(slow))
	}
	return rate, answers
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
		if n++; n == most {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// slots counts the rows of each viewing and slot.
type slots struct {
	by       map[ledger.Slot]*slotCount
	list     []*slotCount
	viewings []string
	more     int // rows of slots beyond those that are told apart
}

type slotCount struct {
	slot    ledger.Slot
	viewing int // 0-based
	label   string
	rows    int
	counts  [len(ledger.Outcomes)]int
}

// maxSlots is how many slots are told apart at all.
const maxSlots = 5000

// add counts a row and returns by what name the page calls its slot.
func (s *slots) add(r *ledger.Row) string {
	if r.Slot == (ledger.Slot{}) {
		return ""
	}
	c := s.by[r.Slot]
	if c == nil {
		if len(s.list) == maxSlots {
			s.more++
			return shorten(r.Slot.TimeSlotId, 16)
		}
		c = &slotCount{slot: r.Slot}
		c.viewing, c.label = s.name(r.Slot)
		s.by[r.Slot] = c
		s.list = append(s.list, c)
	}
	c.rows++
	c.counts[r.Outcome]++
	return c.label
}

// name is a short name for a slot: ids are long, and a page has many rows.
func (s *slots) name(slot ledger.Slot) (viewing int, label string) {
	v := slices.Index(s.viewings, slot.ViewingId)
	if v < 0 {
		s.viewings = append(s.viewings, slot.ViewingId)
		v = len(s.viewings) - 1
	}
	name := slot.TimeSlotId
	if len(name) > 14 || name == "" {
		name = "S" + strconv.Itoa(len(s.list)+1)
	}
	return v, "V" + strconv.Itoa(v+1) + " · " + name
}

func (s *slots) view(h *reportHTML) (list []slotView, more string) {
	// Viewings in the order in which they are met, their slots by name.
	slices.SortStableFunc(s.list, func(a, b *slotCount) int {
		return cmp.Or(cmp.Compare(a.viewing, b.viewing), strings.Compare(a.slot.TimeSlotId, b.slot.TimeSlotId))
	})
	for _, c := range s.list[:min(len(s.list), maxPageSlots)] {
		v := slotView{Label: c.label, Viewing: c.slot.ViewingId, Slot: c.slot.TimeSlotId, Rows: c.rows}
		for _, o := range ledger.Outcomes {
			if n := c.counts[o]; n > 0 {
				v.Shares = append(v.Shares, h.share(o, n))
			}
		}
		list = append(list, v)
	}
	if n := len(s.list) - len(list); n > 0 {
		more = h.words.Say(words.Plural(n, "and %v more slot, see report.xlsx", "and %v more slots, see report.xlsx"), words.Number(n))
	}
	return list, more
}
