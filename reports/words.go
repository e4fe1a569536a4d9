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
type texts struct {
	*words.Texts
	outcomes *[len(ledger.Outcomes)]string // their names, which every row needs
}

func textsIn(l words.Language) texts {
	w := texts{catalogue.In(l), new([len(ledger.Outcomes)]string)}
	for _, o := range ledger.Outcomes {
		w.outcomes[o] = w.Text("outcome." + o.String())
	}
	return w
}

// say is a text to be said later.
func say(id string, args ...any) words.Message { return catalogue.Message(id, args...) }

// outcome returns the name of an outcome.
func (w texts) outcome(o ledger.Outcome) string { return w.outcomes[o] }

// outcomeMeaning says in a sentence what an outcome means.
func (w texts) outcomeMeaning(o ledger.Outcome) string { return w.Text("meaning." + o.String()) }
