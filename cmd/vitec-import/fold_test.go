package main

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

func TestFold(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width int
		want  string
	}{
		{"one two three", 0, "one two three"},
		{"one two three", 13, "one two three"},
		{"one two three", 12, "one two\nthree"},
		{"one two three\n\nfour\n", 7, "one two\nthree\n\nfour\n"},
		{"- one two three", 9, "- one two\n  three"},
		{"  åäö åäö åäö", 9, "  åäö åäö\n  åäö"},
		{"ledger   a long path of words", 20, "ledger   a long path\n         of words"},
		{"a-word-that-is-longer-than-the-line and more", 12, "a-word-that-is-longer-than-the-line\nand more"},
	} {
		if got := fold(tt.text, tt.width); got != tt.want {
			t.Errorf("%q in %d columns: got %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}

// What is broken off a labelled text stands below it, whatever the label.
func TestFoldLabelled(t *testing.T) {
	w := &world{lang: words.Swedish}
	for label, want := range map[string]string{
		"earlier": "tidigare rad 37 står två\n         gånger i filen",
		"input":   "fil      rad 37 står två\n         gånger i filen",
		"":        "         rad 37 står två\n         gånger i filen",
	} {
		if got := foldLine(w.labelled(label, "rad 37 står två gånger i filen"), labelRoom, 28); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestPrintColumns(t *testing.T) {
	var b strings.Builder
	printColumns(&b, [][]string{
		{"kund", "tillfälle", "att skicka"},
		{"M11385", "TS-1700", ""},
		{"M2", "på\ntvå rader", "7"},
	}, 2)
	const want = "  kund    tillfälle     att skicka\n  M11385  TS-1700\n  M2      på två rader  7\n"
	if got := b.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// The line of a run says how far it is, what came of it, how fast it goes and
// how long it will take, in whatever room there is.
func TestProgressLine(t *testing.T) {
	start := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := importer.State{Total: 12000, Done: 600, Requests: 640, Limit: 10, StartedAt: start}
	s.Outcomes[ledger.Booked], s.Outcomes[ledger.Rejected], s.Outcomes[ledger.Uncertain] = 590, 8, 2
	for _, tt := range []struct {
		lang   words.Language
		room   int
		change func(*importer.State)
		want   string
	}{
		{"en", 90, nil, "600 of 12000, 590 booked, 10 problems, 8 of 10 requests/s, 19 min 0 s left"},
		{"sv", 90, nil, "600 av 12000, 590 bokade, 10 problem, 8 av 10 anrop/s, 19 min 0 s kvar"},
		{"sv", 40, nil, "600/12000 ✓590 !10 8/10 per s 19m0s"},
		{"sv", 90, func(s *importer.State) { s.Limit = math.Inf(1) }, "600 av 12000, 590 bokade, 10 problem, 8/s, 19 min 0 s kvar"},
		{"sv", 90, func(s *importer.State) { s.PausedUntil = start.Add(65 * time.Second) }, "600 av 12000, 590 bokade, 10 problem, 8 av 10 anrop/s, servern vill ha en paus på 5 s"},
		{"sv", 90, func(s *importer.State) { s.PausedUntil = start.Add(60*time.Second + time.Millisecond) }, "600 av 12000, 590 bokade, 10 problem, 8 av 10 anrop/s, servern vill ha en paus på 1 s"},
		{"en", 40, func(s *importer.State) { s.Stopping = &importer.Stop{} }, "600/12000 ✓590 !10 8/10 per s stopping"},
		{"en", 30, func(s *importer.State) { s.Stopping = &importer.Stop{} }, "600/12000 ✓590 !10 stopping"},
		{"sv", 30, nil, "600/12000 ✓590 !10 19m0s"},
		{"sv", 20, nil, "600/12000 !10 19m0s"},
	} {
		s := s
		if tt.change != nil {
			tt.change(&s)
		}
		v := &progressView{w: &world{lang: tt.lang}, pace: []sample{{start.Add(55 * time.Second), 600}}}
		if got := v.describe(s, start.Add(time.Minute), tt.room); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.lang, got, tt.want)
		}
	}
}

// The line leaves room for the ^C of a terminal, whatever the width: behind a
// full line it would begin the next, and the bar could not be cleared.
func TestProgressLineFits(t *testing.T) {
	for _, width := range []int{40, 80, 200} {
		for _, text := range []int{10, width - barRoom - 3, width - barRoom} {
			var b strings.Builder
			bar := newBar(&b, 1000)
			for _, done := range []int{1, 99, 500, 999} {
				drawBar(bar, strings.Repeat("å", text), done, width)
			}
			for line := range strings.SplitSeq(b.String(), "\r") {
				if n := utf8.RuneCountInString(line); n > width-len("^C") {
					t.Errorf("a line of %d columns on a terminal of %d: %q", n, width, line)
				}
			}
		}
	}
}
