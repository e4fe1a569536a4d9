package sandbox

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

//go:embed page
var pageFiles embed.FS

// pagePolicy lets the page use its own files, and nothing else in the world.
const pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// pageFileTypes are the files that the page may load, with their types.
var pageFileTypes = map[string]string{
	"page.css": "text/css; charset=utf-8",
	"page.js":  "text/javascript; charset=utf-8",
	"icon.svg": "image/svg+xml",
}

// pagePart answers what the page asks for, and what its forms send.
func (s *Server) pagePart(w http.ResponseWriter, r *http.Request, name string) {
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	contentType, isFile := pageFileTypes[name]
	switch {
	case isFile && reading:
		pageHeader(w, contentType)
		b, err := pageFiles.ReadFile(path.Join("page", name))
		if err != nil {
			panic(err) // it is compiled in
		}
		_, _ = w.Write(b) // fails only when the browser has gone
	case name == "live" && reading:
		s.live(w, r)
	case r.Method == http.MethodPost && (name == "try" || name == "faults" || name == "reset"):
		r.Body = http.MaxBytesReader(w, r.Body, maxBody+1<<20)
		if err := r.ParseForm(); err != nil {
			reply(w, http.StatusBadRequest, failure{"the form cannot be read"})
			return
		}
		switch name {
		case "try":
			s.try(w, r)
		case "faults":
			s.changeFaults(w, r)
		case "reset":
			s.Reset()
			redirect(w, s.newVisit(r).Home)
		}
	case reading && (name == "try" || name == "faults" || name == "reset"): // somebody reloads what a form led to
		redirect(w, s.newVisit(r).Home)
	default:
		reply(w, http.StatusNotFound, failure{fmt.Sprintf("there is no %s /_sandbox/page/%s", r.Method, name)})
	}
}

// visit is what every page knows of the request that it answers. The addresses
// in it are relative, so that the sandbox can stand behind any base path.
type visit struct {
	texts
	Title     string
	Root      string // leads from this page to the sandbox's first
	Choice    string // the language that the address asks for, "" for the browser's
	Home      string
	Languages []languageLink
	Address   string // of the sandbox, to be copied
}

type languageLink struct {
	Code, Name, Short, Href string
	Current                 bool
}

// languages are those of the page, in the order of languageTags.
var languages = []languageLink{{Code: "en", Name: "English", Short: "EN"}, {Code: "sv", Name: "Svenska", Short: "SV"}}

var languageMatcher = language.NewMatcher([]language.Tag{language.English, language.Swedish})

// chooseLanguage returns the language that the address asks for, else the best
// of those that the browser's user reads. choice is what the address says, if
// it is a language of the page.
func (s *Server) chooseLanguage(r *http.Request) (w texts, choice string) {
	if q := r.FormValue("lang"); q != "" {
		if tag, err := language.Parse(q); err == nil {
			if _, i, c := languageMatcher.Match(tag); c != language.No {
				return texts{languages[i].Code, s.config.Say}, languages[i].Code
			}
		}
	}
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		tags = nil
	}
	_, i, _ := languageMatcher.Match(tags...)
	return texts{languages[i].Code, s.config.Say}, ""
}

func (s *Server) newVisit(r *http.Request) *visit {
	v := new(visit)
	v.texts, v.Choice = s.chooseLanguage(r)
	if n := strings.Count(r.URL.Path, "/"); n > 1 {
		v.Root = strings.Repeat("../", n-1)
	}
	query := ""
	if v.Choice != "" {
		query = "?lang=" + v.Choice
	}
	v.Home = cmp.Or(v.Root, "./") + query
	for _, l := range languages {
		l.Current = l.Code == v.Lang()
		l.Href = strings.TrimSuffix(v.Home, query) + "?lang=" + l.Code
		v.Languages = append(v.Languages, l)
	}
	v.Address = address(r)
	return v
}

// Lang is the language of the page.
func (v *visit) Lang() string { return v.language }

// address is where the sandbox is, as the browser calls it.
func address(r *http.Request) string {
	u := url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	if strings.Trim(r.Host, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_:[]") != "" || r.Host == "" {
		u.Host = "127.0.0.1"
	}
	// A base path has been taken off the path, not off what the browser asked for.
	asked, _, _ := strings.Cut(r.RequestURI, "?")
	if base, ok := strings.CutSuffix(asked, r.URL.Path); ok && strings.Trim(base, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_/") == "" {
		u.Path = strings.TrimSuffix(base, "/")
	}
	return u.String()
}

// templates are the page's; what they say depends on the language.
var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(texts{}.functions()).ParseFS(pageFiles, "page/*.html"))
})

// functions are what the templates can call.
func (w texts) functions() template.FuncMap {
	return template.FuncMap{"t": func(id string) string { return w.Text(id) }}
}

// pageHeader says what the browser may do with a page.
func pageHeader(w http.ResponseWriter, contentType string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Referrer-Policy", "same-origin")
}

// redirect leads to a page by its relative address, which goes for any base path.
func redirect(w http.ResponseWriter, relative string) {
	w.Header().Set("Location", relative)
	w.WriteHeader(http.StatusSeeOther)
}

// render answers with a page that is whole or an error.
func render(w http.ResponseWriter, status int, in texts, name string, data any) {
	var b bytes.Buffer
	page, err := templates().Clone()
	if err == nil {
		err = page.Funcs(in.functions()).ExecuteTemplate(&b, name, data)
	}
	if err != nil {
		reply(w, http.StatusInternalServerError, failure{"the page cannot be shown: " + err.Error()})
		return
	}
	pageHeader(w, "text/html; charset=utf-8")
	w.Header().Set("Vary", "Accept-Language")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // fails only when the browser has gone
}
