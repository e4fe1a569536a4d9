package table

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestBlankLines reads rows among lines that show nothing: the lines are no
// rows, and the rows keep their numbers, wherever a buffer ends.
func TestBlankLines(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	cases := 0
	for _, end := range []string{"\n", "\r\n", "\r"} {
		for _, delim := range []string{";", ",", "\t", "|"} {
			blanks := []string{"", " ", "\t \t", delim + delim, " " + delim + "  " + delim + delim, `""` + delim + `""` + delim + `""`, delim + `""`, `" "` + delim,
				"\u00a0" + delim, strings.Repeat(delim, 2_000), strings.Repeat(delim, 70_000), strings.Repeat(" ", 70_000) + delim, strings.Repeat(delim, maxCells+5)}
			var content, want strings.Builder
			line := 1
			put := func(s string) {
				content.WriteString(s + end)
				line++
			}
			put("Namn" + delim + "Ort" + delim + "Not")
			for n := range 3_000 {
				for range random.IntN(4) {
					kinds := len(blanks)
					if n%1_000 != 0 {
						kinds -= 4 // the long ones are rare
					}
					put(blanks[random.IntN(kinds)])
				}
				switch row := fmt.Sprintf("Namn %d%s%sx", n, delim, delim); random.IntN(3) {
				case 0:
					put(row)
					fmt.Fprintf(&want, "%d: Namn %d||x\n", line-1, n)
				case 1:
					put(delim + row[:len(row)-1-len(delim)] + "\u00f6")
					fmt.Fprintf(&want, "%d: |Namn %d|\u00f6\n", line-1, n)
				default:
					put(`""` + delim + `"a` + end + delim + end + `b"` + delim + " y")
					fmt.Fprintf(&want, "%d: |a%s%s%sb| y\n", line-1, end, delim, end)
					line += 2
				}
			}
			for _, tc := range []struct{ encoding, text string }{
				{"utf-8", content.String()},
				{"utf-16le", inUTF16(content.String(), false)},
				{"utf-16be", inUTF16(content.String(), true)},
				{"windows-1252", strings.NewReplacer("\u00f6", "\xf6", "\u00a0", "\xa0").Replace(content.String())},
			} {
				cases++
				f, err := Open(write(t, "a.csv", tc.text), Options{Encoding: tc.encoding})
				if err != nil {
					t.Fatalf("%s, %q, %q: %v", tc.encoding, delim, end, err)
				}
				var got strings.Builder
				for row, err := range f.Rows(context.Background()) {
					if err != nil || row.Err != nil {
						t.Fatalf("%s, %q, %q: %v %v", tc.encoding, delim, end, err, row.Err)
					}
					fmt.Fprintf(&got, "%d: %s\n", row.Number, strings.Join(row.Cells, "|"))
				}
				f.Close()
				if got.String() != want.String() {
					a, b := strings.Split(got.String(), "\n"), strings.Split(want.String(), "\n")
					for i := range min(len(a), len(b)) {
						if a[i] != b[i] {
							t.Fatalf("%s, %q, %q: got %q, want %q", tc.encoding, delim, end, a[i], b[i])
						}
					}
					t.Fatalf("%s, %q, %q: got %d rows, want %d", tc.encoding, delim, end, len(a), len(b))
				}
			}
		}
	}
	if cases != 48 {
		t.Errorf("%d cases", cases)
	}
}

// TestLineEnd finds line ends wherever they stand.
func TestLineEnd(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 65, 191, 192, 1000} {
		text := strings.Repeat("a", n)
		for _, tc := range []struct {
			behind string
			want   int
		}{{"", -1}, {"\n", n}, {"\r", n}, {"\r\n", n}, {"\n\r", n}, {strings.Repeat("b", 200) + "\n", n + 200}, {"\r" + strings.Repeat("b", 200) + "\n", n}, {"\n" + strings.Repeat("b", 200) + "\r", n}} {
			if got := lineEnd([]byte(text + tc.behind)); got != tc.want {
				t.Errorf("%d bytes and %.10q: got %d, want %d", n, tc.behind, got, tc.want)
			}
		}
	}
}
