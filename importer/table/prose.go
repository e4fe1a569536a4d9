package table

import (
	"regexp"
	"strings"
)

// maxProseLines is how many lines are looked at to tell what a text is.
const maxProseLines = 60

// proseKind tells by its beginning what a text is that is no table, by the id of
// its name; "" if it may be one. It goes by what no list begins with, and
// by lines that nearly all look alike.
func proseKind(text string) string {
	lines := filledLines(text)
	if len(lines) == 0 {
		return ""
	}
	first := lines[0]
	for _, b := range beginnings {
		if len(first) >= len(b.text) && strings.EqualFold(first[:len(b.text)], b.text) {
			return b.what
		}
	}
	switch {
	case first == "---", strings.HasPrefix(first, "%YAML"):
		return "YAML"
	case isMail(lines):
		return "an e-mail"
	case iniSection.MatchString(first) && count(lines, iniSetting) > 0:
		return "a file of settings (INI)"
	case len(lines) > 1 && count(lines, logLine)*10 > len(lines)*8:
		return "a log"
	case codeBegin.MatchString(first) && count(lines, codeLine)*5 > len(lines):
		return "a program's source code"
	}
	return ""
}

// beginnings are what some texts begin with.
var beginnings = []struct{ text, what string }{
	{"#!", "a program's source code"},
	{"<?php", "a program's source code"},
	{"#include", "a program's source code"},
	{"BEGIN:VCALENDAR", "a calendar (iCalendar)"},
	{"-----BEGIN ", "a key or a certificate"},
	{"%!PS", "a PostScript document"},
	{`\documentclass`, "a LaTeX document"},
	{"diff --git ", "a list of changes to source code"},
	{"INSERT INTO ", "SQL"},
	{"CREATE TABLE ", "SQL"},
	{"From - ", "an e-mail"},
}

var (
	mailHeader = regexp.MustCompile(`(?i)^(from|to|cc|subject|date|received|return-path|delivered-to|message-id|mime-version|content-type|sent|från|till|kopia|ämne|skickat|datum):( |$)`)
	iniSection = regexp.MustCompile(`^\[[^\[\],;|\t]+\]$`)
	iniSetting = regexp.MustCompile(`^[\w.-]+ *=`)
	logLine    = regexp.MustCompile(`^\[?(\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d(:\d\d)?([.,]\d+)?(Z|[+-]\d\d:?\d\d)?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)\]? +[^ ,;|\t"]|^[\d.:a-f]+ \S+ \S+ \[\d`)
	codeBegin  = regexp.MustCompile(`^((package|import|from|using|namespace|public|def|class|function|const|var|let|export|module|require|use) [\w"'{(<*.$]|//|/\*)`)
	codeLine   = regexp.MustCompile(`[{}]$|[)}\]][;:]$|\)$|^(import|from|return|if|for) `)
	yamlLine   = regexp.MustCompile(`^(- +)?[\pL\w."'-]+( [\pL\w."'-]+){0,3}:( |$)|^- `)
	rulerLine  = regexp.MustCompile(`^[ |+:=-]*(--|==|:-|-:)[ |+:=-]*$`)
)

// filledLines returns the first lines with anything in them, trimmed.
func filledLines(text string) (lines []string) {
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff")); line != "" {
			lines = append(lines, line)
		}
		if len(lines) == maxProseLines {
			break
		}
	}
	return lines
}

// isMail reports whether the lines begin with the headers of a mail.
func isMail(lines []string) bool {
	headers := 0
	for _, line := range lines[:min(6, len(lines))] {
		if mailHeader.MatchString(line) {
			headers++
		}
	}
	return headers >= 3 && mailHeader.MatchString(lines[0])
}

func count(lines []string, like *regexp.Regexp) (n int) {
	for _, line := range lines {
		if like.MatchString(line) {
			n++
		}
	}
	return n
}

// notOneColumn tells, by the id of its name, what a text without delimiters is if it is not a list
// with one column: its first line is no name of a column, or its lines are
// those of another kind of text.
func notOneColumn(header string, lines []string) string {
	header = strings.TrimSpace(header)
	named := count(append([]string{header}, lines...), yamlLine)
	switch {
	case named > 1 && named*10 > (1+len(lines))*7:
		return "names and values with colons (YAML or the like)"
	case strings.HasPrefix(header, "# "), count(lines, rulerLine) > 0:
		return "text (Markdown or the like)"
	case count(append([]string{header}, lines...), codeLine)*2 > 1+len(lines) && len(lines) > 1:
		return "a program's source code"
	case len(header) > 80, len(strings.Fields(header)) > 8, strings.ContainsAny(header[len(header)-1:], ".,:!{}[]<>"), strings.ContainsAny(header[:1], "-*/<>{}[]$%&@!~\\+=|`"):
		return "text"
	}
	return ""
}
