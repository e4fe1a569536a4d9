package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/words"
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
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return exactly(1, "the field")(cmd, args)
		},
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
				return describeField(w.stdout, infos[0])
			}
			return listFields(w.stdout, infos)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

func unknownField(name, meant string) error {
	err := exit{code: importer.ExitUsage, err: fmt.Errorf("unknown field %q", name), hint: "vitec-import fields lists them"}
	if meant != "" {
		err.err = fmt.Errorf("unknown field %q; did you mean %q?", name, meant)
	}
	return err
}

func listFields(out io.Writer, infos []mapping.FieldInfo) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FIELD\tTYPE\tAT MOST\tREQUIRED\tMEANING")
	for _, i := range infos {
		length, required := "", i.Required
		if i.MaxLength > 0 {
			length = fmt.Sprint(i.MaxLength)
		}
		if i.OneOf {
			required = "one of four"
		}
		meaning := i.Meaning
		if i.Swedish != "" {
			meaning += " (" + i.Swedish + ")"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", i.Path, i.Type, length, required, meaning)
	}
	return t.Flush()
}

func describeField(out io.Writer, i mapping.FieldInfo) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(t, "%s\t%s\n", name, text)
		}
	}
	line("field", i.Path)
	line("meaning", i.Meaning)
	line("in the API", i.Swedish)
	line("type", i.Type)
	if i.MaxLength > 0 {
		line("at most", fmt.Sprintf("%d characters (%s)", i.MaxLength, i.Source))
	}
	if i.Values != nil {
		line("values", fmt.Sprintf("%s (%s; others are sent, with a warning)", strings.Join(i.Values, ", "), i.Source))
	}
	line("required", i.Required)
	line("if silent", i.Silent)
	line("converter", i.Converters[0])
	if len(i.Converters) > 1 {
		line("or", "as: "+strings.Join(i.Converters[1:], ", "))
	}
	line("for example", example(i))
	return t.Flush()
}

// example is how the field is written in a mapping, with its blocks.
func example(i mapping.FieldInfo) string {
	value := `Mobil`
	switch {
	case i.Type == "boolean":
		value = "{value: false}"
	case i.Values != nil:
		value = "{value: " + i.Values[0] + "}"
	case !strings.HasSuffix(i.Path, "Phone"):
		value = "the name of the column"
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
