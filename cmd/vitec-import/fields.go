package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/mapping"
)

func newFieldsCommand(w *world) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "fields [FIELD]",
		Short: "List the fields that a mapping may fill, or explain one",
		Long: `fields lists every field of the request with its type, its longest length and its
meaning, in the order of the API's specification. With the name of a field it tells all
that is known of that one, with the name of a group it lists the group's fields.

EXIT STATUS
  0  always, but for
  2  wrong use, or there is no such field`,
		Example: `  vitec-import fields
  vitec-import fields updatePerson.cellPhone
  vitec-import fields cellPhone
  vitec-import fields address`,
		Args: between(0, 1, "the field"),
		RunE: func(cmd *cobra.Command, args []string) error {
			infos := mapping.FieldInfos()
			one := false
			if len(args) == 1 {
				info, meant, ok := mapping.FindField(args[0])
				if infos = mapping.FieldsBelow(args[0]); ok {
					infos, one = []mapping.FieldInfo{info}, true
				} else if infos == nil {
					return unknownField(args[0], meant)
				}
			}
			if asJSON {
				return printJSON(w.stdout, infos)
			}
			if one {
				w.describeField(infos[0])
			} else {
				w.listFields(infos)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

func unknownField(name, meant string) error {
	err := exit{code: importer.ExitUsage, err: fail("unknown field %q", name), hint: hint("\"vitec-import fields\" lists them")}
	if meant != "" {
		err.err = fail("unknown field %q; did you mean %q?", name, meant)
	}
	return err
}

func (w *world) listFields(infos []mapping.FieldInfo) {
	rows := [][]string{{w.say("FIELD"), w.say("TYPE"), w.say("AT MOST"), w.say("REQUIRED"), w.say("MEANING")}}
	for _, i := range infos {
		length, required := "", w.plain(i.Required)
		if i.MaxLength > 0 {
			length = strconv.Itoa(i.MaxLength)
		}
		if i.OneOf {
			required = w.say("one of four")
		}
		meaning := w.say(i.Meaning)
		if i.Swedish != "" {
			meaning += " (" + i.Swedish + ")"
		}
		rows = append(rows, []string{i.Path, w.say(i.Type), length, required, meaning})
	}
	printColumns(w.stdout, rows, 0)
}

// plain says a text that may be empty.
func (w *world) plain(text string) string {
	if text == "" {
		return ""
	}
	return w.say(text)
}

func (w *world) describeField(i mapping.FieldInfo) {
	var rows [][]string
	entry := func(label, text string) {
		if text != "" {
			rows = append(rows, []string{w.say(label), text})
		}
	}
	entry("field", i.Path)
	entry("meaning", w.say(i.Meaning))
	entry("in the API", i.Swedish)
	entry("type", w.say(i.Type))
	if i.MaxLength > 0 {
		entry("at most", w.say("%d characters (%s)", i.MaxLength, w.say(i.Source)))
	}
	if i.Values != nil {
		entry("values", w.say("%s (%s; others are sent, with a warning)", strings.Join(i.Values, ", "), w.say(i.Source)))
	}
	entry("required", w.plain(i.Required))
	entry("if omitted", w.plain(i.Silent))
	entry("converter", i.Converters[0])
	if len(i.Converters) > 1 {
		entry("or", "as: "+strings.Join(i.Converters[1:], ", "))
	}
	entry("for example", w.example(i))
	printColumns(w.stdout, rows, 0)
}

// example is how the field is written in a mapping, with its blocks.
func (w *world) example(i mapping.FieldInfo) string {
	value := `Mobil`
	switch {
	case i.Type == "boolean":
		value = "{value: false}"
	case i.Values != nil:
		value = "{value: " + i.Values[0] + "}"
	case !strings.HasSuffix(i.Path, "Phone"):
		value = w.say("the name of the column")
	}
	block := "participant"
	if i.Address {
		block = "target"
	}
	parts := strings.Split(i.Path, ".")
	for k := len(parts) - 1; k >= 0; k-- {
		if value = parts[k] + ": " + value; k > 0 {
			value = "{" + value + "}"
		}
	}
	return block + ": {" + value + "}"
}
