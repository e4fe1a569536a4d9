package sandbox

import (
	"cmp"
	"embed"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vitec-import/importer/words"
	"vitec-import/vitec"
)

//go:embed words.*.yaml
var wordFiles embed.FS

var catalogue = words.Load(wordFiles)

// texts are the texts of the page in one language.
type texts struct{ *words.Texts }

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
	var s string
	switch {
	case d < time.Millisecond:
		return "< 1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		s = fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return w.Language().Localize(s)
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

// faultDoc is what a fault does.
func (w texts) faultDoc(f FaultInfo) string { return w.Text("fault." + f.Name) }

// faultWhen explains how a fault is narrowed down.
func (w texts) faultWhen() []fact {
	var list []fact
	for _, form := range faultForms {
		list = append(list, fact{Name: form, Value: w.Text("when." + form)})
	}
	return list
}

var faultForms = []string{":10%", ":3", ":3+", ":3-7", ":/5", ":x2", ":reused", ":viewing=ID"}

// fieldDoc is what a field means: in Swedish the specification's own words,
// where it has any.
func (w texts) fieldDoc(f vitec.Field) string {
	doc := f.Meaning(w.Language())
	if w.Language() == words.Swedish {
		doc = cmp.Or(f.Swedish, doc)
	}
	first, size := utf8.DecodeRuneInString(doc)
	return string(unicode.ToUpper(first)) + doc[size:]
}
