package importer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/vitec"
)

const parityMapping = `version: 1
target:
  customerId: {value: M1}
  viewingId: {value: VIS1}
  timeSlotId: {column: Tid, lookup: {"17:00": TS1, "17:30": TS2}}
participant:
  updatePerson:
    firstName: {column: Namn, split: first}
    lastName: {column: Namn, split: last}
    email: {emailAddress: E-post}
    cellPhone: Mobil
    socialSecurityNumber: Personnr
    gdprApprovalDate: Informerad
    note: Rad
  participated: {column: Kom, default: false}
  options: {isDeadlineValidationEnabled: {value: true}, enableBookingLimitValidation: {value: false}}
skip:
  - {column: Status, is: Avbokad}
`

// noted remembers the rows that it was asked to book, by the number that they
// carry in their note.
type noted struct {
	mu   sync.Mutex
	rows []int
}

func (n *noted) AddViewingParticipant(_ context.Context, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
	row, err := strconv.Atoi(b.UpdatePerson.Note)
	if err != nil {
		return vitec.Answer{}, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rows = append(n.rows, row)
	return vitec.Answer{Id: fmt.Sprintf("VID%d", row), Status: 200}, nil
}

// TestCheckIsWhatRunDoes: whatever stands in a list, the rows that a check
// would send are the rows that a run sends, list after list.
func TestCheckIsWhatRunDoes(t *testing.T) {
	cell := func(texts ...string) *rapid.Generator[string] { return rapid.SampledFrom(texts) }
	columns := []*rapid.Generator[string]{
		cell("17:00", "17:30", "17:00", "", "18:00"),
		cell("Anna Ek", "Bo Ek", "ANNA EK", "von Essen, Eva", "", "Anna & Bo Ek", strings.Repeat("Lång", 10)),
		cell("anna@example.com", "bo@example.com", "", "anna(at)example.com", "a@b.se, c@d.se"),
		cell("070-174 06 05", "+46701740606", "", "12", "0701740605 / 0701740606"),
		cell("", "", "19900602-2397", "199107172380", "199107172381"),
		cell("", "2026-03-04", "4 mars"),
		cell("ja", "nej", "", "kanske"),
		cell("", "", "", "Avbokad"),
	}
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "lists")
		if err != nil {
			rt.Fatal(err)
		}
		for list := range rapid.IntRange(1, 2).Draw(rt, "lists") {
			var csv strings.Builder
			csv.WriteString("Tid;Namn;E-post;Mobil;Personnr;Informerad;Kom;Status;Rad\n")
			for i := range rapid.IntRange(0, 12).Draw(rt, "rows") {
				for _, c := range columns {
					csv.WriteString(c.Draw(rt, "cell") + ";")
				}
				fmt.Fprintf(&csv, "%d%s\n", i+2, cell("", "", "", "", ";too;many").Draw(rt, "end"))
			}
			checked, sent := bothWays(rt, dir, csv.String())
			if !slices.Equal(checked, sent) {
				rt.Fatalf("list %d: check would send rows %v, run sent %v\n%s", list+1, checked, sent, &csv)
			}
		}
	})
}

// bothWays checks and runs a list, and returns the rows that either sends.
func bothWays(t *rapid.T, dir, csv string) (checked, sent []int) {
	input := filepath.Join(dir, "list.csv")
	if err := os.WriteFile(input, []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Parse("mapping.yaml", []byte(parityMapping), mapping.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{"check", "run"} {
		file, err := table.Open(context.Background(), input, table.Options{Fits: m.Fits})
		if err != nil {
			return nil, nil // neither begins
		}
		mapper, err := m.Bind(file.Info().Header)
		if err != nil {
			t.Fatal(err)
		}
		book := filepath.Join(dir, "ledger.db")
		l, err := ledger.OpenReader(context.Background(), book)
		if way == "run" {
			l, err = ledger.Open(context.Background(), book, ledger.Options{Create: true})
		}
		if err != nil {
			t.Fatal(err)
		}
		client := &noted{}
		job := &Job{File: file, Mapper: mapper, Ledger: l, Target: "test", Client: client, Concurrency: 3}
		if way == "check" {
			job.Planned = func(row ledger.Row) error {
				if row.Outcome == ledger.NotSent {
					checked = append(checked, row.Number)
				}
				return nil
			}
			_, err = job.Check(context.Background())
		} else {
			_, err = job.Run(context.Background(), func(*Plan) error { return nil })
			sent = client.rows
			slices.Sort(sent)
		}
		if err := errors.Join(err, file.Close(), l.Close()); err != nil {
			t.Fatalf("%s: %v", way, err)
		}
	}
	return checked, sent
}

// TestSumOfAPlan: the same plan has the same sum, and a plan of which anything
// differs that is sent, or that becomes of a row, has another.
func TestSumOfAPlan(t *testing.T) {
	const header = "Tid;Namn;E-post;Mobil;Personnr;Informerad;Kom;Status;Rad\n"
	sum := func(csv string) string {
		dir := t.TempDir()
		input := filepath.Join(dir, "list.csv")
		if err := os.WriteFile(input, []byte(header+csv), 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := mapping.Parse("mapping.yaml", []byte(parityMapping), mapping.Options{})
		if err != nil {
			t.Fatal(err)
		}
		file, err := table.Open(context.Background(), input, table.Options{Fits: m.Fits})
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		mapper, err := m.Bind(file.Info().Header)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ledger.OpenReader(context.Background(), filepath.Join(dir, "ledger.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		p, err := (&Job{File: file, Mapper: mapper, Ledger: l, Target: "test", Sum: true}).Check(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return p.Sum
	}
	const list = "17:00;Anna Ek;anna@example.com;;;;;;2\n17:00;Bo Ek;bo@example.com;;;;;;3\n"
	same := sum(list)
	if again := sum(list); again != same {
		t.Errorf("two sums of one list: %s and %s", same, again)
	}
	for name, other := range map[string]string{
		"another cell":    strings.Replace(list, "Bo Ek", "Bo Eck", 1),
		"another slot":    strings.Replace(list, "17:00;Bo", "17:30;Bo", 1),
		"a row more":      list + "17:00;Eva Ek;eva@example.com;;;;;;4\n",
		"a row less":      strings.SplitAfter(list, "\n")[0],
		"a skipped row":   strings.Replace(list, ";;;2", ";Avbokad;2", 1),
		"an invalid row":  strings.Replace(list, "bo@example.com", "bo", 1),
		"another order":   "17:00;Bo Ek;bo@example.com;;;;;;3\n17:00;Anna Ek;anna@example.com;;;;;;2\n",
		"an empty line":   strings.Replace(list, "\n17:00;Bo", "\n\n17:00;Bo", 1),
		"somebody twice":  strings.Replace(list, "Bo Ek;bo@", "Anna Ek;anna@", 1),
		"another comment": strings.Replace(list, ";;;3", ";;;33", 1),
	} {
		if sum(other) == same {
			t.Errorf("%s: the same sum", name)
		}
	}
}
