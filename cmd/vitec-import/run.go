package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/reports/words"
	"vitec-import/vitec"
)

// runFlags are all flags of run.
type runFlags struct {
	planFlags
	rate        float64
	concurrency int
	timeout     time.Duration
	out         string
	credentials string
	skipInvalid bool
	maxRows     int
	maxMessages int
	plan        string
	yes         bool
	newLedger   bool
	format      string
	metrics     string
	labels      []string
	logFormat   string
	logLevel    string
	quiet       bool
}

func newRunCommand(w *world) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run FILE",
		Short: "Book every participant in a file and write a report",
		Long: `run plans first: it reads the whole file, maps and checks every row, and looks up who is
booked already. While there are problems it sends nothing, unless --skip-invalid leaves
those rows out. Then it asks (or needs --yes where there is nobody to ask), books row by
row, and writes a folder with the reports beside the input.

It can be interrupted or killed at any time and started again: whoever is booked is not
booked again, and a row whose answer was lost is told as uncertain and not sent again.

The login comes from --credentials, from VITEC_USERNAME and VITEC_PASSWORD (and of customer
M11385 alone, from VITEC_USERNAME_M11385 and VITEC_PASSWORD_M11385), from systemd's
credentials directory, or from what "login" has kept; otherwise it is asked for, where
there is a terminal. There is no flag for a password.

A flag wins over its variable (VITEC_IMPORT_RATE for --rate), the variable over the file
of settings, and that over the default; "config" shows what is in force.

EXIT STATUS
  0    every row is booked, or was already
  1    could not run
  2    wrong use, or a mistake in the mapping
  3    finished, some rows are invalid or rejected (or nothing was sent because of problems)
  4    some rows are uncertain
  5    stopped early, rows are left
  6    another run holds the ledger
  130  interrupted, rows are left`,
		Example: `  vitec-import run participants.csv --sandbox
  vitec-import run participants.xlsx --max-rows 10
  vitec-import run --plan plan.json
  vitec-import run participants.csv --yes --skip-invalid --rate 5 --log-format json`,
		Args: between(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.plan == "" { // else the plan names the file
				if err := exactly(1, "the input file")(cmd, args); err != nil {
					return err
				}
			}
			if err := f.validate(w, cmd); err != nil {
				return err
			}
			w.outlive()
			w.log = f.logger(w)
			b, err := w.newBatch(cmd, &f)
			if err != nil {
				return err
			}
			input := ""
			if len(args) > 0 {
				input = args[0]
			} else {
				input = b.saved.Input.File
			}
			ran, err := w.runBatch(cmd.Context(), b, input)
			if f.metrics == "" || ran {
				return err
			}
			return errors.Join(err, w.failedMetrics(cmd.Context(), input, &f, exitCode(err)))
		},
	}
	f.bind(cmd)
	return cmd
}

func (f *runFlags) bind(cmd *cobra.Command) {
	f.planFlags.bind(cmd)
	cmd.Flags().Float64Var(&f.rate, "rate", 10, "send at most `NUMBER` requests per second, retries included; 0 = no limit")
	cmd.Flags().IntVar(&f.concurrency, "concurrency", 0, "have at most `NUMBER` requests under way at once (default 8)")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 30*time.Second, "how much `TIME` one request may take")
	cmd.Flags().StringVar(&f.out, "out", "", "make the report folder in `FOLDER` (default: beside the input)")
	cmd.Flags().StringVar(&f.credentials, "credentials", "", "a YAML `FILE` with a login per customer, readable by you alone")
	cmd.Flags().BoolVar(&f.skipInvalid, "skip-invalid", false, "leave out rows with problems and send the others")
	cmd.Flags().IntVar(&f.maxRows, "max-rows", 0, "send at most `NUMBER` rows, then stop; 0 = all")
	cmd.Flags().IntVar(&f.maxMessages, "max-messages", 0, "allow `NUMBER` SMS and e-mails to people")
	cmd.Flags().StringVar(&f.plan, "plan", "", "do exactly what \"check --save\" wrote to `FILE`, or nothing if something has changed since")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "do not ask before sending")
	cmd.Flags().BoolVar(&f.newLedger, "new-ledger", false, "make a ledger if there is none; nobody is known as booked then")
	cmd.Flags().StringVar(&f.format, "format", "json", "the `FORMAT` of the requests: json or xml")
	cmd.Flags().StringVar(&f.logFormat, "log-format", "", "write a log to stderr instead of the progress, as `FORMAT` text or json")
	cmd.Flags().StringVar(&f.logLevel, "log-level", "info", "how much the log says, as `LEVEL` debug, info, warn or error")
	cmd.Flags().StringVar(&f.metrics, "metrics", "", "write the figures of the run to `FILE`, for Prometheus's textfile collector")
	cmd.Flags().StringArrayVar(&f.labels, "label", nil, "put `NAME=VALUE` on every figure and every line of the log; may be given several times")
	cmd.Flags().BoolVar(&f.quiet, "quiet", false, "print nothing but the last line and errors")
}

