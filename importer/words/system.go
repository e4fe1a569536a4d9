package words

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"syscall"
)

//go:embed system.*.yaml
var systemFiles embed.FS

var systemTexts = Load(systemFiles)

// System is what the operating system says against something, without the
// operation and the path, which the reader has been told. The commonest is said
// in the program's own words: few systems know both languages, and Windows
// knows one, whichever it is.
type System struct{ Err error }

// Error is what [System.In] says in English.
func (s System) Error() string { return s.In(English) }

// Unwrap returns the system's error.
func (s System) Unwrap() error { return s.Err }

// refusals are what a system says most often, by the ids of our words for it.
// What a system numbers otherwise is in own.
var refusals = []struct {
	id   string
	like error
}{
	{"not_exist", fs.ErrNotExist},
	{"permission", fs.ErrPermission},
	{"full", syscall.ENOSPC},
	{"read_only", syscall.EROFS},
	{"io", syscall.EIO},
	{"refused", syscall.ECONNREFUSED},
	{"in_use", syscall.EADDRINUSE},
	{"elsewhere", syscall.EADDRNOTAVAIL},
	{"timeout", os.ErrDeadlineExceeded},
	{"timeout", syscall.ETIMEDOUT},
}

// common returns the id of our words for what the system says; "" = there are
// none.
func common(err error) string {
	for _, r := range refusals {
		if errors.Is(err, r.like) {
			return r.id
		}
	}
	for number, id := range own {
		if errors.Is(err, number) {
			return id
		}
	}
	return ""
}

// Held reports whether the system says that another program has the file open,
// and lets nobody else near it. Only Windows does.
func (s System) Held() bool { return common(s.Err) == "held" }

// In says it in a language.
func (s System) In(l Language) string {
	if id := common(s.Err); id != "" {
		return systemTexts.In(l).Text(id)
	}
	var (
		path *fs.PathError
		link *os.LinkError
	)
	switch {
	case errors.As(s.Err, &path):
		return path.Err.Error()
	case errors.As(s.Err, &link):
		return link.Err.Error()
	}
	return s.Err.Error()
}
