package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// endBatch tells how a batch went: to the terminal or to programs, as figures,
// and to the command that wants to know. err is about no list. It returns what is
// to be printed still, with the exit code.
func (w *world) endBatch(ctx context.Context, b *batch, err error) error {
	code := b.exitCode()
	if err != nil {
		code = exitCode(err)
	}
	if f := b.flags; f.metrics != "" && code != importer.ExitHeld { // else these are the other run's figures
		if failed := w.writeMetrics(ctx, b, code); failed != nil {
			w.printError(failed)
			code = cmp.Or(code, importer.ExitFailed)
		}
	}
	sum := b.summary(code, err)
	var text bytes.Buffer
	switch {
	case b.flags.json:
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(sum) // into memory
	case b.several && err == nil:
		w.tellUnsettled(b)
		w.printBatch(&text, b)
	}
	if w.inOrder != nil {
		w.inOrder()
	}
	if _, failed := w.stdout.Write(text.Bytes()); failed != nil && b.flags.json {
		return failed
	}
	if b.flags.onFinish != "" {
		if text.Len() == 0 {
			w.printBatch(&text, b)
			if err != nil {
				fmt.Fprintln(&text, w.lang.Of(err))
			}
		}
		if failed := b.callOnFinish(ctx, &text, code); failed != nil {
			w.tell("warning", failed, nil)
		}
	}
	switch {
	case err != nil:
		return exit{code: code, err: err, hint: hintOf(err)}
	case code != importer.ExitDone:
		return exit{code: code}
	}
	return nil
}

