package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

func newRunsCommand(w *world) *cobra.Command {
	var (
		path   string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List the runs that the ledger knows",
		Long: `runs lists every run that the ledger knows, the latest last: its number, when it was,
its input, its target, how many rows ended how, and on which host. The numbers are what
"report" and "resolve" take.

EXIT STATUS
  0  listed
  1  the ledger cannot be read`,
		Example: `  vitec-import runs
  vitec-import runs --json`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := w.ledgerPath(path)
			if err != nil {
				return err
			}
			l, err := ledger.OpenExisting(cmd.Context(), p)
			if err != nil {
				return err
			}
			defer l.Close()
			runs, err := l.Runs(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return w.printRunsJSON(runs)
			}
			return w.printRuns(p, runs)
		},
	}
	ledgerFlag(cmd, &path)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per run")
	return cmd
}

func (w *world) printRuns(path string, runs []ledger.RunInfo) error {
	if len(runs) == 0 {
		fmt.Fprintln(w.stderr, w.say("no runs yet in %s", path))
		return nil
	}
	rows := [][]string{{w.say("run"), w.say("started"), w.say("input"), w.say("target"), w.say("rows"), w.say("outcomes"), w.say("host"), w.say("ended")}}
	for _, r := range runs {
		rows = append(rows, []string{
			strconv.FormatInt(r.ID, 10), r.StartedAt.Local().Format("2006-01-02 15:04"), r.Input.Name, r.Target, strconv.Itoa(r.Rows), w.counts(r.Counts), r.Host, w.ended(r),
		})
	}
	printColumns(w.stdout, rows, 0)
	return nil
}

func (w *world) printRunsJSON(runs []ledger.RunInfo) error {
	enc, programs := json.NewEncoder(w.stdout), &world{lang: words.English}
	for _, r := range runs {
		err := enc.Encode(struct {
			Run        int64          `json:"run"`
			StartedAt  time.Time      `json:"started_at"`
			FinishedAt time.Time      `json:"finished_at,omitzero"`
			Host       string         `json:"host"`
			Input      string         `json:"input"`
			Target     string         `json:"target"`
			Rows       int            `json:"rows"`
			Outcomes   map[string]int `json:"outcomes"`
			Ended      string         `json:"ended"`
			ExitCode   int            `json:"exit_code"`
			Report     string         `json:"report,omitempty"`
		}{r.ID, r.StartedAt, r.FinishedAt, r.Host, r.Input.Path, r.Target, r.Rows, outcomeMap(r.Counts), programs.ended(r), r.ExitCode, r.ReportDir})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *world) ended(r ledger.RunInfo) string {
	switch {
	case r.Ended && !r.Reason.IsZero():
		return w.say("stopped: %s", w.lang.Of(r.Reason))
	case r.Ended:
		return w.say("finished")
	case r.Interrupted:
		return w.say("cut off")
	default:
		return w.say("running, or cut off")
	}
}

// counts is "25 booked, 1 rejected": only what there is.
func (w *world) counts(c [len(ledger.Outcomes)]int) string {
	var list []string
	for _, o := range ledger.Outcomes {
		if c[o] > 0 {
			list = append(list, w.counted(o, c[o]))
		}
	}
	if list == nil {
		return w.say("no rows")
	}
	return strings.Join(list, ", ")
}

func outcomeMap(c [len(ledger.Outcomes)]int) map[string]int {
	m := make(map[string]int, len(c))
	for _, o := range ledger.Outcomes {
		m[o.String()] = c[o]
	}
	return m
}
