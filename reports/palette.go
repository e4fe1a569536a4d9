package reports

import "vitec-import/importer/ledger"

// shade is how an outcome looks. The solid colours are those of Okabe and Ito,
// which people with any colour vision can tell apart; the symbols tell the
// outcomes apart without any.
type shade struct {
	solid string // of bars
	tint  string // behind ink, on paper
	ink   string // at least 7:1 on tint
}

func shadeOf(o ledger.Outcome) shade {
	switch o {
	case ledger.Booked:
		return shade{"#009E73", "#D6F0E6", "#004D38"}
	case ledger.AlreadyBooked:
		return shade{"#56B4E9", "#DDF0FB", "#0A3F5E"}
	case ledger.Rejected:
		return shade{"#D55E00", "#FBE1D1", "#7A2F00"}
	case ledger.Uncertain:
		return shade{"#CC79A7", "#F8E0EE", "#6B1F4C"}
	case ledger.Invalid:
		return shade{"#E69F00", "#FCEFCB", "#5C3F00"}
	case ledger.Duplicate:
		return shade{"#0072B2", "#DEE7F5", "#0B3A66"}
	case ledger.Skipped:
		return shade{"#999999", "#EDEDED", "#404040"}
	}
	return shade{"#4D4D4D", "#E3E3E3", "#262626"}
}
