package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/reports"
	"vitec-import/vitec"
)

// planFlags say what is planned: which file, read how and mapped by what, for
// which server, against which ledger. check, explain and run have them all.
type planFlags struct {
	table   tableFlags
	mapping mappingFlags
	target  targetFlags
	ledger  string
}

func (f *planFlags) bind(cmd *cobra.Command) {
	f.table.bind(cmd)
	f.mapping.bind(cmd)
	f.target.bind(cmd)
	ledgerFlag(cmd, &f.ledger)
}

// validate finds what is wrong with the flags themselves, before anything is
// opened, printed or saved.
func (f *planFlags) validate(w *world, cmd *cobra.Command) error {
	if _, err := f.table.options(nil); err != nil {
		return err
	}
	return f.target.validate(w, cmd)
}

// args are the flags that read the same file again and send it to the same
// server; those of the table aside for a file that is ours.
func (f *planFlags) args() []string {
	return append(append(f.table.args(), f.mapping.args()...), f.serverArgs()...)
}

func (f *planFlags) serverArgs() (args []string) {
	switch {
	case f.target.sandbox:
		args = append(args, "--sandbox")
	case f.target.name() != defaultTarget:
		args = append(args, "--url", f.target.name())
	}
	return flagArg(args, "--ledger", f.ledger)
}

// flagArg adds a flag, unless it has no value.
func flagArg(args []string, name, value string) []string {
	if value == "" {
		return args
	}
	return append(args, name, value)
}

// tableFlags are the hints for reading a file, where detection is not enough.
type tableFlags struct {
	sheet     string
	headerRow int
	encoding  string
	delimiter string
}

func (f *tableFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.sheet, "sheet", "", "read this `SHEET` of the workbook (default: the one whose header fits the mapping)")
	cmd.Flags().IntVar(&f.headerRow, "header-row", 0, "the `ROW` of the header, counted from 1 (default: where the mapped columns are)")
	cmd.Flags().StringVar(&f.encoding, "encoding", "", "the `ENCODING` of a CSV file, such as utf-8, windows-1252, cp850 (default: detected)")
	cmd.Flags().StringVar(&f.delimiter, "delimiter", "", "the delimiter of a CSV file: one `CHARACTER` or comma, semicolon, tab, pipe (default: detected)")
}

func (f *tableFlags) args() []string {
	args := flagArg(nil, "--sheet", f.sheet)
	if f.headerRow > 0 {
		args = append(args, "--header-row", strconv.Itoa(f.headerRow))
	}
	return flagArg(flagArg(args, "--encoding", f.encoding), "--delimiter", f.delimiter)
}

// options are the table's options: the flags win over what the mapping says.
func (f *tableFlags) options(m *mapping.Mapping) (table.Options, error) {
	o := table.Options{Sheet: f.sheet, HeaderRow: f.headerRow, Encoding: f.encoding}
	if f.delimiter != "" {
		var ok bool
		if o.Delimiter, ok = mapping.Delimiter(f.delimiter); !ok {
			return o, exit{code: importer.ExitUsage, err: fail("--delimiter %q is not one or two signs", f.delimiter), hint: hint("write it as one or two signs, or as comma, semicolon, tab or pipe")}
		}
	}
	if f.headerRow < 0 {
		return o, exit{code: importer.ExitUsage, err: fail("--header-row %d: rows are counted from 1", f.headerRow)}
	}
	if m == nil {
		return o, nil
	}
	o.Fits, o.Aside, o.Links = m.Fits, reports.Aside, true
	in := m.Input()
	if o.Sheet == "" {
		o.Sheet = in.Sheet
	}
	if o.HeaderRow == 0 {
		o.HeaderRow = in.HeaderRow
	}
	if o.Encoding == "" {
		o.Encoding = in.Encoding
	}
	if o.Delimiter == "" {
		o.Delimiter = in.Delimiter
	}
	return o, nil
}

