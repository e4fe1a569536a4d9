package desk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/mapping/propose"
	"vitec-import/reports/words"
	"vitec-import/vitec"
)

// listView is the page on which the person sees that the list was read right.
type listView struct {
	Info     table.Info
	Rows     []table.Row
	Detected []string
	Warnings []said
	Read     propose.Input
}

// listPage shows how the file was read, and takes what has to be said to read it.
func (d *Desk) listPage(v *visit) error {
	if v.posted() {
		row, err := strconv.Atoi(v.r.FormValue("headerRow"))
		if v.r.FormValue("headerRow") != "" && (err != nil || row < 1) {
			return problem("rows are counted from 1")
		}
		read := propose.Input{Sheet: v.r.FormValue("sheet"), HeaderRow: row, Encoding: v.r.FormValue("encoding"), Delimiter: v.r.FormValue("delimiter")}
		if read != v.list.Read {
			v.list.Read = read
			if e, err := v.edit(); err != nil {
				return err
			} else if e != nil {
				e.SetInput(read)
				if err := d.write(v.list, nil, e, v.lang); err != nil {
					return err
				}
			}
			if err := v.save(); err != nil {
				return err
			}
			return v.to("list")
		}
		return v.to("columns")
	}
	p := pageData{List: v.list, Step: v.step}
	view := listView{Read: v.list.Read}
	status := http.StatusOK
	if s, err := d.look(v.ctx(), v.list); err != nil {
		p.Trouble, status = d.trouble(err), http.StatusUnprocessableEntity
	} else {
		view.Info, view.Rows = s.info, s.rows
		view.Detected = append([]string{v.lang.Say(words.Plural(s.info.Rows, "%d row", "%d rows"), s.info.Rows)}, d.calls.Detected(v.lang, s.info)...)
		for _, w := range s.info.Warnings {
			view.Warnings = append(view.Warnings, warningOf(v.lang, w))
		}
	}
	p.D = view
	d.show(v.w, v.r, status, "list", p)
	return nil
}

// warningOf says what is odd in a file, and in which row.
func warningOf(l words.Language, w table.Warning) said {
	text := l.Of(w.Text)
	if w.Row > 0 {
		text = l.Say("Row %d", w.Row) + ": " + text
	}
	return said{text, plain(l, l.Of(w.Hint))}
}

// problem is an error in the desk's own words.
type failure struct{ words.Text }

func (f failure) Error() string { return f.String() }

func problem(format string, args ...any) error { return failure{words.Textf(format, args...)} }

// columnsView is the page on which columns are given to fields.
type columnsView struct {
	Columns []columnView
	Fields  []fieldGroup
	Own     []propose.Rule // what no drop-down can say
	Skips   []string
	Notes   []vitec.Text
	Preview []preview
	New     bool // there is no mapping yet
}

type columnView struct {
	Index    int
	Header   string
	Cells    []string
	Filled   int
	Field    string // that is chosen
	Fits     string // how many of the cells look like what the field holds
	Doubt    string
	Doubtful string // the field that is in doubt
}

// shownCells is how many cells of a column are shown.
const shownCells = 3

// columnsPage shows what each column is for, and takes what the person chooses.
func (d *Desk) columnsPage(v *visit) error {
	s, p, e, own, err := d.proposal(v.ctx(), v.list)
	if s == nil && err != nil {
		return v.to("list") // which says what is wrong with the file
	}
	if err != nil {
		return err
	}
	page := pageData{List: v.list, Step: v.step}
	status := http.StatusOK
	if v.posted() {
		page.Trouble, err = d.saveColumns(v, p, e)
		switch {
		case err != nil:
			return err
		case page.Trouble == nil && v.r.FormValue("stay") != "":
			return v.to("columns")
		case page.Trouble == nil:
			return v.to(d.next(v.ctx(), v.list))
		}
		status = http.StatusUnprocessableEntity
	}
	view := columnsView{Own: own, New: e == nil, Notes: p.Notes, Fields: fieldGroups(v.lang)}
	src := p.YAML(v.lang.Of)
	if e != nil {
		view.Skips = e.Skips()
		if src, err = e.Bytes(); err != nil {
			return err
		}
	}
	view.Preview = previewOf(v.lang, s, src)
	for i, c := range p.Columns() {
		one := columnView{Index: i, Header: c.Header, Filled: c.Filled, Field: fieldOf(c.Mapped)}
		if name := "column" + strconv.Itoa(i); v.r.Form.Has(name) {
			one.Field = v.r.Form.Get(name) // not saved, because of the trouble
		}
		if fit, looked := p.Fits(i, one.Field); looked > 0 && one.Field != "" {
			one.Fits = v.lang.Say("%d of %d cells look right", fit, looked)
		}
		for _, u := range p.Unsure {
			if u.Column == i && one.Doubt == "" {
				one.Doubt, one.Doubtful = v.lang.Of(u.Why), u.Field
			}
		}
		for _, row := range s.rows {
			if row.Err == nil && i < len(row.Cells) && row.Cells[i] != "" && len(one.Cells) < shownCells {
				one.Cells = append(one.Cells, row.Cells[i])
			}
		}
		view.Columns = append(view.Columns, one)
	}
	page.D = view
	d.show(v.w, v.r, status, "columns", page)
	return nil
}

