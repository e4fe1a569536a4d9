package desk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/mapping/propose"
	"vitec-import/reports/words"
)

// list is what the desk remembers of a list. All that can be read from the list,
// its mapping or the ledger is read from there.
type list struct {
	ID      string        `json:"-"`
	Path    string        `json:"path"`              // the file that is read
	Mapping string        `json:"mapping,omitempty"` // "" as long as there is none
	Read    propose.Input `json:"read,omitzero"`     // how to read the file, where the person had to say so
	Kept    bool          `json:"kept,omitempty"`    // it was chosen in the browser, and is in the desk's own folder
	Opened  time.Time     `json:"opened"`
	// Original is the person's own file, if Path is the copy with corrections, and Was
	// tells whether it is still the one that was copied.
	Original   string `json:"original,omitempty"`
	Was        string `json:"was,omitempty"`
	Skip       bool   `json:"skip,omitempty"` // rows with problems are left out
	Trial, Run int64  // the last ones; 0 = there was none
	Failed     string `json:"-"` // why the last run did not begin
	JustRun    bool   `json:"-"` // a run has ended, and its page not yet led to the result

	dir  string     // of the desk, with the list's own file in it
	mu   sync.Mutex // one request at a time
	saw  *look
	plan *checked
}

func (l *list) url(step string) string { return "/lists/" + l.ID + "/" + step }

// Name is what the person calls the list.
func (l *list) Name() string { return filepath.Base(l.Path) }

// save writes down what is remembered: the old or the new is on the disk, never
// a part.
func (l *list) save() error {
	src, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return err
	}
	return overwrite(filepath.Join(l.dir, "list.json"), src)
}

// create writes a new file, and overwrites none.
func create(path string, src []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(src)
	return errors.Join(err, f.Sync(), f.Close())
}

// overwrite replaces a file. Whoever could read the old one can read the new one;
// one that is new is for its user alone.
func overwrite(path string, src []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	if old, statErr := os.Stat(path); statErr == nil {
		err = f.Chmod(old.Mode().Perm())
	}
	if err == nil {
		_, err = f.Write(src)
	}
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

var listID = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// list finds a list by its id; nil = there is none.
func (d *Desk) list(id string) *list {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.lists[id]
	if l == nil {
		if l = d.read(id); l != nil {
			d.lists[id] = l
		}
	}
	return l
}

// read reads what is remembered of a list; nil = nothing is.
func (d *Desk) read(id string) *list {
	l := &list{ID: id, dir: filepath.Join(d.calls.State, id)}
	src, err := os.ReadFile(filepath.Join(l.dir, "list.json"))
	if !listID.MatchString(id) || err != nil || json.Unmarshal(src, l) != nil {
		return nil
	}
	return l
}

// known are all lists as they are remembered, those that were opened last first:
// to be looked at, not to be changed.
func (d *Desk) known() []*list {
	entries, err := os.ReadDir(d.calls.State)
	if err != nil {
		return nil
	}
	var all []*list
	for _, e := range entries {
		if l := d.read(e.Name()); l != nil {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b *list) int { return b.Opened.Compare(a.Opened) })
	return all
}

func (d *Desk) newList() *list {
	id := rand.Text()
	return &list{ID: id, dir: filepath.Join(d.calls.State, id), Opened: time.Now()}
}

func (d *Desk) add(l *list) error {
	d.mu.Lock()
	d.lists[l.ID] = l
	d.mu.Unlock()
	return l.save()
}

// Opened is a list that was opened before the browser is.
type Opened struct{ path string }

// Open opens a list that has a place on this computer: as it was left, if it was
// open before.
func (d *Desk) Open(ctx context.Context, path string) (*Opened, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	l := d.newList()
	for _, k := range d.known() {
		if k.Path == path || k.Original == path {
			l = d.list(k.ID)
			break
		}
	}
	l.Opened = time.Now()
	if l.Original == "" || l.Was != fileState(path) {
		// The copy with corrections is one of another list now.
		l.Path, l.Original = path, ""
	}
	if l.Mapping == "" {
		d.findMapping(ctx, l)
	}
	return &Opened{l.url(d.next(ctx, l))}, d.add(l)
}

// maxList is the size in bytes of the largest file that can be chosen in the
// browser.
const maxList = 1 << 30

// choose keeps a file that was chosen in the browser, which does not say where it
// is.
func (d *Desk) choose(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxList)
	l := d.newList()
	err := keep(r, l)
	if err != nil {
		_ = os.RemoveAll(l.dir) // half a file
		what := problem("the file could not be kept: %s", err)
		var large *http.MaxBytesError
		switch {
		case errors.Is(err, errNoFile):
			what = problem("no file was chosen")
		case errors.As(err, &large):
			what = problem("the file is larger than a list can be")
		}
		d.fail(w, r, http.StatusUnprocessableEntity, what)
		return
	}
	d.findMapping(r.Context(), l)
	if err := d.add(l); err != nil {
		d.fail(w, r, http.StatusInternalServerError, problem("the file could not be kept: %s", err))
		return
	}
	http.Redirect(w, r, l.url(d.next(r.Context(), l)), http.StatusSeeOther)
}

