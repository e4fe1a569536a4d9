package mapping

import (
	"slices"
	"strings"

	"vitec-import/vitec"
)

// FieldInfo is what a person wants to know of a field that a mapping may fill. Its
// texts are English and have no arguments.
type FieldInfo struct {
	Path       string   `json:"path"`
	Type       string   `json:"type"`                 // text, boolean, integer, decimal, datetime, list of texts
	MaxLength  int      `json:"max_length,omitempty"` // in UTF-16 code units; 0: no limit is known
	Required   string   `json:"required,omitempty"`   // "", or in which way it is required
	OneOf      bool     `json:"-"`                    // it is required unless another one is there
	Address    bool     `json:"-"`                    // it is part of the request's address, not of its body
	Meaning    string   `json:"meaning"`
	Swedish    string   `json:"swedish,omitempty"`   // the words of the API's specification
	Values     []string `json:"values,omitempty"`    // those that are known
	Source     string   `json:"source,omitempty"`    // of limit and values: known or likely
	Converters []string `json:"converters"`          // that suit it, the one it has by itself first
	Silent     string   `json:"if_silent,omitempty"` // what is sent where the mapping does not name it
}

// FieldInfos returns every field, those of the address first, then the body's
// in the specification's order.
func FieldInfos() []FieldInfo {
	var infos []FieldInfo
	for _, path := range Paths() {
		f, _ := fieldOf(path)
		infos = append(infos, f.info())
	}
	return infos
}

// FieldsBelow returns the fields of a group, named by its path or by the end
// of it: address. There are none if no group is called so.
func FieldsBelow(group string) []FieldInfo {
	group = strings.TrimPrefix(group, "participant.")
	var infos []FieldInfo
	for _, i := range FieldInfos() {
		if strings.HasPrefix(i.Path, group+".") || strings.Contains(i.Path, "."+group+".") {
			infos = append(infos, i)
		}
	}
	return infos
}

// idMeanings is the address's part of the specification.
var idMeanings = map[string][2]string{
	"customerId": {"the office; part of the request's address", "Kundid"},
	"viewingId":  {"the viewing; part of the request's address", "Visningsid"},
	"timeSlotId": {"the viewing's time slot; part of the request's address", "Id på visningstillfället"},
}

func (f field) info() FieldInfo {
	i := FieldInfo{
		Path: f.path, Type: f.kind.String(), MaxLength: f.member.MaxLength, Meaning: f.member.Meaning, Swedish: f.member.Swedish,
		Values: f.member.Values, Converters: convertersOf(f.member),
	}
	if f.member.Source != vitec.SourceNone {
		i.Source = f.member.Source.String()
	}
	if meaning, ok := idMeanings[f.path]; ok {
		i.Address = true
		i.Meaning, i.Swedish, i.Required = meaning[0], meaning[1], "always"
	}
	switch {
	case slices.Contains(contactPaths, f.path):
		i.Required, i.OneOf = "one of email.emailAddress, telePhone, workPhone and cellPhone", true
	case f.path == "updatePerson.customerId":
		i.Required, i.Silent = "always", "the customerId of the address"
	case slices.Contains(impliedValues, f.path):
		i.Silent = "true"
	}
	return i
}

// FindField returns the field with a path, or with a name that only one field
// ends in: cellPhone. If there is none it returns the path that was probably
// meant, or "".
func FindField(name string) (info FieldInfo, suggestion string, ok bool) {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "participant."), "target.")
	if f, ok := fieldOf(name); ok {
		return f.info(), "", true
	}
	var ends []string
	for _, path := range Paths() {
		if strings.HasSuffix(strings.ToLower(path), "."+strings.ToLower(name)) || strings.EqualFold(path, name) {
			ends = append(ends, path)
		}
	}
	if len(ends) == 1 {
		f, _ := fieldOf(ends[0])
		return f.info(), "", true
	}
	known := Paths()
	for _, path := range Paths() {
		groups := strings.Split(path, ".")
		known = append(known, groups[:len(groups)-1]...)
	}
	return FieldInfo{}, suggest(name, known), false
}
