package mapping

import (
	"fmt"
	"hash"
	"path/filepath"
	"slices"
	"strings"

	"vitec-import/vitec"
)

// maxFiles is how many files a mapping may consist of.
const maxFiles = 32

// loader reads a file and all that it includes into one document.
type loader struct {
	load   func(name string) ([]byte, error)
	files  []string // in the order in which they were met
	errs   Errors
	digest hash.Hash
	full   bool // the mistake of too many files has been told
}

// read decodes one file and puts what it includes behind it: what a file says
// itself wins over what it includes, and an earlier include over a later one.
// within is the files that lead to this one.
func (l *loader) read(name string, src []byte, within []string) *document {
	l.files = append(l.files, name)
	fmt.Fprintf(l.digest, "file %d\n", len(src))
	l.digest.Write(src)
	doc, errs := decodeDocument(name, src)
	l.errs = append(l.errs, errs...)
	within = append(within[:len(within):len(within)], name)
	for _, s := range doc.Include {
		if more := l.include(s, within); more != nil {
			doc.build(more)
		}
	}
	return doc
}

func (l *loader) include(s scalar, within []string) *document {
	fail := func(hint vitec.Text, id string, args ...any) *document {
		e := s.pos.at("include", id, args...)
		e.Hint = hint
		l.errs = append(l.errs, e)
		return nil
	}
	// What an included file includes is named from where that file is.
	name := s.text
	if len(within) > 1 && !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(within[len(within)-1]), name)
	}
	switch {
	case s.text == "":
		return fail(none, "the name of the included file is empty")
	case l.load == nil:
		return fail(none, "%q cannot be included here", s.text)
	case slices.Contains(within, name):
		return fail(none, "%q includes itself: %v", s.text, strings.Join(append(within, name), " → "))
	case len(l.files) >= maxFiles:
		if l.full {
			return nil
		}
		l.full = true
		return fail(none, "a mapping consists of at most %v files", maxFiles)
	}
	src, err := l.load(name)
	if err != nil {
		return fail(none, "%q cannot be read: %v", name, err)
	}
	return l.read(name, src, within)
}

// build puts another document behind d, in all that d does not say itself.
// The skip rules of both hold.
func (d *document) build(base *document) {
	for _, s := range []struct{ own, base *scalar }{
		{&d.Input.Sheet, &base.Input.Sheet}, {&d.Input.HeaderRow, &base.Input.HeaderRow},
		{&d.Input.Encoding, &base.Input.Encoding}, {&d.Input.Delimiter, &base.Input.Delimiter},
	} {
		if !s.own.set {
			*s.own = *s.base
		}
	}
	for _, r := range []struct{ own, base **rule }{
		{&d.Target.CustomerId, &base.Target.CustomerId}, {&d.Target.ViewingId, &base.Target.ViewingId},
		{&d.Target.TimeSlotId, &base.Target.TimeSlotId},
	} {
		if *r.own == nil {
			*r.own = *r.base
		}
	}
	for _, r := range base.Participant.rules {
		if !slices.ContainsFunc(d.Participant.rules, func(own *rule) bool { return own.path == r.path }) {
			d.Participant.rules = append(d.Participant.rules, r)
		}
	}
	if d.Target.pos.src == nil {
		d.Target.pos = base.Target.pos
	}
	if d.Participant.pos.src == nil {
		d.Participant.pos = base.Participant.pos
	}
	for _, name := range base.Lookups.names {
		if _, own := d.Lookups.tables[name.text]; own {
			continue
		}
		if d.Lookups.tables == nil {
			d.Lookups.tables = map[string]table{}
		}
		d.Lookups.names = append(d.Lookups.names, name)
		d.Lookups.tables[name.text] = base.Lookups.tables[name.text]
	}
	if d.Identity == nil {
		d.Identity = base.Identity
	}
	d.Skip = append(d.Skip, base.Skip...)
}

// rules returns all rules, those of the address first.
func (d *document) rules() []*rule {
	var rules []*rule
	byPath := d.Target.rules()
	for _, path := range targetPaths {
		if r := byPath[path]; r != nil {
			rules = append(rules, r)
		}
	}
	return append(rules, d.Participant.rules...)
}
