package main

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"vitec-import/importer"
)

// confirm asks a person for a yes. Where there is nobody to ask it is an
// error that names the flag that answers.
func (w *world) confirm(question string) (bool, error) {
	if !w.terminalIn {
		return false, exit{code: 1, err: fail("there is no terminal to ask for confirmation"), hint: hint("add --yes to go ahead without being asked")}
	}
	answer, err := w.ask(w.say("%s [y/N] ", question))
	if err != nil {
		return false, err
	}
	switch strings.ToLower(answer) {
	case "y", "yes", "j", "ja":
		return true, nil
	}
	return false, nil
}

// ask prints a question and reads one line, unless the program is asked to
// end meanwhile.
func (w *world) ask(question string) (string, error) {
	fmt.Fprint(w.stderr, question)
	type answer struct {
		text  string
		whole bool // it was ended by Enter
	}
	line := make(chan answer, 1)
	if w.lines == nil {
		w.lines = bufio.NewReader(w.stdin)
	}
	go func() {
		s, err := w.lines.ReadString('\n')
		line <- answer{strings.TrimSpace(s), err == nil}
	}()
	var given answer
	select {
	case given = <-line:
	case <-w.stop:
		fmt.Fprintln(w.stderr)
		return "", importer.ErrInterrupted
	}
	if given.whole {
		return given.text, nil
	}
	// On Windows Ctrl-C ends what is being read, too, and may do so first.
	fmt.Fprintln(w.stderr)
	select {
	case <-w.stop:
		return "", importer.ErrInterrupted
	case <-time.After(interruptLag):
		return given.text, nil
	}
}

// interruptLag is within what time after the end of the input the program is
// told of the Ctrl-C that has caused it.
const interruptLag = 200 * time.Millisecond
