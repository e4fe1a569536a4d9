package importer

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/vitec"
)

// benchInput writes n rows of fifteen columns over many slots and the mapping
// for them, and returns what a job needs of them.
func benchInput(b *testing.B, n int) (*table.File, *mapping.Mapper) {
	b.Helper()
	var s strings.Builder
	s.WriteString("Förnamn;Efternamn;E-post;Mobil;Telefon;Adress;Postnummer;Ort;Visning;Tid;Informerad;Hur;Nyhetsbrev;Meddelande;Källa\n")
	for i := range n {
		fmt.Fprintf(&s, "Anna%d;Svensson;anna%d@example.com;070-17406%02d;08-123 45 %02d;Storgatan %d;114 31;Stockholm;VIS%d;TS%d;2026-10-01;Interest;ja;Hej;Webb\n",
			i, i, 5+i%90, i%100, i%200, i%10, i%1000)
	}
	path := filepath.Join(b.TempDir(), "participants.csv")
	if err := os.WriteFile(path, []byte(s.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	m, err := mapping.Parse("mapping.yaml", []byte(`version: 1
target: {customerId: {value: M1}, viewingId: Visning, timeSlotId: Tid}
participant:
  updatePerson:
    firstName: Förnamn
    lastName: Efternamn
    email: {emailAddress: E-post}
    cellPhone: Mobil
    telePhone: Telefon
    address: {streetAddress: Adress, zipCode: Postnummer, city: Ort}
    gdprApprovalDate: Informerad
    obtainThrough: Hur
    wishAdvertising: Nyhetsbrev
  contactMessage: Meddelande
  leadSourceId: Källa
  options: {isDeadlineValidationEnabled: {value: false}, enableBookingLimitValidation: {value: false}}
`), mapping.Options{})
	if err != nil {
		b.Fatal(err)
	}
	f, err := table.Open(context.Background(), path, table.Options{Fits: m.Fits})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	mapper, err := m.Bind(f.Info().Header)
	if err != nil {
		b.Fatal(err)
	}
	return f, mapper
}

func benchLedger(b *testing.B) *ledger.Ledger {
	b.Helper()
	l, err := ledger.Open(context.Background(), filepath.Join(b.TempDir(), "ledger.db"), ledger.Options{Create: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	return l
}

func perRow(b *testing.B, rows int) {
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkCheck reads, maps, identifies and looks up; no network.
func BenchmarkCheck(b *testing.B) {
	const rows = 20_000
	f, m := benchInput(b, rows)
	l := benchLedger(b)
	b.ReportAllocs()
	for b.Loop() {
		p, err := (&Job{File: f, Mapper: m, Ledger: l, Target: "bench"}).Check(context.Background())
		if err != nil || p.ToSend() != rows {
			b.Fatal(p, err)
		}
	}
	perRow(b, rows)
}

// benchServer answers at once, in this process, with an id for each booking.
func benchServer(b *testing.B, concurrency int) *vitec.Client {
	b.Helper()
	var bookings atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `"VID%032X"`, bookings.Add(1))
	}))
	b.Cleanup(srv.Close)
	client, err := vitec.NewClient(vitec.Config{BaseURL: srv.URL, Concurrency: concurrency,
		Credentials: func(string) (vitec.Credentials, bool) { return vitec.Credentials{Username: "u", Password: "p"}, true }})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(client.Close)
	return client
}

// BenchmarkRun is the whole of a run, but for the report.
func BenchmarkRun(b *testing.B) {
	const rows = 20_000
	for _, concurrency := range []int{5, 16, 64} {
		b.Run(fmt.Sprintf("concurrency=%d", concurrency), func(b *testing.B) {
			client := benchServer(b, concurrency)
			f, m := benchInput(b, rows)
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				l := benchLedger(b)
				b.StartTimer()
				job := &Job{File: f, Mapper: m, Ledger: l, Target: "bench", Client: client, Concurrency: concurrency}
				res, err := job.Run(context.Background(), func(*Plan) error { return nil })
				if err != nil || res.Outcomes[ledger.Booked] != rows {
					b.Fatal(res.Outcomes, err)
				}
			}
			perRow(b, rows)
		})
	}
}

// BenchmarkPending is the second reading, while the rows are sent: read, map,
// and identify them again, and see that they are those of the plan.
func BenchmarkPending(b *testing.B) {
	const rows = 20_000
	f, m := benchInput(b, rows)
	job := &Job{File: f, Mapper: m, Ledger: benchLedger(b), Target: "bench"}
	p, err := job.Check(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range job.pending(context.Background(), p) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != rows {
			b.Fatalf("%d rows are pending", n)
		}
	}
	perRow(b, rows)
}
