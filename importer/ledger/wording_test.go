package ledger

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestWordingsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := wording{
			message: rapid.OneOf(rapid.String(), rapid.Just(packedMark), rapid.Just(packedMark+"x")).Draw(t, "message"),
			code:    rapid.String().Draw(t, "code"),
			args:    rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "args"),
		}
		got, ok := unpackWording(w.packed())
		if !ok || got.message != w.message || got.code != w.code || !slices.Equal(got.args, w.args) {
			t.Fatalf("%+q comes back as %+q, %v", w, got, ok)
		}
	})
}

func FuzzUnpackWording(f *testing.F) {
	f.Add(wording{"m", "c", []string{"a"}}.packed())
	f.Add(packedMark)
	f.Add(packedMark + "\x03\x01a")
	f.Fuzz(func(t *testing.T, s string) {
		if w, ok := unpackWording(s); ok {
			if again, ok := unpackWording(w.packed()); !ok || again.message != w.message || again.code != w.code || !slices.Equal(again.args, w.args) {
				t.Errorf("%q is read as %+v, and that as %+v", s, w, again)
			}
		}
	})
}
