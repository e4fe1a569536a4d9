package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vitec-import/vitec"
)

// What the page shows at once. It costs the same after ten bookings and after
// a million.
const (
	shownItems   = 25  // bookings, requests
	shownLetters = 25  // messages, the newest
	shownSlots   = 120 // time slots
)

// overview answers with the page at /.
func (s *Server) overview(w http.ResponseWriter, r *http.Request) {
	v := s.look(r)
	v.fillForm(s, newForm(s))
	render(w, http.StatusOK, v.texts, "overview", v)
}

// live answers with the part of the page that changes by itself, or with 204
// if it is as the browser has seen it.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	if seen := r.FormValue("seen"); seen != "" && seen == s.version() {
		pageHeader(w, "text/html; charset=utf-8")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	v := s.look(r)
	render(w, http.StatusOK, v.texts, "live", v)
}

// version differs whenever the page would.
func (s *Server) version() string {
	s.office.mu.Lock()
	commits := s.office.made.count
	s.office.mu.Unlock()
	s.seen.Lock()
	defer s.seen.Unlock()
	return fmt.Sprintf("%d.%d.%d.%d.%d", s.seen.era, s.seen.count, s.seen.ended, commits, s.ruled.Load())
}

// overviewView is the page at /.
type overviewView struct {
	*visit
	Version      string
	Query        string // what the address asks to see, to be asked for again
	Empty        bool
	Headline     string
	Lead         string
	DoubleNote   string
	Tiles        []tile
	Viewings     []viewingView
	MoreSlots    string
	Filter       *filterView
	Bookings     []bookingView
	BookingPages pages
	Requests     []requestView
	RequestPages pages
	Letters      []letterView
	MoreLetters  string

	Faults      []string
	FaultText   string
	FaultRows   int
	FaultError  string
	KnownFaults []faultView
	FaultWhen   []fact

	Form      form
	LoginNote string
	Known     struct{ Customers, Viewings, Slots []string }
	Result    *result
}

type (
	tile struct {
		Name, Value, Note string
		Chips             []chip
		Grave             bool
	}
	chip        struct{ Class, Text string }
	viewingView struct {
		ID, Customer, Viewing string
		Slots                 []slotView
	}
	slotView struct {
		ID, Slot, Href, Taken, What string
		Places, Used                int
		Full, Selected              bool
	}
	filterView  struct{ Text, All string }
	bookingView struct {
		Seq                                           int
		Number, Name, Twice, Where, ISO, Time, Format string
		Facts, Fields                                 []fact
		Messages                                      []string
	}
	requestView struct {
		Seq                                                                int
		Number, Class, Status, Result, Fault, Where, ISO, Time, Took, Gone string
		Facts                                                              []fact
		Kept                                                               bool
		Body, Answer                                                       textView
	}
	fact struct {
		Name, Value, Href string
		Mono              bool
	}
	textView   struct{ Text, More string }
	letterView struct{ ID, Kind, To, Person, When, Number string }
	faultView  struct{ Usage, Doc string }
	// pages lead to the newer and the older part of a list.
	pages struct{ Newer, Older, Range string }
)

// look takes a picture of the server. Its parts are taken one after the other,
// so a booking may be in it that its request does not know of yet.
func (s *Server) look(r *http.Request) *overviewView {
	v := &overviewView{visit: s.newVisit(r)}
	v.Version = s.version()
	counts := s.Counts()
	v.Empty = counts.Requests == 0
	v.Title = v.Text("title.overview")
	v.Headline = v.headline(counts)
	v.Lead = v.lead(&s.config)
	if counts.DoubleBookings > 0 {
		v.DoubleNote = v.Count("double", counts.DoubleBookings)
	}
	for _, f := range s.Faults() {
		v.Faults = append(v.Faults, f.String())
	}
	v.FaultText = strings.Join(v.Faults, "\n")
	v.FaultRows = max(3, len(v.Faults)+1)
	for _, d := range deeds {
		v.KnownFaults = append(v.KnownFaults, faultView{d.Usage(), v.of(d.FaultInfo)})
	}
	v.FaultWhen = v.faultWhen()

	q := wantedFrom(r)
	v.Query = q.with(v.visit, nil)
	s.seen.Lock()
	answers := make([]chip, 0, 8)
	for _, status := range slices.Sorted(maps.Keys(s.seen.answers)) {
		answers = append(answers, chip{statusClass(status, true), fmt.Sprintf("%s × %s", v.statusName(status), number(s.seen.answers[status]))})
	}
	if open := s.seen.count - s.seen.ended; open > 0 {
		answers = append(answers, chip{"open", v.Count("open", open)})
	}
	s.seen.Unlock()
	v.Tiles = v.tiles(counts, answers)
	v.slots(s, q)
	v.bookings(s, q)
	v.requests(s, q)
	v.letters(s)
	return v
}

