package mapping

import "vitec-import/vitec"

// none says nothing.
var none vitec.Text

// say returns a text to be said later: an English format and its arguments.
func say(format string, args ...any) vitec.Text { return vitec.Text{Format: format, Args: args} }
