package page_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"vitec-import/vitec/sandbox"
)

// browse opens an address in a headless Chromium. noise lists what the page has
// asked of anybody but the server, and what the browser complained of.
func browse(t *testing.T, srv *sandbox.Server, path string) (ctx context.Context, noise func() []string) {
	t.Helper()
	var chromium string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if at, err := exec.LookPath(name); err == nil {
			chromium = at
			break
		}
	}
	if chromium == "" {
		missing(t, "chromium", "chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(1280, 900))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute) // a browser on a busy machine takes its time
	t.Cleanup(cancel)
	var mu sync.Mutex
	var heard []string
	err := chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, srv.URL+"/") {
				heard = append(heard, "request "+e.Request.URL)
			}
		case *log.EventEntryAdded:
			heard = append(heard, "console "+e.Entry.Text)
		case *runtime.EventExceptionThrown:
			heard = append(heard, "exception "+e.ExceptionDetails.Text)
		}
	})
	_, err1 := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	_, err2 := chromedp.Call(ctx, log.Enable, cdp.Empty{})
	if err := errors.Join(err, err1, err2, chromedp.Do(ctx, chromedp.Navigate(srv.URL+path))); err != nil {
		t.Fatal(err)
	}
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(heard)
	}
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// eval runs a script in the page.
func eval[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return v
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

func quiet(t *testing.T, noise func() []string) {
	t.Helper()
	if n := noise(); len(n) > 0 {
		t.Errorf("the page asked or complained:\n%s", strings.Join(n, "\n"))
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

	do(t, ctx, chromedp.Click(chromedp.CSS("#b1 summary")), chromedp.WaitVisible(chromedp.CSS("#b1 .inside")),
		chromedp.SendKeys(chromedp.CSS("input[name=viewingId]"), "-mine"), chromedp.Focus(chromedp.CSS("#b1 summary")))
	book(t, srv, 2)
	until(t, ctx, `!!document.querySelector("#b2")`)
	if !eval[bool](t, ctx, `document.querySelector("#b1 details").open && document.activeElement === document.querySelector("#b1 summary")`) {
		t.Error("what was open has closed, or lost the focus")
	}
	if got := eval[string](t, ctx, `document.querySelector("input[name=viewingId]").value`); got != "-mineVIS1" {
		t.Errorf("the form has %q", got)
	}

	// Paused, it stands still; afterwards it catches up.
	do(t, ctx, chromedp.Click(chromedp.CSS("#pulse")))
	until(t, ctx, `document.getElementById("pulse").getAttribute("aria-pressed") === "false"`)
	book(t, srv, 3)
	eval[int](t, ctx, `new Promise(done => setTimeout(() => done(0), 1300))`)
	if eval[bool](t, ctx, `!!document.querySelector("#b3")`) {
		t.Error("a paused page has moved")
	}
	do(t, ctx, chromedp.Click(chromedp.CSS("#pulse")))
	until(t, ctx, `!!document.querySelector("#b3")`)
	quiet(t, noise)

	srv.Close()
	until(t, ctx, `document.getElementById("pulse").textContent === "Does not answer"`)
}

func TestBrowserForm(t *testing.T) {
	t.Parallel()
	srv := start(t, sandbox.Config{})
	ctx, _ := browse(t, srv, "/?lang=sv") // the browser's console notes each refusal
	answer := `document.getElementById("answer").textContent`
	fill := func(name string) {
		do(t, ctx, chromedp.Click(chromedp.CSS(`button[data-fill="`+name+`"]`)))
	}

	// The specification's sample breaks two rules, and the server says so.
	do(t, ctx, chromedp.Click(chromedp.CSS("button.primary")))
	until(t, ctx, answer+`.includes("400 Bad Request") && document.activeElement.id === "answer"`)

	do(t, ctx, chromedp.SetValue(chromedp.CSS("input[name=customerId]"), "M7"), chromedp.SendKeys(chromedp.CSS("input[name=password]"), "lösen"))
	fill("person")
	until(t, ctx, `document.getElementById("body").value.includes("Astrid") && document.getElementById("body").value.includes("M7")`)
	do(t, ctx, chromedp.Click(chromedp.CSS("button.primary")))
	until(t, ctx, answer+`.includes("200 OK") && `+answer+`.includes('"VID')`)

	// Another format fills the same person in again.
	do(t, ctx, chromedp.Click(chromedp.CSS(`input[value="xml"]`)))
	until(t, ctx, `document.getElementById("body").value.startsWith("<AddNewViewingParticipant") && document.getElementById("body").value.includes("<CustomerId>M7<")`)
	do(t, ctx, chromedp.Click(chromedp.CSS("button.primary")))
	until(t, ctx, answer+`.includes("<string xmlns=")`)
	until(t, ctx, `document.querySelector("#bookings .chip.bad")?.textContent === "bokad 2 gånger"`)

	// But not over what somebody has written.
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#body"), "mine"), chromedp.Click(chromedp.CSS(`input[value="json"]`)))
	if !eval[bool](t, ctx, `document.getElementById("body").value.includes("mine")`) {
		t.Error("what was written is gone")
	}

	// Not after a commit: Chromium itself sends a request again when a kept
	// connection is reset, and books twice.
	if err := srv.SetFaults(sandbox.MustFault("reset")); err != nil {
		t.Fatal(err)
	}
	fill("person")
	do(t, ctx, chromedp.Click(chromedp.CSS("button.primary")))
	until(t, ctx, answer+`.includes("Inget svar")`)

	if got := eval[string](t, ctx, `location.pathname + location.search`); got != "/?lang=sv" {
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
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(srv.URL+"/"), chromedp.WaitReady(chromedp.CSS("footer")))
	has(t, eval[string](t, ctx, `document.body.innerText`), "1 booking from 1 request", "Test Nr 1", "TS1", "The form needs scripts")
	quiet(t, noise)
}

// TestBrowserAccessibility runs axe-core over the pages, in both languages and
// schemes and on a phone. VITEC_IMPORT_TEST_AXE names its file (axe.min.js of the npm package
// axe-core), which is too large to be kept here.
func TestBrowserAccessibility(t *testing.T) {
	t.Parallel()
	axe := os.Getenv("VITEC_IMPORT_TEST_AXE")
	if axe == "" {
		missing(t, "axe", "VITEC_IMPORT_TEST_AXE does not name axe-core's axe.min.js")
	}
	source, err := os.ReadFile(axe)
	if err != nil {
		t.Fatal(err)
	}
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
			media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}}
			if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
				t.Fatal(err)
			}
			do(t, ctx, chromedp.EmulateViewport(look.width, 900), chromedp.Navigate(address),
				chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details")) d.open = true; null`),
				chromedp.Evaluate[chromedp.Void](string(source)+"; null"))
			type finding struct {
				Id, Impact, Help string
				Nodes            []struct{ Html, FailureSummary string }
			}
			type findings struct{ Passes, Violations []finding }
			found := eval[findings](t, ctx, `axe.run()`)
			if !slices.ContainsFunc(found.Passes, func(f finding) bool { return f.Id == "color-contrast" }) {
				t.Errorf("%s, %s, %d: the contrast of nothing was looked at", address, look.scheme, look.width)
			}
			for _, f := range found.Violations {
				t.Errorf("%s, %s, %d: %s (%s): %s\n%s\n%s", address, look.scheme, look.width, f.Id, f.Impact, f.Help, f.Nodes[0].Html, f.Nodes[0].FailureSummary)
			}
			if wide := eval[int64](t, ctx, `document.documentElement.scrollWidth`); wide > look.width {
				t.Errorf("%s is %d wide on a screen of %d", address, wide, look.width)
			}
		}
	}
	for _, n := range noise() {
		if !strings.HasPrefix(n, "request "+empty.URL+"/") {
			t.Error("a page asked or complained: " + n)
		}
	}
}
