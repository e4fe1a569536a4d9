package mapping

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"vitec-import/vitec"
)

// conversion is a line of a converter's table: want is what is sent, or the
// code of the fault after a bang.
type conversion struct{ text, want string }

func convertAll(t *testing.T, c convert, around surroundings, table []conversion) {
	t.Helper()
	around.today = today
	for _, line := range table {
		around.doubts = nil
		v, why := c(clean(line.text), &around)
		got := show(v)
		if why != nil {
			got = "!" + why.code
		} else if around.doubts != nil {
			got += "?" + strings.Join(around.doubts, " ")
		}
		if got != line.want {
			t.Errorf("%q: got %s, want %s", line.text, got, line.want)
		}
	}
}

func TestPhone(t *testing.T) {
	convertAll(t, toPhone, surroundings{}, []conversion{
		{"070-1740605", "0701740605"},
		{"070-174 06 05", "0701740605"},
		{"0701740699", "0701740699"},
		{"+46701740605", "0701740605"},
		{"+46 70 174 06 05", "0701740605"},
		{"+46 (0)70-174 06 05", "0701740605"},
		{"+46 0701740605", "0701740605"},
		{"0046701740605", "0701740605"},
		{"(070) 174 06 05", "0701740605"},
		{"070\u2011174\u00a006\u200b05", "0701740605"},
		{"070.174.06.05", "0701740605"},
		{"070/1740605", "0701740605"},
		{"701740605", "0701740605"},   // a spreadsheet took the zero
		{"46701740605", "0701740605"}, // or the plus
		{"0721234567", "0721234567"},
		{"0731234567", "0731234567"},
		{"0761234567", "0761234567"},
		{"0791234567", "0791234567"},
		{"08-123 456 78", "0812345678"},
		{"+46 8 123 456 78", "0812345678"},
		{"090-123456", "090123456"},
		{"0911-12345", "091112345"},
		{"+47 22 12 34 56", "+4722123456"},
		{"0047 22 12 34 56", "+4722123456"},
		{"+1 650 253 0000", "+16502530000"},
		{"+358 40 1234567", "+358401234567"},

		{"1,98501E+11", "!lost_digits"},
		{"7,01741E+08", "!lost_digits"},
		{"070-1740605 / 070-1740606", "!many_phones"},
		{"070-1740605, 070-1740606", "!many_phones"},
		{"070-1740605; 08-12345678", "!many_phones"},
		{"070-1740605\n070-1740606", "!many_phones"},
		{"0701740605 0701740606", "!many_phones"},
		{"070-1740605/06", "!many_phones"},
		{"+46701740605+46701740606", "!many_phones"},
		{"070-ABCDEFG", "!phone_letters"},
		{"070-1740605 (jobb)", "!phone_letters"},
		{"070-174O605", "!phone_letters"},
		{"saknas", "!phone_letters"},
		{"070-174060", "!phone"},
		{"-701740559", "!phone"}, // what a spreadsheet makes of +46-701740605
		{"070-17406055", "!phone"},
		{"0000000000", "!phone"},
		{"-", "!phone"},
		{"070-1740605*", "!phone"},
		{"+46", "!phone"},
		{"812345678", "!phone_prefix"}, // could lack its zero, or its area code
		{"123456", "!phone_prefix"},
		{"1740605", "!phone_prefix"},
		{"711234567", "!phone_prefix"},
	})
}

func TestPersonnummer(t *testing.T) {
	table := []conversion{
		{"199006022397", "199006022397"},
		{"19900602-2397", "199006022397"},
		{"900602-2397", "199006022397"},
		{"9006022397", "199006022397"},
		{"900602 2397", "199006022397"},
		{"900602–2397", "199006022397"},
		{"19900602+2397", "199006022397"},
		{"121212+1212", "191212121212"},
		{"19121212-1212", "191212121212"},
		{"121212-1212", "201212121212?personnummer_century"},
		{"900662-2394", "199006622394"}, // coordination number: the day + 60
		{"200001052380", "200001052380"},
		{"000105-2380", "200001052380"},
		{"000105+2380", "190001052380"},

		{"900602-2398", "!personnummer_check"},
		{"199013022397", "!personnummer_check"},
		{"900631-2390", "!personnummer_check"},
		{"1,98501E+11", "!lost_digits"},
		{"1.98501E+11", "!lost_digits"},
		{"1,9900602E11", "!lost_digits"},
		{"105238", "!personnummer"},
		{"001052380", "!personnummer_length"},
		{"19900602239", "!personnummer_length"},
		{"900602-239", "!personnummer"},
		{"900602-T397", "!personnummer"},
		{"19900602", "!personnummer_length"},
		{"född 1990", "!personnummer"},
		{"9006-022397", "!personnummer"},
		{"900602--2397", "!personnummer"},
		{"219006022397", "!personnummer_date"},
		{"129006022397", "!personnummer_date"},
		{"209006022397", "!personnummer_date"}, // not born yet
	}
	for _, number := range []string{
		"194408139089", "199006022397", "199107172380", "199610202385", "190104132386",
		"200001052380", "199312172381", "191212121212",
	} {
		table = append(table, conversion{number, number})
	}
	convertAll(t, toPersonnummer, surroundings{}, table)
	convertAll(t, toPersonnummer, surroundings{foreign: true}, []conversion{
		{"900602-2398", "900602-2398"},
		{"010190-123M", "010190-123M"},
	})
}

