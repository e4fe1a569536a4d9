package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/words"
	"vitec-import/mapping"
)

func newFieldsCommand(w *world) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:  "fields",
		Args: between(0, 1, "args.field"),
		RunE: func(cmd *cobra.Command, args []string) error {
			l := w.lang
			if asJSON {
				l = words.English
			}
			infos := mapping.FieldInfos(l)
			one := false
			if len(args) == 1 {
				info, meant, ok := mapping.FindField(args[0], l)
				if infos = mapping.FieldsBelow(args[0], l); ok {
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
	cmd.Flags().BoolVar(&asJSON, "json", false, "")
	return cmd
}

func unknownField(name, meant string) error {
	err := exit{code: importer.ExitUsage, err: fail("fields.unknown", name), hint: hint("fields.unknown.hint")}
	if meant != "" {
		err.err = fail("fields.unknown.meant", name, meant)
	}
	return err
}

func (w *world) listFields(infos []mapping.FieldInfo) {
	rows := [][]string{{w.say("fields.head.field"), w.say("fields.head.type"), w.say("fields.head.most"), w.say("fields.head.required"), w.say("fields.head.meaning")}}
	for _, i := range infos {
		length, required := "", i.Required
		if i.MaxLength > 0 {
			length = strconv.Itoa(i.MaxLength)
		}
		if i.OneOf {
			required = w.say("fields.one_of_four")
		}
		meaning := i.Meaning
		if i.Swedish != "" {
			meaning += " (" + i.Swedish + ")"
		}
		rows = append(rows, []string{i.Path, w.fieldType(i), length, required, meaning})
	}
	printColumns(w.stdout, rows, 0, w.width(w.stdout))
}

func (w *world) fieldType(i mapping.FieldInfo) string {
	return w.say("fields.type." + strings.ReplaceAll(i.Type, " ", "_"))
}

func (w *world) describeField(i mapping.FieldInfo) {
	var rows [][]string
	line := func(id, text string) {
		if text != "" {
			rows = append(rows, []string{w.say("fields." + id), text})
		}
	}
	line("field", i.Path)
	line("meaning", i.Meaning)
	line("api", i.Swedish)
	line("type", w.fieldType(i))
	if i.MaxLength > 0 {
		line("most", w.say("fields.most.text", i.MaxLength, w.say("fields.source."+i.Source)))
	}
	if i.Values != nil {
		line("values", w.say("fields.values.text", strings.Join(i.Values, ", "), w.say("fields.source."+i.Source)))
	}
	line("required", i.Required)
	line("silent", i.Silent)
	line("converter", i.Converters[0])
	if len(i.Converters) > 1 {
		line("or", "as: "+strings.Join(i.Converters[1:], ", "))
	}
	line("example", w.example(i))
	printColumns(w.stdout, rows, 0, w.width(w.stdout))
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
		value = w.say("fields.column")
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
