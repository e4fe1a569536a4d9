package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vitec-import/mapping"
	"vitec-import/reports/words"
)

// fillHelp has root and its commands say their help in the user's language,
// folded to the width of the terminal.
func (w *world) fillHelp(root *cobra.Command) {
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		width := w.width(w.stdout)
		text := fold(w.paragraphs(cmd.Long)+"\n\n"+w.faultList(cmd), width)
		if cmd.IsAdditionalHelpTopicCommand() {
			fmt.Fprint(w.stdout, strings.TrimSuffix(text, "\n"))
			return
		}
		fmt.Fprint(w.stdout, text+w.usage(cmd, width))
	})
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := fmt.Fprint(cmd.OutOrStderr(), w.usage(cmd, w.width(w.stderr)))
		return err
	})
}

// paragraphs says a long text, in which paragraphs have an empty line between
// them. Each is translated by itself.
func (w *world) paragraphs(text string) string {
	list := strings.Split(text, "\n\n")
	for i, p := range list {
		list[i] = w.lang.Plain(p)
	}
	return strings.Join(list, "\n\n")
}

// usage is how a command is called.
func (w *world) usage(cmd *cobra.Command, width int) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	use := w.lang.Plain(cmd.Use)
	if cmd.HasParent() {
		use = cmd.Parent().CommandPath() + " " + use
	}
	line("%s", w.say("Usage:"))
	line("  %s", w.say("%s [flags]", use))
	if cmd.HasAvailableSubCommands() {
		line("  %s", w.say("%s [command]", cmd.CommandPath()))
	}
	if cmd.Example != "" {
		line("\n%s\n%s", w.say("Examples:"), w.callable(w.lang.Plain(cmd.Example)))
	}
	if cmd.HasAvailableSubCommands() {
		line("\n%s", w.say("Available Commands:"))
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				line("%s", fold(fmt.Sprintf("  %-11s %s", c.Name(), w.lang.Plain(c.Short)), width))
			}
		}
	}
	if !cmd.HasParent() {
		names := []string{"mapping"}
		for _, topic := range helpTopics() {
			names = append(names, topic.Name())
		}
		line("\n%s", w.say("Topics of help: %s", strings.Join(names, ", ")))
	}
	if cmd.HasAvailableLocalFlags() {
		line("\n%s\n%s", w.say("Flags:"), w.flags(cmd.LocalFlags(), cmd, width))
	}
	if cmd.HasAvailableInheritedFlags() {
		line("\n%s\n%s", w.say("Global Flags:"), w.flags(cmd.InheritedFlags(), cmd, width))
	}
	if cmd.HasAvailableSubCommands() {
		line("\n%s", w.say(`Use "%s [command] --help" for more information about a command.`, cmd.CommandPath()))
	}
	return b.String()
}

// flags lists flags with what they take, what they do and their defaults.
func (w *world) flags(set *pflag.FlagSet, cmd *cobra.Command, width int) string {
	said := pflag.NewFlagSet("", pflag.ContinueOnError)
	said.SortFlags = set.SortFlags
	set.VisitAll(func(f *pflag.Flag) {
		g := *f
		switch f.Name {
		case "help":
			g.Usage = w.say("help for %s", cmd.Name())
		case "version":
			g.Usage = w.say("version of %s", cmd.Name())
		default:
			g.Usage = w.lang.Plain(f.Usage)
		}
		said.AddFlag(&g)
	})
	text := strings.TrimRight(said.FlagUsagesWrapped(width), "\n")
	if w.lang == words.Swedish { // the library says this one word itself
		text = strings.ReplaceAll(text, "(default", "(förval")
	}
	return text
}

// newHelpCommand prints the help of a command or a topic.
func newHelpCommand(w *world) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Print the help of a command",
		Long: `help prints what a command does, its flags and its exit codes: the same as the
command's --help. "help mapping" prints the reference of the mapping file, with an
example of everything.

EXIT STATUS
  0  printed
  2  there is no such command`,
		Example: `  vitec-import help
  vitec-import help run
  vitec-import help mapping`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] == "mapping" {
				_, err := io.WriteString(w.stdout, w.mappingReference())
				return err
			}
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noSuchCommand(cmd.Root(), args)
			}
			found.InitDefaultHelpFlag()
			found.InitDefaultVersionFlag()
			return found.Help()
		},
	}
}

// mappingSwedish is the reference of the mapping file in Swedish. Its examples are
// those of [mapping.Reference], which a test of that package runs.
//
//go:embed mapping.sv.txt
var mappingSwedish string

// mappingReference is the reference of the mapping file in the user's language.
func (w *world) mappingReference() string {
	if w.lang == words.Swedish {
		return mappingSwedish
	}
	return mapping.Reference
}

func newCompletionCommand(w *world) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a script that completes commands and flags in a shell",
		Long: `completion prints a script for bash, fish, powershell or zsh. A shell that has read it
completes commands and flags when you press Tab.

To have it in every new shell, write the script to where your shell looks for it, such as
~/.local/share/bash-completion/completions/vitec-import; for PowerShell, into a file that
$PROFILE reads.

EXIT STATUS
  0  printed
  2  there is no such shell`,
		Example: `  source <(vitec-import completion bash)
  vitec-import completion fish | source
  vitec-import completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: []string{"bash", "fish", "powershell", "zsh"},
		Args:      exactly(1, "the shell"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch root := cmd.Root(); args[0] {
			case "bash":
				return root.GenBashCompletionV2(w.stdout, true)
			case "fish":
				return root.GenFishCompletion(w.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(w.stdout)
			case "zsh":
				return root.GenZshCompletion(w.stdout)
			}
			return misused(cmd, fail("%s %q: want one of %s", cmd.Name(), args[0], strings.Join(cmd.ValidArgs, ", ")))
		},
	}
}

// flagError says what is wrong with a flag.
func (w *world) flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		lacking *pflag.ValueRequiredError
		wrong   *pflag.InvalidValueError
		badly   *pflag.InvalidSyntaxError
		ours    failure
	)
	dashed := func(name, shorthands string) string {
		if shorthands != "" {
			return "-" + name
		}
		return "--" + name
	}
	switch {
	case errors.As(err, &unknown):
		err = fail("unknown flag %s", dashed(unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames()))
	case errors.As(err, &lacking):
		err = fail("%s needs a value", dashed(lacking.GetSpecifiedName(), lacking.GetSpecifiedShortnames()))
	case errors.As(err, &wrong) && errors.As(wrong.Unwrap(), &ours):
		err = ours
	case errors.As(err, &wrong):
		err = fail("%s %q is not a valid value", "--"+wrong.GetFlag().Name, wrong.GetValue())
	case errors.As(err, &badly):
		err = fail("%s: bad flag syntax", badly.GetSpecifiedFlag())
	}
	return misused(cmd, err)
}