var errNoFile = errors.New("nothing chosen")

// keep writes the file of a form into the folder of its list.
func keep(r *http.Request, l *list) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return errNoFile
	}
	var part *multipart.Part
	for part == nil || part.FormName() != "file" {
		if part, err = parts.NextPart(); err != nil {
			return errors.Join(errNoFile, err)
		}
	}
	name := fileName(part.FileName())
	if name == "" {
		return errNoFile
	}
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return err
	}
	l.Path, l.Kept = filepath.Join(l.dir, name), true
	f, err := os.OpenFile(l.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, part)
	return errors.Join(err, f.Close())
}

// fileName is the name that a file of that name may have here; "" for none.
func fileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.TrimRight(badInNames.ReplaceAllString(name, "-"), " .")
	if name == "list.json" || strings.HasPrefix(name, "mapping.") || strings.HasPrefix(name, ".") {
		name = "-" + name
	}
	stem, ext := []rune(strings.TrimSuffix(name, filepath.Ext(name))), filepath.Ext(name)
	return string(stem[:min(len(stem), 60)]) + ext // with room for what is put behind it
}

var badInNames = regexp.MustCompile(`[\x00-\x1f<>:"|?*]`)

// findMapping looks for a mapping that fits the list: beside it, or where the list
// was chosen in the browser, beside those that were chosen before.
func (d *Desk) findMapping(ctx context.Context, l *list) {
	var found []string
	if l.Kept {
		for _, other := range d.known() {
			if other.Kept && other.Mapping != "" && other.ID != l.ID {
				found = append(found, other.Mapping)
			}
		}
	} else {
		folder := filepath.Dir(l.Path)
		found = append([]string{ownMapping(l.Path)}, filepath.Join(folder, "mapping.yaml"))
	}
	for _, path := range found {
		if !d.fits(ctx, l, path) {
			continue
		}
		if l.Kept { // each list has its own, as a list in a folder has
			src, err := os.ReadFile(path)
			path = filepath.Join(l.dir, "mapping.yaml")
			if err != nil || create(path, src) != nil {
				continue
			}
		}
		l.Mapping = path
		return
	}
}

// ownMapping is the mapping of a list in whose folder another list's is.
func ownMapping(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".mapping.yaml"
}

func (d *Desk) fits(ctx context.Context, l *list, path string) bool {
	if _, err := os.Stat(path); err != nil {
		return false
	}
	src, err := d.calls.Plan(ctx, Input{l.Path, path, l.Read}, true)
	if err != nil {
		return false
	}
	_ = src.Close() // nothing was written
	return true
}

// next is the page at which a list is.
func (d *Desk) next(ctx context.Context, l *list) string {
	if l.Mapping == "" {
		return "list"
	}
	_, p, _, _, err := d.proposal(ctx, l)
	if err == nil && len(missing(p)) > 0 {
		return "ids"
	}
	return "check"
}

