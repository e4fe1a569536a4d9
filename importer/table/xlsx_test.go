package table

import (
	"strings"
	"testing"
)

const head = `<row r="1"><c r="A1" t="inlineStr"><is><t>Namn</t></is></c><c r="B1" t="inlineStr"><is><t>Värde</t></is></c></row>`

var sharedTexts = []string{"<t>Åsa</t>", "<r><t>Rik </t></r><r><rPr><b/></rPr><t>text</t></r>", `<t>課きく</t><rPh sb="0" eb="1"><t>カ</t></rPh><phoneticPr fontId="1"/>`,
	"<t>a_x000D_\nb_x005F_x0041_</t>", `<t xml:space="preserve"> två </t>`, "<t/>", "<t>x_x0001_y</t>", "<t>Anna\u00a0Ek\u200b</t>", "<t>A\u030asa &amp; Co &lt;x&gt; &#228;</t>", "<t>_xD83D__xDE00_ _x12_ _xZZZZ_</t>", "<t>rad 1&#13;&#10;rad 2</t>", "<t><![CDATA[a<b]]></t>", "<!-- gone -->", "<t></t>"}

// cellCases are cells in each of the ways in which they can be written, with
// the number format of style 1 and the attributes of workbookPr.
func cellCases() []cellCase {
	return []cellCase{
		{"shared string", `<c t="s"><v>0</v></c>`, "", "", "Åsa"},
		{"rich text", `<c t="s"><v>1</v></c>`, "", "", "Rik text"},
		{"phonetic guide", `<c t="s"><v>2</v></c>`, "", "", "課きく"},
		{"escapes", `<c t="s"><v>3</v></c>`, "", "", "a␍␊b_x0041_"},
		{"spaces kept", `<c t="s"><v>4</v></c>`, "", "", " två "},
		{"empty string", `<c t="s"><v>5</v></c>`, "", "", ""},
		{"control character", `<c t="s"><v>6</v></c>`, "", "", "! control_character B"},
		{"invisible characters", `<c t="s"><v>7</v></c>`, "", "", "Anna Ek"},
		{"decomposed and entities", `<c t="s"><v>8</v></c>`, "", "", "Åsa & Co <x> ä"},
		{"escaped pair and no escapes", `<c t="s"><v>9</v></c>`, "", "", "😀 _x12_ _xZZZZ_"},
		{"line break by reference", `<c t="s"><v>10</v></c>`, "", "", "rad 1␍␊rad 2"},
		{"CDATA", `<c t="s"><v>11</v></c>`, "", "", "a<b"},
		{"index out of range", `<c t="s"><v>14</v></c>`, "", "", "!! damaged"},
		{"index no number", `<c t="s"><v>x</v></c>`, "", "", "! invalid_cell B"},
		{"index negative", `<c t="s"><v>-1</v></c>`, "", "", "! invalid_cell B"},
		{"inline string", `<c t="inlineStr"><is><t>Bo</t></is></c>`, "", "", "Bo"},
		{"inline rich text", `<c t="inlineStr"><is><r><t>B</t></r><r><t>o</t></r></is></c>`, "", "", "Bo"},
		{"formula's text", `<c t="str"><f>A1&amp;"x"</f><v>Namnx</v></c>`, "", "", "Namnx"},
		{"formula's empty text", `<c t="str"><f>""</f><v></v></c>`, "", "", ""},
		{"formula's number", `<c><f>1+1</f><v>2</v></c>`, "", "", "2"},
		{"formula without a value", `<c><f>1+1</f></c>`, "", "", "! no_cached_value B"},
		{"formula with an empty value", `<c><f>1+1</f><v></v></c>`, "", "", "! no_cached_value B"},
		{"formula's text without a value", `<c t="str"><f>A1</f></c>`, "", "", "! no_cached_value B"},
		{"array formula", `<c><f t="array" ref="B2">SUM(A1)</f><v>7</v></c>`, "", "", "7"},
		{"shared formula", `<c><f t="shared" si="0"/><v>8</v></c>`, "", "", "8"},
		{"error", `<c t="e"><v>#N/A</v></c>`, "", "", "! error_cell B"},
		{"formula's error", `<c t="e"><f>1/0</f><v>#DIV/0!</v></c>`, "", "", "! error_cell B"},
		{"true", `<c t="b"><v>1</v></c>`, "", "", "TRUE"},
		{"false", `<c t="b"><v>0</v></c>`, "", "", "FALSE"},
		{"neither", `<c t="b"><v>2</v></c>`, "", "", "! invalid_cell B"},
		{"empty type", `<c t=""><v>5</v></c>`, "", "", "! invalid_cell B"},
		{"type and an empty value", `<c t="s"><v></v></c>`, "", "", "! invalid_cell B"},
		{"type of numbers and an empty value", `<c t="n"><v/></c>`, "", "", "! invalid_cell B"},
		{"type of booleans and an empty value", `<c t="b"><v> </v></c>`, "", "", "! invalid_cell B"},
		{"type of dates and an empty value", `<c t="d"><v></v></c>`, "", "", "! invalid_cell B"},
		{"type of errors and an empty value", `<c t="e"><v></v></c>`, "", "", "! invalid_cell B"},
		{"type of shared strings and no value", `<c t="s"></c>`, "", "", "! invalid_cell B"},
		{"type of booleans and no value", `<c t="b"></c>`, "", "", "! invalid_cell B"},
		{"type of shared strings, empty", `<c t="s"/>`, "", "", ""},
		{"unknown type, empty", `<c t="q"/>`, "", "", "! invalid_cell B"},
		{"type of numbers and no value", `<c t="n"/>`, "", "", ""},
		{"inline string and no value", `<c t="inlineStr"></c>`, "", "", ""},
		{"empty value without a type", `<c><v></v></c>`, "", "", ""},
		{"empty text of no formula", `<c t="str"><v></v></c>`, "", "", ""},
		{"inline string that is hollow", `<c t="inlineStr"><is></is></c>`, "", "", "! invalid_cell B"},
		{"inline string that is empty", `<c t="inlineStr"><is/></c>`, "", "", ""},
		{"shared string that is hollow", `<c t="s"><v>12</v></c>`, "", "", "! invalid_cell B"},
		{"shared string that is empty", `<c t="s"><v>13</v></c>`, "", "", ""},
		{"unknown attribute of a text", `<c t="inlineStr"><is><t xml:spce="preserve"> x</t></is></c>`, "", "", "!! damaged"},
		{"unknown type", `<c t="q"><v>2</v></c>`, "", "", "! invalid_cell B"},
		{"no value", `<c s="1"/>`, "", "", ""},
		{"empty style", `<c s=""><v>5</v></c>`, "", "", "5"},
		{"style out of range", `<c s="9"><v>5</v></c>`, "", "", "! invalid_cell B"},
		{"text looks like a number", `<c t="inlineStr"><is><t>007</t></is></c>`, "", "", "007"},
		{"two values", `<c><v>1</v><v>2</v></c>`, "", "", "!! damaged"},
		{"unknown element", `<c><q>1</q></c>`, "", "", "!! damaged"},
		{"unknown attribute", `<c q="1"><v>1</v></c>`, "", "", "!! damaged"},
		{"text beside the value", `<c>x<v>1</v></c>`, "", "", "!! damaged"},
		{"extension list", `<c><v>1</v><extLst><ext uri="x"/></extLst></c>`, "", "", "1"},

		{"integer", num("42", 0), "", "", "42"},
		{"spaces around", num(" 42 ", 0), "", "", "42"},
		{"negative", num("-42", 0), "", "", "-42"},
		{"minus zero", num("-0", 0), "", "", "0"},
		{"decimal", num("12.5", 0), "", "", "12.5"},
		{"shortest form", num("0.30000000000000004", 0), "", "", "0.30000000000000004"},
		{"rounded form", num("0.1", 0), "", "", "0.1"},
		{"exponent", num("1.99001011234E11", 0), "", "", "199001011234"},
		{"small exponent", num("1E-7", 0), "", "", "0.0000001"},
		{"great exponent", num("1E+20", 0), "", "", "100000000000000000000"},
		{"phone", num("46701740605", 0), "", "", "46701740605"},
		{"personal number", num("199006022397", 0), "", "", "199006022397"},
		{"sixteen digits", num("1234567890123456", 0), "", "", "1234567890123456"},
		{"seventeen digits that are held", num("12345678901234568", 0), "", "", "12345678901234568"},
		{"seventeen digits that are not", num("12345678901234567", 0), "", "", "! lost_digits B"},
		{"twenty digits", num("12345678901234567890", 0), "", "", "! lost_digits B"},
		{"twenty digits that are held", num("12345678901234567168", 0), "", "", "12345678901234567000"},
		{"twenty digits as Excel has them", num("1.23456789012345E+19", 0), "", "", "12345678901234500000"},
		{"negative and too long", num("-9007199254740993", 0), "", "", "! lost_digits B"},
		{"with zeros behind the point", num("9007199254740992.000", 0), "", "", "9007199254740992"},
		{"with zeros before it", num("000000000000000001", 0), "", "", "1"},
		{"seventeen digits of a fraction", num("3.0299999999999998", 0), "", "", "3.03"},
		{"seventeen digits of a fraction, the last one wrong", num("3.0299999999999997", 0), "", "", "3.03"},
		{"all digits of a fraction", num("0.1000000000000000055511151231257827", 0), "", "", "0.1"},
		{"more digits of a fraction than are held", num("1234.567890123456789012345", 0), "", "", "1234.567890123457"},
		{"more digits than are held with decimals", num("12345678901234567890.5", 0), "", "", "! lost_digits B"},
		{"three hundred digits", num("1"+strings.Repeat("0123456789", 29), 0), "", "", "! lost_digits B"},
		{"too long for a date", num("33272.00000000000000001", 1), "yyyy-mm-dd", "", "1991-02-03"},
		{"no number", num("1,5", 0), "", "", "! invalid_cell B"},
		{"infinite", num("INF", 0), "", "", "! invalid_cell B"},
		{"hexadecimal", num("0x10", 0), "", "", "! invalid_cell B"},
		{"too great", num("1E999", 0), "", "", "! invalid_cell B"},
		{"two decimals shown", num("12.345", 1), "0.00", "", "12.345"},
		{"thousands", num("1234567", 1), "#,##0", "", "1234567"},
		{"Swedish thousands", num("1234567", 1), "# ##0", "", "1234567"},
		{"currency", num("1200.5", 1), `#,##0.00\ "kr"`, "", "1200.5"},
		{"percentage", num("0.12", 1), "0%", "", "0.12"},
		{"percentage, built in", num("0.125", 1), "#10", "", "0.125"},
		{"scientific", num("123456", 1), "0.00E+00", "", "123456"},
		{"fraction", num("0.5", 1), "# ?/?", "", "0.5"},
		{"text format", num("701740605", 1), "@", "", "701740605"},

		{"leading zero", num("701740605", 1), "0000000000", "", "0701740605"},
		{"leading zero with signs", num("701740605", 1), `000\-000 00 00`, "", "070-174 06 05"},
		{"personal number with a sign", num("9006022397", 1), `000000\-0000`, "", "9006022397"},
		{"personal number that begins with zero", num("506022397", 1), `000000\-0000`, "", "050602-2397"},
		{"leading zero before digits", num("701740605", 1), `0#########`, "", "0701740605"},
		{"leading zero before digits in groups", num("701740605", 1), `0##-### ## ##`, "", "070-174 06 05"},
		{"leading zero before groups, escaped", num("701740605", 1), `0##\-###\ ##\ ##;@`, "", "070-174 06 05"},
		{"a doubtful zero before groups", num("12345678", 1), `0##-### ## ##`, "", "! invalid_cell B"},
		{"a doubtful zero before digits", num("7", 1), `0#########`, "", "! invalid_cell B"},
		{"more digits than the format has", num("46701740605", 1), `0##-### ## ##`, "", "46701740605"},
		{"a zero and General", num("701740605", 1), `"0"General`, "", "0701740605"},
		{"a country as a currency", num("701740605", 1), `[$+46 ]0`, "", "+46 701740605"},
		{"brackets around", num("46701740605", 1), `\(+##\)\ #########`, "", "46701740605"},
		{"filled up and spaced", num("42", 1), `* 0000_)`, "", "0042"},
		{"question marks", num("42", 1), `????`, "", "42"},
		{"zeros behind signs", num("42", 1), `##00`, "", "42"},
		{"zeros behind signs, padded", num("7", 1), `##00`, "", "07"},
		{"literal zero", num("701740605", 1), `"0"#`, "", "0701740605"},
		{"country code", num("701740605", 1), `\+46\ 000000000`, "", "+46 701740605"},
		{"zip code", num("12345", 1), `000\ 00`, "", "12345"},
		{"zip code that begins with zero", num("1234", 1), `000\ 00`, "", "012 34"},
		{"leading zero, conditional", num("701740605", 1), `[>0]0000000000;General`, "", "0701740605"},
		{"zeros and decimals", num("5", 1), "000.00", "", "5"},
		{"zeros before a decimal number", num("5.5", 1), "000", "", "5.5"},
		{"unit with a digit", num("50", 1), `0" m2"`, "", "50"},
		{"letters before", num("7", 1), `"Nr "000`, "", "Nr 007"},

		{"date, built in", num("33272", 1), "#14", "", "1991-02-03"},
		{"date", num("33272", 1), "yyyy\\-mm\\-dd", "", "1991-02-03"},
		{"date, Swedish long", num("33272", 1), `[$-41D]d\ mmmm\ yyyy`, "", "1991-02-03"},
		{"date, day and month only", num("33272", 1), `d/m`, "", "1991-02-03"},
		{"date, month only", num("33272", 1), `mmm`, "", "1991-02-03"},
		{"date, system format", num("33272", 1), `[$-F800]dddd\,\ mmmm\ dd\,\ yyyy`, "", "1991-02-03"},
		{"date with colour and condition", num("33272", 1), `[Red][>100]yyyy;0`, "", "1991-02-03"},
		{"date in the first section", num("33272", 1), `yyyy-mm-dd;@`, "", "1991-02-03"},
		{"Japanese date", num("33272", 1), `[$-411]ggge"年"m"月"d"日"`, "", "1991-02-03"},
		{"letters of dates in quotes", num("33272", 1), `0 "days"`, "", "33272"},
		{"letters of dates escaped", num("33272", 1), `0\d`, "", "33272"},
		{"colour is no date", num("33272", 1), `[Red]0`, "", "33272"},
		{"General in a section", num("33272", 1), `General;[Red]-General`, "", "33272"},
		{"1904", num("33272", 1), "yyyy-mm-dd", `date1904="1"`, "1995-02-04"},
		{"1904, word", num("0", 1), "yyyy-mm-dd", `date1904="true"`, "1904-01-01"},
		{"first day", num("1", 1), "yyyy-mm-dd", "", "1900-01-01"},
		{"the day that was not", num("60", 1), "yyyy-mm-dd", "", "! invalid_date B"},
		{"a time at the end of the day", num("0.99999999", 1), "h:mm", "", "00:00"},
		{"elapsed time at the end of the day", num("0.99999999", 1), "[h]:mm", "", "24:00"},
		{"a date and time at the end of the day", num("46115.99999999", 1), "yyyy-mm-dd h:mm", "", "2026-04-04T00:00:00"},
		{"the day after", num("61", 1), "yyyy-mm-dd", "", "1900-03-01"},
		{"last day", num("2958465", 1), "yyyy-mm-dd", "", "9999-12-31"},
		{"beyond the last day", num("2958466", 1), "yyyy-mm-dd", "", "! invalid_date B"},
		{"day zero", num("0", 1), "yyyy-mm-dd", "", "! invalid_date B"},
		{"negative date", num("-1", 1), "yyyy-mm-dd", "", "! invalid_date B"},
		{"personal number as a date", num("199006022397", 1), "yyyy-mm-dd", "", "! invalid_date B"},
		{"date and time", num("46115.75", 1), "yyyy-mm-dd hh:mm", "", "2026-04-03T18:00:00"},
		{"date and midnight", num("46115", 1), "yyyy-mm-dd hh:mm", "", "2026-04-03T00:00:00"},
		{"date with a hidden time", num("46115.75", 1), "yyyy-mm-dd", "", "2026-04-03T18:00:00"},
		{"rounding", num("46115.604166666664", 1), "yyyy-mm-dd hh:mm", "", "2026-04-03T14:30:00"},
		{"rounding to the next day", num("46115.9999999999", 1), "yyyy-mm-dd hh:mm", "", "2026-04-04T00:00:00"},
		{"time", num("0.75", 1), "hh:mm", "", "18:00"},
		{"time with seconds", num("0.75001157407", 1), "hh:mm:ss", "", "18:00:01"},
		{"time, built in", num("0.5", 1), "#20", "", "12:00"},
		{"time with fractions", num("0.500005787", 1), "mm:ss.0", "", "12:00:00.500"},
		{"time of a date", num("46115.75", 1), "hh:mm", "", "2026-04-03T18:00:00"},
		{"midnight", num("0", 1), "hh:mm", "", "00:00"},
		{"minutes and seconds", num("0.5", 1), "mm:ss", "", "12:00"},
		{"half days", num("0.75", 1), "h:mm AM/PM", "", "18:00"},
		{"hours beyond a day", num("1.0625", 1), "[h]:mm", "", "25:30"},
		{"minutes beyond an hour", num("0.0625", 1), "[mm]:ss", "", "01:30"},
		{"ISO date", `<c t="d"><v>2026-04-03</v></c>`, "", "", "2026-04-03"},
		{"ISO date and midnight", `<c t="d"><v>2026-04-03T00:00:00</v></c>`, "", "", "2026-04-03"},
		{"ISO date and time", `<c t="d"><v>2026-04-03T18:00:00.000Z</v></c>`, "", "", "2026-04-03T18:00:00"},
		{"ISO date and shown midnight", `<c s="1" t="d"><v>2026-04-03T00:00:00</v></c>`, "yyyy-mm-dd hh:mm", "", "2026-04-03T00:00:00"},
		{"ISO time", `<c t="d"><v>18:00:00</v></c>`, "", "", "18:00"},
		{"no ISO date", `<c t="d"><v>3 april</v></c>`, "", "", "! invalid_date B"},
		{"a letter in a format", num("701740605", 1), "0000p00000", "", "! invalid_cell B"},
		{"a digit in a format", num("701740605", 1), "0000010000", "", "! invalid_cell B"},
		{"a letter in a format that pads nothing", num("1200", 1), "# ##0 kr", "", "1200"},
		{"seconds in a date without hours", num("33272", 1), "yyys-mm-dd", "", "! invalid_cell B"},
		{"elapsed minutes in 1904", num("0.0625", 1), "[m]:ss", `date1904="1"`, "01:30"},
		{"date and time with half days", num("46115.8125", 1), `[$-409]m/d/yy\ h:mm\ AM/PM;@`, "", "2026-04-03T19:30:00"},
		{"date in the Swedish of LibreOffice", num("46115", 1), `[$-41D]DDDD" den "D\ MMMM\ YYYY`, "", "2026-04-03"},
		{"date of a system's long form", num("46115", 1), `[$-x-sysdate]dddd, mmmm dd, yyyy`, "", "2026-04-03"},
		{"time with letters behind", num("0.75", 1), `"kl. "hh.mm`, "", "18:00"},
		{"negative elapsed time", num("-0.5", 1), "[h]:mm", "", "! invalid_date B"},
		{"mixed fraction", num("1.25", 1), "# ??/??", "", "1.25"},
		{"date in the format of text", num("46115", 1), "@", "", "46115"},
		{"negative in brackets", num("-42", 1), `0000_);\(0000\)`, "", "-42"},
		{"text in sections", num("701740605", 1), `0000000000;;"-";@`, "", "0701740605"},
		{"CDATA in a value", `<c><v><![CDATA[42]]></v></c>`, "", "", "42"},
		{"a comment in a value", `<c><v>4<!-- 3 -->2</v></c>`, "", "", "42"},
		{"a reference in a value", `<c><v>&#52;2</v></c>`, "", "", "42"},
		{"an instruction in a text", `<c t="inlineStr"><is><t>B<?x y?>o</t></is></c>`, "", "", "Bo"},
		{"spaces in an inline string", `<c t="inlineStr"><is><t xml:space="preserve">  Bo </t></is></c>`, "", "", "  Bo "},
		{"phonetic runs in an inline string", `<c t="inlineStr"><is><r><t>課</t></r><rPh sb="0" eb="1"><t>カ</t></rPh></is></c>`, "", "", "課"},
		{"undefined format", num("33272", 1), "#163", "", "! invalid_cell B"},
	}
}

type cellCase struct{ name, cell, format, props, want string }

// book has the header Namn, Värde; the cell is B2.
func (tc cellCase) book() builder {
	b := builder{rows: head + row(2, "Åsa", tc.cell), shared: sharedTexts, props: tc.props}
	if tc.format != "" {
		b.formats = []string{tc.format}
	}
	return b
}

func TestXLSXCells(t *testing.T) {
	for _, tc := range cellCases() {
		t.Run(tc.name, func(t *testing.T) {
			want := "xlsx Blad1 1: Namn|Värde\n"
			switch {
			case strings.HasPrefix(tc.want, "!! "):
				want = "! " + tc.want[3:]
			case strings.HasPrefix(tc.want, "! "):
				want += "2" + tc.want
			default:
				want += "2: Åsa|" + tc.want
			}
			check(t, read(t, write(t, "a.xlsx", tc.book().book(t)), Options{}), want)
		})
	}
}
