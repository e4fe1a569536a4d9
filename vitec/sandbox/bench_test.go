package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"vitec-import/vitec/sandbox"
)

// BenchmarkServeHTTP books without a network: what the sandbox itself costs.
func BenchmarkServeHTTP(b *testing.B) {
	for _, f := range []struct{ name, contentType, body string }{
		{"json", "application/json", `{"updatePerson":{"customerId":"M1","address":{"streetAddress":"Storgatan 1","zipCode":"111 22","city":"Stockholm"},"email":{"emailAddress":"anna.ek@example.com"},"firstName":"Anna","lastName":"Ek","cellPhone":"070-1740605","gdprApprovalDate":"2026-11-01T00:00:00+01:00","obtainThrough":"Visit"},"participated":false,"returnBookingId":true,"options":{"isDeadlineValidationEnabled":true,"enableBookingLimitValidation":true}}`},
		{"xml", "application/xml", `<AddNewViewingParticipant xmlns="` + spaceViewing + `"><ReturnBookingId>true</ReturnBookingId><UpdatePerson><CellPhone>070-1740605</CellPhone><CustomerId>M1</CustomerId><FirstName>Anna</FirstName><LastName>Ek</LastName></UpdatePerson></AddNewViewingParticipant>`},
	} {
		b.Run(f.name, func(b *testing.B) {
			srv, err := sandbox.NewUnstarted(sandbox.Config{Seed: 1, Keep: 1000})
			if err != nil {
				b.Fatal(err)
			}
			defer srv.Close()
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					w := nowhere{header: http.Header{}}
					srv.ServeHTTP(&w, post(f.contentType, f.body))
					if w.status != 200 {
						b.Fatalf("answered %d", w.status)
					}
				}
			})
		})
	}
}

// post is a request as the server's side has it, made without parsing.
func post(contentType, body string) *http.Request {
	return &http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: "/Viewing/M1/VIS1/TS1/Participant"},
		Header:        http.Header{"Content-Type": {contentType}, "Authorization": {"Basic dTpw"}, "Accept": {contentType}},
		ContentLength: int64(len(body)), Body: readCloser{strings.NewReader(body)},
	}
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

// nowhere is a ResponseWriter that keeps the status only.
type nowhere struct {
	header http.Header
	status int
}

func (w *nowhere) Header() http.Header         { return w.header }
func (w *nowhere) WriteHeader(status int)      { w.status = status }
func (w *nowhere) Write(b []byte) (int, error) { return len(b), nil }

// BenchmarkPOST books over kept-alive connections, as a client does.
func BenchmarkPOST(b *testing.B) {
	srv := sandbox.New(sandbox.Config{Seed: 1, Keep: 1000})
	defer srv.Close()
	tr := &http.Transport{MaxIdleConnsPerHost: 64}
	defer tr.CloseIdleConnections()
	client := &http.Client{Transport: tr}
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest("POST", srv.URL+"/Viewing/M1/VIS1/TS1/Participant", strings.NewReader(`{"updatePerson":{"customerId":"M1","firstName":"Anna","lastName":"Ek","cellPhone":"070-1740605"}}`))
			r.RequestURI = ""
			r.Header.Set("Content-Type", "application/json")
			r.SetBasicAuth("u", "p")
			resp, err := client.Do(r)
			if err != nil {
				b.Fatal(err)
			}
			resp.Body.Close()
		}
	})
}
