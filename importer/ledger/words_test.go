package ledger

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitec-import/reports/words"
)

// TestErrorsInSwedish meets errors as a person does, and reads them in both
// languages. PATH stands for the ledger's path.
func TestErrorsInSwedish(t *testing.T) {
	const elsewhere = "lägg liggaren på ett annat ställe med --ledger"
	open := func(content []byte) func(*testing.T, string) error {
		return func(t *testing.T, path string) error {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := OpenReader(t.Context(), path)
			return err
		}
	}
	files, _ := soundLedger(t, false)
	newer, first := slices.Clone(files[""]), slices.Clone(files[""])
	newer[63], first[63] = fileVersion+1, 1
	for name, tt := range map[string]struct {
		meet                   func(*testing.T, string) error
		english, swedish, hint string
		is                     error
	}{
		"held": {
			func(t *testing.T, path string) error {
				mustOpen(t, path)
				_, err := Open(t.Context(), path, Options{Create: true})
				return err
			},
			"PATH: another run is using this ledger", "PATH: en annan körning använder liggaren",
			"vänta tills den är över; finns det ingen är det ett program som har hängt sig som håller PATH", ErrHeld,
		},
		"foreign": {
			open([]byte("first name;last name\n")),
			"PATH: this file is not a ledger", "PATH: detta är ingen liggare utan någon annan fil", elsewhere, ErrForeign,
		},
		"newer": {
			open(newer),
			"PATH: the ledger was written by a newer version of this program", "PATH: liggaren har skrivits av en nyare version av programmet",
			"använd den versionen, eller en nyare", ErrNewer,
		},
		"empty": {
			open(nil),
			"PATH: the ledger is damaged: the file is empty", "PATH: liggaren är skadad: filen är tom",
			"återställ filen från en säkerhetskopia, eller låt någon se på den; en ny liggare skulle inte veta vilka som redan är bokade", ErrDamaged,
		},
		"folder": {
			func(t *testing.T, path string) error {
				if err := os.Mkdir(path, 0o700); err != nil {
					t.Fatal(err)
				}
				_, err := Open(t.Context(), path, Options{Create: true})
				return err
			},
			"PATH: this is a folder", "PATH: detta är en mapp", "ange en fil i den, till exempel " + filepath.Join("PATH", "ledger.db"), fs.ErrInvalid,
		},
		"permission": {
			func(_ *testing.T, path string) error {
				return fileError(path, "cannot be opened: %v", &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission})
			},
			"PATH: cannot be opened: permission denied", "PATH: går inte att öppna: åtkomst nekas",
			"gör den skrivbar för användaren, eller " + elsewhere, ErrDisk,
		},
		"of the first version": {
			open(first),
			"PATH: the ledger was written by an early version of this program, whose ledgers cannot be read",
			"PATH: liggaren har skrivits av en tidig version av programmet, vars liggare inte går att läsa",
			elsewhere + "; den nya vet inte vilka den gamla har bokat", ErrForeign,
		},
		"no run": {
			func(t *testing.T, path string) error {
				_, err := mustOpen(t, path).RunInfo(t.Context(), 7)
				return err
			},
			"run 7: not in the ledger", "körning 7: finns inte i liggaren", "", ErrNotFound,
		},
		"no row to settle": {
			func(t *testing.T, path string) error {
				return mustOpen(t, path).Settle(t.Context(), Settlement{Run: 1, Index: 3})
			},
			"row 3 of run 1: not in the ledger", "rad 3 i körning 1: finns inte i liggaren", "", ErrNotFound,
		},
		"settled before": {
			func(t *testing.T, path string) error {
				l := mustOpen(t, path)
				run := start(t, l, Row{})
				if err := run.Begin(t.Context(), Submission{Index: 0, Keys: benchKeys(0), At: noon}); err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(run.Finish(t.Context(), 0, Result{Outcome: Uncertain}), run.End(context.Background(), End{FinishedAt: noon})); err != nil {
					t.Fatal(err)
				}
				word := Settlement{Run: run.ID(), At: noon}
				if err := l.Settle(t.Context(), word); err != nil {
					t.Fatal(err)
				}
				return l.Settle(t.Context(), word)
			},
			"row 0 of run 1 is settled already: row is not uncertain", "rad 0 i körning 1 är redan avgjord: raden är inte osäker", "", ErrNotUncertain,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "ledger.db")
			err = tt.meet(t, path)
			if err == nil {
				t.Fatal("there is no error")
			}
			place := func(s string) string { return strings.ReplaceAll(s, path, "PATH") }
			if got := place(err.Error()); got != tt.english {
				t.Errorf("in English: %s", got)
			}
			if got := place(words.Swedish.Of(err)); got != tt.swedish {
				t.Errorf("in Swedish: %s", got)
			}
			if !errors.Is(err, tt.is) {
				t.Errorf("%v is not %v", err, tt.is)
			}
			var e *Error
			if errors.As(err, &e) {
				if got := place(words.Swedish.Of(e.Hint)); got != tt.hint {
					t.Errorf("the hint: %s", got)
				}
			} else if tt.hint != "" {
				t.Error("there is no hint")
			}
		})
	}
}