// TestPersonnummerMistyped changes each digit of a number to each other one:
// the check digit finds them all.
func TestPersonnummerMistyped(t *testing.T) {
	const number = "199006022397"
	for i := 2; i < len(number); i++ {
		for c := byte('0'); c <= '9'; c++ {
			wrong := number[:i] + string(c) + number[i+1:]
			if _, why := toPersonnummer(wrong, &surroundings{today: today}); wrong != number && why == nil {
				t.Errorf("%s is taken for a personal number", wrong)
			}
		}
	}
}

func TestBoolean(t *testing.T) {
	var table []conversion
	for word, want := range map[string]string{
		"ja j yes y sant true 1 x ✓ ✔":       "true",
		"nej n no falskt false 0":            "false",
		"kanske 2 - jaa jain ? ok on tru":    "!boolean",
		"JA Ja TRUE True SANT X Y YES J":     "true",
		"NEJ Nej FALSE False FALSKT N NO":    "false",
		"ja\u200b \ufeffja ja\u00a0 \u2060x": "true",
	} {
		for _, text := range strings.Split(word, " ") {
			table = append(table, conversion{text, want})
		}
	}
	convertAll(t, toBoolean, surroundings{}, table)
}

func TestNumbers(t *testing.T) {
	convertAll(t, toInteger, surroundings{}, []conversion{
		{"30", "30"}, {"-5", "-5"}, {"+5", "5"}, {"−5", "-5"}, {"007", "7"}, {"1 440", "1440"}, {"1\u00a0440", "1440"},
		{"12 345 678", "12345678"}, {"30,0", "30"}, {"30.00", "30"}, {"0", "0"},
		{"1.440", "!integer"}, {"1,440", "!integer"}, {"30.5", "!integer"}, {"1 44", "!integer"}, {"14 40", "!integer"},
		{"1440 555", "!integer"}, {"trettio", "!integer"}, {"30 min", "!integer"}, {"--5", "!integer"}, {"-", "!integer"},
		{"3e5", "!lost_digits"}, {"1,5E+11", "!lost_digits"}, {"99999999999", "!number_range"}, {"30,000", "!integer"},
	})
	convertAll(t, toDecimal, surroundings{}, []conversion{
		{"18,063", "18.063"}, {"18.063", "18.063"}, {"-0,5", "-0.5"}, {"63", "63"}, {"1 234,5", "1234.5"}, {"0", "0"},
		{"1.234,5", "!decimal"}, {"1,234.5", "!decimal"}, {"1,2,3", "!decimal"}, {",5", "!decimal"}, {"5,", "!decimal"},
		{"12 34,5", "!decimal"}, {"18°", "!decimal"}, {"NaN", "!decimal"}, {"Inf", "!decimal"}, {"0x1p4", "!decimal"},
		{"1,9E+11", "!lost_digits"}, {strings.Repeat("9", 400), "!number_range"},
	})
}

func TestEmail(t *testing.T) {
	convertAll(t, toEmail, surroundings{}, []conversion{
		{"anna@example.com", "anna@example.com"},
		{"Anna.Ek+visning@sub.example.co.uk", "Anna.Ek+visning@sub.example.co.uk"},
		{"mailto:anna@example.com", "anna@example.com"},
		{"åsa@exämple.se", "åsa@exämple.se"},
		{"o'neil@example.com", "o'neil@example.com"},
		{"a_b-c@1.example.com", "a_b-c@1.example.com"},
		{"\u200banna@example.com\u00a0", "anna@example.com"},
		{"anna@example", "!email"}, {"anna", "!email"}, {"@example.com", "!email"}, {"anna@", "!email"},
		{"anna@.com", "!email"}, {"anna@example..com", "!email"}, {"anna@example.com.", "!email"},
		{".anna@example.com", "!email"}, {"an..na@example.com", "!email"}, {"anna ek@example.com", "!email"},
		{"anna@exa mple.com", "!email"}, {"anna@-example.com", "!email"}, {"anna@example-.com", "!email"},
		{"anna@@example.com", "!email"}, {"anna@example.com,", "!email"}, {"<anna@example.com>", "!email"},
		{"anna@127.0.0.1", "!email"}, {"anna@example.c", "!email"}, {"saknas", "!email"}, {"\"a b\"@example.com", "!email"},
		{"anna@example.com; eva@example.com", "!many_emails"}, {"anna@example.com eva@example.com", "!many_emails"},
		{"anna@example.com/eva@example.com", "!many_emails"},
	})
}

