package reports

import (
	"runtime"
	"strings"
)

// command joins a program and its arguments so that they can be typed into the
// shell that people have on this system. The program is what the shell takes for
// one, which may be more than a name: & "C:\My tools\vitec-import.exe".
func command(program string, args []string) string {
	for _, a := range args {
		program += " " + Quote(a)
	}
	return program
}

// Quote writes an argument of a command so that it can be copied into the shell
// that people have on this system, and stays one argument that nothing is done
// with.
func Quote(arg string) string { return quote(arg, runtime.GOOS == "windows") }

// quote quotes an argument for PowerShell and cmd.exe, or for a POSIX shell.
//
// In double quotes both shells of Windows agree, but PowerShell runs what
// stands in $(…) and knows typographic quotation marks: an argument with any of
// these stands in single quotes, which only PowerShell takes for quotes. In
// cmd.exe such a command does nothing.
func quote(arg string, windows bool) string {
	plain := arg != "" && arg[0] != '=' && arg[0] != '~' && strings.IndexFunc(arg, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=+", r) ||
			r >= 0xC0 && r < 0x2000 || windows && r == '\\' || !windows && strings.ContainsRune(",@", r))
	}) < 0
	switch {
	case plain:
		return arg
	case !windows:
		return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	case strings.ContainsAny(arg, "$`\"“”„"):
		return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(arg) + "'"
	case strings.HasSuffix(arg, `\`):
		return `"` + arg + `\"` // a backslash before the mark would make it part of the text
	}
	return `"` + arg + `"`
}
