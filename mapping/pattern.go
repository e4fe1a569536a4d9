package mapping

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first asked: most
// commands need few of them, and the program is to start at once.
type pattern func() *regexp.Regexp

func lazily(expr string) pattern {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

func (p pattern) matches(text string) bool { return p().MatchString(text) }