func TestCountry(t *testing.T) {
	convertAll(t, toCountry, surroundings{}, []conversion{
		{"SE", "SE"}, {"se", "SE"}, {"SWE", "SE"}, {"Sverige", "SE"}, {"SVERIGE", "SE"}, {"Sweden", "SE"},
		{"Norge", "NO"}, {"norway", "NO"}, {"Danmark", "DK"}, {"Finland", "FI"}, {"Tyskland", "DE"}, {"Germany", "DE"},
		{"Storbritannien", "GB"}, {"UK", "GB"}, {"USA", "US"}, {"United States", "US"}, {"Österrike", "AT"}, {"Schweiz", "CH"},
		{"Åland", "AX"}, {"Kina", "CN"}, {"Thailand", "TH"}, {"Iran", "IR"}, {"Irak", "IQ"},
		{"Polen", "PL"}, {"Spanien", "ES"}, {"Turkiet", "TR"}, {"Island", "IS"}, {"Nederländerna", "NL"}, {"Holland", "NL"},
		{"Narnia", "!country"}, {"ZZ", "!country"}, {"QQ", "!country"}, {"EU", "!country"}, {"46", "!country"}, {"-", "!country"},
	})
	for name, code := range countries() {
		if len(code) != 2 || strings.ToUpper(code) != code || name != fold(name) {
			t.Errorf("%q is %q", name, code)
		}
	}
	if n := len(countries()); n < 900 {
		t.Errorf("%d names and codes are known", n)
	}
}

var update = flag.Bool("update", false, "write the tables anew")

