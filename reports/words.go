package reports

import (
	"embed"

	"vitec-import/importer/ledger"
	"vitec-import/importer/words"
)

//go:embed words.*.yaml
var wordFiles embed.FS

var catalogue = words.Load(wordFiles)

// texts is every text that the package shows to a person, in one language.
// What programs read (report.csv's header, the outcomes' words, summary.json)
// has none.
type texts struct{ *words.Texts }

func textsIn(l words.Language) texts { return texts{catalogue.In(l)} }

// outcome returns the name of an outcome.
func (w texts) outcome(o ledger.Outcome) string { return w.Text("outcome." + o.String()) }

// outcomeMeaning says in a sentence what an outcome means.
func (w texts) outcomeMeaning(o ledger.Outcome) string { return w.Text("meaning." + o.String()) }
