package main

import (
	"bufio"
	"fmt"
	"strings"

	"vitec-import/importer"
)

// confirm asks a person for a yes. Where there is nobody to ask it is an
// error that names the flag that answers.
func (w *world) confirm(question string) (bool, error) {
	if !w.terminalIn {
		return false, exit{code: 1, err: fail("ask.nobody"), hint: hint("ask.nobody.hint")}
	}
	answer, err := w.ask(w.say("ask.yes_no", question))
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
	line := make(chan string, 1)
	go func() {
		s, _ := bufio.NewReader(w.stdin).ReadString('\n')
		line <- strings.TrimSpace(s)
	}()
	select {
	case s := <-line:
		return s, nil
	case <-w.stop:
		fmt.Fprintln(w.stderr)
		return "", importer.ErrInterrupted
	}
}
