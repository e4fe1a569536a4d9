package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// printColumns prints a table behind so many spaces.
func printColumns(out io.Writer, rows [][]string, indent int) {
	var b bytes.Buffer
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	oneLine := strings.NewReplacer("\t", " ", "\n", " ", "\v", " ", "\f", " ")
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = oneLine.Replace(cell)
		}
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	_ = tw.Flush() // into memory
	for line := range strings.Lines(b.String()) {
		fmt.Fprintln(out, strings.TrimRight(strings.Repeat(" ", indent)+line, " \n"))
	}
}
