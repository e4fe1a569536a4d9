package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

const canaryMapping = `version: 1
target: {customerId: {value: M1}, viewingId: {value: VIS1}, timeSlotId: {value: TS1}}
participant:
  updatePerson:
    firstName: a
    lastName: b
    socialSecurityNumber: {column: c, as: personnummer}
    email: {emailAddress: d, emailAddress2: e}
    cellPhone: {column: f, as: phone}
    workPhone: {column: g, as: phone}
    otherPhone: {column: h, as: phone}
    address: {streetAddress: i, zipCode: j, city: k}
    note: l
  contactMessage: m
  participated: {value: false}
  returnBookingId: {value: true}
`

// canaries are values that may stand in the input, in the requests and in the
// reports, and nowhere else.
func canaries() (list []string, csv string) {
	row := []string{"Kanarina", "Fågelström-Äng", "19900602-2397", "kanarina.f@fagel.example", "privat+kf@fagel.example", "070-174 06 05",
		"08-123 456 78", "+46 70 174 06 99", "Burgatan 17 C", "114 31", "Fjäderköping", "ring efter kvällsmaten", "Hälsa Anders på nedervåningen"}
	list = append(append(list, row...), "199006022397", "9006022397", "+46701740605", "0701740605", "+46812345678", "+46701740699",
		testPassword, base64.StdEncoding.EncodeToString([]byte(testUser+":"+testPassword)))
	return list, "a;b;c;d;e;f;g;h;i;j;k;l;m\n" + strings.Join(row, ";") + "\n"
}

// TestCanary sends secret and personal values to servers that echo them in
// every part of an answer, and looks for them in all that is printed, logged,
// measured or kept.
func TestCanary(t *testing.T) {
	t.Parallel()
	list, text := canaries()
	secrets := map[string]string{}
	for _, s := range list {
		secrets[fmt.Sprintf("%q", s)] = s
		if q, err := json.Marshal(s); err == nil {
			secrets[fmt.Sprintf("%q, escaped", s)] = strings.Trim(string(q), `"`)
		}
	}
	echo := func(status int, format string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			said := r.Header.Get("Authorization") + " " + strings.Join(list, " ")
			quoted, _ := json.Marshal(said)
			body := strings.NewReplacer("$TEXT", said, "$JSON", string(quoted), "$BODY", string(b)).Replace(format)
			w.Header().Set("X-Echo", url.QueryEscape(said))
			w.Header().Set("Location", "/"+url.PathEscape(said))
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	raw := func(format string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer c.Close()
			io.WriteString(c, strings.ReplaceAll(format, "$TEXT", strings.Join(list, " ")))
		}
	}
	for name, handler := range map[string]http.HandlerFunc{
		"message":         echo(400, `{"message":$JSON,"messageDetail":$JSON,"exceptionMessage":$JSON,"stackTrace":$JSON}`),
		"model state":     echo(400, `{"message":"x","modelState":{"participant.UpdatePerson.CellPhone":[$JSON]}}`),
		"errors":          echo(422, `{"title":$JSON,"detail":$JSON,"validationErrors":[$JSON,{"message":$JSON}]}`),
		"the body itself": echo(400, `$BODY`),
		"plain text":      echo(409, `$TEXT`),
		"HTML":            echo(404, `<html><title>$TEXT</title><body>$TEXT</body></html>`),
		"XML":             echo(400, `<Error><Message>$TEXT</Message></Error>`),
		"500":             echo(500, `{"exceptionMessage":$JSON}`),
		"200 object":      echo(200, `{"id":$JSON}`),
		"200 page":        echo(200, `<html>$TEXT</html>`),
		"401":             echo(401, `$TEXT`),
		"403":             echo(403, `{"message":$JSON}`),
		"redirect":        echo(302, `$TEXT`),
		"see other":       echo(303, `$TEXT`),
		"status line":     raw("HTTP/1.1 $TEXT\r\n\r\n"),
		"no HTTP":         raw("$TEXT"),
		"header line":     raw("HTTP/1.1 200 OK\r\n$TEXT\r\n\r\n"),
		"status text":     raw("HTTP/1.1 400 $TEXT\r\nContent-Length: 0\r\n\r\n"),
		"chunk":           raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n$TEXT\r\n"),
		"length":          raw("HTTP/1.1 200 OK\r\nContent-Length: $TEXT\r\n\r\n"),
		"encoding":        raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: $TEXT\r\n\r\n"),
		"out of turn":     raw("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n$TEXT"),
	} {
		for _, log := range []string{"", "text", "json"} {
			t.Run(name+"/"+log, func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int64
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked.Add(1)
					handler(w, r)
				}))
				defer s.Close()
				o := newOffice(t, nil)
				o.write("deltagare.csv", text)
				o.write("mapping.yaml", canaryMapping)
				o.url = s.URL
				prom := filepath.Join(o.dir, "m.prom")
				e := o.start("--log-format", log, "--log-level", "debug", "--metrics", prom).wait()
				if asked.Load() != 1 || e.code == 0 {
					t.Errorf("%d requests, exit code %d: %s", asked.Load(), e.code, e.stderr)
				}
				o.scan("stdout", []byte(e.stdout), secrets)
				o.scan("stderr", []byte(e.stderr), secrets)
				files, err := filepath.Glob(o.env["VITEC_IMPORT_LEDGER"] + "*")
				if err != nil || len(files) == 0 {
					t.Fatal(files, err)
				}
				for _, f := range append(files, prom) {
					b, err := os.ReadFile(f)
					if err != nil {
						t.Fatal(err)
					}
					o.scan(filepath.Base(f), b, secrets)
				}
				if log == "json" {
					for line := range strings.Lines(e.stderr) {
						if !json.Valid([]byte(line)) {
							t.Errorf("a line of the log is no JSON: %s", line)
						}
					}
				}
			})
		}
	}
}
