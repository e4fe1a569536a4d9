package reports

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// Folder returns where the report of a run belongs: a folder beside the input,
// named after it and the run, such as participants-run-0007. The report on a
// corrections file stands beside the report that the file came with, not
// inside it: participants-run-0007/corrections.csv, run 8, is
// participants-run-0008.
func Folder(input string, run int64) string {
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
	return filepath.Join(dir, fmt.Sprintf("%s-run-%04d", stem, run))
}

var reportFolder = regexp.MustCompile(`^(.+)-run-\d{4,}(?:-\d+)?$`)
