package sandbox

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"text/template"
	"unicode"

	"vitec-import/vitec"
)

// help answers with the documentation of the call, made from the types, the
// fields and the rules by which this project's client writes a request.
func (s *Server) help(w http.ResponseWriter, r *http.Request) {
	v := newVisit(r)
	v.Title = v.Text("title.help")
	h := &helpView{visit: v}
	for _, id := range []string{"address", "login", "body-members", "formats", "answers", "code", "own"} {
		h.Contents = append(h.Contents, contentsEntry{id, v.Text("help.contents." + id)})
	}
	h.parameters()
	h.objects()
	h.JSON = encodeSample(vitec.JSON, specificationSample())
	h.XML = encodeSample(vitec.XML, specificationSample())
	h.AnswerXML = string((&answer{id: "sample string 1"}).appendXML(nil))
	for _, status := range []int{200, 400, 401, 403, 404, 405, 413, 415, 429, 500} {
		h.Statuses = append(h.Statuses, statusView{
			Name: v.statusName(status), Class: statusClass(status, true), Value: v.Text("help.status." + strconv.Itoa(status)),
		})
	}
	if err := h.samples(s); err != nil {
		reply(w, http.StatusInternalServerError, failure{"the page cannot be shown: " + err.Error()})
		return
	}
	for _, request := range ownRequests {
		h.Own = append(h.Own, fact{Name: request, Value: v.Text("help.own." + request)})
	}
	render(w, http.StatusOK, v.texts, "help", h)
}

// ownRequests are what programs can ask a sandbox, beside the API.
var ownRequests = []string{
	"GET /_sandbox/", "GET /_sandbox/commits", "GET /_sandbox/requests", "GET /_sandbox/bookings",
	"GET /_sandbox/faults", "POST /_sandbox/faults", "DELETE /_sandbox/faults", "POST /_sandbox/reset",
}

// helpView is the page at /help.
type helpView struct {
	*visit
	Contents   []contentsEntry
	Parameters []memberView
	Bases      []fact
	Objects    []objectView
	JSON, XML  string
	AnswerXML  string
	Statuses   []statusView
	Samples    []sampleView
	Own        []fact
}

type (
	contentsEntry struct{ ID, Name string }
	statusView    struct{ Name, Class, Value string }
	sampleView    struct {
		ID, Name, Text string
		Open           bool
	}
	objectView struct {
		Type, Path, Doc string
		Members         []memberView
	}
	memberView struct {
		ID, Name, Doc, Link string
		Type                []string // in parts between which a line may end
		Info                []chip
		Values              []string
	}
)

// parameters lists what stands in the path. What the rules want of the ids is
// asked of the rules.
func (h *helpView) parameters() {
	required := requiredPaths()
	for _, name := range []string{"viewingId", "timeSlotId", "customerId"} { // the vendor's order
		m := memberView{Name: name, Doc: h.Text("parameter." + name), Type: []string{"string"}}
		if required[name] != "" {
			m.Info = append(m.Info, chip{"known", h.Text("help.required")})
		}
		h.Parameters = append(h.Parameters, m)
	}
	h.Bases = []fact{
		{Name: h.Text("help.base.real"), Value: "https://connect.maklare.vitec.net"},
		{Name: h.Text("help.base.here"), Value: h.Address},
	}
}

// requiredPaths are the paths of which an empty request lacks something, each
// with the rule's code.
func requiredPaths() map[string]string {
	required := make(map[string]string)
	for _, v := range vitec.Check(vitec.Target{}, new(vitec.AddNewViewingParticipant)) {
		if !v.Warning {
			required[v.Path] = v.Code
		}
	}
	return required
}

// objects lists the body's objects with their members, each in the
// specification's order.
func (h *helpView) objects() {
	required := requiredPaths()
	var list func(t reflect.Type, path string)
	list = func(t reflect.Type, path string) {
		o := objectView{Type: t.Name(), Path: path, Doc: h.Text("object." + t.Name())}
		at := len(h.Objects)
		h.Objects = append(h.Objects, o)
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			inner := name
			if path != "" {
				inner = path + "." + name
			}
			if f, ok := vitec.FieldByPath(inner); ok {
				o.Members = append(o.Members, h.member(f, name, required[inner]))
				continue
			}
			object := t.Field(i).Type
			o.Members = append(o.Members, memberView{
				ID: inner, Name: name, Doc: h.Text("member." + object.Name()), Type: parts(object.Name()), Link: "type-" + object.Name(),
			})
			list(object, inner)
		}
		h.Objects[at] = o
	}
	list(reflect.TypeFor[vitec.AddNewViewingParticipant](), "")
}

// parts splits a name before its capitals.
func parts(name string) []string {
	var list []string
	from := 0
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			list = append(list, name[from:i])
			from = i
		}
	}
	return append(list, name[from:])
}

func (h *helpView) member(f vitec.Field, name, rule string) memberView {
	m := memberView{ID: f.Path, Name: name, Doc: h.fieldDoc(f), Type: []string{h.Text("kind." + f.Kind.String())}, Values: f.Values}
	class := f.Source.String()
	switch rule {
	case "":
	case vitec.CodeNoContact:
		m.Info = append(m.Info, chip{"known", h.Text("help.contact")})
	default:
		m.Info = append(m.Info, chip{"known", h.Text("help.required")})
	}
	if f.MaxLength > 0 {
		m.Info = append(m.Info, chip{class, h.Text("help.length", f.MaxLength)})
	}
	if len(f.Values) > 0 && f.Source == vitec.SourceLikely {
		m.Info = append(m.Info, chip{class, h.Text("help.likely")})
	}
	return m
}

// codeSamples are the samples of a client, by the name of their file. The body
// stands in each between quotes that leave it as it is.
var codeSamples = []struct{ id, name string }{
	{"curl", "curl"}, {"powershell", "PowerShell"}, {"csharp", "C#"}, {"php", "PHP"}, {"python", "Python"}, {"import", "vitec-import"},
}

// samples writes the code samples for this sandbox's address, and for a time
// slot that it has.
func (h *helpView) samples(s *Server) error {
	t := vitec.Target{CustomerId: "M11385", ViewingId: "VIS1", TimeSlotId: "TS1"}
	if first, ok := s.config.firstSlot(); ok {
		t = first
	}
	all, err := template.ParseFS(pageFiles, "page/code/*.txt")
	if err != nil {
		return err
	}
	data := struct{ Address, Path, Body, Username, Password string }{
		h.Address, callPath(t), encodeSample(vitec.JSON, personSample(t.CustomerId)), "user", "password",
	}
	for i, c := range codeSamples {
		var b strings.Builder
		if err := all.ExecuteTemplate(&b, c.id+".txt", data); err != nil {
			return err
		}
		h.Samples = append(h.Samples, sampleView{ID: c.id, Name: c.name, Text: strings.TrimSpace(b.String()), Open: i == 0})
	}
	return nil
}
