package sandbox_test

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
	"vitec-import/vitec/testenv"
)

// The files sample.* are the client code of the vendor's help page, to the
// letter. Each test fills in the address and the login, adds what makes a
// program of it, and finds the booking in the commit log.
//
// A tool that is not there skips its test, unless VITEC_IMPORT_TEST_REQUIRE,
// a list like "curl,php,dotnet,pwsh", says that it must be.

const (
	sampleUser, samplePassword = "user", "secret"

	pageAddress = "https://connect.maklare.vitec.net"
	pageBase64  = "{Base64 kodad användarnamn och lösenord}"
)

// sampleServer knows the login, the viewing and the slot of the samples only.
func sampleServer(t *testing.T) *sandbox.Server {
	return start(t, sandbox.Config{
		Logins:   []sandbox.Login{{Username: sampleUser, Password: samplePassword, Customers: []string{"StringValue"}}},
		Viewings: []sandbox.Viewing{{CustomerId: "StringValue", ViewingId: "StringValue", Slots: []sandbox.Slot{{TimeSlotId: "StringValue"}}}},
	})
}

// sample returns a sample with the address and the login filled in. more are
// further pairs of what the page writes and what to write instead.
func sample(t *testing.T, name string, srv *sandbox.Server, more ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	login := base64.StdEncoding.EncodeToString([]byte(sampleUser + ":" + samplePassword))
	code := strings.NewReplacer(append([]string{pageAddress, srv.URL, pageBase64, login}, more...)...).Replace(string(b))
	if !strings.Contains(code, srv.URL) || strings.Contains(code, "{Anv") || strings.Contains(code, "{Base64") {
		t.Fatalf("%s has places that were not filled in:\n%s", name, code)
	}
	return code
}

// need looks for a tool.
func need(t *testing.T, rule string, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		testenv.Program(t, rule, tool)
	}
}

// run runs a tool and returns what it prints.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", name, err, out, &stderr)
	}
	return string(out)
}

// file writes a file into a folder of its own and returns both.
func file(t *testing.T, name, content string) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, path
}

// booked wants the samples' one booking at the server, and its id in what the
// client printed.
func booked(t *testing.T, srv *sandbox.Server, printed string) {
	t.Helper()
	commits := srv.Commits()
	if len(commits) != 1 {
		t.Fatalf("%d commits; requests %+v; printed %s", len(commits), srv.Requests(), printed)
	}
	c := commits[0]
	if !strings.Contains(printed, c.Answer) {
		t.Errorf("%q is not in what was printed: %s", c.Answer, printed)
	}
	if (c.Target != vitec.Target{CustomerId: "StringValue", ViewingId: "StringValue", TimeSlotId: "StringValue"}) {
		t.Errorf("booked at %+v", c.Target)
	}
	p := c.Body.UpdatePerson
	if p.ContactId != "StringValue" || p.CustomerId != "StringValue" || !slices.Equal(p.CategoryIds, []string{"StringValue"}) {
		t.Errorf("booked %+v", p)
	}
	if b := c.Body; b.Participated == nil || *b.Participated || b.ReminderTime == nil || *b.ReminderTime != 0 {
		t.Errorf("participated %v, reminder %v", b.Participated, b.ReminderTime)
	}
}

func TestSampleCurl(t *testing.T) {
	need(t, "curl", "curl")
	if runtime.GOOS == "windows" {
		t.Skip("wants a POSIX shell")
	}
	srv := sampleServer(t)
	// The line is written for cmd.exe. A plain POSIX shell reads it the same
	// way; bash would expand the braces, unless told not to.
	_, script := file(t, "sample.sh", "(set +B) 2>/dev/null && set +B\n"+sample(t, "sample.curl", srv))
	booked(t, srv, run(t, "", "sh", script))
}

func TestSamplePHP(t *testing.T) {
	need(t, "php", "php")
	if !strings.Contains(run(t, "", "php", "-m"), "curl") {
		testenv.Missing(t, "php", "php has no curl extension")
	}
	srv := sampleServer(t)
	code := sample(t, "sample.php", srv, "{Användarnamn}", sampleUser, "{Lösenord}", samplePassword)
	_, script := file(t, "sample.php", "<?php\n"+code+"\necho $http_code, ' ', $result;\n")
	out := run(t, "", "php", script)
	if !strings.HasPrefix(out, "200 ") {
		t.Errorf("printed %s", out)
	}
	booked(t, srv, out)
}

func TestSamplePowerShell(t *testing.T) {
	need(t, "pwsh", "pwsh")
	srv := sampleServer(t)
	_, script := file(t, "sample.ps1", sample(t, "sample.ps1", srv)+"\n")
	// Invoke-WebRequest returns an object; its content is what is wanted.
	booked(t, srv, run(t, "", "pwsh", "-NoProfile", "-Command", "(& '"+script+"').Content"))
}

// csharp makes a program of the page's C# code. The page tells in a comment how
// HttpClientInstance is declared: that comment is taken at its word. The page
// declares json three times in scopes inside each other, which no C# compiler
// takes, so the answers' are given another name; nothing else is changed.
func csharp(t *testing.T, code string) string {
	t.Helper()
	lines := strings.Split(code, "\n")
	var declaration, body []string
	for _, l := range lines {
		if c, ok := strings.CutPrefix(l, "// "); ok && len(body) == 0 {
			declaration = append(declaration, c)
		} else {
			body = append(body, l)
		}
	}
	if len(declaration) < 2 || !strings.Contains(declaration[1], "HttpClientInstance") {
		t.Fatalf("the sample does not begin with the declaration: %q", lines[0])
	}
	main := strings.Join(body, "\n")
	main = strings.ReplaceAll(main, "var json = await", "var answer = await")
	main = strings.Replace(main, "        var answer = await", "        var complaint = await", 1)
	main = strings.Replace(main, "        var result = JsonConvert.DeserializeObject<dynamic>(json)", "        var complaints = JsonConvert.DeserializeObject<dynamic>(complaint)", 1)
	main = strings.ReplaceAll(main, "DeserializeObject<dynamic>(json)", "DeserializeObject<dynamic>(answer)")
	main = strings.Replace(main, "// TODO: Gör något med resultatet", "Console.WriteLine((int)response.StatusCode + \" \" + result);", 1)
	return `using System;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.Tasks;
using Newtonsoft.Json;

public static class Sample {
` + strings.Join(declaration[1:], "\n") + `;

// Mono waits for an idle connection before it ends, many seconds now and then.
public static void Main() { Run().GetAwaiter().GetResult(); HttpClientInstance.Dispose(); }

static async Task Run() {
` + main + `
}
}
`
}

func TestSampleCSharp(t *testing.T) {
	need(t, "dotnet", "mcs", "mono")
	const newtonsoft = "/usr/lib/cli/Newtonsoft.Json-5.0/Newtonsoft.Json.dll" // Debian's libnewtonsoft-json5.0-cil
	if _, err := os.Stat(newtonsoft); err != nil {
		testenv.Missing(t, "dotnet", "Newtonsoft.Json, which the sample uses, is not installed")
	}
	srv := sampleServer(t)
	dir, source := file(t, "Sample.cs", csharp(t, sample(t, "sample.cs", srv)))
	run(t, dir, "mcs", "-nologo", "-out:Sample.exe", "-r:System.Net.Http.dll", "-r:Microsoft.CSharp.dll", "-r:"+newtonsoft, source)
	out := run(t, dir, "mono", "Sample.exe")
	if !strings.HasPrefix(out, "200 ") {
		t.Errorf("printed %s", out)
	}
	booked(t, srv, out)
}
