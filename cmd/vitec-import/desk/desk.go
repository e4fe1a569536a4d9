// Package desk is the page for people without a terminal: the whole way from a
// spreadsheet to a settled report, in the browser, on this computer.
//
// It does nothing itself that a command does. What it needs of the program is
// handed to it as [Calls], and these are the commands' own functions; what it
// knows of a list besides is in the mapping beside the list, which is the file
// that "init" writes and a nightly run reads, and in one small file per list in
// the user's state directory. So a page can be loaded again, or the program
// killed, at any time.
//
// Its forms work without scripts. It asks no other host for anything, and lets
// in nobody but the browser that came with the secret of its first address: see
// guard.go.
package desk

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/mapping/propose"
	"vitec-import/reports"
	"vitec-import/reports/words"
	"vitec-import/vitec"
	"vitec-import/vitec/sandbox/page"
)

// Calls are what the desk has the program do: what the commands do, by the same
// functions.
type Calls struct {
	// Table opens a list as "init" does, knowing nothing of a mapping.
	Table func(ctx context.Context, path string, in propose.Input) (*table.File, error)
	// Plan opens a list with its mapping to be planned, as "check" does, for the
	// sandbox if it is for a trial.
	Plan func(ctx context.Context, l Input, trial bool) (*Source, error)
	// Say says an error and what can be done about it; the hint may be empty.
	Say func(l words.Language, err error) (message, hint string)

	// Raw opens a list as Plan does, with the bytes that it consists of.
	Raw func(ctx context.Context, in Input) (*table.File, error)
	// Detected says how a list was read.
	Detected func(l words.Language, i table.Info) []string
	// Generation changes whenever the ledger does.
	Generation func(ctx context.Context) string
	// Login reports whether the program has a login for all of these customers, and
	// Keep keeps one where the system keeps secrets; CanKeep says if it does.
	Login   func(customers []string) bool
	CanKeep func() bool
	Keep    func(vitec.Credentials) error
	// Viewings reads an estate's viewings, with the login that was typed or, if it is
	// nil, one that the program has. It says them, too, as "viewings" prints them.
	Viewings func(ctx context.Context, l words.Language, customer, estate string, login *vitec.Credentials) (all []vitec.Viewing, text string, err error)
	Run      func(ctx context.Context, r Run) (*Ended, error)
	// New reports whether there is no ledger yet, so that nobody is known as booked.
	New func(ctx context.Context) bool
	// Runs are all runs, and Report writes the report of one.
	Runs   func(ctx context.Context) ([]ledger.RunInfo, error)
	Report func(ctx context.Context, l words.Language, run int64) (*reports.Report, error)
	// Counts says how many rows ended how.
	Counts func(l words.Language, c ledger.Counts) string
	// Trial reports whether nobody is booked at a target.
	Trial     func(target string) bool
	Uncertain func(ctx context.Context, l words.Language) ([]Uncertain, error)
	Settle    func(ctx context.Context, l words.Language, s []reports.Settled) error

	Target string // who is booked at
	// Unattended says that nobody sits at a terminal.
	Unattended bool
	State      string // the folder in which the desk keeps its lists
}

// Input is a list with its mapping, and what has to be said to read it.
type Input struct {
	Path, Mapping string
	Read          propose.Input
}

// Source is a list that is open to be planned.
type Source struct {
	Job     *importer.Job
	Mapping *mapping.Mapping
	Cut     int // the row in the middle of which the file ends; 0 = it does not
	Close   func() error
}

//go:embed page
var files embed.FS

// Desk serves the pages. There is one person in front of it.
type Desk struct {
	calls Calls
	guard guard
	tabs  *tabs
	quit  chan struct{} // closed when the person ends the desk
	once  sync.Once
	mux   http.ServeMux

	closing chan struct{} // closed when no run may begin any more

	mu      sync.Mutex
	lang    words.Language
	lists   map[string]*list
	run     *running                  // the one that is on
	reports map[int64]*reports.Report // of runs that were looked at
	// The login that was typed, for as long as the program runs. wrong: the last one
	// was refused. keep: it is to be kept once Vitec has taken it. after is the page
	// that asked for it.
	login       *vitec.Credentials
	wrong, keep bool
	after       string
}

