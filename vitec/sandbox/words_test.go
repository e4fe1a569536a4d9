package sandbox

import (
	"testing"

	"vitec-import/importer/words"
	"vitec-import/importer/words/wordstest"
)

func TestWords(t *testing.T) {
	var codes []string
	for _, form := range faultForms {
		codes = append(codes, "when."+form)
	}
	wordstest.Check(t, wordstest.Package{
		Files: wordFiles, Codes: codes,
		Same: []string{
			"help.info", "help.status", "kind.boolean", "kind.decimal", "kind.integer", "kind.text", "member.Coordinate",
			"requests.accept", "requests.agent", "requests.location", "requests.retryafter", "requests.type",
		},
	})
	for _, l := range words.Languages {
		for _, f := range KnownFaults() {
			if !catalogue.In(l).Has("fault." + f.Name) {
				t.Errorf("fault %s has no words in %s", f.Name, l)
			}
		}
	}
}

// What is computed for a page reads as its language wants it.
func TestNumbersAndIds(t *testing.T) {
	en, sv := texts{catalogue.In(words.English)}, texts{catalogue.In(words.Swedish)}
	for got, want := range map[string]string{
		en.Count("bookings.times", 2): "booked 2 times", sv.Count("bookings.times", 2): "bokad 2 gånger",
		sv.Count("headline.bookings", 1): "1 bokning", sv.Count("slots.unlimited", 3): "bokningar, ingen gräns för platser",
		en.duration(1500e6): "1.5 s", sv.duration(1500e6): "1,5 s", en.duration(0): "< 1 ms", en.duration(12e6): "12 ms", en.duration(90e9): "90 s",
		en.shortId("VIS4A1F0C7B2D9E4C35A6F8B0D1E2C3F4A5"): "VIS4A1\u2060…\u2060F4A5", en.shortId("TS-1700"): "TS-1700",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestIndentXML(t *testing.T) {
	for text, want := range map[string]string{
		`<a><b>x &amp; y</b><c/><d><e>1</e></d></a>`: "<a>\n  <b>x &amp; y</b>\n  <c/>\n  <d>\n    <e>1</e>\n  </d>\n</a>",
		`<a></a>`:           `<a></a>`,
		`<a><b></a>`:        "<a>\n  <b></a>",
		`<`:                 `<`,
		`<a b="1"`:          `<a b="1"`,
		`<p:a>t</p:a>`:      `<p:a>t</p:a>`,
		`<a><!-- c --></a>`: "<a>\n  <!-- c --></a>",
	} {
		if got := indentXML(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
