package desk

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"

	"vitec-import/reports/words"
)

// policy lets a page use the desk's own files and forms, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard lets in one browser: the first that comes with the secret of the first
// address. That secret is good for one visit, so that who finds the address later,
// in a list of processes or a browser's history, is refused; the browser is known
// by a cookie from then on. Where the system tells whose a connection is, another
// user's is refused even with the secret. Requests under another name than the desk's address,
// as after DNS rebinding, and forms of other pages are refused, too.
type guard struct {
	key    string // of the first address
	cookie string // what the browser has instead
	host   string // 127.0.0.1:PORT, once it listens
	port   string

	mu   sync.Mutex
	used bool
}

func newGuard() guard { return guard{key: rand.Text(), cookie: rand.Text()} }

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// cookieName holds the port: cookies know hosts alone, and there may be two desks.
func (g *guard) cookieName() string { return "vitec-import-desk-" + g.port }

func (g *guard) known(r *http.Request) bool {
	c, err := r.Cookie(g.cookieName())
	return err == nil && equal(c.Value, g.cookie)
}

// admit takes the key, once.
func (g *guard) admit(key string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.used || !equal(key, g.key) {
		return false
	}
	g.used = true
	return true
}

// visited reports whether a browser was let in.
func (g *guard) visited() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.used
}

// ServeHTTP is the desk behind its guard.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g, h := &d.guard, w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	refuse := func(what words.Text) {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(d.language_().Of(what) + "\n")) // fails only when the browser has gone
	}
	origin := r.Header.Get("Origin")
	switch {
	case r.Host != g.host:
		refuse(words.Textf("This page has another address."))
	case origin != "" && origin != "http://"+g.host, r.Method != http.MethodGet && r.Method != http.MethodHead && origin == "":
		refuse(words.Textf("This form is not from these pages."))
	case r.URL.Path == "/start":
		if !g.known(r) && (otherUser(r.RemoteAddr, g.host) || !g.admit(r.URL.Query().Get("key"))) {
			refuse(words.Textf("This address was good for one visit. Open the pages again from the program."))
			return
		}
		http.SetCookie(w, &http.Cookie{Name: g.cookieName(), Value: g.cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
		// A page that leads on, not a redirect: a strict cookie does not go with
		// one that began elsewhere, as in the file that opens the browser.
		next := r.URL.Query().Get("to")
		if !strings.HasPrefix(next, "/lists/") {
			next = "/"
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(LeadOn(next)))
	case !g.known(r):
		refuse(words.Textf("These pages are open in another browser. Open them again from the program."))
	case r.Method != http.MethodGet && crossSite(r):
		refuse(words.Textf("This form is not from these pages."))
	default:
		d.mux.ServeHTTP(w, r)
	}
}

// crossSite reports whether the browser says that another page has sent a form.
func crossSite(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site != "" && site != "same-origin"
}
