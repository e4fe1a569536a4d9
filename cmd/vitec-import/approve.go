package main

import (
	"strconv"

	"vitec-import/importer"
)

// approve asks a person, or the flags, whether what may be sent shall be sent.
func (w *world) approve(b *batch, p *importer.Plan) error {
	n, f := p.ToSend(), b.flags
	if n == 0 {
		return nil
	}
	if messages := p.Messages.Total(); messages > 0 && !f.target.sandbox {
		if err := w.approveMessages(messages, f.maxMessages-b.messages, f); err != nil {
			return err
		}
		b.messages += messages
	}
	if f.yes || f.target.sandbox {
		return nil
	}
	if left := b.rowsLeft(); left > 0 {
		n = min(n, left)
	}
	ok, err := w.confirm(w.say("Send %s to %s?", w.count(n, "%d row", "%d rows"), f.target.name()))
	if err != nil {
		return err
	}
	if !ok {
		return exit{code: importer.ExitFailed, err: fail("nothing was sent")}
	}
	return nil
}

// approveMessages makes sure that messages to people are meant. The flag's number
// is for all lists; left is what is left of it.
func (w *world) approveMessages(n, left int, f *runFlags) error {
	if left >= n {
		return nil
	}
	if f.maxMessages > 0 || !w.terminalIn {
		return exit{code: importer.ExitFailed, err: failCount(n, "%d message would be sent to a person, and --max-messages allows %d; nothing was sent", "%d messages would be sent to people, and --max-messages allows %d; nothing was sent", max(left, 0)), hint: hint("if that is what you want: --max-messages %d; otherwise take the confirmations and reminders out of the mapping", n+f.maxMessages-left)}
	}
	answer, err := w.ask(w.count(n, "%d message will be sent to a person. Type 1 to go on: ", "%d messages will be sent to people. Type that number to go on: "))
	if err != nil {
		return err
	}
	if answer != strconv.Itoa(n) {
		return exit{code: importer.ExitFailed, err: fail("nothing was sent")}
	}
	return nil
}
