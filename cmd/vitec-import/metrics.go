package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
)

// metrics are figures on their way into a file for the textfile collector of
// Prometheus, in its text format. All are gauges of the last call: a job that
// runs once a night has no use for counters.
//
// Every figure carries the labels that the user gave, and those of a list its
// name and its folder, so that the files of several jobs can lie side by side.
type metrics struct {
	labels  map[string]string
	figures []figure
}

// figure is what is told under one name.
type figure struct {
	name, help string
	samples    []string
}

// labelName is what a label of Prometheus may be called.
var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// ownLabels are the labels that the figures have already.
var ownLabels = []string{"file", "folder", "outcome", "state", "run", "target", "time", "level", "msg"}

const (
	metricPrefix = "vitec_import_"
	lastSuccess  = "last_success_timestamp_seconds"
)

// add adds a sample with labels of its own, as names and values in turn.
func (m *metrics) add(name, help string, v float64, own ...string) {
	i := slices.IndexFunc(m.figures, func(f figure) bool { return f.name == name })
	if i < 0 {
		i = len(m.figures)
		m.figures = append(m.figures, figure{name: name, help: help})
	}
	m.figures[i].samples = append(m.figures[i].samples, m.series(name, own...)+" "+strconv.FormatFloat(v, 'f', -1, 64))
}

// series is a figure's name with its labels.
func (m *metrics) series(name string, own ...string) string {
	var list []string
	label := func(name, value string) {
		list = append(list, name+`="`+strings.NewReplacer("\\", `\\`, `"`, `\"`, "\n", `\n`).Replace(strings.ToValidUTF8(value, "\uFFFD"))+`"`)
	}
	for i := 0; i < len(own); i += 2 {
		label(own[i], own[i+1])
	}
	for _, name := range slices.Sorted(maps.Keys(m.labels)) {
		label(name, m.labels[name])
	}
	if list == nil {
		return metricPrefix + name
	}
	return metricPrefix + name + "{" + strings.Join(list, ",") + "}"
}

// list adds what became of a list.
func (m *metrics) list(file, folder string, r *listResult) {
	own := []string{"file", file, "folder", folder}
	m.add("exit_code", "Exit code of the list.", float64(r.code), own...)
	m.add("list_state", "1 for what became of the list.", 1, append([]string{"state", string(r.state)}, own...)...)
	res := r.run
	if res == nil {
		return
	}
	for _, o := range ledger.Outcomes {
		m.add("rows", "Rows of the list's run by outcome.", float64(r.rows[o]), append([]string{"outcome", o.String()}, own...)...)
	}
	m.add("run", "Number of the list's run in the ledger.", float64(res.Run), own...)
	m.add("requests", "Requests of the list's run with its retries.", float64(res.Requests), own...)
	m.add("retries", "Requests of the list's run that were the second or a later one for a row.", float64(res.Retries), own...)
	m.add("duration_seconds", "How long the list's run took.", res.FinishedAt.Sub(res.StartedAt).Seconds(), own...)
}

// write writes the file, whole or not at all, with what is told of the call as a
// whole. Without a ledger nothing is told of earlier runs.
func (m *metrics) write(ctx context.Context, path string, l *ledger.Ledger, code int, finished time.Time) error {
	m.add("batch_exit_code", "Exit code of the last call.", float64(code))
	m.add("finished_timestamp_seconds", "When the last call ended.", seconds(finished))
	success := m.before(path, lastSuccess)
	if code == importer.ExitDone {
		success = seconds(finished)
	}
	m.add(lastSuccess, "When the last call ended that left nothing to do; 0 = there was none.", success)
	if l != nil {
		unsettled := 0
		for _, err := range l.Uncertain(ctx) {
			if err != nil {
				return err
			}
			unsettled++
		}
		m.add("unsettled_rows", "Uncertain rows of all runs that nobody has settled yet.", float64(unsettled))
	}
	var text strings.Builder
	for _, f := range m.figures {
		fmt.Fprintf(&text, "# HELP %s%s %s\n# TYPE %[1]s%[2]s gauge\n", metricPrefix, f.name, f.help)
		for _, s := range f.samples {
			fmt.Fprintln(&text, s)
		}
	}
	if err := writeWhole(path, text.String(), 0o644); err != nil {
		return exit{code: importer.ExitFailed, err: fail("%s: the metrics could not be written: %s", path, cause(err)), hint: hint("name another file with --metrics")}
	}
	return nil
}

// before is the value of a series that the file has from an earlier call; 0 =
// none.
func (m *metrics) before(path, name string) float64 {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), m.series(name)+" "); ok {
			v, _ := strconv.ParseFloat(value, 64)
			return v
		}
	}
	return 0
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
