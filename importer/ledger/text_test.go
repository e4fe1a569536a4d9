package ledger

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTextsComeBack holds what is read of a Text against what was kept of it.
func TestTextsComeBack(t *testing.T) {
	for _, tt := range []struct{ kept, read Text }{
		{Text{}, Text{}},
		{Say("held back"), Say("held back")},
		{Say("%d rows, %s: %v", 3, "åäö <&>", true), Say("%d rows, %s: %v", 3, "åäö <&>", true)},
		{Say("%d of %d in %v", int64(1)<<40, 2, 1.5), Say("%d of %d in %v", 1<<40, 2, 1.5)},
		{Say("the last because %v", Say("no answer within %v", 30*time.Second)), Say("the last because %v", Say("no answer within %v", "30s"))},
		{Say("it failed: %v", errors.New("a reason")), Say("it failed: %v", "a reason")},
		{Say("it failed: %v", fault("run %d: %v", 7, ErrNotFound)), Say("it failed: %v", Say("run %d: %v", 7, Say("not in the ledger")))},
		{Say("nothing: %v", Text{}), Say("nothing: %v", Text{})},
	} {
		b, err := json.Marshal(tt.kept)
		if err != nil {
			t.Fatal(err)
		}
		var got Text
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if !reflect.DeepEqual(got, tt.read) {
			t.Errorf("%s is read as %#v", b, got)
		}
		if got.String() != tt.kept.String() {
			t.Errorf("%q is read as %q", tt.kept, got)
		}
	}
}

func TestTextOf(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want Text
	}{
		{nil, Text{}}, {"", Text{}}, {Text{}, Text{}}, {"100 %", Say("%s", "100 %")}, {Say("a"), Say("a")},
		{errors.New("x"), Say("%s", "x")}, {ErrNotFound, Say("not in the ledger")},
	} {
		if got := TextOf(tt.v); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("TextOf(%v) = %#v", tt.v, got)
		}
	}
}

func TestKeptTextsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := Say(rapid.String().Draw(t, "format"))
		for _, a := range rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "args") {
			text.Args = append(text.Args, a)
		}
		if text.IsZero() {
			text = Text{}
		}
		kept, _ := text.kept().(string)
		if got, err := keptText(kept); err != nil || !reflect.DeepEqual(got, text) {
			t.Fatalf("%+q comes back as %+q, %v", text, got, err)
		}
	})
}
