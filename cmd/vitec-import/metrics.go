package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
)

// metrics are figures on their way into a file for the textfile collector of
// Prometheus, in its text format. All are gauges of the last run: a job that
// runs once a night has no use for counters.
//
// Every figure carries the name of the list, and the labels that the user gave,
// so that the files of several jobs can lie side by side.
type metrics struct {
	text   strings.Builder
	labels []string // name="value"
}

// newMetrics are figures about a list, with labels as NAME=VALUE.
func newMetrics(list string, labels []string) *metrics {
	m := &metrics{labels: []string{metricLabel("file", filepath.Base(list))}}
	for _, l := range labels {
		name, value, _ := strings.Cut(l, "=")
		m.labels = append(m.labels, metricLabel(name, value))
	}
	return m
}

func metricLabel(name, value string) string {
	return name + `="` + strings.NewReplacer("\\", `\\`, `"`, `\"`, "\n", `\n`).Replace(value) + `"`
}

// labelName is what a label of Prometheus may be called.
var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

const metricPrefix = "vitec_import_"

// set adds a figure that stands alone.
func (m *metrics) set(name, help string, v float64) {
	m.head(name, help)
	m.sample(name, v)
}

func (m *metrics) head(name, help string) {
	fmt.Fprintf(&m.text, "# HELP %s%s %s\n# TYPE %[1]s%[2]s gauge\n", metricPrefix, name, help)
}

func (m *metrics) sample(name string, v float64, labels ...string) {
	fmt.Fprintf(&m.text, "%s%s{%s} %s\n", metricPrefix, name, strings.Join(append(labels, m.labels...), ","), strconv.FormatFloat(v, 'f', -1, 64))
}

// runMetrics writes the figures of a run that has just ended.
func (m *metrics) ofRun(ctx context.Context, l *ledger.Ledger, res *importer.Result, path string) error {
	m.head("rows", "Rows of the last run by outcome.")
	for _, o := range ledger.Outcomes {
		m.sample("rows", float64(res.Outcomes[o]), metricLabel("outcome", o.String()))
	}
	m.set("run", "Number of the last run in its ledger.", float64(res.Run))
	m.set("requests", "Requests of the last run with its retries.", float64(res.Requests))
	m.set("retries", "Requests of the last run that were the second or a later one for a row.", float64(res.Retries))
	m.set("duration_seconds", "How long the last run took.", res.FinishedAt.Sub(res.StartedAt).Seconds())
	return m.write(ctx, l, path, res.ExitCode(), res.FinishedAt)
}

// failedMetrics writes what there is to say of a run that could not begin: an
// alarm must not wait for figures that never come. A run that found another one
// at work leaves the figures to that one.
func (w *world) failedMetrics(ctx context.Context, input string, f *runFlags, code int) error {
	if code == importer.ExitHeld {
		return nil
	}
	m := newMetrics(input, f.labels)
	path, err := w.ledgerPath(f.ledger)
	if err != nil {
		return m.write(ctx, nil, f.metrics, code, time.Now())
	}
	l, err := ledger.OpenReader(ctx, path)
	if err != nil {
		// That is why the run could not begin, and has been told.
		return m.write(ctx, nil, f.metrics, code, time.Now())
	}
	defer l.Close()
	return m.write(ctx, l, f.metrics, code, time.Now())
}

// write writes the file, whole or not at all, with what is told of every run.
// Without a ledger nothing is told of the runs before.
func (m *metrics) write(ctx context.Context, l *ledger.Ledger, path string, code int, finished time.Time) error {
	m.set("exit_code", "Exit code of the last run.", float64(code))
	m.set("finished_timestamp_seconds", "When the last run ended.", seconds(finished))
	if l != nil {
		if err := m.history(ctx, l); err != nil {
			return err
		}
	}
	if err := writeWhole(path, m.text.String(), 0o644); err != nil {
		return exit{err: fail("%s: the metrics could not be written: %s", path, cause(err)), hint: hint("name another file with --metrics")}
	}
	return nil
}

// history are the figures that outlive a run.
func (m *metrics) history(ctx context.Context, l *ledger.Ledger) error {
	runs, err := l.Runs(ctx)
	if err != nil {
		return err
	}
	for i := len(runs) - 1; i >= 0; i-- {
		if r := runs[i]; r.Ended && r.ExitCode == importer.ExitDone {
			m.set("last_success_timestamp_seconds", "When the last run ended that left nothing to do.", seconds(r.FinishedAt))
			break
		}
	}
	unsettled := 0
	for _, err := range l.Uncertain(ctx) {
		if err != nil {
			return err
		}
		unsettled++
	}
	m.set("unsettled_rows", "Uncertain rows of all runs that nobody has settled yet.", float64(unsettled))
	return nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// writeWhole puts a text at path in one step, for those whom mode lets read it.
func writeWhole(path, text string, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
