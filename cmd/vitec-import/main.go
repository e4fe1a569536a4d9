// Command vitec-import imports lists of viewing participants, from CSV or
// XLSX, into Vitec Connect.
//
// This package holds what a person reads and types: one file per command, the
// signals, and the exit codes. What the job is stands in package importer.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/mattn/go-isatty"
)

func main() {
	os.Exit(mainExitCode())
}

// mainExitCode runs the program in the world of this process.
func mainExitCode() int {
	// net/http prints what a server says out of turn, byte for byte, through the
	// standard logger; that may be personal, and is nobody's to read.
	log.SetOutput(io.Discard)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	stop := make(chan struct{})
	go func() {
		if _, ok := <-signals; !ok {
			return
		}
		close(stop)
		<-signals // the second one does not wait for anything
		os.Exit(130)
	}()
	return run(context.Background(), os.Args[1:], world{
		getenv: os.Getenv,
		stdin:  os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		terminalIn:  isTerminal(os.Stdin),
		terminalErr: isTerminal(os.Stderr),
		stop:        stop,
	})
}

// world is all that the program knows of the process it runs in.
type world struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	// Whether a person is at the other end.
	terminalIn, terminalErr bool
	// stop is closed when the program is asked to end.
	stop <-chan struct{}
}

func isTerminal(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())
}