func (f *runFlags) validate(w *world, cmd *cobra.Command) error {
	wrong := func(format string, args ...any) error { return misused(cmd, fail(format, args...)) }
	switch {
	case !(f.rate >= 0) || f.rate > 1e6:
		return wrong("--rate %v: want requests per second, 0 for no limit", f.rate)
	case f.concurrency < 0 || f.concurrency > 1024:
		return wrong("--concurrency %d: want 1 to 1024, or 0 for the default", f.concurrency)
	case f.timeout < time.Millisecond:
		return wrong("--timeout %s: want a time such as 30s", f.timeout)
	case f.maxRows < 0:
		return wrong("%s %d: want 0 or more", "--max-rows", f.maxRows)
	case f.maxMessages < 0:
		return wrong("%s %d: want 0 or more", "--max-messages", f.maxMessages)
	case f.logFormat != "" && f.logFormat != "text" && f.logFormat != "json":
		return wrong("%s %q: want one of %s", "--log-format", f.logFormat, "text, json")
	}
	if _, err := vitec.ParseFormat(f.format); err != nil {
		return wrong("%s %q: want one of %s", "--format", f.format, "json, xml")
	}
	for _, l := range f.labels {
		if name, _, ok := strings.Cut(l, "="); !ok || !labelName.MatchString(name) {
			return wrong("--label %q: want NAME=VALUE, the name of letters, digits and underscores", l)
		}
	}
	var level slog.Level
	if level.UnmarshalText([]byte(f.logLevel)) != nil {
		return wrong("%s %q: want one of %s", "--log-level", f.logLevel, "debug, info, warn, error")
	}
	return f.planFlags.validate(w, cmd)
}

// runBatch is the command: everything that can fail is tried before the first
// request. ran reports whether it came to that.
func (w *world) runBatch(ctx context.Context, b *batch, input string) (ran bool, err error) {
	defer b.Close()
	r, err := b.prepare(input)
	if err != nil {
		return false, err
	}
	if err := w.openBatch(ctx, b, input); err != nil {
		return false, err
	}
	defer r.Close()
	if err := r.open(); err != nil {
		return false, err
	}
	res, err := w.runList(ctx, r)
	if res == nil {
		return false, err
	}
	return true, err
}

// talk is where a person is told how it goes.
func (w *world) talk(f *runFlags) io.Writer {
	if f.quiet || w.log != nil {
		return io.Discard
	}
	return w.stderr
}

// runList runs over a list that is open, and says what it does. A result comes
// back if anything may have been sent.
func (w *world) runList(ctx context.Context, r *listRun) (*importer.Result, error) {
	b, f, talk := r.batch, r.batch.flags, w.talk(r.batch.flags)
	if w.log != nil {
		w.log = r.logger(w.log)
		w.log.Debug("how the server is reached", "proxy", cmp.Or(b.server.client.Proxy(), "none"))
	}
	job := r.job()
	var found findings
	job.Problem = found.add
	view := newProgressView(w, talk, f)
	job.Watch = view.start

	w.reportCutOff(ctx, r, talk)
	left, err := findLeftover(ctx, b.ledger, job.Target)
	if err != nil {
		return nil, err
	}
	if !f.quiet {
		w.tellLeftover(left, job.Record.Input.SHA256)
	}
	w.describeInput(talk, r.source)
	w.describeTarget(talk, &f.target)
	w.line(talk, "ledger", b.ledger.Path())
	if b.ledger.Created() {
		w.line(talk, "", w.say("it is new: it knows of no earlier bookings"))
	}
	res, err := job.Run(ctx, func(p *importer.Plan) error {
		w.describePlan(talk, p, &found)
		if err := b.hindrance(p); err != nil {
			return err
		}
		return w.approve(p, f)
	})
	view.end()
	if res == nil {
		return nil, err
	}
	if err != nil && (res.Stopped == nil || !strings.HasSuffix(words.English.Of(res.Stopped), err.Error())) {
		w.printError(err) // else it is told as what has stopped the run
	}
	for _, u := range res.Unrecorded {
		w.tell("not recorded", u, nil)
	}
	return res, w.conclude(ctx, r, res, left.uncertain)
}

