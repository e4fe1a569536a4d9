package reports

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
	"vitec-import/vitec/testenv"
)

func TestPageIsSmall(t *testing.T) {
	src, o := largeRun(t, 5000)
	rep := mustWrite(t, src, o)
	if n := len(read(t, rep.Dir, "report.html")); n > 1_500_000 {
		t.Errorf("%d bytes for 5,000 rows", n)
	} else {
		t.Logf("%d bytes for 5,000 rows", n)
	}
}

// The page of rows that all went wrong with much to say is small enough, too.
func TestPageOfProblemsIsSmall(t *testing.T) {
	rows := make([]ledger.Row, 5000)
	long := strings.Repeat("long text ", 50)
	for i := range rows {
		rows[i] = ledger.Row{Run: 7, Index: i, Number: i + 2, Outcome: ledger.Rejected, HTTPStatus: 400, Reason: ledger.Say("%s", fmt.Sprint(long, i)),
			SubmittedAt: noon, Duration: time.Second, Slot: ledger.Slot{CustomerId: "M11385", ViewingId: "VIS5D41402ABC4B2A76B9719D911017C592", TimeSlotId: "0123456789abcdef0123456789abcdef"}}
	}
	run := ledger.RunInfo{ID: 7, Rows: len(rows), StartedAt: noon, FinishedAt: noon.Add(time.Hour), Ended: true}
	rep := mustWrite(t, Source{Run: run, Rows: ledgerRows(rows)}, Options{Dir: filepath.Join(t.TempDir(), "out")})
	if n := len(read(t, rep.Dir, "report.html")); n > 1_500_000 {
		t.Errorf("%d bytes for 5,000 rows", n)
	}
}

func TestPageHasNothingLive(t *testing.T) {
	payloads := []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover=alert(1) x='`, `</style><script>alert(1)</script>`,
		`javascript:alert(1)`, `{{.}}`, "a\x00b", `--><svg onload=alert(1)>`,
	}
	rows := make([]ledger.Row, len(payloads))
	for i, p := range payloads {
		rows[i] = ledger.Row{Run: 7, Index: i, Number: i + 2, Outcome: ledger.Invalid, Reason: ledger.Say("%s", p), BookingID: p,
			Slot:     ledger.Slot{CustomerId: p, ViewingId: p, TimeSlotId: p},
			Problems: []ledger.Problem{{Column: 1, Header: p, Code: p, Reason: ledger.Say("%s", p), Advice: ledger.Say("%s", p)}}}
	}
	run := ledger.RunInfo{ID: 7, Rows: len(rows), StartedAt: noon, Reason: ledger.Say("%s", payloads[0]), Mapping: payloads[1], Target: payloads[2], Input: ledger.Input{Path: payloads[3], Name: payloads[1], Sheet: payloads[0]}}
	rep := mustWrite(t, Source{Run: run, Rows: ledgerRows(rows)}, Options{Dir: filepath.Join(t.TempDir(), "out")})
	page := string(read(t, rep.Dir, "report.html"))
	for _, bad := range []string{"<script>alert", "<img", "<svg on", "</style><script>alert"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if m := regexp.MustCompile(`(?i)<[^>]*\s(on[a-z]+|style|src|href)=[^>]*>`).FindAllString(page, -1); len(m) > 0 {
		for _, tag := range m {
			if !strings.HasPrefix(tag, `<a href="#r`) && !strings.HasPrefix(tag, `<a class="skip" href="#`) {
				t.Errorf("the page has %s", tag)
			}
		}
	}
	if !strings.Contains(page, `content="default-src &#39;none&#39;; style-src &#39;sha256-`) {
		t.Error("no policy")
	}
}

// browser opens a page from its file.
func browser(t *testing.T, page string, width int, dark bool) (ctx context.Context, noise func() []string) {
	t.Helper()
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(page)}).String()
	ctx, noise = testenv.Browse(t, address, address, width)
	if dark {
		testenv.Scheme(t, ctx, "dark")
		testenv.Do(t, ctx, chromedp.Reload())
	}
	return ctx, noise
}

// script runs a script that has nothing to say.
func script(s string) chromedp.Action[chromedp.Void] { return chromedp.Evaluate[chromedp.Void](s) }

const rowsShown = `Array.from(document.querySelectorAll("#rows tbody tr"), r => r.cells[0].textContent)`

