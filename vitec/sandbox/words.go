package sandbox

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// wrong returns an error that can be said in other languages by its format.
func wrong(format string, args ...any) error { return configError{format, args} }

// configError is something wrong with a fault or with a [Config].
type configError struct {
	format string
	args   []any
}

func (e configError) Error() string { return fmt.Sprintf(e.format, e.args...) }

// Message returns the format and its arguments, to be said in a language.
func (e configError) Message() (format string, args []any) { return e.format, e.args }

// texts are the texts of the page in one language.
type texts struct {
	language string
	say      func(language, format string, args ...any) string // nil: English
}

// Text says the text with this id.
func (w texts) Text(id string, args ...any) string {
	format := pageTexts[id]
	if w.say == nil {
		return fmt.Sprintf(format, args...)
	}
	return w.say(w.language, format, args...)
}

// of says an error or what a fault does.
func (w texts) of(v any) string {
	if w.say == nil {
		if f, ok := v.(FaultInfo); ok {
			return f.Doc
		}
		return fmt.Sprint(v)
	}
	return w.say(w.language, "%v", v)
}

// Count says the form of a text that n things take.
func (w texts) Count(id string, n int, args ...any) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return w.Text(id+form, append([]any{number(n)}, args...)...)
}

// number writes n with narrow spaces between the thousands.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// shortId is an id as it fits into a line: the beginning and the end of a long one.
func (w texts) shortId(id string) string {
	if r := []rune(id); len(r) > 16 {
		return string(r[:6]) + "\u2060…\u2060" + string(r[len(r)-4:]) // joined: no line ends there
	}
	return id
}

// clock is a time of the day.
func (w texts) clock(t time.Time) string { return t.Local().Format("15:04:05") }

// moment is a time with its day, as both languages can write it.
func (w texts) moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// duration is how long something took.
func (w texts) duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "< 1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return w.Text("seconds", math.Round(d.Seconds()*10)/10)
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}

// statusName is a status with the name that it has everywhere.
func (w texts) statusName(status int) string {
	return strings.TrimSpace(w.statusShort(status) + " " + http.StatusText(status))
}

func (w texts) statusShort(status int) string {
	if status == 0 {
		return w.Text("status.none")
	}
	return fmt.Sprint(status)
}

// faultWhen explains how a fault is narrowed down.
func (w texts) faultWhen() []fact {
	var list []fact
	for _, form := range faultForms {
		list = append(list, fact{Name: form, Value: w.Text("when." + form)})
	}
	return list
}

var faultForms = []string{":10%", ":3", ":3+", ":3-7", ":/5", ":x2", ":reused", ":viewing=ID"}
