package reports

import (
	"cmp"
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
	order   int   // in which the causes were met
}

// maxPlaces is how many rows of a cause are named, maxCauses how many causes
// are told apart: the words of a server could differ from row to row.
const (
	maxPlaces = 40
	maxCauses = 500
)

// causes groups the rows that did not end well.
type causes struct {
	d    *describer
	by   map[causeKey]*cause
	rest map[ledger.Outcome]*cause // beyond maxCauses
}

type causeKey struct {
	outcome ledger.Outcome
	warning bool
	column  int
	code    string
	message string // where there is no code
}

func newCauses(d *describer) *causes {
	return &causes{d: d, by: map[causeKey]*cause{}, rest: map[ledger.Outcome]*cause{}}
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
			k.message = p.Message
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
	if g == nil && len(c.by) < maxCauses {
		g = start()
		g.order = len(c.by)
		c.by[k] = g
	} else if g == nil {
		if g = c.rest[k.outcome]; g == nil {
			g = &cause{Outcome: k.outcome, Message: c.d.words.Say("other reasons, too many to tell apart; see the rows"), order: maxCauses + int(k.outcome)}
			c.rest[k.outcome] = g
		}
	}
	g.Rows++
	if len(g.places) < maxPlaces && (len(g.places) == 0 || g.places[len(g.places)-1] != row) {
		g.places = append(g.places, row)
	}
}

// sorted returns the causes, those of most rows first, warnings last.
func (c *causes) sorted() []*cause {
	var list []*cause
	for _, g := range c.by {
		list = append(list, g)
	}
	for _, g := range c.rest {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b *cause) int {
		if a.Warning != b.Warning {
			if b.Warning {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.order, b.order))
	})
	return list
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