func TestPageInBrowser(t *testing.T) {
	src, o := scenario(t)
	rep := mustWrite(t, src, o)
	ctx, noise := browser(t, filepath.Join(rep.Dir, "report.html"), 1280, false)
	shown := func() string { return strings.Join(testenv.Eval[[]string](t, ctx, rowsShown), " ") }
	want := func(what, rows string) {
		t.Helper()
		if got := shown(); got != rows {
			t.Errorf("%s: rows %s, want %s", what, got, rows)
		}
	}
	want("at first", "2 3 4 5 6 7 8 9 10 11")
	if got := testenv.Eval[string](t, ctx, `document.querySelector("h1").textContent`); got != rep.Summary.Headline {
		t.Errorf("headline %q", got)
	}

	testenv.Do(t, ctx, chromedp.SendKeys(chromedp.CSS("#q"), "oberg"))
	want("search without accents", "2 8")
	if got := testenv.Eval[string](t, ctx, `document.getElementById("count").textContent`); got != "2 of 10 rows" {
		t.Errorf("count %q", got)
	}
	testenv.Do(t, ctx, script(`document.getElementById("q").value = ""; document.getElementById("q").dispatchEvent(new Event("input"))`))
	want("search cleared", "2 3 4 5 6 7 8 9 10 11")

	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS(`.filter button[value="o1"]`)))
	want("booked", "2 10")
	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS(`.filter button[value="o4"]`)))
	want("booked or uncertain", "2 5 10")
	if got := testenv.Eval[string](t, ctx, `document.querySelector('.filter button[value="o4"]').getAttribute("aria-pressed")`); got != "true" {
		t.Errorf("aria-pressed is %q", got)
	}
	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS(`.filter button[value="o1"]`)), chromedp.Click(chromedp.CSS(`.filter button[value="o4"]`)))

	testenv.Do(t, ctx, chromedp.Click(`#rows th:nth-child(2) button`))
	want("sorted by participant", "5 3 4 6 7 9 10 11 2 8")
	testenv.Do(t, ctx, chromedp.Click(`#rows th:nth-child(1) button`), chromedp.Click(`#rows th:nth-child(1) button`))
	want("sorted by row, downwards", "11 10 9 8 7 6 5 4 3 2")
	if got := testenv.Eval[string](t, ctx, `document.querySelector("#rows th").getAttribute("aria-sort")`); got != "descending" {
		t.Errorf("aria-sort is %q", got)
	}

	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS(`.filter button[value="o1"]`)), chromedp.Click(chromedp.CSS(`a[href="#r4"]`)),
		chromedp.WaitVisible(chromedp.CSS("#r4.hit")))
	want("a link to a row that is filtered out", "11 10 9 8 7 6 5 4 3 2")

	testenv.Quiet(t, noise)
}

func TestPageWithoutScripts(t *testing.T) {
	src, o := scenario(t)
	rep := mustWrite(t, src, o)
	ctx, noise := browser(t, filepath.Join(rep.Dir, "report.html"), 1280, false)
	testenv.NoScripts(t, ctx)
	testenv.Do(t, ctx, chromedp.Reload(), chromedp.WaitReady(chromedp.CSS("footer")))
	text := testenv.Eval[string](t, ctx, `document.body.innerText`)
	for _, s := range []string{rep.Summary.Headline, rep.Summary.Steps[0].Command, "Åsa Öberg", "VID7D793037A0760186574B0282F2F435E7", "not a date (want YYYY-MM-DD)"} {
		if !strings.Contains(text, s) {
			t.Errorf("no %q", s)
		}
	}
	if strings.Contains(text, "Search") {
		t.Error("a search that does nothing")
	}
	testenv.Quiet(t, noise)
}

// The tests above hear what a page asks for: of one that is not self-contained
// they hear it with scripts and without, from a file too.
func TestRequestsAreHeard(t *testing.T) {
	page := writeInput(t, "loud.html", []byte(`<!doctype html><link rel="stylesheet" href="http://127.0.0.1:9/a.css"><img src="http://127.0.0.1:9/b.png"><img src="beside.png"><script>fetch("http://127.0.0.1:9/c")</script><footer>x</footer>`))
	for _, scripts := range []bool{true, false} {
		ctx, noise := browser(t, page, 1280, false)
		want := []string{"http://127.0.0.1:9/a.css", "http://127.0.0.1:9/b.png", "/beside.png"}
		if before := len(noise()); !scripts {
			testenv.NoScripts(t, ctx)
			testenv.Do(t, ctx, chromedp.Reload(), chromedp.WaitReady(chromedp.CSS("footer")))
			checkHeard(t, noise()[before:], want)
			continue
		}
		testenv.Do(t, ctx, chromedp.WaitReady(chromedp.CSS("footer")))
		checkHeard(t, noise(), append(want, "http://127.0.0.1:9/c"))
	}
}

func checkHeard(t *testing.T, heard, want []string) {
	t.Helper()
	all := strings.Join(heard, "\n") + "\n"
	for _, w := range want {
		if !strings.Contains(all, w+"\n") {
			t.Errorf("nothing was heard of %s:\n%s", w, all)
		}
	}
}

