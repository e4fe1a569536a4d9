package importer

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/vitec"
)

// Every reason that a row or a run can have survives the ledger, which keeps
// its format and arguments.
func TestReasons(t *testing.T) {
	dir := t.TempDir()
	_, damaged := ledger.Open(t.Context(), dir, ledger.Options{Create: true})
	if damaged == nil {
		t.Fatal("a folder is a ledger")
	}
	_, unread := table.Open(context.Background(), dir, table.Options{})
	rejected := with(judge(vitec.Answer{}, &vitec.StatusError{Status: 400}, situation{}).reason, "Ogiltigt namn")
	for _, tt := range []struct {
		reason ledger.Text
		want   string
	}{
		{ledger.Text{}, ""},
		{rejected, "the server answered 400 bad request: Ogiltigt namn"},
		{judge(vitec.Answer{}, &vitec.AnswerError{Status: 200, Reason: vitec.Text{Format: "the answer is empty"}}, situation{}).reason, "the server answered 200 ok without a booking id: the answer is empty"},
		{judge(vitec.Answer{}, &vitec.RequestError{Path: "updatePerson.note", Reason: vitec.Text{Format: "holds the character %s, which XML cannot carry", Args: []any{"U+0001"}}}, situation{}).reason,
			"updatePerson.note holds the character U+0001, which XML cannot carry"},
		{judge(vitec.Answer{}, &vitec.StatusError{Status: 302, Location: "example.com"}, situation{}).reason,
			"the server answered 302 found and pointed to example.com: this is not the API's address"},
		{with(judge(vitec.Answer{}, &vitec.TransportError{Written: true, Err: errors.New("reset")}, situation{}).reason, "reset"),
			"the request was sent and no answer came back: reset"},
		{ledger.TextOf(Stop{Reason: ledger.Say("the ledger cannot be written"), Err: damaged}), "the ledger cannot be written: " + dir + ": this is a folder"},
		{ledger.TextOf(unreadable(unread)), "the file could not be read to its end: " + unread.Error()},
		{ledger.TextOf(unreadable(&InputChangedError{Place: "p.csv:7"})), "p.csv:7: the file was changed while it was being imported"},
	} {
		if got := tt.reason.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
		kept, err := json.Marshal(tt.reason)
		var back ledger.Text
		if err = errors.Join(err, json.Unmarshal(kept, &back)); err != nil || back.String() != tt.want {
			t.Errorf("%q comes back as %q, %v", tt.want, back, err)
		}
	}
}
