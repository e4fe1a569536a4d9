//go:build !unix

package ledger

import "testing"

// onPostgres tells a test whether its ledger is to be in PostgreSQL.
func onPostgres(testing.TB) bool { return false }
