package reports

import (
	"fmt"
	"strings"

	"vitec-import/importer/ledger"
)

// shade is how an outcome looks. The solid colours are those of Okabe and Ito,
// which people with any colour vision can tell apart; the symbols tell the
// outcomes apart without any.
type shade struct {
	solid string // of bars
	tint  string // behind ink, on paper
	ink   string // at least 7:1 on tint
	// The same on a dark screen.
	darkSolid, darkTint, darkInk string
}

func shadeOf(o ledger.Outcome) shade {
	switch o {
	case ledger.Booked:
		return shade{"#009E73", "#D6F0E6", "#004D38", "#1FB58C", "#0E3329", "#8CE6CB"}
	case ledger.AlreadyBooked:
		return shade{"#56B4E9", "#DDF0FB", "#0A3F5E", "#56B4E9", "#11303F", "#A5DBFA"}
	case ledger.Rejected:
		return shade{"#D55E00", "#FBE1D1", "#7A2F00", "#EC7A2C", "#42220D", "#FFC199"}
	case ledger.Uncertain:
		return shade{"#CC79A7", "#F8E0EE", "#6B1F4C", "#DB8DB8", "#3D1D30", "#F7BEDC"}
	case ledger.Invalid:
		return shade{"#E69F00", "#FCEFCB", "#5C3F00", "#EDB02B", "#3B2D08", "#FFDD8A"}
	case ledger.Duplicate:
		return shade{"#0072B2", "#DEE7F5", "#0B3A66", "#4A9BD8", "#132B45", "#AACFF5"}
	case ledger.Skipped:
		return shade{"#999999", "#EDEDED", "#404040", "#8C939B", "#2A2E33", "#CDD2D8"}
	}
	return shade{"#4D4D4D", "#E3E3E3", "#262626", "#B4BBC3", "#33383E", "#E6EAEE"}
}

// variables are the colours of the outcomes for a style sheet.
func variables(dark bool) string {
	var b strings.Builder
	for _, o := range ledger.Outcomes {
		s, name := shadeOf(o), strings.ReplaceAll(o.String(), "_", "-")
		if dark {
			s.solid, s.tint, s.ink = s.darkSolid, s.darkTint, s.darkInk
		}
		fmt.Fprintf(&b, "--o-%s:%s;--t-%s:%s;--i-%s:%s;", name, s.solid, name, s.tint, name, s.ink)
	}
	return b.String()
}

// outcomeClasses give an element the colours of its outcome: o1 is Booked.
func outcomeClasses() string {
	var b strings.Builder
	for _, o := range ledger.Outcomes {
		name := strings.ReplaceAll(o.String(), "_", "-")
		fmt.Fprintf(&b, ".o%d{--o:var(--o-%s);--t:var(--t-%s);--i:var(--i-%s)}", o, name, name, name)
	}
	return b.String()
}