func TestLargePageInBrowser(t *testing.T) {
	src, o := largeRun(t, 20_500)
	rep := mustWrite(t, src, o)
	ctx, noise := browser(t, filepath.Join(rep.Dir, "report.html"), 1280, false)
	paint := testenv.Eval[float64](t, ctx, `new Promise(done => { const look = () => { const p = performance.getEntriesByName("first-contentful-paint")[0]; p ? done(p.startTime) : setTimeout(look, 20) }; look() })`)
	t.Logf("first paint after %.0f ms", paint)
	if paint > 2000 {
		t.Error("too slow")
	}
	if n := testenv.Eval[int](t, ctx, `document.querySelectorAll("#rows tbody tr").length`); n != 100 {
		t.Errorf("%d rows at first", n)
	}
	text := testenv.Eval[string](t, ctx, `document.querySelector(".notes").innerText`)
	if !strings.Contains(text, "20\u202f000 of 20\u202f500 rows") {
		t.Errorf("notes %q", text)
	}
	took := testenv.Eval[float64](t, ctx, `(() => { const t = performance.now(); const q = document.getElementById("q"); q.value = "berg 15"; q.dispatchEvent(new Event("input")); document.body.offsetHeight; return performance.now() - t })()`)
	again := testenv.Eval[float64](t, ctx, `(() => { const t = performance.now(); const q = document.getElementById("q"); q.value = "berg 1"; q.dispatchEvent(new Event("input")); document.body.offsetHeight; return performance.now() - t })()`)
	sorted := testenv.Eval[float64](t, ctx, `(() => { const t = performance.now(); document.querySelector("#rows th:nth-child(2) button").click(); document.body.offsetHeight; return performance.now() - t })()`)
	t.Logf("first search %.0f ms, the next %.0f ms, sort %.0f ms", took, again, sorted)
	if took > 3000 || again > 1000 || sorted > 3000 {
		t.Error("too slow")
	}
	testenv.Do(t, ctx, script(`location.hash = "#r19999"; null`), chromedp.WaitVisible(chromedp.CSS("#r19999.hit")))
	testenv.Quiet(t, noise)
}

// TestPageIsAccessible runs axe-core over the page, in both languages and
// schemes and on a phone.
func TestPageIsAccessible(t *testing.T) {
	axe := testenv.Axe(t)
	src, o := largeRun(t, 40)
	for _, tt := range []struct {
		name  string
		lang  words.Language
		width int
		dark  bool
	}{
		{"light", words.English, 1280, false}, {"Swedish dark phone", words.Swedish, 390, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := o
			o.Language, o.Dir = tt.lang, filepath.Join(t.TempDir(), "out")
			rep := mustWrite(t, src, o)
			ctx, noise := browser(t, filepath.Join(rep.Dir, "report.html"), tt.width, tt.dark)
			testenv.Do(t, ctx, chromedp.EmulateViewport(int64(tt.width), 900))
			testenv.Accessible(t, ctx, axe, int64(tt.width))
			if lang := testenv.Eval[string](t, ctx, `document.documentElement.lang`); lang != string(tt.lang) {
				t.Errorf("the page is in %q", lang)
			}
			testenv.Quiet(t, noise)
		})
	}
}

// TestPagePrints looks at the page on paper: no controls, all rows, and their
// headings on every sheet.
func TestPagePrints(t *testing.T) {
	src, o := largeRun(t, 300)
	rep := mustWrite(t, src, o)
	path := testenv.Chromium(t)
	out := filepath.Join(t.TempDir(), "page.pdf")
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--print-to-pdf="+out, "--no-pdf-header-footer",
		(&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(rep.Dir, "report.html"))}).String())
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, msg)
	}
	totext := testenv.Program(t, "chromium", "pdftotext")
	text, err := exec.Command(totext, "-layout", out, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"rows are booked", "What to do next"} {
		if !strings.Contains(string(text), s) {
			t.Errorf("no %q on paper", s)
		}
	}
	if !regexp.MustCompile(`(?m)^\s*301\s`).Match(text) {
		t.Error("the last row is not on paper")
	}
	row := regexp.MustCompile(`(?m)^\s*\d+ .* \d\d:\d\d:\d\d +\d+$`)
	for i, sheet := range strings.Split(string(text), "\f") {
		head := regexp.MustCompile(`Booking id, or what happened .* Took \(ms\)`).FindStringIndex(sheet)
		if at := row.FindStringIndex(sheet); at != nil && (head == nil || head[0] > at[0]) {
			t.Errorf("no headings above the rows of sheet %d", i+1)
		}
	}
	for _, s := range []string{"Search", "Previous"} {
		if strings.Contains(string(text), s) {
			t.Errorf("%q on paper", s)
		}
	}
}
