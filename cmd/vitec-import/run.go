package main

import (
	"cmp"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/reports"
	"vitec-import/reports/words"
	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
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
			input := ""
			if len(args) > 0 {
				input = args[0]
			}
			err := w.runJob(cmd, input, &f)
			var quiet exit
			if f.metrics != "" && err != nil && !(errors.As(err, &quiet) && quiet.err == nil) {
				return errors.Join(err, w.failedMetrics(cmd.Context(), input, &f, exitCode(err)))
			}
			return err
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

// server is who the requests go to.
type server struct {
	client *vitec.Client
	logins *logins
	close  func()
}

// server prepares the client, and the sandbox if it is to be one.
func (f *runFlags) server(w *world) (*server, error) {
	format, err := vitec.ParseFormat(f.format)
	if err != nil {
		return nil, err
	}
	s := &server{close: func() {}}
	base := f.target.url
	if f.target.sandbox {
		box := sandbox.New(sandbox.Config{Keep: 1000})
		s.close = box.Close
		base = box.URL
		s.logins = &logins{fallback: &vitec.Credentials{Username: "sandbox", Password: "sandbox"}}
	} else if s.logins, err = w.logins(f.credentials, f.target.name()); err != nil {
		return nil, err
	}
	s.client, err = newClient(vitec.Config{
		BaseURL: base, Format: format, Timeout: f.timeout, Concurrency: cmp.Or(f.concurrency, importer.DefaultConcurrency), Credentials: s.logins.For,
	})
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// runJob is the command: everything that can fail is tried before the first
// request.
func (w *world) runJob(cmd *cobra.Command, input string, f *runFlags) error {
	talk := w.stderr
	if f.quiet || w.log != nil {
		talk = io.Discard
	}
	var saved *savedPlan
	if f.plan != "" {
		var err error
		if saved, err = readPlan(f.plan); err != nil {
			return err
		}
		input = saved.fill(func(name string) bool { return w.given(cmd, name) }, &f.planFlags, input)
	}
	src, err := readMapping(input, &f.planFlags)
	if err != nil {
		return err
	}
	defer src.Close()
	if saved != nil {
		if err := saved.checkFiles(src); err != nil {
			return err
		}
	}
	srv, err := f.server(w)
	if err != nil {
		return err
	}
	defer srv.close()
	nobody := trial(f.target.name())
	out, err := reportParent(input, f.out, nobody)
	if err != nil {
		return err
	}
	path, err := w.ledgerPath(f.ledger)
	if err != nil {
		return err
	}
	// Before the input is read, which may take a while: if another run is on,
	// this one shall say so at once.
	l, err := ledger.Open(cmd.Context(), path, ledger.Options{Booking: !f.target.sandbox, Create: !f.target.sandbox, Trial: f.target.sandbox})
	if err != nil {
		return err
	}
	src.ledger = l
	if saved != nil {
		if err := saved.checkLedger(cmd.Context(), l); err != nil {
			return err
		}
	}
	if err := w.openTable(src); err != nil {
		return err
	}

	job := src.job()
	if w.log != nil {
		w.log = w.log.With("file", filepath.Base(input), "target", job.Target)
		for _, l := range f.labels {
			name, value, _ := strings.Cut(l, "=")
			w.log = w.log.With(name, value)
		}
	}
	job.Client, job.Stop = srv.client, w.stop
	job.Pace, job.Concurrency, job.MaxRows = importer.NewPace(f.rate), f.concurrency, f.maxRows
	job.Log = w.log
	job.Sum = saved != nil
	job.Record = record(src, f)
	job.ReportDir = func(run int64) string { return filepath.Join(out, filepath.Base(reports.Folder(input, run, nobody))) }
	var found findings
	job.Problem = found.add
	view := newProgressView(w, talk, f)
	job.Watch = view.start

	place := reportPlace{input: input, runFlags: reportFlags(cmd)}
	place.viewing, place.slot = src.placeColumns()
	w.reportCutOff(cmd.Context(), l, job.Record.Input.SHA256, job.Record.MappingSHA256, place, talk)
	left, err := findLeftover(cmd.Context(), l, job.Target)
	if err != nil {
		return err
	}
	if !f.quiet {
		w.tellLeftover(left, job.Record.Input.SHA256)
	}
	w.describeInput(talk, src)
	w.line(talk, "target", job.Target)
	w.line(talk, "ledger", path)
	if l.Created() {
		w.line(talk, "", w.say("it is new: it knows of no earlier bookings"))
	}
	res, err := job.Run(cmd.Context(), func(p *importer.Plan) error {
		w.describePlan(talk, p, &found)
		if saved != nil {
			if err := saved.checkRows(p); err != nil {
				return err
			}
		}
		return w.approve(p, f, srv.logins)
	})
	view.end()
	if res == nil {
		return err
	}
	if err != nil && (res.Stopped == nil || !strings.HasSuffix(words.English.Of(res.Stopped), err.Error())) {
		w.printError(err) // else it is told as what has stopped the run
	}
	for _, u := range res.Unrecorded {
		w.tell("not recorded", u, nil)
	}
	return w.report(cmd.Context(), l, res, reporting{reportPlace: place, talk: !f.quiet && w.log == nil, metrics: f.metrics, labels: f.labels, trial: nobody, unsettled: left.uncertain})
}

// approve decides whether what is planned shall be sent.
func (w *world) approve(p *importer.Plan, f *runFlags, l *logins) error {
	if p.Problems > 0 && !f.skipInvalid {
		mend := hint("correct them in the file and run again")
		if p.ToSend() > 0 {
			mend = hint("correct them in the file and run again, or leave them out with --skip-invalid: %s can be sent", rowCount(p.ToSend()))
		}
		return exit{code: importer.ExitProblems, err: failCount(p.Problems, "%d of %d rows has problems; nothing was sent", "%d of %d rows have problems; nothing was sent", p.Rows), hint: mend}
	}
	if p.ToSend() == 0 {
		return nil
	}
	if err := l.prepare(p.Customers()); err != nil {
		return err
	}
	if n := p.Messages.Total(); n > 0 && !f.target.sandbox {
		if err := w.approveMessages(n, f); err != nil {
			return err
		}
	}
	if f.yes || f.target.sandbox {
		return nil
	}
	n := p.ToSend()
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

// record is what the ledger shall know of the run from its start.
func record(s *source, f *runFlags) ledger.RunInfo {
	i := s.file.Info()
	path, err := filepath.Abs(i.Path)
	if err != nil {
		path = i.Path
	}
	mappingPath, err := filepath.Abs(s.mappingPath)
	if err != nil {
		mappingPath = s.mappingPath
	}
	return ledger.RunInfo{
		Input: ledger.Input{
			Path: path, Name: i.Name, SHA256: i.SHA256, Size: i.Size,
			Format: i.Format, Encoding: i.Encoding, Delimiter: i.Delimiter, Sheet: i.Sheet, HeaderRow: i.HeaderRow,
		},
		Mapping: mappingPath, MappingSHA256: s.mapping.SHA256(), Format: f.format,
	}
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

// reportParent is the folder in which the report folder will be made. It is
// tried before anything is sent, with a name like the report's: a run whose
// report cannot be written had better not begin.
func reportParent(input, out string, trial bool) (string, error) {
	folder := reports.Folder(input, 9999, trial)
	dir := out
	if dir == "" {
		dir = filepath.Dir(folder)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if out != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", exit{code: 1, err: fail("%s: the folder for the reports cannot be made: %s", dir, cause(err)), hint: hint("name another folder with --out")}
		}
	}
	if err := reports.Probe(filepath.Join(dir, filepath.Base(folder))); err != nil {
		return "", exit{code: 1, err: fail("%s: the reports cannot be written there: %s", dir, cause(err)), hint: hint("name another folder with --out")}
	}
	return dir, nil
}

// reportFlags are the flags of this call that the commands in its report need.
func reportFlags(cmd *cobra.Command) []string {
	flags := []string{}
	for _, name := range []string{"sheet", "header-row", "encoding", "delimiter", "set", "format", "credentials", "rate", "concurrency", "timeout", "out", "skip-invalid"} {
		f := cmd.Flags().Lookup(name)
		if f == nil || !f.Changed {
			continue
		}
		if f.Value.Type() == "bool" {
			if f.Value.String() == "true" {
				flags = append(flags, "--"+name)
			}
			continue
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			if name == "out" || name == "credentials" {
				if abs, err := filepath.Abs(v); err == nil {
					v = abs
				}
			}
			flags = append(flags, "--"+name, v)
		}
	}
	return flags
}
