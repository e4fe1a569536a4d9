package page_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vitec-import/vitec/sandbox"
	"vitec-import/vitec/testenv"
)

// browse opens an address of the sandbox.
func browse(t *testing.T, srv *sandbox.Server, path string) (ctx context.Context, noise func() []string) {
	t.Helper()
	return testenv.Browse(t, srv.URL+path, srv.URL+"/", 1280)
}

// until waits for a condition of the page.
func until(t *testing.T, ctx context.Context, condition string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](condition)); err != nil {
		t.Fatalf("%s: %v", condition, err)
	}
}

const headline = `document.querySelector("h1").textContent`

// The page follows the sandbox; what is open stays open meanwhile, and what is
// being written stays as it is.
func TestBrowserFollows(t *testing.T) {
	t.Parallel()
	srv := start(t, sandbox.Config{})
	ctx, noise := browse(t, srv, "/")
	until(t, ctx, headline+` === "No requests yet"`)
	until(t, ctx, `document.getElementById("pulse").textContent === "Live"`)
	book(t, srv, 1)
	until(t, ctx, headline+` === "1 booking from 1 request"`)

	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS("#b1 summary")), chromedp.WaitVisible(chromedp.CSS("#b1 .inside")),
		chromedp.SendKeys(chromedp.CSS("input[name=viewingId]"), "-mine"), chromedp.Focus(chromedp.CSS("#b1 summary")))
	book(t, srv, 2)
	until(t, ctx, `!!document.querySelector("#b2")`)
	if !testenv.Eval[bool](t, ctx, `document.querySelector("#b1 details").open && document.activeElement === document.querySelector("#b1 summary")`) {
		t.Error("what was open has closed, or lost the focus")
	}
	if got := testenv.Eval[string](t, ctx, `document.querySelector("input[name=viewingId]").value`); got != "-mineVIS1" {
		t.Errorf("the form has %q", got)
	}

	// Paused, it stands still; afterwards it catches up.
	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS("#pulse")))
	until(t, ctx, `document.getElementById("pulse").getAttribute("aria-pressed") === "false"`)
	book(t, srv, 3)
	testenv.Eval[int](t, ctx, `new Promise(done => setTimeout(() => done(0), 1300))`)
	if testenv.Eval[bool](t, ctx, `!!document.querySelector("#b3")`) {
		t.Error("a paused page has moved")
	}
	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS("#pulse")))
	until(t, ctx, `!!document.querySelector("#b3")`)
	testenv.Quiet(t, noise)

	srv.Close()
	until(t, ctx, `document.getElementById("pulse").textContent === "Does not answer"`)
}

func TestBrowserForm(t *testing.T) {
	t.Parallel()
	srv := start(t, sandbox.Config{})
	ctx, _ := browse(t, srv, "/?lang=sv") // the browser's console notes each refusal
	answer := `document.getElementById("answer").textContent`
	fill := func(name string) {
		testenv.Do(t, ctx, chromedp.Click(chromedp.CSS(`button[data-fill="`+name+`"]`)))
	}

	// The specification's sample breaks two rules, and the server says so.
	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS("button.primary")))
	until(t, ctx, answer+`.includes("400 Bad Request") && document.activeElement.id === "answer"`)

	testenv.Do(t, ctx, chromedp.SetValue(chromedp.CSS("input[name=customerId]"), "M7"), chromedp.SendKeys(chromedp.CSS("input[name=password]"), "lösen"))
	fill("person")
	until(t, ctx, `document.getElementById("body").value.includes("Astrid") && document.getElementById("body").value.includes("M7")`)
	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS("button.primary")))
	until(t, ctx, answer+`.includes("200 OK") && `+answer+`.includes('"VID')`)

	// Another format fills the same person in again.
	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS(`input[value="xml"]`)))
	until(t, ctx, `document.getElementById("body").value.startsWith("<AddNewViewingParticipant") && document.getElementById("body").value.includes("<CustomerId>M7<")`)
	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS("button.primary")))
	until(t, ctx, answer+`.includes("<string xmlns=")`)
	until(t, ctx, `document.querySelector("#bookings .chip.bad")?.textContent === "bokad 2 gånger"`)

	// But not over what somebody has written.
	testenv.Do(t, ctx, chromedp.SendKeys(chromedp.CSS("#body"), "mine"), chromedp.Click(chromedp.CSS(`input[value="json"]`)))
	if !testenv.Eval[bool](t, ctx, `document.getElementById("body").value.includes("mine")`) {
		t.Error("what was written is gone")
	}

	// Not after a commit: Chromium itself sends a request again when a kept
	// connection is reset, and books twice.
	srv.SetFaults(sandbox.MustFault("reset"))
	fill("person")
	testenv.Do(t, ctx, chromedp.Click(chromedp.CSS("button.primary")))
	until(t, ctx, answer+`.includes("Inget svar")`)

	if got := testenv.Eval[string](t, ctx, `location.pathname + location.search`); got != "/?lang=sv" {
		t.Errorf("the page has moved to %s", got)
	}
	commits := srv.Commits()
	if len(commits) != 2 || commits[0].Format != "json" || commits[1].Format != "xml" || commits[0].Target.CustomerId != "M7" {
		t.Errorf("%v", commits)
	}
}

// Without scripts, everything can be read.
func TestBrowserWithoutScripts(t *testing.T) {
	t.Parallel()
	srv := start(t, sandbox.Config{})
	book(t, srv, 1)
	ctx, noise := browse(t, srv, "/")
	testenv.NoScripts(t, ctx)
	testenv.Do(t, ctx, chromedp.Navigate(srv.URL+"/"), chromedp.WaitReady(chromedp.CSS("footer")))
	has(t, testenv.Eval[string](t, ctx, `document.body.innerText`), "1 booking from 1 request", "Test Nr 1", "TS1", "The form needs scripts")
	testenv.Quiet(t, noise)
}

// TestBrowserAccessibility runs axe-core over the pages, in both languages and
// schemes and on a phone.
func TestBrowserAccessibility(t *testing.T) {
	t.Parallel()
	axe := testenv.Axe(t)
	srv := start(t, sandbox.Config{
		Viewings: []sandbox.Viewing{{CustomerId: "M1", ViewingId: "VIS1", Slots: []sandbox.Slot{{TimeSlotId: "TS1", Places: 2}, {TimeSlotId: "TS2"}}}},
		Faults:   []sandbox.Fault{sandbox.MustFault("500-after-commit:2"), sandbox.MustFault("429:3")},
	})
	for n := range 30 {
		book(t, srv, n%29)
	}
	empty := start(t, sandbox.Config{})
	ctx, noise := browse(t, srv, "/")
	for _, address := range []string{
		srv.URL + "/", srv.URL + "/?lang=sv", empty.URL + "/?lang=sv",
	} {
		for _, look := range []struct {
			scheme string
			width  int64
		}{{"light", 1280}, {"dark", 1280}, {"light", 390}, {"dark", 390}} {
			t.Run(fmt.Sprintf("%s %s %d", address, look.scheme, look.width), func(t *testing.T) {
				testenv.Scheme(t, ctx, look.scheme)
				testenv.Do(t, ctx, chromedp.EmulateViewport(look.width, 900), chromedp.Navigate(address),
					chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details")) d.open = true; null`))
				testenv.Accessible(t, ctx, axe, look.width)
			})
		}
	}
	for _, n := range noise() {
		if !strings.HasPrefix(n, "request "+empty.URL+"/") {
			t.Error("a page asked or complained: " + n)
		}
	}
}
