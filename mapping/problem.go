package mapping

// Problem is why a row cannot be sent, or, as a Warning, what is odd about
// it. Value is personal; no other member is, and neither is what Message and
// Hint return.
type Problem struct {
	Column  int      // 0-based cell, -1 if it is no cell's fault
	Header  string   // the header cell of that column
	Field   string   // path of the field, "" if it is the whole row
	Code    string   // see the constants
	Args    []string // what the message needs, never personal
	Value   string   // the cell as read; personal
	Warning bool
}

// Message says what is wrong, without the value.
func (p Problem) Message() string { panic("not yet") }

// Hint says what to do about it, or is empty.
func (p Problem) Hint() string { panic("not yet") }

// Masked returns Value so that its shape can be recognised by whoever has the
// file, and nobody else learns it: "070-1740605" becomes "0••-•••••••".
func (p Problem) Masked() string { panic("not yet") }