// mappingFlags say which mapping is used and what is put over it.
type mappingFlags struct {
	path string
	set  []string
	// trial is set where nothing leaves the computer: ids that are still to be
	// filled in are made up.
	trial bool
}

func (f *mappingFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.path, "mapping", "m", "", "the mapping `FILE` (default: mapping.yaml beside the input)")
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "set a field to a constant, over the mapping: `FIELD=VALUE`; may be given several times")
}

func (f *mappingFlags) args() []string {
	args := flagArg(nil, "--mapping", f.path)
	for _, s := range f.set {
		args = append(args, "--set", s)
	}
	return args
}

// load reads the mapping for an input.
func (f *mappingFlags) load(input string) (*mapping.Mapping, string, error) {
	path := f.path
	if path == "" {
		path = filepath.Join(filepath.Dir(input), "mapping.yaml")
	}
	src, err := readMappingFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.path == "":
		return nil, "", exit{code: importer.ExitUsage, err: fail("%s: no mapping found", path), hint: hint("let \"vitec-import init %s\" propose one, or name one with --mapping", reports.Quote(input))}
	case err != nil:
		return nil, "", exit{code: importer.ExitUsage, err: fail("%s: the mapping cannot be read: %s", path, cause(err))}
	}
	m, err := mapping.Parse(path, src, mapping.Options{Set: f.set, Trial: f.trial})
	return m, path, err
}

// readMappingFile reads what may be a mapping: hardly more than one may have,
// were it a device without an end.
func readMappingFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, mapping.MaxSize+1))
}

// targetFlags say which server is meant.
type targetFlags struct {
	url     string
	sandbox bool
}

func (f *targetFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.url, "url", vitec.DefaultBaseURL, "the `ADDRESS` of the API")
	cmd.Flags().BoolVar(&f.sandbox, "sandbox", false, "book at a stand-in server inside this program: nothing leaves the computer")
}

// sandboxTarget stands for every sandbox inside a run: their bookings are
// never taken for real ones.
const sandboxTarget = "sandbox"

var defaultTarget = normalURL(vitec.DefaultBaseURL)

// validate refuses an address to which no login may be sent, or that holds one:
// the address is printed, and saved.
func (f *targetFlags) validate(w *world, cmd *cobra.Command) error {
	switch {
	case f.sandbox && w.given(cmd, "url") && w.given(cmd, "sandbox"):
		return misused(cmd, fail("--sandbox and --url name two different servers"))
	case f.sandbox && w.given(cmd, "url"):
		f.sandbox = false // it is a setting, and the flag wins
	case f.sandbox:
		return nil
	}
	_, err := newClient(vitec.Config{BaseURL: f.url}) // which also reads HTTPS_PROXY
	return err
}

// proxy is the host and port of the proxy that stands between here and the
// server; "" = none. The flags must be valid.
func (f *targetFlags) proxy() string {
	if f.sandbox {
		return ""
	}
	client, err := newClient(vitec.Config{BaseURL: f.url})
	if err != nil {
		return ""
	}
	return client.Proxy()
}

func validURL(address string) error {
	_, err := vitec.ParseBaseURL(address)
	return misconfigured(err)
}

// normalURL writes two spellings of one valid address alike.
func normalURL(address string) string {
	u, err := vitec.ParseBaseURL(address)
	if err != nil {
		return ""
	}
	return u.String()
}

// newClient is a client, or a mistake in how the program was called.
func newClient(c vitec.Config) (*vitec.Client, error) {
	c.UserAgent = "vitec-import/" + version()
	if c.Credentials == nil {
		c.Credentials = func(string) (vitec.Credentials, bool) { return vitec.Credentials{}, false }
	}
	client, err := vitec.NewClient(c)
	return client, misconfigured(err)
}

func misconfigured(err error) error {
	var wrong *vitec.ConfigError
	if errors.As(err, &wrong) {
		return exit{code: importer.ExitUsage, err: wrong, hint: wrong.Hint}
	}
	return err
}

// name is how the ledger knows the server: two spellings of one address are
// one. The flags must be valid.
func (f *targetFlags) name() string {
	if f.sandbox {
		return sandboxTarget
	}
	return normalURL(f.url)
}

