package table

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"vitec-import/importer/table/internal/delimited"
)

// in encodes a text.
func in(cm *charmap.Charmap, s string) string {
	out, err := cm.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

func inUTF16(s string, big bool) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			b.WriteByte(byte(u >> 8))
			b.WriteByte(byte(u))
		} else {
			b.WriteByte(byte(u))
			b.WriteByte(byte(u >> 8))
		}
	}
	return b.String()
}

// rowsAlike are n rows that read alike, from a line on.
func rowsAlike(line, n int, cells string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\n%d: %s", line+i, cells)
	}
	return b.String()
}

const swedish = "Förnamn;Efternamn;Ort\r\nÅsa;Öberg;Malmö\r\nBjörn;Åkesson;Växjö\r\n"
const swedishRead = "1: Förnamn|Efternamn|Ort\n2: Åsa|Öberg|Malmö\n3: Björn|Åkesson|Växjö"

// encodingCases are files in each encoding; option is Options.Encoding.
func encodingCases() []encodingCase {
	return []encodingCase{
		{"UTF-8", swedish, "", `csv utf-8 ";" ` + swedishRead},
		{"UTF-8 with mark", "\ufeff" + swedish, "", `csv utf-8-bom ";" ` + swedishRead},
		{"UTF-8 with mark, asked for", "\ufeff" + swedish, "UTF8", `csv utf-8-bom ";" ` + swedishRead},
		{"UTF-16LE with mark", "\xff\xfe" + inUTF16(swedish, false), "", `csv utf-16le ";" ` + swedishRead},
		{"UTF-16BE with mark", "\xfe\xff" + inUTF16(swedish, true), "", `csv utf-16be ";" ` + swedishRead},
		{"UTF-16LE", inUTF16(swedish, false), "", `csv utf-16le ";" ` + swedishRead},
		{"UTF-16BE", inUTF16(swedish, true), "", `csv utf-16be ";" ` + swedishRead},
		{"UTF-16LE with tabs, as Excel writes it but for the mark", inUTF16("Namn\tOrt\tNot\r\nÅsa\tLund\t\"a\tb\"\r\n", false), "", "csv utf-16le \"\\t\" 1: Namn|Ort|Not\n2: Åsa|Lund|a␉b"},
		{"UTF-16BE with a sep line and line breaks", "\xfe\xff" + inUTF16("sep=|\r\nNamn|Not\r\nÅsa|\"a\r\nb\"\r\nBo|c\r\n", true), "", "csv utf-16be \"|\" 2: Namn|Not\n3: Åsa|a␍␊b\n5: Bo|c"},
		{"Mac Roman with CR and quoted line breaks, asked for", in(charmap.Macintosh, "Namn;Not\rÅsa;\"ä\rö\"\rBö;é\r"), "macintosh", "csv macintosh \";\" 1: Namn|Not\n2: Åsa|ä␍ö\n4: Bö|é"},
		{"CP850 with a sep line, asked for", in(charmap.CodePage850, "sep=,\r\nNamn,Not\r\nÅsa,\"ä; ö\"\r\n"), "cp850", "csv cp850 \",\" 2: Namn|Not\n3: Åsa|ä; ö"},
		{"windows-1252 of a list with semicolons and commas", in(charmap.Windows1252, "Namn;Adress\r\nÖberg, Åsa;\"Gatan 1; 2 tr, Lund\"\r\nEk, Bo;Vägen 2, Åre\r\n"), "", "csv windows-1252 \";\" 1: Namn|Adress\n2: Öberg, Åsa|Gatan 1; 2 tr, Lund\n3: Ek, Bo|Vägen 2, Åre"},
		{"rows of UTF-8 among windows-1252", in(charmap.Windows1252, "Namn;Ort\n"+strings.Repeat("Ö", 50)+";Malmö\n") + "Björn;Malmö\nBo;Kil\n", "", "csv windows-1252 \";\" 1: Namn|Ort\n2: " + strings.Repeat("Ö", 50) + "|Malmö\n3! invalid_byte A\n4: Bo|Kil"},
		{"a header of UTF-8 above windows-1252", "Förnamn;Ort\n" + in(charmap.Windows1252, strings.Repeat("Åsa;Malmö\nBö;Växjö\n", 20)), "", "! header on line 1"},
		{"rows of UTF-8 among windows-1252, asked for", in(charmap.Windows1252, "Namn;Ort\nÅsa;Malmö\n") + "Björn;Kil\n", "windows-1252", "csv windows-1252 \";\" 1: Namn|Ort\n2: Åsa|Malmö\n3: BjÃ¶rn|Kil"},
		{"two marks", "\ufeff\ufeffNamn;Ort\nÅsa;Lund\n", "", "csv utf-8-bom \";\" 1: Namn|Ort\n2: Åsa|Lund"},
		{"a mark inside", "Namn;Ort\n\ufeffÅsa;Lund\n", "", "csv utf-8 \";\" 1: Namn|Ort\n2: Åsa|Lund"},
		{"UTF-16BE asked for", inUTF16(swedish, true), "utf-16be", `csv utf-16be ";" ` + swedishRead},
		{"UTF-16 says BE by its mark", "\xfe\xff" + inUTF16(swedish, true), "utf-16", `csv utf-16be ";" ` + swedishRead},
		{"UTF-16 with an emoji", "\xff\xfe" + inUTF16("Namn;Ort\n😀;Ö\n", false), "", "csv utf-16le \";\" 1: Namn|Ort\n2: 😀|Ö"},
		{"UTF-16 with half a pair", "\xff\xfe" + inUTF16("Namn;Ort\n", false) + "\x3d\xd8" + inUTF16(";Ö\nÅ;Ä\n", false), "", "csv utf-16le \";\" 1: Namn|Ort\n2! invalid_byte A\n3: Å|Ä"},
		{"UTF-16 with an odd byte at the end", "\xff\xfe" + inUTF16("Namn;Ort\nÅ;Ö", false) + "x", "", "csv utf-16le \";\" 1: Namn|Ort\n2! invalid_byte B"},
		{"UTF-32", "\xff\xfe\x00\x00N\x00\x00\x00", "", "! encoding"},
		{"windows-1252", in(charmap.Windows1252, swedish), "", `csv windows-1252 ";" ` + swedishRead},
		{"windows-1252 with its own signs", in(charmap.Windows1252, "Namn;Not\r\nÅsa;“€ 5” – ’n’ … ™\r\nŽarko Hašek;Œuvre\r\n"), "", "csv windows-1252 \";\" 1: Namn|Not\n2: Åsa|“€ 5” – ’n’ … ™\n3: Žarko Hašek|Œuvre"},
		{"windows-1252 with one letter", in(charmap.Windows1252, "Namn;Ort\nRené;Lund\n"), "", "csv windows-1252 \";\" 1: Namn|Ort\n2: René|Lund"},
		{"an undefined byte among windows-1252", in(charmap.Windows1252, "Namn;Ort\nÅsa;Malmö\n") + "B\x81;C\n", "", "csv windows-1252 \";\" 1: Namn|Ort\n2: Åsa|Malmö\n3! invalid_byte A"},
		{"iso-8859-1 is part of windows-1252", in(charmap.ISO8859_1, swedish), "", `csv windows-1252 ";" ` + swedishRead},
		{"iso-8859-1 asked for", in(charmap.ISO8859_1, swedish), "latin1", `csv iso-8859-1 ";" ` + swedishRead},
		{"iso-8859-15 without its own letters", in(charmap.ISO8859_15, swedish), "", `csv windows-1252 ";" ` + swedishRead},
		{"iso-8859-15 with its own letters", in(charmap.ISO8859_15, "Namn;Ort\nŽarko Hašek;Malmö\n"), "", "! encoding on line 2"},
		{"iso-8859-15 with a euro", in(charmap.ISO8859_15, "Namn;Pris\nÅsa;5 €\n"), "", "! encoding on line 2"},
		{"iso-8859-15 asked for", in(charmap.ISO8859_15, "Namn;Pris\nHašek;5 €\n"), "iso-8859-15", "csv iso-8859-15 \";\" 1: Namn|Pris\n2: Hašek|5 €"},
		{"Mac Roman", in(charmap.Macintosh, swedish), "", "! encoding on line 1"},
		{"Mac Roman asked for", in(charmap.Macintosh, swedish), "macintosh", `csv macintosh ";" ` + swedishRead},
		{"Mac Roman, one ö", in(charmap.Macintosh, "Namn;Ort\nBo;Malmö\n"), "", "! encoding on line 2"},
		{"Mac Roman, one å", in(charmap.Macintosh, "Namn;Ort\nBo;Skå\n"), "", "! encoding on line 2"},
		{"Mac Roman, one é", in(charmap.Macintosh, "Namn;Ort\nRené;Lund\n"), "", "! encoding on line 2"},
		{"Mac Roman, one í", in(charmap.Macintosh, "Namn;Ort\nGarcía;Lund\n"), "", "! encoding on line 2"},
		{"CP850", in(charmap.CodePage850, swedish), "", "! encoding on line 1"},
		{"CP850 asked for", in(charmap.CodePage850, swedish), "cp850", `csv cp850 ";" ` + swedishRead},
		{"CP850, one ö at the end", in(charmap.CodePage850, "Namn;Ort\nBo;Malmö\n"), "", "! encoding on line 2"},
		{"CP850, one ö inside", in(charmap.CodePage850, "Namn;Ort\nBjörk;Lund\n"), "", "! encoding on line 2"},
		{"CP850, one Ö", in(charmap.CodePage850, "Namn;Ort\nBo;Örebro\n"), "", "! encoding on line 2"},
		{"CP850, one Å", in(charmap.CodePage850, "Namn;Ort\nBo;Åre\n"), "", "! encoding on line 2"},
		{"CP437 asked for", in(charmap.CodePage437, swedish), "cp437", `csv cp437 ";" ` + swedishRead},
		{"Cyrillic", in(charmap.Windows1251, "Имя;Город\nИван;Москва\n"), "", "! encoding on line 1"},
		{"Cyrillic asked for", in(charmap.Windows1251, "Имя;Город\nИван;Москва\n"), "windows-1251", "csv windows-1251 \";\" 1: Имя|Город\n2: Иван|Москва"},
		{"a bad byte behind many letters", in(charmap.Windows1252, "ååååååå;Ort\nööööööööö;") + "\x81\n", "", "csv windows-1252 \";\" 1: ååååååå|Ort\n2! invalid_byte B"},
		{"one bad byte in UTF-8", "Namn;Ort\nÅsa;Malmö\nBj\xf6rn;Åre\nÖrjan;Växjö\n", "", "csv utf-8 \";\" 1: Namn|Ort\n2: Åsa|Malmö\n3! invalid_byte A\n4: Örjan|Växjö"},
		{"one bad byte with a mark", "\ufeffNamn;Ort\nBj\xf6rn;Lund\n", "", "csv utf-8-bom \";\" 1: Namn|Ort\n2! invalid_byte A"},
		{"as many bad as good", "Namn;Ort\nÅsa;\xc5re\nBj\xf6rn;\xc4ng\nG\xf6ran;\xd6sby\n", "", "! encoding on line 2"},
		{"asked for the wrong one", "\ufeff" + swedish, "windows-1252", "! invalid_option"},
		{"asked for an unknown one", swedish, "klingon", "! invalid_option"},
		{"encoded twice", "Namn;Ort\nÃ…sa;MalmÃ¶\n", "", "csv utf-8 \";\" 1: Namn|Ort\n2: Ã…sa|MalmÃ¶"},
	}
}

