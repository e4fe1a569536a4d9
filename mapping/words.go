package mapping

import (
	"embed"

	"vitec-import/importer/words"
)

//go:embed words.*.yaml
var wordFiles embed.FS

// catalogue is everything that the package says to people. The names of keys,
// converters and fields are the language's, and the same everywhere.
var catalogue = words.Load(wordFiles)

// none says nothing.
var none words.Message

// say returns a text of the catalogue, to be said later.
func say(id string, args ...any) words.Message { return catalogue.Message(id, args...) }
