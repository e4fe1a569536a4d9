package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// printColumns prints a table, its first row being its head, behind so many
// spaces. Where the table is wider than the terminal (0 = there is none), long
// cells are cut in their middle; and where that does not help, each row becomes
// lines of its own, a cell with its heading on each.
func printColumns(out io.Writer, rows [][]string, indent, width int) {
	if len(rows) == 0 {
		return
	}
	const gap, least = 2, 13
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for c, cell := range row {
			widths[c] = max(widths[c], utf8.RuneCountInString(cell))
		}
	}
	whole := func() int {
		n := indent - gap
		for _, w := range widths {
			n += gap + w
		}
		return n
	}
	for width > 0 && whole() > width {
		widest := 0
		for c := range widths {
			if widths[c] > widths[widest] {
				widest = c
			}
		}
		if widths[widest] <= least {
			printRecords(out, rows)
			return
		}
		widths[widest] = max(widths[widest]-(whole()-width), least)
	}
	for _, row := range rows {
		line := strings.Repeat(" ", indent)
		for c, cell := range row {
			line += fmt.Sprintf("%-*s", widths[c]+gap, squeeze(cell, widths[c]))
		}
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}

// printRecords prints a table that is too wide in any other way.
func printRecords(out io.Writer, rows [][]string) {
	widest := 0
	for _, head := range rows[0] {
		widest = max(widest, utf8.RuneCountInString(head))
	}
	for _, row := range rows[1:] {
		mark := "- "
		for c, cell := range row {
			if cell == "" {
				continue
			}
			fmt.Fprintf(out, "%s%-*s  %s\n", mark, widest, rows[0][c], cell)
			mark = "  "
		}
	}
}

// squeeze leaves the beginning and the end of a text that is too long: ids differ
// in either.
func squeeze(s string, width int) string {
	r := []rune(s)
	if len(r) <= width {
		return s
	}
	head := (width - 1) / 2
	return string(r[:head]) + "…" + string(r[len(r)-(width-1-head):])
}
