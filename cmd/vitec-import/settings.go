package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"vitec-import/importer"
)

// Every flag may also be set by a variable, VITEC_IMPORT_RATE, and in a file, by
// the flag's name. A flag wins over a variable, a variable over the file. A flag
// that means something else than that of "run" has its command in the name:
// VITEC_IMPORT_REPORT_OUT, report-out.

const variablePrefix = "VITEC_IMPORT_"

// neverSet are flags that are asked for, each time.
var neverSet = []string{"help", "version"}

// settingKey is what a flag is called in the file; "" if it cannot be set there.
func settingKey(cmd *cobra.Command, f *pflag.Flag) string {
	if slices.Contains(neverSet, f.Name) {
		return ""
	}
	run, _, err := cmd.Root().Find([]string{"run"})
	if err != nil || run == cmd || cmd.Name() == "config" {
		return f.Name
	}
	if same := run.Flags().Lookup(f.Name); same != nil && same.Usage != f.Usage {
		return cmd.Name() + "-" + f.Name
	}
	return f.Name
}

func variable(key string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
}

// settingsPath is where the file of settings is looked for; "" = nowhere.
func (w *world) settingsPath() string {
	dir := ""
	switch home := w.getenv("HOME"); {
	case w.getenv("CONFIGURATION_DIRECTORY") != "": // of a systemd service
		return filepath.Join(filepath.SplitList(w.getenv("CONFIGURATION_DIRECTORY"))[0], "config.yaml")
	case runtime.GOOS == "windows":
		dir = w.getenv("APPDATA")
	case filepath.IsAbs(w.getenv("XDG_CONFIG_HOME")):
		dir = w.getenv("XDG_CONFIG_HOME")
	case runtime.GOOS == "darwin" && home != "":
		dir = filepath.Join(home, "Library", "Application Support")
	case home != "":
		dir = filepath.Join(home, ".config")
	}
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, programName, "config.yaml")
}

// settings are the values of a file by their keys; several of a flag that may
// be given several times.
type settings map[string][]string

func (w *world) readSettings() (settings, error) {
	path := w.settingsPath()
	if path == "" {
		return nil, nil
	}
	src, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	wrong := func(err error) (settings, error) {
		return nil, exit{code: importer.ExitUsage, err: err, hint: hint("it looks like this: rate: 5, one line for each flag, without its dashes")}
	}
	if err != nil {
		return wrong(fail("%s: cannot be read: %s", path, cause(err)))
	}
	var values map[string]any
	if err := yaml.Load(src, &values, yaml.WithUniqueKeys()); err != nil && len(src) > 0 {
		return wrong(fail("%s: not a file of settings", path))
	}
	s := settings{}
	for key, value := range values {
		list, several := value.([]any)
		if !several {
			list = []any{value}
		}
		for _, v := range list {
			switch v.(type) {
			case string, bool, int, int64, uint64, float64:
				s[key] = append(s[key], fmt.Sprint(v))
			default:
				return wrong(fail("%s: %s has no value that a flag can have", path, key))
			}
		}
	}
	return s, nil
}

// applySettings gives the flags of a command what variables and the file say,
// where the command line says nothing.
func (w *world) applySettings(cmd *cobra.Command) error {
	file, err := w.readSettings()
	if err != nil {
		return err
	}
	if err := w.checkKeys(cmd.Root(), file); err != nil {
		return err
	}
	w.origin = map[string]string{}
	var failed error
	set := func(f *pflag.Flag, origin string, values []string) {
		for _, v := range values {
			if err := f.Value.Set(v); err != nil && failed == nil {
				failed = exit{code: importer.ExitUsage, err: fail("%s: %q is not a valid value of --%s", origin, v, f.Name)}
			}
		}
		f.Changed = true
		w.origin[f.Name] = origin
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		key := settingKey(cmd, f)
		if f.Changed || key == "" {
			return
		}
		if v := w.getenv(variable(key)); v != "" {
			values := []string{v}
			if f.Value.Type() == "stringArray" {
				values = strings.Split(v, "\n")
			}
			set(f, variable(key), values)
		} else if values := file[key]; values != nil {
			set(f, w.settingsPath(), values)
		}
	})
	return failed
}

// given reports whether a flag stands on the command line.
func (w *world) given(cmd *cobra.Command, name string) bool {
	return cmd.Flags().Changed(name) && w.origin[name] == ""
}

// checkKeys refuses keys that no flag has: a slip must not book at a rate, or
// at a server, that nobody meant.
func (w *world) checkKeys(root *cobra.Command, file settings) error {
	known := map[string]bool{}
	for _, cmd := range root.Commands() {
		note := func(f *pflag.Flag) { known[settingKey(cmd, f)] = true }
		cmd.Flags().VisitAll(note)
		root.PersistentFlags().VisitAll(note)
	}
	delete(known, "")
	for _, key := range slices.Sorted(maps.Keys(file)) {
		if known[key] {
			continue
		}
		err := exit{code: importer.ExitUsage, err: fail("%s: unknown setting %q", w.settingsPath(), key), hint: hint("\"vitec-import config\" lists the settings of a run")}
		near := 3
		for _, k := range slices.Sorted(maps.Keys(known)) {
			if n := levenshtein.ComputeDistance(key, k); n < near {
				near, err.err = n, fail("%s: unknown setting %q; did you mean %q?", w.settingsPath(), key, k)
			}
		}
		return err
	}
	return nil
}

func newConfigCommand(w *world) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the settings of a run and where each comes from",
		Long: `config shows what is in force for "run": each flag's value, and whether it comes from a
variable, from the file of settings or is the default.

Every flag can be set by a variable (VITEC_IMPORT_RATE=5) or in the file of settings (a
line "rate: 5"). A flag on the command line wins over a variable, and a variable over the
file. A flag that means something else than that of "run" has its command in the name:
VITEC_IMPORT_REPORT_OUT, report-out. There is no setting for a password.

EXIT STATUS
  0  shown
  2  wrong use, or a mistake in a setting`,
		Example: `  vitec-import config
  VITEC_IMPORT_RATE=5 vitec-import config`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.validate(w, cmd); err != nil {
				return err
			}
			rows := [][]string{{w.say("SETTING"), w.say("VALUE"), w.say("FROM")}}
			cmd.Flags().VisitAll(func(f *pflag.Flag) {
				if settingKey(cmd, f) == "" {
					return
				}
				value, from := f.Value.String(), w.origin[f.Name]
				if list, ok := f.Value.(pflag.SliceValue); ok {
					value = strings.Join(list.GetSlice(), ", ")
				}
				switch {
				case from == "" && f.Changed:
					from = "--" + f.Name
				case from == "":
					from = w.say("the default")
				}
				rows = append(rows, []string{f.Name, value, from})
			})
			printColumns(w.stdout, rows, 0)
			fmt.Fprintln(w.stderr, w.say("the file of settings: %s", w.settingsPath()))
			return nil
		},
	}
	f.bind(cmd)
	return cmd
}
