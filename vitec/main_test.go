package vitec

import (
	"io"
	"log"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // where package net/http writes what a server sends unasked
	goleak.VerifyTestMain(m)
}
