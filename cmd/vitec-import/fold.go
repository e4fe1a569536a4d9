package main

import (
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// width is how many columns a person's terminal has; 0 = out is none, or nobody
// knows.
func (w *world) width(out io.Writer) int {
	if o, ok := out.(*outlet); ok {
		out = o.out
	}
	f, ok := out.(*os.File)
	if !ok || !isTerminal(f) {
		return 0
	}
	n, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return n
}

// fold breaks the lines of a text that are longer than width columns between
// words; 0 = no width. What is broken off stands below the beginning of what it
// belongs to: the text behind the last gap of two spaces or more, if there is
// room left of it, else the line.
func fold(text string, width int) string {
	if width <= 0 {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		line, end := strings.TrimSuffix(line, "\n"), strings.HasSuffix(line, "\n")
		b.WriteString(foldLine(line, hang(line, width), width))
		if end {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// hang is in which column that stands which is broken off a line.
func hang(line string, width int) int {
	words := strings.TrimLeft(line, " ")
	indent := len(line) - len(words)
	if strings.HasPrefix(words, "- ") {
		indent += 2
	}
	if gap := strings.LastIndex(words, "  "); gap >= 0 {
		if at := indent + utf8.RuneCountInString(words[:gap+2]); at <= width/2 {
			indent = at
		}
	}
	if indent > width/2 {
		indent = 2
	}
	return indent
}

// foldLine breaks one line; what is broken off stands indent columns in.
func foldLine(line string, indent, width int) string {
	if width <= 0 || utf8.RuneCountInString(line) <= width {
		return line
	}
	var b strings.Builder
	n := 0 // columns that are written
	for word := range strings.SplitAfterSeq(line, " ") {
		wide := utf8.RuneCountInString(strings.TrimRight(word, " "))
		if n > indent && n+wide > width {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			n = indent
		}
		b.WriteString(word)
		n += utf8.RuneCountInString(word)
	}
	// A space at the end of a line is not to be seen.
	return strings.ReplaceAll(b.String(), " \n", "\n")
}
