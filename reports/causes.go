package reports

import (
	"slices"
	"strconv"
	"strings"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
)

// cause is why rows ended as they did: the same problem in the same column,
// or the same words of the server.
type cause struct {
	Outcome ledger.Outcome
	Warning bool // something remarkable about rows that went through
	Message string
	Hint    string
	Column  string // letters; "" = none
	Header  string
	Rows    int
	places  []int // the first rows, ascending
}

// maxPlaces is how many rows of a cause are named.
const maxPlaces = 40

// causes groups the rows that did not end well.
type causes struct {
	d    *describer
	by   map[causeKey]*cause
	list []*cause // in the order in which they were met
}

type causeKey struct {
	outcome ledger.Outcome
	warning bool
	column  int
	code    string
	message string // where there is no code
}

func newCauses(d *describer) *causes {
	return &causes{d: d, by: map[causeKey]*cause{}}
}

func (c *causes) add(r *record) {
	for _, p := range r.Problems {
		if r.Outcome == ledger.Skipped || r.Outcome != ledger.Invalid && !p.Warning {
			continue
		}
		k := causeKey{outcome: r.Outcome, warning: p.Warning, column: p.Column, code: p.Code}
		if p.Warning {
			k.outcome = ledger.NotSent // one group, whatever became of the rows
		}
		if p.Code == "" {
			k.message = p.Reason.String()
		}
		c.count(k, r.Number, func() *cause {
			s := c.d.of(&p)
			return &cause{Outcome: r.Outcome, Warning: p.Warning, Message: s.message, Hint: s.hint, Column: table.ColumnName(p.Column), Header: oneLine(p.Header)}
		})
	}
	switch r.Outcome {
	case ledger.Rejected, ledger.Uncertain, ledger.NotSent:
	case ledger.Invalid:
		if len(r.problems) > 0 {
			return
		}
	default:
		return
	}
	message := r.message
	if status := strconv.Itoa(r.HTTPStatus); r.Outcome == ledger.Rejected && r.HTTPStatus != 0 && !strings.Contains(message, status) {
		message = c.d.words.Say("status %d: %s", r.HTTPStatus, message)
	}
	c.count(causeKey{outcome: r.Outcome, message: message}, r.Number, func() *cause {
		return &cause{Outcome: r.Outcome, Message: message, Hint: r.hint}
	})
}

func (c *causes) count(k causeKey, row int, start func() *cause) {
	g := c.by[k]
	if g == nil {
		g = start()
		c.by[k], c.list = g, append(c.list, g)
	}
	g.Rows++
	if len(g.places) < maxPlaces && (len(g.places) == 0 || g.places[len(g.places)-1] != row) {
		g.places = append(g.places, row)
	}
}

// sorted returns the causes, those of most rows first, warnings last.
func (c *causes) sorted() []*cause {
	slices.SortStableFunc(c.list, func(a, b *cause) int {
		switch {
		case a.Warning == b.Warning:
			return b.Rows - a.Rows
		case a.Warning:
			return 1
		}
		return -1
	})
	return c.list
}

// Place is the column of a cause: its letters and its header.
func (g *cause) Place() string { return strings.TrimSpace(g.Column + " " + g.Header) }

// span is one row of a cause, or several one after the other.
type span struct{ First, Last int }

func (s span) String() string {
	if s.First == s.Last {
		return strconv.Itoa(s.First)
	}
	return strconv.Itoa(s.First) + "–" + strconv.Itoa(s.Last)
}

// Spans names the first rows of a cause.
func (g *cause) Spans() (list []span) {
	for _, row := range g.places {
		if n := len(list); n > 0 && list[n-1].Last+1 == row {
			list[n-1].Last = row
		} else {
			list = append(list, span{row, row})
		}
	}
	return list
}

// More is how many rows of a cause are not named.
func (g *cause) More() int { return g.Rows - len(g.places) }

// where names the rows of a cause: "4–6, 9 and 12 more".
func (g *cause) where(w texts) string {
	var texts []string
	for _, s := range g.Spans() {
		texts = append(texts, s.String())
	}
	text := strings.Join(texts, ", ")
	return text + w.andMore(g.More())
}

func (w texts) andMore(n int) string {
	if n == 0 {
		return ""
	}
	return w.Say(" and %d more", n)
}