// fieldOf is what a column is for, as one choice.
func fieldOf(mapped []string) string {
	switch {
	case slices.Contains(mapped, "updatePerson.firstName") && slices.Contains(mapped, "updatePerson.lastName"):
		return propose.FullName
	case len(mapped) > 0:
		return mapped[0]
	}
	return ""
}

func partsOf(field string) []string {
	if field == propose.FullName {
		return []string{"updatePerson.firstName", "updatePerson.lastName"}
	}
	return []string{field}
}

// saveColumns takes the choices of the form. What is wrong with them is told.
func (d *Desk) saveColumns(v *visit, p *propose.Proposal, e *propose.Edit) (*said, error) {
	chosen, taken := map[int]string{}, map[string]string{}
	columns := p.Columns()
	for i, c := range columns {
		field, sent := v.r.FormValue("column"+strconv.Itoa(i)), v.r.Form.Has("column"+strconv.Itoa(i))
		if !sent {
			field = fieldOf(c.Mapped)
		}
		if chosen[i] = field; field == "" {
			continue
		}
		for _, f := range partsOf(field) {
			if first, twice := taken[f]; twice {
				return &said{
					v.lang.Say("the columns %q and %q are both given to %q", first, c.Header, labelOf(f)),
					v.lang.Say("choose another field for one of them, or none"),
				}, nil
			}
			taken[f] = c.Header
		}
	}
	for i, c := range columns {
		was := fieldOf(c.Mapped)
		if chosen[i] == was {
			continue
		}
		if e != nil && was != "" {
			for _, f := range partsOf(was) {
				if taken[f] == "" {
					e.Drop(f)
				}
			}
		}
		if err := p.Choose(i, ""); err != nil {
			return nil, err
		}
	}
	for i, c := range columns {
		if chosen[i] == fieldOf(c.Mapped) {
			continue
		}
		if err := p.Choose(i, chosen[i]); err != nil {
			return nil, problem("column %q cannot be given to that field", c.Header)
		}
		if e != nil && chosen[i] != "" {
			for _, f := range partsOf(chosen[i]) {
				e.Take(p, f)
			}
		}
	}
	if e == nil && !p.Reachable() {
		return &said{v.lang.Say("no column is given to an e-mail address or a phone number"), v.lang.Say("Vitec needs one of them to know a person")}, nil
	}
	return nil, d.write(v.list, p, e, v.lang)
}

// preview is a row as it would be sent.
type preview struct {
	Row      int
	Values   []sent
	Problems []string
}

type sent struct{ Label, Value string }

// previewOf maps the first rows by a mapping, whose ids may still be unknown.
func previewOf(l words.Language, s *look, src []byte) (all []preview) {
	m, err := mapping.Parse("mapping.yaml", src, mapping.Options{Trial: true})
	if err != nil {
		return nil
	}
	mapper, err := m.Bind(s.info.Header)
	if err != nil {
		return nil
	}
	for _, row := range s.rows[:min(len(s.rows), shownCells)] {
		if row.Err != nil {
			continue
		}
		one, sub := preview{Row: row.Number}, mapping.Submission{}
		for _, p := range mapper.Map(row.Cells, &sub) {
			if !p.Warning {
				one.Problems = append(one.Problems, p.Header+": "+l.Of(p.Reason()))
			}
		}
		for _, f := range vitec.Fields() {
			if v, ok := f.Get(&sub.Body); ok && len(mapper.FieldColumns(f.Path)) > 0 {
				one.Values = append(one.Values, sent{l.Of(labelOf(f.Path)), textOf(l, v)})
			}
		}
		all = append(all, one)
	}
	return all
}

func textOf(l words.Language, v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return l.Say("yes")
		}
		return l.Say("no")
	case []string:
		return strings.Join(v, ", ")
	case interface{ Format(string) string }: // a time
		return v.Format("2006-01-02 15:04")
	}
	return l.Say("%v", v)
}