// wanted is what the address asks to see: the bookings of one slot, and lists
// that end with a certain number instead of with the newest.
type wanted struct {
	at       vitec.Target
	bookings int
	requests int
}

func wantedFrom(r *http.Request) wanted {
	q := r.URL.Query()
	w := wanted{at: vitec.Target{CustomerId: q.Get("customer"), ViewingId: q.Get("viewing"), TimeSlotId: q.Get("slot")}}
	w.bookings, _ = strconv.Atoi(q.Get("bookings")) // what is no number asks for the newest
	w.requests, _ = strconv.Atoi(q.Get("requests"))
	w.bookings, w.requests = max(w.bookings, 0), max(w.requests, 0)
	return w
}

// with is the query that asks for w after a change.
func (w wanted) with(v *visit, change func(*wanted)) string {
	if change != nil {
		change(&w)
	}
	q := url.Values{}
	set := func(name, value string) {
		if value != "" && value != "0" {
			q.Set(name, value)
		}
	}
	set("customer", w.at.CustomerId)
	set("viewing", w.at.ViewingId)
	set("slot", w.at.TimeSlotId)
	set("bookings", strconv.Itoa(w.bookings))
	set("requests", strconv.Itoa(w.requests))
	set("lang", v.Choice)
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (v *overviewView) link(w wanted, anchor string, change func(*wanted)) string {
	return cmp.Or(v.Root, "./") + w.with(v.visit, change) + "#" + anchor
}

func (v *visit) headline(c Counts) string {
	if c.Requests == 0 {
		return v.Text("headline.empty")
	}
	return v.Count("headline.bookings", c.Commits) + " " + v.Count("headline.requests", c.Requests)
}

func (v *visit) lead(c *Config) string {
	text := []string{v.Text("lead.stays")}
	if len(c.Viewings) == 0 {
		text = append(text, v.Text("lead.anything"))
	} else {
		slots := 0
		for _, w := range c.Viewings {
			slots += len(w.Slots)
		}
		text = append(text, v.Text("lead.knows", v.Count("lead.viewings", len(c.Viewings)), v.Count("lead.slots", slots)))
	}
	if len(c.Logins) == 0 {
		text = append(text, v.Text("lead.anybody"))
	} else {
		text = append(text, v.Count("lead.logins", len(c.Logins)))
	}
	return strings.Join(text, " ")
}

func (v *visit) tiles(c Counts, answers []chip) []tile {
	messages := 0
	var kinds []chip
	for _, k := range []MessageKind{SMSConfirmation, MailConfirmation, SMSReminder} {
		if n := c.Messages[k]; n > 0 {
			kinds = append(kinds, chip{"plain", v.Text("message."+string(k)) + " × " + number(n)})
		}
		messages += c.Messages[k]
	}
	double := tile{Name: v.Text("tile.double"), Value: number(c.DoubleBookings), Note: v.Text("tile.double.none")}
	if c.DoubleBookings > 0 {
		double.Grave, double.Note = true, v.Text("tile.double.some")
	}
	letters := tile{Name: v.Text("tile.messages"), Value: number(messages), Chips: kinds}
	if messages == 0 {
		letters.Note = v.Text("tile.messages.none")
	}
	return []tile{
		{Name: v.Text("tile.bookings"), Value: number(c.Commits), Note: v.Text("tile.bookings.note")},
		double,
		{Name: v.Text("tile.requests"), Value: number(c.Requests), Chips: answers},
		letters,
	}
}

// slots lists the slots that exist, and those that have been booked where
// every one exists, in the order of their first booking.
func (v *overviewView) slots(s *Server, q wanted) {
	o := s.office
	type row struct {
		at     vitec.Target
		slot   Slot
		booked int
	}
	var rows []row
	more := 0
	o.mu.Lock()
	if o.slots != nil {
		for _, w := range s.config.Viewings {
			for _, slot := range w.Slots {
				t := vitec.Target{CustomerId: w.CustomerId, ViewingId: w.ViewingId, TimeSlotId: slot.TimeSlotId}
				if len(rows) == shownSlots {
					more++
					continue
				}
				rows = append(rows, row{t, slot, o.taken(t)})
			}
		}
	} else {
		more = max(len(o.order)-shownSlots, 0)
		for _, p := range o.order[:len(o.order)-more] {
			rows = append(rows, row{at: p.target, booked: p.taken})
		}
	}
	o.mu.Unlock()

	type viewing struct{ customer, id string }
	index := make(map[viewing]int) // in v.Viewings
	for i, r := range rows {
		key := viewing{r.at.CustomerId, r.at.ViewingId}
		n, ok := index[key]
		if !ok {
			n = len(v.Viewings)
			index[key] = n
			v.Viewings = append(v.Viewings, viewingView{ID: fmt.Sprint("v", i), Customer: key.customer, Viewing: key.id})
		}
		taken := r.slot.Taken + r.booked
		v.Viewings[n].Slots = append(v.Viewings[n].Slots, slotView{
			ID: fmt.Sprint("s", i), Slot: r.at.TimeSlotId, Taken: number(taken),
			Places: r.slot.Places, Used: min(taken, r.slot.Places), Full: r.slot.Places > 0 && taken >= r.slot.Places,
			Selected: r.at == q.at, What: v.slotText(r.slot, r.booked, s.config.now()),
			Href: v.link(q, "bookings", func(w *wanted) { w.at, w.bookings = r.at, 0 }),
		})
	}
	if more > 0 {
		v.MoreSlots = v.Count("slots.more", more)
	}
}

// slotText says how a slot stands.
func (v *visit) slotText(s Slot, booked int, now time.Time) string {
	var text []string
	taken := s.Taken + booked
	switch {
	case s.Places == 0:
		text = append(text, v.Count("slots.unlimited", taken))
	case taken > s.Places:
		text = append(text, v.Text("slots.over", number(s.Places), number(taken-s.Places)))
	case taken == s.Places:
		text = append(text, v.Text("slots.full", number(s.Places)))
	default:
		text = append(text, v.Text("slots.of", number(s.Places)))
	}
	if s.Taken > 0 {
		text = append(text, v.Text("slots.before", number(s.Taken)))
	}
	if !s.Start.IsZero() {
		text = append(text, v.Text("slots.start", v.moment(s.Start)))
	}
	if !s.Deadline.IsZero() {
		key := "slots.deadline"
		if now.After(s.Deadline) {
			key = "slots.deadline.gone"
		}
		text = append(text, v.Text(key, v.moment(s.Deadline)))
	}
	return strings.Join(text, " · ")
}

// bookings lists the newest bookings, of one slot if that is asked for.
func (v *overviewView) bookings(s *Server, q wanted) {
	o := s.office
	var commits []Commit
	var places []int // which booking of the slot each is
	total, upTo := 0, 0
	o.mu.Lock()
	if q.at == (vitec.Target{}) {
		total = o.made.count
		upTo = lastOf(q.bookings, total)
		commits = o.made.since(max(upTo-shownItems, 0), shownItems)
		commits = slices.DeleteFunc(commits, func(c Commit) bool { return c.Seq > upTo })
	} else {
		var seqs []int
		if p := o.places[q.at]; p != nil {
			total, seqs = p.taken, p.seqs
		}
		upTo = lastOf(q.bookings, total)
		for n := max(upTo-shownItems, 0) + 1; n <= upTo; n++ {
			if i := n - 1 - (total - len(seqs)); i >= 0 {
				if c := o.made.at(seqs[i]); c != nil {
					commits, places = append(commits, *c), append(places, n)
				}
			}
		}
	}
	o.mu.Unlock()

	slotGiven := q.at != (vitec.Target{})
	if slotGiven {
		v.Filter = &filterView{
			Text: v.Text("bookings.filtered", v.shortId(q.at.TimeSlotId), v.shortId(q.at.ViewingId)),
			All:  v.link(q, "bookings", func(w *wanted) { w.at, w.bookings = vitec.Target{}, 0 }),
		}
	}
	for i, c := range slices.Backward(commits) {
		n := c.Seq
		if slotGiven {
			n = places[i]
		}
		v.Bookings = append(v.Bookings, v.booking(&c, n))
	}
	v.BookingPages = v.pages(upTo, total, func(n int) string {
		return v.link(q, "bookings", func(w *wanted) { w.bookings = n })
	})
}

// lastOf is the number at which the shown part of a list ends.
func lastOf(asked, total int) int {
	if asked == 0 || asked > total {
		return total
	}
	return asked
}

// pages are the ways from the part of a list that ends at upTo.
func (v *overviewView) pages(upTo, total int, link func(int) string) pages {
	var p pages
	if upTo > shownItems {
		p.Older = link(upTo - shownItems)
	}
	if upTo < total {
		n := upTo + shownItems
		if n >= total {
			n = 0 // the newest, whatever comes
		}
		p.Newer = link(n)
	}
	p.Range = v.Text("range", number(max(upTo-shownItems, 0)+1), number(upTo), number(total))
	return p
}

func (v *overviewView) booking(c *Commit, n int) bookingView {
	b := bookingView{
		Seq: c.Seq, Number: number(n), Name: v.person(personName(&c.Body.UpdatePerson), c.ContactId),
		Where: v.place(c.Target),
		ISO:   c.Time.UTC().Format(time.RFC3339Nano), Time: v.clock(c.Time), Format: strings.ToUpper(c.Format),
	}
	if c.Times > 1 {
		b.Twice = v.Count("bookings.times", c.Times)
	}
	contact := "bookings.contact.new"
	if c.Matched {
		contact = "bookings.contact.known"
	}
	b.Facts = []fact{
		{Name: v.Text("bookings.id"), Value: c.BookingId, Mono: true},
		{Name: v.Text(contact), Value: c.ContactId, Mono: true},
		{Name: v.Text("customer"), Value: c.Target.CustomerId, Mono: true},
		{Name: v.Text("viewing"), Value: c.Target.ViewingId, Mono: true},
		{Name: v.Text("slot"), Value: c.Target.TimeSlotId, Mono: true},
		{Name: v.Text("bookings.request"), Value: number(c.Request)},
	}
	for _, m := range c.Messages {
		b.Messages = append(b.Messages, v.messageText(m))
	}
	for _, f := range vitec.Fields() {
		if value, ok := f.Get(&c.Body); ok {
			b.Fields = append(b.Fields, fact{Name: f.Path, Value: v.value(value)})
		}
	}
	return b
}

// value is a field's value as a person reads it.
func (v *visit) value(value any) string {
	switch x := value.(type) {
	case bool:
		if x {
			return v.Text("yes")
		}
		return v.Text("no")
	case []string:
		return strings.Join(x, ", ")
	case time.Time:
		return x.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(value)
}

// place is a target in short.
func (v *visit) place(t vitec.Target) string {
	return v.shortId(t.TimeSlotId) + " · " + v.shortId(t.ViewingId)
}

func (v *visit) person(name, id string) string {
	switch {
	case name != "":
		return name
	case id != "":
		return id
	}
	return v.Text("nobody")
}

func (v *visit) messageText(m Message) string {
	to := cmp.Or(m.To, v.Text("messages.to.unknown"))
	if m.Time.IsZero() {
		return fmt.Sprintf("%s → %s", v.Text("message."+string(m.Kind)), to)
	}
	return fmt.Sprintf("%s → %s, %s", v.Text("message."+string(m.Kind)), to, v.moment(m.Time))
}

// requests lists the newest requests with their answers.
func (v *overviewView) requests(s *Server, q wanted) {
	s.seen.Lock()
	total := s.seen.count
	upTo := lastOf(q.requests, total)
	from := max(upTo-shownItems, 0)
	list := s.seen.since(from, shownItems)
	list = slices.DeleteFunc(list, func(r Request) bool { return r.Number > upTo })
	scripts := make([]*transcript, len(list))
	for i, req := range list {
		scripts[i] = s.seen.scripts.of(req.Number)
	}
	s.seen.Unlock()
	for i, req := range slices.Backward(list) {
		v.Requests = append(v.Requests, v.request(&req, scripts[i]))
	}
	v.RequestPages = v.pages(upTo, total, func(n int) string {
		return v.link(q, "requests", func(w *wanted) { w.requests = n })
	})
}

func (v *overviewView) request(r *Request, t *transcript) requestView {
	ended := t != nil || r.Status != 0 || r.Duration != 0
	q := requestView{
		Seq: r.Number, Number: number(r.Number), ISO: r.Time.UTC().Format(time.RFC3339Nano), Time: v.clock(r.Time),
		Fault: strings.Join(append(slices.Clone(r.Delayed), r.Fault), " "), Class: statusClass(r.Status, ended), Where: r.Method + " " + r.Path, Kept: t != nil,
	}
	if r.Target != (vitec.Target{}) {
		q.Where = v.place(r.Target)
		if r.Method != http.MethodPost {
			q.Where = r.Method + " " + q.Where
		}
	}
	q.Fault = strings.TrimSpace(q.Fault)
	switch {
	case !ended:
		q.Status, q.Result = "…", v.Text("status.open")
	default:
		q.Status, q.Took = v.statusShort(r.Status), v.duration(r.Duration)
		switch {
		case r.Commit != 0:
			q.Result = v.Text("requests.booked", number(r.Commit))
		case r.Status == 0:
			q.Result = v.Text("status.none")
		default:
			q.Result = v.Text("requests.refused")
			if r.Status/100 == 2 { // looks like success and is none
				q.Class = "lost"
			}
		}
	}
	q.Facts = []fact{{Name: v.Text("requests.line"), Value: r.Method + " " + r.Path, Mono: true}}
	add := func(key, value string, mono bool) {
		if value != "" {
			q.Facts = append(q.Facts, fact{Name: v.Text(key), Value: value, Mono: mono})
		}
	}
	add("requests.login", r.Username, false)
	if r.Reused {
		add("requests.connection", v.Text("requests.reused"), false)
	} else {
		add("requests.connection", v.Text("requests.fresh"), false)
	}
	add("requests.fault", q.Fault, true)
	if t == nil {
		q.Gone = v.Text("requests.gone")
		if !ended {
			q.Gone = v.Text("requests.open")
		}
		return q
	}
	add("requests.type", t.contentType, true)
	add("requests.accept", t.accept, true)
	add("requests.agent", t.agent, true)
	add("requests.answertype", t.answerType, true)
	add("requests.retryafter", t.retryAfter, true)
	add("requests.location", t.location, true)
	q.Body = v.textOf(t.body, t.bodySize)
	q.Answer = v.textOf(t.answer, t.answerSize)
	return q
}

// textOf is a body to be read: JSON and XML on several lines.
func (v *visit) textOf(b []byte, size int) textView {
	t := textView{Text: readable(b)}
	if size > len(b) {
		t.More = v.Text("text.more", number(len(b)), number(size))
	}
	return t
}

// readable is a text as a person reads it, and of what is none the first bytes.
func readable(b []byte) string {
	text := strings.ToValidUTF8(string(b), "\ufffd")
	if bytes.IndexByte(b, 0) >= 0 {
		return fmt.Sprintf("% x", b[:min(len(b), 256)])
	}
	if trimmed := bytes.TrimSpace(b); bytes.Count(trimmed, []byte("\n")) == 0 {
		var out bytes.Buffer
		if json.Indent(&out, trimmed, "", "  ") == nil {
			return out.String()
		}
		if bytes.HasPrefix(trimmed, []byte("<")) && !bytes.HasPrefix(trimmed, []byte("<!")) {
			return indentXML(string(trimmed))
		}
	}
	return text
}

// letters lists the newest messages.
func (v *overviewView) letters(s *Server) {
	o := s.office
	o.mu.Lock()
	total := o.letters.count
	list := o.letters.since(max(total-shownLetters, 0), shownLetters)
	o.mu.Unlock()
	for i, l := range slices.Backward(list) {
		when := v.Text("messages.when.unknown")
		if !l.Time.IsZero() {
			when = v.moment(l.Time)
		}
		v.Letters = append(v.Letters, letterView{
			ID: fmt.Sprint("m", total-len(list)+i+1), Kind: v.Text("message." + string(l.Kind)),
			To: cmp.Or(l.To, v.Text("messages.to.unknown")), Person: v.person(l.person, ""), When: when, Number: number(l.seq),
		})
	}
	if total > len(list) {
		v.MoreLetters = v.Text("messages.more", number(len(list)), number(total))
	}
}

// changeFaults puts the faults of a form in force.
func (s *Server) changeFaults(w http.ResponseWriter, r *http.Request) {
	text := r.PostFormValue("faults")
	if r.PostFormValue("none") != "" {
		text = ""
	}
	var faults []Fault
	var err error
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		var f Fault
		if f, err = ParseFault(line); err != nil {
			break
		}
		faults = append(faults, f)
	}
	if err == nil {
		err = s.SetFaults(faults...)
	}
	if err != nil {
		v := s.look(r)
		v.FaultText, v.FaultError = text, v.of(err)
		v.fillForm(s, newForm(s))
		render(w, http.StatusUnprocessableEntity, v.texts, "overview", v)
		return
	}
	redirect(w, s.newVisit(r).Home+"#faults")
}

// statusClass is the colour of a status.
func statusClass(status int, ended bool) string {
	switch {
	case !ended:
		return "open"
	case status == 0 || status >= 500:
		return "lost"
	case status == http.StatusTooManyRequests:
		return "wait"
	case status >= 300:
		return "bad"
	}
	return "good"
}
