package mapping

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the tables anew")

// TestNumberings: the table is that of the library, whatever version of it is
// in use.
func TestNumberings(t *testing.T) {
	want := libraryNumberings(t)
	if *update {
		if err := os.WriteFile("numbering.tsv", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if numberings != want {
		t.Error("the library has other tables; run go test ./mapping -run TestNumberings -update")
	}
}

func libraryNumberings(t *testing.T) string {
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	type place struct {
		code   int
		region string
	}
	of := map[place]*phonenumbers.PhoneMetadata{}
	for _, m := range all.GetMetadata() {
		of[place{int(m.GetCountryCode()), m.GetId()}] = m
	}
	var lines []string
	for code := 1; code < 1000; code++ {
		for _, region := range phonenumbers.GetRegionCodesForCountryCode(code) {
			m := of[place{code, region}]
			if m == nil {
				t.Fatalf("%d %s has no table", code, region)
			}
			general := m.GetGeneralDesc()
			cells := []string{
				strconv.Itoa(code), lengths(general.GetPossibleLength()), m.GetNationalPrefixForParsing(), m.GetNationalPrefixTransformRule(),
				general.GetNationalNumberPattern(),
			}
			for _, d := range kinds(m) {
				if p := d.GetNationalNumberPattern(); p != "" && p != "NA" && !slices.Contains(cells[5:], p) {
					cells = append(cells, p)
				}
			}
			lines = append(lines, strings.Join(cells, "\t")+"\n")
			if strings.ContainsAny(strings.Join(cells, ""), "\t\n") || len(cells) < 6 || general.GetPossibleLength()[0] <= 0 {
				t.Errorf("%d %s cannot be written: %q", code, region, cells)
			}
		}
	}
	return strings.Join(lines, "")
}

// kinds are the kinds of numbers of a region.
func kinds(m *phonenumbers.PhoneMetadata) []*phonenumbers.PhoneNumberDesc {
	return []*phonenumbers.PhoneNumberDesc{
		m.GetFixedLine(), m.GetMobile(), m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(),
		m.GetPersonalNumber(), m.GetVoip(), m.GetPager(), m.GetUan(), m.GetVoicemail(),
	}
}

func lengths(list []int32) string {
	var s []string
	for _, n := range list {
		s = append(s, strconv.Itoa(int(n)))
	}
	return strings.Join(s, ",")
}

// phoneByLibrary is what a number is by the library that the table comes from.
func phoneByLibrary(text string) (string, bool) {
	number, err := phonenumbers.Parse(text, "SE")
	switch {
	case err != nil || !phonenumbers.IsValidNumber(number):
		return "", false
	case number.GetCountryCode() == 46:
		return "0" + phonenumbers.GetNationalSignificantNumber(number), true
	}
	return phonenumbers.Format(number, phonenumbers.E164), true
}

// sameAsLibrary holds one number, with what sets its digits apart, to the
// library. What is refused for its signs has never come to the library.
func sameAsLibrary(t interface{ Errorf(string, ...any) }, text string) (valid bool) {
	got, why := phoneByNumbering(text)
	if why.bad() && why.code != "phone" {
		return false
	}
	want, valid := phoneByLibrary(text)
	if valid == why.bad() || got.text != want {
		t.Errorf("%q: %q (%v), but the library says %q", text, got.text, why, want)
	}
	return valid
}

// TestEveryRegionEqualsLibrary takes numbers of every region and kind: the
// library's examples and many near them, with other digits at every place,
// digits more and less, and the prefixes of the country and of others; and
// numbers made from what the kind looks like.
func TestEveryRegionEqualsLibrary(t *testing.T) {
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	valid, refused, seen := 0, 0, map[string]bool{}
	check := func(text string) {
		if seen[text] {
			return
		}
		seen[text] = true
		if sameAsLibrary(t, text) {
			valid++
		} else {
			refused++
		}
	}
	for _, m := range all.GetMetadata() {
		code := strconv.Itoa(int(m.GetCountryCode()))
		for _, d := range append(kinds(m), m.GetGeneralDesc()) {
			if p := d.GetNationalNumberPattern(); p != "" && p != "NA" {
				made := rapid.StringMatching("(?:" + strings.ReplaceAll(p, `\d`, "[0-9]") + ")")
				for seed := range 30 {
					check("+" + code + made.Example(seed))
				}
			}
			number := d.GetExampleNumber()
			if number == "" {
				continue
			}
			for _, before := range []string{"+", "00", "+00", "++", "000", "+0", "(+"} {
				check(before + code + number)
			}
			for _, prefix := range []string{m.GetNationalPrefix(), "0", "1", "8", "00", "06", "180020"} {
				check("+" + code + prefix + number)
			}
			for i := range len(number) {
				check("+" + code + number[:i])
				check("+" + code + number[i:])
				check("+" + code + number[:i] + "5" + number[i:])
				for digit := '0'; digit <= '9'; digit++ {
					check("+" + code + number[:i] + string(digit) + number[i+1:])
				}
			}
			check("0" + number)
			check(number)
		}
	}
	if valid < 10_000 || refused < 10_000 {
		t.Errorf("only %d numbers were valid and %d not", valid, refused)
	}
}

// TestShortNumbersEqualLibrary goes through all numbers of up to four digits.
// Beside what they are, that shows that an extension behind one, which the
// library reads, belongs to no number.
func TestShortNumbersEqualLibrary(t *testing.T) {
	for _, before := range []string{"+", "00", "0", "+00", ""} {
		for n := range 10_000 {
			for width := 1; width <= 4; width++ {
				if digits := fmt.Sprintf("%0*d", width, n); len(digits) == width && sameAsLibrary(t, before+digits) {
					t.Errorf("%s%s is a number", before, digits)
				}
			}
		}
	}
}

// TestNumberingEqualsLibrary: the same with all signs that a cell may hold.
func TestNumberingEqualsLibrary(t *testing.T) {
	codes := make([]string, 0, 250)
	for code := range numberingOf() {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`[(+]{0,3}(00)?[0-9]([ ./()–−‐‑-]?[0-9]){2,16}[ )-]?`),
			rapid.StringMatching(`[ +(,;/-]{0,3}0{0,3}[0-9+]([ ,;|&/\n.()-]{0,2}[0-9]){0,9}[,;]{0,2}[0-9]{0,9}`),
			rapid.StringMatching(`0[0-9]{1,3}[ /-]{0,2}([0-9] ?){4,9}`),
			rapid.Custom(func(t *rapid.T) string {
				return rapid.SampledFrom([]string{"+", "00", "+00", "(+"}).Draw(t, "before") + rapid.SampledFrom(codes).Draw(t, "code") +
					rapid.StringMatching(`[ (-]?[0-9]([ )-]?[0-9]){3,12}`).Draw(t, "number")
			}),
		).Draw(t, "text")
		sameAsLibrary(t, text)
	})
}