// look is what was seen of a list without its mapping.
type look struct {
	key    string
	info   table.Info
	rows   []table.Row // the first of them
	survey *propose.Survey
}

const shownRows = 5

// look reads the list, once for as long as nothing changes.
func (d *Desk) look(ctx context.Context, l *list) (*look, error) {
	key := l.state()
	if l.saw != nil && l.saw.key == key {
		return l.saw, nil
	}
	f, err := d.calls.Table(ctx, l.Path, l.Read)
	if err != nil {
		return nil, err
	}
	defer f.Close() // nothing was written
	s := &look{key: key, info: f.Info(), survey: propose.New(f.Info().Header)}
	for row, err := range f.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		if row.Err == nil {
			s.survey.Add(row.Cells)
		}
		if len(s.rows) < shownRows {
			row.Cells = slices.Clone(row.Cells)
			s.rows = append(s.rows, row)
		}
	}
	l.saw = s
	return s, nil
}

// state tells two states of the file, and of how it is read, apart.
func (l *list) state() string { return fmt.Sprint(l.Path, fileState(l.Path), l.Read) }

func fileState(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}

// edit reads the list's mapping to be changed; nil = there is none yet.
func (l *list) edit() (*propose.Edit, error) {
	if l.Mapping == "" {
		return nil, nil
	}
	src, err := os.ReadFile(l.Mapping)
	if errors.Is(err, fs.ErrNotExist) {
		l.Mapping = ""
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := mapping.Parse(l.Mapping, src, mapping.Options{Trial: true}); err != nil {
		return nil, err
	}
	return propose.NewEdit(src)
}

// proposal is what the columns are for: as the mapping says, with the rules that a
// proposal cannot say, or as it is proposed.
func (d *Desk) proposal(ctx context.Context, l *list) (s *look, p *propose.Proposal, e *propose.Edit, own []propose.Rule, err error) {
	if s, err = d.look(ctx, l); err != nil {
		return s, nil, nil, nil, err
	}
	if e, err = l.edit(); err != nil {
		return s, nil, nil, nil, err
	}
	in := l.Read
	if s.info.HeaderRow > 1 {
		in.HeaderRow = s.info.HeaderRow // as "init" writes it
	}
	if p, err = s.survey.Propose(propose.Options{Table: s.info.Name, Schema: "mapping.schema.json", Input: in}); err == nil && e != nil {
		own, err = p.Adopt(e)
	}
	return s, p, e, own, err
}

// write writes the mapping: the edited one, or a new one beside the list.
func (d *Desk) write(l *list, p *propose.Proposal, e *propose.Edit, lang words.Language) error {
	if e != nil {
		src, err := e.Bytes()
		if err != nil {
			return err
		}
		return overwrite(l.Mapping, src)
	}
	path := filepath.Join(filepath.Dir(l.Path), "mapping.yaml")
	err := create(path, p.YAML(lang.Of))
	if errors.Is(err, fs.ErrExist) { // it does not fit this list, or it would have been found
		path = ownMapping(l.Path)
		err = create(path, p.YAML(lang.Of))
	}
	if err != nil {
		return err
	}
	schema := filepath.Join(filepath.Dir(path), "mapping.schema.json")
	if err := create(schema, mapping.Schema(lang.Say)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	l.Mapping = path
	return l.save()
}

// Purge deletes what the desk in a folder keeps of lists that were last opened before
// a day: for those that were chosen in the browser the list and its reports. Lists at
// the paths of keep stay.
func Purge(state string, before time.Time, keep []string) (lists int, err error) {
	d := New(Calls{State: state}, words.English)
	for _, l := range d.known() {
		if l.Opened.Before(before) && !slices.Contains(keep, l.Path) {
			err = errors.Join(err, os.RemoveAll(l.dir))
			lists++
		}
	}
	return lists, err
}