// New makes a desk that speaks a language first.
func New(c Calls, lang words.Language) *Desk {
	d := &Desk{calls: c, lang: lang, lists: map[string]*list{}, reports: map[int64]*reports.Report{}, closing: make(chan struct{}), quit: make(chan struct{}), guard: newGuard(), tabs: newTabs(patience)}
	d.routes()
	return d
}

func (d *Desk) routes() {
	d.mux.HandleFunc("GET /{$}", d.home)
	d.mux.HandleFunc("POST /lists", d.choose)
	d.mux.HandleFunc("POST /language", d.language)
	d.mux.HandleFunc("POST /quit", d.end)
	d.mux.HandleFunc("GET /open", d.tabs.serve)
	d.mux.HandleFunc("GET /lists/{id}/{$}", d.on("list", func(v *visit) error { return v.to(d.next(v.ctx(), v.list)) }))
	d.mux.HandleFunc("GET /lists/{id}/events", d.events)
	d.mux.HandleFunc("POST /lists/{id}/stop", d.stop)
	d.mux.HandleFunc("GET /runs/{run}", d.ofRun(d.earlierRun))
	d.mux.HandleFunc("GET /runs/{run}/{file}", d.ofRun(d.runFile))
	d.mux.HandleFunc("POST /runs/{run}/correct", d.ofRun(d.correctRun))
	d.mux.HandleFunc("/uncertain", d.uncertainPage)
	for name, step := range map[string]func(*visit) error{
		"list": d.listPage, "columns": d.columnsPage, "ids": d.idsPage, "check": d.checkPage, "login": d.loginPage,
		"trial": d.trialPage, "run": d.runPage, "result": d.resultPage,
	} {
		d.mux.HandleFunc("GET /lists/{id}/"+name, d.on(name, step))
		d.mux.HandleFunc("POST /lists/{id}/"+name, d.on(name, step))
	}
	style := append(page.Style(), file("desk.css")...)
	for name, content := range map[string][]byte{"desk.css": style, "desk.js": file("desk.js")} {
		contentType := "text/css; charset=utf-8"
		if strings.HasSuffix(name, ".js") {
			contentType = "text/javascript; charset=utf-8"
		}
		d.mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = w.Write(content) // fails only when the browser has gone
		})
	}
}

func file(name string) []byte {
	b, err := files.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it is compiled in
	}
	return b
}

// steps is the way, a page each.
var steps = []string{"list", "columns", "ids", "check", "login", "trial", "run", "result"}