type encodingCase struct{ name, input, option, want string }

func TestCSVEncodings(t *testing.T) {
	for _, tc := range encodingCases() {
		t.Run(tc.name, func(t *testing.T) {
			check(t, read(t, write(t, "a.csv", tc.input), Options{Encoding: tc.option}), tc.want)
		})
	}
}

// The one letter that tells the encoding may stand on the last line.
func TestCSVEncodingOnLastLine(t *testing.T) {
	long := "Namn;Ort\n" + strings.Repeat("Anna;Lund\n", 40_000) + "Åsa;Malmö\n"
	for want, input := range map[string]string{"utf-8": long, "windows-1252": in(charmap.Windows1252, long)} {
		got := read(t, write(t, "a.csv", input), Options{})
		if !strings.HasPrefix(got, "csv "+want) || !strings.HasSuffix(got, "\n40002: Åsa|Malmö\n") {
			t.Errorf("got %.40s … %s, want %s", got, got[len(got)-40:], want)
		}
	}
}

type shapeCase struct {
	name, input string
	options     Options
	want        string
}

// shapeCases are files with delimiters, quotes, line ends and rows of all kinds.
func shapeCases() []shapeCase {
	wide := make([]string, 10_000)
	for i := range wide {
		wide[i] = "k" + ColumnName(i+1)
	}
	people := "Namn;Lag;E-post;Mobil;Ort\n" + strings.Repeat("Bo;Blå;bo@example.com;0701740605;Lund\n", 6)
	return []shapeCase{
		{"comma", "a,b,c\n1,2,3\n", Options{}, "csv utf-8 \",\" 1: a|b|c\n2: 1|2|3"},
		{"tab", "a\tb\n1\t2\n", Options{}, "csv utf-8 \"\\t\" 1: a|b\n2: 1|2"},
		{"bar", "a|b\n1|2\n", Options{}, "csv utf-8 \"|\" 1: a|b\n2: 1|2"},
		{"sep line", "sep=|\r\na|b\r\n1|2\r\n", Options{}, "csv utf-8 \"|\" 2: a|b\n3: 1|2"},
		{"sep line in quotes", "\"sep=;\"\na;b\n1;2\n", Options{}, "csv utf-8 \";\" 2: a|b\n3: 1|2"},
		{"sep line in capitals with a mark", "\ufeffSEP=,\na,b\n1,2\n", Options{}, "csv utf-8-bom \",\" 2: a|b\n3: 1|2"},
		{"sep line in UTF-16", "\xff\xfe" + inUTF16("sep=;\r\na;b\r\n1;2\r\n", false), Options{}, "csv utf-16le \";\" 2: a|b\n3: 1|2"},
		{"sep line against the looks", "sep=;\na;b,c\n1;2,3\n", Options{}, "csv utf-8 \";\" 2: a|b,c\n3: 1|2,3"},
		{"one column", "E-post\nanna@example.com\nbo@example.com\n", Options{}, "csv utf-8 \"\" 1: E-post\n2: anna@example.com\n3: bo@example.com"},
		{"one column of names with commas", "Namn\nEk, Anna\nAl, Bo\n", Options{}, "csv utf-8 \"\" 1: Namn\n2: Ek, Anna\n3: Al, Bo"},
		{"one column in quotes", "\"Namn\"\n\"Ek\"\n", Options{}, "csv utf-8 \"\" 1: Namn\n2: Ek"},
		{"one column of decimals", "Pris\n1,5\n2,5\n", Options{}, "csv utf-8 \"\" 1: Pris\n2: 1,5\n3: 2,5"},
		{"semicolons full of commas", "Namn;Adress;Pris\nEk, Anna;Gatan 1, Lund;1,5\nAl, Bo;Vägen 2, Åre;2,5\n", Options{}, "csv utf-8 \";\" 1: Namn|Adress|Pris\n2: Ek, Anna|Gatan 1, Lund|1,5\n3: Al, Bo|Vägen 2, Åre|2,5"},
		{"commas full of semicolons", "Namn,Tags\nAnna,a;b\nBo,c;d\n", Options{}, "csv utf-8 \",\" 1: Namn|Tags\n2: Anna|a;b\n3: Bo|c;d"},
		{"a near-tie", "a;b,c\n1;2,3\n4;5,6\n", Options{}, "! delimiter"},
		{"a near-tie, settled", "a;b,c\n1;2,3\n", Options{Delimiter: ";"}, "csv utf-8 \";\" 1: a|b,c\n2: 1|2,3"},
		{"a near-tie, settled by the mapping", "Namn;Mobil,Fax\nA;1,2\n", Options{Fits: naming("Namn", "Fax")}, "! delimiter"},
		{"settled by the mapping", "Namn;Mobil, privat\nA;1, 2\nB;3, 4\n", Options{Fits: naming("Namn", "Mobil, privat")}, "csv utf-8 \";\" 1: Namn|Mobil, privat\n2: A|1, 2\n3: B|3, 4"},
		{"a delimiter in a sentence, and an empty cell at the end", "Namn;Gata;Ort;Not\nÅsa;Storg 1; lgh 2;Lund;\nBo;Storg 2;Kil;\n", Options{}, "csv utf-8 \";\" 1: Namn|Gata|Ort|Not\n2! too_many_cells E\n3: Bo|Storg 2|Kil|"},
		{"rows with spaces behind all delimiters and one too many", "Namn;Ort\nÅsa; Lund;\nBo; Kil;\n", Options{}, "csv utf-8 \";\" 1: Namn|Ort\n2: Åsa| Lund\n3: Bo| Kil"},
		{"an odd delimiter that cells have in their quotation marks", "a@b@c@d\n1@\"x@y, z\"@2@3\n4@z@5@6\n", Options{}, "! delimiter"},
		{"signs in all lines of one column", "Tid (start-slut)\n09:00-10:00\n10:00-11:00\n", Options{}, "csv utf-8 \"\" 1: Tid (start-slut)\n2: 09:00-10:00\n3: 10:00-11:00"},
		{"one column with a delimiter in its name", "Antal; st\n5\n6\n", Options{}, "csv utf-8 \"\" 1: Antal; st\n2: 5\n3: 6"},
		{"two columns, no row with the second, mapped", "Namn;Mobil\nBo\nCia\n", Options{Fits: naming("Namn", "Mobil")}, "csv utf-8 \";\" 1: Namn|Mobil\n2: Bo|\n3: Cia|"},
		{"one column with a delimiter in some of its cells", "Ort\nhej; då\nhej; du\nja\nnej\n", Options{}, "csv utf-8 \"\" 1: Ort\n2: hej; då\n3: hej; du\n4: ja\n5: nej"},
		{"an odd delimiter", "a^b^c\n1^2^3\n4^5^6\n", Options{}, "! delimiter"},
		{"an odd delimiter asked for", "a§b§c\n1§2§3\n", Options{Delimiter: "§"}, "csv utf-8 \"§\" 1: a|b|c\n2: 1|2|3"},
		{"an odd delimiter in windows-1252", "a\xa7b\xa7\xe5\n1\xa72\xa7\xf6n\n", Options{Delimiter: "§"}, "csv windows-1252 \"§\" 1: a|b|å\n2: 1|2|ön"},
		{"spaces", "a b c d\n1 2 3 4\n5 6 7 8\n", Options{}, "! delimiter"},
		{"spaces asked for", "a b c d\n1 2 3 4\n", Options{Delimiter: " "}, "csv utf-8 \" \" 1: a|b|c|d\n2: 1|2|3|4"},
		{"a delimiter that cannot be", "a;b\n", Options{Delimiter: `"`}, "! invalid_option"},
		{"single quotes", "'a','b'\n'1,5','it''s'\n", Options{}, "csv utf-8 \",\" 1: a|b\n2: 1,5|it's"},
		{"a space behind every delimiter", "a, b, c\n1, 2, 3\n", Options{}, "csv utf-8 \",\" 1: a|b|c\n2: 1| 2| 3"},
		{"a space before every mark", "\"a\", \"b\", \"c\"\n\"1\", \"2, 3\", \"4\"\n", Options{}, "csv utf-8 \", \" 1: a|b|c\n2: 1|2, 3|4"},
		{"a space before one mark", "a,b,c\n1, \"2\",3\n4,5,6\n", Options{}, "csv utf-8 \",\" 1: a|b|c\n2! stray_quote B\n3: 4|5|6"},
		{"a space before a mark behind another mark", "a,b,c\n5\" x, \"2\",3\n", Options{}, "csv utf-8 \",\" 1: a|b|c\n2! stray_quote B"},
		{"two delimiters for one", "a\t\tb\t\tc\n1\t\t2\t\t3\n", Options{}, "csv utf-8 \"\\t\" 1: a||b||c\n2: 1||2||3"},
		{"one row in other marks", "\"a\",\"b\"\n'1','2'\n\"3\",\"4\"\n", Options{}, "csv utf-8 \",\" 1: a|b\n2! stray_quote\n3: 3|4"},
		{"a header in other marks", "'a','b'\n\"1\",\"2\"\n", Options{}, "csv utf-8 \",\" 1: a|b\n2! stray_quote"},
		{"a header that cannot be read", "\"a\";\"b\"x;\"c\"\n1;2;3\n", Options{}, "! header on line 1"},
		{"a header in another delimiter", "\"a\";\"b\"\n\"1\",\"2\"\n\"3\",\"4\"\n", Options{}, "! delimiter"},
		{"one row with another delimiter in quotes and an empty cell at its end", "a,b,c\n1,\"x; y\",\n", Options{}, "csv utf-8 \",\" 1: a|b|c\n2: 1|x; y|"},
		{"one row with more of another delimiter", "Tid,Not,Ort,Mobil\n17:00,x;y;z,Lund,\n", Options{}, "csv utf-8 \",\" 1: Tid|Not|Ort|Mobil\n2: 17:00|x;y;z|Lund|"},
		{"another delimiter in the header and in cells", "Ja/Nej,Vad? (a|b),Ort,Namn\n,x|y,Lund,\n", Options{}, "csv utf-8 \",\" 1: Ja/Nej|Vad? (a|b)|Ort|Namn\n2: |x|y|Lund|"},
		{"another delimiter in all cells of a column beside empty ones", "Namn;Ort\na\tb;\nc\td;\n", Options{}, "csv utf-8 \";\" 1: Namn|Ort\n2: a␉b|\n3: c␉d|"},
		{"a quoted comma in a header with tabs", "Tid\t\"Namn, fullt\"\tOrt\n17:00\t\"Ek, Bo\"\t\n", Options{}, "csv utf-8 \"\\t\" 1: Tid|Namn, fullt|Ort\n2: 17:00|Ek, Bo|"},
		{"a title above a small table with one row too long", "Deltagare\nNamn;Ort\nÅsa;Lund\nBo;Malmö;3\n", Options{}, "csv utf-8 \";\" 2: Namn|Ort\n3: Åsa|Lund\n4! too_many_cells C"},
		{"a title with a comma above decimal commas", "Visning, Storgatan 12\nNamn;Pris;Ort\n" + strings.Repeat("Bo;1,5;Lund\n", 20), Options{}, "csv utf-8 \";\" 2: Namn|Pris|Ort" + rowsAlike(3, 20, "Bo|1,5|Lund")},
		{"a title with a comma above decimal commas, as wide as the table", "Visning, Storgatan 12\nNamn;Pris\n" + strings.Repeat("Bo;1,5\n", 20), Options{}, "! delimiter"},
		{"a header that cannot be read above rows with another delimiter in some cells", "a,\"b,c\n1,x; y,2\n3,z,4\n", Options{}, "! header on line 1"},
		{"an unusual delimiter, and a usual one in some rows", "a^b^c^d\n1^x; y^2^3\n4^z^5^6\n", Options{}, "! delimiter"},
		{"a header with semicolons above rows with commas", "Namn;Ort\nÅsa,Lund\nBo,Malmö\n", Options{}, "! delimiter on line 1"},
		{"a header with semicolons above rows with commas, mapped", "Namn;Ort;Mobil\nÅsa,Lund,1\nBo,Malmö,2\n", Options{Fits: naming("Namn", "Mobil")}, "! delimiter on line 1"},
		{"a header with commas above rows with semicolons", "Namn,Ort,Tel\nÅsa;Lund;1\nBo;Malmö;2\n", Options{}, "! delimiter on line 1"},
		{"a header with tabs above rows with semicolons", "Namn\tOrt\nÅsa;Lund\nBo;Malmö\n", Options{}, "! delimiter on line 1"},
		{"a header of one wanted column with another delimiter", "Lista\nNamn|Ort\nÅsa;Lund\nBo;Malmö\n", Options{Fits: naming("Namn")}, "! delimiter on line 2"},
		{"one row with another delimiter", "Namn;Ort;Tel\nÅsa;Lund;1\nBo,Malmö,2\nCe;Kil;3\n", Options{}, "csv utf-8 \";\" 1: Namn|Ort|Tel\n2: Åsa|Lund|1\n3! other_delimiter\n4: Ce|Kil|3"},
		{"a title with a comma", "Deltagare, våren\nNamn;Ort\nÅsa;Lund\n", Options{}, "csv utf-8 \";\" 2: Namn|Ort\n3: Åsa|Lund"},
		{"CRLF", "a;b\r\n1;2\r\n", Options{}, "csv utf-8 \";\" 1: a|b\n2: 1|2"},
		{"CR", "a;b\r1;2\r3;4", Options{}, "csv utf-8 \";\" 1: a|b\n2: 1|2\n3: 3|4"},
		{"mixed line ends", "a;b\r\n1;2\n3;4\r5;6\r\n\r\n7;8", Options{}, "csv utf-8 \";\" 1: a|b\n2: 1|2\n3: 3|4\n4: 5|6\n6: 7|8"},
		{"line breaks in cells", "a;b\r\n\"1\r\n2\";x\r\n\"3\n4\n5\";y\r\n6;z\r\n", Options{}, "csv utf-8 \";\" 1: a|b\n2: 1␍␊2|x\n4: 3␊4␊5|y\n7: 6|z"},
		{"line break in the header", "\"a\nx\";b\n1;2\n", Options{}, "csv utf-8 \";\" 1: a␊x|b\n3: 1|2"},
		{"delimiters and quotes in cells", "a,b\n\"1,5\",\"say \"\"hi\"\"\"\n", Options{}, "csv utf-8 \",\" 1: a|b\n2: 1,5|say \"hi\""},
		{"quotes in the header", "\"say \"\"hi\"\"\",b\n1,2\n", Options{}, "csv utf-8 \",\" 1: say \"hi\"|b\n2: 1|2"},
		{"quotes in a header of one column", "\"Na\"\"mn\"\nx\n", Options{}, "csv utf-8 \"\" 1: Na\"mn\n2: x"},
		{"kept zeros in the header", "=\"007\";b\n1;2\n", Options{}, "csv utf-8 \";\" 1: 007|b\n2: 1|2"},
		{"empty quoted cells", "a,b,c\n1,\"\",\"\"\n2,3,4\n", Options{}, "csv utf-8 \",\" 1: a|b|c\n2: 1||\n3: 2|3|4"},
		{"a mark inside an unquoted cell", "a,b\n5\" rör,2\nO\"Neil,3\n", Options{}, "csv utf-8 \",\" 1: a|b\n2: 5\" rör|2\n3: O\"Neil|3"},
		{"a mark inside a cell that has a delimiter", "a,b\n5\" rör, 2\" rör,2\n1,2\n", Options{}, "csv utf-8 \",\" 1: a|b\n2! stray_quote A\n3: 1|2"},
		{"text behind the closing mark", "a,b\n\"x\"y,2\n1,2\n", Options{}, "csv utf-8 \",\" 1: a|b\n2! stray_quote A\n3: 1|2"},
		{"an unclosed mark", "a,b\n1,2\n3,\"4\n5,6\n7,8\n", Options{}, "csv utf-8 \",\" 1: a|b\n2: 1|2\n3! unclosed_quote B\n4: 5|6\n5: 7|8"},
		{"an unclosed mark before quoted cells", "a,b\n1,\"2\"\n3,\"4\n5,\"6\"\n\"7\",\"8\n9\"\n", Options{}, "csv utf-8 \",\" 1: a|b\n2: 1|2\n3! unclosed_quote B\n4: 5|6\n5: 7|8␊9"},
		{"an unclosed mark before a line that is no row", "a,b,c\n1,\"2,3\nx,y\n4,5,6\n", Options{}, "csv utf-8 \",\" 1: a|b|c\n2! unclosed_quote B\n3! unclosed_quote\n4: 4|5|6"},
		{"an unclosed mark in one column", "a\n\"b\nc\n", Options{}, "csv utf-8 \"\" 1: a\n2! unclosed_quote A\n3! unclosed_quote"},
		{"two unclosed marks", "a,b,c\n1,\"2,3\n4,5\",6\n7,8,9\n", Options{}, "csv utf-8 \",\" 1: a|b|c\n2! swallowed_row\n4: 7|8|9"},
		{"backslash quotes", "a,b\n\"say \\\"hi\\\"\",2\n3,4\n", Options{}, "csv utf-8 \",\" 1: a|b\n2! stray_quote A\n3: 3|4"},
		{"short rows", "a;b;c\n1;2;3\n4\n5;6;7\n8;9\n", Options{}, "csv utf-8 \";\" 1: a|b|c\n2: 1|2|3\n3: 4||\n4: 5|6|7\n5: 8|9|"},
		{"a row broken in two", "a;b;c;d\n1;2;3;4\n5;x\ny;7;8\n9;9;9;9\n", Options{}, "csv utf-8 \";\" 1: a|b|c|d\n2: 1|2|3|4\n3! too_few_cells\n4! too_few_cells\n5: 9|9|9|9"},
		{"a row broken in three", "a;b;c;d\n5;x\ny\nz;7;8\n9;9;9;9\n", Options{}, "csv utf-8 \";\" 1: a|b|c|d\n2! too_few_cells\n3! too_few_cells\n4! too_few_cells\n5: 9|9|9|9"},
		{"a short row whose cells have moved", people + "Asta Lind;asta@example.com;0701740611;Kil\n", Options{}, "csv utf-8 \";\" 1: Namn|Lag|E-post|Mobil|Ort" + rowsAlike(2, 6, "Bo|Blå|bo@example.com|0701740605|Lund") + "\n8! too_few_cells"},
		{"a long row whose cells have moved", people + "Asta;Lind;Röd;asta@example.com;0701740611;\n", Options{}, "csv utf-8 \";\" 1: Namn|Lag|E-post|Mobil|Ort" + rowsAlike(2, 6, "Bo|Blå|bo@example.com|0701740605|Lund") + "\n8! too_many_cells F"},
		{"a short row with an odd cell", people + "Asta;Röd;asta@example.com;saknas\n", Options{}, "csv utf-8 \";\" 1: Namn|Lag|E-post|Mobil|Ort" + rowsAlike(2, 6, "Bo|Blå|bo@example.com|0701740605|Lund") + "\n8: Asta|Röd|asta@example.com|saknas|"},
		{"a filled cell too many", "a;b\n1;2;3\n4;5\n", Options{}, "csv utf-8 \";\" 1: a|b\n2! too_many_cells C\n3: 4|5"},
		{"empty cells too many", "a;b\n1;2;;\n4;5; \n", Options{}, "csv utf-8 \";\" 1: a|b\n2: 1|2\n3: 4|5"},
		{"blank lines and delimiters only", "a;b\n\n;\n ; \n1;2\n;;;;\n\n", Options{}, "csv utf-8 \";\" 1: a|b\n5: 1|2"},
		{"title rows", "Deltagarlista\n\nVisning 3 maj\nNamn;Mobil;Ort\nAnna;1;Lund\n", Options{}, "csv utf-8 \";\" 4: Namn|Mobil|Ort\n5: Anna|1|Lund"},
		{"title rows by the mapping", "Objekt;Gatan 1\nNamn;Mobil\nAnna;1\n", Options{Fits: naming("Namn", "Mobil")}, "csv utf-8 \";\" 2: Namn|Mobil\n3: Anna|1"},
		{"header by hand", "x;y\nNamn;Mobil\nAnna;1\n", Options{HeaderRow: 2}, "csv utf-8 \";\" 2: Namn|Mobil\n3: Anna|1"},
		{"header by hand far down", strings.Repeat("x;y\n", 99) + "Namn;Mobil\nAnna;1\n", Options{HeaderRow: 100}, "csv utf-8 \";\" 100: Namn|Mobil\n101: Anna|1"},
		{"header by hand farther down", strings.Repeat("x;y\n", 3000) + "Namn;Mobil\nAnna;1\n", Options{HeaderRow: 3001}, "csv utf-8 \";\" 3001: Namn|Mobil\n3002: Anna|1"},
		{"a header of five megabytes", strings.Repeat("x", 5<<20) + ";Mobil\n1;2\n", Options{}, "csv utf-8 \";\" 1: " + strings.Repeat("x", 5<<20) + "|Mobil\n2: 1|2"},
		{"header by hand where there is none", "x;y\n\nAnna;1\n", Options{HeaderRow: 2}, "! header on line 2"},
		{"header by hand inside of a cell", "\"a\r\nb\";c\r\nNamn;Mobil\r\nAnna;1\r\n", Options{HeaderRow: 2}, "! header on line 2"},
		{"header only", "Namn;Mobil\n", Options{}, "csv utf-8 \";\" 1: Namn|Mobil"},
		{"duplicate headers", "a;a;\n1;2;3\n", Options{}, "csv utf-8 \";\" 1: a|a|\n2: 1|2|3"},
		{"spaces around headers", " Namn ;\u00a0Mobil\u200b\nAnna;1\n", Options{}, "csv utf-8 \";\" 1: Namn|Mobil\n2: Anna|1"},
		{"decomposed letters", "Fo\u0308rnamn;Ort\nA\u030asa;Malmo\u0308\n", Options{}, "csv utf-8 \";\" 1: Förnamn|Ort\n2: Åsa|Malmö"},
		{"invisible characters", "Namn;Ort\nAnna\u00a0Ek;\u200bLund\ufeff\nBo\u00ad;L\u2009u\u200dnd\n", Options{}, "csv utf-8 \";\" 1: Namn|Ort\n2: Anna Ek|Lund\n3: Bo|L und"},
		{"joiners that mean something", "Namn;Ort\n👩\u200d👧;می\u200cخواهم\n", Options{}, "csv utf-8 \";\" 1: Namn|Ort\n2: 👩\u200d👧|می\u200cخواهم"},
		{"a joiner behind a variation", "Namn;Ort\n👩\u200d❤\ufe0f\u200d👨;x\ufe0fy\n", Options{}, "csv utf-8 \";\" 1: Namn|Ort\n2: 👩\u200d❤\ufe0f\u200d👨|xy"},
		{"fillers, tags and annotations", "Namn;Ort\nAn\u3164na\U000e0041;L\ufff9und\u2065\u180b\n\u2800;\u3000\n", Options{}, "csv utf-8 \";\" 1: Namn|Ort\n2: Anna|Lund"},
		{"spaces of other widths", "Namn;Ort\nAnna\u3000Ek;L\u2007\u1680u\n", Options{}, "csv utf-8 \";\" 1: Namn|Ort\n2: Anna Ek|L  u"},
		{"separators of lines", "Namn;Ort\nAnna\u2028Ek;L\u2029u\n", Options{}, "csv utf-8 \";\" 1: Namn|Ort\n2: Anna␊Ek|L␊u"},
		{"control characters beyond ASCII", "a;b\nx\u0085y;2\n1;\u0096\n3;\ufdd0\n4;\uffff\n5;6\n", Options{}, "csv utf-8 \";\" 1: a|b\n2! control_character A\n3! control_character B\n4! control_character B\n5! control_character B\n6: 5|6"},
		{"a control character in the header", "a;b\u0085\n1;2\n", Options{}, "! header on line 1"},
		{"a zero byte", "a;b\n1;2\x003\n4;5\n", Options{}, "csv utf-8 \";\" 1: a|b\n2! control_character B\n3: 4|5"},
		{"kept zeros", "Mobil;Ort\n=\"0701740605\";Lund\n\"=\"\"0701\"\"\";Åre\n", Options{}, "csv utf-8 \";\" 1: Mobil|Ort\n2: 0701740605|Lund\n3: 0701|Åre"},
		{"kept zeros that are none", "a;b\n=\"x\"&\"y\";2\n=1+1;3\n", Options{}, "csv utf-8 \";\" 1: a|b\n2: =\"x\"&\"y\"|2\n3: =1+1|3"},
		{"lost digits", "Pnr;Ort\n1,98501E+11;Lund\n1.98501E+11;Lund\n7E+09;L\n1,5E+1;ok\n2E10;ok\n1,99E11;no\n 1,98501e+11 ;no\n1,985E5;no\n1,5E2;ok\n1,2,3E9;ok\n1.5E11x;ok\n", Options{}, "csv utf-8 \";\" 1: Pnr|Ort\n2! lost_digits A\n3! lost_digits A\n4! lost_digits A\n5: 1,5E+1|ok\n6: 2E10|ok\n7! lost_digits A\n8! lost_digits A\n9! lost_digits A\n10: 1,5E2|ok\n11: 1,2,3E9|ok\n12: 1.5E11x|ok"},
		{"too narrow columns", "Datum;Ort\n########;Lund\n", Options{}, "csv utf-8 \";\" 1: Datum|Ort\n2! lost_digits A"},
		{"errors of formulas", "Tid;Ort\n#SAKNAS!;Lund\n#N/A;Lund\n#1;Lund\nErr:502;Lund\n", Options{}, "csv utf-8 \";\" 1: Tid|Ort\n2! error_cell A\n3! error_cell A\n4: #1|Lund\n5! error_cell A"},
		{"totals with a mapping", "Namn;Mobil;Ort\nAnna;1;Lund\nSumma;;\n;;25\nTotalt: 2;;\nAntal: 25;;\nTOTAL;x@example.com;070-1740607\nAntal;0701740605;Lund\n", Options{Fits: naming("Namn", "Mobil")}, "csv utf-8 \";\" 1: Namn|Mobil|Ort\n2: Anna|1|Lund\n3! footer A\n4! footer C\n5! footer A\n6! footer A\n7! footer A\n8: Antal|0701740605|Lund"},
		{"totals without one", "Namn;Mobil;Ort\nAnna;1;Lund\nSumma;;\n", Options{}, "csv utf-8 \";\" 1: Namn|Mobil|Ort\n2: Anna|1|Lund\n3: Summa||"},
		{"the header once more", "Namn;Mobil\nAnna;1\nNamn;Mobil\nBo;2\n", Options{Fits: naming("Namn", "Mobil")}, "csv utf-8 \";\" 1: Namn|Mobil\n2: Anna|1\n3! repeated_header\n4! grouped"},
		{"a header of two lines that are alike", "Namn;Mobil\nNamn;Mobil\nAnna;1\n", Options{}, "csv utf-8 \";\" 1: Namn|Mobil\n2! repeated_header\n3: Anna|1"},
		{"a cell that is the header's", "Namn;Mobil\nNamn;\n", Options{}, "csv utf-8 \";\" 1: Namn|Mobil\n2: Namn|"},
		{"a lost delimiter before a mark", "a,b,c\n1,\"2, x\",3\n4\"5, y\",6\n7\"8\"\" wide, z\",9\n", Options{}, "csv utf-8 \",\" 1: a|b|c\n2: 1|2, x|3\n3! stray_quote A\n4! stray_quote A"},
		{"two lengths in inches", "a,b,c\n5\",6\",x\n5\" x,6\",y\nAnna \"Nisse\" Ek,7\",z\n", Options{}, "csv utf-8 \",\" 1: a|b|c\n2: 5\"|6\"|x\n3: 5\" x|6\"|y\n4: Anna \"Nisse\" Ek|7\"|z"},
		{"a header with a space before a mark", "a, \"b\",c\n1,2,3\n4,5,6\n", Options{}, "! header on line 1"},
		{"a header with a lost delimiter before a mark", "a\"b, c\",d\n1,2,3\n4,5,6\n", Options{}, "! header on line 1"},
		{"single quotes around texts alone", "Id,Namn,Not\n1,'Anna','x, y'\n2,'Bo',\n3,'Ce','it''s'\n", Options{}, "csv utf-8 \",\" 1: Id|Namn|Not\n2: 1|Anna|x, y\n3: 2|Bo|\n4: 3|Ce|it's"},
		{"single quotes around some texts beside double ones", "Id,Namn,Not\n1,'Anna',\"x, y\"\n2,'Bo',\n3,'Ce',z\n", Options{}, "csv utf-8 \",\" 1: Id|Namn|Not\n2: 1|'Anna'|x, y\n3: 2|'Bo'|\n4: 3|'Ce'|z"},
		{"rows with Unicode separators of lines between them", "Namn,Ort\u2028Anna,Lund\u2028Bo,Kil\u2028", Options{}, "csv utf-8 \",\" 1: Namn|Ort␊Anna|Lund␊Bo|Kil"},
		{"one column with Unicode separators of lines", "Namn\u2028Anna\u2028Bo", Options{}, "csv utf-8 \"\" 1: Namn␊Anna␊Bo"},
		{"rows with semicolons between them", "Namn,Ort,Tel,Not;Anna,Lund,1,x;Bo,Kil,2,y;", Options{}, "! delimiter on line 1"},
		{"a header only, with a line break and commas in its names", "\"Namn\nFörnamn\";Ort, län;Tel, mobil\n", Options{}, "csv utf-8 \";\" 1: Namn␊Förnamn|Ort, län|Tel, mobil"},
		{"another table below", "Namn;Mobil;Ort\nAnna;1;L\nMobil;Namn;Ort\n2;Bo;L\n", Options{Fits: naming("Namn", "Mobil", "Ort")}, "csv utf-8 \";\" 1: Namn|Mobil|Ort\n2: Anna|1|L\n3! repeated_header\n4! grouped"},
		{"two exports behind each other", "\ufeffNamn;Mobil\nAnna;1\n\ufeffNamn;Mobil\nBo;2\n", Options{Fits: naming("Namn", "Mobil")}, "csv utf-8-bom \";\" 1: Namn|Mobil\n2: Anna|1\n3! repeated_header\n4! grouped"},
		{"a preamble and a footnote", "Lista över anmälda\nSkapad 2026-05-03 10:00\n\nNamn;Mobil;Ort\nAnna;1;Lund\nBo;2;Kil\n\n* preliminär\n", Options{Fits: naming("Namn", "Mobil", "Ort")}, "csv utf-8 \";\" 4: Namn|Mobil|Ort\n5: Anna|1|Lund\n6: Bo|2|Kil\n8! footer A"},
		{"a table beside another", "Namn;Mobil;;Ort;Antal\nAnna;1;;Lund;3\nBo;2;;;\n", Options{Fits: naming("Namn", "Mobil")}, "csv utf-8 \";\" 1: Namn|Mobil||Ort|Antal\n2: Anna|1||Lund|3\n3: Bo|2|||"},
		{"a delimiter at every end", "Namn;Mobil;\nAnna;1;\nBo;2;\n", Options{}, "csv utf-8 \";\" 1: Namn|Mobil|\n2: Anna|1|\n3: Bo|2|"},
		{"a delimiter at the ends of the rows alone", "Namn;Mobil\nAnna;1;\nBo;2;\n", Options{}, "csv utf-8 \";\" 1: Namn|Mobil\n2: Anna|1\n3: Bo|2"},
		{"an empty first column", ";Namn;Mobil\n;Anna;1\n1;Bo;2\n", Options{}, "csv utf-8 \";\" 1: |Namn|Mobil\n2: |Anna|1\n3: 1|Bo|2"},
		{"a lone CR in a quoted cell among CRLF", "a;b\r\n\"1\r2\";x\r\n3;y\r\n", Options{}, "csv utf-8 \";\" 1: a|b\n2: 1␍2|x\n4: 3|y"},
		{"zero bytes among the rows", "a;b\n1;2\n\x00\x00\n3;4\n", Options{}, "csv utf-8 \";\" 1: a|b\n2: 1|2\n3! control_character A\n4: 3|4"},
		{"a near-tie settled by a sep line", "sep=,\na;b,c\n1;2,3\n", Options{}, "csv utf-8 \",\" 2: a;b|c\n3: 1;2|3"},
		{"a sep line that an option overrules", "sep=;\na;b,c\n1;2,3\n", Options{Delimiter: ","}, "csv utf-8 \",\" 2: a;b|c\n3: 1;2|3"},
		{"a megabyte in a cell", "a;b\n" + strings.Repeat("x", 1<<20) + ";1\n2;3\n", Options{}, "csv utf-8 \";\" 1: a|b\n2: " + strings.Repeat("x", 1<<20) + "|1\n3: 2|3"},
		{"ten thousand columns", strings.Join(wide, ";") + "\nx" + strings.Join(wide, ";") + "\n", Options{}, "csv utf-8 \";\" 1: " + strings.Join(wide, "|") + "\n2: x" + strings.Join(wide, "|")},
		{"a line without end", "a;b\n" + strings.Repeat("x", delimited.MaxRecord+10), Options{}, "! too_large on line 2"},
		{"a first line without end", strings.Repeat("x", delimited.MaxRecord+10), Options{}, "! too_large on line 1"},
		{"a quoted cell without end", "a;b\n1;\"2\n" + strings.Repeat("3;"+strings.Repeat("x", 10_000)+"\n", delimited.MaxRecord/10_000+10), Options{}, "csv utf-8 …"},
		{"the end of a file in DOS", "a;b\r\n1;2\r\n\x1a", Options{}, "csv utf-8 \";\" 1: a|b\n2: 1|2"},
		{"many blank lines first", strings.Repeat(" \n", 50_000) + "a;b\n1;2\n", Options{}, "csv utf-8 \";\" 50001: a|b\n50002: 1|2"},
		{"many blank lines only", strings.Repeat(" \n", 50_000), Options{}, "! empty"},
		{"blanks only", " \r\n\t\r\n", Options{}, "! empty"},
		{"delimiters only", ";;;\n;;;\n", Options{}, "! empty"},
		{"a mark only", "\ufeff", Options{}, "! empty"},
	}
}

func TestCSVShapes(t *testing.T) {
	for _, tc := range shapeCases() {
		t.Run(tc.name, func(t *testing.T) {
			got := read(t, write(t, "a.csv", tc.input), tc.options)
			if head, ok := strings.CutSuffix(tc.want, "…"); ok {
				if !strings.HasPrefix(got, head) {
					t.Errorf("got %.200s", got)
				}
				return
			}
			check(t, got, tc.want)
		})
	}
}
