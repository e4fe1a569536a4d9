package sandbox

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"vitec-import/vitec"
)

// TestWords holds the table of texts: every key in both languages, alike in
// form, and none that nobody asks for.
func TestWords(t *testing.T) {
	verbs := regexp.MustCompile(`%[a-z]`)
	used := usedKeys(t)
	for key, p := range phrases {
		if p.en == "" || p.sv == "" {
			t.Errorf("%s is not in both languages", key)
		}
		if en, sv := verbs.FindAllString(p.en, -1), verbs.FindAllString(p.sv, -1); !slices.Equal(en, sv) {
			t.Errorf("%s: %v in English, %v in Swedish", key, en, sv)
		}
		if en, sv := strings.HasSuffix(p.en, "."), strings.HasSuffix(p.sv, "."); en != sv {
			t.Errorf("%s ends with a full stop in one language only", key)
		}
		if base, ok := strings.CutSuffix(key, ".one"); ok {
			if _, ok := phrases[base+".many"]; !ok {
				t.Errorf("%s has no .many", key)
			}
		}
		if base, ok := strings.CutSuffix(key, ".many"); ok {
			if _, ok := phrases[base+".one"]; !ok {
				t.Errorf("%s has no .one", key)
			}
		}
		if !used(key) {
			t.Errorf("nobody asks for %s", key)
		}
	}
}

// usedKeys says which keys the templates and the code ask for, whole or by the
// part that is written out. It complains of those that do not exist.
func usedKeys(t *testing.T) func(string) bool {
	t.Helper()
	var whole, parts []string
	inPage := regexp.MustCompile(`\bt "([^"]+)"()`)
	inCode := regexp.MustCompile(`(?:\.text\(|\.count\(|\sadd\()"([^"]+)"(\s?\+)?`)
	read := func(path string, b []byte) {
		asked := inPage
		if filepath.Ext(path) == ".go" {
			asked = inCode
		}
		for _, m := range asked.FindAllStringSubmatch(string(b), -1) {
			if m[2] != "" {
				parts = append(parts, m[1])
				continue
			}
			whole = append(whole, m[1])
			_, one := phrases[m[1]]
			_, many := phrases[m[1]+".many"]
			if !one && !many {
				t.Errorf("%s asks for %q, which does not exist", path, m[1])
			}
		}
		// Keys that are chosen before they are asked for.
		for _, m := range regexp.MustCompile(`(?:key|contact) :?= "([^"]+)"`).FindAllStringSubmatch(string(b), -1) {
			whole = append(whole, m[1])
		}
	}
	err := fs.WalkDir(pageFiles, "page", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".html" {
			return err
		}
		b, err := pageFiles.ReadFile(path)
		read(path, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no code to read", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		read(file, b)
	}
	return func(key string) bool {
		base := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".many")
		return slices.Contains(whole, key) || slices.Contains(whole, base) ||
			slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(key, p) })
	}
}

// What is described elsewhere in English is described here in Swedish.
func TestSwedishDescriptions(t *testing.T) {
	fields := make(map[string]bool)
	for _, f := range vitec.Fields() {
		fields[f.Path] = true
		if _, ok := swedishFields[f.Path]; ok == (f.Swedish != "") {
			t.Errorf("%s: Swedish in %q and here %v, want one of them", f.Path, f.Swedish, ok)
		}
	}
	for path := range swedishFields {
		if !fields[path] {
			t.Errorf("there is no field %s", path)
		}
	}
	names := make(map[string]bool)
	for _, f := range KnownFaults() {
		names[f.Name] = true
		if swedishFaults[f.Name] == "" {
			t.Errorf("fault %s has no Swedish", f.Name)
		}
	}
	for name := range swedishFaults {
		if !names[name] {
			t.Errorf("there is no fault %s", name)
		}
	}
}

// What is computed for a page reads as its language wants it.
func TestNumbersAndIds(t *testing.T) {
	en, sv := words("en"), words("sv")
	for got, want := range map[string]string{
		en.number(1234567): "1\u202f234\u202f567", en.number(-1234): "-1\u202f234", en.number(999): "999",
		en.count("bookings.times", 2): "booked 2 times", sv.count("bookings.times", 2): "bokad 2 gånger",
		sv.count("headline.bookings", 1): "1 bokning", sv.count("slots.unlimited", 3): "bokningar, ingen gräns för platser",
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
