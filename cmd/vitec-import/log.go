package main

import (
	"errors"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"vitec-import/importer"
	"vitec-import/mapping"
)

// openLog has what would be printed to stderr go to a log, if there is to be
// one. Each line says what it is about: the target, the labels of the user, and
// where it is about a list, the list and its run (0 = it has none yet).
func (w *world) openLog(f *runFlags) (closeLog func() error, err error) {
	closeLog = func() error { return nil }
	if f.logFormat == "" && f.logFile == "" {
		return closeLog, nil
	}
	out := w.stderr
	if f.logFile != "" {
		file, err := os.OpenFile(f.logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
		if err != nil {
			return nil, exit{code: importer.ExitFailed, err: fail("%s: the log cannot be written: %s", f.logFile, cause(err)), hint: hint("name another file with --log-file")}
		}
		out, closeLog = file, file.Close
	}
	log := newLog(out, f.logFormat, f.logLevel).With("target", f.target.name())
	labels := f.labelled()
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		log = log.With(name, labels[name])
	}
	w.log = log
	return closeLog, nil
}

// labelled are the labels that the user gave, by name.
func (f *runFlags) labelled() map[string]string {
	labels := map[string]string{}
	for _, l := range f.labels {
		name, value, _ := strings.Cut(l, "=")
		labels[name] = value
	}
	return labels
}

// newLog writes lines of text, or of JSON. A duration is in seconds.
func newLog(out io.Writer, format, level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // the flags are valid
	o := &slog.HandlerOptions{Level: l, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Value.Kind() == slog.KindDuration {
			a.Value = slog.Float64Value(a.Value.Duration().Seconds())
		}
		return a
	}}
	if format == "text" {
		return slog.New(slog.NewTextHandler(out, o))
	}
	return slog.New(slog.NewJSONHandler(out, o))
}

// logError writes an error to the log, one line for each of several.
func (w *world) logError(err error) {
	var mistakes mapping.Errors
	switch {
	case errors.As(err, &mistakes):
		for _, m := range mistakes {
			p := ofMapping(m)
			w.log.Error(p.Message, append([]any{"code", p.Code}, hintAttr(m.Hint)...)...)
		}
	default:
		for i, line := range strings.Split(err.Error(), "\n") { // of errors that are joined
			var more []any
			if i == 0 {
				more = hintAttr(hintOf(err))
			}
			w.log.Error(line, more...)
		}
	}
}

// told writes an error to the log, and leaves its exit code.
func (w *world) told(err error) error {
	var quiet exit
	if !errors.As(err, &quiet) || quiet.err != nil {
		w.printError(err)
	}
	return exit{code: exitCode(err)}
}

// logProblems writes what a plan has found to the log, a line for each, without
// what stands in the cells.
func (w *world) logProblems(found *findings) {
	if w.log == nil {
		return
	}
	for _, list := range [][]importer.Problem{found.problems, found.warnings} {
		for _, p := range list {
			kind := "problem"
			if p.Warning {
				kind = "warning"
			}
			w.log.Warn(kind+": "+p.Reason.String(), append([]any{"row", p.Row, "column", p.Column, "header", p.Header, "code", p.Code}, hintAttr(p.Advice)...)...)
		}
	}
	if n := found.moreProblems + found.moreWarnings; n > 0 {
		w.log.Warn("there are more problems", "problems", found.moreProblems, "warnings", found.moreWarnings)
	}
}
