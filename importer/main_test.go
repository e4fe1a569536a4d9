package importer

import (
	"errors"
	"flag"
	"os"
	"strconv"
	"testing"

	"vitec-import/vitec/testenv"
)

func TestMain(m *testing.M) {
	// The tests that are parallel wait for a server that has asked for a pause.
	err := flag.Set("test.parallel", "16")
	if err := errors.Join(err, flag.Set("rapid.checks", strconv.Itoa(testenv.Sampled(40, 400)))); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
