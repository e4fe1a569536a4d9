// Command vitec-import imports lists of viewing participants, from CSV or
// XLSX, into Vitec Connect.
//
// This package holds what a person reads and types: one file per command, the
// signals, and the exit codes. What the job is stands in package importer.
package main

import (
	"bufio"
	"context"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/mattn/go-isatty"

	"vitec-import/importer"
	"vitec-import/reports/words"
	"vitec-import/vitec"
)

func main() {
	os.Exit(mainExitCode())
}

// mainExitCode runs the program in the world of this process.
func mainExitCode() int {
	// net/http prints what a server says out of turn, byte for byte, through the
	// standard logger; that may be personal, and is nobody's to read.
	log.SetOutput(io.Discard)
	stop := make(chan struct{})
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // as under nohup
			signal.Notify(signals, s)
		}
	}
	defer signal.Stop(signals)
	go func() {
		<-signals
		close(stop)
		<-signals // the second one does not wait for anything
		os.Exit(importer.ExitInterrupted)
	}()
	w := world{
		getenv: os.Getenv, environ: os.Environ, systemLanguages: systemLanguages,
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		terminalIn:    isTerminal(os.Stdin),
		terminalErr:   isTerminal(os.Stderr),
		stop:          stop,
		keychain:      systemKeychain{},
		program:       calledAs(os.Args[0]),
		clicked:       clicked(),
		outliveOutput: func() { signal.Ignore(syscall.SIGPIPE) },
	}
	call := func(args []string, w world) int { return run(context.Background(), args, w) }
	if ownWindow() && w.terminalIn {
		return runInWindow(os.Args[1:], w, call)
	}
	return call(os.Args[1:], w)
}

// world is all that the program knows of the process it runs in.
type world struct {
	getenv  func(string) string
	environ func() []string // all variables, as NAME=value; may be nil
	// systemLanguages are those that the user has chosen for the system's own
	// programs, the best first; nil = the environment tells.
	systemLanguages func() []string

	stdin          io.Reader
	lines          *bufio.Reader // of stdin, once a person has been asked
	stdout, stderr io.Writer
	// Whether a person is at the other end.
	terminalIn, terminalErr bool
	// clicked says that the program was started by a double click.
	clicked bool
	// stop is closed when the program is asked to end.
	stop <-chan struct{}
	// outliveOutput lets the program go on when nobody reads what it prints: a
	// pager that is closed must not cut a run off. Without it such a write ends
	// the process, which is right for commands that only print. May be nil.
	outliveOutput func()
	// inOrder, if not nil, has what was printed to stderr appear before what is
	// printed to stdout next. end, if not nil, is called when all is said.
	inOrder, end func()
	// keychain is the system's credential store; nil = there is none.
	keychain keychain
	// typed, if not nil, is the login that a person has just typed on the desk's page.
	typed *vitec.Credentials
	// program is how the program is called in the commands that it prints;
	// empty: vitec-import.
	program string
	// lang is the language of reports, and of what is printed of them.
	lang words.Language
	// origin says where the value of a flag comes from that is not on the command
	// line: a variable or a file.
	origin map[string]string
	// log, if not nil, takes what else would be printed to stderr for a person.
	log *slog.Logger
}

// clicked reports whether somebody has started the program from a desktop: nothing
// is connected to it, and there is a screen; or a Mac has given it a terminal and
// called it there by its whole path. Windows says so itself.
func clicked() bool {
	if runtime.GOOS == "darwin" && isTerminal(os.Stdin) {
		return filepath.IsAbs(os.Args[0])
	}
	for _, f := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		if info, err := f.Stat(); err != nil || isTerminal(f) || f == os.Stdin && info.Mode()&os.ModeCharDevice == 0 {
			return false
		}
	}
	return screen(os.Getenv)
}

// screen reports whether there is one to show a browser on, where the environment
// tells.
func screen(getenv func(string) string) bool {
	return getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != ""
}

func isTerminal(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())
}