// TestCountryNames: the table is that of the library.
func TestCountryNames(t *testing.T) {
	swedish, english := display.Regions(language.Swedish), display.Regions(language.English)
	var want strings.Builder
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.Canonicalize() != region || region.String() != code || a == 'X' || code == "ZZ" || code == "EU" || code == "UN" {
				continue
			}
			cells := []string{code, region.ISO3(), swedish.Name(region), english.Name(region)}
			cells = slices.DeleteFunc(cells, func(name string) bool { return name == "" }) // as those of a country that is no more
			if strings.ContainsAny(strings.Join(cells, ""), "\t\n") {
				t.Errorf("%q cannot be written", cells)
			}
			want.WriteString(strings.Join(cells, "\t") + "\n")
		}
	}
	if *update {
		if err := os.WriteFile("countries.tsv", []byte(want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if countryNames != want.String() {
		t.Error("the library has other names; run go test ./mapping -run TestCountryNames -update")
	}
}

func TestZip(t *testing.T) {
	swedish := []conversion{
		{"90325", "903 25"}, {"903 25", "903 25"}, {"903-25", "903 25"}, {"SE-903 25", "903 25"}, {"S-90325", "903 25"},
		{"se 903 25", "903 25"}, {"90 325", "903 25"},
		{"9032", "!zip"}, {"00325", "!zip"}, {"903250", "!zip"}, {"Umeå", "!zip"}, {"9,0325E+04", "!lost_digits"}, {"903 2O", "!zip"},
	}
	convertAll(t, toZip, surroundings{}, swedish)
	convertAll(t, toZip, surroundings{country: "SE"}, swedish)
	convertAll(t, toZip, surroundings{country: "NO"}, []conversion{{"0150", "0150"}, {"90325", "90325"}})
	convertAll(t, toZip, surroundings{country: "GB"}, []conversion{{"SW1A 1AA", "SW1A 1AA"}})
}

func TestListAndChoice(t *testing.T) {
	convertAll(t, lister(""), surroundings{}, []conversion{
		{"a", "a"}, {"a,b", "a, b"}, {" a ; b;; a", "a, b"}, {"a|b\nc", "a, b, c"}, {";", ""}, {"två ord, tre", "två ord, tre"},
	})
	convertAll(t, lister("/"), surroundings{}, []conversion{{"a, b/c", "a, b, c"}})
	convertAll(t, chooser([]string{"Visit"}), surroundings{}, []conversion{
		{"visit", "Visit"}, {"Later", "Later"},
	})
}

func TestSplitName(t *testing.T) {
	for text, want := range map[string]string{
		"Anna Ek":                "Anna|Ek",
		"Anna Maria Ek":          "Anna Maria|Ek",
		"Anna  Ek ":              "Anna|Ek",
		"Ek, Anna Maria":         "Anna Maria|Ek",
		"von Essen, Anna":        "Anna|von Essen",
		"Anna von Essen":         "Anna|von Essen",
		"Juan de la Cruz":        "Juan|de la Cruz",
		"Van Morrison":           "Van|Morrison",
		"Anna":                   "Anna|",
		"Anna-Lena Ek Lind-Berg": "Anna-Lena Ek|Lind-Berg",
		"Sinead O Connor":        "Sinead O|Connor",
		"Anna o Bo Ek":           "!two_people",
		"Anna och Erik Ek":       "!two_people",
		"Anna & Erik Ek":         "!two_people",
		"Anna/Erik Ek":           "!two_people",
		"Ek, Anna, Erik":         "!name",
		"Ek,":                    "!name",
		"Anna\nEk":               "Anna|Ek",
	} {
		first, last, why := splitName(clean(text))
		got := first + "|" + last
		if why != nil {
			got = "!" + why.code
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// TestSplitAddress: an address in one cell comes apart where its postal code
// stands, and is left alone where there is none.
func TestSplitAddress(t *testing.T) {
	for text, want := range map[string][3]string{
		"Storgatan 1, 903 25 Umeå":                              {"Storgatan 1", "903 25", "Umeå"},
		"Storgatan 1 903 25 Umeå":                               {"Storgatan 1", "903 25", "Umeå"},
		"Storgatan 1\n90325 UMEÅ":                               {"Storgatan 1", "90325", "UMEÅ"},
		"Box 112, 123 45 Ort":                                   {"Box 112", "123 45", "Ort"},
		"c/o Ek, Gatan 3 A lgh 1102; SE-194 61  Upplands Väsby": {"c/o Ek, Gatan 3 A lgh 1102", "194 61", "Upplands Väsby"},
		"Storgatan 1, 903 25, Umeå":                             {"Storgatan 1", "903 25", "Umeå"},
		"Storgatan 1, S-903 25 Umeå, Sverige":                   {"Storgatan 1", "903 25", "Umeå"},
		"Storgatan 1, 903 25 Umeå, Teg":                         {"Storgatan 1", "903 25", "Umeå, Teg"},
		"903 25 Umeå":                                           {"", "903 25", "Umeå"},
		"90325 Umeå":                                            {"", "90325", "Umeå"},
		"Storgatan 1":                                           {"Storgatan 1", "", ""},
		"Storgatan 1, Umeå":                                     {"Storgatan 1, Umeå", "", ""},
		"Storgatan 11 111 22 Ort":                               {"Storgatan 11", "111 22", "Ort"},
		"Storgatan 1, 903 25":                                   {"Storgatan 1, 903 25", "", ""},
		"12 Main St, London SW1A 1AA":                           {"12 Main St, London SW1A 1AA", "", ""},
		"070-174 06 05 Anna":                                    {"070-174 06 05 Anna", "", ""},
		"":                                                      {},
	} {
		street, zip, city := splitAddress(text)
		if got := [3]string{street, zip, city}; got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for cell, want := range map[string]string{
		"":                         "",
		"  Anna ":                  "Anna",
		"\u00a0Anna\u2009Ek\u202f": "Anna Ek",
		"\ufeffAnna\u200b":         "Anna",
		"An\u00adna":               "Anna",
		"A\u030asa":                "Åsa",
		"a\r\nb\rc\u2028d":         "a\nb\nc\nd",
		"a\tb\x00c\x1f\x7f":        "a bc",
		"\u202eAnna\u202c":         "Anna",
		"❤":                        "❤",
		"山田":                       "山田",
		"\u200b":                   "",
	} {
		if got := clean(cell); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
}

// TestConvertersSuitFields holds the converters of every field against its
// kind: what they make is what the field takes.
func TestConvertersSuitFields(t *testing.T) {
	samples := map[string]string{
		"text": "x", "phone": "0701740605", "personnummer": "199006022397", "date": "2026-03-04", "datetime": "2026-03-04",
		"boolean": "ja", "integer": "1", "decimal": "1", "choice": "a", "list": "a,b", "email": "a@example.com", "country": "SE", "zip": "90325",
	}
	for _, f := range vitec.Fields() {
		for _, name := range convertersOf(f) {
			rule := "{column: X, as: " + name
			if name == convertersOf(f)[0] && name != "text" {
				rule = "{column: X"
			}
			m, err := Parse("m.yaml", []byte(mappingOf(f.Path, rule+"}")), Options{Today: today})
			if err != nil {
				t.Errorf("%s as %s: %v", f.Path, name, err)
				continue
			}
			mp, err := m.Bind([]string{"X"})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range mp.Map([]string{samples[name]}, new(Submission)) {
				if p.Field == f.Path && p.Code != vitec.CodeCustomerMismatch && p.Code != vitec.CodeTooLong && !p.Warning {
					t.Errorf("%s as %s: %s", f.Path, name, p.Code)
				}
			}
		}
	}
}
