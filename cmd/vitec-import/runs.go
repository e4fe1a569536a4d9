package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/importer/ledger"
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
its input, its target and how many rows ended how. The numbers are what "report" and
"resolve" take.

EXIT STATUS
  0  listed
  1  the ledger cannot be read`,
		Example: `  vitec-import runs
  vitec-import runs --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := w.ledgerPath(path)
			if err != nil {
				return err
			}
			l, err := ledger.OpenReader(cmd.Context(), p)
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
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object per run")
	return cmd
}

func (w *world) printRuns(path string, runs []ledger.RunInfo) error {
	if len(runs) == 0 {
		fmt.Fprintf(w.stderr, "no runs yet in %s\n", path)
		return nil
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "run\tstarted\tinput\ttarget\trows\toutcomes\tended")
	for _, r := range runs {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%d\t%s\t%s\n", r.ID, r.StartedAt.Local().Format("2006-01-02 15:04"),
			r.Input.Name, r.Target, r.Rows, counts(r.Counts), ended(r))
	}
	return t.Flush()
}

func (w *world) printRunsJSON(runs []ledger.RunInfo) error {
	enc := json.NewEncoder(w.stdout)
	for _, r := range runs {
		err := enc.Encode(struct {
			Run        int64          `json:"run"`
			StartedAt  time.Time      `json:"started_at"`
			FinishedAt time.Time      `json:"finished_at,omitzero"`
			Input      string         `json:"input"`
			Target     string         `json:"target"`
			Rows       int            `json:"rows"`
			Outcomes   map[string]int `json:"outcomes"`
			Ended      string         `json:"ended"`
			ExitCode   int            `json:"exit_code"`
			Report     string         `json:"report,omitempty"`
		}{r.ID, r.StartedAt, r.FinishedAt, r.Input.Path, r.Target, r.Rows, outcomeMap(r.Counts), ended(r), r.ExitCode, r.ReportDir})
		if err != nil {
			return err
		}
	}
	return nil
}

func ended(r ledger.RunInfo) string {
	switch {
	case r.Ended && r.Stopped != "":
		return "stopped: " + r.Stopped
	case r.Ended:
		return "finished"
	case r.Interrupted:
		return "cut off"
	default:
		return "still on, or cut off"
	}
}

// counts is "25 booked, 1 rejected": only what there is.
func counts(c [len(ledger.Outcomes)]int) string {
	var s string
	for _, o := range ledger.Outcomes {
		if c[o] > 0 {
			if s != "" {
				s += ", "
			}
			s += fmt.Sprintf("%d %s", c[o], o)
		}
	}
	if s == "" {
		return "no rows"
	}
	return s
}

func outcomeMap(c [len(ledger.Outcomes)]int) map[string]int {
	m := make(map[string]int, len(c))
	for _, o := range ledger.Outcomes {
		m[o.String()] = c[o]
	}
	return m
}
