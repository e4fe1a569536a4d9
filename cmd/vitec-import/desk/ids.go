package desk

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"vitec-import/mapping"
	"vitec-import/mapping/propose"
	"vitec-import/reports/words"
	"vitec-import/vitec"
)

// idsView is the page on which the ids are filled in that no list has.
type idsView struct {
	Groups   []idGroup
	Estate   string
	Viewings string // as Vitec has just told them
	Filled   int    // by what Vitec told
}

type idGroup struct {
	Field, Title, Help, Like string
	Blanks                   []blankView
}

type blankView struct {
	propose.Blank
	Key   string // of its field in the form
	Ref   string // the same, for the page
	Wrong string // what is wrong with what was typed
}

// idTexts are what the page says of the three ids, and what they usually look like.
var idTexts = map[string]struct {
	title, help words.Text
	like        string
}{
	"customerId": {words.Textf("The office"), words.Textf("The office's id in Vitec, such as M11385."), `[A-Za-z]{1,4}\d{1,8}`},
	"viewingId":  {words.Textf("The viewings"), words.Textf("The id of each viewing in Vitec: VIS and 32 characters."), `VIS[0-9A-Fa-f]{32}`},
	"timeSlotId": {words.Textf("The time slots"), words.Textf("The id of each time slot in Vitec."), ""},
}

// idsPage takes the ids of the office, the viewings and the time slots.
func (d *Desk) idsPage(v *visit) error {
	_, p, e, _, err := d.proposal(v.ctx(), v.list)
	if err != nil {
		return err
	}
	if e == nil {
		return v.to("columns")
	}
	page := pageData{List: v.list, Step: v.step}
	view := idsView{Estate: v.r.FormValue("estate")}
	wrong, status := map[string]string{}, http.StatusOK
	if v.posted() {
		if wrong = takeIDs(v, p); len(wrong) == 0 {
			if err := e.SetIDs(p); err != nil {
				return err
			}
			if err := d.write(v.list, p, e, v.lang); err != nil {
				return err
			}
			if view.Estate == "" {
				return v.to(d.next(v.ctx(), v.list))
			}
			if page.Trouble, err = d.fetchIDs(v, p, e, &view); err != nil {
				return err
			}
		}
		if len(wrong) > 0 || page.Trouble != nil {
			status = http.StatusUnprocessableEntity
		}
	}
	for i, b := range p.Blanks() {
		if len(view.Groups) == 0 || view.Groups[len(view.Groups)-1].Field != b.Field {
			t := idTexts[b.Field]
			view.Groups = append(view.Groups, idGroup{Field: b.Field, Title: v.lang.Of(t.title), Help: v.lang.Of(t.help), Like: t.like})
		}
		g := &view.Groups[len(view.Groups)-1]
		key := idKey(b)
		if typed := v.r.FormValue(key); wrong[key] != "" {
			b.ID = typed
		}
		g.Blanks = append(g.Blanks, blankView{b, key, "id" + strconv.Itoa(i), wrong[key]})
	}
	page.D = view
	d.show(v.w, v.r, status, "ids", page)
	return nil
}

// idKey is what the id of a text is called in the form.
func idKey(b propose.Blank) string { return b.Field + " " + b.Text }

// takeIDs fills in what was typed, and returns what is wrong with it.
func takeIDs(v *visit, p *propose.Proposal) map[string]string {
	wrong := map[string]string{}
	for _, b := range p.Blanks() {
		key := idKey(b)
		if v.r.ParseForm() != nil || !v.r.Form.Has(key) {
			continue
		}
		id := strings.TrimSpace(v.r.Form.Get(key))
		if _, err := mapping.Constants([]string{b.Field + "=" + id}); id != "" && (err != nil || strings.ContainsAny(id, " ,;\"?\t")) {
			wrong[key] = v.lang.Say("%q is not an id", id)
			continue
		}
		p.Fill(b.Field, b.Text, id)
	}
	return wrong
}

// fetchIDs asks Vitec for the viewings of an estate, and fills in those ids that fit
// the list's texts without doubt.
func (d *Desk) fetchIDs(v *visit, p *propose.Proposal, e *propose.Edit, view *idsView) (*said, error) {
	customer := p.Constant("customerId")
	if customer == "" {
		return &said{v.lang.Say("the id of the office has to be known first"), ""}, nil
	}
	if !d.hasLogin([]string{customer}) {
		d.mu.Lock()
		d.after = v.url("ids")
		d.mu.Unlock()
		return &said{v.lang.Say("Vitec tells its viewings only with a login"), v.lang.Say("log in first, with the step \"Login\" above, and come back")}, nil
	}
	viewings, text, err := d.calls.Viewings(v.ctx(), v.lang, customer, strings.TrimSpace(view.Estate), d.typedLogin())
	if err != nil {
		return d.trouble(err), nil
	}
	view.Viewings = text
	open := len(missing(p))
	p.Fit(viewings)
	view.Filled = open - len(missing(p))
	if len(viewings) == 0 {
		return &said{v.lang.Say("the estate has no viewings"), v.lang.Say("check the id of the estate")}, nil
	}
	if err := e.SetIDs(p); err != nil {
		return nil, err
	}
	return nil, d.write(v.list, p, e, v.lang)
}

// missing are the ids that are not known yet.
func missing(p *propose.Proposal) (open []propose.Blank) {
	for _, b := range p.Blanks() {
		if b.ID == "" {
			open = append(open, b)
		}
	}
	return open
}

// typedLogin is the login that was typed on the page; nil = none was.
func (d *Desk) typedLogin() *vitec.Credentials {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.login
}

// hasLogin reports whether a login is known for all of these customers.
func (d *Desk) hasLogin(customers []string) bool {
	d.mu.Lock()
	wrong, typed := d.wrong, d.login
	d.mu.Unlock()
	return typed != nil || !wrong && d.calls.Login(customers)
}

// loginView is the page that asks for a login.
type loginView struct {
	Known bool
	Store bool // there is a store that can keep it
	Wrong bool // the last one was refused
	User  string
}

// loginPage takes a login. It is tried by the run, and by nothing before it.
func (d *Desk) loginPage(v *visit) error {
	page := pageData{List: v.list, Step: v.step}
	status := http.StatusOK
	d.mu.Lock()
	view := loginView{Store: d.calls.CanKeep(), Wrong: d.wrong && d.login == nil, Known: d.login != nil}
	d.mu.Unlock()
	if c, err := d.check(v.ctx(), v.list); err == nil {
		view.Known = d.hasLogin(c.plan.Customers())
	}
	if v.posted() {
		login := vitec.Credentials{Username: v.r.PostFormValue("username"), Password: v.r.PostFormValue("password")}
		if login.Username != "" && login.Password != "" {
			d.mu.Lock()
			d.login, d.wrong, d.keep = &login, false, v.r.PostFormValue("keep") != ""
			to := cmp.Or(d.after, v.url("trial"))
			d.after = ""
			d.mu.Unlock()
			http.Redirect(v.w, v.r, to, http.StatusSeeOther)
			return nil
		}
		page.Trouble, status = &said{v.lang.Say("a login has a user name and a password"), ""}, http.StatusUnprocessableEntity
		view.User = login.Username
	}
	page.D = view
	d.show(v.w, v.r, status, "login", page)
	return nil
}
