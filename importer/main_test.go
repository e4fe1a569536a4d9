package importer

import (
	"flag"
	"os"
	"testing"
)

// The tests that are parallel wait for a server that has asked for a pause.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
