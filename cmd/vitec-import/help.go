package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vitec-import/importer/words"
)

// fillHelp gives every command and flag below root its words, and the program's
// own way to lay them out. Commands are written without them.
func (w *world) fillHelp(root *cobra.Command) {
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		fmt.Fprint(w.stdout, fold(w.help(cmd), w.width(w.stdout)))
	})
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := fmt.Fprint(cmd.OutOrStderr(), fold(w.usage(cmd), w.width(w.stderr)))
		return err
	})
	root.InitDefaultVersionFlag()
	for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
		if cmd.Hidden {
			continue
		}
		name := cmd.Name()
		if cmd.Short = w.say("help." + name + ".short"); w.texts().Has("help." + name + ".args") {
			cmd.Use += " " + w.say("help."+name+".args")
		}
		cmd.InitDefaultHelpFlag()
		describe := func(f *pflag.Flag) {
			if id := "flag." + name + "." + f.Name; w.texts().Has(id) {
				f.Usage = w.say(id)
			} else {
				f.Usage = w.say("flag."+f.Name, name)
			}
		}
		cmd.Flags().VisitAll(describe)
		cmd.PersistentFlags().VisitAll(describe)
	}
}

// help is all that a command says of itself.
func (w *world) help(cmd *cobra.Command) string {
	long := w.say("help."+cmd.Name()+".long", w.faultList(cmd))
	return strings.TrimSpace(long) + "\n\n" + w.usage(cmd)
}

// usage is how a command is called.
func (w *world) usage(cmd *cobra.Command) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", w.say("usage.usage"))
	use := cmd.Use
	if cmd.HasParent() {
		use = cmd.Parent().CommandPath() + " " + use
	}
	line("  %s", w.say("usage.some", use))
	if cmd.HasAvailableSubCommands() {
		line("  %s", w.say("usage.of", cmd.CommandPath()))
	}
	line("\n%s", w.say("usage.examples"))
	line("  %s", strings.TrimSpace(w.say("help."+cmd.Name()+".example")))
	if cmd.HasAvailableSubCommands() {
		line("\n%s", w.say("usage.commands"))
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				line("  %-11s %s", c.Name(), c.Short)
			}
		}
	}
	if cmd.HasAvailableLocalFlags() {
		line("\n%s\n%s", w.say("usage.flags"), w.flags(cmd.LocalFlags()))
	}
	if cmd.HasAvailableInheritedFlags() {
		line("\n%s\n%s", w.say("usage.global"), w.flags(cmd.InheritedFlags()))
	}
	if cmd.HasAvailableSubCommands() {
		line("\n%s", w.say("usage.more", cmd.CommandPath()))
	}
	return b.String()
}

// flags lists flags with what they take, what they do and what they are
// without being said.
func (w *world) flags(set *pflag.FlagSet) string {
	var left, right []string
	widest := 0
	set.VisitAll(func(f *pflag.Flag) {
		name := "      --" + f.Name
		if f.Shorthand != "" {
			name = "  -" + f.Shorthand + ", --" + f.Name
		}
		kind, usage := f.Value.Type(), f.Usage
		if kind != "bool" {
			name += " " + w.say("type."+kind)
		}
		switch {
		case slices.Contains([]string{"", "0", "[]", "false"}, f.DefValue):
		case kind == "string":
			usage += " " + w.say("usage.default", fmt.Sprintf("%q", f.DefValue))
		default:
			usage += " " + w.say("usage.default", f.DefValue)
		}
		left, right = append(left, name), append(right, usage)
		widest = max(widest, utf8.RuneCountInString(name))
	})
	for i := range left {
		left[i] = fmt.Sprintf("%-*s   %s", widest, left[i], right[i])
	}
	return strings.Join(left, "\n")
}

// flagError says what is wrong with a flag.
func (w *world) flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		lacking *pflag.ValueRequiredError
		wrong   *pflag.InvalidValueError
		badly   *pflag.InvalidSyntaxError
		ours    *words.Error
	)
	dashed := func(name, shorthands string) string {
		if shorthands != "" {
			return "-" + name
		}
		return "--" + name
	}
	switch {
	case errors.As(err, &unknown):
		err = fail("flag_error.unknown", dashed(unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames()))
	case errors.As(err, &lacking):
		err = fail("flag_error.value", dashed(lacking.GetSpecifiedName(), lacking.GetSpecifiedShortnames()))
	case errors.As(err, &wrong) && errors.As(wrong.Unwrap(), &ours):
		err = ours
	case errors.As(err, &wrong):
		err = fail("flag_error.wrong", "--"+wrong.GetFlag().Name, wrong.GetValue())
	case errors.As(err, &badly):
		err = fail("flag_error.syntax", badly.GetSpecifiedFlag())
	}
	return misused(cmd, err)
}
