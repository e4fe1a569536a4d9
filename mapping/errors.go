package mapping

// Error is one mistake in a mapping file, or in the way it meets a header.
type Error struct {
	File       string `json:"file"`
	Line       int    `json:"line"`   // 1-based, 0 if the mistake has no line
	Column     int    `json:"column"` // 1-based, in characters, 0 if unknown
	Code       string `json:"code"`
	Message    string `json:"message"`
	Suggestion string `json:"suggestion,omitempty"` // what was probably meant
	Hint       string `json:"hint,omitempty"`
	Snippet    string `json:"snippet,omitempty"` // the line of the file
	Width      int    `json:"-"`                 // characters that the caret underlines
}

// Error returns the place and the message, then the line of the file with a
// caret and the hint on lines of their own.
func (e *Error) Error() string { panic("not yet") }

// Errors is all mistakes of a mapping, sorted by place.
type Errors []*Error

// Error returns all mistakes, one after the other.
func (e Errors) Error() string { panic("not yet") }

// Warning is what a mapping says that is allowed but seldom meant. It has the
// same parts as a mistake.
type Warning = Error
