package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Text is something that is said to people: an English format, as for
// [fmt.Sprintf], and its arguments. Whoever shows it may say the format in
// another language, which is why the ledger keeps the two apart. The zero Text
// says nothing.
//
// The texts that the ledger is given contain no personal values; that is the
// caller's duty.
type Text struct {
	Format string
	Args   []any
}

// Say returns a format with its arguments, to be said later.
func Say(format string, args ...any) Text { return Text{format, args} }

// TextOf returns what v says: the format and arguments of a type that has them,
// else its text as it is.
func TextOf(v any) Text {
	switch v := v.(type) {
	case nil:
		return Text{}
	case Text:
		return v
	case interface{ Message() (string, []any) }:
		format, args := v.Message()
		return Text{format, args}
	}
	if s := fmt.Sprint(v); s != "" {
		return Text{"%s", []any{s}}
	}
	return Text{}
}

// String says the text in English.
func (t Text) String() string {
	if t.Format == "" {
		return ""
	}
	return fmt.Sprintf(t.Format, t.Args...)
}

// Message returns the format and its arguments.
func (t Text) Message() (format string, args []any) { return t.Format, t.Args }

// IsZero reports whether the text says nothing.
func (t Text) IsZero() bool { return t.Format == "" }

// textJSON is a Text as it is kept.
type textJSON struct {
	Format string `json:"format"`
	Args   []any  `json:"args,omitempty"`
}

// MarshalJSON implements [json.Marshaler]. Numbers, truth values and texts are
// kept as they are, and an argument that has a format of its own is kept as a
// Text; of anything else what it says in English is kept.
func (t Text) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	kept := textJSON{Format: t.Format}
	for _, a := range t.Args {
		switch v := a.(type) {
		case string, bool, int, int64, float64:
		case interface{ Message() (string, []any) }:
			a = TextOf(v)
		default:
			a = fmt.Sprint(v)
		}
		kept.Args = append(kept.Args, a)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(kept)
	return b.Bytes(), err
}

// UnmarshalJSON implements [json.Unmarshaler]. Whole numbers become int.
func (t *Text) UnmarshalJSON(b []byte) error {
	*t = Text{}
	if string(b) == "null" {
		return nil
	}
	var kept struct {
		Format string            `json:"format"`
		Args   []json.RawMessage `json:"args"`
	}
	if err := json.Unmarshal(b, &kept); err != nil {
		return err
	}
	t.Format = kept.Format
	for _, raw := range kept.Args {
		a, err := argument(raw)
		if err != nil {
			return err
		}
		t.Args = append(t.Args, a)
	}
	return nil
}

func argument(raw json.RawMessage) (any, error) {
	if raw[0] == '{' || raw[0] == 'n' {
		var t Text
		err := json.Unmarshal(raw, &t)
		return t, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var a any
	if err := d.Decode(&a); err != nil {
		return nil, err
	}
	number, ok := a.(json.Number)
	if !ok {
		return a, nil
	}
	if n, err := number.Int64(); err == nil {
		return int(n), nil
	}
	return number.Float64()
}

// textError is a text that is an error. The errors among its arguments are what
// it wraps.
type textError struct{ Text }

func fault(format string, args ...any) error { return &textError{Text{format, args}} }

// Error implements error, in English.
func (e *textError) Error() string { return e.String() }

// Unwrap returns the errors that the text tells.
func (e *textError) Unwrap() (list []error) {
	for _, a := range e.Args {
		if err, ok := a.(error); ok {
			list = append(list, err)
		}
	}
	return list
}

// The codes of what the ledger itself says of a row that is in doubt because
// its submission was never finished.
const (
	CodeCutOff   = "cut_off"   // the run was cut off before an answer came
	CodeRunEnded = "run_ended" // the run ended before an answer came
)

var (
	cutOffText   = Say("the run was cut off before an answer came")
	runEndedText = Say("the run ended before an answer came")
)

// kept is the text in JSON, nil if it says nothing.
func (t Text) kept() any {
	if t.IsZero() {
		return nil
	}
	b, err := json.Marshal(t)
	if err != nil {
		panic(err) // a number that is none
	}
	return string(b)
}

// keptText reads what kept made.
func keptText(s string) (t Text, err error) {
	if s != "" {
		err = json.Unmarshal([]byte(s), &t)
	}
	return t, err
}
