package testenv

import (
	"context"
	"errors"
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
)

// Browse opens an address in a headless Chromium whose window is so many pixels
// wide. It returns what to run things in. noise lists what was asked for that
// does not begin with own, and what the browser complained of.
func Browse(t testing.TB, address, own string, width int) (ctx context.Context, noise func() []string) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(Chromium(t)), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(width, 900))
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
			if !strings.HasPrefix(e.Request.URL, own) {
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
	if err := errors.Join(err, err1, err2); err != nil {
		t.Fatal(err)
	}
	Do(t, ctx, chromedp.Navigate(address))
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(heard)
	}
}

// Do does things in the page.
func Do(t testing.TB, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// Eval runs a script in the page and returns what it comes to.
func Eval[T any](t testing.TB, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Scheme has the page shown "light" or "dark".
func Scheme(t testing.TB, ctx context.Context, scheme string) {
	t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
}

// NoScripts keeps the page, once it is loaded again, from running scripts.
func NoScripts(t testing.TB, ctx context.Context) {
	t.Helper()
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
}

// Accessible has axe-core look at the page on a screen so many pixels wide:
// nothing may keep anybody from using it, or be wider than the screen.
func Accessible(t testing.TB, ctx context.Context, axe string, width int64) {
	t.Helper()
	Do(t, ctx, chromedp.Evaluate[chromedp.Void](axe+"; null"))
	type finding struct {
		Id, Impact, Help string
		Nodes            []struct{ Html, FailureSummary string }
	}
	type findings struct{ Passes, Violations []finding }
	found := Eval[findings](t, ctx, `axe.run()`)
	for _, f := range found.Violations {
		t.Errorf("%s (%s): %s\n%s\n%s", f.Id, f.Impact, f.Help, f.Nodes[0].Html, f.Nodes[0].FailureSummary)
	}
	if !slices.ContainsFunc(found.Passes, func(f finding) bool { return f.Id == "color-contrast" }) {
		t.Error("the contrast of nothing was looked at")
	}
	if wide := Eval[int64](t, ctx, `document.documentElement.scrollWidth`); wide > width {
		t.Errorf("the page is %d wide on a screen of %d", wide, width)
	}
}

// Quiet holds that there was no noise.
func Quiet(t testing.TB, noise func() []string) {
	t.Helper()
	if n := noise(); len(n) > 0 {
		t.Errorf("the page asked or complained:\n%s", strings.Join(n, "\n"))
	}
}