// conclude writes the report of a run that has just ended, says how it went, and
// returns the exit code as an error. unsettled are the uncertain rows of earlier
// runs.
func (w *world) conclude(ctx context.Context, r *listRun, res *importer.Result, unsettled int) error {
	f, code := r.batch.flags, res.ExitCode()
	if res.Stopped != nil {
		w.tell("stopped", *res.Stopped, res.Stopped.Hint())
	}
	rep, failed := r.report(ctx, res)
	if f.metrics != "" {
		if err := newMetrics(r.input, f.labels).ofRun(ctx, r.ledger, res, f.metrics); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	where := w.say("no report")
	if rep != nil {
		where = rep.Dir
		if !f.quiet && w.log == nil {
			w.printSummary(rep)
		}
	}
	last := "run %d: %s of %s; %s"
	switch nothing := res.Plan.ToSend() == 0 && code == importer.ExitDone; {
	case r.batch.trial() && nothing:
		last = "trial %d: nothing new, it would be %s of %s, nobody is really booked; %s"
	case r.batch.trial():
		last = "trial %d: it would be %s of %s, nobody is really booked; %s"
	case nothing:
		last = "run %d: nothing new, %s of %s; %s"
	}
	if unsettled > 0 {
		w.tell("note", counted(unsettled, "%d row of an earlier run is still to be settled", "%d rows of earlier runs are still to be settled"), hint("\"vitec-import resolve\" lists them"))
	}
	if w.inOrder != nil {
		w.inOrder()
	}
	fmt.Fprintln(w.stdout, w.say(last, res.Run, w.counts(res.Outcomes), w.count(res.Plan.Rows, "%d row", "%d rows"), where))
	switch {
	case failed != nil && code == importer.ExitDone:
		// The run itself has ended as it has: its exit code stands unless it
		// would say that all is well.
		return exit{code: importer.ExitFailed, err: failed, hint: hintOf(failed)}
	case failed != nil:
		return exit{code: code, err: failed, hint: hintOf(failed)}
	case code != importer.ExitDone:
		return exit{code: code}
	}
	return nil
}

// approve asks a person, or the flags, whether what may be sent shall be sent.
func (w *world) approve(p *importer.Plan, f *runFlags) error {
	n := p.ToSend()
	if n == 0 {
		return nil
	}
	if messages := p.Messages.Total(); messages > 0 && !f.target.sandbox {
		if err := w.approveMessages(messages, f); err != nil {
			return err
		}
	}
	if f.yes || f.target.sandbox {
		return nil
	}
	if f.maxRows > 0 {
		n = min(n, f.maxRows)
	}
	ok, err := w.confirm(w.say("Send %s to %s?", w.count(n, "%d row", "%d rows"), f.target.name()))
	if err != nil {
		return err
	}
	if !ok {
		return exit{code: importer.ExitFailed, err: fail("nothing was sent")}
	}
	return nil
}

// approveMessages makes sure that messages to people are meant.
func (w *world) approveMessages(n int, f *runFlags) error {
	if f.maxMessages >= n {
		return nil
	}
	if f.maxMessages > 0 || !w.terminalIn {
		return exit{code: importer.ExitFailed, err: failCount(n, "%d message would be sent to a person, and --max-messages allows %d; nothing was sent", "%d messages would be sent to people, and --max-messages allows %d; nothing was sent", f.maxMessages), hint: hint("if that is what you want: --max-messages %d; otherwise take the confirmations and reminders out of the mapping", n)}
	}
	answer, err := w.ask(w.count(n, "%d message will be sent to a person. Type 1 to go on: ", "%d messages will be sent to people. Type that number to go on: "))
	if err != nil {
		return err
	}
	if answer != strconv.Itoa(n) {
		return exit{code: importer.ExitFailed, err: fail("nothing was sent")}
	}
	return nil
}

func (f *runFlags) logger(w *world) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(f.logLevel)) // validate has read it
	o := &slog.HandlerOptions{Level: level}
	switch f.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(w.stderr, o))
	case "json":
		return slog.New(slog.NewJSONHandler(w.stderr, o))
	default:
		return nil
	}
}

// logger adds to a log what each of its lines is about.
func (r *listRun) logger(log *slog.Logger) *slog.Logger {
	log = log.With("file", filepath.Base(r.input), "target", r.batch.target())
	for _, l := range r.batch.flags.labels {
		name, value, _ := strings.Cut(l, "=")
		log = log.With(name, value)
	}
	return log
}
