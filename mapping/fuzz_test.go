package mapping

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// FuzzParse: whatever the file holds, the parser ends, and every mistake has
// a place inside the file and words for a person.
func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add(wide)
	for _, m := range mutants {
		f.Add(strings.Replace(strings.Replace(good, m.old, m.new, 1), "§", "", 1))
	}
	for _, src := range []string{
		"", "---", "[]", "a", "version: 1", "{", "&a [*a]", "a: &a [*a,*a]\n", "? a\n: b", "- - - -", "'", "\"\\u0000\"", "%YAML 1.1\n---\n",
		"participant: {updatePerson: {firstName: {column: {column: {}}}}}", "lookups: {? {} : a}", "skip: [[[]]]", "\ufeffversion: 1", "a: |\n  b\r\n  c",
		strings.Repeat("[", 20000), strings.Repeat("a: {", 5000), "a: !!binary x", "target: *x", "version: 1\n\u0085target: \u2028x",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		m, err := Parse("m.yaml", []byte(src), Options{Today: today})
		if err == nil {
			if _, err = m.Bind([]string{"Namn", "Mobil"}); err == nil {
				return
			}
		}
		var found Errors
		if !errors.As(err, &found) || len(found) == 0 {
			t.Fatalf("no mistakes are told: %v", err)
		}
		lines := newSource("", []byte(src)).lines
		for _, e := range found {
			if e.File != "m.yaml" || e.Line < 1 || e.Line > len(lines) || e.Column < 1 || e.Column > utf8.RuneCountInString(lines[e.Line-1])+1 || e.Reason.String() == "" || e.Code == "" {
				t.Fatalf("no place or no words: %+v", e)
			}
			if strings.Contains(e.Reason.String(), "%!") && !strings.Contains(src, "%!") {
				t.Fatalf("a message is broken: %s", e)
			}
		}
	})
}

// FuzzConvert: no cell makes a converter panic, and what one makes of a cell
// it makes of its own result too.
func FuzzConvert(f *testing.F) {
	for _, text := range []string{"", "070-1740605", "900602-2397", "1,98501E+11", "2026-03-04", "ja", "1 440", "18,063", "a@b.se", "Sverige", "903 25", "+", "@", "-", "\x00", "\xff"} {
		f.Add(text)
	}
	converters := map[string]convert{
		"phone": toPhone, "personnummer": toPersonnummer, "date": dater(nil, "", false), "datetime": dater(nil, "", true), "boolean": toBoolean,
		"integer": toInteger, "decimal": toDecimal, "email": toEmail, "country": toCountry, "zip": toZip, "list": lister(""), "text": texter(false),
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for name, c := range converters {
			text := clean(cell)
			if text == "" {
				continue
			}
			v, why := c(text, &surroundings{today: today})
			if why != nil {
				continue
			}
			switch name {
			case "phone", "personnummer", "email", "country", "zip", "text", "integer", "decimal":
				if v == nil {
					continue
				}
				again, why := c(show(v), &surroundings{today: today})
				if why != nil || show(again) != show(v) {
					t.Fatalf("%s: %q becomes %q, which becomes %q (%v)", name, cell, show(v), show(again), why)
				}
			}
			if name == "phone" && utf8.RuneCountInString(show(v)) > 17 {
				t.Fatalf("%q becomes %q, which the server does not keep", cell, show(v))
			}
		}
	})
}

// TestRows: for any row, Map and Trace agree, a problem's place is a cell of
// the row, and mapping the same row again gives the same.
func TestRows(t *testing.T) {
	m, err := Parse("mapping.yaml", []byte(good), Options{Today: today})
	if err != nil {
		t.Fatal(err)
	}
	mp, err := m.Bind(goodHeader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := m.Bind(goodHeader)
	if err != nil {
		t.Fatal(err)
	}
	cell := rapid.OneOf(
		rapid.SampledFrom([]string{"", " ", "18:00", "Anna Ek", "Ek, Anna", "070-1740605", "anna@example.com", "2026-03-04", "Hem", "Avbokad", "Umeå", "90325", "ja", "1,9E+11"}),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SliceOfN(cell, 0, len(goodHeader)+2).Draw(t, "row")
		var s Submission
		problems := slices.Clone(mp.Map(row, &s))
		trace := other.Trace(row)
		if !slices.Equal(codes(problems), codes(trace.Problems)) || s.Skipped != trace.Submission.Skipped || s.Target != trace.Submission.Target {
			t.Fatalf("Map and Trace differ: %v %v", codes(problems), codes(trace.Problems))
		}
		for _, p := range problems {
			if p.Column < -1 || p.Column >= len(goodHeader) || p.Column >= 0 && (p.Header != goodHeader[p.Column] || p.Value != "" && p.Value != row[p.Column]) {
				t.Fatalf("the place is wrong: %+v", p)
			}
		}
		if s.Skipped == "" && len(trace.Steps) != len(mp.fields) {
			t.Fatalf("%d steps of %d fields", len(trace.Steps), len(mp.fields))
		}
		var again Submission
		if got := codes(mp.Map(row, &again)); !slices.Equal(got, codes(problems)) {
			t.Fatalf("the second time: %v, the first: %v", got, codes(problems))
		}
	})
}
