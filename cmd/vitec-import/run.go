package main

import (
	"errors"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

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
	logFile     string
	quiet       bool
	json        bool
	done        string
	failed      string
	settle      time.Duration
	wait        time.Duration
	allowEmpty  bool
	allowCut    bool
	reports     string
	onFinish    string
}

// Which reports are written, by --reports.
const (
	reportsAll     = "all"
	reportsChanged = "changed"
)

func newRunCommand(w *world) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run PATH…",
		Short: "Book every participant in lists and write reports",
		Long: `run plans first: it reads the whole file, maps and checks every row, and looks up who is
booked already. While there are problems it sends nothing, unless --skip-invalid leaves
those rows out. Then it asks (or needs --yes where there is nobody to ask), books row by
row, and writes a folder with the reports beside the input.

It can be interrupted or killed at any time and started again: whoever is booked is not
booked again, and a row whose answer was lost is told as uncertain and not sent again.

Of a folder it takes the lists, oldest first. What is hidden, half copied (.part, .tmp,
.crdownload) or a lock file (~$…) is passed over, and so are subfolders. Each list has a
run and a report of its own; the rate, --max-rows and --max-messages are for all of them
together.

With --done and --failed a list is moved when its run is over: to --done if every row is
booked or need not be, to --failed if a person has to look at it. It stays if nothing is
wrong with it and the next call can go on with it. It is never moved over another file,
and only if it is still as it was read. Where several folders are named, each has a
subfolder of its name in --done and --failed.

What is wrong with a list stops that list alone: it cannot be read, its mapping is wrong,
it has problems, its rows are rejected alike, its customer or its login is refused. A
login that was refused is not tried again for another list. All lists stop when the ledger
fails, when the server cannot be reached, refuses everything before the API, asks for a
long pause or gives no trustworthy answers, when a proxy refuses, when --max-rows is
reached, and when the call is interrupted.

The login comes from --credentials, from VITEC_USERNAME and VITEC_PASSWORD (and of customer
M11385 alone, from VITEC_USERNAME_M11385 and VITEC_PASSWORD_M11385), from systemd's
credentials directory, or from what "login" has kept; otherwise it is asked for, where
there is a terminal. There is no flag for a password.

A flag wins over its variable (VITEC_IMPORT_RATE for --rate), the variable over the file
of settings, and that over the default; "config" shows what is in force.

With --json the summary is one object: exit_code, started_at, finished_at, target, ledger,
labels, rows, outcomes, requests, unsettled, error, passed_over, and for each of lists its
file, state, exit_code, run, rows, outcomes, requests, duration_seconds, error, hint,
report and moved_to. A state is done, finished (with rows to look after), stopped, refused,
cut_off, empty, no_rows, no_file, changing (see --settle) or not_begun. The command of
--on-finish reads what is printed last, finds the exit code in VITEC_IMPORT_EXIT_CODE, and
has a minute; if it fails that is told, and changes nothing.

EXIT STATUS
  0    every row is booked, or was already
  1    could not run
  2    wrong use, or a mistake in the mapping
  3    finished, some rows are invalid or rejected (or nothing was sent because of problems)
  4    some rows are uncertain
  5    stopped early, rows are left
  6    another run holds the ledger
  130  interrupted, rows are left

Of several lists it is the code that matters most: 130, 1, 2, 5, 4, 3, 0.`,
		Example: `  vitec-import run participants.csv --sandbox
  vitec-import run participants.xlsx --max-rows 10
  vitec-import run --plan plan.json
  vitec-import run participants.csv --yes --skip-invalid --rate 5 --log-format json
  vitec-import run inbox --yes --settle 2m --wait 30m --done done --failed failed`,
		RunE: func(cmd *cobra.Command, args []string) error {
			least, most := 1, math.MaxInt
			if f.plan != "" { // it names the file
				least, most = 0, 1
			}
			if err := between(least, most, "the input file")(cmd, args); err != nil {
				return err
			}
			if err := f.validate(w, cmd); err != nil {
				return err
			}
			w.outlive()
			closeLog, err := w.openLog(&f)
			if err != nil {
				return err
			}
			err = w.runBatch(cmd, args, &f)
			if w.log != nil && err != nil { // before the log is closed
				err = w.told(err)
			}
			return errors.Join(err, closeLog())
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
	cmd.Flags().StringVar(&f.logFile, "log-file", "", "write the log to the end of `FILE` instead of stderr, as json if nothing else is said")
	cmd.Flags().BoolVar(&f.quiet, "quiet", false, "print nothing but the last line and errors")
	cmd.Flags().BoolVar(&f.json, "json", false, "print how it went as one JSON object instead of the last lines")
	cmd.Flags().StringVar(&f.done, "done", "", "move lists that leave nothing to do to `FOLDER`, with their reports")
	cmd.Flags().StringVar(&f.failed, "failed", "", "move lists that a person has to look at to `FOLDER`, with their reports")
	cmd.Flags().DurationVar(&f.settle, "settle", 0, "leave lists alone that were changed within this `TIME`, such as 2m")
	cmd.Flags().DurationVar(&f.wait, "wait", 0, "wait this `TIME` for a ledger that another run holds, such as 30m")
	cmd.Flags().BoolVar(&f.allowEmpty, "allow-empty", false, "take it for a success if there is no list, or nothing in it")
	cmd.Flags().BoolVar(&f.allowCut, "allow-cut", false, "send also a list that ends in the middle of a row")
	cmd.Flags().StringVar(&f.reports, "reports", reportsAll, "which `REPORTS` to write: all, or changed: not those of lists with nothing new")
	cmd.Flags().StringVar(&f.onFinish, "on-finish", "", "run `COMMAND` in the shell at the end, with what is printed last as its input")
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
	case f.settle < 0:
		return wrong("%s %s: want a time such as 2m", "--settle", f.settle)
	case f.wait < 0:
		return wrong("%s %s: want a time such as 2m", "--wait", f.wait)
	case f.reports != reportsAll && f.reports != reportsChanged:
		return wrong("%s %q: want one of %s", "--reports", f.reports, hint("all or changed"))
	}
	if _, err := vitec.ParseFormat(f.format); err != nil {
		return wrong("%s %q: want one of %s", "--format", f.format, "json, xml")
	}
	for _, l := range f.labels {
		if name, _, ok := strings.Cut(l, "="); !ok || !labelName.MatchString(name) {
			return wrong("--label %q: want NAME=VALUE, the name of letters, digits and underscores", l)
		} else if slices.Contains(ownLabels, name) {
			return wrong("--label %q: the label %q has another meaning here", l, name)
		}
	}
	var level slog.Level
	if level.UnmarshalText([]byte(f.logLevel)) != nil {
		return wrong("%s %q: want one of %s", "--log-level", f.logLevel, "debug, info, warn, error")
	}
	return f.planFlags.validate(w, cmd)
}
