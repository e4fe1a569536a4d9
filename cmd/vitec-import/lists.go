package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A listed file is a list that run is to go through.
type listed struct {
	path    string
	folder  string // that it was found in; "" if it was named itself
	changed time.Time
	refused error // why the folder cannot be read
}

// passedOver is what lies in a folder and is no list, and why.
type passedOver struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// findLists are the lists at the paths: files as they are named, and of a folder
// the lists in it, oldest first. What is below a folder's subfolders is nobody's
// concern: reports lie there. A file that is named twice is one.
func findLists(paths []string) (lists []listed, passed []passedOver) {
	var seen []fs.FileInfo
	add := func(l listed) {
		if info, err := os.Stat(l.path); err == nil {
			if slices.ContainsFunc(seen, func(s fs.FileInfo) bool { return os.SameFile(s, info) }) {
				return
			}
			seen = append(seen, info)
		}
		lists = append(lists, l)
	}
	for _, path := range paths {
		if !isFolder(path) {
			add(listed{path: path})
			continue
		}
		found, others, err := listsIn(path)
		if err != nil {
			lists = append(lists, listed{path: path, folder: path, refused: err})
		}
		passed = append(passed, others...)
		for _, l := range found {
			add(l)
		}
	}
	return lists, passed
}

func listsIn(folder string) (lists []listed, passed []passedOver, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, nil, exit{code: 1, err: fail("%s: the folder cannot be read: %s", folder, cause(err))}
	}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		info, err := os.Stat(path) // of what a link leads to
		switch reason := noList(e.Name()); {
		case err == nil && info.IsDir(), e.IsDir():
		case errors.Is(err, fs.ErrNotExist) && e.Type()&fs.ModeSymlink == 0: // gone meanwhile
		case reason != "":
			passed = append(passed, passedOver{path, reason})
		case err != nil || !info.Mode().IsRegular():
			passed = append(passed, passedOver{path, "no_file"})
		default:
			lists = append(lists, listed{path: path, folder: folder, changed: info.ModTime()})
		}
	}
	slices.SortStableFunc(lists, func(a, b listed) int {
		return cmp.Or(a.changed.Compare(b.changed), strings.Compare(a.path, b.path))
	})
	return lists, passed, nil
}

// noList says in a word why a file of this name is not a list that waits for
// its run; "" = it may be one.
func noList(name string) string {
	switch {
	case strings.HasPrefix(name, "~$"): // beside what Excel or Word has open
		return "lock_file"
	case strings.HasPrefix(name, "."):
		return "hidden"
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".part", ".tmp", ".crdownload", ".filepart", ".partial", ".download":
		return "half_copied"
	}
	if !hasListName(name) {
		return "no_list"
	}
	return ""
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
