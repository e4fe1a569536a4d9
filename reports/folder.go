package reports

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Folder returns where the report of a run belongs: a folder beside the input,
// named after it and the run, such as participants-run-0007, or
// participants-trial-0007 for a trial. The report on a corrections file stands
// beside the report that the file came with, not inside it:
// participants-run-0007/corrections.csv, run 8, is participants-run-0008.
func Folder(input string, run int64, trial bool) string {
	dir, name := filepath.Split(input)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if outer := filepath.Clean(dir); strings.HasPrefix(stem, correctionsStem) {
		if m := reportFolder.FindStringSubmatch(filepath.Base(outer)); m != nil {
			dir, stem = filepath.Dir(outer), m[1]
		}
	}
	if stem == "" {
		stem = name // a file such as ".csv"
	}
	kind := "run"
	if trial {
		kind = "trial"
	}
	return filepath.Join(dir, fmt.Sprintf("%s-%s-%04d", shortStem(stem), kind, run))
}

var reportFolder = regexp.MustCompile(`^(.+)-(?:run|trial)-\d{4,}(?:-\d+)?$`)

// maxStem is how many bytes of the list's name a folder keeps. File systems
// allow 255 bytes for a name, encrypted ones 143, and Windows 260 characters
// for a whole path; the folder's own suffixes and the files in it need room.
const maxStem = 80

func shortStem(stem string) string {
	if len(stem) <= maxStem {
		return stem
	}
	n := maxStem
	for n > 0 && !utf8.RuneStart(stem[n]) {
		n--
	}
	return strings.TrimRight(stem[:n], " .") // Windows allows neither at the end
}
