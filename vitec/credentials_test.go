package vitec

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestThePasswordDoesNotShow(t *testing.T) {
	c := Credentials{Username: "åsa", Password: "s3cret"}
	holder := struct {
		Login  Credentials
		Logins []Credentials
		ByName map[string]*Credentials
	}{c, []Credentials{c}, map[string]*Credentials{"x": &c}}

	var out strings.Builder
	for _, verb := range strings.Split("v +v #v s q x X d t c U b e", " ") {
		fmt.Fprintf(&out, "%"+verb+"\n", c)
		fmt.Fprintf(&out, "%"+verb+"\n", holder)
	}
	fmt.Fprintln(&out, c.String(), c.GoString(), &c, holder)
	var b bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&b, nil))
	logger.Info("login", "login", c, "pointer", &c, "holder", holder)
	slog.New(slog.NewTextHandler(&b, nil)).Info("login", "login", c, "holder", holder)
	if err := json.NewEncoder(&b).Encode(holder); err != nil {
		t.Error(err)
	}
	if err := xml.NewEncoder(&b).Encode(c); err != nil {
		t.Error(err)
	}
	out.WriteString(b.String())
	for _, secret := range []string{"s3cret", fmt.Sprintf("%x", "s3cret"), fmt.Sprintf("%X", "s3cret"), fmt.Sprint([]byte("s3cret")), "[115"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q shows in:\n%s", secret, out.String())
		}
	}
	if !strings.Contains(out.String(), "åsa") {
		t.Error("the user name does not show")
	}
	if got := (Credentials{}).String(); got != "no login" {
		t.Error(got)
	}
}