// source is an input with the mapping that fits it and the ledger that it is
// planned against.
type source struct {
	input       string // as the user named it
	flags       *planFlags
	options     table.Options
	mapping     *mapping.Mapping
	mappingPath string
	ledger      *ledger.Ledger
	file        *table.File
	ending      table.Ending
	mapper      *mapping.Mapper
}

// openToPlan opens all that planning needs, the ledger to be read alone.
func (w *world) openToPlan(ctx context.Context, input string, f *planFlags) (*source, error) {
	s, err := readMapping(input, f)
	if err != nil {
		return nil, err
	}
	where, err := w.ledgerPath(f.ledger)
	if err != nil {
		return nil, err
	}
	if s.ledger, err = ledger.OpenReader(ctx, where); err != nil {
		return nil, err
	}
	if err := w.openTable(s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close closes what is open.
func (s *source) Close() error {
	var err error
	if s.file != nil {
		err = s.file.Close()
	}
	if s.ledger != nil {
		err = errors.Join(err, s.ledger.Close())
	}
	return err
}

// job is the job over an input that is open.
func (s *source) job() *importer.Job {
	viewing, slot := s.placeColumns()
	return &importer.Job{
		File: s.file, Mapper: s.mapper, Ledger: s.ledger, Target: s.flags.target.name(),
		Called: func(t vitec.Target, cells []string) string { return placeOf(t, cells, viewing, slot) },
	}
}

// placeColumns are the 0-based cells in which the list says viewing and slot in
// its own words.
func (s *source) placeColumns() (viewing, slot []int) {
	return s.mapper.FieldColumns("viewingId"), s.mapper.FieldColumns("timeSlotId")
}

// readMapping is the part of opening a source that takes no time.
func readMapping(input string, f *planFlags) (*source, error) {
	// A missing input is told before a missing mapping: it is the likelier slip.
	if _, err := os.Stat(input); errors.Is(err, fs.ErrNotExist) {
		return nil, &unfit{stateNoFile, exit{code: importer.ExitFailed, err: fail("%s: no such file", input)}}
	}
	s := &source{input: input, flags: f}
	f.mapping.trial = f.target.sandbox
	var err error
	if s.mapping, s.mappingPath, err = f.mapping.load(input); err != nil {
		return nil, err
	}
	s.options, err = f.table.options(s.mapping)
	return s, err
}

// openTable opens the input and binds the mapping to its header.
func (w *world) openTable(s *source) error {
	f, err := w.openFile(s.input, s.options)
	var refused *table.Error
	if errors.As(err, &refused) && refused.Code == table.CodeEmpty {
		return &unfit{stateEmpty, exit{code: importer.ExitFailed, err: refused, hint: refused.Hint}}
	}
	if err != nil {
		return err
	}
	s.file = f
	if i := f.Info(); i.Rows == 0 {
		return &unfit{stateNoRows, exit{
			code: importer.ExitFailed, err: fail("%s: there is a header in row %d, but no row below it", i.Name, i.HeaderRow),
			hint: hint("check that this is the right file, and that its export was complete"),
		}}
	}
	if s.ending, err = f.Ending(context.Background()); err != nil {
		return err
	}
	s.mapper, err = s.mapping.Bind(f.Info().Header)
	return err
}

// unfit is the error of a list that there is no run for, in a word for programs.
type unfit struct {
	state state
	exit
}

func (e *unfit) Unwrap() error { return e.exit }

// openFile opens a table. That reads the whole file, which can take a while; a
// signal ends it.
func (w *world) openFile(path string, o table.Options) (*table.File, error) {
	ctx, cancel := w.untilStopped(context.Background())
	defer cancel()
	f, err := table.Open(ctx, path, o)
	if errors.Is(err, context.Canceled) {
		return nil, importer.ErrInterrupted
	}
	return f, err
}

// untilStopped returns a context that a signal ends, too.
func (w *world) untilStopped(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-w.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