// batchSummary is a batch for programs, and so in English. Keys are added, never
// renamed.
type batchSummary struct {
	ExitCode   int               `json:"exit_code"`
	StartedAt  time.Time         `json:"started_at"`
	FinishedAt time.Time         `json:"finished_at"`
	Target     string            `json:"target"`
	Trial      bool              `json:"trial"`
	Ledger     string            `json:"ledger,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	Rows       int               `json:"rows"`
	Outcomes   map[string]int    `json:"outcomes"`
	Requests   int               `json:"requests"`
	Unsettled  int               `json:"unsettled"` // uncertain rows of earlier runs
	Error      string            `json:"error,omitempty"`
	Code       state             `json:"code,omitempty"` // of the error
	Hint       string            `json:"hint,omitempty"`
	Lists      []listSummary     `json:"lists"`
	PassedOver []passedOver      `json:"passed_over"`
}

type listSummary struct {
	File     string         `json:"file"`
	State    state          `json:"state"`
	ExitCode int            `json:"exit_code"`
	Run      int64          `json:"run,omitempty"`
	Rows     int            `json:"rows"`
	Outcomes map[string]int `json:"outcomes"`
	Requests int            `json:"requests"`
	Retries  int            `json:"retries"`
	Seconds  float64        `json:"duration_seconds"`
	Stopped  string         `json:"stopped,omitempty"` // a word
	Error    string         `json:"error,omitempty"`
	Hint     string         `json:"hint,omitempty"`
	Report   string         `json:"report,omitempty"`
	MovedTo  string         `json:"moved_to,omitempty"`
}

func (b *batch) summary(code int, err error) batchSummary {
	sum := batchSummary{
		ExitCode: code, StartedAt: b.started.UTC(), FinishedAt: time.Now().UTC(), Target: b.target(), Trial: b.trial(), Labels: b.flags.labelled(),
		Unsettled: b.unsettled, Lists: []listSummary{}, PassedOver: append([]passedOver{}, b.passed...),
	}
	if b.ledger != nil {
		sum.Ledger = b.ledger.Path()
	}
	sum.Error, sum.Hint = words.English.Of(err), words.English.Of(hintOf(err))
	var nothing *unfit
	if errors.As(err, &nothing) {
		sum.Code = nothing.state
	}
	var all ledger.Counts
	for _, r := range b.lists {
		l := listSummary{
			File: r.path, State: cmp.Or(r.state, stateUnbegun), ExitCode: r.code, Outcomes: outcomeMap(r.rows), Error: words.English.Of(r.err), Hint: words.English.Of(hintOf(r.err)),
			Report: r.report, MovedTo: r.moved,
		}
		if res := r.run; res != nil {
			l.Run, l.Rows, l.Requests, l.Retries = res.Run, res.Plan.Rows, res.Requests, res.Retries
			l.Seconds = res.FinishedAt.Sub(res.StartedAt).Seconds()
			if res.Stopped != nil {
				l.Stopped = res.Stopped.Code
				l.Error = cmp.Or(l.Error, words.English.Of(*res.Stopped))
				l.Hint = cmp.Or(l.Hint, words.English.Of(res.Stopped.Hint()))
			}
		}
		sum.Lists = append(sum.Lists, l)
		sum.Rows, sum.Requests = sum.Rows+l.Rows, sum.Requests+l.Requests
		for o, n := range r.rows {
			all[o] += n
		}
	}
	sum.Outcomes = outcomeMap(all)
	return sum
}

// printBatch prints a line for each list, and one for all.
func (w *world) printBatch(out io.Writer, b *batch) {
	rows := [][]string{{w.say("list"), w.say("run"), w.say("state"), w.say("outcomes"), w.say("where it is now")}}
	all, states, n := ledger.Counts{}, map[state]int{}, 0
	for _, r := range b.lists {
		run, counts := "", ""
		if r.run != nil {
			run, counts = strconv.FormatInt(r.run.Run, 10), w.counts(r.rows)
		}
		rows = append(rows, []string{r.path, run, w.state(r.state), counts, cmp.Or(r.moved, r.path)})
		for o, k := range r.rows {
			all[o], n = all[o]+k, n+k
		}
		states[r.state]++
	}
	if len(b.lists) > 0 {
		printColumns(out, rows, 0)
	}
	for _, p := range b.passed {
		if p.Reason == "half_copied" || p.Reason == "no_file" {
			fmt.Fprintln(out, w.say("passed over: %s", p.File))
		}
	}
	var parts []string
	for _, s := range slices.Sorted(maps.Keys(states)) {
		parts = append(parts, fmt.Sprintf("%d %s", states[s], w.state(s)))
	}
	last := "%s: %s; %s of %s"
	if b.trial() {
		last = "trial, nobody is really booked: %s: %s; it would be %s of %s"
	}
	if len(parts) == 0 {
		fmt.Fprintln(out, w.say("there is no list: nothing to do"))
		return
	}
	fmt.Fprintln(out, w.say(last, w.count(len(b.lists), "%d list", "%d lists"), strings.Join(parts, ", "), w.counts(all), w.count(n, "%d row", "%d rows")))
}

// state is what became of a list, as it is said to a person.
func (w *world) state(s state) string {
	switch s {
	case stateDone:
		return w.say("done")
	case stateFinished:
		return w.say("to look after")
	case stateStopped:
		return w.say("stopped")
	case stateRefused:
		return w.say("refused")
	case stateCutOff:
		return w.say("half copied")
	case stateEmpty:
		return w.say("empty")
	case stateNoRows:
		return w.say("no rows")
	case stateNoFile:
		return w.say("no file")
	case stateChanging:
		return w.say("left alone")
	}
	return w.say("not begun")
}

// onFinishTime is how long the command of --on-finish may take.
const onFinishTime = time.Minute

// callOnFinish runs the command of --on-finish, with the summary to read. What
// comes of it changes nothing.
func (b *batch) callOnFinish(ctx context.Context, summary io.Reader, code int) error {
	ctx, cancel := context.WithTimeout(ctx, onFinishTime)
	defer cancel()
	cmd := shell(ctx, b.flags.onFinish)
	cmd.WaitDelay = time.Second // for what it has left running
	cmd.Stdin = summary
	cmd.Env = append(withoutSecrets(os.Environ()), "VITEC_IMPORT_EXIT_CODE="+strconv.Itoa(code))
	said, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fail("--on-finish: the command took longer than %s", onFinishTime)
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(said)), "\n")
	if line == "" {
		return fail("--on-finish: the command failed: %s", err)
	}
	return fail("--on-finish: the command failed: %s: %q", err, line)
}

// withoutSecrets is an environment without the logins that are meant for this
// program alone.
func withoutSecrets(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return name == "PGPASSWORD" || strings.HasPrefix(name, usernameVariable) || strings.HasPrefix(name, passwordVariable)
	})
}

// writeMetrics leaves the figures of a batch for Prometheus.
func (w *world) writeMetrics(ctx context.Context, b *batch, code int) error {
	l := b.ledger
	if l == nil {
		if path, err := w.ledgerPath(b.flags.ledger); err == nil {
			if l, err = ledger.OpenReader(ctx, path); err != nil {
				l = nil // that is why the batch could not begin, and is told
			} else {
				defer l.Close()
			}
		}
	}
	m := &metrics{labels: b.flags.labelled()}
	for _, r := range b.lists {
		m.list(filepath.Base(r.path), filepath.Dir(absolute(r.path)), &r.listResult)
	}
	return m.write(ctx, b.flags.metrics, l, code, time.Now())
}
