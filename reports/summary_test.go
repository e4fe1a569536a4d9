package reports

import (
	"slices"
	"testing"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/reports/words"
)

func tallyOf(counts map[ledger.Outcome]int) *tally {
	t := newTally()
	for o, n := range counts {
		t.Outcomes[o] = n
		t.Rows += n
	}
	return t
}

func TestSummarize(t *testing.T) {
	done := ledger.RunInfo{ID: 7, Ended: true, StartedAt: noon, FinishedAt: noon.Add(time.Minute), Input: ledger.Input{Path: "/home/åsa/My lists/p.csv"}, Mapping: "m.yaml"}
	for _, tt := range []struct {
		name     string
		run      func(*ledger.RunInfo)
		counts   map[ledger.Outcome]int
		paths    Paths
		headline string
		left     string
		steps    []string
		notes    []string
	}{
		{"all booked", nil, map[ledger.Outcome]int{ledger.Booked: 24, ledger.AlreadyBooked: 1}, Paths{}, "All 25 rows are booked", "Nothing is left to do.", nil, nil},
		{"one row", nil, map[ledger.Outcome]int{ledger.Booked: 1}, Paths{}, "The only row is booked", "Nothing is left to do.", nil, nil},
		{"not all are to be booked", nil, map[ledger.Outcome]int{ledger.Booked: 23, ledger.Duplicate: 1, ledger.Skipped: 1}, Paths{}, "23 of 25 rows are booked", "Nothing is left to do.", nil, nil},
		{"everything", func(r *ledger.RunInfo) { r.Reason = ledger.Say("wrong login.") }, map[ledger.Outcome]int{ledger.Booked: 1200, ledger.Uncertain: 1, ledger.Invalid: 2, ledger.Rejected: 3, ledger.NotSent: 4},
			Paths{Program: "vi", Corrections: "/x/corrections.csv", Uncertain: "/x/uncertain.csv", RunFlags: []string{"--sandbox"}, Flags: []string{"--ledger", "my ledger.db"}},
			"1\u202f200 of 1\u202f210 rows are booked", "10 rows need attention.", []string{
				"vi resolve /x/uncertain.csv --ledger " + Quote("my ledger.db"),
				"vi run /x/corrections.csv --mapping m.yaml --sandbox --ledger " + Quote("my ledger.db"),
				"vi run " + Quote("/home/åsa/My lists/p.csv") + " --mapping m.yaml --sandbox --ledger " + Quote("my ledger.db"),
			}, []string{"The run stopped early: wrong login."}},
		{"no corrections file", nil, map[ledger.Outcome]int{ledger.Invalid: 1}, Paths{}, "0 of 1 rows are booked", "1 row needs attention.",
			[]string{"vitec-import run " + Quote("/home/åsa/My lists/p.csv") + " --mapping m.yaml"}, nil},
		{"still on", func(r *ledger.RunInfo) { r.Ended = false }, map[ledger.Outcome]int{ledger.NotSent: 2}, Paths{}, "0 of 2 rows are booked", "2 rows need attention.", nil,
			[]string{"The run is still on, or was cut off; this report shows how far it had come. If it was cut off, run the file again."}},
		{"no rows", nil, nil, Paths{}, "The list has no rows", "", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run := done
			if tt.run != nil {
				tt.run(&run)
			}
			src := Source{Run: run, Input: &table.File{}}
			o := Options{Zone: stockholm}
			s := summarize(&src, &o, tallyOf(tt.counts), tt.paths, &describer{run: &src.Run, words: texts{words.English}, zone: stockholm})
			var steps []string
			for _, st := range s.Steps {
				steps = append(steps, st.Command)
			}
			if s.Headline != tt.headline || s.Left != tt.left || !slices.Equal(steps, tt.steps) || !slices.Equal(s.Notes, tt.notes) {
				t.Errorf("%q, %q, %q, %q", s.Headline, s.Left, steps, s.Notes)
			}
			if len(s.Outcomes) != 8 {
				t.Errorf("%d outcomes", len(s.Outcomes))
			}
		})
	}
}

func TestPercent(t *testing.T) {
	for _, tt := range []struct {
		n, total int
		want     string
	}{{0, 0, ""}, {0, 10, "0\u00a0%"}, {1, 1000, "< 1\u00a0%"}, {999, 1000, "> 99\u00a0%"}, {1000, 1000, "100\u00a0%"}, {1, 3, "33\u00a0%"}} {
		if got := percent(tt.n, tt.total); got != tt.want {
			t.Errorf("percent(%d, %d) = %q, want %q", tt.n, tt.total, got, tt.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for _, tt := range []struct{ arg, posix, windows string }{
		{"participants.csv", "participants.csv", "participants.csv"},
		{"My lists/p.csv", "'My lists/p.csv'", `"My lists/p.csv"`},
		{`C:\Listor\p.csv`, `'C:\Listor\p.csv'`, `C:\Listor\p.csv`},
		{"it's", `'it'\''s'`, `"it's"`},
		{"$(rm)", "'$(rm)'", "'$(rm)'"},
		{"gäster $(calc).csv", "'gäster $(calc).csv'", "'gäster $(calc).csv'"},
		{"a`b it’s.csv", "'a`b it’s.csv'", "'a`b it’’s.csv'"},
		{"“a” $env:x.csv", "'“a” $env:x.csv'", "'“a” $env:x.csv'"},
		{"a,b@c.csv", "a,b@c.csv", `"a,b@c.csv"`},
		{"=ls", "'=ls'", `"=ls"`},
		{`C:\My lists\`, `'C:\My lists\'`, `"C:\My lists\\"`},
		{"Åsa.csv", "Åsa.csv", "Åsa.csv"},
		{"", "''", `""`},
		{"a\u2028b", "'a\u2028b'", "\"a\u2028b\""},
	} {
		if got := quote(tt.arg, false); got != tt.posix {
			t.Errorf("quote(%q) = %s, want %s", tt.arg, got, tt.posix)
		}
		if got := quote(tt.arg, true); got != tt.windows {
			t.Errorf("quote(%q) on Windows = %s, want %s", tt.arg, got, tt.windows)
		}
	}
}