// visit is one request for a page of a list.
type visit struct {
	*list
	step string
	w    http.ResponseWriter
	r    *http.Request
	lang words.Language
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// posted reports whether a form was sent.
func (v *visit) posted() bool { return v.r.Method == http.MethodPost }

// to sends the browser to another page of the list.
func (v *visit) to(step string) error {
	http.Redirect(v.w, v.r, v.url(step), http.StatusSeeOther)
	return nil
}

// on serves a page of a list, one request after the other.
func (d *Desk) on(step string, serve func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		l := d.list(r.PathValue("id"))
		if l == nil {
			d.fail(w, r, http.StatusNotFound, problem("this list is not here any more; choose it again"))
			return
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		v := &visit{list: l, step: step, w: w, r: r, lang: d.language_()}
		if err := serve(v); err != nil {
			d.show(w, r, http.StatusUnprocessableEntity, "error", pageData{List: l, Step: step, Trouble: d.trouble(err)})
		}
	}
}

// said is what went wrong, with what can be done about it.
type said struct{ Message, Hint string }

// trouble says an error.
func (d *Desk) trouble(err error) *said {
	if errors.Is(err, ledger.ErrHeld) {
		err = problem("a run is on, here or in another program: wait until it has ended")
	}
	message, hint := d.calls.Say(d.language_(), err)
	return &said{message, plain(d.language_(), hint)}
}

// plain is a hint for somebody who neither types commands nor writes mappings: flags
// are the fields of the page of the list, and what is for others says nothing.
func plain(l words.Language, hint string) string {
	var fields []string
	for flag, field := range readFields {
		fields = append(fields, flag, `"`+l.Of(field)+`"`)
	}
	hint = strings.NewReplacer(fields...).Replace(hint)
	for _, sign := range []string{"vitec-import", "--", "{", "as: "} {
		if strings.Contains(hint, sign) {
			return ""
		}
	}
	return hint
}

// readFields are the fields in which a person says how a list is read.
var readFields = map[string]words.Text{
	"--sheet": words.Textf("Sheet of the workbook"), "--header-row": words.Textf("Row with the headings"),
	"--encoding": words.Textf("Encoding of the text"), "--delimiter": words.Textf("Sign between the columns"),
}

func (d *Desk) fail(w http.ResponseWriter, r *http.Request, status int, err error) {
	d.show(w, r, status, "error", pageData{Trouble: d.trouble(err)})
}

// language_ is the language that the desk speaks now.
func (d *Desk) language_() words.Language {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lang
}

// language changes the language for the desk as a whole.
func (d *Desk) language(w http.ResponseWriter, r *http.Request) {
	for _, l := range words.Languages {
		if r.FormValue("language") == string(l) {
			d.mu.Lock()
			d.lang = l
			clear(d.reports) // which are in the other one
			d.mu.Unlock()
		}
	}
	back := r.FormValue("back")
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.Contains(back, `\`) {
		back = "/"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// pageData is what every template shows.
type pageData struct {
	Lang    words.Language
	Here    string // the page's own address
	Step    string
	List    *list
	Trouble *said
	Target  string
	Refresh bool // the page changes by itself
	D       any  // the page's own
}

// templates are the pages by their names.
var templates = func() map[string]*template.Template {
	layout := template.Must(template.New("layout.html").Funcs(functions(words.English)).ParseFS(files, "page/layout.html"))
	all := map[string]*template.Template{}
	for _, name := range []string{"home", "error", "list", "columns", "ids", "check", "login", "run", "result", "uncertain", "closed"} {
		all[name] = template.Must(template.Must(layout.Clone()).ParseFS(files, "page/"+name+".html"))
	}
	return all
}()

// functions are what the templates can call.
func functions(l words.Language) template.FuncMap {
	return template.FuncMap{
		"say":    func(format string, args ...any) string { return l.Say(format, args...) },
		"of":     func(v any) string { return l.Of(v) },
		"plural": words.Plural,
		"moment": func(t time.Time) string { return t.Local().Format("2006-01-02 15:04") },
		"label":  func(path string) string { return l.Of(labelOf(path)) },
		"column": func(i int) string { return table.ColumnName(i + 1) },
		"encodings": func() []string {
			return []string{"utf-8", "windows-1252", "iso-8859-15", "utf-16le", "cp850", "macintosh"}
		},
		"steps": func() []string { return steps },
		"stepName": func(step string) string {
			return l.Of(stepNames[step])
		},
	}
}

var stepNames = map[string]words.Text{
	"list": words.Textf("The list"), "columns": words.Textf("Columns"), "ids": words.Textf("Ids"), "check": words.Textf("Check"), "login": words.Textf("Login"),
	"trial": words.Textf("Trial"), "run": words.Textf("Book"), "result": words.Textf("Result"),
}

// show writes a page.
func (d *Desk) show(w http.ResponseWriter, r *http.Request, status int, name string, p pageData) {
	p.Lang, p.Here, p.Target = d.language_(), r.URL.RequestURI(), d.calls.Target
	if r.Method != http.MethodGet && p.List != nil {
		p.Here = p.List.url(p.Step)
	}
	t := template.Must(templates[name].Clone()).Funcs(functions(p.Lang))
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout.html", p); err != nil {
		http.Error(w, fmt.Sprint(err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // fails only when the browser has gone
}
