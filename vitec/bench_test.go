package vitec

import (
	"io"
	"net/http"
	"testing"
	"time"
)

// typical is a body as most rows make one.
func typical() *AddNewViewingParticipant {
	return &AddNewViewingParticipant{
		UpdatePerson: UpdatePerson{
			CustomerId:       "M11385",
			Address:          Address{"Storgatan 1 B", "123 45", "Örebro", "SE"},
			Email:            Email{EmailAddress: "asa.oberg@example.com"},
			FirstName:        "Åsa",
			LastName:         "Öberg",
			CellPhone:        "+46701740605",
			GDPRApprovalDate: time.Date(2026, 11, 21, 0, 0, 0, 0, time.FixedZone("", 3600)),
			ObtainThrough:    "Visit",
		},
		Participated:    ptr(false),
		ReturnBookingId: ptr(true),
		ContactMessage:  "Vi kommer två vuxna & ett barn.",
		Options:         ViewingParticipantBookingOptions{ptr(false), ptr(true)},
	}
}

func BenchmarkEncode(b *testing.B) {
	body := typical()
	for _, f := range []Format{JSON, XML} {
		b.Run(f.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Encode(f, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFieldSet(b *testing.B) {
	first, _ := FieldByPath("updatePerson.firstName")
	participated, _ := FieldByPath("participated")
	body := typical()
	b.Run("text", func(b *testing.B) {
		b.ReportAllocs()
		var v any = "Åsa"
		for b.Loop() {
			first.Set(body, v)
		}
	})
	b.Run("boolean", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			participated.Set(body, true)
		}
	})
}

func BenchmarkFieldGet(b *testing.B) {
	f, _ := FieldByPath("updatePerson.firstName")
	body := typical()
	b.ReportAllocs()
	for b.Loop() {
		f.Get(body)
	}
}

func BenchmarkCheck(b *testing.B) {
	body := typical()
	t := Target{"M11385", "VIS0123456789abcdef0123456789abcdef", "slot-1"}
	b.ReportAllocs()
	for b.Loop() {
		if vs := Check(t, body); vs != nil {
			b.Fatal(vs)
		}
	}
}

// The server's share is in the figures, too: it runs in the same process.
func BenchmarkAddViewingParticipant(b *testing.B) {
	body := typical()
	client := serve(b, Config{Concurrency: 16}, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, `"VID0123456789abcdef0123456789abcdef"`)
	})
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := client.AddViewingParticipant(b.Context(), target(), body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sixteen", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(8) // times GOMAXPROCS
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if _, err := client.AddViewingParticipant(b.Context(), target(), body); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}
